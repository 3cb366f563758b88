"""Advances: finance pays ahead, the provider accounts for what it spent, the rest comes back.

For programmes that pay in advance; permitted uses are the programme's areas of support.
"""

from collections.abc import Callable

from domain.case import commands as c
from domain.case import events as e
from domain.case.agreement import agreement_of
from domain.case.commands import expect
from domain.case.money_events import LiquidationEntry
from domain.case.money_owed import live_money
from domain.case.money_shape import FundShare, Liquidation, Money, Share
from domain.case.situation import Refusal, Situation
from domain.funding.amounts import money_words
from domain.funding.facts import OpenAdvance
from domain.parties import Party


def is_paid_in_advance(s: Situation) -> Refusal | None:
    if _money(s).mode == "advance":
        return None
    return Refusal(
        "R-MONEY",
        f"In {s.programme.code} money is paid on claims for confirmed visits, not in advance.",
        f"Next: brokerage case claim {s.state.reference}",
    )


def earlier_advances_are_settled(s: Situation) -> Refusal | None:
    """Nothing is advanced to a provider that has not accounted for what it got before, in this case or another."""
    finance, money = s.programme.finance, _money(s)
    if finance is None or not finance.earlier_advance_settled:
        return None
    own = OpenAdvance(reference=s.state.reference, amount=money.total("unaccounted"))
    advances = [one for one in (own, *s.facts.money.open_advances) if one.amount]
    if not advances:
        return None
    named = " and ".join(f"{money_words(one.amount, money.currency)} in {one.reference}" for one in advances)
    return Refusal(
        "R-LIQUIDATION",
        f"The {s.noun('provider')} has not accounted for an earlier advance: {named}.",
        f"Next: brokerage case liquidate {advances[0].reference}",
    )


def advance_is_committed(s: Situation) -> Refusal | None:
    command, money = expect(s.command, c.ReleaseFunds), _money(s)
    left = money.total("committed")
    if not left:
        return Refusal("R-FUND", "All that was committed is paid already.")
    if (command.amount_minor or 0) > left:
        return Refusal(
            "R-FUND",
            f"{money_words(left, money.currency)} are committed and not paid; "
            f"{money_words(command.amount_minor or 0, money.currency)} are to be paid.",
        )
    return None


def uses_are_permitted(s: Situation) -> Refusal | None:
    permitted = [area.code for area in s.programme.areas]
    for entry in expect(s.command, c.Liquidate).spent:
        if entry.use not in permitted:
            return Refusal(
                "R-USE",
                f"'{entry.use}' is no permitted use.",
                f"Permitted uses: {', '.join(permitted)}.",
            )
    return None


def account_is_within_the_advance(s: Situation) -> Refusal | None:
    money = _money(s)
    asked = sum(entry.amount_minor for entry in expect(s.command, c.Liquidate).spent)
    return _within_the_advance(money, asked, "are accounted for now")


def return_is_within_the_advance(s: Situation) -> Refusal | None:
    return _within_the_advance(_money(s), expect(s.command, c.ReturnFunds).amount_minor, "are to come back")


def account_awaits_its_decision(s: Situation) -> Refusal | None:
    account = _named(s)
    if account is None:
        known = ", ".join(one.id for one in _money(s).liquidations) or "none"
        return Refusal("R-LIQUIDATION", f"There is no such account; accounts so far: {known}.")
    if account.status != "submitted":
        return Refusal("R-LIQUIDATION", f"{account.id} is {account.status} already.")
    return None


def decider_did_not_spend(s: Situation) -> Refusal | None:
    """Separation of duties: nobody accepts their own account, nor one that they recorded or whose plan they drafted."""
    account, agreement = _named(s), agreement_of(s)
    if account is None:
        return None
    bound = {account.submitted_by, account.recorded_by, agreement.drafted_by, agreement.recorded_by}
    if bound & {s.facts.person, s.facts.recorder}:
        return Refusal(
            "R-SEPARATION", "Whoever drafted the plan, accounted or recorded it may not accept it."
        )
    return None


def payer_did_not_draft(s: Situation) -> Refusal | None:
    agreement = agreement_of(s)
    if {agreement.drafted_by, agreement.recorded_by} & {s.facts.person, s.facts.recorder}:
        return Refusal("R-SEPARATION", "Whoever drafted the agreement may not pay its money out.")
    return None


def account_is_overdue(s: Situation) -> Refusal | None:
    """Nothing is given up while the school has time to account for it."""
    waiting = s.state.deadline("liquidation")
    if waiting is None or waiting.passed:
        return None
    until = waiting.due_at.astimezone(s.facts.zone).date().isoformat()
    return Refusal(
        "R-EARLY", f"The {s.word(Party.PROVIDER_HEAD)} has until {until} to account for the advance."
    )


