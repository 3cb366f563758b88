"""One case as the log tells it: its state, its rules, and what would move it on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.business_clock import business_now
from activities.commands.case import steps_for
from activities.event_log.read import RecordedEvent
from domain.canonical import instant_text
from domain.case.events import read_case_event
from domain.case.state import CaseState, fold
from domain.case.status import waiting_on
from domain.case.waits import awaited
from domain.messages import NextStep
from domain.parties import Party
from domain.programmes.model import Programme
from domain.text.voice import wait_words
from starter.back import look_json
from starter.failures import Exit, Failure
from starter.reading import Office
from starter.views.days_left import DaysLeft


@dataclass(frozen=True)
class CaseRecord:
    """Everything the log holds of one case, and the fold of it."""

    state: CaseState
    events: tuple[RecordedEvent, ...]
    programme: Programme


def read_case(office: Office, reference: str) -> CaseRecord:
    """The case, folded from its events. Raises Failure where the programme is not on record."""
    events = office.case_events(reference)
    state = fold(
        (
            read_case_event(r.envelope.type, r.envelope.schema_version, r.payload),
            r.envelope.occurred_at,
        )
        for r in events
    )
    programme = office.facts.programme(state.programme)
    if programme is None:
        raise Failure(
            Exit.AUDIT_FAILED,
            "A-PROGRAMME",
            f"The log holds {reference} but not its programme.",
            (),
            ("brokerage audit verify",),
        )
    return CaseRecord(state, events, programme)


def case_json(office: Office, record: CaseRecord) -> dict[str, Any]:
    """The case for programs: flat and stable; texts about people stay sealed and are left out."""
    state, programme = record.state, record.programme
    names = office.school_names()
    now = office.now(state.programme)
    running = state.next_deadline
    agreement = state.agreement
    return {
        "reference": state.reference,
        "programme": state.programme,
        "route": state.route,
        "recipient": state.recipient,
        "recipient_name": names.get(state.recipient),
        "provider": state.provider,
        "provider_name": names.get(state.provider or ""),
        "authority": state.authority,
        "area": state.area,
        "stage": state.stage.value if state.stage else None,
        "paused": state.paused,
        "waiting_on": waiting_on(state, programme),
        "due_at": instant_text(running.due_at) if running else None,
        "school_days_left": _days_left(office, state, now),
        "opened_at": instant_text(state.opened_at) if state.opened_at else None,
        "version": state.version,
        "position": record.events[-1].position,
        **look_json(office, state.programme),
        "objectives": len(state.objectives),
        "agreement_version": agreement.version if agreement else None,
        "agreement_hash": agreement.content_hash if agreement else None,
        "provider_lead": agreement.lead_of(Party.PROVIDER_LEAD) if agreement else None,
        "recipient_lead": agreement.lead_of(Party.RECIPIENT_LEAD) if agreement else None,
        "plan": state.plan,
        "network": state.enrolment.network if state.enrolment else state.signposted_to,
        "places": state.enrolment.places if state.enrolment else None,
        "signed": list(agreement.signed) if agreement else [],
        "days_agreed": _days(agreement.all_quarter_days) if agreement else None,
        "days_counted": _days(state.counted_quarter_days),
        "days_confirmed": _days(state.confirmed_quarter_days),
        "visits": [
            {"visit": v.id, "on": v.on.isoformat(), "days": _days(v.quarter_days), "status": v.status}
            for v in state.visits
        ],
        "money": _money(state),
        "outcome": state.outcome,
        "awaited": [
            {
                "wait": item.wait,
                "what": wait_words(item.wait, programme),
                "owner": item.owner.value,
                "due_at": instant_text(d.due_at) if (d := state.deadline(item.wait)) else None,
                "overdue": bool(d and d.passed),
            }
            for item in awaited(state)
        ],
    }


def steps_now(office: Office, record: CaseRecord) -> tuple[NextStep, ...]:
    """What would be accepted now, and from whom; tried with the rules, nothing is written."""
    return steps_for(office.facts, record.state, record.programme, business_now(office.settings))


def _money(state: CaseState) -> dict[str, Any] | None:
    """What the case has of money, in minor units; None where none was ever reserved."""
    money = state.money
    if money is None:
        return None
    totals = ("reserved", "committed", "claimed", "paid", "advanced", "liquidated", "returned", "written_off")
    return {
        "mode": money.mode,
        "currency": money.currency,
        "settled": money.settled,
        **{name: money.total(name) for name in totals},
        "shares": [share.model_dump() for share in money.shares],
        "claims": [
            {
                "claim": claim.id,
                "status": claim.status,
                "visits": list(claim.visits),
                "amount": claim.amount_minor,
            }
            for claim in money.claims
        ],
        "liquidations": [
            {"liquidation": one.id, "status": one.status, "amount": one.amount_minor}
            for one in money.liquidations
        ],
    }


def _days_left(office: Office, state: CaseState, now: datetime) -> int | None:
    running = state.next_deadline
    if running is None:
        return None
    left = DaysLeft(office.connection)
    return left.of(state.programme, now, running.due_at, running.unit, running.school)


def _days(quarters: int) -> str:
    """Days as decimal text: quarters are exact in it."""
    return f"{quarters / 4:g}"
