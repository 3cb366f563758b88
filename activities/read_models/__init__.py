"""Rows for lists and for facts, kept in the transaction that appends; always equal to the fold of the log."""
