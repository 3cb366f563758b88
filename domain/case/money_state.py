"""What the events of money make of a case's state. `state.evolve` looks them up here."""

from collections.abc import Callable
from typing import Any, Final

from domain.case import money_events as m
from domain.case.chased import without_deadline
from domain.case.event_base import CaseEvent
from domain.case.money_shape import Claim, FundShare, Liquidation, Money, Paper, Share
from domain.case.shape import CaseState

Change = dict[str, Any]


def money_of(state: CaseState) -> Money:
    """The money of a case that has some."""
    if state.money is None:
        raise ValueError("the log is not a lawful history: money moved before any was reserved")
    return state.money


def _moved(money: Money, shares: tuple[FundShare, ...], **by: int) -> tuple[Share, ...]:
    """The shares with these amounts added: `reserved=1` adds each amount to what is reserved, -1 takes it."""
    found = {(share.fund, share.year): share for share in money.shares}
    for moved in shares:
        key = (moved.fund, moved.year)
        before = found.get(key) or Share(fund=moved.fund, year=moved.year)
        update = {name: getattr(before, name) + sign * moved.amount_minor for name, sign in by.items()}
        found[key] = before.model_copy(update=update)
    return tuple(sorted(found.values(), key=lambda share: (share.year, share.fund)))


def _with(state: CaseState, **update: Any) -> Change:
    return {"money": money_of(state).model_copy(update=update)}


def _reserved(state: CaseState, event: m.BudgetReserved) -> Change:
    money = state.money or Money(mode=event.mode, currency=event.currency)
    change = {
        "shares": _moved(money, event.shares, reserved=1),
        "last_after_review": event.last_after_review,
    }
    return {"money": money.model_copy(update=change)}


def _released(state: CaseState, event: m.BudgetReleased) -> Change:
    money = money_of(state)
    given_back = event.held_as == "committed" and event.cause != "moved"
    return _with(
        state,
        shares=_moved(money, event.shares, **{event.held_as: -1}),
        released=money.released + (event.amount_minor if given_back else 0),
    )


def _committed(state: CaseState, event: m.BudgetCommitted) -> Change:
    return _with(state, shares=_moved(money_of(state), event.shares, reserved=-1, committed=1))


def _claimed(state: CaseState, event: m.ClaimSubmitted) -> Change:
    claim = Claim(
        id=event.claim,
        visits=tuple(claimed.visit for claimed in event.visits),
        cover_minor=event.cover_minor,
        travel_minor=event.travel_minor,
        supplies_minor=event.supplies_minor,
        shares=event.shares,
        claimed_by=event.claimed_by,
        recorded_by=event.recorded_by,
        approver=event.approver,
    )
    money = money_of(state)
    return _with(state, claims=(*money.claims, claim), shares=_moved(money, event.shares, claimed=1))


def _claim(money: Money, claim_id: str, status: str) -> tuple[Claim, ...]:
    return tuple(
        claim.model_copy(update={"status": status}) if claim.id == claim_id else claim
        for claim in money.claims
    )


def _claim_returned(state: CaseState, event: m.ClaimReturned) -> Change:
    money = money_of(state)
    return _with(
        state,
        claims=_claim(money, event.claim, "returned"),
        shares=_moved(money, event.shares, claimed=-1),
    )


def _claim_approved(state: CaseState, event: m.ClaimApproved) -> Change:
    return _with(state, claims=_claim(money_of(state), event.claim, "approved"))


def _paid(state: CaseState, event: m.PaymentRecorded) -> Change:
    money = money_of(state)
    return _with(
        state,
        claims=_claim(money, event.claim, "paid"),
        shares=_moved(money, event.shares, committed=-1, paid=1),
        papers=(*money.papers, Paper(number=event.payment, use="payment", of=event.claim)),
    )


def _advanced(state: CaseState, event: m.FundsReleased) -> Change:
    """Where a part was paid out, the rest is awaited from now on."""
    money = money_of(state)
    paid = _with(
        state,
        shares=_moved(money, event.shares, committed=-1, paid=1, advanced=1),
        advanced_on=min(money.advanced_on or event.paid_on, event.paid_on),
        papers=(*money.papers, Paper(number=event.payment, use="advance")),
    )
    return paid | without_deadline(state, "release")


def _liquidated(state: CaseState, event: m.FundsLiquidated) -> Change:
    account = Liquidation(
        id=event.liquidation,
        amount_minor=event.amount_minor,
        submitted_by=event.submitted_by,
        recorded_by=event.recorded_by,
    )
    money = money_of(state)
    papers = (Paper(number=one.document, use="account", of=event.liquidation) for one in event.entries)
    return _with(state, liquidations=(*money.liquidations, account), papers=(*money.papers, *papers))


def _liquidation(money: Money, liquidation_id: str, status: str) -> tuple[Liquidation, ...]:
    return tuple(
        one.model_copy(update={"status": status}) if one.id == liquidation_id else one
        for one in money.liquidations
    )


def _liquidation_returned(state: CaseState, event: m.LiquidationReturned) -> Change:
    money = money_of(state)
    return _with(
        state,
        liquidations=_liquidation(money, event.liquidation, "returned"),
        papers=tuple(p for p in money.papers if (p.use, p.of) != ("account", event.liquidation)),
    )


def _liquidation_accepted(state: CaseState, event: m.LiquidationAccepted) -> Change:
    money = money_of(state)
    return _with(
        state,
        liquidations=_liquidation(money, event.liquidation, "accepted"),
        shares=_moved(money, event.shares, liquidated=1),
    )


def _paid_back(state: CaseState, event: m.FundsReturned) -> Change:
    money = money_of(state)
    return _with(
        state,
        shares=_moved(money, event.shares, paid=-1, returned=1),
        papers=(*money.papers, Paper(number=event.receipt, use="return")),
    )


def _written_off(state: CaseState, event: m.FundsWrittenOff) -> Change:
    return _with(state, shares=_moved(money_of(state), event.shares, written_off=1))


def _settled(state: CaseState, _event: m.BudgetReconciled) -> Change:
    return _with(state, settled=True)


MONEY: Final[dict[type[CaseEvent], Callable[[CaseState, Any], Change]]] = {
    m.BudgetReserved: _reserved,
    m.BudgetReleased: _released,
    m.BudgetCommitted: _committed,
    m.ClaimSubmitted: _claimed,
    m.ClaimReturned: _claim_returned,
    m.ClaimApproved: _claim_approved,
    m.PaymentRecorded: _paid,
    m.FundsReleased: _advanced,
    m.FundsLiquidated: _liquidated,
    m.LiquidationReturned: _liquidation_returned,
    m.LiquidationAccepted: _liquidation_accepted,
    m.FundsReturned: _paid_back,
    m.FundsWrittenOff: _written_off,
    m.BudgetReconciled: _settled,
}
