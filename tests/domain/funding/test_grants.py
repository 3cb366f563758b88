"""Grants of leader schools: each school has its grant once, and nobody's is changed in passing."""

from dataclasses import replace
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from domain.parties import HeldPost, Post
from tests.domain.funding.test_funds import FINANCE, Stream

GRANT: Final = 140_000_00
LEADERS: Final = tuple(f"9001{number:02d}" for number in range(1, 41))
CENTRAL: Final = replace(
    FINANCE,
    posts=(HeldPost(post=Post.FINANCE, programme="DEPED"),),
    schools=frozenset(LEADERS),
    grants={"DEPED": GRANT},
)


def opened() -> Stream:
    fund = Stream(key="s2s.2026")
    fund.ask("open", CENTRAL, programme="DEPED", title="School-to-School grant", currency="PHP")
    return fund


def allocated(*schools: str, **more: Any) -> dict[str, Any]:
    return {"schools": list(schools), "each_minor": GRANT, "source": "Sub-allotment 7"} | more


def test_the_fund_holds_the_grant_of_each_school_once() -> None:
    fund = opened()
    assert fund.ask("allocate-grants", CENTRAL, **allocated(*LEADERS[:3])) == ["GrantsAllocated"]
    assert fund.state.allocated == 3 * GRANT
    assert fund.ask("allocate-grants", CENTRAL, **allocated(*LEADERS[:3])) == []
    assert fund.ask("allocate-grants", CENTRAL, **allocated(*LEADERS[1:5])) == ["GrantsAllocated"]
    assert fund.state.allocated == 5 * GRANT


@given(st.lists(st.lists(st.sampled_from(LEADERS), min_size=1, max_size=20), max_size=6))
def test_in_whatever_parts_schools_come_each_has_one_grant(parts: list[list[str]]) -> None:
    fund = opened()
    for part in parts:
        fund.ask("allocate-grants", CENTRAL, **allocated(*part))
    named = {school for part in parts for school in part}
    assert {grant.school for grant in fund.state.grants} == named
    assert len(fund.state.grants) == len(named)
    assert fund.state.allocated == len(named) * GRANT


def test_another_amount_for_a_school_that_has_its_grant_is_refused_with_both_figures() -> None:
    fund = opened()
    fund.ask("allocate-grants", CENTRAL, **allocated(*LEADERS[:2]))
    refusal = fund.refused("allocate-grants", CENTRAL, **allocated(*LEADERS[:3], each_minor=100_000_00))
    assert refusal.code == "R-GRANT"
    assert "900101, 900102: PHP 140,000.00, not PHP 100,000.00" in refusal.message
    assert fund.state.allocated == 2 * GRANT


def test_no_school_gets_more_than_the_programmes_grant() -> None:
    refusal = opened().refused("allocate-grants", CENTRAL, **allocated(LEADERS[0], each_minor=GRANT + 1))
    assert refusal.code == "R-GRANT"
    assert "PHP 140,000.01" in refusal.message
    assert "PHP 140,000.00" in refusal.message


def test_schools_that_nobody_registered_and_other_currencies_are_refused() -> None:
    fund = opened()
    refusal = fund.refused("allocate-grants", CENTRAL, **allocated("900999", *LEADERS[:1]))
    assert (refusal.code, refusal.message) == ("R-SCHOOL", "Not in the register: 900999.")
    assert (
        fund.refused("allocate-grants", CENTRAL, **allocated(LEADERS[0], currency="GBP")).code == "R-CURRENCY"
    )


def test_grants_are_the_business_of_finance_and_end_with_the_fund() -> None:
    fund = opened()
    broker = replace(CENTRAL, posts=(HeldPost(post=Post.BROKER, programme="DEPED"),))
    assert fund.refused("allocate-grants", broker, **allocated(LEADERS[0])).code == "R-POST"
    fund.state = fund.state.model_copy(update={"open": False})
    assert fund.refused("allocate-grants", CENTRAL, **allocated(LEADERS[0])).code == "R-FUND"
