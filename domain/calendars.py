"""Calendars that due dates are counted on.

`weekdays-1` counts Mondays to Fridays and knows no holidays or terms; every due date says which
calendar it was counted on, so that a better one never changes what an old one promised.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS_1: Final = "weekdays-1"
CALENDARS: Final = frozenset({WEEKDAYS_1})

DUE_TIME: Final = time(17, 0)
"""Local time at which a due day ends: what arrives by then is in time."""

_SATURDAY: Final = 5


def due_after(start: datetime, days: int, zone: str) -> datetime:
    """17:00 local on the given number of counted days after the day of `start` (that day not counted)."""
    local = start.astimezone(ZoneInfo(zone))
    day = local.date()
    for _ in range(days):
        day = _next_weekday(day)
    return datetime.combine(day, DUE_TIME, ZoneInfo(zone))


def due_on(day: date, zone: str) -> datetime:
    """17:00 local on that day."""
    return datetime.combine(day, DUE_TIME, ZoneInfo(zone))


def days_left(now: datetime, due_at: datetime, zone: str) -> int:
    """Counted days from today until the due day; 0 on the day itself, negative when overdue."""
    today, due = now.astimezone(ZoneInfo(zone)).date(), due_at.astimezone(ZoneInfo(zone)).date()
    if due < today:
        return -max(1, _weekdays_between(due, today))
    if due == today and now > due_at:
        return -1
    return _weekdays_between(today, due)


def _weekdays_between(first: date, last: date) -> int:
    """Weekdays in the half-open span (first, last]."""
    weeks, rest = divmod((last - first).days, 7)
    extra = sum((first + timedelta(days=offset)).weekday() < _SATURDAY for offset in range(1, rest + 1))
    return weeks * 5 + extra


def _next_weekday(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
