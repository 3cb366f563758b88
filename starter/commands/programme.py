"""`brokerage programme`: the rules that are data."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from sqlalchemy import select

from activities.read_models.schema import programme as programme_table
from domain.programmes import Programme, ProgrammeError, parse_programme
from starter.commands.writing import Order, WriteOptions, carry_out
from starter.completing import programmes
from starter.failures import Exit, Failure
from starter.files import read_text
from starter.nearest import near_programme
from starter.output import say, say_json, say_table
from starter.reading import reading
from starter.rows import Column, RowOptions, say_rows

app = App(name="programme", help="Programmes: their routes, areas, waits and words.", help_format="plaintext")

FIELDS = ("code", "version", "title")
_TABLE = (
    Column("code", "CODE", lambda row: row["code"]),
    Column("version", "VERSION", lambda row: str(row["version"])),
    Column("title", "TITLE", lambda row: row["title"]),
)


@app.command(name="list")
def list_(*, output: RowOptions | None = None) -> int:
    """List the programmes in force."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        found = [_programme(row.content) for row in office.connection.execute(select(programme_table))]
    rows = [{"code": p.code, "version": p.version, "title": p.title.en} for p in found]
    say_rows(rows, FIELDS, chosen, _TABLE)
    return 0


@app.command
def show(
    code: Annotated[str, Parameter(help="Programme code, e.g. EAS.", completer=programmes)],
    /,
    *,
    json: Annotated[bool, Parameter(negative="", help="Print the whole programme as JSON.")] = False,
) -> int:
    """Show a programme's routes, areas and waits."""
    with reading() as office:
        found = office.facts.programme(code.upper())
        counted_on = office.facts.days_of(found, None).calendar if found else ""
        if found is None:
            raise Failure(
                Exit.NOT_FOUND,
                "E-PROGRAMME",
                f"There is no programme {code}.{near_programme(office, code)}",
                (),
                (
                    "brokerage programme list",
                    *((f"brokerage programme publish {code.upper()}",) if _shipped(code).is_file() else ()),
                ),
            )
    if json:
        say_json(found.model_dump(mode="json"))
        return 0
    say(f"{found.title.en} ({found.code}, version {found.version}, {found.content_hash()[:12]})")
    missing = found.calendar not in counted_on
    absent = f": {found.calendar} is not on record" if missing else ""
    say(f"Days are counted on {counted_on}{absent}")
    say_table(
        ((r.code, r.title.en, r.step.replace("_", " ")) for r in found.routes),
        ("ROUTE", "TITLE", "FIRST STEP"),
    )
    say_table(((a.code, a.title.en, a.kind) for a in found.areas), ("AREA", "TITLE", "KIND"))
    say_table(
        ((name.replace("_", " "), str(w.days), w.unit.replace("_", " ")) for name, w in found.waits.items()),
        ("WAIT", "DAYS", "UNIT"),
    )
    return 0


@app.command
def publish(
    file: Annotated[
        Path,
        Parameter(help="Programme file, TOML; or the code of one that comes with Brokerage, e.g. DEPED."),
    ],
    /,
    *,
    options: WriteOptions | None = None,
) -> int:
    """Put the next version of a programme in force; running cases keep what was decided."""
    chosen = options or WriteOptions()
    shipped = _shipped(file.name)
    try:
        if not file.exists() and file.suffix == "" and shipped.is_file():
            content = parse_programme(shipped.read_text(encoding="utf-8"), shipped.name)
        else:
            content = parse_programme(read_text(file), file.name)
    except ProgrammeError as error:
        raise Failure(
            Exit.USAGE, "E-PROGRAMME", f"{file} is not a programme file.", tuple(error.problems)
        ) from None
    stream = f"programme/{content.code}"
    with reading() as office:
        body = {"content": content.model_dump(mode="json")}
        return carry_out(office, Order("publish", lambda _key: stream, body, chosen, subject=stream))


def _shipped(code: str) -> Traversable:
    """Where the file of a programme that comes with Brokerage would be."""
    return files("domain.programmes") / f"{code.lower()}.toml"


def _programme(content: str) -> Programme:
    return Programme.model_validate_json(content)
