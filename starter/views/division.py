"""A division's year: its leader schools and pairs, where they stand, what was done, reviewed, paid and accounted for."""

from collections import Counter
from typing import Any, Final

from sqlalchemy import distinct, func, or_, select

from activities.read_models.schema import case_row, designation, school
from domain.case.status import is_open
from domain.funding.years import days_of_year
from domain.parties import Party
from domain.programmes.model import Programme
from starter.reading import Office
from starter.views.accomplishment import (
    MONEY_FIELDS,
    MONEY_SUMS,
    HeldVisit,
    by_work_mode,
    days,
    held_visits,
    money_of,
    year_of,
)
from starter.views.case import CaseRecord, read_cases
from starter.views.division_names import authority_now, cases_with_recipients
from starter.views.funds import liquidation

_NEVER_BEGAN: Final = frozenset({"draft", "signposted", "enrolled", "declined"})
"""Stages of requests that are no pair of schools."""
_OUTCOMES: Final = ("met", "partly-met", "not-met", "not-assessable")

YEAR_FIELDS: Final = (
    "programme", "authority", "year", "designated", "pairs", "open", "oriented", "agreements", "visits",
    "days_counted", "days_confirmed", "reviewed_by_both", "validated", "met", "partly_met", "not_met",
    "not_assessable", *MONEY_FIELDS, "liquidation_goal_per_mille", "to_goal",
    "unaccounted",
)  # fmt: skip
"""Amounts are minor units; `to_goal` is what is missing to the programme's goal, `unaccounted` what can still be
accounted for or come back: where that is less, so much was written off that the goal is not reached any more.
"""
PAIR_FIELDS: Final = (
    "reference", "provider", "provider_name", "recipient", "recipient_name", "area", "stage", "visits",
    "days_confirmed", "outcome", *MONEY_FIELDS,
)  # fmt: skip
MODE_FIELDS: Final = ("work_mode", "title", "visits", "days_counted", "days_confirmed")


class DivisionYear:
    """The pairs of one division in one financial year, and what they add up to."""

    def __init__(self, office: Office, programme: Programme, authority: str, year: str) -> None:
        self.programme, self.authority, self.year = programme, authority, year
        query = (
            select(case_row.c.reference)
            .select_from(cases_with_recipients)
            .where(
                case_row.c.programme == programme.code,
                authority_now == authority,
                case_row.c.stage.not_in(_NEVER_BEGAN),
            )
        )
        found = read_cases(office, office.connection.execute(query).scalars())
        self._records = sorted((one for one in found if _is_pair(one) and year_of(one) == year), key=_opened)
        self._visits = {one.state.reference: held_visits(one) for one in self._records}
        self._names = office.school_names()
        self._designated = _designated(office, programme, authority, year)

    def whole(self) -> dict[str, Any]:
        """The year in one row."""
        records, every = self._records, [visit for own in self._visits.values() for visit in own]
        money = self._money()
        goal = self.programme.finance.liquidation_goal_per_mille if self.programme.finance else None
        outcomes = Counter(one.state.outcome for one in records)
        return {
            "programme": self.programme.code,
            "authority": self.authority,
            "year": self.year,
            "designated": self._designated,
            "pairs": len(records),
            "open": sum(is_open(one.state) for one in records),
            "oriented": sum({"recipient", "provider"} <= set(one.state.oriented) for one in records),
            "agreements": sum(bool(one.state.agreement and one.state.agreement.active) for one in records),
            "visits": len(every),
            "days_counted": days(sum(visit.counted for visit in every)),
            "days_confirmed": days(sum(visit.confirmed for visit in every)),
            "reviewed_by_both": sum(_reviewed(one) for one in records),
            "validated": sum(bool(one.state.validated) for one in records),
            **{outcome.replace("-", "_"): outcomes[outcome] for outcome in _OUTCOMES},
            **money,
            "liquidation_goal_per_mille": goal,
            "to_goal": to_goal(money, goal),
            "unaccounted": money["advanced"] - money["liquidated"] - money["returned"] - money["written_off"],
        }

    def work_modes(self) -> list[dict[str, Any]]:
        """A row for each way of working."""
        return by_work_mode((visit for own in self._visits.values() for visit in own), self.programme)

    def stages(self) -> Counter[str]:
        """How many pairs stand in each stage."""
        return Counter(one.state.stage.words for one in self._records if one.state.stage)

    def pairs(self) -> list[dict[str, Any]]:
        """A row for each pair, the one that was asked for first coming first."""
        return [_pair(one, self._visits[one.state.reference], self._names) for one in self._records]

    def _money(self) -> dict[str, Any]:
        """What the pairs have of money together."""
        rows = [money_of(one) for one in self._records]
        totals = {name: sum(row[name] for row in rows) for name in MONEY_SUMS}
        return {"currency": self.programme.currency, **totals, "liquidation_per_mille": liquidation(totals)}


def to_goal(money: dict[str, Any], goal: int | None) -> int | None:
    """How much more is to be accounted for, or to come back, until the goal is reached; None where there is none."""
    if goal is None or not money["advanced"]:
        return None
    wanted = -(-money["advanced"] * goal // 1000)
    return int(max(0, wanted - money["liquidated"] - money["returned"]))


def _designated(office: Office, programme: Programme, authority: str, year: str) -> int:
    """How many schools of the division are designated on some day of the year."""
    first, last = (day.isoformat() for day in days_of_year(year))
    query = (
        select(func.count(distinct(school.c.number)))
        .select_from(designation.join(school, school.c.number == designation.c.school))
        .where(
            designation.c.programme == programme.code,
            school.c.authority == authority,
            designation.c.since <= last,
            or_(designation.c.until.is_(None), designation.c.until >= first),
        )
    )
    return int(office.connection.execute(query).scalar_one())


def _is_pair(record: CaseRecord) -> bool:
    """Whether two schools have come together, or still may: what ended before both had said yes is no pair."""
    state = record.state
    chosen = any(offer.outcome == "accepted" for offer in state.offers)
    consented = state.provider_began and state.consents > 0
    return is_open(state) or state.agreement is not None or chosen or consented


def _opened(record: CaseRecord) -> tuple[Any, str]:
    return record.state.opened_at, record.state.reference


def _pair(record: CaseRecord, visits: list[HeldVisit], names: dict[str, str]) -> dict[str, Any]:
    state = record.state
    return {
        "reference": state.reference,
        "provider": state.provider,
        "provider_name": names.get(state.provider or ""),
        "recipient": state.recipient,
        "recipient_name": names.get(state.recipient),
        "area": state.area,
        "stage": state.stage.value if state.stage else None,
        "visits": len(visits),
        "days_confirmed": days(sum(visit.confirmed for visit in visits)),
        "outcome": state.outcome,
        **money_of(record),
    }


def _reviewed(record: CaseRecord) -> bool:
    return {Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD} <= {one.party for one in record.state.reviews}
