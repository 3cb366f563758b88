"""Claims: what confirmed days are worth, whose they are to approve, and from which year's money they are paid."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.case import events as e
from domain.case.stages import Stage
from domain.case.waits import awaited
from domain.parties import Party
from tests.domain.case.money import (
    agreed,
    closed,
    drafting,
    fund,
    has,
    held,
    moved,
    over_two_years,
    rate,
    two_visits,
    waits,
    with_travel,
)
from tests.domain.case.office import Office


def test_a_claim_is_what_its_confirmed_days_are_worth_at_the_rate_of_their_day() -> None:
    office = closed()
    answer = office.say("head.sea", "claim")
    assert moved(answer) == [("ClaimSubmitted", [("laeg.2026-27", 100_00)])]
    claimed = next(event for event, _ in reversed(office.log) if isinstance(event, e.ClaimSubmitted))
    assert [(v.visit, v.day_rate_minor, v.worth_minor) for v in claimed.visits] == [("V1", 200_00, 100_00)]


def test_more_than_the_confirmed_days_are_worth_is_refused_with_both_figures() -> None:
    refusal = closed().refused("head.sea", "claim", amount_minor="100.01")
    assert refusal.message == "GBP 100.01 are claimed; 0.5 confirmed days are worth GBP 100.00."


def test_less_may_be_claimed_and_a_visit_is_claimed_once() -> None:
    office = closed()
    assert moved(office.say("head.sea", "claim", amount_minor="80.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 80_00)])
    ]
    assert (
        office.refused("head.sea", "claim", visits=["V1"]).message == "Visit V1 was claimed already, in C1."
    )
    office.done("finance", "return-claim")
    office.done("head.sea", "claim")
    assert has(office, "claimed") == (100_00,)


def test_visits_that_nobody_confirmed_are_refused_by_name() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    assert office.refused("head.sea", "claim", visits=["V1"]).message == (
        "Visit V1 is recorded, not confirmed: it cannot be claimed."
    )
    assert "Not confirmed yet: V1" in office.refused("head.sea", "claim").hint


def test_travel_and_supplies_are_claimed_within_what_was_agreed_for_them() -> None:
    office = closed(travel_minor="60.00", supplies_minor="40.00")
    refusal = office.refused("head.sea", "claim", travel_minor="60.01")
    assert refusal.message == (
        "GBP 60.00 were agreed for travel, GBP 0.00 are claimed already; GBP 60.01 more exceed it."
    )
    assert moved(office.say("head.sea", "claim", travel_minor="60.00", supplies_minor="40.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 200_00)])
    ]


def slipped() -> Office:
    """Two days of which both were agreed for 2026-27; the second was given after it, and both are confirmed."""
    office = drafting()
    office.money = replace(office.money, rates=(rate("2026-01-01", 250_00),))
    in_one_year = [{"financial_year": "2026-27", "quarter_days": "4"}]
    agreed(office, **over_two_years(office) | {"years": in_one_year, "cover_minor": "1000.00"})
    for day in (date(2027, 3, 15), date(2027, 4, 12)):
        held(office, day)
        office.done("lead.hill", "confirm-visit")
    return office


def test_days_that_another_years_money_would_pay_are_the_principal_advisers_to_approve() -> None:
    office = slipped()
    answer = office.say("head.sea", "claim", visits=["V2"])
    assert moved(answer) == [("ClaimSubmitted", [("laeg.2026-27", 250_00)])]
    claimed = next(event for event, _ in reversed(office.log) if isinstance(event, e.ClaimSubmitted))
    assert (claimed.approver, claimed.other_years_minor) == (Party.PRINCIPAL_ADVISER, 250_00)
    assert office.refused("finance", "approve-claim").code == "R-POST"
    assert office.done("adviser", "approve-claim") == ("ClaimApproved",)


def test_days_whose_money_was_moved_to_their_year_are_finances_to_approve() -> None:
    office = slipped()
    office.done("finance", "move-money", amount_minor="250.00")
    assert moved(office.say("head.sea", "claim")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 250_00), ("laeg.2027-28", 250_00)])
    ]
    assert office.done("finance", "approve-claim") == ("ClaimApproved",)


def test_travel_is_paid_from_the_years_of_the_visits_it_was_for_or_by_the_principal_adviser() -> None:
    office = drafting()
    half = [{"financial_year": year, "quarter_days": "2"} for year in ("2026-27", "2027-28")]
    terms = {"years": half, "cover_minor": "880.00", "travel_minor": "120.00"}
    agreed(office, **over_two_years(office) | terms)
    office.money = replace(office.money, rates=(rate("2026-01-01", 220_00),))
    held(office, date(2027, 4, 12))
    office.done("lead.hill", "confirm-visit")
    office.done("head.sea", "claim")
    assert moved(office.say("head.sea", "claim", travel_minor="60.00")) == [
        ("ClaimSubmitted", [("laeg.2027-28", 60_00)])
    ]
    office.done("finance", "move-money", from_year="2027-28", to_year="2026-27", amount_minor="220.00")
    assert moved(office.say("head.sea", "claim", travel_minor="60.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 60_00)])
    ]
    money = office.state.money
    assert money is not None
    assert [claim.approver for claim in money.claims] == [
        Party.FINANCE,
        Party.FINANCE,
        Party.PRINCIPAL_ADVISER,
    ]


def test_what_was_agreed_for_travel_is_not_used_up_by_cover() -> None:
    office = closed(cover_minor="60.00", travel_minor="60.00")
    assert moved(office.say("head.sea", "claim")) == [("ClaimSubmitted", [("laeg.2026-27", 60_00)])]


def test_days_are_paid_in_full_where_the_agreement_was_varied_to_fewer() -> None:
    office = with_travel()
    office.done("broker", "propose-variation", quarter_days="2")
    office.done("head.hill", "agree-variation")
    office.done("head.sea", "agree-variation")
    held(office, date(2026, 9, 22))
    office.done("sip.hill", "mid-review")
    held(office, date(2026, 9, 23))
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("lead.hill", "confirm-visit", visit="V2")
    assert moved(office.say("head.sea", "claim")) == [("ClaimSubmitted", [("laeg.2026-27", 400_00)])]
    refusal = office.refused("head.sea", "claim", travel_minor="100.01")
    assert refusal.message.startswith("GBP 100.00 were agreed for travel")
    office.done("head.sea", "claim", travel_minor="100.00")
    assert has(office, "unclaimed") == (0,)


def test_days_are_paid_in_full_where_the_case_was_withdrawn() -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    office.done("head.hill", "withdraw")
    office.done("lead.hill", "confirm-visit")
    assert moved(office.say("head.sea", "claim", travel_minor="50.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 250_00)])
    ]


@pytest.mark.parametrize("end", ["varied", "withdrawn"])
def test_days_are_paid_in_full_although_all_travel_was_claimed_with_the_first(end: str) -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    office.done("lead.hill", "confirm-visit")
    office.done("head.sea", "claim", travel_minor="200.00")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    office.done("sip.hill", "mid-review")
    held(office, date(2026, 9, 23))
    office.done("lead.hill", "confirm-visit")
    if end == "withdrawn":
        office.done("head.hill", "withdraw")
    else:
        office.done("broker", "propose-variation", quarter_days="2")
        office.done("head.hill", "agree-variation")
        office.done("head.sea", "agree-variation")
    assert moved(office.say("head.sea", "claim")) == [("ClaimSubmitted", [("laeg.2026-27", 200_00)])]
    assert has(office, "unclaimed") == (0,)


def test_travel_that_was_agreed_is_awaited_with_the_claim_and_not_settled_away_before_its_time() -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    office.done("lead.hill", "confirm-visit")
    office.done("head.hill", "withdraw")
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    assert waits(office) == {"claim:expenses"}
    refusal = office.refused("finance", "settle")
    assert refusal.message.startswith("GBP 50.00 for travel and supplies are not claimed yet; the ")
    (step,) = office.steps()
    assert (step.verb, step.values) == ("claim", {"travel_minor": 50_00, "supplies_minor": 0})
    office.done("head.sea", "claim", travel_minor="50.00")
    assert waits(office) == {"claim_decision:C2"}


def test_travel_that_nobody_claims_in_time_finance_settles_without() -> None:
    office = closed(travel_minor="60.00")
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    assert office.refused("finance", "settle").code == "R-EARLY"
    office.days_pass(21)
    assert "settlement" in waits(office)
    assert "claim:expenses" not in waits(office), "finance is asked now, and the head no more"
    office.done("finance", "settle")


def test_a_day_that_is_confirmed_after_the_time_for_travel_has_time_of_its_own() -> None:
    office = with_travel()
    for day in (date(2026, 9, 22), date(2026, 9, 29)):
        held(office, day)
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("lead.hill", "dispute-visit", visit="V2", reason="Half a day.")
    office.done("head.hill", "withdraw")
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    office.days_pass(30)
    expenses = office.state.deadline("claim:expenses")
    assert expenses is not None
    assert expenses.passed
    office.done("broker", "resolve-dispute", visit="V2", counted_quarter_days="1", reason="The note says so.")
    renewed = office.state.deadline("claim")
    assert renewed is not None
    assert not renewed.passed
    assert office.refused("finance", "settle").code == "R-EARLY"


def test_nothing_is_claimed_for_travel_before_a_visit_is_confirmed() -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    refusal = office.refused("head.sea", "claim", travel_minor="50.00")
    assert (refusal.code, refusal.hint) == ("R-CLAIM", "Not confirmed yet: V1.")
    office.done("lead.hill", "confirm-visit")
    office.done("head.sea", "claim")
    assert moved(office.say("head.sea", "claim", travel_minor="50.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 50_00)])
    ]


def test_an_amount_in_another_currency_is_refused_by_name() -> None:
    assert closed().refused("head.sea", "claim", amount_minor="10.00", currency="PHP").message == (
        "The money of this case is in GBP, not in PHP."
    )


def test_a_claim_after_the_funds_last_day_is_the_principal_advisers() -> None:
    office = closed()
    last = office.now.date() - timedelta(days=1)
    office.money = replace(office.money, funds=(fund(claims_until=last),))
    office.done("head.sea", "claim")
    assert office.refused("finance", "approve-claim").code == "R-POST"
    assert office.done("adviser", "approve-claim") == ("ClaimApproved",)


def test_a_claim_above_the_threshold_is_the_principal_advisers() -> None:
    office = closed()
    office.rule(finance_approves_up_to_minor=99_99)
    office.done("head.sea", "claim")
    assert waits(office) >= {"claim_decision:C1"}
    assert office.refused("finance", "approve-claim").code == "R-POST"
    office.done("adviser", "approve-claim")


def test_a_claim_in_parts_is_the_principal_advisers_from_where_all_parts_exceed_the_threshold() -> None:
    office = two_visits(threshold=300_00)
    office.done("head.sea", "claim", visits=["V1"])
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    office.done("head.sea", "claim", visits=["V2"])
    assert office.refused("finance", "approve-claim", claim="C2").code == "R-POST"
    assert office.done("adviser", "approve-claim", claim="C2") == ("ClaimApproved",)


def test_parts_that_wait_for_finance_count_and_one_that_was_returned_does_not() -> None:
    office = two_visits(threshold=300_00)
    office.done("head.sea", "claim", visits=["V1"])
    office.done("head.sea", "claim", visits=["V2"])
    assert office.refused("finance", "approve-claim", claim="C2").code == "R-POST"
    office.done("finance", "return-claim", claim="C1")
    office.done("head.sea", "claim", visits=["V1"])
    assert office.done("finance", "approve-claim", claim="C3") == ("ClaimApproved",)


def test_what_the_principal_adviser_decides_on_uses_nothing_of_finances_threshold_up() -> None:
    office = two_visits(threshold=150_00)
    office.done("head.sea", "claim")
    office.done("adviser", "approve-claim")
    office.done("head.sea", "claim", travel_minor="100.00")
    assert office.done("finance", "approve-claim", claim="C2") == ("ClaimApproved",)


def test_nobody_approves_what_they_drafted_or_claimed_and_finance_may_pay_what_it_approved() -> None:
    office = closed()
    office.posts["broker"] = (*office.posts["broker"], *office.posts["finance"])
    office.done("head.sea", "claim")
    assert office.refused("broker", "approve-claim").code == "R-SEPARATION"
    office.done("finance", "approve-claim")
    assert (
        office.refused("finance", "record-payment", paid_on=office.now.date() + timedelta(days=1)).code
        == "R-DATES"
    )
    office.done("finance", "record-payment")
    assert has(office, "committed", "claimed", "paid") == (700_00, 100_00, 100_00)
    assert (
        office.refused("finance", "record-payment", claim="C1").message == "Claim C1 is paid, not approved."
    )


def test_a_visit_whose_note_is_overdue_is_not_claimed_until_the_note_is_in_and_confirmed() -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    office.done("lead.sea", "schedule-visit")
    office.days_pass(20)
    (note,) = [item for item in awaited(office.state) if item.name == "visit_note"]
    deadline = office.state.deadline(note.wait)
    assert deadline is not None
    assert deadline.passed, "the note is overdue"
    refusal = office.refused("head.sea", "claim", visits=["V2"])
    assert refusal.message == "Visit V2 is planned, not confirmed: it cannot be claimed."
    office.done("lead.sea", "record-visit", visit="V2")
    assert office.refused("head.sea", "claim", visits=["V2"]).code == "R-CLAIM"
    office.done("lead.hill", "confirm-visit", visit="V2")
    assert office.done("head.sea", "claim", visits=["V2"]) == ("ClaimSubmitted",)
