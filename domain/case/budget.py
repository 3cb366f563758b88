"""The budget of a case: reserved with the draft, committed with the last signature, released where it ends.

Money follows what happens: `with_money` adds to a command's events those that its money follows with, in the
same step, so that nothing is ever promised that no fund has, and nothing stays promised that nobody needs.
Transitions 14 to 18, 20, 25 and 27b.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.money_owed import left_open, live_money, notes_due
from domain.case.money_shape import FundShare, Money, Share
from domain.case.shape import Agreement, CaseState, Visit
from domain.case.situation import Facts, Refusal, Situation
from domain.case.state import evolve
from domain.case.terms import financial_years, with_split
from domain.case.values import AgreementTerms
from domain.funding.amounts import divided, largest_first, money_words
from domain.funding.facts import FundFact
from domain.programmes.model import Programme


def envelope_is_not_exhausted(s: Situation) -> Refusal | None:
    """No request is taken on while no fund has anything left that it could be paid from.

    Delivery lies ahead, so what earlier financial years have left pays none of it. The year that the school wishes for
    may have no fund yet: whether its money is there is asked when the agreement is drafted.
    """
    usable = [f for f in s.facts.money.funds if f.open and f.may_pay(s.state.authority)]
    first = financial_years(s.programme, s.facts.today, s.facts.today)[0]
    ahead = [fund for fund in usable if fund.year >= first]
    if s.programme.finance is None or not usable or any(fund.available > 0 for fund in ahead):
        return None
    left = "; ".join(fund.left() for fund in ahead) or f"no fund of {first} or later is open"
    return Refusal(
        "R-FUND",
        f"Nothing is left for schools of {s.state.authority}: {left}.",
        "Finance allocates more, or it waits: brokerage fund status",
    )


def rate_card_bears_the_cost(s: Situation) -> Refusal | None:
    """Cover costs no more than the agreed days at the day rate; the card is one on record."""
    terms = expect(s.command, c.DraftAgreement).terms
    if s.programme.finance is None or terms.rate_card is None:
        return None
    held = [
        rate
        for rate in s.facts.money.rates
        if rate.code == terms.rate_card
        and rate.since <= terms.end
        and (rate.until or terms.end) >= terms.start
    ]
    if not held:
        return Refusal(
            "R-RATE-CARD",
            f"No rate card {terms.rate_card} is in force between {terms.start.isoformat()} and {terms.end.isoformat()}.",
            f"On record: {', '.join(s.facts.money.rate_codes()) or 'none'}.",
        )
    rate = max(held, key=lambda one: one.day_rate_minor)
    most = terms.quarter_days * rate.day_rate_minor // 4
    if terms.cover_minor <= most:
        return None
    currency = s.programme.currency
    return Refusal(
        "R-RATE-CARD",
        f"Cover of {money_words(terms.cover_minor, currency)} is more than {terms.quarter_days / 4:g} days cost at "
        f"{money_words(rate.day_rate_minor, currency)} a day: {money_words(most, currency)}.",
    )


def budget_can_be_reserved(s: Situation) -> Refusal | None:
    """One open fund that may pay has the money, in each financial year."""
    terms = with_split(s.programme, expect(s.command, c.DraftAgreement).terms)
    if s.programme.finance is None or not terms.amount_minor:
        return None
    code = chosen_fund(s, terms)
    if isinstance(code, Refusal):
        return code
    return _short(s, _shares(code, terms), s.state.authority)


def extension_can_be_paid(s: Situation) -> Refusal | None:
    """More days cost more, at the agreed price of a day."""
    command, money = expect(s.command, c.Extend), live_money(s.state)
    if money is None:
        return None
    more = _for_more_days(s.state, money, s.programme, command)
    return _short(s, more, s.state.authority) or _above_the_most(s, money, more)


def money_is_reserved(s: Situation) -> Refusal | None:
    """No agreement is approved or comes into force without its money set aside.

    One that was drafted before there were funds has none: it is drafted anew, and finds its fund then.
    """
    money, agreement = s.state.money, s.state.agreement
    reserved = money.total("reserved") if money is not None else 0
    if agreement is None or reserved >= agreement.amount_minor:
        return None
    if s.programme.finance is None and money is None:
        return None
    currency = s.programme.currency
    back = "request-changes" if isinstance(s.command, c.Sign) else "return-funding"
    return Refusal(
        "R-FUND",
        f"{money_words(reserved, currency)} are reserved for an {s.noun('agreement')} of "
        f"{money_words(agreement.amount_minor, currency)}.",
        f"A new draft reserves it; send this one back: brokerage case {back} {s.state.reference}",
    )


def money_can_be_moved(s: Situation) -> Refusal | None:
    command, money = expect(s.command, c.MoveMoney), live_money(s.state)
    if money is None:
        return Refusal("R-MONEY", "Nothing is committed in this case.")
    share = _agreed_share(s.state, command.from_year)
    left = share.unclaimed if share else 0
    if command.amount_minor > left:
        return Refusal(
            "R-FUND",
            f"{money_words(left, money.currency)} are committed for {command.from_year} and not claimed; "
            f"{money_words(command.amount_minor, money.currency)} are to be moved.",
        )
    if command.from_year == command.to_year:
        return Refusal("R-NOTHING", "That is the same financial year.")
    moved = _of_agreed_fund(s.state, command.to_year, command.amount_minor)
    return _short(s, moved, s.state.authority)


def move_money(s: Situation) -> tuple[e.CaseEvent, ...]:
    command, money = expect(s.command, c.MoveMoney), _live(s.state)
    taken = _of_agreed_fund(s.state, command.from_year, command.amount_minor)
    given = _of_agreed_fund(s.state, command.to_year, command.amount_minor)
    return (
        e.BudgetReleased(currency=money.currency, shares=taken, held_as="committed", cause="moved"),
        *_at_once(s.state, given, money.mode),
    )


def with_money(state: CaseState, events: tuple[e.CaseEvent, ...], facts: Facts) -> tuple[e.CaseEvent, ...]:
    """The events of a command, each followed by what its money follows with."""
    if facts.programme.finance is None and state.money is None:
        return events
    if not any(type(event) in _FOLLOWS for event in events):
        return events
    followed: list[e.CaseEvent] = []
    for event in events:
        before = state
        state = evolve(state, event, facts.now)
        followed.append(event)
        follow = _FOLLOWS.get(type(event))
        for more in follow(before, state, event, facts) if follow else ():
            state = evolve(state, more, facts.now)
            followed.append(more)
    return tuple(followed)


def chosen_fund(s: Situation, terms: AgreementTerms) -> str | Refusal:
    """The code of the fund that pays: the one named, or the only open one that may; else why there is none."""
    if terms.fund is not None:
        return terms.fund
    money, authority = s.facts.money, s.state.authority
    years = [share.financial_year for share in terms.years]

    def pays(code: str) -> bool:
        funds = [money.fund(code, year) for year in years]
        return all(fund is not None and fund.open and fund.may_pay(authority) for fund in funds)

    fitting = [code for code in sorted({fund.code for fund in money.funds}) if pays(code)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        return Refusal("R-FUND", f"Several funds may pay: {' and '.join(fitting)}.", "Say which: --fund.")
    known = ", ".join(fund.name + ("" if fund.open else " (closed)") for fund in money.funds)
    return Refusal(
        "R-FUND",
        f"No open fund of {s.programme.code} in {' and '.join(years)} may pay for schools of {authority}.",
        f"Funds: {known or 'none yet'}. Finance opens one: brokerage fund open",
    )


def with_fund(s: Situation, terms: AgreementTerms) -> AgreementTerms:
    """The terms with the fund named that pays, where account is kept of money."""
    if s.programme.finance is None or not terms.amount_minor:
        return terms
    code = chosen_fund(s, terms)
    return terms if isinstance(code, Refusal) else terms.model_copy(update={"fund": code})


Follow = Callable[[CaseState, CaseState, Any, Facts], Iterable[e.CaseEvent]]
"""The case before and after an event, the event, the facts; gives what follows."""


def _reserved(
    _before: CaseState, _after: CaseState, event: e.AgreementDrafted, facts: Facts
) -> Iterator[e.CaseEvent]:
    finance, terms = facts.programme.finance, event.terms
    if finance is not None and terms.fund is not None and event.amount_minor:
        yield e.BudgetReserved(
            currency=event.currency,
            shares=_shares(terms.fund, terms),
            agreement_version=event.agreement_version,
            mode=finance.mode,
            last_after_review=finance.last_payment_after_review,
        )


def _reservation_ends(
    before: CaseState, _after: CaseState, event: e.CaseEvent, _facts: Facts
) -> Iterator[e.CaseEvent]:
    money = before.money
    if money is None or not money.total("reserved"):
        return
    yield e.BudgetReleased(
        currency=money.currency, shares=_of(money, "reserved"), held_as="reserved", cause=_CAUSES[type(event)]
    )


def _committed(
    before: CaseState, _after: CaseState, event: e.AgreementActivated, _facts: Facts
) -> Iterator[e.CaseEvent]:
    money = before.money
    if money is not None and money.total("reserved"):
        yield e.BudgetCommitted(
            currency=money.currency,
            shares=_of(money, "reserved"),
            agreement_version=event.agreement_version,
        )


def _extended(
    before: CaseState, _after: CaseState, event: e.DeliveryExtended, facts: Facts
) -> Iterator[e.CaseEvent]:
    money = live_money(before)
    if money is not None:
        yield from _at_once(before, _for_more_days(before, money, facts.programme, event), money.mode)


def _varied(
    before: CaseState, after: CaseState, _event: e.AgreementVaried, facts: Facts
) -> Iterator[e.CaseEvent]:
    money = live_money(before)
    if money is None or before.agreement is None or after.agreement is None:
        return
    was, now = before.agreement.all_quarter_days, after.agreement.all_quarter_days
    freed = money.total("agreed") * (was - now) // was - _bought_ahead(money, before.agreement, now)
    due = (visit for visit in before.visits if visit.status == "planned" and visit.on <= facts.today)
    needed = _needed(before, money, facts.programme, (*before.held_visits, *due))
    if shares := _taken_back(money, freed, needed):
        yield e.BudgetReleased(currency=money.currency, shares=shares, held_as="committed", cause="varied")


def _withdrawn(
    before: CaseState, after: CaseState, event: e.CaseWithdrawn, facts: Facts
) -> Iterator[e.CaseEvent]:
    """Of money that is only reserved nothing stays; of what was committed, what the delivered days are worth, and
    what those would be that were planned by now and have no record yet.
    """
    yield from _reservation_ends(before, after, event, facts)
    money = live_money(before)
    if money is None:
        return
    shares = _beyond_what_was_delivered(after, money, facts.programme)
    if shares:
        yield e.BudgetReleased(currency=money.currency, shares=shares, held_as="committed", cause="withdrawn")
    left = money.total("committed") - sum(share.amount_minor for share in shares)
    if not left and not money.outstanding and not money.in_account and not notes_due(after):
        yield reconciled(after, money, sum(share.amount_minor for share in shares))


def reconciled(state: CaseState, money: Money, released: int) -> e.BudgetReconciled:
    """That the case's money is settled: what became of all that ever was committed, and the visits it is settled without."""
    return e.BudgetReconciled(
        currency=money.currency,
        paid_minor=money.total("paid"),
        returned_minor=money.total("returned"),
        released_minor=money.released + released,
        left_open=left_open(state, money),
    )


