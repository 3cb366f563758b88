"""`brokerage network`: networks, courses and programmes that schools can join, and who is enrolled."""

import re
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from domain.directory.base import DirectoryCommand
from domain.directory.networks import ChangeNetwork, CloseNetwork, OpenNetwork
from domain.ids import NETWORK_CODE_PATTERN
from starter.commands.file_import import FileOptions, carry_out_import, chosen_rows
from starter.commands.import_report import Where
from starter.commands.importing import Entry
from starter.commands.on_record import OnRecord, signer
from starter.commands.programme_names import programme_code
from starter.commands.writing import (
    Order,
    SenderOptions,
    WriteOptions,
    carry_out,
    read_body,
)
from starter.completing import programmes
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean
from starter.output import say, say_json
from starter.reading import Office, reading
from starter.register.csv_file import Parsed, parse_rows
from starter.register.networks import NetworkRow
from starter.rows import Column, RowOptions, say_rows
from starter.views.networks import enrolments, list_networks

app = App(
    name="network",
    help="Networks, courses and programmes that schools can join.",
    help_format="plaintext",
)

FIELDS = (
    "code", "programme", "form", "title", "areas", "phases", "languages", "host", "dates", "places", "taken", "left",
    "signposted", "open",
)  # fmt: skip
_TABLE = (
    Column("code", "CODE", lambda row: row["code"]),
    Column("title", "TITLE", lambda row: row["title"]["en"]),
    Column("form", "FORM", lambda row: row["form"]),
    Column("areas", "AREAS", lambda row: ", ".join(row["areas"])),
    Column("places", "PLACES", lambda row: "any" if row["places"] is None else str(row["places"])),
    Column("left", "LEFT", lambda row: "" if row["left"] is None else str(row["left"])),
    Column("open", "OPEN", lambda row: "yes" if row["open"] else "no"),
)
_Code = Annotated[str, Parameter(help="Code of a network, e.g. numeracy-leads.")]
_Programme = Annotated[str, Parameter(help="Programme it is offered by.", completer=programmes)]


def _many(words: str) -> Any:
    return Parameter(help=words, negative="", consume_multiple=False)


