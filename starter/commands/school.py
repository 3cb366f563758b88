"""`brokerage school`: the register of schools."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from sqlalchemy import select

from activities.read_models.schema import school
from starter.commands.case_filters import authority_named
from starter.commands.import_report import Where
from starter.commands.importing import Entry, preview_all, send_all
from starter.commands.writing import SenderOptions, person_for, sender_for
from starter.reading import reading
from starter.register import deped, wales
from starter.register.csv_file import read_rows
from starter.rows import Column, RowOptions, say_rows
from starter.sending import repeat_line

app = App(name="school", help="The register of schools.", help_format="plaintext")

Register = Literal["wales", "deped"]

FIELDS = ("number", "name", "authority", "phase", "town", "language_category", "federation", "open")
_TABLE = (
    Column("number", "NUMBER", lambda row: row["number"]),
    Column("name", "NAME", lambda row: row["name"]),
    Column("phase", "PHASE", lambda row: row["phase"]),
    Column("authority", "AUTHORITY", lambda row: row["authority"]),
    Column("language_category", "LANGUAGE", lambda row: row["language_category"] or ""),
)


@app.command(name="import")
def import_(
    file: Annotated[Path, Parameter(help="CSV with the columns of that register.")],
    /,
    *,
    register: Annotated[Register, Parameter(help="Whose register it is.")] = "wales",
    options: SenderOptions | None = None,
) -> int:
    """Enter the schools of a register file, or bring their entries up to date."""
    chosen = options or SenderOptions()
    entries = school_entries(file, register)
    with reading() as office:
        if chosen.dry_run:
            return preview_all(person_for(office.settings, chosen), office, [entries], "Schools")
        sender = sender_for(office.settings, chosen)
        return send_all(sender, office, [entries], "Schools", repeat_line())


def school_entries(file: Path, register: Register) -> list[Entry]:
    """The commands that a register file stands for."""
    rows: list[tuple[int, wales.SchoolRow]] | list[tuple[int, deped.SchoolRow]]
    rows = (
        read_rows(file, wales.SchoolRow, "number", others={"--register deped": deped.SchoolRow})
        if register == "wales"
        else read_rows(file, deped.SchoolRow, "number", others={"--register wales": wales.SchoolRow})
    )
    return [
        Entry(Where(file.name, line), f"school/{row.number}", "register", row.body()) for line, row in rows
    ]


@app.command(name="list")
def list_(
    *,
    authority: Annotated[str | None, Parameter(help="Only schools of this authority.")] = None,
    output: RowOptions | None = None,
) -> int:
    """List the schools on the register."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        query = select(school).order_by(school.c.number)
        if authority is not None:
            query = query.where(school.c.authority == authority_named(office, authority))
        rows = [{name: getattr(row, name) for name in FIELDS} for row in office.connection.execute(query)]
    say_rows(rows, FIELDS, chosen, _TABLE)
    return 0
