"""Advances: paid out, accounted for by permitted use, paid back or written off."""

from dataclasses import replace
from datetime import date, timedelta

from domain.case.stages import Stage
from domain.funding.facts import OpenAdvance
from tests.domain.case.money import closed, has, moved, waits
from tests.domain.case.office import Office


def advanced() -> Office:
    return Office("leader").at(Stage.CLOSED)


def test_no_money_moves_before_the_case_was_opened_or_comes_back_before_it_was_paid_out() -> None:
    office = closed()
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    opened = date(2026, 9, 15)
    refusal = office.refused("finance", "record-payment", paid_on=opened - timedelta(days=1))
    assert refusal.message == "2026-09-14 lies before 2026-09-15, when the case was opened."
    office.done("finance", "record-payment", paid_on=opened)
    office = Office("leader").at(Stage.AGREED)
    assert office.refused("finance", "release-funds", paid_on=opened - timedelta(days=1)).code == "R-DATES"
    office.days_pass(3)
    paid = office.now.date()
    office.done("finance", "release-funds", paid_on=paid)
    office.days_pass(3)
    refusal = office.refused("finance", "return-funds", received_on=paid - timedelta(days=1))
    assert refusal.message == "2026-09-17 lies before 2026-09-18, when the advance was paid out."
    office.done("finance", "return-funds", received_on=paid)


def test_an_advance_is_paid_accounted_for_and_the_rest_comes_back() -> None:
    office = advanced()
    assert has(office, "committed", "paid", "advanced") == (0, 1000_00, 1000_00)
    spent = {"use": "pedagogy", "amount_minor": "700.00", "document": "OR-1"}
    office.done("head.sea", "liquidate", spent=[spent])
    assert office.refused("finance", "settle").code == "R-SETTLE"
    assert moved(office.say("finance", "accept-liquidation")) == [
        ("LiquidationAccepted", [("s2s.2026", 700_00)])
    ]
    assert (
        "PHP 300.00 of the advance of PHP 1,000.00"
        in office.refused("finance", "return-funds", amount_minor="300.01").message
    )
    office.done("finance", "return-funds", amount_minor="300.00")
    assert has(office, "paid", "liquidated", "returned") == (700_00, 700_00, 300_00)
    office.done("finance", "settle")


def test_nothing_is_advanced_while_an_earlier_advance_is_open_where_the_programme_says_so() -> None:
    office = Office("leader").at(Stage.AGREED)
    assert "release" in waits(office)
    finance = office.programme.finance
    assert finance is not None
    office.money = replace(
        office.money, open_advances=(OpenAdvance(reference="DEPED-0000000-0", amount=5_00),)
    )
    refusal = office.refused("finance", "release-funds")
    assert refusal.message == (
        "The leader school has not accounted for an earlier advance: PHP 5.00 in DEPED-0000000-0."
    )
    lenient = finance.model_copy(update={"earlier_advance_settled": False})
    office.programme = office.programme.model_copy(update={"finance": lenient})
    assert office.done("finance", "release-funds") == ("FundsReleased",)


def test_what_an_extension_adds_to_an_advance_is_awaited_of_finance() -> None:
    office = Office("leader").at(Stage.IN_DELIVERY)
    assert "release" not in waits(office)
    office.done("sip.hill", "mid-review")
    office.done("adviser", "extend")
    assert waits(office) >= {"liquidation:part"}
    assert "release" not in waits(office), "what was paid first is accounted for first"
    office.done("head.sea", "liquidate")
    office.done("finance", "accept-liquidation")
    assert "release" in waits(office)
    assert office.done("finance", "release-funds") == ("FundsReleased",)


def test_an_advance_that_is_never_accounted_for_is_written_off_by_the_principal_adviser_and_settled() -> None:
    office = advanced()
    office.done(
        "head.sea", "liquidate", spent=[{"use": "pedagogy", "amount_minor": "700.00", "document": "OR-1"}]
    )
    office.done("finance", "accept-liquidation")
    assert office.refused("adviser", "write-off").code == "R-EARLY"
    office.until(date(2027, 3, 1))
    assert office.refused("finance", "write-off").code == "R-POST"
    assert office.refused("adviser", "write-off", amount_minor="300.01").code == "R-LIQUIDATION"
    assert moved(office.say("adviser", "write-off", amount_minor="100.00")) == [
        ("FundsWrittenOff", [("s2s.2026", 100_00)])
    ]
    assert office.refused("finance", "settle").code == "R-SETTLE"
    office.done("adviser", "write-off")
    assert has(office, "paid", "liquidated", "written_off", "unaccounted") == (1000_00, 700_00, 300_00, 0)
    assert "settlement" in waits(office)
    office.done("finance", "settle")


def test_finance_writes_off_what_it_may_approve_all_of_a_case_together() -> None:
    office = advanced()
    office.rule(finance_approves_up_to_minor=300_00)
    office.until(date(2027, 3, 1))
    office.done("finance", "write-off", amount_minor="200.00")
    assert office.refused("finance", "write-off", amount_minor="100.01").code == "R-POST"
    office.done("finance", "write-off", amount_minor="100.00")


def test_a_use_that_is_not_permitted_is_refused_with_those_that_are() -> None:
    refusal = advanced().refused(
        "head.sea", "liquidate", spent=[{"use": "fiesta", "amount_minor": "1.00", "document": "OR-1"}]
    )
    assert refusal.message == "'fiesta' is no permitted use."
    assert "pedagogy" in refusal.hint


def test_an_advance_is_paid_in_parts_each_accounted_for_before_the_next() -> None:
    office = Office("leader").at(Stage.AGREED)
    first = office.state.deadline("release")
    office.days_pass(2)
    office.done("finance", "release-funds", amount_minor="600.00")
    assert waits(office) >= {"liquidation:part"}
    refusal = office.refused("finance", "release-funds")
    assert refusal.message == (
        f"The leader school has not accounted for an earlier advance: PHP 600.00 in {office.reference}."
    )
    office.done("head.sea", "liquidate")
    assert office.refused("finance", "release-funds").code == "R-LIQUIDATION", "it is not accepted yet"
    office.done("finance", "accept-liquidation")
    rest = office.state.deadline("release")
    assert first is not None
    assert rest is not None
    assert rest.due_at > first.due_at, "the rest is awaited, too, from now on"
    assert (
        "PHP 400.00 are committed and not paid"
        in office.refused("finance", "release-funds", amount_minor="400.01").message
    )
    office.done("finance", "release-funds")
    assert has(office, "committed", "advanced") == (0, 1000_00)
    assert "release" not in waits(office)


def test_the_account_that_is_due_after_delivery_has_its_own_time() -> None:
    office = Office("leader").at(Stage.AGREED)
    office.done("finance", "release-funds", amount_minor="600.00")
    office.days_pass(30)
    assert (part := office.state.deadline("liquidation:part")) is not None
    assert part.passed
    office.done("lead.sea", "record-visit")
    office.done("head.hill", "withdraw")
    assert (after := office.state.deadline("liquidation")) is not None
    assert not after.passed
