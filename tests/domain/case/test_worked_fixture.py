"""A whole case on the calendar of 2025-26: every due date as it was counted by hand, and what else could have been."""

from datetime import date, timedelta

from domain.calendars.model import Calendar
from domain.calendars.school_days import SchoolDays
from domain.case import events as e
from domain.case.commands import Recount
from domain.case.stages import Stage
from domain.ids import SYSTEM_PERSON
from domain.parties import HeldPost, Post
from tests.domain.calendars.files import WALES
from tests.domain.case.office import HILL, NAMES, ZONE, Office
from tests.domain.case.worked_fixture import (
    due,
    hold,
    newport,
    on,
    to_close,
    to_delivery,
    to_pause,
    to_review,
    to_signatures,
)


def of(office: Office, kind: type[e.CaseEvent], wait: str) -> list[str]:
    """Days on which that happened to a wait."""
    return [
        at.astimezone(ZONE).date().isoformat()
        for event, at in office.log
        if isinstance(event, kind) and getattr(event, "wait", None) == wait
    ]


def test_alignment_is_due_in_five_working_days_and_scoping_in_fifteen_school_days() -> None:
    office = newport()
    office.done("head.hill", "open", desired_start=date(2025, 11, 3))
    office.done("head.hill", "submit")
    assert due(office, "alignment") == "2025-09-23"
    on(office, "2025-09-23").done("sip.hill", "align")
    on(office, "2025-09-26").done("broker", "triage")
    assert due(office, "scoping") == "2025-10-17"


def test_five_school_days_to_answer_an_offer_jump_the_half_term() -> None:
    office = newport()
    to_signatures(office)
    set_on = [
        (event.wait, event.due_at.astimezone(ZONE).date().isoformat())
        for event, _ in office.log
        if isinstance(event, e.DeadlineSet) and event.wait.startswith("offer_answer")
    ]
    assert set_on == [("offer_answer:1", "2025-10-21"), ("offer_answer:2", "2025-11-04")]


def test_a_head_who_has_not_signed_is_reminded_on_the_fifth_and_eighth_day_and_signs_on_the_tenth() -> None:
    office = newport()
    to_signatures(office)
    assert due(office, "signature:provider_head") == "2025-11-28"
    to_delivery(office := newport())
    assert of(office, e.ReminderIssued, "signature:provider_head") == ["2025-11-21", "2025-11-26"]
    assert of(office, e.ReminderIssued, "signature:recipient_head") == []
    assert of(office, e.DeadlinePassed, "signature:provider_head") == []
    assert office.state.stage is Stage.AGREED


def test_a_visits_note_is_due_in_five_working_days_and_the_mid_review_ten_school_days_after_half_the_days() -> (
    None
):
    office = newport()
    to_delivery(office)
    office.done("lead.sea", "schedule-visit", on=date(2025, 12, 16), quarter_days="1")
    assert due(office, "visit_note:V1") == "2025-12-23"
    to_pause(office := newport())
    moved = [
        event.due_at.astimezone(ZONE).date().isoformat()
        for event, _ in office.log
        if isinstance(event, e.DeadlineSet) and event.wait == "mid_review"
    ]
    assert moved[-1] == "2026-02-11"
    assert of(office, e.DeadlinePassed, "mid_review") == []


def test_a_pause_for_an_inspection_consumes_no_day_and_reminds_nobody() -> None:
    office = newport()
    to_pause(office)
    before = len(office.log)
    on(office, "2026-03-19")
    assert {getattr(event, "wait", "") for event, _ in office.log[before:]} <= {
        "pause_review",
        "escalation:1",
    }
    kept = {d.wait: d.kept_days for d in office.state.deadlines if d.kept_days is not None}
    office.done("broker", "resume")
    days = office.days[HILL]
    for wait, left in kept.items():
        deadline = office.state.deadline(wait)
        assert deadline is not None
        if deadline.days is not None:
            assert (
                days.between(office.now.date(), deadline.due_at.astimezone(ZONE).date(), "school_days")
                == left
            )


def test_reviews_are_due_over_half_term_and_bank_holiday_and_the_follow_up_in_the_next_school_year() -> None:
    office = newport()
    to_review(office)
    assert office.state.stage is Stage.FINAL_REVIEW
    assert due(office, "final_review:recipient_head") == "2026-06-17"
    assert due(office, "final_review:provider_head") == "2026-06-17"
    on(office, "2026-06-03").done("lead.sea", "review")
    on(office, "2026-06-10").done("head.hill", "review")
    assert due(office, "validation") == "2026-06-24"
    on(office, "2026-06-22").done("sip.hill", "validate")
    office.done("broker", "close", outcome="partly-met", follow_up="check-in")
    assert due(office, "follow_up") == "2026-11-02"
    assert office.state.outcome == "partly-met"


