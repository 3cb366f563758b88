"""`brokerage work`: lists to work from, and whose work it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from cyclopts import App, Group, Parameter

from domain.calendars.counting import UNIT_WORDS
from domain.canonical import instant_from_text
from starter.commands.case_filters import Filters, choice_of
from starter.completing import people, programmes
from starter.failures import Exit, Failure
from starter.numbers import whole_number
from starter.output import TimeFormat, on_terminal, say, show_time
from starter.reading import Office, person_named, reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.case_list import time_zones, word_for
from starter.views.worklists import FIELDS, Worklist, worklist

app = App(name="work", help="Lists to work from, and whose work it is.", help_format="plaintext")

app.command(
    "starter.commands.giving_work:assign",
    name=["assign", "reassign"],
    help="Give a part of a case's work to somebody who holds the post.",
)
app.command(
    "starter.commands.giving_work:hand_over",
    name="hand-over",
    help="Give all the work that is somebody's to somebody else; each case records it.",
)
app.command(
    "starter.commands.inactive_schools:list_",
    name="inactive-schools",
    help="Open cases of schools that are closed, or missing from their register.",
)

_LISTS: Final[dict[Worklist, str]] = {
    "unassigned": "What staff owe and nobody in particular sees to.",
    "overdue": "What is overdue.",
    "due-this-week": "What falls due by the end of this week.",
    "waiting-on-school": "What the recipient school owes.",
    "waiting-on-provider": "What the provider school owes.",
    "stuck": "What goes on only with help: a lapse is held, an escalation waits for notice, mail failed, or all"
    " was done that could be.",
}
_SPARE: Final = 4
"""Columns that a narrow terminal may do without."""


@Parameter(name="*", group=Group("Which waits", sort_key=2))
@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """Flags that every worklist takes."""

    programme: Annotated[str | None, Parameter(help="Of this programme, e.g. EAS.", completer=programmes)] = (
        None
    )
    authority: Annotated[str | None, Parameter(help="Of schools of this authority.")] = None
    limit: Annotated[int | None, Parameter(converter=whole_number, help="Show at most so many.")] = None
    time: Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")] = None


@app.command
def mine(
    *,
    as_person: Annotated[
        str | None,
        Parameter(help="Whose list, by id or post ('head:6990004'); by default yours.", completer=people),
    ] = None,
    narrowed: Narrowed | None = None,
    output: RowOptions | None = None,
) -> int:
    """What you owe: assigned to you, or of your posts and nobody else's."""
    with reading() as office:
        return _list(office, "mine", narrowed, output, person=_person(office, as_person))


def _named(name: Worklist, words: str) -> Callable[..., int]:
    def list_(*, narrowed: Narrowed | None = None, output: RowOptions | None = None) -> int:
        with reading() as office:
            return _list(office, name, narrowed, output)

    list_.__doc__ = words
    return list_


for _name, _words in _LISTS.items():
    app.command(_named(_name, _words), name=_name)


def _person(office: Office, typed: str | None) -> str:
    """Whose list it is. Raises Failure where nobody is named, or somebody who is not on record."""
    from activities.home_files import read_profile

    person = typed or read_profile(office.settings)
    if person is None:
        raise Failure(
            Exit.USAGE, "H-PROFILE", "Nobody is named.", (), ("brokerage work mine --as-person PERSON",)
        )
    return person_named(office, person)


def _list(
    office: Office,
    name: Worklist,
    narrowed: Narrowed | None,
    output: RowOptions | None,
    person: str = "",
) -> int:
    asked, chosen = narrowed or Narrowed(), output or RowOptions()
    chosen.fields(FIELDS)
    if asked.limit is not None and asked.limit < 1:
        raise Failure(Exit.USAGE, "E-VALUE", "--limit must be at least 1.")
    choice = choice_of(office, Filters(programme=asked.programme, authority=asked.authority))
    rows = worklist(
        office,
        name,
        person=person,
        programme=choice.programme,
        authority=choice.authority,
        limit=asked.limit,
    )
    say_rows(rows, FIELDS, chosen, _table(office, rows, asked.time), _SPARE)
    if on_terminal() and not chosen.for_programs:
        say(f"{len(rows)} wait{'s' * (len(rows) != 1)}")
    return Exit.DONE


def _table(office: Office, rows: list[dict[str, Any]], time: TimeFormat | None) -> tuple[Column, ...]:
    zones = time_zones(office)
    recipient, provider = (word_for(office, noun, rows).upper() for noun in ("recipient", "provider"))
    return (
        Column("reference", "REFERENCE", lambda row: row["reference"]),
        Column("recipient", recipient, lambda row: row["recipient_name"] or row["recipient"]),
        Column("wait", "AWAITED", lambda row: row["wait"].partition(":")[0].replace("_", " ")),
        Column("owner", "FROM", lambda row: row["owner"].replace("_", " ")),
        Column("person", "WHOSE WORK", lambda row: row["person"] or "–"),
        Column("due_at", "DUE", lambda row: _due(row, time, zones[row["programme"]])),
        Column("stuck", "STUCK", lambda row: (row["stuck"] or "–").replace("-", " ")),
        Column("area", "AREA", lambda row: row["area"]),
        Column("stage", "STAGE", lambda row: row["stage"].replace("_", " ")),
        Column("provider", provider, lambda row: row["provider_name"] or row["provider"] or "–"),
    )


def _due(row: Mapping[str, Any], form: TimeFormat | None, zone: str) -> str:
    text = show_time(instant_from_text(row["due_at"]), form, zone)
    left = abs(row["days_left"])
    days = f"{left} {UNIT_WORDS[row['unit']][left != 1]}"
    return f"OVERDUE {days}, {text}" if row["overdue"] else f"{text} ({days})"
