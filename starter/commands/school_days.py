"""`brokerage calendar set-days` and `import`: what single schools have of their own."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from pydantic import ValidationError

from domain.canonical import plain
from domain.directory.calendars import SetSchoolDays
from domain.problems import in_words
from starter.commands.calendar_names import DEFAULT, calendar_stream, known_calendar
from starter.commands.import_report import Where
from starter.commands.importing import Entry, preview_all, send_all
from starter.commands.writing import Order, SenderOptions, WriteOptions, carry_out, person_for, sender_for
from starter.completing import schools
from starter.days import read_day
from starter.failures import Exit, Failure
from starter.files import read_document
from starter.reading import Office, reading
from starter.register.csv_file import read_rows
from starter.register.school_days import SchoolDaysRow
from starter.sending import repeat_line
from starter.views.calendar import own_days_of

_School = Annotated[str, Parameter(help="Number of a school.", completer=schools)]
_OfCalendar = Annotated[str, Parameter(name="--calendar", help="Code of the calendar it counts on.")]


def set_days(
    *,
    school: _School,
    inset: Annotated[
        list[str] | None, Parameter(help="INSET day, e.g. 2026-09-01; all of them, once for each.")
    ] = None,
    closed: Annotated[
        list[str] | None, Parameter(help="Days on which it is shut: FROM..TO, or one day; all of them.")
    ] = None,
    reason: Annotated[str | None, Parameter(help="Why it is shut, e.g. snow; shown to everybody.")] = None,
    clear: Annotated[
        bool, Parameter(negative="", help="Begin with none: also drops what no flag names.")
    ] = False,
    calendar: _OfCalendar = DEFAULT,
    options: WriteOptions | None = None,
) -> int:
    """Record a school's INSET days or closures; what a flag does not name stays as it is on record.

    Terms of its own come from a file: --from FILE with `days.years`, as docs/calendars.md shows.
    """
    chosen = options or WriteOptions()
    if reason is not None and closed is None:
        raise Failure(Exit.USAGE, "E-VALUE", "--reason goes with --closed.")
    if not clear and inset is None and closed is None and chosen.from_ is None:
        raise Failure(
            Exit.USAGE, "E-VALUE", "Give --inset, --closed or --from with what is to be recorded, or --clear."
        )
    stream = calendar_stream(calendar)
    with reading() as office:
        known_calendar(office, calendar)
        days: dict[str, Any] = {}
        if chosen.from_ is not None:
            days = _values(chosen.from_)
        elif not clear:
            days = own_days_of(office, calendar, school).model_dump(mode="json")
        if inset is not None:
            days["inset"] = sorted(read_day(text) for text in inset)
        if closed is not None:
            days["closures"] = [_closure(text, reason) for text in closed]
        body = _body(school, days)
        return carry_out(office, Order("set-school-days", lambda _key: stream, body, chosen, subject=school))


def import_(
    file: Annotated[Path, Parameter(help="CSV: School Number, What (inset, closed), First, Last, Reason.")],
    /,
    *,
    calendar: _OfCalendar = DEFAULT,
    options: SenderOptions | None = None,
) -> int:
    """Record the INSET days and closures of many schools; for each school in the file, all of them."""
    chosen = options or SenderOptions()
    stream = calendar_stream(calendar)
    rows = read_rows(file, SchoolDaysRow, "school", "what", "first")
    with reading() as office:
        known_calendar(office, calendar)
        entries = _entries(office, file, calendar, stream, rows)
        if chosen.dry_run:
            return preview_all(person_for(office.settings, chosen), office, [entries], "Schools")
        return send_all(sender_for(office.settings, chosen), office, [entries], "Schools", repeat_line())


def _entries(
    office: Office, file: Path, calendar: str, stream: str, rows: list[tuple[int, SchoolDaysRow]]
) -> list[Entry]:
    """A command for each school, told by its first line. Terms that a school sets itself stay on record."""
    by_school: dict[str, list[tuple[int, SchoolDaysRow]]] = {}
    for line, row in rows:
        by_school.setdefault(row.school, []).append((line, row))
    entries = []
    for school, lines in by_school.items():
        own = own_days_of(office, calendar, school)
        days = own.model_dump(mode="json") | {
            "inset": sorted(row.first.isoformat() for _, row in lines if row.what == "inset"),
            "closures": [plain(row.closure()) for _, row in lines if row.what == "closed"],
        }
        body = _body(school, days)
        same = body["days"] == own.model_dump(mode="json")
        entries.append(Entry(Where(file.name, lines[0][0]), stream, "set-school-days", body, same))
    return entries


def _body(school: str, days: dict[str, Any]) -> dict[str, Any]:
    """What the command says. Raises Failure (exit 2) that says what is wrong with it."""
    try:
        return SetSchoolDays.model_validate({"school": school, "days": days}).model_dump(mode="json")
    except ValidationError as error:
        problems = [
            f"{where}: {words}" if (where := _where(item["loc"])) else words
            for item in error.errors(include_url=False)
            for words in [in_words(item).removeprefix("Value error, ")]
        ]
        raise Failure(Exit.USAGE, "E-VALUE", f"{problems[0]}.", tuple(problems[1:])) from None


def _where(place: tuple[int | str, ...]) -> str:
    """The flag or the key of the file that is concerned."""
    return "--school" if place == ("school",) else ".".join(str(part) for part in place[1:])


def _closure(text: str, reason: str | None) -> dict[str, str]:
    first, _, last = text.partition("..")
    days = {"first": read_day(first), "last": read_day(last or first)}
    return days | ({"reason": reason} if reason else {})


def _values(path: Path) -> dict[str, Any]:
    values: Any = plain(read_document(path))
    if not isinstance(values, dict):
        raise Failure(Exit.USAGE, "E-FILE", f"{path} must hold inset, closures or years by name.")
    return values