_CAUSES: Final[dict[type[e.CaseEvent], Any]] = {
    e.FundingReturned: "funding-returned",
    e.ChangesRequested: "changes-requested",
    e.CaseLapsed: "lapsed",
    e.CaseWithdrawn: "withdrawn",
}
_FOLLOWS: Final[dict[type[e.CaseEvent], Follow]] = {
    e.AgreementDrafted: _reserved,
    e.FundingReturned: _reservation_ends,
    e.ChangesRequested: _reservation_ends,
    e.CaseLapsed: _reservation_ends,
    e.AgreementActivated: _committed,
    e.DeliveryExtended: _extended,
    e.AgreementVaried: _varied,
    e.CaseWithdrawn: _withdrawn,
}


def _live(state: CaseState) -> Money:
    money = live_money(state)
    if money is None:
        raise ValueError("guarded: the case has money that is not settled")
    return money


def _of(money: Money, name: str) -> tuple[FundShare, ...]:
    return tuple(
        FundShare(fund=share.fund, year=share.year, amount_minor=getattr(share, name))
        for share in money.shares
        if getattr(share, name)
    )


def _shares(code: str, terms: AgreementTerms) -> tuple[FundShare, ...]:
    """The agreement's amount over its financial years, in proportion to their days."""
    parts = divided(terms.amount_minor, [year.quarter_days for year in terms.years])
    return tuple(
        FundShare(fund=code, year=year.financial_year, amount_minor=part)
        for year, part in zip(terms.years, parts, strict=True)
        if part
    )


