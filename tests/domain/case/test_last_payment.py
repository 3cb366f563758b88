"""The last payment: what is left when delivery ends is paid once both schools have reviewed."""

from datetime import date, timedelta

import pytest

from domain.case.stages import Stage
from tests.domain.case.money import held, two_visits, waits
from tests.domain.case.office import Office


def delivered() -> Office:
    """Delivery has ended, and a claim is approved; nobody has reviewed."""
    office = two_visits(threshold=400_00)
    for person, verb in (
        ("head.hill", "complete"), ("head.sea", "complete"), ("head.sea", "claim"), ("finance", "approve-claim"),
    ):  # fmt: skip
        office.done(person, verb)
    return office


def test_what_is_left_is_paid_when_both_sides_have_reviewed_and_finance_is_asked_for_it_only_then() -> None:
    office = delivered()
    assert "payment:C1" not in waits(office)
    refusal = office.refused("finance", "record-payment")
    assert (refusal.code, refusal.message) == (
        "R-REVIEWS",
        "What is left is paid when both sides have reviewed; awaited: recipient school's headteacher, partner "
        "school's headteacher.",
    )
    office.done("lead.sea", "review")
    assert office.refused("finance", "record-payment").code == "R-REVIEWS"
    office.done("head.hill", "review")
    assert "payment:C1" in waits(office)
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)


def test_what_the_bank_paid_before_delivery_ended_is_recorded_all_the_same() -> None:
    office = delivered()
    paid = office.now.date() - timedelta(days=1)
    assert office.done("finance", "record-payment", paid_on=paid) == ("PaymentRecorded",)


def test_what_is_left_is_paid_when_the_adviser_has_closed_the_case_unevaluated() -> None:
    office = delivered()
    office.days_pass(30)
    assert "brokerage" not in office.refused("finance", "record-payment").message
    office.done("adviser", "close", unevaluated=True, outcome="not-assessable")
    assert "payment:C1" in waits(office)
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)


def test_a_withdrawn_case_is_not_reviewed_and_pays_what_it_owes() -> None:
    office = delivered()
    office.done("head.hill", "withdraw")
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)


def test_visits_are_paid_while_others_are_to_come_and_the_last_days_are_not_paid_before_the_end() -> None:
    office = two_visits(threshold=800_00)
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)
    for visit, day in (("V3", 24), ("V4", 25)):
        held(office, date(2026, 9, day))
        office.done("lead.hill", "confirm-visit", visit=visit)
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim", claim="C2")
    assert office.state.stage is Stage.IN_DELIVERY
    assert office.refused("finance", "record-payment", claim="C2").code == "R-REVIEWS"
    assert "payment:C2" not in waits(office)


@pytest.mark.parametrize("programme", ["without the rule", "as it was when the money was reserved"])
def test_nothing_is_held_back_where_the_programme_did_not_say_so_when_the_money_was_reserved(
    programme: str,
) -> None:
    office = Office()
    shipped, finance = office.programme, office.programme.finance
    assert finance is not None
    paying = finance.model_copy(update={"last_payment_after_review": False})
    office.programme = shipped.model_copy(update={"finance": paying})
    office.at(Stage.FINAL_REVIEW)
    if programme == "as it was when the money was reserved":
        office.programme = shipped
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)
