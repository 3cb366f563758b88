"""`brokerage report matching`: how often the ranking, the recipient or a broker's own reasons chose the partner."""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from cyclopts import Parameter

from starter.commands.programme_names import known_programme, programme_code
from starter.completing import programmes
from starter.failures import Exit
from starter.output import say_heading, say_table
from starter.reading import reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.matchings import OFFER_FIELDS, SHARE_FIELDS, offers_made, shares
from starter.years import check_year

_OVERRIDES: Final = (
    Column("reference", "CASE", lambda row: row["reference"]),
    Column("provider", "OFFERED TO", lambda row: row["provider"]),
    Column("rank", "PLACE", lambda row: f"{row['rank'] or 'none'} of {row['candidates']}"),
    Column("offered_on", "ON", lambda row: row["offered_on"]),
    Column("offered_by", "BY", lambda row: row["offered_by"] or "–"),
    Column("outcome", "OUTCOME", lambda row: row["outcome"]),
)


def matching(
    *,
    programme: Annotated[str, Parameter(help="Programme code.", completer=programmes)] = "EAS",
    year: Annotated[
        str | None, Parameter(help="Offers of this financial year only: 2026-27, or 2026.")
    ] = None,
    rows: Annotated[
        Literal["programme", "offer"],
        Parameter(help="What a row of --json, --jsonl or --csv is: the programme, or an offer."),
    ] = "programme",
    output: RowOptions | None = None,
) -> int:
    """Show how partners were chosen: first in the ranking, named by the recipient, the only one, or against the ranking.

    Each override has its reason. It is sealed; 'brokerage case read' opens it for those who may.
    """
    chosen = output or RowOptions()
    fields = OFFER_FIELDS if rows == "offer" else SHARE_FIELDS
    chosen.fields(fields)
    with reading() as office:
        rules = known_programme(office, programme_code(programme))
        known = check_year("--year", year, rules) if year is not None else None
        offers = offers_made(office, rules, known)
    found = shares(offers, rules, known)
    if chosen.for_programs:
        say_rows(offers if rows == "offer" else [found], fields, chosen, ())
        return Exit.DONE
    say_table(list(_lines(found)), ("", ""))
    if found["overrides"]:
        say_heading("Offered against the ranking (reasons: brokerage case read):")
        say_rows([row for row in offers if row["overrides"]], OFFER_FIELDS, RowOptions(), _OVERRIDES)
    return Exit.DONE


def _lines(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    offers, ranked = found["offers"], found["ranked"]
    yield "Offers", f"{offers} in {found['programme']}" + (f", {found['year']}" if found["year"] else "")
    yield "Ranked", _of(ranked, offers)
    yield "First in the ranking", _of(found["first"], ranked)
    yield "The only one that could be asked", _of(found["single"], ranked)
    yield (
        "Named by the recipient",
        f"{_of(found['named'], offers)}, {found['named_and_first']} of them first in the ranking",
    )
    yield "Against the ranking", _of(found["overrides"], ranked)


def _of(number: int, whole: int) -> str:
    """'3 of 12 (25 %)'."""
    return f"{number} of {whole} ({number * 100 / whole:.0f} %)" if whole else str(number)
