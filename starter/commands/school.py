"""`brokerage school`: the register of schools."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from sqlalchemy import select

from activities.read_models.schema import school
from starter.commands.importing import Entry, preview_all, send_all
from starter.commands.writing import SenderOptions, person_for, sender_for
from starter.output import choose_fields, say_json, say_table
from starter.reading import reading
from starter.register.csv_file import read_rows
from starter.register.wales import SchoolRow
from starter.sending import repeat_line

app = App(name="school", help="The register of schools.", help_format="plaintext")

FIELDS = ("number", "name", "authority", "phase", "town", "language_category", "federation", "open")


@app.command(name="import")
def import_(
    file: Annotated[Path, Parameter(help="CSV with the columns of the Welsh register.")],
    /,
    *,
    options: SenderOptions | None = None,
) -> int:
    """Enter the schools of a register file, or bring their entries up to date."""
    chosen = options or SenderOptions()
    entries = school_entries(file)
    with reading() as office:
        if chosen.dry_run:
            return preview_all(person_for(office.settings, chosen), office, [entries], "Schools")
        sender = sender_for(office.settings, chosen)
        return send_all(sender, office, [entries], "Schools", repeat_line())


def school_entries(file: Path) -> list[Entry]:
    """The commands that a register file stands for."""
    return [
        Entry(f"{file.name}:{line}", f"school/{row.number}", "register", row.body())
        for line, row in read_rows(file, SchoolRow)
    ]


@app.command(name="list")
def list_(
    *,
    authority: Annotated[str | None, Parameter(help="Only schools of this authority.")] = None,
    json: Annotated[
        str | None, Parameter(help="Print JSON with these fields; 'all' for every field.")
    ] = None,
) -> int:
    """List the schools on the register."""
    with reading() as office:
        query = select(school).order_by(school.c.number)
        if authority:
            query = query.where(school.c.authority == authority)
        rows = [{name: getattr(row, name) for name in FIELDS} for row in office.connection.execute(query)]
    if json is not None:
        say_json(choose_fields(rows, "" if json == "all" else json, FIELDS))
    else:
        say_table(
            (
                (r["number"], r["name"], r["phase"], r["authority"], r["language_category"] or "")
                for r in rows
            ),
            ("NUMBER", "NAME", "PHASE", "AUTHORITY", "LANGUAGE"),
        )
    return 0
