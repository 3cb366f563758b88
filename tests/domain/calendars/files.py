"""The calendars that come with this version, and small changes to them."""

from datetime import date, timedelta
from pathlib import Path

from domain.calendars.model import Calendar, parse_calendar
from domain.calendars.own_days import NO_OWN_DAYS, OwnDays
from domain.calendars.school_days import SchoolDays

_FOLDER = Path(__file__).parents[3] / "domain" / "calendars"
WALES_TEXT = (_FOLDER / "wales.toml").read_text(encoding="utf-8")
PHILIPPINES_TEXT = (_FOLDER / "philippines.toml").read_text(encoding="utf-8")
WALES = parse_calendar(WALES_TEXT, "wales.toml")
PHILIPPINES = parse_calendar(PHILIPPINES_TEXT, "philippines.toml")


def wales(authority: str | None = None, own: OwnDays = NO_OWN_DAYS) -> SchoolDays:
    """The days of a school in Wales."""
    return SchoolDays(WALES, 1, authority, "6990004", own)


def philippines(own: OwnDays = NO_OWN_DAYS) -> SchoolDays:
    """The days of a public school of the Philippines."""
    return SchoolDays(PHILIPPINES, 1, None, "900001", own)


def day(text: str) -> date:
    """A day as it is written."""
    return date.fromisoformat(text)


def every_day(first: date, last: date) -> list[date]:
    """All days from the first to the last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def with_holiday(calendar: Calendar, on: date) -> Calendar:
    """The calendar with one more public holiday; itself where the day is one already."""
    if on in calendar.holiday_names:
        return calendar
    content = calendar.model_dump(mode="json")
    content["holidays"]["days"].append({"on": on.isoformat(), "name": "extra"})
    return Calendar.model_validate(content)
