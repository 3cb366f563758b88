"""The end of a case's money: what is left goes back to its fund. Only then is a closed case archived."""

from domain.case import events as e
from domain.case.budget import reconciled
from domain.case.money_owed import (
    EXPENSES,
    claimable_beside_cover,
    claimable_visits,
    live_money,
    settlement_waits_for,
)
from domain.case.money_shape import FundShare, Money
from domain.case.shape import Deadline
from domain.case.situation import Refusal, Situation
from domain.case.stages import Stage
from domain.case.state import CaseState
from domain.funding.amounts import money_words
from domain.parties import Party


def nothing_is_under_way(s: Situation) -> Refusal | None:
    """No claim without its payment, no advance without its account, and no claim that may still come in time."""
    money = _money(s)
    open_claims = [claim.id for claim in money.claims if claim.status in {"submitted", "approved"}]
    if open_claims:
        return Refusal("R-SETTLE", f"Not decided or not paid yet: {', '.join(open_claims)}.")
    if money.in_account:
        return Refusal("R-SETTLE", "An account of the advance is not decided on yet.")
    if money.outstanding:
        return Refusal(
            "R-SETTLE",
            f"{money_words(money.outstanding, money.currency)} of the advance are neither accounted for nor paid back.",
        )
    running = (s.state.deadline(wait) for wait in ("claim", EXPENSES))
    waiting = next((one for one in running if one is not None and not one.passed), None)
    if waiting is None:
        return None
    days = sum(visit.quarter_days for visit in claimable_visits(s.state))
    beside = money_words(sum(claimable_beside_cover(s.state)), money.currency)
    unclaimed = f"{days / 4:g} confirmed days are" if days else f"{beside} for travel and supplies are"
    return Refusal(
        "R-EARLY",
        f"{unclaimed} not claimed yet; the {s.word(Party.PROVIDER_HEAD)} has until {_day(waiting, s)}.",
    )


def visits_are_settled(s: Situation) -> Refusal | None:
    """What is left may still be owed for a visit of which it was not said in time whether it counts."""
    visits = settlement_waits_for(s.state, _money(s))
    disputed = [visit.id for visit in visits if visit.status == "disputed"]
    if disputed:
        return Refusal(
            "R-SETTLE",
            f"Still disputed: {', '.join(disputed)}.",
            f"The {s.word(Party.BROKER)} settles it: brokerage case resolve-dispute {s.state.reference}",
        )
    for visit in visits:
        wait, missing, verb = (
            ("visit_note", "recorded", "record-visit or miss-visit")
            if visit.status == "planned"
            else ("visit_confirmation", "confirmed", "confirm-visit or dispute-visit")
        )
        waiting = s.state.deadline(f"{wait}:{visit.id}")
        until = f"; the {s.word(waiting.owner)} has until {_day(waiting, s)}" if waiting else ""
        return Refusal(
            "R-SETTLE",
            f"Visit {visit.id} of {visit.on.isoformat()} is not {missing} yet{until}.",
            f"Whether it counts: brokerage case {verb} {s.state.reference}",
        )
    return None


def settle(s: Situation) -> tuple[e.CaseEvent, ...]:
    """What is left of the commitment is released; a closed case that waited for this only is archived."""
    money = _money(s)
    left = tuple(
        FundShare(fund=share.fund, year=share.year, amount_minor=share.committed)
        for share in money.shares
        if share.committed
    )
    events: list[e.CaseEvent] = []
    if left:
        events.append(
            e.BudgetReleased(currency=money.currency, shares=left, held_as="committed", cause="settled")
        )
    events.append(reconciled(s.state, money, sum(share.amount_minor for share in left)))
    if s.state.stage is Stage.CLOSED and (s.state.followed_up or s.state.follow_up == "none"):
        events.append(e.CaseArchived())
    return tuple(events)


def archived_if_settled(state: CaseState) -> tuple[e.CaseEvent, ...]:
    """The end of a case that awaits nothing more; none while its money does."""
    return () if live_money(state) is not None else (e.CaseArchived(),)


def _day(waiting: Deadline, s: Situation) -> str:
    return waiting.due_at.astimezone(s.facts.zone).date().isoformat()


def _money(s: Situation) -> Money:
    money = live_money(s.state)
    if money is None:
        raise ValueError("guarded by has_money")
    return money
