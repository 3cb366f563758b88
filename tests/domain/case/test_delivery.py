"""Delivery: visits in quarter-days, disputes, the mid review, variation, extension, completion."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.case import events as e
from domain.case.stages import Stage
from domain.parties import Post
from tests.domain.case.courses import approved_and_signed
from tests.domain.case.office import SEA, Office, in_stage


def agreed(days: str = "4") -> Office:
    """An agreement in force over that many days."""
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    terms = office.terms(quarter_days=days, years=[{"financial_year": "2026-27", "quarter_days": days}])
    office.done("broker", "draft-agreement", terms=terms)
    office.done("finance", "approve-funding")
    for person in ("head.hill", "head.sea", "sip.hill"):
        office.done(person, "sign")
    return office


def visited(office: Office, length: str, count: int = 1) -> tuple[str, ...]:
    return [office.done("lead.sea", "record-visit", quarter_days=length) for _ in range(count)][-1]


def test_the_first_visit_starts_delivery() -> None:
    office = in_stage(Stage.AGREED)
    assert visited(office, "0.25") == ("DeliveryStarted", "VisitRecorded")
    assert office.state.counted_quarter_days == 1


def test_a_planned_visit_is_recorded_under_its_number_or_missed() -> None:
    office = in_stage(Stage.AGREED)
    office.done("broker", "schedule-visit")
    office.done("lead.hill", "schedule-visit")
    office.done("lead.sea", "record-visit", visit="V1")
    office.done("lead.sea", "miss-visit", visit="V2")
    visited(office, "0.5")
    assert [(v.id, v.status) for v in office.state.visits] == [
        ("V1", "recorded"),
        ("V2", "missed"),
        ("V3", "recorded"),
    ]


@pytest.mark.parametrize("length", ["1.25", "0", "0.1", "-1", "day"])
def test_a_visit_lasts_a_quarter_day_at_the_least_and_a_day_at_the_most(length: str) -> None:
    office = in_stage(Stage.AGREED)
    with pytest.raises(ValidationError):
        office.command("record-visit", quarter_days=length)


def test_a_visit_lies_within_the_agreement() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    today = office.now.date()
    assert office.refused("lead.sea", "record-visit", on=today - timedelta(days=1)).code == "R-DATES"
    assert office.refused("lead.sea", "record-visit", begin="10:00", end="09:00").code == "R-DATES"
    assert office.refused("lead.sea", "schedule-visit", on=today - timedelta(days=1)).code == "R-DATES"
    office.until(today + timedelta(weeks=17))
    late = office.refused("lead.sea", "record-visit")
    assert "after the agreed end" in late.message


def test_an_agreement_of_a_day_in_one_visit_needs_no_mid_review_first() -> None:
    office = agreed("1")
    assert visited(office, "1") == ("DeliveryStarted", "VisitRecorded", "MidReviewDue")
    assert office.done("lead.sea", "complete") == ("DeliveryCompleted",)


def test_half_way_the_mid_review_is_due_and_past_three_quarters_no_visit_counts_without_it() -> None:
    office = agreed("4")
    visited(office, "1")
    assert visited(office, "1") == ("VisitRecorded", "MidReviewDue")
    assert visited(office, "1") == ("VisitRecorded",)
    assert office.refused("lead.sea", "record-visit", quarter_days="1").code == "R-MID-REVIEW"
    office.done("sip.hill", "mid-review")
    visited(office, "1")
    assert office.refused("lead.sea", "record-visit").code == "R-DAYS"


def test_half_way_brings_the_mid_review_forward_and_never_puts_it_off() -> None:
    office = agreed("4")
    visited(office, "1")
    by_date = office.state.deadline("mid_review")
    visited(office, "1")
    by_days = office.state.deadline("mid_review")
    assert by_date is not None
    assert by_days is not None
    assert by_days.due_at < by_date.due_at

    late = agreed("4")
    visited(late, "1")
    late.days_pass(49)
    before = late.state.deadline("mid_review")
    visited(late, "1")
    assert late.state.mid_review_due
    assert late.state.deadline("mid_review") == before


def test_an_overdue_mid_review_stays_overdue_at_half_way() -> None:
    office = agreed("4")
    visited(office, "1")
    office.days_pass(52)
    visited(office, "1")
    deadline = office.state.deadline("mid_review")
    assert deadline is not None
    assert deadline.passed


def test_disputed_days_stay_reserved_until_they_are_settled() -> None:
    office = agreed("2")
    visited(office, "1")
    office.done("sip.hill", "mid-review")
    office.done("lead.hill", "dispute-visit", visit="V1")
    visited(office, "1")
    assert office.refused("lead.sea", "record-visit", quarter_days="1").code == "R-DAYS"
    office.done("broker", "resolve-dispute", visit="V1", counted_quarter_days="1")
    assert office.state.counted_quarter_days == 8


def test_a_dispute_settled_at_nothing_frees_its_days() -> None:
    office = agreed("1")
    visited(office, "1")
    office.done("lead.hill", "dispute-visit", visit="V1")
    office.done("adviser", "resolve-dispute", visit="V1", counted_quarter_days=0)
    visited(office, "1")
    assert office.state.counted_quarter_days == 4


def test_the_last_visit_is_still_confirmed_or_disputed_when_delivery_has_ended() -> None:
    office = agreed("1")
    visited(office, "1")
    office.done("lead.sea", "complete")
    assert "visit_confirmation:V1" in {deadline.wait for deadline in office.state.deadlines}
    office.done("lead.hill", "dispute-visit", visit="V1")
    for person, verb in (("lead.sea", "review"), ("head.hill", "review"), ("sip.hill", "validate")):
        office.done(person, verb)
    assert office.refused("broker", "close").code == "R-DISPUTE"
    office.done("broker", "resolve-dispute", visit="V1", counted_quarter_days=2)
    office.done("broker", "close")


def test_leaving_at_the_mid_review_settles_disputes_first() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("lead.hill", "dispute-visit")
    assert office.refused("sip.hill", "mid-review", decision="exit").code == "R-DISPUTE"
    office.done("broker", "resolve-dispute")
    assert office.done("sip.hill", "mid-review", decision="exit") == (
        "MidReviewRecorded",
        "DeliveryCompleted",
    )


def test_a_variation_is_agreed_by_both_heads_on_one_hash_which_then_stands() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    assert office.state.agreement is not None
    signed = office.state.agreement.content_hash
    office.done("broker", "propose-variation")
    assert office.state.variation is not None
    proposed = office.state.variation.content_hash
    office.done("head.hill", "agree-variation", content_hash=proposed)
    assert office.refused("head.hill", "agree-variation").code == "R-ALREADY"
    assert office.done("head.sea", "agree-variation") == ("VariationAgreed", "AgreementVaried")
    assert office.state.agreement.content_hash == proposed != signed
    assert office.state.agreement.version == 2


def test_a_variation_in_an_agreement_not_yet_begun_is_awaited_too() -> None:
    office = in_stage(Stage.AGREED)
    office.done("broker", "propose-variation")
    waits = {deadline.wait: deadline.owner.value for deadline in office.state.deadlines}
    assert waits["variation:recipient_head"] == "recipient_head"
    assert waits["variation:provider_head"] == "provider_head"


def test_a_refused_variation_makes_room_for_another() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("broker", "propose-variation")
    assert office.refused("head.sea", "propose-variation").code == "R-ALREADY"
    office.done("head.hill", "agree-variation")
    assert office.done("head.sea", "refuse-variation") == ("VariationRefused",)
    office.done("head.sea", "propose-variation")
    assert office.state.variation is not None
    assert office.state.variation.agreed == ()


def test_a_variation_is_not_below_what_was_delivered_nor_above_what_was_agreed() -> None:
    office = agreed("2")
    visited(office, "1")
    office.done("lead.hill", "dispute-visit", visit="V1")
    assert office.refused("broker", "propose-variation", quarter_days="0.75").code == "R-DAYS"
    assert office.refused("broker", "propose-variation", quarter_days="2.25").code == "R-DAYS"
    assert office.refused("broker", "propose-variation", end="2026-09-01").code == "R-DATES"


def test_an_extension_is_made_once_after_the_mid_review_by_half_at_the_most() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("sip.hill", "mid-review")
    assert office.refused("adviser", "extend", quarter_days="2.25").code == "R-DAYS"
    assert office.refused("adviser", "extend", until="2026-10-01").code == "R-DATES"
    office.done("adviser", "extend", quarter_days="2")
    assert office.refused("adviser", "extend").code == "R-ALREADY"
    assert office.state.agreement is not None
    assert office.state.agreement.all_quarter_days == 24
    assert office.state.agreement.end.isoformat() == "2027-02-02"


def test_before_the_end_both_heads_say_that_delivery_is_complete() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    assert office.done("head.hill", "complete") == ("CompletionAgreed",)
    assert "completion:provider_head" in {deadline.wait for deadline in office.state.deadlines}
    assert office.refused("head.hill", "complete").code == "R-ALREADY"
    assert office.done("head.sea", "complete") == ("CompletionAgreed", "DeliveryCompleted")


def test_a_head_who_is_also_the_lead_speaks_as_head_where_a_head_is_needed() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.appoint("head.sea", Post.LEAD, SEA)
    office.done("head.hill", "complete")
    assert office.done("head.sea", "complete") == ("CompletionAgreed", "DeliveryCompleted")


def test_what_one_head_said_of_the_old_agreement_does_not_hold_of_the_varied_one() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("head.hill", "complete")
    office.done("broker", "propose-variation")
    office.done("head.hill", "agree-variation")
    office.done("head.sea", "agree-variation")
    assert office.done("head.sea", "complete") == ("CompletionAgreed",)


def test_at_the_agreed_end_one_voice_is_enough_and_the_adviser_may_waive_a_dispute() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    visited(office, "0.5")
    office.done("lead.hill", "dispute-visit", visit="V2")
    office.until(office.now.date() + timedelta(weeks=17))
    assert office.refused("lead.sea", "complete", waive_disputes=True).code == "R-POST"
    office.done("adviser", "complete", waive_disputes=True)
    assert office.state.disputes_waived
    for person, verb in (
        ("lead.sea", "review"),
        ("head.hill", "review"),
        ("sip.hill", "validate"),
        ("broker", "close"),
    ):
        office.done(person, verb)


def test_visitors_are_briefed_once() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    for _ in range(2):
        office.done("lead.sea", "record-visit", safeguarding_briefed=False)


def test_a_new_end_may_be_today_but_not_before_the_start() -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    start = office.now.date() + timedelta(days=7)
    office.done("broker", "draft-agreement", terms=office.terms(start=start))
    approved_and_signed(office)
    assert office.refused("broker", "propose-variation", end=start - timedelta(days=1)).code == "R-DATES"
    office.done("broker", "propose-variation", end=start)
    begun = in_stage(Stage.IN_DELIVERY)
    begun.done("broker", "propose-variation", end=begun.now.date())


def test_after_an_extension_a_variation_may_take_days_back_as_long_as_those_delivered_fit() -> None:
    office = agreed("2")
    visited(office, "1")
    office.done("sip.hill", "mid-review")
    office.done("adviser", "extend", quarter_days="1")
    visited(office, "1")
    visited(office, "0.5")
    assert office.refused("broker", "propose-variation", quarter_days="1.25").code == "R-DAYS"
    office.done("broker", "propose-variation", quarter_days="1.5")
    office.done("head.hill", "agree-variation")
    office.done("head.sea", "agree-variation")
    assert office.state.agreement is not None
    assert office.state.held_quarter_days == office.state.agreement.all_quarter_days == 10


def test_completion_says_how_much_was_confirmed_of_how_much_was_agreed() -> None:
    office = agreed("2")
    visited(office, "1")
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("sip.hill", "mid-review")
    visited(office, "0.5")
    office.done("lead.hill", "dispute-visit", visit="V2")
    office.done("broker", "resolve-dispute", visit="V2", counted_quarter_days=1)
    visited(office, "0.5")
    office.done("head.hill", "complete")
    office.done("head.sea", "complete")
    completed = next(event for event, _ in office.log if isinstance(event, e.DeliveryCompleted))
    assert (completed.confirmed_quarter_days, completed.agreed_quarter_days, completed.cause) == (
        5,
        8,
        "both-heads",
    )


def test_delivery_that_is_put_on_record_after_its_end_is_overdue_at_once() -> None:
    office = in_stage(Stage.AGREED)
    held_on = office.now.date()
    office.until(held_on + timedelta(weeks=17))
    office.done("lead.sea", "record-visit", on=held_on)
    office.days_pass(0)
    deadline = office.state.deadline("delivery_end")
    assert deadline is not None
    assert deadline.passed
    assert office.done("lead.sea", "complete") == ("DeliveryCompleted",)


def test_a_variation_that_was_overtaken_is_not_agreed_but_refused() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("broker", "propose-variation", end=office.now.date() + timedelta(days=7))
    office.done("head.hill", "agree-variation")
    office.days_pass(6)
    assert office.refused("head.sea", "agree-variation").code == "R-DATES"
    assert "refuse-variation" in {step.verb for step in office.steps()}
    office.done("head.sea", "refuse-variation")
