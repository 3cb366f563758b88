"""Due dates as instants: a due day ends at five in the afternoon, local time, in summer and in winter."""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from domain.calendars.counting import Days, Unit

DUE_TIME: Final = time(17, 0)
"""Local time at which a due day ends: what arrives by then is in time."""


def due_on(day: date, zone: str) -> datetime:
    """17:00 local on that day."""
    return datetime.combine(day, DUE_TIME, ZoneInfo(zone))


def local_day(instant: datetime, zone: str) -> date:
    """The day it is there at that instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def days_left(days: Days, now: datetime, due_at: datetime, unit: Unit) -> int:
    """Counted days from today until the due day; 0 on the day itself, negative when overdue."""
    today, due = local_day(now, days.zone), local_day(due_at, days.zone)
    if due < today:
        return -max(1, days.between(due, today, unit))
    if due == today and now > due_at:
        return -1
    return days.between(today, due, unit)
