"""What is read of money for a decision: who has most of each fund, and no fund that nobody asks about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy import Connection, event, insert, select

from activities.commands.case import steps_for
from activities.read_models.facts import FactReader
from activities.read_models.money_facts import funds_named, read_money
from activities.read_models.schema import fund_use, paper_use
from domain.case.commands import ApproveClaim, DraftAgreement, Extend, RecordPayment, SubmitClaim
from domain.funding.facts import FundFact, PaperElsewhere
from domain.programmes.model import Programme
from tests.activities.builders import WHOLE, Office

OWN: Final = ("laeg", "2026-27")
"""The fund that the story's agreement is paid from."""
OTHER: Final = "laeg.2027-28"


@contextmanager
def used(office: Office, *uses: tuple[str, str, dict[str, int]]) -> Iterator[Connection]:
    """A look at the rows with these beside them: a case, a fund, and what the case has of it."""
    amounts = (
        "reserved", "committed", "claimed", "paid", "advanced", "liquidated", "returned", "written_off",
    )  # fmt: skip
    with office.engine.connect() as connection:
        for reference, name, has in uses:
            code, _, year = name.partition(".")
            whose = {
                "reference": reference,
                "fund": code,
                "year": year,
                "programme": "EAS",
                "authority": "Cwm Enfys",
            }
            row = whose | dict.fromkeys(amounts, 0) | has | {"provider": "6990103", "position": 1}
            connection.execute(insert(fund_use).values(row))
        yield connection
        connection.rollback()


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    """Those that reach the database meanwhile and read what cases have of funds."""
    seen: list[str] = []

    def executed(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: bool) -> None:
        seen.extend([statement] if "FROM fund_use" in statement else [])

    event.listen(connection, "before_cursor_execute", executed)
    yield seen
    event.remove(connection, "before_cursor_execute", executed)


def rules(connection: Connection) -> Programme:
    found = FactReader(connection).programme("EAS")
    assert found is not None
    return found


def test_of_each_fund_those_are_named_who_have_most_and_all_others_are_counted(untouched: Office) -> None:
    few = [(f"EAS-A-{n}", ".".join(OWN), {"committed": (n + 1) * 100}) for n in range(5)]
    many = [(f"EAS-B-{n:02d}", OTHER, {"paid": 10_000 + n}) for n in range(25)]
    with used(untouched, *few, *many) as connection:
        own, other = funds_named(connection, [".".join(OWN), OTHER]).facts.funds
    assert own.holders == (("EAS-A-4", 500), ("EAS-A-3", 400), ("EAS-A-2", 300))
    assert own.other_holders == 2
    assert other.holders == (("EAS-B-24", 10_024), ("EAS-B-23", 10_023), ("EAS-B-22", 10_022))
    assert other.other_holders == 22


def test_who_has_reserved_most_is_known_apart_from_who_was_paid_most(untouched: Office) -> None:
    paid = [(f"EAS-A-{n}", OTHER, {"paid": 10_000}) for n in range(5)]
    reserved = [(f"EAS-B-{n}", OTHER, {"reserved": 100 - n}) for n in range(4)]
    with used(untouched, *paid, *reserved) as connection:
        (fund,) = funds_named(connection, [OTHER]).facts.funds
    assert fund.reserving == (("EAS-B-0", 100), ("EAS-B-1", 99), ("EAS-B-2", 98))
    assert fund.other_reserving == 1
    assert {name for name, _ in fund.holders} < {name for name, _, _ in paid}


@pytest.fixture(scope="module")
def delivering(new_office: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office whose case is in delivery."""
    with new_office(tmp_path_factory.mktemp("delivering") / "home") as shared:
        shared.tell(WHOLE, before="mid-review")
        yield shared


def _funds(office: Office, connection: Connection, verb: str) -> dict[str, FundFact]:
    facts = read_money(connection, rules(connection), office.state(), {verb}).facts
    return {fund.name: fund for fund in facts.funds}


def test_for_more_days_only_the_fund_of_the_agreement_is_counted(delivering: Office) -> None:
    elsewhere = delivering.state().model_copy(update={"agreement": None})
    with used(delivering, ("EAS-A-0", OTHER, {"committed": 700})) as connection:
        assert _funds(delivering, connection, DraftAgreement.verb)[OTHER].committed == 700
        assert _funds(delivering, connection, Extend.verb)[OTHER].committed == 700, (
            "its own fund, in any year"
        )
        other = read_money(connection, rules(connection), elsewhere, {Extend.verb}).facts
        assert {fund.committed for fund in other.funds} == {0}


def test_a_claim_asks_of_a_fund_until_when_it_may_come_and_counts_nothing(delivering: Office) -> None:
    with used(delivering) as connection, statements(connection) as seen:
        assert ".".join(OWN) in _funds(delivering, connection, SubmitClaim.verb)
    assert seen == []


def test_a_case_that_waits_for_no_money_is_shown_without_counting_any_fund(
    untouched: Office, delivering: Office
) -> None:
    for office in (untouched, delivering):
        with used(office) as connection, statements(connection) as seen:
            programme = rules(connection)
            assert steps_for(FactReader(connection), office.state(), programme, office.now)
        assert seen == []


def test_a_case_that_waits_for_its_draft_is_shown_with_three_looks_at_them(
    office: Office,
) -> None:
    office.tell(WHOLE, before="draft-agreement")
    with used(office) as connection, statements(connection) as seen:
        programme = rules(connection)
        assert steps_for(FactReader(connection), office.state(), programme, office.now)
    assert len(seen) == 3, "the sums, who has most, and what the provider's other cases have"


def test_papers_of_the_providers_other_cases_are_read_where_a_paper_is_given(delivering: Office) -> None:
    state = delivering.state()
    others = (
        ("EAS-A-0", "EAS", state.provider),
        ("EAS-A-1", "DEPED", state.provider),
        ("EAS-A-2", "EAS", "6990001"),
    )
    with used(delivering) as connection:
        for reference, programme, provider in (*others, (state.reference, "EAS", state.provider)):
            whose = {"reference": reference, "programme": programme, "provider": provider, "position": 7}
            connection.execute(insert(paper_use).values(whose | {"number": "bacs-1"}))
        read = read_money(connection, rules(connection), state, {RecordPayment.verb})
        assert read.facts.papers == (PaperElsewhere(reference="EAS-A-0", number="bacs-1"),)
        assert read.positions == {7}
        assert read_money(connection, rules(connection), state, {ApproveClaim.verb}).facts.papers == ()


def test_a_payment_stands_in_the_rows_of_its_case_in_small_letters(office: Office) -> None:
    office.tell(WHOLE)
    with office.reading.connect() as connection:
        numbers = connection.execute(select(paper_use.c.number)).scalars().all()
    assert numbers == [paper.number.lower() for paper in office.state().money.papers]  # type: ignore[union-attr]
    assert numbers
    office.check()
