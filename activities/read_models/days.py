"""The days that a school counts on, from the rows of calendars; parsed once for each content."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from activities.read_models.schema import calendar, calendar_school, school
from domain.calendars.counting import Days
from domain.calendars.model import Calendar
from domain.calendars.own_days import NO_OWN_DAYS, OwnDays
from domain.calendars.school_days import SchoolDays
from domain.calendars.weekdays import Weekdays


@dataclass(frozen=True)
class _Own:
    """What the days of one school depend on beside the calendar."""

    authority: str | None = None
    days: str | None = None


class DaysReader:
    """Reads calendars on one connection, each row once; nothing is kept between transactions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._calendars: dict[str, Row[Any] | None] = {}
        self._own: dict[tuple[str, str], _Own] = {}

    def days_of(self, code: str, zone: str, number: str | None) -> Days:
        """The days of a school, or of an office where none is named; weekdays where no such calendar is on record."""
        found = self._calendar(code)
        if found is None:
            return Weekdays(zone, number)
        own = self._own_of(code, number) if number else _Own()
        return _counted(found.content, found.version, own.authority, number, own.days)

    def look_up(self, code: str, numbers: Iterable[str | None]) -> None:
        """Read what these schools have of their own all at once, for who will ask for many of them."""
        wanted = {number for number in numbers if number and (code, number) not in self._own}
        if wanted and self._calendar(code) is not None:
            rows = self._connection.execute(_own_days(code).where(school.c.number.in_(wanted)))
            self._own |= {(code, number): _Own() for number in wanted}
            self._own |= {(code, row.number): _Own(row.authority, row.days) for row in rows}

    def position(self, code: str) -> int | None:
        """Position of the calendar's last event; None where there is none."""
        found = self._calendar(code)
        return found.position if found else None

    def _calendar(self, code: str) -> Row[Any] | None:
        if code not in self._calendars:
            query = select(calendar).where(calendar.c.code == code)
            self._calendars[code] = self._connection.execute(query).one_or_none()
        return self._calendars[code]

    def _own_of(self, code: str, number: str) -> _Own:
        if (code, number) not in self._own:
            row = self._connection.execute(_own_days(code).where(school.c.number == number)).one_or_none()
            self._own[code, number] = _Own(row.authority, row.days) if row else _Own()
        return self._own[code, number]


def _own_days(code: str) -> Select[Any]:
    """Each school of the register with its authority, and its own days on that calendar if it has some."""
    return select(school.c.number, school.c.authority, calendar_school.c.days).outerjoin(
        calendar_school, and_(calendar_school.c.school == school.c.number, calendar_school.c.code == code)
    )


@lru_cache(maxsize=16)
def parsed_calendar(content: str) -> Calendar:
    """The calendar that a row's text is."""
    return Calendar.model_validate_json(content)


@lru_cache(maxsize=4096)
def _counted(
    content: str, version: int, authority: str | None, number: str | None, own: str | None
) -> SchoolDays:
    """Kept, because what is found about a day is remembered there."""
    days = OwnDays.model_validate_json(own) if own else NO_OWN_DAYS
    return SchoolDays(parsed_calendar(content), version, authority, number, days)
