"""The calendar or the school that a line names, or what to say where there is none."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable

from domain.ids import CALENDAR_CODE_PATTERN
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean, near_school
from starter.reading import Office
from starter.views.calendar import CalendarRecord, list_calendars, read_calendar

DEFAULT = "wales"


def known_calendar(office: Office, code: str) -> CalendarRecord:
    """The calendar that was named. Raises Failure (exit 3)."""
    record = read_calendar(office, code)
    if record is None:
        near = did_you_mean(code, (row["code"] for row in list_calendars(office)))
        ships = (f"brokerage calendar publish {code}",) if _is_shipped(code) else ()
        raise Failure(
            Exit.NOT_FOUND,
            "E-CALENDAR",
            f"There is no calendar {code}.{near}",
            (),
            ("brokerage calendar list", *ships),
        )
    return record


def known_school(office: Office, number: str) -> None:
    """Raises Failure (exit 3) where the register has no such school."""
    if number not in office.school_names():
        raise Failure(
            Exit.NOT_FOUND,
            "E-SCHOOL",
            f"There is no school {number}.{near_school(office, number)}",
            (),
            ("brokerage school list",),
        )


def calendar_stream(code: str) -> str:
    """The stream of a calendar. Raises Failure (exit 2) where the text can be no code of one."""
    if not re.fullmatch(CALENDAR_CODE_PATTERN, code):
        raise Failure(Exit.USAGE, "E-VALUE", f"--calendar: {code!r} is no code of a calendar, such as wales.")
    return f"calendar/{code}"


def shipped_calendar(code: str) -> Traversable:
    """Where the file of a calendar that comes with Brokerage would be."""
    return files("domain.calendars") / f"{code.lower()}.toml"


def _is_shipped(code: str) -> bool:
    return re.fullmatch(CALENDAR_CODE_PATTERN, code) is not None and shipped_calendar(code).is_file()
