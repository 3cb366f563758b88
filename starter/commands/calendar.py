"""`brokerage calendar`: what counts as a day, for whom."""

import re
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from domain.calendars.model import Calendar, CalendarError, parse_calendar
from domain.calendars.own_days import OwnDays
from starter.commands.calendar_names import DEFAULT, known_calendar, known_school, shipped_calendar
from starter.commands.calendar_page import say_calendar, say_month
from starter.commands.writing import Order, WriteOptions, carry_out
from starter.completing import schools
from starter.failures import Exit, Failure
from starter.files import read_text
from starter.output import say_json
from starter.reading import reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.calendar import calendar_json, days_counted, list_calendars, month_rows, own_days_of

app = App(name="calendar", help="Calendars: terms, holidays, schools' own days.", help_format="plaintext")
app.command(
    "starter.commands.school_days:set_days",
    name="set-days",
    help="Record a school's INSET days or closures; what a flag does not name stays.",
)
app.command(
    "starter.commands.school_days_import:import_",
    name="import",
    help="Record the INSET days and closures of many schools from a CSV file.",
)

FIELDS = ("code", "version", "title", "time_zone", "years", "known_to", "schools_with_own_days")
_TABLE = (
    Column("code", "CODE", lambda row: row["code"]),
    Column("version", "VERSION", lambda row: str(row["version"])),
    Column("title", "TITLE", lambda row: row["title"]),
    Column("years", "YEARS", lambda row: ", ".join(row["years"])),
    Column("known_to", "KNOWN TO", lambda row: row["known_to"]),
    Column("schools_with_own_days", "OWN DAYS", lambda row: str(row["schools_with_own_days"])),
)
_School = Annotated[str, Parameter(help="Number of a school.", completer=schools)]


@app.command(name="list")
def list_(*, output: RowOptions | None = None) -> int:
    """List the calendars in force."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        rows = list_calendars(office)
    say_rows(rows, FIELDS, chosen, _TABLE)
    return Exit.DONE


@app.command
def show(
    code: Annotated[str, Parameter(help="Code of a calendar, e.g. wales.")] = DEFAULT,
    /,
    *,
    school: _School | None = None,
    month: Annotated[str | None, Parameter(help="Every day of a month, e.g. 2026-10.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print it as JSON.")] = False,
) -> int:
    """Show a calendar: terms, holidays, what is assumed; or a month of it, day by day."""
    asked = _month(month) if month else None
    with reading() as office:
        record = known_calendar(office, code)
        if school is not None:
            known_school(office, school)
        own = own_days_of(office, code, school) if school else OwnDays()
        days = month_rows(days_counted(office, record, school), *asked) if asked else []
    if json:
        say_json(days if asked else calendar_json(record, school, own))
    elif asked:
        say_month(days)
    else:
        say_calendar(record, school, own)
    return Exit.DONE


@app.command
def publish(
    file: Annotated[
        Path,
        Parameter(help="Calendar file, TOML; or the code of one that comes with Brokerage, e.g. wales."),
    ],
    /,
    *,
    corrects_past: Annotated[
        bool, Parameter(negative="", help="Days that are over may count otherwise: it is a correction.")
    ] = False,
    options: WriteOptions | None = None,
) -> int:
    """Put the next version of a calendar in force; open deadlines are counted anew, passed ones stay."""
    chosen = options or WriteOptions()
    content = _read(file)
    stream = f"calendar/{content.code}"
    body: dict[str, Any] = {"content": content.model_dump(mode="json")}
    if corrects_past:
        body["corrects_past"] = True
    with reading() as office:
        return carry_out(office, Order("publish", lambda _key: stream, body, chosen, subject=stream))


def _read(file: Path) -> Calendar:
    shipped = shipped_calendar(file.name)
    try:
        if not file.exists() and file.suffix == "" and shipped.is_file():
            return parse_calendar(shipped.read_text(encoding="utf-8"), shipped.name)
        return parse_calendar(read_text(file), file.name)
    except CalendarError as error:
        raise Failure(
            Exit.USAGE, "E-CALENDAR", f"{file} is not a calendar file.", tuple(error.problems)
        ) from None


def _month(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
    if found is None:
        raise Failure(Exit.USAGE, "E-VALUE", f"--month: {text!r} is no month, such as 2026-10.")
    return int(found[1]), int(found[2])
