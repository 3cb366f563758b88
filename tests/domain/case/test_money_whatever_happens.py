"""Whatever happens to a case that is paid in arrears: what was given is paid for or named, and nothing else is paid."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.case import events as e
from domain.case.money_owed import live_money, notes_due
from domain.case.stages import Stage
from tests.domain.case.money import rate
from tests.domain.case.office import Office, refolded

A_QUARTER: Final = 62_50
"""Price and worth of a quarter-day: a thousand pounds for four days."""

Step = tuple[str, str, Callable[[Office, int], dict[str, Any]]]


def _of(*statuses: str) -> Callable[[Office, int], dict[str, Any]]:
    """One of the visits that are in such a status, where there is one."""

    def values(office: Office, number: int) -> dict[str, Any]:
        visits = [visit.id for visit in office.state.visits if visit.status in statuses]
        return {"visit": visits[number % len(visits)] if visits else "V1"}

    return values


def _plan(office: Office, number: int) -> dict[str, Any]:
    return {"on": office.now.date() + timedelta(days=number % 9), "quarter_days": number % 4 + 1}


def _note(office: Office, number: int) -> dict[str, Any]:
    due = [
        visit for visit in office.state.visits if visit.status == "planned" and visit.on <= office.now.date()
    ]
    if not due:
        return {"quarter_days": number % 4 + 1}
    visit = due[number % len(due)]
    return {"visit": visit.id, "on": visit.on, "quarter_days": number % visit.quarter_days + 1}


def _nothing(_office: Office, _number: int) -> dict[str, Any]:
    return {}


def _counted(office: Office, number: int) -> dict[str, Any]:
    found = _of("disputed")(office, number)
    visit = office.state.visit(found["visit"])
    return found | {"counted_quarter_days": number % ((visit.quarter_days if visit else 0) + 1)}


STEPS: Final[dict[str, tuple[Step, ...]]] = {
    "plan": (("broker", "schedule-visit", _plan),),
    "note": (("lead.sea", "record-visit", _note),),
    "miss": (("lead.sea", "miss-visit", _of("planned")),),
    "confirm": (("lead.hill", "confirm-visit", _of("recorded")),),
    "dispute": (("lead.hill", "dispute-visit", _of("recorded")),),
    "resolve": (("broker", "resolve-dispute", _counted),),
    "claim": (("head.sea", "claim", _nothing),),
    "pay": (("finance", "approve-claim", _nothing), ("finance", "record-payment", _nothing)),
    "return": (("finance", "return-claim", _nothing),),
    "vary": (
        ("broker", "propose-variation", lambda _, number: {"quarter_days": number % 16 + 1}),
        ("head.hill", "agree-variation", _nothing),
        ("head.sea", "agree-variation", _nothing),
    ),
    "extend": (("sip.hill", "mid-review", _nothing), ("adviser", "extend", _nothing)),
    "pause": (("broker", "pause", _nothing),),
    "resume": (("broker", "resume", _nothing),),
    "withdraw": (("head.hill", "withdraw", _nothing),),
    "complete": (("head.hill", "complete", _nothing), ("head.sea", "complete", _nothing)),
    "close": (
        ("head.hill", "review", _nothing),
        ("lead.sea", "review", _nothing),
        ("sip.hill", "validate", _nothing),
        ("broker", "close", _nothing),
    ),
    "settle": (("finance", "settle", _nothing),),
}
OFTEN: Final = ("plan", "note", "note", "confirm", "confirm", "claim", "pay")
"""What mostly happens, beside everything that may."""


def tell(office: Office, what: str, number: int) -> None:
    if what == "days":
        office.days_pass(number % 15)
    for person, verb, values in STEPS.get(what, ()):
        office.say(person, verb, **values(office, number))


def check(office: Office) -> None:
    state, money = office.state, office.state.money
    assert money is not None
    worth = sum(
        visit.quarter_days * A_QUARTER for visit in state.visits if visit.status in {"confirmed", "resolved"}
    )
    assert money.total("paid") <= worth
    if live_money(state) is None or state.agreement is None:
        return
    claimed = {visit for claim in money.live_claims for visit in claim.visits}
    open_days = sum(visit.quarter_days for visit in state.held_visits if visit.id not in claimed)
    room = max(0, state.agreement.all_quarter_days - state.held_quarter_days)
    awaited = min(room, sum(visit.quarter_days for visit in notes_due(state)))
    assert money.total("unclaimed") >= (open_days + awaited) * A_QUARTER, (
        "no money is left for what was given"
    )


def check_settled(office: Office) -> None:
    """Each penny that was committed was paid or given back; each visit was paid or is named."""
    settled = next(event for event, _ in office.log if isinstance(event, e.BudgetReconciled))
    committed = sum(event.amount_minor for event, _ in office.log if isinstance(event, e.BudgetCommitted))
    assert settled.paid_minor + settled.released_minor == committed
    state, money = office.state, office.state.money
    assert money is not None
    paid = {visit for claim in money.claims if claim.status == "paid" for visit in claim.visits}
    ended = state.delivery_ended_on
    assert ended is not None
    unpaid = {
        visit.id
        for visit in state.visits
        if (visit.id not in paid and visit.quarter_days and visit in state.held_visits)
        or (visit.status == "planned" and visit.on <= ended)
    }
    assert {one.visit for one in settled.left_open} == unpaid


@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    moves=st.lists(
        st.tuples(st.sampled_from([*OFTEN, "days", "days", *STEPS]), st.integers(0, 999)), max_size=40
    ),
    end=st.sampled_from(["withdraw", "complete"]),
)
def test_what_was_given_is_paid_or_named_and_nothing_else_is_paid(
    moves: list[tuple[str, int]], end: str
) -> None:
    office = Office().at(Stage.AGREED)
    office.money = replace(office.money, rates=(rate("2026-01-01", 250_00),))
    for what, number in moves:
        tell(office, what, number)
        check(office)
    # However it stands: it comes to its end, and its money does.
    for what in ("resume", "note", end, "withdraw", *(["resolve"] * 20), "days", "pay", "pay", "pay"):
        tell(office, what, 14)
        check(office)
    for _ in range(5):
        office.days_pass(21)
        tell(office, "settle", 0)
    assert live_money(office.state) is None, "its money is never settled"
    check_settled(office)
    assert refolded(office) == office.state
