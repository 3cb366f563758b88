"""Figures of funds, rate cards and earlier advances, read under the log's lock from the rows that it holds."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from activities.read_models.schema import fund, fund_carried, fund_use, rate_card
from domain.case.commands import (
    DraftAgreement,
    Extend,
    MoveMoney,
    ReleaseFunds,
    SubmitClaim,
    Triage,
)
from domain.case.state import CaseState
from domain.funding.facts import FundFact, GrantUse, MoneyFacts, OpenAdvance, RateFact
from domain.programmes.model import Programme

_HOLDERS: Final = 20
"""How many cases are read of those that have most of a fund; refusals name a few of them."""

_FUNDS_FOR: Final = frozenset(
    {Triage.verb, DraftAgreement.verb, Extend.verb, SubmitClaim.verb, MoveMoney.verb}
)
_RATES_FOR: Final = frozenset({DraftAgreement.verb, SubmitClaim.verb})
_PROVIDER_FOR: Final = frozenset({DraftAgreement.verb, Extend.verb, ReleaseFunds.verb, MoveMoney.verb})
ALL_VERBS: Final = _FUNDS_FOR | _RATES_FOR | _PROVIDER_FOR


@dataclass(frozen=True)
class Figures:
    """Facts about money, and the positions of the entries that they were read from."""

    facts: MoneyFacts
    positions: frozenset[int]


def read_money(
    connection: Connection, programme: Programme, state: CaseState, verbs: Collection[str]
) -> Figures:
    """What commands of these verbs ask about money; nothing is read for those that ask nothing."""
    if programme.finance is None or ALL_VERBS.isdisjoint(verbs):
        return Figures(MoneyFacts(), frozenset())
    positions: set[int] = set()
    funds: tuple[FundFact, ...] = ()
    rates: tuple[RateFact, ...] = ()
    others: list[Row[Any]] = []
    if not _FUNDS_FOR.isdisjoint(verbs):
        funds = _funds(connection, fund.c.programme == programme.code, positions)
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
    facts = MoneyFacts(funds, rates, tuple(_grants(others)), tuple(_open_advances(others)))
    return Figures(facts, frozenset(positions))


def funds_named(connection: Connection, keys: Iterable[str]) -> Figures:
    """The funds of these keys ('laeg.2026-27') with what cases have of them, by whoever changes a fund."""
    wanted = [key.partition(".") for key in keys]
    if not wanted:
        return Figures(MoneyFacts(), frozenset())
    positions: set[int] = set()
    which = or_(*(and_(fund.c.code == code, fund.c.year == year) for code, _, year in wanted))
    return Figures(MoneyFacts(_funds(connection, which, positions)), frozenset(positions))


def _funds(connection: Connection, which: ColumnElement[bool], positions: set[int]) -> tuple[FundFact, ...]:
    rows = connection.execute(select(fund).where(which).order_by(fund.c.code, fund.c.year)).all()
    keys = [(row.code, row.year) for row in rows]
    if not keys:
        return ()
    totals = {(row.fund, row.year): row for row in connection.execute(_totals(keys))}
    carried = {(row.from_code, row.from_year): row for row in connection.execute(_carried_on(keys))}
    holders: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for row in connection.execute(_largest(keys)):
        holders.setdefault((row.fund, row.year), []).append((row.reference, int(row.amount)))
    found = []
    for row in rows:
        key = (row.code, row.year)
        total, away = totals.get(key), carried.get(key)
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
                holders=tuple(holders.get(key, ())),
            )
        )
    return tuple(found)


def _totals(keys: list[tuple[str, str]]) -> Any:
    names = ("reserved", "committed", "paid")
    return (
        select(
            fund_use.c.fund,
            fund_use.c.year,
            func.max(fund_use.c.position).label("position"),
            *(func.sum(fund_use.c[name]).label(name) for name in names),
        )
        .where(_among(fund_use.c.fund, fund_use.c.year, keys))
        .group_by(fund_use.c.fund, fund_use.c.year)
    )


def _carried_on(keys: list[tuple[str, str]]) -> Any:
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


def _largest(keys: list[tuple[str, str]]) -> Any:
    """For the words of a refusal: of several cases with the same amount, the first by reference."""
    amount = (fund_use.c.reserved + fund_use.c.committed + fund_use.c.paid).label("amount")
    return (
        select(fund_use.c.fund, fund_use.c.year, fund_use.c.reference, amount)
        .where(_among(fund_use.c.fund, fund_use.c.year, keys), amount > 0)
        .order_by(amount.desc(), fund_use.c.reference)
        .limit(_HOLDERS)
    )


def _among(code: ColumnElement[str], year: ColumnElement[str], keys: list[tuple[str, str]]) -> Any:
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


def _grants(rows: list[Row[Any]]) -> Iterable[GrantUse]:
    """What other agreements of the provider have of each year: what came back unspent is no part of it."""
    for row in rows:
        amount = row.reserved + row.committed + row.paid
        if amount:
            yield GrantUse(reference=row.reference, year=row.year, amount=amount)


def _open_advances(rows: list[Row[Any]]) -> Iterable[OpenAdvance]:
    left: dict[str, int] = {}
    for row in rows:
        open_part = row.advanced - row.liquidated - row.returned - row.written_off
        left[row.reference] = left.get(row.reference, 0) + open_part
    return (OpenAdvance(reference=name, amount=amount) for name, amount in left.items() if amount > 0)
