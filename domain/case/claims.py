"""Claims: the provider claims confirmed visits, finance approves and pays. For programmes that pay in arrears."""

from collections.abc import Iterable
from datetime import date

from domain.case import commands as c
from domain.case import events as e
from domain.case.agreement import agreement_of
from domain.case.commands import expect
from domain.case.money_events import ClaimedVisit
from domain.case.money_owed import agreed_beside_cover, claimable_visits, live_money
from domain.case.money_shape import Claim, FundShare, Money
from domain.case.shape import Visit
from domain.case.situation import Refusal, Situation
from domain.case.terms import financial_years
from domain.funding.amounts import money_words
from domain.parties import Party

ClaimCommand = c.ReturnClaim | c.ApproveClaim | c.RecordPayment


def has_money(s: Situation) -> Refusal | None:
    """The case has money that is not settled, in the currency that the command names."""
    money = live_money(s.state)
    if money is None:
        if s.state.money is not None and s.state.money.settled:
            return Refusal("R-SETTLED", "The money of this case is settled.")
        return Refusal("R-MONEY", "Nothing is committed in this case.")
    given = getattr(s.command, "currency", None)
    if given is not None and given != money.currency:
        return Refusal("R-CURRENCY", f"The money of this case is in {money.currency}, not in {given}.")
    return None


def is_paid_in_arrears(s: Situation) -> Refusal | None:
    if _money(s).mode == "arrears":
        return None
    return Refusal(
        "R-MONEY",
        f"In {s.programme.code} money is paid in advance and accounted for; nothing is claimed.",
        f"Next: brokerage case liquidate {s.state.reference}",
    )


def visits_can_be_claimed(s: Situation) -> Refusal | None:
    """Each was held, confirmed, and claimed by nobody yet."""
    command = expect(s.command, c.SubmitClaim)
    if not command.visits and not claimable_visits(s.state):
        if (command.travel_minor or command.supplies_minor) and s.state.confirmed_quarter_days:
            return None
        waiting = [visit.id for visit in s.state.visits if visit.status in {"recorded", "disputed"}]
        hint = f"Not confirmed yet: {', '.join(waiting)}." if waiting else ""
        return Refusal("R-CLAIM", "No visit is left that was confirmed and not claimed.", hint)
    for visit_id in command.visits:
        visit = s.state.visit(visit_id)
        if visit is None:
            known = ", ".join(known.id for known in s.state.visits) or "none"
            return Refusal("R-VISIT", f"There is no visit {visit_id}; visits so far: {known}.")
        if visit.status not in {"confirmed", "resolved"}:
            return Refusal(
                "R-CLAIM",
                f"Visit {visit_id} is {visit.status}, not confirmed: it cannot be claimed.",
                f"The {s.word(Party.RECIPIENT_LEAD)} confirms it: brokerage case confirm-visit {s.state.reference}",
            )
        if visit not in claimable_visits(s.state):
            claim = next((one.id for one in _money(s).live_claims if visit_id in one.visits), None)
            because = f"was claimed already, in {claim}" if claim else "counts for no days"
            return Refusal("R-CLAIM", f"Visit {visit_id} {because}.")
    if len(set(command.visits)) < len(command.visits):
        return Refusal("R-CLAIM", "A visit is named twice.")
    return None


def days_have_a_rate(s: Situation) -> Refusal | None:
    """The rate card that the agreement rests on names a rate for each visit's day."""
    card = agreement_of(s).terms.rate_card
    for visit in _claimed(s):
        if card is not None and s.facts.money.rate(card, visit.on) is None:
            return Refusal(
                "R-RATE-CARD",
                f"Rate card {card} names no rate for {visit.on.isoformat()}, the day of visit {visit.id}.",
                "Finance publishes one: brokerage fund set-rate",
            )
    return None


