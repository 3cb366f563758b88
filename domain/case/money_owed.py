"""What is awaited of a case's money: a claim, its decision, a payment, an account, and in the end the settlement.

Money never waits in silence, and a case does not end before its money is settled: it stays open, closed or
withdrawn, until finance has said that nothing is promised, owed or unaccounted for any more.
"""

from collections.abc import Iterator

from domain.case.money_shape import Money
from domain.case.shape import CaseState, Visit
from domain.case.stages import Stage
from domain.parties import Party

MoneyWait = tuple[str, Party, str]
"""Key of the wait, who owes it, the command that answers it."""

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


def unsettled_visits(state: CaseState) -> tuple[Visit, ...]:
    """Visits that were held and of which nobody has said yet whether they count."""
    return tuple(visit for visit in state.visits if visit.status in {"recorded", "disputed"})


def money_owed(state: CaseState) -> Iterator[MoneyWait]:
    """Everything that is awaited of the case's money."""
    money = live_money(state)
    if money is None:
        return
    waits = [*(_of_claims(state, money) if money.mode == "arrears" else _of_advance(state, money))]
    yield from waits
    if not waits and state.stage in _AFTER_THE_END and not unsettled_visits(state):
        yield "settlement", Party.FINANCE, "settle"


def _of_claims(state: CaseState, money: Money) -> Iterator[MoneyWait]:
    for claim in money.claims:
        if claim.status == "submitted":
            yield f"claim_decision:{claim.id}", claim.approver, "approve-claim"
        elif claim.status == "approved" and not payments_are_held(state):
            yield f"payment:{claim.id}", Party.FINANCE, "record-payment"
    if state.stage in _AFTER_DELIVERY and claimable_visits(state) and money.total("unclaimed"):
        yield "claim", Party.PROVIDER_HEAD, "claim"


def _of_advance(state: CaseState, money: Money) -> Iterator[MoneyWait]:
    if state.stage not in _AFTER_THE_END and money.total("committed"):
        yield "release", Party.FINANCE, "release-funds"
    for account in money.liquidations:
        if account.status == "submitted":
            yield f"liquidation_decision:{account.id}", Party.FINANCE, "accept-liquidation"
    if state.stage in _AFTER_DELIVERY and money.outstanding:
        yield "liquidation", Party.PROVIDER_HEAD, "liquidate"
