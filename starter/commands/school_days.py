"""`brokerage calendar set-days`: what a single school has of its own."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from pydantic import ValidationError

from domain.canonical import plain
from domain.directory.calendars import SetSchoolDays
from domain.problems import in_words
from starter.commands.calendar_names import DEFAULT, calendar_stream, known_calendar
from starter.commands.writing import Order, WriteOptions, carry_out
from starter.completing import schools
from starter.days import read_day
from starter.failures import Exit, Failure
from starter.files import read_document
from starter.reading import reading
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
