"""Schools as providers, read from their rows: the pool of a case, or the one school whose days matter.

The figures of other cases are read in the transaction that commits the decision, so they are never old.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, case, func, or_, select

from activities.read_models.days import DaysReader
from activities.read_models.schema import (
    capacity,
    capacity_use,
    conflict,
    designation,
    inspection,
    objection,
    partnership,
    provider_offer,
    suspension,
)
from domain.calendars.half_terms import order_of
from domain.matching.inspection import Inspection
from domain.matching.provider import SUCCESS, DeclaredSpan, Designation, PastCases, Provider, Use
from domain.programmes.model import Programme


@dataclass(frozen=True)
class Seeking:
    """For which case providers are read; for none, where somebody only looks who could help."""

    programme: Programme
    reference: str = ""
    """What this case takes itself is left out."""
    recipient: str | None = None
    area: str | None = None
    since: str | None = None
    """The first half term that matters of what others take; None where all of them do."""


class ProviderReader:
    """Reads providers on one connection. `positions` are those of the rows that were read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.positions: set[int] = set()

    def pool(self, seeking: Seeking, also: Iterable[str] = ()) -> dict[str, Provider]:
        """Every school that is designated or offers something in the programme, and these."""
        numbers = {
            number
            for table in (designation, provider_offer)
            for number in self._connection.execute(
                select(table.c.school).where(table.c.programme == seeking.programme.code)
            ).scalars()
        }
        return self._read(seeking, numbers | set(also), whole=True)

    def one(self, seeking: Seeking, number: str) -> dict[str, Provider]:
        """That one school."""
        return self._read(seeking, {number}, whole=False)

    def standing(self, seeking: Seeking, number: str) -> Provider:
        """For what that school is designated, whether it is suspended or inspected; nothing of its days."""
        designated, suspended = (
            self._rows(table, table.c.school == number, table.c.programme == seeking.programme.code)
            for table in (designation, suspension)
        )
        return Provider(
            number,
            designations=_designations(designated),
            suspended=next((row.reason for row in suspended), None),
            inspection=self._inspections(seeking.programme, {number}).get(number),
        )

    def taken(self, number: str) -> dict[str, dict[str, int]]:
        """Quarter-days that cases hold, have agreed or were given of a school, by programme and half term."""
        found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in self._rows(capacity_use, capacity_use.c.school == number):
            found[row.programme][row.period] += row.held + row.committed + row.given
        return found

    def _read(self, seeking: Seeking, numbers: set[str], *, whole: bool) -> dict[str, Provider]:
        def of(table: Table, *more: ColumnElement[bool]) -> dict[str, list[Row[Any]]]:
            where = [table.c.programme == seeking.programme.code, *more]
            if not whole:
                where.append(table.c.school.in_(sorted(numbers)))
            return _by_school(self._rows(table, *where))

        since = (capacity_use.c.period_order >= order_of(seeking.since),) if seeking.since else ()
        designated, suspended, spans = of(designation), of(suspension), of(capacity)
        uses = of(capacity_use, *since)
        offers, past = (of(provider_offer), self._past_cases(seeking)) if whole else ({}, {})
        conflicts, objected = self._between(seeking) if whole else (set(), {})
        inspections = self._inspections(seeking.programme, numbers) if whole else {}
        return {
            number: Provider(
                number=number,
                designations=_designations(designated.get(number, [])),
                suspended=next((row.reason for row in suspended.get(number, ())), None),
                inspection=inspections.get(number),
                offers={row.area: tuple(row.languages.split()) for row in offers.get(number, ())},
                capacity=tuple(
                    DeclaredSpan(row.first, row.last, row.quarter_days) for row in spans.get(number, ())
                ),
                uses=tuple(
                    Use(
                        row.reference,
                        row.period,
                        row.held + row.committed + row.given,
                        row.offered_by,
                        given=row.given,
                    )
                    for row in uses.get(number, ())
                    if row.reference != seeking.reference
                ),
                conflict=number in conflicts,
                objected_on=objected.get(number),
                past=past.get(number),
            )
            for number in sorted(numbers)
        }

    def _past_cases(self, seeking: Seeking) -> dict[str, PastCases]:
        """By school, what it has helped with before: years of cases, added up where they lie."""
        of = partnership.c
        well = and_(of.area == seeking.area, of.per_mille >= SUCCESS)
        query = (
            select(
                of.school,
                func.max(of.accepted_on).label("accepted_on"),
                func.count(of.per_mille).label("known"),
                func.coalesce(func.sum(of.per_mille), 0).label("per_mille"),
                func.sum(case((well, 1), else_=0)).label("well"),
                func.max(of.position).label("position"),
            )
            .where(of.programme == seeking.programme.code, of.reference != seeking.reference)
            .group_by(of.school)
            .order_by(of.school)
        )
        rows = self._connection.execute(query).all()
        self.positions.update(row.position for row in rows)
        return {
            row.school: PastCases(date.fromisoformat(row.accepted_on), row.known, row.per_mille, row.well)
            for row in rows
        }

    def _between(self, seeking: Seeking) -> tuple[set[str], dict[str, date]]:
        """What stands between the recipient and other schools: conflicts declared of either, and objections."""
        recipient = seeking.recipient
        if recipient is None:
            return set(), {}
        conflicts = {
            row.other if row.school == recipient else row.school
            for row in self._rows(
                conflict, or_(conflict.c.school == recipient, conflict.c.other == recipient)
            )
        }
        objected: dict[str, date] = {}
        for row in self._rows(objection, objection.c.recipient == recipient):
            if row.reference != seeking.reference:
                on = date.fromisoformat(row.objected_on)
                objected[row.school] = max(on, objected.get(row.school, on))
        return conflicts, objected

    def _inspections(self, programme: Programme, numbers: set[str]) -> dict[str, Inspection]:
        """Inspections of these schools, each with the day it is over by the school's own days in the programme."""
        rows = self._rows(inspection, inspection.c.school.in_(sorted(numbers)))
        if not rows:
            return {}
        reader = DaysReader(self._connection)
        reader.look_up(programme.calendar, [row.school for row in rows])
        if (position := reader.position(programme.calendar)) is not None:
            self.positions.add(position)
        return {
            row.school: Inspection.counted(
                date.fromisoformat(row.since),
                date.fromisoformat(row.until),
                reader.days_of(programme.calendar, programme.time_zone, row.school),
            )
            for row in rows
        }

    def _rows(self, table: Table, *where: Any) -> list[Row[Any]]:
        rows = list(self._connection.execute(select(table).where(*where).order_by(*table.primary_key)))
        self.positions.update(row.position for row in rows)
        return rows


def _by_school(rows: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.school].append(row)
    return found


def _designations(rows: list[Row[Any]]) -> tuple[Designation, ...]:
    """In the order of the rows, which is that of their first days."""
    return tuple(
        Designation(
            areas=frozenset(row.areas.split()),
            since=date.fromisoformat(row.since),
            until=date.fromisoformat(row.until) if row.until else None,
        )
        for row in rows
    )
