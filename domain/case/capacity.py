"""What a case takes of its provider's days, half term by half term. It follows from the case alone.

An offer holds days. They follow the agreement as soon as one is drafted, are committed once it is in force,
shrink as visits are held, and are free again when delivery ends, but for visits of that time whose record is
awaited. Days that were given stay given.
"""

from collections.abc import Iterable
from typing import Final

from domain.calendars.half_terms import order_of
from domain.case.money_owed import notes_due
from domain.case.shape import Agreement, CaseState, OfferMade, Visit
from domain.case.stages import DELIVERING, Stage
from domain.case.values import PeriodShare, Value

Plan = dict[str, int]
"""Quarter-days by half term."""

_PREPARING: Final = frozenset({Stage.AGREEMENT_DRAFTING, Stage.FUNDING_APPROVAL, Stage.AWAITING_SIGNATURES})


class CapacityUse(Value):
    """What a case takes of its provider's days in one half term, in quarter-days."""

    school: str
    period: str
    held: int = 0
    committed: int = 0
    given: int = 0
    by: str | None
    """Who offered the case to the school."""


def capacity_uses(state: CaseState) -> tuple[CapacityUse, ...]:
    """What the case takes now, in the order of half terms; nothing where its offer held nothing."""
    offer = current_offer(state)
    if offer is None or not offer.periods:
        return ()
    held: Plan = {}
    committed: Plan = {}
    given: Plan = {}
    agreement = _own_agreement(state, offer)
    if offer.outcome == "open" and state.stage is Stage.PARTNER_OFFERED:
        held = as_plan(offer.periods)
    elif state.stage in _PREPARING:
        held = planned(offer, agreement)
    elif agreement is not None and agreement.active:
        left, given = _spent(planned(offer, agreement), agreement, state.held_visits)
        awaited = sum(visit.quarter_days for visit in notes_due(state))
        committed = left if state.stage in DELIVERING else _earliest(left, awaited)
    periods = sorted(held.keys() | committed.keys() | given.keys(), key=order_of)
    uses = (
        CapacityUse(
            school=offer.provider,
            period=period,
            held=held.get(period, 0),
            committed=committed.get(period, 0),
            given=given.get(period, 0),
            by=offer.by,
        )
        for period in periods
    )
    return tuple(use for use in uses if use.held or use.committed or use.given)


def current_offer(state: CaseState) -> OfferMade | None:
    """The offer that the case stands on: open, or accepted by the school that is its provider."""
    last = state.offers[-1] if state.offers else None
    if last is None or last.outcome not in {"open", "accepted"}:
        return None
    return last


def planned(offer: OfferMade, agreement: Agreement | None) -> Plan:
    """The days by half term: as the terms name them, else as the offer held them, trimmed or filled up to
    what was agreed; an extension aside.

    Agreed days that nobody planned for a half term count in the last one that is planned.
    """
    if agreement is None:
        return as_plan(offer.periods)
    return fitted(as_plan(agreement.terms.periods or offer.periods), agreement.quarter_days)


def fitted(plan: Plan, quarter_days: int) -> Plan:
    """The plan with so many days in all: the last half terms give way, or the last one takes what is left over."""
    over = sum(plan.values()) - quarter_days
    fitting = dict(plan)
    for period in sorted(plan, key=order_of, reverse=True):
        if over <= 0:
            break
        taken = min(over, fitting[period])
        fitting[period] -= taken
        over -= taken
    if over < 0:
        fitting[max(plan, key=order_of)] -= over
    return {period: days for period, days in fitting.items() if days}


def _earliest(plan: Plan, quarter_days: int) -> Plan:
    """So many days of the plan, those of the earliest half terms."""
    first: Plan = {}
    for period in sorted(plan, key=order_of):
        first[period] = min(plan[period], quarter_days - sum(first.values()))
    return first


def as_plan(shares: Iterable[PeriodShare]) -> Plan:
    """Shares of half terms as a plan."""
    plan: Plan = {}
    for share in shares:
        plan[share.period] = plan.get(share.period, 0) + share.quarter_days
    return plan


def _own_agreement(state: CaseState, offer: OfferMade) -> Agreement | None:
    """The agreement with the school that this offer went to, not one from before the case was reopened."""
    agreement = state.agreement
    return agreement if agreement is not None and agreement.offer == offer.number else None


def _spent(plan: Plan, agreement: Agreement, visits: Iterable[Visit]) -> tuple[Plan, Plan]:
    """What is left of the plan after the visits that were held, and what they took, by half term.

    Visits from before an extension take nothing of it: nothing that was free for others is taken back. A variation
    plans anew what is left, whatever visits from before it took.
    """
    left, given = dict(plan), Plan()
    settled = [visit for visit in visits if visit.id in agreement.replanned_after]
    rest = [visit for visit in visits if visit.id not in agreement.replanned_after]
    earlier = [visit for visit in rest if visit.id in agreement.held_before]
    later = [visit for visit in rest if visit.id not in agreement.held_before]
    for visit in settled:
        _spend(visit, left, given, plan)
    if agreement.replanned is not None:
        left = as_plan(agreement.replanned)
    for visit in earlier:
        _spend(visit, left, given, plan)
    for share in agreement.extension:
        left[share.period] = left.get(share.period, 0) + share.quarter_days
    for visit in later:
        _spend(visit, left, given, plan)
    return left, given


def _spend(visit: Visit, left: Plan, given: Plan, plan: Plan) -> None:
    """A visit takes from its own half term; where less is planned there, from the earliest that has days left."""
    own = visit.period or min(left, key=order_of, default=None) or min(plan, key=order_of)
    given[own] = given.get(own, 0) + visit.quarter_days
    rest = visit.taken
    for period in (own, *sorted(left, key=order_of)):
        taken = min(rest, left.get(period, 0))
        rest -= taken
        if taken and left[period] == taken:
            del left[period]
        elif taken:
            left[period] -= taken
