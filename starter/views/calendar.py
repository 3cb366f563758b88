"""A calendar as it stands: its years and holidays, one school's own days, and any month day by day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from activities.read_models.days import DaysReader, parsed_calendar
from activities.read_models.schema import calendar, calendar_school
from domain.calendars.counting import Days
from domain.calendars.model import Calendar
from domain.calendars.own_days import NO_OWN_DAYS, OwnDays
from starter.reading import Office


@dataclass(frozen=True)
class CalendarRecord:
    """A calendar that is in force."""

    version: int
    content: Calendar

    @property
    def cited(self) -> str:
        """How due dates cite it."""
        return f"{self.content.code}@{self.version}"


def read_calendar(office: Office, code: str) -> CalendarRecord | None:
    """The calendar of that code; None where none is on record."""
    row = office.connection.execute(select(calendar).where(calendar.c.code == code)).one_or_none()
    return CalendarRecord(row.version, parsed_calendar(row.content)) if row else None


def list_calendars(office: Office) -> list[dict[str, Any]]:
    """One row for each calendar in force."""
    own = select(calendar_school.c.code, func.count()).group_by(calendar_school.c.code)
    schools = {row[0]: row[1] for row in office.connection.execute(own)}
    rows = []
    for row in office.connection.execute(select(calendar).order_by(calendar.c.code)):
        content = parsed_calendar(row.content)
        rows.append(
            {
                "code": row.code,
                "version": row.version,
                "title": content.title.en,
                "time_zone": content.time_zone,
                "years": [year.label for year in content.years],
                "known_to": content.last.isoformat(),
                "schools_with_own_days": schools.get(row.code, 0),
            }
        )
    return rows


def own_days_of(office: Office, code: str, school: str) -> OwnDays:
    """What a school has of its own on that calendar."""
    found = office.connection.execute(
        select(calendar_school.c.days).where(
            calendar_school.c.code == code, calendar_school.c.school == school
        )
    ).scalar()
    return OwnDays.model_validate_json(found) if found else NO_OWN_DAYS


def days_counted(office: Office, record: CalendarRecord, school: str | None) -> Days:
    """The days on which that school counts, or everybody who has none of their own."""
    return DaysReader(office.connection).days_of(record.content.code, record.content.time_zone, school)


def month_rows(days: Days, year: int, month: int) -> list[dict[str, Any]]:
    """Every day of a month: whether it counts, for whom, and why it does not."""
    first = date(year, month, 1)
    return [
        {
            "day": day.isoformat(),
            "weekday": f"{day:%a}",
            "school_day": days.counts(day, "school_days"),
            "working_day": days.counts(day, "working_days"),
            "why_not": days.why_not(day, "school_days"),
            "provisional": days.is_provisional(day),
        }
        for day in (first + timedelta(days=n) for n in range(monthrange(year, month)[1]))
    ]


def calendar_json(record: CalendarRecord, school: str | None, own: OwnDays) -> dict[str, Any]:
    """The whole calendar for programs, with one school's own days where one is asked for."""
    document = {
        "calendar": record.cited,
        "content_hash": record.content.content_hash(),
        **record.content.model_dump(mode="json"),
    }
    return document | ({"school": school, "own": own.model_dump(mode="json")} if school else {})
