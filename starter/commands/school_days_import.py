"""`brokerage calendar import`: the INSET days and closures of many schools from one file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from pydantic import ValidationError

from domain.calendars.own_days import OwnDays
from domain.canonical import plain
from domain.problems import in_words
from starter.commands.calendar_names import DEFAULT, calendar_stream, known_calendar
from starter.commands.file_import import FileOptions, carry_out_import, chosen_rows
from starter.commands.import_report import Where
from starter.commands.importing import Entry
from starter.commands.schools_named import not_in_the_register
from starter.commands.writing import SenderOptions
from starter.failures import Exit, Failure
from starter.reading import Office, reading
from starter.register.csv_file import Parsed, parse_rows
from starter.register.school_days import SchoolDaysRow
from starter.views.calendar import own_days_of

Lines = Sequence[tuple[int, SchoolDaysRow]]


def import_(
    file: Annotated[Path, Parameter(help="CSV: School Number, What (inset, closed), First, Last, Reason.")],
    /,
    *,
    calendar: Annotated[
        str, Parameter(name="--calendar", help="Code of the calendar it counts on.")
    ] = DEFAULT,
    files: FileOptions | None = None,
    options: SenderOptions | None = None,
) -> int:
    """Record the INSET days and closures of many schools; for each school in the file, all of them.

    So a school of which one line is wrong is left as it is, and its lines are mended and read together.
    """
    chosen, rows = options or SenderOptions(), files or FileOptions()
    stream = calendar_stream(calendar)
    with reading() as office:
        known_calendar(office, calendar)
        everything = parse_school_days(office, file)
        parsed = chosen_rows(everything, rows)
        _check_whole(everything, parsed)
        return carry_out_import(
            office, parsed, lambda: [_entries(office, calendar, stream, parsed)], "Schools", rows, chosen
        )


def parse_school_days(office: Office, file: Path) -> Parsed[SchoolDaysRow]:
    """The rows of schools of which every line is good. Raises Failure (exit 2)."""
    parsed = parse_rows(file, SchoolDaysRow, "school", "what", "first")
    parsed = parsed.but(not_in_the_register(office, parsed.rows))
    parsed = parsed.but(_too_much_together(parsed.rows))
    return parsed.but(_beside_wrong_ones(parsed))


def _by_school(rows: Lines) -> Mapping[str, Lines]:
    found: dict[str, list[tuple[int, SchoolDaysRow]]] = {}
    for line, row in rows:
        found.setdefault(row.school, []).append((line, row))
    return found


def _days(lines: Lines) -> dict[str, Any]:
    return {
        "inset": sorted(row.first.isoformat() for _, row in lines if row.what == "inset"),
        "closures": [plain(row.closure()) for _, row in lines if row.what == "closed"],
    }


def _too_much_together(rows: Lines) -> Iterator[tuple[int, str, str]]:
    """The first line of schools whose days cannot stand together, and why."""
    for lines in _by_school(rows).values():
        try:
            OwnDays.model_validate(_days(lines))
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            yield lines[0][0], "school", in_words(problem).removeprefix("Value error, ")


def _beside_wrong_ones(parsed: Parsed[SchoolDaysRow]) -> Iterator[tuple[int, str, str]]:
    """Good lines of a school that has wrong ones: without those, its days would be taken for fewer than they are."""
    said = parsed.said("school")
    wrong = {said[line]: line for line in sorted(parsed.bad, reverse=True)}
    for line, row in parsed.rows:
        if row.school in wrong:
            yield line, "school", f"is left as it is: line {wrong[row.school]} of it is wrong"


def _check_whole(everything: Parsed[SchoolDaysRow], chosen: Parsed[SchoolDaysRow]) -> None:
    """Raise Failure (exit 2) where some lines of a school are asked for and others are not."""
    asked = _by_school(chosen.rows)
    for school, lines in _by_school(everything.rows).items():
        if school in asked and len(asked[school]) < len(lines):
            numbers = ",".join(str(line) for line, _ in lines)
            raise Failure(
                Exit.USAGE,
                "E-VALUE",
                f"--only-rows: the lines of {school} stand for all its days and go in together: {numbers}.",
            )


def _entries(office: Office, calendar: str, stream: str, parsed: Parsed[SchoolDaysRow]) -> list[Entry]:
    """A command for each school, told by its first line. Terms that a school sets itself stay on record."""
    entries, name = [], parsed.table.path.name
    for school, lines in _by_school(parsed.rows).items():
        own = own_days_of(office, calendar, school).model_dump(mode="json")
        days = OwnDays.model_validate(own | _days(lines)).model_dump(mode="json")
        first, *others = (Where(name, line) for line, _ in lines)
        body = {"school": school, "days": days}
        entries.append(Entry(first, stream, "set-school-days", body, same=days == own, also=tuple(others)))
    return entries
