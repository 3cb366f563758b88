"""`brokerage school`: the register of schools."""

from typing import Annotated

from cyclopts import App, Parameter
from sqlalchemy import select

from activities.read_models.schema import school
from starter.commands.case_filters import authority_named
from starter.reading import reading
from starter.rows import Column, RowOptions, say_rows

app = App(name="school", help="The register of schools.", help_format="plaintext")
app.command(
    "starter.commands.school_import:import_",
    name="import",
    help="Enter the schools of a register file, or bring their entries up to date.",
)
app.command("starter.commands.standing:close", name="close", help="Record that a school has closed.")
app.command(
    "starter.commands.standing:reopen",
    name="reopen",
    help="Record that a school is open that was closed, or missing from its register.",
)

FIELDS = (
    "number", "name", "authority", "phase", "town", "language_category", "federation", "open", "inactive",
    "inactive_since", "successor", "latitude", "longitude",
)  # fmt: skip
"""Flat and stable: what is added goes to the end. Places are in millionths of a degree."""
_TABLE = (
    Column("number", "NUMBER", lambda row: row["number"]),
    Column("name", "NAME", lambda row: row["name"]),
    Column("phase", "PHASE", lambda row: row["phase"]),
    Column("authority", "AUTHORITY", lambda row: row["authority"]),
    Column("language_category", "LANGUAGE", lambda row: row["language_category"] or ""),
    Column("inactive", "INACTIVE", lambda row: row["inactive"] or ""),
)


@app.command(name="list")
def list_(
    *,
    authority: Annotated[str | None, Parameter(help="Only schools of this authority.")] = None,
    inactive: Annotated[
        bool, Parameter(negative="", help="Only schools that are closed, or missing from their register.")
    ] = False,
    output: RowOptions | None = None,
) -> int:
    """List the schools on the register."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        query = select(school).order_by(school.c.number)
        if authority is not None:
            query = query.where(school.c.authority == authority_named(office, authority))
        if inactive:
            query = query.where(school.c.open.is_(False))
        rows = [{name: getattr(row, name) for name in FIELDS} for row in office.connection.execute(query)]
    say_rows(rows, FIELDS, chosen, _TABLE, 1)
    return 0