def _at_once(state: CaseState, shares: tuple[FundShare, ...], mode: Any) -> Iterator[e.CaseEvent]:
    """Reserved and committed in one step, for an agreement that is in force."""
    agreement, money = state.agreement, state.money
    if not shares or agreement is None or money is None:
        return
    version = agreement.version
    yield e.BudgetReserved(
        currency=money.currency,
        shares=shares,
        agreement_version=version,
        mode=mode,
        last_after_review=money.last_after_review,
    )
    yield e.BudgetCommitted(currency=money.currency, shares=shares, agreement_version=version)


def _for_more_days(
    state: CaseState, money: Money, programme: Programme, more: c.Extend | e.DeliveryExtended
) -> tuple[FundShare, ...]:
    """What more days cost at the agreed price of a day, in the financial year in which they end."""
    agreement = state.agreement
    if agreement is None:
        return ()
    amount = money.total("agreed") * more.quarter_days // agreement.all_quarter_days
    return _of_agreed_fund(state, financial_years(programme, more.until, more.until)[0], amount)


def _of_agreed_fund(state: CaseState, year: str, amount: int) -> tuple[FundShare, ...]:
    """An amount of the fund that the agreement in force names; an earlier draft may have named another."""
    code = state.agreement.terms.fund if state.agreement else None
    return (FundShare(fund=code, year=year, amount_minor=amount),) if code and amount else ()