def claim_is_borne_out(s: Situation) -> Refusal | None:
    """No more is claimed than confirmed days are worth, than was agreed for travel and supplies, and than is left."""
    command, money = expect(s.command, c.SubmitClaim), _money(s)
    travel, supplies = agreed_beside_cover(agreement_of(s), money)
    visits = _worth(s)
    worth, days = sum(visit.worth_minor for visit in visits), sum(visit.quarter_days for visit in visits)
    if command.amount_minor is not None and command.amount_minor > worth:
        return Refusal(
            "R-CLAIM",
            f"{money_words(command.amount_minor, money.currency)} are claimed; {days / 4:g} confirmed days are "
            f"worth {money_words(worth, money.currency)}.",
        )
    for name, asked, agreed, before in (
        ("travel", command.travel_minor, travel, sum(k.travel_minor for k in money.live_claims)),
        (
            "supplies",
            command.supplies_minor,
            supplies,
            sum(k.supplies_minor for k in money.live_claims),
        ),
    ):
        if asked and asked + before > agreed:
            return Refusal(
                "R-CLAIM",
                f"{money_words(agreed, money.currency)} were agreed for {name}, {money_words(before, money.currency)} "
                f"are claimed already; {money_words(asked, money.currency)} more exceed it.",
            )
    shares = _shares(s)
    if not sum(share.amount_minor for share in shares):
        return _nothing_left(s, visits)
    actuals = command.travel_minor + command.supplies_minor
    if sum(share.amount_minor for share in shares) < actuals:
        return Refusal(
            "R-FUND",
            f"{money_words(money.total('unclaimed'), money.currency)} are committed and not claimed; "
            f"{money_words(actuals, money.currency)} are claimed for travel and supplies.",
        )
    return None


def claim_is_known(s: Situation) -> Refusal | None:
    return None if _named(s) is not None else _no_claim(s)


def claim_awaits_its_decision(s: Situation) -> Refusal | None:
    return _status(s, "submitted")


def claim_awaits_its_payment(s: Situation) -> Refusal | None:
    return _status(s, "approved")


def claim_can_be_returned(s: Situation) -> Refusal | None:
    """Before it is paid: what is paid stays paid."""
    claim = _named(s)
    return _status(s, "submitted") if claim is None or claim.status != "approved" else None


def claim_is_theirs_to_decide(s: Situation) -> Refusal | None:
    """The principal adviser may return, not approve, what is finance's to decide."""
    claim = _named(s)
    returns = isinstance(s.command, c.ReturnClaim) and s.party is Party.PRINCIPAL_ADVISER
    if claim is None or s.party is claim.approver or returns:
        return None
    return Refusal("R-POST", f"This claim is for the {s.word(claim.approver)} to decide.")


def approver_did_not_claim(s: Situation) -> Refusal | None:
    """Separation of duties: who drafted the agreement, recorded or confirmed a visit of it, settled what was disputed
    of one, claimed, or entered any of these for another, approves nothing of the claim.
    """
    claim, agreement = _named(s), agreement_of(s)
    if claim is None:
        return None
    bound = {claim.claimed_by, claim.recorded_by, agreement.drafted_by, agreement.recorded_by}
    visits = [visit for visit in s.state.visits if visit.id in claim.visits]
    bound.update(person for visit in visits for person in visit.persons)
    bound.update(
        person for visit in visits for person in visit.vouched_by if not _settled_as_adviser(s, visit)
    )
    if bound & {s.facts.person, s.facts.recorder}:
        return Refusal(
            "R-SEPARATION",
            "Whoever drafted the agreement, recorded or confirmed a visit that is claimed, settled what was disputed "
            "of it, or made the claim, or entered any of these for another, may not approve it.",
            f"Another {s.word(claim.approver)} does.",
        )
    return None


def _settled_as_adviser(s: Situation, visit: Visit) -> bool:
    """Disputes end with the adviser, and so do claims above the threshold: an office has one, who decides both."""
    settled = visit.status == "resolved" and set(visit.vouched_by) == {s.facts.person}
    return settled and s.party is Party.PRINCIPAL_ADVISER


def payer_did_not_claim(s: Situation) -> Refusal | None:
    """Who approved may record the payment: it says what the bank did, and small offices have one finance officer."""
    claim = _named(s)
    if claim is not None and {claim.claimed_by, claim.recorded_by} & {s.facts.person, s.facts.recorder}:
        return Refusal("R-SEPARATION", "Whoever claimed or recorded the claim may not record its payment.")
    return None


