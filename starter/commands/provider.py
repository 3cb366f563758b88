"""`brokerage provider`: what schools offer to others."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from sqlalchemy import select

from activities.read_models.schema import provider_offer
from domain.case.values import days_words
from starter.commands.file_import import FileOptions, carry_out_import, chosen_rows
from starter.commands.import_report import Where
from starter.commands.importing import Entry
from starter.commands.leaders import GrantOptions, import_leaders
from starter.commands.on_record import OnRecord, signer
from starter.commands.programme_names import programme_code
from starter.commands.schools_named import not_in_the_register
from starter.commands.writing import SenderOptions
from starter.completing import areas as known_areas
from starter.completing import programmes
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean
from starter.reading import reading
from starter.register.csv_file import Parsed, nearest_kind, parse_rows
from starter.register.leaders import OF_AREAS, is_list_of_leaders, of_other_lists
from starter.register.providers import ProviderRow, contradictions
from starter.register.table import read_table
from starter.register.wales import OfferRow
from starter.rows import Column, RowOptions, say_rows

app = App(
    name="provider", help="Schools that help others: offers, designation, days.", help_format="plaintext"
)

for _name, _target, _words in (
    ("find", "provider_find:find", "Find who could help, with the days they have left."),
    ("show", "provider_find:show", "Show what is on record of a school as a provider."),
    ("designate", "provider_record:designate", "Designate a school for areas of support, from a day on."),
    ("end-designation", "provider_record:end_designation", "Record the last day of a designation."),
    ("capacity", "provider_record:capacity", "Declare the days a school has in each half term."),
    ("conflict", "provider_record:conflict", "Declare that a school cannot help another."),
    ("clear-conflict", "provider_record:clear_conflict", "Say that a declared conflict stands no longer."),
    ("suspend", "provider_record:suspend", "Offer a school no new cases for the time being."),
    ("resume", "provider_record:resume", "Offer a suspended school cases again."),
    ("inspection", "provider_record:inspection", "Record that a school has notice of an inspection."),
):
    app.command(f"starter.commands.{_target}", name=_name, help=_words)

FIELDS = ("school", "programme", "area", "languages", "days_per_term")


@app.command(name="import")
def import_(
    file: Annotated[
        Path,
        Parameter(
            help="CSV of offers (School Number, Area, Languages, Days Per Term, Note), of providers (School Number,"
            " Areas, Designated From, Designated To, Half Term From, Half Term To, Days Per Half Term), or of leader"
            " schools (School Number, Designated From, Designated To), designated for every area."
        ),
    ],
    /,
    *,
    programme: Annotated[str, Parameter(help="Programme of the file.", completer=programmes)] = "EAS",
    grants: GrantOptions | None = None,
    files: FileOptions | None = None,
    options: SenderOptions | None = None,
) -> int:
    """Record the offers of a file, or the designations and days of one; of leader schools, their grants, too.

    What the office has ended since is not taken up again: a designation that it ended stays ended.
    """
    chosen = options or SenderOptions()
    programme, rows = programme_code(programme), files or FileOptions()
    header = read_table(file).header
    if is_list_of_leaders(header):
        return import_leaders(file, programme, grants or GrantOptions(), rows, chosen)
    if (grants or GrantOptions()) != GrantOptions():
        raise Failure(
            Exit.USAGE,
            "E-USAGE",
            f"--fund goes with a list of leader schools; {file} is another.",
            (
                "Its columns: School Number, Designated From and, where an end is known, Designated To.",
                *(f"{name} is a column of another list." for name in of_other_lists(header)),
            ),
        )
    of_providers = nearest_kind(header, (OfferRow, ProviderRow)) is ProviderRow
    everything: Parsed[Any] = parse_providers(file) if of_providers else parse_offers(file)
    with reading() as office:
        parsed = chosen_rows(everything.but(not_in_the_register(office, everything.rows)), rows)
        entries = (provider_entries if of_providers else offer_entries)(parsed, programme)
        on_record = OnRecord(office, signer(office.settings, chosen))
        return carry_out_import(
            office,
            parsed,
            lambda: [on_record.held_against(entries)],
            "Providers" if of_providers else "Offers",
            rows,
            chosen,
        )


def parse_providers(file: Path) -> Parsed[ProviderRow]:
    """The rows of a file of providers. Raises Failure (exit 2)."""
    parsed = parse_rows(file, ProviderRow)
    if "since" in parsed.places and "areas" not in parsed.places:
        raise Failure(
            Exit.USAGE,
            "E-COLUMNS",
            f"{file} lacks the column Areas.",
            (
                *(f"Is {name} the column Areas?" for name in of_other_lists(parsed.unread, OF_AREAS)),
                "Only a list of leader schools goes without: it has no column about areas, languages or days.",
            ),
        )
    return parsed.but(contradictions(parsed.rows))


def provider_entries(parsed: Parsed[ProviderRow], programme: str) -> list[Entry]:
    """The commands that a file of providers stands for; lines that designate a school alike are one command."""
    name = parsed.table.path.name
    said: dict[str, Entry] = {}
    for line, row in parsed.rows:
        for verb, body in row.commands(programme):
            key, where = f"{row.school} {verb} {body.get('first')}", Where(name, line)
            before = said.get(key)
            said[key] = (
                replace(before, also=(*before.also, where))
                if before
                else Entry(where, f"provider/{row.school}", verb, body)
            )
    return list(said.values())


def parse_offers(file: Path) -> Parsed[OfferRow]:
    """The rows of a file of offers. Raises Failure (exit 2)."""
    return parse_rows(file, OfferRow, "school", "area")


def offer_entries(parsed: Parsed[OfferRow], programme: str) -> list[Entry]:
    """The commands that a file of offers stands for."""
    return [
        Entry(
            Where(parsed.table.path.name, line),
            f"provider/{row.school}",
            "record-offer",
            {"programme": programme} | row.model_dump(exclude={"school"}),
        )
        for line, row in parsed.rows
    ]


@app.command(name="list")
def list_(
    *,
    area: Annotated[str | None, Parameter(help="Only offers in this area.", completer=known_areas)] = None,
    output: RowOptions | None = None,
) -> int:
    """List what schools offer."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        query = select(provider_offer).order_by(provider_offer.c.area, provider_offer.c.school)
        if area:
            query = query.where(provider_offer.c.area == area)
        names = office.school_names()
        areas = sorted(set(office.connection.execute(select(provider_offer.c.area)).scalars()))
        if area is not None and area not in areas:
            raise Failure(
                Exit.NOT_FOUND,
                "E-AREA",
                f"No school offers {area!r}.{did_you_mean(area, areas)}",
                (f"Offered: {', '.join(areas) or 'nothing yet'}",),
            )
        rows = [
            {
                "school": row.school,
                "programme": row.programme,
                "area": row.area,
                "languages": row.languages.split(),
                "days_per_term": days_words(row.quarter_days),
            }
            for row in office.connection.execute(query)
        ]
    say_rows(rows, FIELDS, chosen, _table(names))
    return 0


def _table(names: dict[str, str]) -> tuple[Column, ...]:
    return (
        Column("area", "AREA", lambda row: row["area"]),
        Column("school", "SCHOOL", lambda row: row["school"]),
        Column("name", "NAME", lambda row: names.get(row["school"], "")),
        Column("languages", "LANGUAGES", lambda row: " ".join(row["languages"])),
        Column("days_per_term", "DAYS A TERM", lambda row: row["days_per_term"]),
    )