@app.command(name="list")
def list_(
    *,
    area: Annotated[str | None, Parameter(help="Only those about this area.")] = None,
    open_only: Annotated[
        bool, Parameter(name="--open", negative="", help="Only those one can join.")
    ] = False,
    output: RowOptions | None = None,
) -> int:
    """List networks, courses and programmes, with the places that are left."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        rows = [
            row
            for row in list_networks(office.connection)
            if (area is None or area in row["areas"]) and (row["open"] or not open_only)
        ]
    say_rows(rows, FIELDS, chosen, _TABLE)
    return Exit.DONE


@app.command
def show(
    code: _Code,
    /,
    *,
    json: Annotated[bool, Parameter(negative="", help="Print it as JSON.")] = False,
) -> int:
    """Show what is on offer, and the schools that are enrolled in it or were pointed to it."""
    with reading() as office:
        row = _known(office, code)
        uses = enrolments(office.connection, code)
        names = office.school_names()
    if json:
        say_json({name: row[name] for name in (*FIELDS, "how")} | {"schools": uses})
        return Exit.DONE
    host = f"{names.get(row['host'], row['host'])} ({row['host']})" if row["host"] else "the service"
    say(f"{row['code']} · {row['form']} of {row['programme']}" + ("" if row["open"] else " · closed"))
    for language, words in row["title"].items():
        say(f"  {language}: {words}")
    say(
        f"  about {', '.join(row['areas'])}; for {', '.join(row['phases']) or 'all'} schools; in {', '.join(row['languages'])}"
    )
    say(f"  with {host}" + (f"; on {', '.join(row['dates'])}" if row["dates"] else ""))
    say(f"  how to join: {row['how']['en']}")
    limit = "nobody counts places" if row["places"] is None else f"{row['places']} places, {row['left']} left"
    say(f"  {limit}; {row['signposted']} cases were pointed to it")
    for use in uses:
        if use["how"] == "enrolled":
            ended = f", {use['outcome']} {use['until']}" if use["until"] else ""
            say(
                f"  {use['reference']}  {names.get(use['school'], use['school'])}  since {use['since']}{ended}"
            )
    return Exit.DONE


@app.command(name="open")
def open_(
    code: _Code,
    /,
    *,
    programme: _Programme = "EAS",
    form: Annotated[str | None, Parameter(help="network, course or programme. (required)")] = None,
    title_en: Annotated[str | None, Parameter(help="Title in English. (required)")] = None,
    title_cy: Annotated[str | None, Parameter(help="Title in Welsh.")] = None,
    title_fil: Annotated[str | None, Parameter(help="Title in Filipino.")] = None,
    area: Annotated[tuple[str, ...], _many("Area it is about; may be repeated. (required)")] = (),
    phase: Annotated[tuple[str, ...], _many("Phase it is for; all where none is named.")] = (),
    language: Annotated[tuple[str, ...], _many("Language it is given in: cy, en or fil. (required)")] = (),
    host: Annotated[str | None, Parameter(help="Number of the school that hosts it.")] = None,
    date: Annotated[tuple[str, ...], _many("A day on which it is held, e.g. 2027-01-20.")] = (),
    places: Annotated[
        int | None, Parameter(help="Places there are; none given where nobody counts them.")
    ] = None,
    how_en: Annotated[str | None, Parameter(help="How to join, in English. (required)")] = None,
    how_cy: Annotated[str | None, Parameter(help="How to join, in Welsh.")] = None,
    how_fil: Annotated[str | None, Parameter(help="How to join, in Filipino.")] = None,
    options: WriteOptions | None = None,
) -> int:
    """Offer a network, course or programme to schools, in each language of its programme."""
    title, how = _said(en=title_en, cy=title_cy, fil=title_fil), _said(en=how_en, cy=how_cy, fil=how_fil)
    body = _given(
        programme=programme.upper(), form=form, title=title, areas=area, phases=phase, languages=language,
        host=host, dates=date, places=places, how=how,
    )  # fmt: skip
    return _write(OpenNetwork, code, body, options)


@app.command
def change(
    code: _Code,
    /,
    *,
    title_en: Annotated[str | None, Parameter(help="Title in English.")] = None,
    title_cy: Annotated[str | None, Parameter(help="Title in Welsh.")] = None,
    title_fil: Annotated[str | None, Parameter(help="Title in Filipino.")] = None,
    area: Annotated[tuple[str, ...], _many("Areas it is about from now on.")] = (),
    phase: Annotated[tuple[str, ...], _many("Phases it is for from now on.")] = (),
    language: Annotated[tuple[str, ...], _many("Languages it is given in from now on.")] = (),
    host: Annotated[str | None, Parameter(help="Number of the school that hosts it.")] = None,
    date: Annotated[tuple[str, ...], _many("The days on which it is held, all of them.")] = (),
    places: Annotated[int | None, Parameter(help="Places there are; never fewer than are taken.")] = None,
    how_en: Annotated[str | None, Parameter(help="How to join, in English.")] = None,
    how_cy: Annotated[str | None, Parameter(help="How to join, in Welsh.")] = None,
    how_fil: Annotated[str | None, Parameter(help="How to join, in Filipino.")] = None,
    options: WriteOptions | None = None,
) -> int:
    """Change what is given; everything else stays. A title or a way to join is said in every language."""
    title, how = _said(en=title_en, cy=title_cy, fil=title_fil), _said(en=how_en, cy=how_cy, fil=how_fil)
    body = _given(
        title=title,
        areas=area,
        phases=phase,
        languages=language,
        host=host,
        dates=date,
        places=places,
        how=how,
    )
    if not body and not (options and options.from_):
        raise Failure(Exit.USAGE, "E-VALUE", "Nothing is given that should be different.")
    return _write(ChangeNetwork, code, body, options)


@app.command
def close(code: _Code, /, *, options: WriteOptions | None = None) -> int:
    """Take no more schools; those enrolled stay enrolled."""
    return _write(CloseNetwork, code, {}, options)


@app.command(name="import")
def import_(
    file: Annotated[
        Path,
        Parameter(
            help="CSV: Code, Form, Title EN, Title CY, Areas, Phases, Languages, Host, Dates, Places, How EN, How CY;"
            " several values of a cell are parted by semicolons."
        ),
    ],
    /,
    *,
    programme: _Programme = "EAS",
    files: FileOptions | None = None,
    options: SenderOptions | None = None,
) -> int:
    """Open the networks of a file, or bring them up to date; one that the office has closed stays closed."""
    chosen, rows = options or SenderOptions(), files or FileOptions()
    parsed = chosen_rows(parse_networks(file), rows)
    entries = network_entries(parsed, programme_code(programme))
    with reading() as office:
        on_record = OnRecord(office, signer(office.settings, chosen))
        return carry_out_import(
            office, parsed, lambda: [on_record.held_against(entries)], "Networks", rows, chosen
        )


def parse_networks(file: Path) -> Parsed[NetworkRow]:
    """The rows of a file of networks. Raises Failure (exit 2)."""
    return parse_rows(file, NetworkRow, "code")


def network_entries(parsed: Parsed[NetworkRow], programme: str) -> list[Entry]:
    """The commands that a file of networks stands for."""
    return [
        Entry(Where(parsed.table.path.name, line), f"network/{row.code}", "open", row.body(programme))
        for line, row in parsed.rows
    ]


def _known(office: Office, code: str) -> dict[str, Any]:
    rows = {row["code"]: row for row in list_networks(office.connection)}
    if code not in rows:
        raise Failure(
            Exit.NOT_FOUND,
            "E-NETWORK",
            f"There is no network {code!r}.{did_you_mean(code, sorted(rows))}",
            (),
            ("brokerage network list",),
        )
    return rows[code]


def _said(**by_language: str | None) -> dict[str, str]:
    return {language: words for language, words in by_language.items() if words is not None}


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, (), {})}


def _write(
    model: type[DirectoryCommand], code: str, body: dict[str, Any], options: WriteOptions | None
) -> int:
    chosen = options or WriteOptions()
    if not re.fullmatch(NETWORK_CODE_PATTERN, code):
        raise Failure(
            Exit.USAGE,
            "E-VALUE",
            f"{code!r} cannot name a network: small letters, digits and '-', such as numeracy-leads.",
        )
    checked = read_body(model, {}, chosen, body)
    with reading() as office:
        return carry_out(
            office, Order(model.verb, lambda _key: f"network/{code}", checked, chosen, subject=code)
        )