def payment_has_been(s: Situation) -> Refusal | None:
    """Not ahead of today, nor before the case was opened; what comes back, not before it was paid out."""
    command = s.command
    on = (
        command.received_on
        if isinstance(command, c.ReturnFunds)
        else command.paid_on
        if isinstance(command, c.RecordPayment | c.ReleaseFunds)
        else s.facts.today
    )
    if on > s.facts.today:
        return Refusal("R-DATES", f"{on.isoformat()} lies ahead; a payment is recorded when it was made.")
    opened = s.state.opened_at.astimezone(s.facts.zone).date() if s.state.opened_at else on
    if isinstance(command, c.ReturnFunds):
        first, what = _money(s).advanced_on or opened, "the advance was paid out"
    else:
        first, what = opened, "the case was opened"
    if on < first:
        return Refusal("R-DATES", f"{on.isoformat()} lies before {first.isoformat()}, when {what}.")
    return None


def submit_claim(s: Situation) -> tuple[e.CaseEvent, ...]:
    command, money = expect(s.command, c.SubmitClaim), _money(s)
    shares, elsewhere = _taken(s)
    amount = sum(share.amount_minor for share in shares)
    late = _is_late(s, shares)
    limit = s.programme.rules.finance_approves_up_to_minor
    by_finance = limit is not None and _of_finance(money) + amount <= limit and not late
    event = e.ClaimSubmitted(
        currency=money.currency,
        shares=shares,
        claim=f"C{len(money.claims) + 1}",
        visits=_worth(s),
        cover_minor=amount - command.travel_minor - command.supplies_minor,
        travel_minor=command.travel_minor,
        supplies_minor=command.supplies_minor,
        claimed_as=s.party,
        claimed_by=s.facts.person,
        recorded_by=s.facts.recorder,
        approver=Party.FINANCE if by_finance and not elsewhere else Party.PRINCIPAL_ADVISER,
        late=late,
        other_years_minor=elsewhere,
    )
    return (event,)


def return_claim(s: Situation) -> tuple[e.CaseEvent, ...]:
    command, money, claim = expect(s.command, c.ReturnClaim), _money(s), _known(s)
    return (
        e.ClaimReturned(
            currency=money.currency,
            shares=claim.shares,
            claim=claim.id,
            returned_as=s.party,
            reason=command.reason,
            told=True,
        ),
    )


def approve_claim(s: Situation) -> tuple[e.CaseEvent, ...]:
    money, claim = _money(s), _known(s)
    return (
        e.ClaimApproved(
            currency=money.currency,
            shares=claim.shares,
            claim=claim.id,
            approved_as=s.party,
            approved_by=s.facts.person,
        ),
    )


def record_payment(s: Situation) -> tuple[e.CaseEvent, ...]:
    command, money, claim = expect(s.command, c.RecordPayment), _money(s), _known(s)
    return (
        e.PaymentRecorded(
            currency=money.currency,
            shares=claim.shares,
            claim=claim.id,
            payment=command.payment,
            paid_on=command.paid_on,
        ),
    )


def _money(s: Situation) -> Money:
    money = live_money(s.state)
    if money is None:
        raise ValueError("guarded by has_money")
    return money


def _claimed(s: Situation) -> tuple[Visit, ...]:
    """The visits that the command claims."""
    named = expect(s.command, c.SubmitClaim).visits
    return tuple(v for v in claimable_visits(s.state) if not named or v.id in named)


def _worth(s: Situation) -> tuple[ClaimedVisit, ...]:
    """Each visit with what it is worth: at the rate of its day, else at the agreement's own price of a day."""
    agreement = agreement_of(s)
    card = agreement.terms.rate_card
    found = []
    for visit in _claimed(s):
        rate = s.facts.money.rate(card, visit.on) if card else None
        if rate is not None:
            worth = visit.quarter_days * rate.day_rate_minor // 4
        else:
            worth = agreement.terms.cover_minor * visit.quarter_days // agreement.terms.quarter_days
        found.append(
            ClaimedVisit(
                visit=visit.id,
                on=visit.on,
                quarter_days=visit.quarter_days,
                day_rate_minor=rate.day_rate_minor if rate else None,
                worth_minor=worth,
            )
        )
    return tuple(found)


