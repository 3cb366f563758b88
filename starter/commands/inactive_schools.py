"""`brokerage work inactive-schools`: open cases whose school is not there any more."""

from typing import Annotated

from cyclopts import Parameter

from starter.commands.case_filters import Filters, choice_of
from starter.completing import programmes
from starter.failures import Exit
from starter.output import on_terminal, say
from starter.reading import reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.inactive_schools import FIELDS, inactive_schools

_TABLE = (
    Column("school", "SCHOOL", lambda row: row["school"]),
    Column("name", "NAME", lambda row: row["name"]),
    Column(
        "inactive", "WHY", lambda row: " since ".join(filter(None, (row["inactive"], row["inactive_since"])))
    ),
    Column("successor", "SUCCESSOR", lambda row: row["successor"] or "–"),
    Column("reference", "REFERENCE", lambda row: row["reference"]),
    Column("part", "PART", lambda row: row["part"]),
    Column("stage", "STAGE", lambda row: row["stage"].replace("_", " ")),
    Column("waiting_on", "WAITING ON", lambda row: row["waiting_on"] or "–"),
)


def list_(
    *,
    programme: Annotated[
        str | None, Parameter(help="Of this programme, e.g. EAS.", completer=programmes)
    ] = None,
    authority: Annotated[str | None, Parameter(help="Of schools of this authority.")] = None,
    output: RowOptions | None = None,
) -> int:
    """Open cases of schools that are closed, or missing from their register."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        choice = choice_of(office, Filters(programme=programme, authority=authority))
        rows = inactive_schools(office, programme=choice.programme, authority=choice.authority)
    say_rows(rows, FIELDS, chosen, _TABLE, 2)
    if on_terminal() and not chosen.for_programs:
        say(f"{len(rows)} case{'s' * (len(rows) != 1)}")
    return Exit.DONE
