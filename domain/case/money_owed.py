"""What is awaited of a case's money: a claim, its decision, a payment, an account, and in the end the settlement.

Money never waits in silence, and a case does not end before its money is settled: it stays open, closed or
withdrawn, until finance has said that nothing is promised, owed or unaccounted for any more.
"""

from collections.abc import Iterator
from typing import Final

from domain.case.money_events import OpenVisit
from domain.case.money_shape import Money
from domain.case.shape import Agreement, CaseState, Visit
from domain.case.stages import Stage
from domain.parties import Party

MoneyWait = tuple[str, Party, str]
"""Key of the wait, who owes it, the command that answers it."""

EXPENSES: Final = "claim:expenses"
"""Travel and supplies that were agreed, once every day is claimed: they may never have been spent, so they are awaited
once, with time of their own, and hold up no settlement after it.
"""
_SETTLEMENT: Final = "settlement"
_AFTER_DELIVERY = frozenset({Stage.FINAL_REVIEW, Stage.CLOSED, Stage.WITHDRAWN})
_REVIEWING_SIDES = 2
_AFTER_THE_END = frozenset({Stage.CLOSED, Stage.WITHDRAWN})


def live_money(state: CaseState) -> Money | None:
    """The case's money, while something may still happen to it: an agreement is in force, nothing is settled."""
    money, agreement = state.money, state.agreement
    if money is None or money.settled or agreement is None or not agreement.active:
        return None
    return money


def payments_are_held(state: CaseState) -> bool:
    """Whether what is still to be paid waits for the final reviews: delivery has ended, or every agreed day was given,
    and one of both sides has not reviewed.
    """
    money, agreement = live_money(state), state.agreement
    if money is None or agreement is None or not money.last_after_review:
        return False
    given = state.confirmed_quarter_days >= agreement.all_quarter_days
    over = state.stage is Stage.FINAL_REVIEW or (state.stage is Stage.IN_DELIVERY and given)
    return over and len({review.party for review in state.reviews}) < _REVIEWING_SIDES


def claimable_visits(state: CaseState) -> tuple[Visit, ...]:
    """Visits that were confirmed and are in no claim."""
    claimed = {visit for claim in state.money.live_claims for visit in claim.visits} if state.money else set()
    return tuple(
        visit
        for visit in state.visits
        if visit.status in {"confirmed", "resolved"} and visit.quarter_days and visit.id not in claimed
    )


def agreed_beside_cover(agreement: Agreement, money: Money) -> tuple[int, int]:
    """What can be claimed for travel and for supplies: as drafted, in proportion to what the days agreed now cost.

    A variation, a withdrawal and an extension change the money by its whole price of a day, travel included.
    """
    terms, agreed, drafted = agreement.terms, money.total("agreed"), max(1, agreement.terms.amount_minor)
    return terms.travel_minor * agreed // drafted, terms.supplies_minor * agreed // drafted


def claimable_beside_cover(state: CaseState) -> tuple[int, int]:
    """What of that can be claimed yet; nothing before a visit is confirmed."""
    agreement, money = state.agreement, state.money
    if agreement is None or money is None or not state.confirmed_quarter_days:
        return 0, 0
    travel, supplies = agreed_beside_cover(agreement, money)
    travel -= sum(claim.travel_minor for claim in money.live_claims)
    supplies -= sum(claim.supplies_minor for claim in money.live_claims)
    return max(0, travel), max(0, supplies)


def unsettled_visits(state: CaseState) -> tuple[Visit, ...]:
    """Visits that were held and of which nobody has said yet whether they count."""
    return tuple(visit for visit in state.visits if visit.status in {"recorded", "disputed"})


def notes_due(state: CaseState) -> tuple[Visit, ...]:
    """Visits whose day had come when delivery ended, and of which nobody has said yet whether they were held."""
    end, over = state.delivery_ended_on, state.stage in _AFTER_THE_END
    if end is None or not (state.stage is Stage.FINAL_REVIEW or (over and live_money(state))):
        return ()
    return tuple(visit for visit in state.visits if visit.status == "planned" and visit.on <= end)


def settlement_waits_for(state: CaseState, money: Money) -> tuple[Visit, ...]:
    """Visits that may still be owed for: their record or confirmation may come in time, or they are disputed.

    What was advanced is accounted for, whoever confirms: there only records are waited for.
    """
    notes = [visit for visit in notes_due(state) if _runs(state, f"visit_note:{visit.id}")]
    if money.mode == "advance":
        return tuple(notes)
    unsettled = (
        visit
        for visit in unsettled_visits(state)
        if visit.status == "disputed" or _runs(state, f"visit_confirmation:{visit.id}")
    )
    return (*notes, *unsettled)


def left_open(state: CaseState, money: Money) -> tuple[OpenVisit, ...]:
    """Visits that a settlement now leaves without their last word, each with why."""
    reasons = {visit.id: "not-recorded" for visit in notes_due(state)}
    reasons |= {visit.id: "not-confirmed" for visit in unsettled_visits(state)}
    if money.mode == "arrears":
        reasons |= {visit.id: "not-claimed" for visit in claimable_visits(state)}
    return tuple(
        OpenVisit.model_validate({"visit": visit.id, "because": reasons[visit.id]})
        for visit in state.visits
        if visit.id in reasons
    )


def _runs(state: CaseState, wait: str) -> bool:
    deadline = state.deadline(wait)
    return deadline is None or not deadline.passed


def money_owed(state: CaseState) -> Iterator[MoneyWait]:
    """Everything that is awaited of the case's money."""
    money = live_money(state)
    if money is None:
        return
    waits = [*(_of_claims(state, money) if money.mode == "arrears" else _of_advance(state, money))]
    yield from waits
    holding = [wait for wait, _, _ in waits if wait != EXPENSES or _runs(state, EXPENSES)]
    if not holding and state.stage in _AFTER_THE_END and not settlement_waits_for(state, money):
        yield _SETTLEMENT, Party.FINANCE, "settle"


def _of_claims(state: CaseState, money: Money) -> Iterator[MoneyWait]:
    for claim in money.claims:
        if claim.status == "submitted":
            yield f"claim_decision:{claim.id}", claim.approver, "approve-claim"
        elif claim.status == "approved" and not payments_are_held(state):
            yield f"payment:{claim.id}", Party.FINANCE, "record-payment"
    if state.stage not in _AFTER_DELIVERY or not money.total("unclaimed"):
        return
    if claimable_visits(state):
        yield "claim", Party.PROVIDER_HEAD, "claim"
    elif any(claimable_beside_cover(state)) and state.deadline(_SETTLEMENT) is None:
        yield EXPENSES, Party.PROVIDER_HEAD, "claim"


def _of_advance(state: CaseState, money: Money) -> Iterator[MoneyWait]:
    """Of several parts each is accounted for before the next is paid; after delivery, with time of its own."""
    more = state.stage not in _AFTER_THE_END and bool(money.total("committed"))
    if more and not money.total("unaccounted"):
        yield "release", Party.FINANCE, "release-funds"
    for account in money.liquidations:
        if account.status == "submitted":
            yield f"liquidation_decision:{account.id}", Party.FINANCE, "accept-liquidation"
    if state.stage in _AFTER_DELIVERY and money.outstanding:
        yield "liquidation", Party.PROVIDER_HEAD, "liquidate"
    elif more and money.outstanding:
        yield "liquidation:part", Party.PROVIDER_HEAD, "liquidate"
