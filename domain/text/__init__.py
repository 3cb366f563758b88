"""Sentences for people: one place, so that terminal, mail and report say the same."""
