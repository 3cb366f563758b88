"""`brokerage case list`: the cases, overdue and the earliest due first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from cyclopts import Parameter

from domain.calendars.counting import UNIT_WORDS
from domain.canonical import instant_from_text
from starter.back import Back, cases_as_they_were, say_look
from starter.commands.case_filters import Filters, check_filters, choice_of
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean
from starter.numbers import whole_number
from starter.output import TimeFormat, note, on_terminal, say, show_time
from starter.reading import Office, reading
from starter.rows import Column, RowOptions, say_line, say_rows
from starter.views.case_list import FIELDS, count_cases, list_cases, time_zones, word_for

_SPARE = 4
"""Columns that a narrow terminal may do without."""


@dataclass(frozen=True)
class _Asked:
    """Everything that one line asks for."""

    filters: Filters
    output: RowOptions
    back: Back
    sort: str | None
    limit: int | None
    time: TimeFormat | None
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Rows as last seen, where changes are watched."""


def list_(
    *,
    filters: Filters | None = None,
    sort: Annotated[
        str | None,
        Parameter(allow_leading_hyphen=True, help="Sort by this field; -FIELD for the other way round."),
    ] = None,
    limit: Annotated[int | None, Parameter(converter=whole_number, help="Show at most so many.")] = None,
    output: RowOptions | None = None,
    back: Back | None = None,
    watch: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Show it again at each change; off a terminal, print changed rows as JSON lines.",
        ),
    ] = False,
    time: Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")] = None,
) -> int:
    """List cases, overdue and the earliest due first."""
    asked = _Asked(filters or Filters(), output or RowOptions(), back or Back(), sort, limit, time)
    _check(asked)
    if watch:
        if asked.output.csv:
            raise Failure(Exit.USAGE, "E-USAGE", "--watch prints a table or lines of JSON, no CSV.")
        from starter.watching import watch_log

        watch_log(
            lambda office: _list(office, asked),
            lambda office, seen: _list_changes(office, asked, seen is not None),
            back=asked.back,
            lines=asked.output.for_programs,
        )
    with reading() as live, cases_as_they_were(live, asked.back) as office:
        _list(office, asked)
        for line in office.untold:
            note(f"✗ {line}.  R-VALID-AT")
        return Exit.SOME_FAILED if office.untold else Exit.DONE


def _check(asked: _Asked) -> None:
    """Raise Failure for what is wrong in any office."""
    asked.output.fields(FIELDS)
    check_filters(asked.filters)
    if asked.sort is not None and (name := asked.sort.removeprefix("-")) not in FIELDS:
        raise Failure(
            Exit.USAGE,
            "E-FIELD",
            f"There is no field {name!r} to sort by.{did_you_mean(name, FIELDS)}",
            (f"Fields: {', '.join(FIELDS)}",),
        )
    if asked.limit is not None and asked.limit < 1:
        raise Failure(Exit.USAGE, "E-VALUE", "--limit must be at least 1.")


def _list(office: Office, asked: _Asked) -> None:
    choice = choice_of(office, asked.filters)
    rows = list_cases(office, choice, sort=asked.sort, limit=asked.limit)
    if asked.output.for_programs:
        say_rows(rows, FIELDS, asked.output, ())
        return
    say_look(office, asked.time)
    say_rows(rows, FIELDS, asked.output, _table(office, rows, asked.time), _SPARE)
    if on_terminal():
        say(_count(len(rows), count_cases(office, choice) if len(rows) == asked.limit else len(rows)))


def _list_changes(office: Office, asked: _Asked, tell: bool) -> None:
    """A line of JSON for each row that is new, no longer what it was, or no longer one that was asked for."""
    fields = asked.output.fields(FIELDS)
    rows = list_cases(office, choice_of(office, asked.filters), sort=asked.sort, limit=asked.limit)
    chosen = {row["reference"]: row for row in rows}
    left = asked.known.keys() - chosen.keys()
    gone = [row for row in list_cases(office) if row["reference"] in left] if left else []
    for row in (*rows, *gone):
        if tell and asked.known.get(row["reference"]) != row:
            say_line({name: row[name] for name in fields})
    asked.known.clear()
    asked.known.update(chosen)


def _table(office: Office, rows: Sequence[Mapping[str, Any]], time: TimeFormat | None) -> tuple[Column, ...]:
    zones = time_zones(office)
    recipient, provider = (word_for(office, noun, rows).upper() for noun in ("recipient", "provider"))
    return (
        Column("reference", "REFERENCE", lambda row: row["reference"]),
        Column("recipient", recipient, lambda row: row["recipient_name"] or row["recipient"]),
        Column("area", "AREA", lambda row: row["area"]),
        Column("stage", "STAGE", lambda row: row["stage"].replace("_", " ") + " (paused)" * row["paused"]),
        Column("waiting_on", "WAITING ON", _waiting),
        Column("due_at", "DUE", lambda row: _due(row, time, zones[row["programme"]])),
        Column("provider", provider, lambda row: row["provider_name"] or row["provider"] or "–"),
        Column("days_agreed", "DAYS", _days),
        Column("phase", "PHASE", lambda row: row["phase"]),
        Column("support_language", "LANGUAGE", lambda row: row["support_language"]),
    )


def _waiting(row: Mapping[str, Any]) -> str:
    """'broker: pause review'."""
    if row["wait"] is None:
        return "–"
    name = row["wait"].partition(":")[0].replace("_", " ")
    return f"{row['waiting_on']}: {name}"


def _days(row: Mapping[str, Any]) -> str:
    """Days held of those agreed: '1.5/4'."""
    return f"{row['days_counted']}/{row['days_agreed']}" if row["days_agreed"] is not None else "–"


def _due(row: Mapping[str, Any], form: TimeFormat | None, zone: str) -> str:
    if row["due_at"] is None:
        return "OVERDUE" if row["overdue"] else "–"
    left = row["school_days_left"]
    text = show_time(instant_from_text(row["due_at"]), form, zone)
    one, many = UNIT_WORDS[row["days_unit"]]
    days = f"{abs(left)} {one if abs(left) == 1 else many}"
    return f"OVERDUE {days}, {text}" if left < 0 else f"{text} ({days})"


def _count(shown: int, found: int) -> str:
    if shown < found:
        return f"Showing {shown} of {found} cases"
    return f"{shown} case{'s' * (shown != 1)}"
