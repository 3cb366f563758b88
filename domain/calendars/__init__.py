"""Calendars: what counts as a day, for whom. One file of data for each country, counted here."""