def _agreed_share(state: CaseState, year: str) -> Share | None:
    """What the case has in that year of the fund that its agreement names."""
    code = state.agreement.terms.fund if state.agreement else None
    shares = state.money.shares if state.money else ()
    return next((share for share in shares if (share.fund, share.year) == (code, year)), None)


def _taken_back(money: Money, amount: int, needed: Mapping[str, int]) -> tuple[FundShare, ...]:
    """So much of what is committed and not claimed, the last year first; what a year needs goes after all else."""
    left = {(share.fund, share.year): share.unclaimed for share in money.shares}
    for spared in (needed, {}):
        for key in reversed(left):
            part = max(0, min(amount, left[key] - spared.get(key[1], 0)))
            left[key] -= part
            amount -= part
    return tuple(
        FundShare(fund=share.fund, year=share.year, amount_minor=part)
        for share in money.shares
        if (part := share.unclaimed - left[share.fund, share.year])
    )


def _bought_ahead(money: Money, agreement: Agreement, quarter_days: int) -> int:
    """What was claimed for travel and supplies beyond their part in the price of so many days: the days are paid
    nevertheless.
    """
    terms, claims = agreement.terms, money.live_claims
    claimed = sum(claim.travel_minor + claim.supplies_minor for claim in claims)
    price = money.total("agreed") * quarter_days // agreement.all_quarter_days
    part = price * (terms.travel_minor + terms.supplies_minor) // max(1, terms.amount_minor)
    return max(0, claimed - part)


def _beyond_what_was_delivered(state: CaseState, money: Money, programme: Programme) -> tuple[FundShare, ...]:
    """What is committed beyond the price of the days that were delivered, or may have been, whichever year they fell in.

    Days that slipped into a year of which nothing is committed are paid from the others, as their claim will be.
    """
    agreement = state.agreement
    if agreement is None:
        return ()
    price, days = money.total("agreed"), agreement.all_quarter_days
    visits = (*state.held_visits, *notes_due(state))
    delivered = min(days, sum(visit.quarter_days for visit in visits))
    worth = price * delivered // days + _bought_ahead(money, agreement, delivered)
    under_way = money.total("committed") - money.total("unclaimed")
    kept = max(worth - money.total("paid"), under_way)
    needed = _needed(state, money, programme, visits)
    return _taken_back(money, money.total("committed") - kept, needed)


