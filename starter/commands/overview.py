"""`brokerage overview`: what was agreed to matter at a school, version by version."""

from itertools import groupby
from typing import Annotated, Any

from cyclopts import App, Parameter

from domain.directory.overviews import RecordOverview
from starter.commands.writing import Order, WriteOptions, carry_out, read_body
from starter.completing import schools
from starter.days import read_day
from starter.failures import Exit, Failure
from starter.flags import FlagError
from starter.output import say, say_json
from starter.reading import reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.overviews import list_overviews

app = App(name="overview", help="Support overviews of schools, version by version.", help_format="plaintext")

FIELDS = ("school", "version", "priority", "area", "since")
_TABLE = (
    Column("school", "SCHOOL", lambda row: row["school"]),
    Column("version", "VERSION", lambda row: row["version"]),
    Column("priority", "PRIORITY", lambda row: row["priority"]),
    Column("area", "AREA", lambda row: row["area"]),
    Column("since", "SINCE", lambda row: row["since"]),
)
_Number = Annotated[str, Parameter(help="Number of the school.", completer=schools)]


@app.command
def record(
    number: _Number,
    /,
    *,
    version: Annotated[str, Parameter(help="Version that was read, e.g. 2026-2. (required)")],
    read_on: Annotated[
        str, Parameter(allow_leading_hyphen=True, help="Day on which it was read: 2026-11-20, today.")
    ] = "today",
    priority: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            consume_multiple=False,
            help="'SSO-2 | numeracy | its words', every one of the version; without words where they stand as before.",
        ),
    ] = (),
    options: WriteOptions | None = None,
) -> int:
    """Record a version of a school's support overview. Words are sealed; requests then cite what is on record."""
    try:
        day = read_day(read_on)
    except FlagError as error:
        raise Failure(Exit.USAGE, "E-VALUE", f"--read-on: {error}.") from None
    body = {"version": version, "read_on": day, "priorities": [_priority(text) for text in priority]}
    chosen = options or WriteOptions()
    checked = read_body(RecordOverview, {}, chosen, body)
    with reading() as office:
        return carry_out(
            office, Order(RecordOverview.verb, lambda _key: f"overview/{number}", checked, chosen)
        )


@app.command
def show(
    number: _Number, /, *, json: Annotated[bool, Parameter(negative="", help="Print it as JSON.")] = False
) -> int:
    """Show the versions of a school's overview on record: priorities and since when their words stand."""
    with reading() as office:
        rows = [row for row in list_overviews(office.connection) if row["school"] == number]
    if not rows:
        raise Failure(
            Exit.NOT_FOUND,
            "E-OVERVIEW",
            f"No support overview of school {number} is on record.",
            (),
            (f"brokerage overview record {number} --version 2026-1 --priority 'SSO-1 | numeracy | …'",),
        )
    if json:
        say_json(rows)
        return Exit.DONE
    for version, own in groupby(rows, key=lambda row: str(row["version"])):
        say(version)
        for one in own:
            say(f"  {one['priority']}  {one['area']}  since {one['since']}")
    return Exit.DONE


@app.command(name="list")
def list_(*, output: RowOptions | None = None) -> int:
    """List every priority of every version of every school's overview."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        rows = list_overviews(office.connection)
    say_rows(rows, FIELDS, chosen, _TABLE)
    return Exit.DONE


def _priority(text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split("|")]
    if not 2 <= len(parts) <= 3 or not all(parts):
        raise Failure(
            Exit.USAGE,
            "E-VALUE",
            "--priority must read 'SSO-2 | area | words', or 'SSO-2 | area' where words stand.",
        )
    return dict(zip(("ref", "area", "text"), parts, strict=False))
