"""A division's year: its pairs of schools, where they stand, what was done and reviewed."""

from collections import Counter
from typing import Any

from sqlalchemy import select

from activities.read_models.schema import case_row
from domain.parties import Party
from domain.programmes.model import Programme
from starter.reading import Office
from starter.views.accomplishment import HeldVisit, by_work_mode, days, held_visits, year_of
from starter.views.case import CaseRecord, read_case

_NEVER_BEGAN = frozenset({"draft", "signposted", "enrolled", "declined"})
"""Stages of requests that are no pair of schools."""


def division_year(office: Office, programme: Programme, authority: str, year: str) -> dict[str, Any]:
    """The year of one division, for programs; a row a pair under `pairs`."""
    query = (
        select(case_row.c.reference)
        .where(case_row.c.programme == programme.code, case_row.c.authority == authority)
        .order_by(case_row.c.opened_at, case_row.c.reference)
    )
    records = [read_case(office, reference) for reference in office.connection.execute(query).scalars()]
    records = [one for one in records if one.state.stage not in _NEVER_BEGAN and year_of(one) == year]
    visits = {one.state.reference: held_visits(one) for one in records}
    every = [visit for own in visits.values() for visit in own]
    names = office.school_names()
    return {
        "programme": programme.code,
        "authority": authority,
        "year": year,
        "pairs": [_pair(one, visits[one.state.reference], names) for one in records],
        "stages": dict(Counter(str(one.state.stage) for one in records)),
        "oriented": sum({"recipient", "provider"} <= set(one.state.oriented) for one in records),
        "agreements": sum(bool(one.state.agreement and one.state.agreement.active) for one in records),
        "work_modes": by_work_mode(every, programme),
        "days_counted": days(sum(visit.counted for visit in every)),
        "days_confirmed": days(sum(visit.confirmed for visit in every)),
        "reviewed_by_both": sum(_reviewed(one) for one in records),
        "validated": sum(bool(one.state.validated) for one in records),
        "outcomes": dict(Counter(one.state.outcome for one in records if one.state.outcome)),
    }


def _pair(record: CaseRecord, visits: list[HeldVisit], names: dict[str, str]) -> dict[str, Any]:
    state = record.state
    return {
        "reference": state.reference,
        "provider": state.provider,
        "provider_name": names.get(state.provider or ""),
        "recipient": state.recipient,
        "recipient_name": names.get(state.recipient),
        "area": state.area,
        "stage": state.stage.value if state.stage else None,
        "visits": len(visits),
        "days_confirmed": days(sum(visit.confirmed for visit in visits)),
        "outcome": state.outcome,
    }


def _reviewed(record: CaseRecord) -> bool:
    return {Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD} <= {one.party for one in record.state.reviews}