def _shares(s: Situation) -> tuple[FundShare, ...]:
    """What the claim takes of each fund and year."""
    return _taken(s)[0]


def _taken(s: Situation) -> tuple[tuple[FundShare, ...], int]:
    """What the claim takes of each fund and year, and how much of it from a year in which none of its days lies.

    Days and what goes with them take of their own year first, then where there is room; never more than is
    committed, nor more for cover than was agreed for it.
    """
    command, money = expect(s.command, c.SubmitClaim), _money(s)
    room = {(share.fund, share.year): share.unclaimed for share in money.shares}
    taken, elsewhere = dict.fromkeys(room, 0), 0

    def take(amount: int, years: set[str]) -> int:
        nonlocal elsewhere
        wanted = amount
        for key in sorted(room, key=lambda key: (key[1] not in years, key[1])):
            part = min(amount, room[key] - taken[key])
            taken[key] += part
            amount -= part
            elsewhere += part if key[1] not in years else 0
        return wanted - amount

    actuals = command.travel_minor + command.supplies_minor
    others = sum(k.travel_minor + k.supplies_minor for k in money.live_claims) + actuals
    agreed_for_others = max(0, sum(agreed_beside_cover(agreement_of(s), money)) - others)
    cover_left = max(0, money.total("unclaimed") - actuals - agreed_for_others)
    left = cover_left if command.amount_minor is None else min(cover_left, command.amount_minor)
    for visit in _worth(s):
        left -= take(min(visit.worth_minor, left), _years(s, [visit.on]))
    confirmed = [visit.on for visit in s.state.visits if visit.status in {"confirmed", "resolved"}]
    take(actuals, _years(s, [visit.on for visit in _worth(s)] or confirmed))
    shares = tuple(
        FundShare(fund=fund, year=year, amount_minor=amount)
        for (fund, year), amount in taken.items()
        if amount
    )
    return shares, elsewhere


def _years(s: Situation, days: Iterable[date]) -> set[str]:
    """The financial years in which these days lie."""
    return {financial_years(s.programme, day, day)[0] for day in days}


def _nothing_left(s: Situation, visits: tuple[ClaimedVisit, ...]) -> Refusal:
    money = _money(s)
    worth = sum(visit.worth_minor for visit in visits)
    return Refusal(
        "R-FUND",
        f"The days are worth {money_words(worth, money.currency)}; of what is committed nothing is left for them "
        f"but {money_words(money.total('unclaimed'), money.currency)} for travel and supplies.",
    )


def _of_finance(money: Money) -> int:
    """What finance approved in this case, or is to: a claim in parts is weighed as if it were one."""
    return sum(claim.amount_minor for claim in money.live_claims if claim.approver is Party.FINANCE)


def _is_late(s: Situation, shares: tuple[FundShare, ...]) -> bool:
    funds = (s.facts.money.fund(share.fund, share.year) for share in shares)
    return any(f is not None and f.claims_until is not None and s.facts.today > f.claims_until for f in funds)


def _named(s: Situation) -> Claim | None:
    command = s.command
    if not isinstance(command, ClaimCommand):
        raise TypeError(f"not about a claim: {type(command).__name__}")
    return _money(s).claim(command.claim)


def _known(s: Situation) -> Claim:
    claim = _named(s)
    if claim is None:
        raise ValueError("guarded by claim_is_known")
    return claim


def _no_claim(s: Situation) -> Refusal:
    known = ", ".join(claim.id for claim in _money(s).claims) or "none"
    return Refusal("R-CLAIM", f"There is no such claim; claims so far: {known}.")


def _status(s: Situation, wanted: str) -> Refusal | None:
    claim = _named(s)
    if claim is None or claim.status == wanted:
        return None
    return Refusal("R-CLAIM", f"Claim {claim.id} is {claim.status}, not {wanted}.")
