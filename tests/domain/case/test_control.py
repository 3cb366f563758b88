"""At any time: withdrawing, pausing and resuming, deadlines that pass."""

from datetime import timedelta

import pytest

from domain.calendars.due import days_left
from domain.calendars.weekdays import Weekdays
from domain.case.commands import PassDeadline
from domain.case.situation import Refusal
from domain.case.stages import OPEN, Stage
from domain.case.status import case_status
from domain.ids import SYSTEM_PERSON
from tests.domain.case.office import Office, in_stage, names

PAUSABLE = sorted(OPEN - {Stage.DRAFT, Stage.SUBMITTED})


@pytest.mark.parametrize("stage", PAUSABLE)
def test_a_pause_keeps_the_days_that_were_left(stage: Stage) -> None:
    office = in_stage(stage)
    zone = office.programme.time_zone
    office.days_pass(2)
    left = {
        d.wait: days_left(Weekdays(zone), office.now, d.due_at, "working_days")
        for d in office.state.deadlines
        if d.days is not None
    }
    office.done("broker", "pause")
    office.days_pass(15)
    assert {d.wait for d in office.state.deadlines if d.passed} <= {"pause_review", "escalation:1"}
    office.done("broker", "resume")
    again = {
        d.wait: days_left(Weekdays(zone), office.now, d.due_at, "working_days")
        for d in office.state.deadlines
        if d.wait in left
    }
    assert again == left


def test_nothing_but_looking_at_the_pause_falls_due_while_paused() -> None:
    office = in_stage(Stage.PARTNER_OFFERED)
    office.done("head.hill", "pause")
    assert office.refused("head.sea", "accept-offer").code == "R-PAUSED"
    office.days_pass(40)
    assert office.state.offers[0].outcome == "open"
    assert office.state.stage is Stage.PARTNER_OFFERED


def test_a_wait_on_its_last_day_is_due_the_day_after_resuming_and_says_one_day() -> None:
    office = in_stage(Stage.TRIAGE)
    office.days_pass(5)
    office.done("broker", "pause")
    office.days_pass(3)
    office.done("broker", "resume")
    deadline = office.state.deadline("triage")
    assert deadline is not None
    assert deadline.days == 1
    assert days_left(Weekdays(office.programme.time_zone), office.now, deadline.due_at, "working_days") == 1


def test_a_pause_is_looked_at_within_its_days_and_can_be_prolonged() -> None:
    office = in_stage(Stage.TRIAGE)
    today = office.now.date()
    assert office.refused("broker", "pause", review_on=today + timedelta(days=29)).code == "R-DATES"
    office.done("broker", "pause", review_on=today + timedelta(days=28))
    assert office.refused("adviser", "pause", review_on=today + timedelta(days=20)).code == "R-ALREADY"
    office.until(today + timedelta(days=27))
    assert office.done("adviser", "pause", review_on=today + timedelta(days=40)) == ("PauseProlonged",)
    review = office.state.deadline("pause_review")
    assert review is not None
    assert review.due_at.date() == today + timedelta(days=40)
    triage = office.state.deadline("triage")
    assert triage is not None
    assert triage.kept_days == 5


def test_a_paused_case_that_is_withdrawn_awaits_nothing_more() -> None:
    office = in_stage(Stage.TRIAGE)
    office.done("broker", "pause")
    office.done("head.hill", "withdraw")
    assert not case_status(office.state, office.programme).awaited
    assert office.state.deadlines == ()
    assert not office.state.paused


def test_a_draft_is_not_paused_and_heads_do_not_resume() -> None:
    assert in_stage(Stage.DRAFT).refused("broker", "pause").code == "R-STAGE"
    office = in_stage(Stage.TRIAGE)
    office.done("head.hill", "pause")
    assert office.refused("head.hill", "resume").code == "R-POST"


@pytest.mark.parametrize("stage", sorted(OPEN - {Stage.SUBMITTED}))
def test_the_recipients_head_withdraws_from_any_open_stage(stage: Stage) -> None:
    office = in_stage(stage)
    before = len(office.log)
    assert office.done("head.hill", "withdraw")[0] == "CaseWithdrawn"
    assert office.log[before][0].payload()["stage"] == stage.value


def test_the_sip_withdraws_only_their_own_request_and_only_before_consent() -> None:
    office = Office("sip").at(Stage.AWAITING_HEAD_CONSENT)
    office.done("sip.hill", "withdraw")
    assert in_stage(Stage.DRAFT).refused("sip.hill", "withdraw").code == "R-POST"
    assert Office("sip").at(Stage.TRIAGE).refused("sip.hill", "withdraw").code == "R-POST"


def test_a_timer_that_was_overtaken_does_nothing_and_the_log_says_so() -> None:
    office = in_stage(Stage.TRIAGE)
    deadline = office.state.deadline("triage")
    assert deadline is not None
    early = PassDeadline(wait="triage", due_at=deadline.due_at)
    moved = PassDeadline(wait="triage", due_at=deadline.due_at + timedelta(days=1))
    unknown = PassDeadline(wait="scoping", due_at=deadline.due_at)
    for command in (early, moved, unknown):
        refusal = office.ask(SYSTEM_PERSON, command)
        assert isinstance(refusal, Refusal)
        assert refusal.code == "R-CLOCK", "and so not kept: it is done when its time comes"
    office.done("broker", "triage")
    office.now = deadline.due_at
    assert names(office.ask(SYSTEM_PERSON, early)) == ("TimerIgnored",)
    ended = in_stage(Stage.WITHDRAWN)
    assert isinstance(ended.ask(SYSTEM_PERSON, early), Refusal)


def test_what_staff_let_lapse_never_closes_a_case() -> None:
    for stage in (
        Stage.TRIAGE,
        Stage.SCOPING,
        Stage.MATCHING,
        Stage.AGREEMENT_DRAFTING,
        Stage.FUNDING_APPROVAL,
    ):
        office = in_stage(stage)
        office.days_pass(100)
        assert office.state.stage is stage
        assert all(d.passed for d in office.state.deadlines if not d.wait.startswith("escalation"))
        assert all(d.next_at is not None for d in office.state.deadlines), "chased no more"
