"""Whom cases were offered to: whether the ranking put the school first, the recipient had it in mind, or a broker chose."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from activities.read_models.schema import case_row
from domain.case import events as e
from domain.case.events import read_case_event
from domain.case.terms import financial_years
from domain.programmes.model import Programme
from starter.reading import Office
from starter.views.case import CaseRecord, read_cases

OFFER_FIELDS: Final = (
    "reference", "recipient", "area", "provider", "offered_on", "offered_by", "named", "rank", "candidates", "pool",
    "overrides", "outcome",
)  # fmt: skip
"""`rank` is the school's place among the `candidates`, those of the `pool` that could be asked; both are null where
nothing was ranked. `named`: the recipient had the school in mind.
"""
SHARE_FIELDS: Final = (
    "programme",
    "year",
    "offers",
    "ranked",
    "first",
    "named",
    "named_and_first",
    "single",
    "overrides",
)
"""Numbers of offers: of those `ranked`, which school was `first`, and where it was the `single` one that could be asked."""


def offers_made(office: Office, programme: Programme, year: str | None) -> list[dict[str, Any]]:
    """A row for each offer of the programme, made in that financial year where one is given."""
    query = (
        select(case_row.c.reference)
        .where(case_row.c.programme == programme.code)
        .order_by(case_row.c.reference)
    )
    records = read_cases(office, office.connection.execute(query).scalars())
    return [row for record in records for row in _offers(record, programme, year)]


def shares(rows: Sequence[dict[str, Any]], programme: Programme, year: str | None) -> dict[str, Any]:
    """What the offers come to."""
    ranked = [row for row in rows if row["candidates"] is not None]
    return {
        "programme": programme.code,
        "year": year,
        "offers": len(rows),
        "ranked": len(ranked),
        "first": _count(row["rank"] == 1 for row in ranked),
        "named": _count(row["named"] for row in rows),
        "named_and_first": _count(row["named"] and row["rank"] == 1 for row in ranked),
        "single": _count(row["rank"] == row["candidates"] == 1 for row in ranked),
        "overrides": _count(row["overrides"] for row in rows),
    }


def _offers(record: CaseRecord, programme: Programme, year: str | None) -> Iterator[dict[str, Any]]:
    """Events say what was known then: whom the recipient had in mind, and the ranking that an offer rests on."""
    state = record.state
    outcomes = {offer.number: offer.outcome for offer in state.offers}
    preferred: str | None = None
    candidates: int | None = None
    for recorded in record.events:
        event = read_case_event(recorded.envelope.type, recorded.envelope.schema_version, recorded.payload)
        match event:
            case e.CaseDrafted() | e.RequestAmended():
                preferred = event.preferred_provider
            case e.MatchCandidatesScored():
                candidates = len(event.candidates)
            case e.PartnerOffered():
                on = recorded.envelope.occurred_at.astimezone(ZoneInfo(programme.time_zone)).date()
                if year in {None, financial_years(programme, on, on)[0]}:
                    yield {
                        "reference": state.reference,
                        "recipient": state.recipient,
                        "area": state.area,
                        "provider": event.provider,
                        "offered_on": on.isoformat(),
                        "offered_by": event.offered_by,
                        "named": event.provider == preferred,
                        "rank": event.rank,
                        "candidates": candidates if event.pool is not None else None,
                        "pool": event.pool,
                        "overrides": event.overrides,
                        "outcome": outcomes[event.offer],
                    }


def _count(found: Iterable[bool]) -> int:
    return sum(found)
