"""Figures of funds, rate cards and earlier advances, read under the log's lock from the rows that it holds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, or_, select

from activities.read_models.schema import fund, fund_carried, fund_use, paper_use, rate_card
from domain.case.commands import (
    DraftAgreement,
    Extend,
    Liquidate,
    MoveMoney,
    RecordPayment,
    ReleaseFunds,
    ReturnFunds,
    SubmitClaim,
    Triage,
)
from domain.case.money_shape import Share
from domain.case.state import CaseState
from domain.funding.amounts import MOST_NAMED
from domain.funding.facts import FundFact, GrantUse, MoneyFacts, OpenAdvance, PaperElsewhere, RateFact
from domain.programmes.model import Programme

_ANY_FUND_FOR: Final = frozenset({Triage.verb, DraftAgreement.verb})
"""Verbs that any fund might pay for that pays for the school's authority."""
_OWN_FUND_FOR: Final = frozenset({Extend.verb, MoveMoney.verb})
"""Verbs that the fund of the agreement in force pays for."""
_FUNDS_FOR: Final = _ANY_FUND_FOR | _OWN_FUND_FOR | {SubmitClaim.verb}
"""A claim takes what is committed already: of its funds it asks only until when claims are due."""
_RATES_FOR: Final = frozenset({DraftAgreement.verb, SubmitClaim.verb})
_PROVIDER_FOR: Final = frozenset({DraftAgreement.verb, Extend.verb, ReleaseFunds.verb, MoveMoney.verb})


_PAPERS_FOR: Final = frozenset({RecordPayment.verb, ReleaseFunds.verb, ReturnFunds.verb, Liquidate.verb})
_TAKEN: Final = fund_use.c.reserved + fund_use.c.committed + fund_use.c.paid
_Key = tuple[str, str]
"""Code and financial year of a fund."""


@dataclass(frozen=True)
class Figures:
    """Facts about money, and the positions of the entries that they were read from."""

    facts: MoneyFacts
    positions: frozenset[int]


def read_money(
    connection: Connection, programme: Programme, state: CaseState, verbs: Collection[str]
) -> Figures:
    """What commands of these verbs ask about money; nothing is read for those that ask nothing."""
    if programme.finance is None:
        return Figures(MoneyFacts(), frozenset())
    positions: set[int] = set()
    funds: tuple[FundFact, ...] = ()
    rates: tuple[RateFact, ...] = ()
    others: list[Row[Any]] = []
    if not _FUNDS_FOR.isdisjoint(verbs):
        rows = _declared(connection, fund.c.programme == programme.code)
        funds = _funds(connection, rows, _in_question(rows, state, verbs), positions)
    if not _RATES_FOR.isdisjoint(verbs):
        rates = _rates(connection, programme.code, positions)
    if not _PROVIDER_FOR.isdisjoint(verbs) and state.provider:
        query = select(fund_use).where(
            fund_use.c.provider == state.provider,
            fund_use.c.programme == programme.code,
            fund_use.c.reference != state.reference,
        )
        others = list(connection.execute(query.order_by(fund_use.c.position)))
        positions.update(row.position for row in others)
    papers: tuple[PaperElsewhere, ...] = ()
    if not _PAPERS_FOR.isdisjoint(verbs) and state.provider:
        papers = _papers_elsewhere(connection, programme.code, state, positions)
    facts = MoneyFacts(funds, rates, tuple(_grants(others)), tuple(_open_advances(others)), papers)
    return Figures(facts, frozenset(positions))


def funds_named(connection: Connection, keys: Iterable[str]) -> Figures:
    """The funds of these keys ('laeg.2026-27') with what cases have of them, by whoever changes a fund."""
    wanted = [key.partition(".") for key in keys]
    if not wanted:
        return Figures(MoneyFacts(), frozenset())
    positions: set[int] = set()
    which = or_(*(and_(fund.c.code == code, fund.c.year == year) for code, _, year in wanted))
    rows = _declared(connection, which)
    funds = _funds(connection, rows, [(row.code, row.year) for row in rows], positions)
    return Figures(MoneyFacts(funds), frozenset(positions))


