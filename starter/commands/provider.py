"""`brokerage provider`: what schools offer to others."""

import re
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from sqlalchemy import select

from activities.read_models.schema import provider_offer
from domain.ids import PROGRAMME_CODE_PATTERN
from starter.commands.import_report import Where
from starter.commands.importing import Entry, preview_all, send_all
from starter.commands.writing import SenderOptions, person_for, sender_for
from starter.completing import areas as known_areas
from starter.completing import programmes
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean
from starter.reading import reading
from starter.register.csv_file import header_of, read_rows
from starter.register.providers import ProviderRow
from starter.register.wales import OfferRow
from starter.rows import Column, RowOptions, say_rows
from starter.sending import repeat_line

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
):
    app.command(f"starter.commands.{_target}", name=_name, help=_words)

FIELDS = ("school", "programme", "area", "languages", "days_per_term")


@app.command(name="import")
def import_(
    file: Annotated[
        Path,
        Parameter(
            help="CSV of offers (School Number, Area, Languages, Days Per Term, Note), or of providers (School Number,"
            " Areas, Designated From, Designated To, Half Term From, Half Term To, Days Per Half Term)."
        ),
    ],
    /,
    *,
    programme: Annotated[str, Parameter(help="Programme of the file.", completer=programmes)] = "EAS",
    options: SenderOptions | None = None,
) -> int:
    """Record the offers of a file, or the designations and days of one."""
    chosen = options or SenderOptions()
    programme = programme_code(programme)
    of_providers = "Areas" in header_of(file)
    entries = provider_entries(file, programme) if of_providers else offer_entries(file, programme)
    what = "Providers" if of_providers else "Offers"
    with reading() as office:
        if chosen.dry_run:
            return preview_all(person_for(office.settings, chosen), office, [entries], what)
        sender = sender_for(office.settings, chosen)
        return send_all(sender, office, [entries], what, repeat_line())


def programme_code(typed: str) -> str:
    """The code in capitals. Raises Failure (exit 2) for what can be none."""
    code = typed.upper()
    if not re.fullmatch(PROGRAMME_CODE_PATTERN, code):
        raise Failure(Exit.USAGE, "E-VALUE", f"--programme: {code!r} is no programme code, such as EAS.")
    return code


def provider_entries(file: Path, programme: str) -> list[Entry]:
    """The commands that a file of providers stands for."""
    return [
        Entry(Where(file.name, line), f"provider/{row.school}", verb, body)
        for line, row in read_rows(file, ProviderRow, "school", "first")
        for verb, body in row.commands(programme)
    ]


def offer_entries(file: Path, programme: str) -> list[Entry]:
    """The commands that a file of offers stands for."""
    return [
        Entry(
            Where(file.name, line),
            f"provider/{row.school}",
            "record-offer",
            {"programme": programme} | row.model_dump(exclude={"school"}),
        )
        for line, row in read_rows(file, OfferRow, "school", "area")
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
                "days_per_term": f"{row.quarter_days / 4:g}",
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