def _needed(
    state: CaseState, money: Money, programme: Programme, visits: Iterable[Visit]
) -> Mapping[str, int]:
    """By financial year, the price of those of these visits that nobody has claimed: a visit is paid from its own."""
    days = state.agreement.all_quarter_days if state.agreement else 1
    claimed = {visit for claim in money.live_claims for visit in claim.visits}
    needed = Counter[str]()
    for visit in visits:
        if visit.id not in claimed:
            year = financial_years(programme, visit.on, visit.on)[0]
            needed[year] += money.total("agreed") * visit.quarter_days // days
    return needed


def _short(s: Situation, shares: tuple[FundShare, ...], authority: str) -> Refusal | None:
    """Why these amounts cannot be promised; None where they can."""
    for share in shares:
        fund = s.facts.money.fund(share.fund, share.year)
        refused = _unfit(s, share, fund, authority) if fund else _no_fund(s, share)
        if refused is not None:
            return refused
    return _above_the_grant(s, shares)


def _no_fund(s: Situation, share: FundShare) -> Refusal:
    known = ", ".join(fund.name for fund in s.facts.money.funds) or "none yet"
    return Refusal(
        "R-FUND",
        f"{s.programme.code} has no fund {share.fund} in {share.year}.",
        f"Funds: {known}. Finance opens one: brokerage fund open",
    )


def _unfit(s: Situation, share: FundShare, fund: FundFact, authority: str) -> Refusal | None:
    if fund.currency != s.programme.currency:
        return Refusal(
            "R-CURRENCY",
            f"Fund {fund.name} is kept in {fund.currency}; this is about {s.programme.currency}.",
        )
    if not fund.open:
        return Refusal("R-FUND", f"Fund {fund.name} is closed: nothing new can be promised from it.")
    if not fund.may_pay(authority):
        return Refusal(
            "R-FUND", f"Fund {fund.name} may pay for {', '.join(fund.authorities)}, not for {authority}."
        )
    if share.amount_minor <= fund.available:
        return None
    return Refusal(
        "R-FUND",
        f"{fund.left()}; {money_words(share.amount_minor, fund.currency)} are asked for.",
        f"Most of it is held by {largest_first(fund.holders, fund.other_holders, fund.currency)}."
        if fund.holders
        else "",
    )


def _above_the_grant(s: Situation, shares: tuple[FundShare, ...]) -> Refusal | None:
    """What one provider gets in one financial year stays within the grant, all its agreements together."""
    finance = s.programme.finance
    if finance is None or finance.grant_minor is None:
        return None
    for share in shares:
        own = sum(one.taken for one in s.state.money.shares if one.year == share.year) if s.state.money else 0
        others = list(s.facts.money.granted(share.year))
        had = own + sum(use.amount for use in others)
        if had + share.amount_minor > finance.grant_minor:
            currency = s.programme.currency
            where = ", ".join(use.reference for use in others) or s.state.reference
            return Refusal(
                "R-GRANT",
                f"The {s.noun('provider')} has {money_words(had, currency)} of {share.year}"
                + (f" ({where})" if had else "")
                + f"; {money_words(share.amount_minor, currency)} more exceed the grant of "
                f"{money_words(finance.grant_minor, currency)}.",
            )
    return None


def _above_the_most(s: Situation, money: Money, more: tuple[FundShare, ...]) -> Refusal | None:
    most = s.programme.rules.most_amount_minor
    amount = money.total("agreed") + sum(share.amount_minor for share in more)
    if most is None or amount <= most:
        return None
    return Refusal(
        "R-AMOUNT",
        f"With the extension it would be {money_words(amount, money.currency)}; {money_words(most, money.currency)} "
        f"is the most for one {s.noun('agreement')}.",
    )
