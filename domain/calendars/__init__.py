"""Calendars: what counts as a day, for whom. One file of data for each country, counted here."""

from domain.calendars.due import DUE_TIME, due_on
from domain.calendars.weekdays import WEEKDAYS_1, days_left, due_after

CALENDARS = frozenset({WEEKDAYS_1})
"""Calendars that a programme may name."""

__all__ = ["CALENDARS", "DUE_TIME", "WEEKDAYS_1", "days_left", "due_after", "due_on"]