def test_a_day_beyond_the_published_calendar_is_provisional_until_the_next_one_moves_it_by_an_event() -> None:
    content = WALES.model_dump(mode="json")
    first = Calendar.model_validate(content | {"years": content["years"][:1], "authorities": []})
    office = newport()
    for number in NAMES:
        office.days[number] = SchoolDays(first, 1, "Newport", number)
    to_close(office)
    deadline = office.state.deadline("follow_up")
    assert deadline is not None
    assert deadline.provisional
    for number in NAMES:
        office.days[number] = SchoolDays(WALES, 2, "Newport", number)
    answer = office.give(SYSTEM_PERSON, Recount(position=1))
    moved = [event for event in answer.events if isinstance(event, e.DeadlineMoved)]  # type: ignore[union-attr]
    assert due(office, "follow_up") == "2026-11-02"
    assert [event.calendar for event in moved] == ["wales@2"] * len(moved)
    assert bool(moved)
    assert not office.state.deadline("follow_up").provisional  # type: ignore[union-attr]


# What else could have been


def test_signed_a_day_late_it_is_signed_and_the_broker_was_told() -> None:
    office = newport()
    to_signatures(office)
    on(office, "2025-11-18").done("head.hill", "sign")
    on(office, "2025-11-24").done("sip.hill", "sign")
    on(office, "2025-12-01").done("head.sea", "sign")
    assert of(office, e.DeadlinePassed, "signature:provider_head") == ["2025-11-28"]
    raised = [event for event, _ in office.log if isinstance(event, e.EscalationRaised)]
    assert [event.to for event in raised] == ["broker"]
    assert office.state.stage is Stage.AGREED
    assert office.state.escalations == (), "over with the wait it was about"


def test_the_lead_who_leaves_in_january_is_followed_by_whoever_holds_the_post() -> None:
    office = newport()
    to_delivery(office)
    hold(office, "V1", "2025-12-16")
    office.vacate("lead.sea")
    office.appoint("partner.sea", Post.LEAD, "6990002")
    on(office, "2026-01-12").done("partner.sea", "schedule-visit", on=date(2026, 1, 14), quarter_days="1")
    on(office, "2026-01-14", "16:00").done(
        "partner.sea", "record-visit", visit="V2", on=date(2026, 1, 14), quarter_days="1"
    )
    assert office.state.counted_quarter_days == 8


def test_a_disputed_third_visit_does_not_make_half_the_days_until_it_is_settled() -> None:
    office = newport()
    to_delivery(office)
    hold(office, "V1", "2025-12-16")
    hold(office, "V2", "2026-01-14")
    office.done("lead.sea", "schedule-visit", on=date(2026, 1, 28), quarter_days="1")
    on(office, "2026-01-28", "16:00").done(
        "lead.sea", "record-visit", visit="V3", on=date(2026, 1, 28), quarter_days="1"
    )
    on(office, "2026-01-30").done("lead.hill", "dispute-visit", visit="V3")
    assert due(office, "visit_dispute:V3") == "2026-02-06"
    on(office, "2026-02-04").done("broker", "resolve-dispute", visit="V3", counted_quarter_days=2)
    assert office.state.counted_quarter_days == 10


def test_a_visit_of_march_recorded_in_april_was_owed_by_the_end_of_march() -> None:
    office = newport()
    to_pause(office)
    on(office, "2026-03-19").done("broker", "resume")
    hold(office, "V4", "2026-03-24", recorded="2026-04-02")
    assert of(office, e.DeadlinePassed, "visit_note:V4") == ["2026-03-31"]
    assert of(office, e.ReminderIssued, "visit_note:V4") == ["2026-03-27"]
    recorded = next(
        event for event, _ in office.log if isinstance(event, e.VisitRecorded) and event.visit == "V4"
    )
    assert recorded.on == date(2026, 3, 24), "in the financial year in which it was held"


def test_a_new_head_of_the_recipient_answers_for_the_school_from_their_first_day() -> None:
    office = newport()
    to_delivery(office)
    hold(office, "V1", "2025-12-16")
    office.vacate("head.hill")
    office.posts["head.new"] = (HeldPost(post=Post.HEAD, school=HILL),)
    on(office, "2026-01-06")
    assert office.refused("head.hill", "withdraw").code == "R-POST"
    assert office.done("head.new", "propose-variation", end=date(2026, 7, 3) + timedelta(days=7)) == (
        "VariationProposed",
    )