def _declared(connection: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    return connection.execute(select(fund).where(which).order_by(fund.c.code, fund.c.year)).all()


def _in_question(rows: Sequence[Row[Any]], state: CaseState, verbs: Collection[str]) -> list[_Key]:
    """The funds of which it matters what is left: open, for that authority, and such as these verbs draw on."""
    agreed = state.agreement.terms.fund if state.agreement else None
    any_fund = not _ANY_FUND_FOR.isdisjoint(verbs)
    own_fund = not _OWN_FUND_FOR.isdisjoint(verbs)
    return [
        (row.code, row.year)
        for row in rows
        if row.open
        and (not row.authorities or state.authority in row.authorities.splitlines())
        and (any_fund or (own_fund and row.code == agreed))
    ]


def _funds(
    connection: Connection, rows: Sequence[Row[Any]], counted: list[_Key], positions: set[int]
) -> tuple[FundFact, ...]:
    """Funds as they were declared; those that are counted with what cases have of them."""
    totals: dict[_Key, Row[Any]] = {}
    carried: dict[_Key, Row[Any]] = {}
    largest: dict[_Key, list[Row[Any]]] = {}
    if counted:
        totals = {(row.fund, row.year): row for row in connection.execute(_totals(counted))}
        carried = {(row.from_code, row.from_year): row for row in connection.execute(_carried_on(counted))}
        for row in connection.execute(_largest(counted)):
            largest.setdefault((row.fund, row.year), []).append(row)
    found = []
    for row in rows:
        key = (row.code, row.year)
        total, away = totals.get(key), carried.get(key)
        holders = _named(largest.get(key, ()), "by_taken", "taken")
        reserving = _named(largest.get(key, ()), "by_reserved", "reserved")
        positions.add(row.position)
        positions.update(other.position for other in (total, away) if other is not None)
        found.append(
            FundFact(
                code=row.code,
                year=row.year,
                programme=row.programme,
                title=row.title,
                currency=row.currency,
                authorities=tuple(row.authorities.splitlines()),
                claims_until=date.fromisoformat(row.claims_until) if row.claims_until else None,
                open=row.open,
                allocated=row.allocated - (int(away.amount) if away else 0),
                reserved=int(total.reserved) if total else 0,
                committed=int(total.committed) if total else 0,
                paid=int(total.paid) if total else 0,
                holders=holders,
                other_holders=int(total.holding) - len(holders) if total else 0,
                reserving=reserving,
                other_reserving=int(total.reserving) - len(reserving) if total else 0,
            )
        )
    return tuple(found)


def _totals(keys: list[_Key]) -> Any:
    names = ("reserved", "committed", "paid")
    return (
        select(
            fund_use.c.fund,
            fund_use.c.year,
            func.max(fund_use.c.position).label("position"),
            *(func.sum(fund_use.c[name]).label(name) for name in names),
            func.sum(case((_TAKEN > 0, 1), else_=0)).label("holding"),
            func.sum(case((fund_use.c.reserved > 0, 1), else_=0)).label("reserving"),
        )
        .where(_among(fund_use.c.fund, fund_use.c.year, keys))
        .group_by(fund_use.c.fund, fund_use.c.year)
    )


def _carried_on(keys: list[_Key]) -> Any:
    return (
        select(
            fund_carried.c.from_code,
            fund_carried.c.from_year,
            func.sum(fund_carried.c.amount).label("amount"),
            func.max(fund_carried.c.position).label("position"),
        )
        .where(_among(fund_carried.c.from_code, fund_carried.c.from_year, keys))
        .group_by(fund_carried.c.from_code, fund_carried.c.from_year)
    )


def _largest(keys: list[_Key]) -> Any:
    """For the words of a refusal, of each fund: who has most of it, and who has most of what is reserved.

    Of several cases with the same amount the first by reference.
    """
    of_fund = (fund_use.c.fund, fund_use.c.year)

    def place(amount: ColumnElement[int]) -> ColumnElement[int]:
        order = (amount.desc(), fund_use.c.reference)
        return func.row_number().over(partition_by=of_fund, order_by=order)

    ranked = (
        select(
            *of_fund,
            fund_use.c.reference,
            _TAKEN.label("taken"),
            fund_use.c.reserved,
            place(_TAKEN).label("by_taken"),
            place(fund_use.c.reserved).label("by_reserved"),
        )
        .where(_among(*of_fund, keys), _TAKEN > 0)
        .subquery()
    )
    return select(ranked).where(or_(ranked.c.by_taken <= MOST_NAMED, ranked.c.by_reserved <= MOST_NAMED))


def _named(rows: Iterable[Row[Any]], place: str, amount: str) -> tuple[tuple[str, int], ...]:
    """The first few of them by that place, with that amount where there is any."""
    named = [row for row in rows if getattr(row, place) <= MOST_NAMED and getattr(row, amount)]
    return tuple(
        (row.reference, int(getattr(row, amount)))
        for row in sorted(named, key=lambda row: getattr(row, place))
    )


def _among(code: ColumnElement[str], year: ColumnElement[str], keys: list[_Key]) -> Any:
    codes, years = {key[0] for key in keys}, {key[1] for key in keys}
    return and_(code.in_(sorted(codes)), year.in_(sorted(years)))


def _rates(connection: Connection, programme: str, positions: set[int]) -> tuple[RateFact, ...]:
    rows = connection.execute(
        select(rate_card)
        .where(rate_card.c.programme == programme)
        .order_by(rate_card.c.code, rate_card.c.since)
    ).all()
    positions.update(row.position for row in rows)
    return tuple(
        RateFact(
            code=row.code,
            programme=row.programme,
            since=date.fromisoformat(row.since),
            until=date.fromisoformat(row.until) if row.until else None,
            day_rate_minor=row.day_rate_minor,
            currency=row.currency,
        )
        for row in rows
    )


def _papers_elsewhere(
    connection: Connection, programme: str, state: CaseState, positions: set[int]
) -> tuple[PaperElsewhere, ...]:
    query = select(paper_use).where(
        paper_use.c.provider == state.provider,
        paper_use.c.programme == programme,
        paper_use.c.reference != state.reference,
    )
    rows = connection.execute(query.order_by(paper_use.c.position, paper_use.c.number)).all()
    positions.update(row.position for row in rows)
    return tuple(PaperElsewhere(reference=row.reference, number=row.number) for row in rows)


def _grants(rows: list[Row[Any]]) -> Iterable[GrantUse]:
    """What other agreements of the provider have of each year."""
    for row in rows:
        if amount := _share(row).taken:
            yield GrantUse(reference=row.reference, year=row.year, amount=amount)


def _open_advances(rows: list[Row[Any]]) -> Iterable[OpenAdvance]:
    left: dict[str, int] = {}
    for row in rows:
        left[row.reference] = left.get(row.reference, 0) + _share(row).unaccounted
    return (OpenAdvance(reference=name, amount=amount) for name, amount in left.items() if amount > 0)


def _share(row: Row[Any]) -> Share:
    """The row as the case has it."""
    return Share.model_validate(row, from_attributes=True)
