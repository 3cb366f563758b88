"""The days that a school counts on, from the rows of calendars; parsed once for each content."""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection, select

from activities.read_models.schema import calendar, calendar_school, school
from domain.calendars.counting import Days
from domain.calendars.model import Calendar
from domain.calendars.own_days import NO_OWN_DAYS, OwnDays
from domain.calendars.school_days import SchoolDays
from domain.calendars.weekdays import Weekdays


class DaysReader:
    """Reads calendars on one connection, each row once; nothing is kept between transactions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._calendars: dict[str, tuple[int, str, int] | None] = {}
        self._own: dict[tuple[str, str], str | None] = {}
        self._authorities: dict[str, str | None] = {}

    def days_of(self, code: str, zone: str, number: str | None) -> Days:
        """The days of a school, or of an office where none is named; weekdays where no such calendar is on record."""
        found = self._calendar(code)
        if found is None:
            return Weekdays(zone, number)
        if number is not None and (code, number) not in self._own:
            self.look_up(code, (number,))
        version, content, _ = found
        own = self._own.get((code, number or ""))
        return _counted(content, version, self._authorities.get(number or ""), number, own)

    def look_up(self, code: str, numbers: Iterable[str | None]) -> None:
        """Read what these schools have of their own all at once, for who will ask for many of them."""
        wanted = {number for number in numbers if number and (code, number) not in self._own}
        if not wanted:
            return
        self._own |= {(code, number): None for number in wanted}
        self._authorities |= dict.fromkeys(wanted)
        own = select(calendar_school.c.school, calendar_school.c.days).where(
            calendar_school.c.code == code, calendar_school.c.school.in_(wanted)
        )
        of = select(school.c.number, school.c.authority).where(school.c.number.in_(wanted))
        self._own |= {(code, row.school): row.days for row in self._connection.execute(own)}
        self._authorities |= {row.number: row.authority for row in self._connection.execute(of)}

    def position(self, code: str) -> int | None:
        """Position of the calendar's last event; None where there is none."""
        found = self._calendar(code)
        return found[2] if found else None

    def _calendar(self, code: str) -> tuple[int, str, int] | None:
        if code not in self._calendars:
            row = self._connection.execute(select(calendar).where(calendar.c.code == code)).one_or_none()
            self._calendars[code] = (row.version, row.content, row.position) if row else None
        return self._calendars[code]


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
