"""Years of cases lie behind the schools of a pool: they count, and they are not read one by one under the lock."""

from datetime import date
from typing import Any, Final

from sqlalchemy import insert

from activities.read_models.facts import FactReader, Pool
from activities.read_models.schema import capacity_use, partnership
from domain.calendars.half_terms import order_of
from domain.case.state import CaseState
from domain.matching.provider import PastCases
from tests.activities.builders import Office
from tests.domain.case.office import eas

SEA: Final = "6990103"


def use(reference: str, period: str) -> dict[str, Any]:
    return {
        "reference": reference, "period": period, "school": SEA, "programme": "EAS", "position": 5,
        "period_order": order_of(period), "held": 0, "committed": 0, "given": 8, "offered_by": "broker.dylan",
    }  # fmt: skip


def case(reference: str, area: str, accepted_on: str, per_mille: int | None, position: int) -> dict[str, Any]:
    return {
        "reference": reference, "school": SEA, "programme": "EAS", "recipient": "6990004", "area": area,
        "accepted_on": accepted_on, "per_mille": per_mille, "position": position,
    }  # fmt: skip


def pool(
    office: Office, *uses: dict[str, Any], cases: tuple[dict[str, Any], ...] = ()
) -> tuple[Pool, FactReader]:
    """The pool of a case in autumn 2026, where these lie behind one of its schools."""
    with office.engine.begin() as connection:
        for table, rows in ((capacity_use, uses), (partnership, cases)):
            if rows:
                connection.execute(insert(table), list(rows))
    state = CaseState(reference="EAS-AAAAAAA-A", recipient="6990004", programme="EAS", area="numeracy")
    with office.reading.connect() as connection:
        facts = FactReader(connection)
        return facts.pool(state, eas(), office.now), facts


def test_days_taken_before_this_financial_year_are_not_read(office: Office) -> None:
    found, _ = pool(
        office, *(use(f"EAS-{term}", term) for term in ("2021-autumn-1", "2026-spring-2", "2026-summer-1"))
    )
    assert [one.period for one in found.providers[SEA].uses] == ["2026-summer-1"]


def test_earlier_cases_are_added_up_the_case_itself_aside(office: Office) -> None:
    rows = (
        case("EAS-A", "numeracy", "2021-10-01", 700, 11),
        case("EAS-B", "numeracy", "2025-10-01", 699, 12),
        case("EAS-C", "literacy", "2024-10-01", 1000, 13),
        case("EAS-D", "literacy", "2024-10-01", None, 14),
        case("EAS-AAAAAAA-A", "numeracy", "2026-01-01", 1000, 15),
    )
    found, facts = pool(office, cases=rows)
    assert found.providers[SEA].past == PastCases(date(2025, 10, 1), known=3, per_mille=2399, well=1)
    assert set(range(11, 16)) & set(facts.positions) == {14}, "the newest of them is what it rests on"
