"""What was done in a case: visits by way of working, ratings by side, money, help from above. Read from its events.

The shapes are those of DepEd's accomplishment report; nothing in them is DepEd's alone. Texts stay sealed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.case import events as e
from domain.case.events import read_case_event
from domain.case.shape import Visit
from domain.case.terms import financial_years
from domain.parties import Party
from domain.programmes.model import Programme
from starter.views.case import CaseRecord
from starter.views.funds import liquidation

MONEY_SUMS: Final = ("committed", "claimed", "paid", "advanced", "liquidated", "returned", "written_off")
"""What reports say of a case's money, in minor units and by the names that `fund status` has for it."""
MONEY_FIELDS: Final = ("currency", *MONEY_SUMS, "liquidation_per_mille")

_HELD = frozenset({"recorded", "confirmed", "disputed", "resolved"})
_COUNTED = frozenset({"recorded", "confirmed", "resolved"})
_CONFIRMED = frozenset({"confirmed", "resolved"})


@dataclass(frozen=True)
class HeldVisit:
    """A visit that took place, with what was said of it when it was recorded."""

    visit: Visit
    work_mode: str | None
    mode: str
    objectives: tuple[int, ...]

    @property
    def counted(self) -> int:
        """Its quarter-days, where they count."""
        return self.visit.quarter_days if self.visit.status in _COUNTED else 0

    @property
    def confirmed(self) -> int:
        """Its quarter-days, where the recipient has confirmed them or a dispute left them standing."""
        return self.visit.quarter_days if self.visit.status in _CONFIRMED else 0


def events_of(record: CaseRecord) -> list[e.CaseEvent]:
    """The events of the case, in order."""
    return [read_case_event(r.envelope.type, r.envelope.schema_version, r.payload) for r in record.events]


def held_visits(record: CaseRecord) -> list[HeldVisit]:
    """The visits that took place, as they stand now."""
    told = {one.visit: one for one in events_of(record) if isinstance(one, e.VisitRecorded)}
    return [
        HeldVisit(visit, told[visit.id].work_mode, told[visit.id].mode, told[visit.id].objectives)
        for visit in record.state.visits
        if visit.status in _HELD
    ]


def year_of(record: CaseRecord) -> str:
    """The financial year a case belongs to: that of its agreement's first day, or of the day it was wanted from."""
    state = record.state
    day = state.agreement.terms.start if state.agreement else state.desired_start
    if day is None:
        raise ValueError("the log is not a lawful history: a case without a day it was wanted from")
    return financial_years(record.programme, day, day)[0]


def money_of(record: CaseRecord) -> dict[str, Any]:
    """What became of the case's money; nothing where none was ever reserved."""
    money = record.state.money
    totals = {name: money.total(name) if money else 0 for name in MONEY_SUMS}
    return {
        "currency": money.currency if money else record.programme.currency,
        **totals,
        "liquidation_per_mille": liquidation(totals),
    }


def by_work_mode(visits: Iterable[HeldVisit], programme: Programme) -> list[dict[str, Any]]:
    """Visits and days by way of working, in the programme's order; those that named none last."""
    visits = list(visits)
    codes: list[str | None] = [mode.code for mode in programme.work_modes]
    codes += [None] if any(one.work_mode is None for one in visits) else []
    return [
        {
            "work_mode": code,
            "title": _mode_title(code, programme),
            "visits": len(own),
            "days_counted": days(sum(one.counted for one in own)),
            "days_confirmed": days(sum(one.confirmed for one in own)),
        }
        for code in codes
        for own in [[one for one in visits if one.work_mode == code]]
    ]


def accomplishment(record: CaseRecord, names: dict[str, str]) -> dict[str, Any]:
    """The accomplishment report of one case, for programs: flat and stable, without any text of people."""
    state, programme, agreement = record.state, record.programme, record.state.agreement
    visits, told = held_visits(record), events_of(record)
    area = programme.area(state.area)
    return {
        "reference": state.reference,
        "programme": state.programme,
        "year": year_of(record),
        "authority": state.authority,
        "provider": state.provider,
        "provider_name": names.get(state.provider or ""),
        "recipient": state.recipient,
        "recipient_name": names.get(state.recipient),
        "stage": state.stage.value if state.stage else None,
        "area": state.area,
        "area_title": area.title.en if area else state.area,
        "plan": state.plan,
        "oriented_on": [one.on.isoformat() for one in told if isinstance(one, e.OrientationRecorded)],
        "start": agreement.terms.start.isoformat() if agreement else None,
        "end": agreement.end.isoformat() if agreement else None,
        "provider_lead": agreement.lead_of(Party.PROVIDER_LEAD) if agreement else None,
        "recipient_lead": agreement.lead_of(Party.RECIPIENT_LEAD) if agreement else None,
        "days_agreed": days(agreement.all_quarter_days) if agreement else None,
        "agreed_minor": agreement.amount_minor if agreement else None,
        **money_of(record),
        "work_modes": by_work_mode(visits, programme),
        "objectives": _objectives(record, visits),
        "assistance": [
            {"on": one.on.isoformat(), "given_by": one.given_by}
            for one in told
            if isinstance(one, e.AssistanceNoted)
        ],
        "outcome": state.outcome,
        "position": record.events[-1].position,
    }


def _objectives(record: CaseRecord, visits: Sequence[HeldVisit]) -> list[dict[str, Any]]:
    """Each objective with the visits that worked on it and the rating of each side."""
    state = record.state
    sides = {review.party: review.ratings for review in state.reviews}
    rated = {
        "rated_by_recipient": sides.get(Party.RECIPIENT_HEAD, ()),
        "rated_by_provider": sides.get(Party.PROVIDER_HEAD, ()),
        "validated": state.validated,
    }
    return [
        {"objective": number, "visits": sum(number in one.objectives for one in visits)}
        | {
            name: next((rating.rating for rating in ratings if rating.objective == number), None)
            for name, ratings in rated.items()
        }
        for number in range(1, len(state.objectives) + 1)
    ]


def _mode_title(code: str | None, programme: Programme) -> str:
    mode = programme.work_mode(code) if code else None
    return mode.title.en if mode else (code or "no way of working named")


def days(quarters: int) -> str:
    """Days as decimal text: quarters are exact in it."""
    return f"{quarters / 4:g}"