def write_off_is_within_the_advance(s: Situation) -> Refusal | None:
    money = _money(s)
    if not money.outstanding:
        return Refusal("R-NOTHING", "All of the advance is accounted for, paid back or written off.")
    return _within_the_advance(
        money, expect(s.command, c.WriteOff).amount_minor or 0, "are to be written off"
    )


def write_off_suits_the_post(s: Situation) -> Refusal | None:
    """Finance writes off what it could have approved, all that was written off in this case together."""
    money, limit = _money(s), s.programme.rules.finance_approves_up_to_minor
    amount = expect(s.command, c.WriteOff).amount_minor or money.outstanding
    if s.party is Party.PRINCIPAL_ADVISER or (
        limit is not None and money.total("written_off") + amount <= limit
    ):
        return None
    return Refusal("R-POST", f"This amount is for the {s.word(Party.PRINCIPAL_ADVISER)} to write off.")


def writer_off_did_not_spend(s: Situation) -> Refusal | None:
    """Separation of duties: nobody gives up money that was paid out on their own draft or that they accounted for."""
    agreement = agreement_of(s)
    bound = {agreement.drafted_by, agreement.recorded_by}
    bound |= {who for one in _money(s).liquidations for who in (one.submitted_by, one.recorded_by)}
    if bound & {s.facts.person, s.facts.recorder}:
        return Refusal(
            "R-SEPARATION", "Whoever drafted the plan, accounted or recorded it may not write its money off."
        )
    return None


def release_funds(s: Situation) -> tuple[e.CaseEvent, ...]:
    command, money = expect(s.command, c.ReleaseFunds), _money(s)
    amount = command.amount_minor or money.total("committed")
    shares = _over(money, amount, lambda share: share.committed)
    return (
        e.FundsReleased(
            currency=money.currency, shares=shares, payment=command.payment, paid_on=command.paid_on
        ),
    )


def liquidate(s: Situation) -> tuple[e.CaseEvent, ...]:
    command, money = expect(s.command, c.Liquidate), _money(s)
    return (
        e.FundsLiquidated(
            liquidation=f"L{len(money.liquidations) + 1}",
            entries=tuple(LiquidationEntry(**dict(entry)) for entry in command.spent),
            currency=money.currency,
            submitted_as=s.party,
            submitted_by=s.facts.person,
            recorded_by=s.facts.recorder,
        ),
    )


def accept_liquidation(s: Situation) -> tuple[e.CaseEvent, ...]:
    money, account = _money(s), _named(s)
    if account is None:
        raise ValueError("guarded by account_awaits_its_decision")
    shares = _over(money, account.amount_minor, lambda share: share.unaccounted)
    return (e.LiquidationAccepted(currency=money.currency, shares=shares, liquidation=account.id),)


def return_liquidation(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.ReturnLiquidation)
    return (e.LiquidationReturned(liquidation=command.liquidation, reason=command.reason, told=True),)


def return_funds(s: Situation) -> tuple[e.CaseEvent, ...]:
    command, money = expect(s.command, c.ReturnFunds), _money(s)
    shares = _over(money, command.amount_minor, lambda share: share.unaccounted)
    return (
        e.FundsReturned(
            currency=money.currency,
            shares=shares,
            receipt=command.receipt,
            received_on=command.received_on,
        ),
    )


def write_off(s: Situation) -> tuple[e.CaseEvent, ...]:
    command, money = expect(s.command, c.WriteOff), _money(s)
    amount = command.amount_minor or money.outstanding
    return (
        e.FundsWrittenOff(
            currency=money.currency,
            shares=_over(money, amount, lambda share: share.unaccounted),
            written_off_as=s.party,
            written_off_by=s.facts.person,
            reason=command.reason,
        ),
    )


def _money(s: Situation) -> Money:
    money = live_money(s.state)
    if money is None:
        raise ValueError("guarded by has_money")
    return money


def _named(s: Situation) -> Liquidation | None:
    command = s.command
    if not isinstance(command, c.AcceptLiquidation | c.ReturnLiquidation):
        raise TypeError(f"not about an account: {type(command).__name__}")
    return _money(s).liquidation(command.liquidation)


def _within_the_advance(money: Money, asked: int, what: str) -> Refusal | None:
    if asked <= money.outstanding:
        return None
    return Refusal(
        "R-LIQUIDATION",
        f"{money_words(money.outstanding, money.currency)} of the advance of "
        f"{money_words(money.total('advanced'), money.currency)} are not accounted for yet; "
        f"{money_words(asked, money.currency)} {what}.",
    )


def _over(money: Money, amount: int, room: Callable[[Share], int]) -> tuple[FundShare, ...]:
    """The amount over funds and years as far as each has room, the first year first."""
    shares = []
    for share in money.shares:
        part = min(amount, room(share))
        amount -= part
        if part:
            shares.append(FundShare(fund=share.fund, year=share.year, amount_minor=part))
    return tuple(shares)
