"""What is awaited of whom until when, in every stage: no case is ever silent."""

from datetime import date, datetime, timedelta

import pytest

from domain.calendars.weekdays import WEEKDAYS_1
from domain.case import events as e
from domain.case.stages import OPEN, Stage
from domain.case.status import case_status
from domain.case.waits import awaited, next_wait
from domain.ids import SYSTEM_PERSON
from domain.text.voice import wait_words
from tests.domain.case.courses import approved_and_signed
from tests.domain.case.office import EAS_FILE, ZONE, deped, eas, in_stage

EXPECTED = {
    Stage.DRAFT: {"draft": ("recipient_head", "2026-11-10")},
    Stage.AWAITING_HEAD_CONSENT: {"head_consent": ("recipient_head", "2026-09-29")},
    Stage.AWAITING_ALIGNMENT: {"alignment": ("sip", "2026-09-22")},
    Stage.TRIAGE: {"triage": ("broker", "2026-09-22")},
    Stage.SCOPING: {"scoping": ("sip", "2026-10-06")},
    Stage.MATCHING: {"first_offer": ("broker", "2026-09-29")},
    Stage.PARTNER_OFFERED: {"offer_answer:1": ("provider_head", "2026-09-22")},
    Stage.AGREEMENT_DRAFTING: {"drafting": ("broker", "2026-09-29")},
    Stage.FUNDING_APPROVAL: {"funding": ("finance", "2026-09-22")},
    Stage.AWAITING_SIGNATURES: {
        "signature:recipient_head": ("recipient_head", "2026-09-29"),
        "signature:provider_head": ("provider_head", "2026-09-29"),
        "signature:sip": ("sip", "2026-09-29"),
    },
    Stage.AGREED: {"first_visit": ("provider_lead", "2026-10-13")},
    Stage.IN_DELIVERY: {
        "visit_confirmation:V1": ("recipient_lead", "2026-09-29"),
        "mid_review": ("sip", "2026-11-24"),
        "delivery_end": ("provider_lead", "2027-01-05"),
    },
    Stage.FINAL_REVIEW: {
        "claim": ("provider_head", "2026-10-13"),
        "final_review:recipient_head": ("recipient_head", "2026-10-06"),
        "final_review:provider_head": ("provider_head", "2026-10-06"),
    },
    Stage.CLOSED: {"claim": ("provider_head", "2026-10-13"), "follow_up": ("sip", "2026-12-08")},
}


@pytest.mark.parametrize("stage", sorted(OPEN - {Stage.SUBMITTED} | {Stage.CLOSED}))
def test_every_stage_awaits_something_of_somebody_by_a_day(stage: Stage) -> None:
    office = in_stage(stage)
    owed = {
        d.wait: (d.owner.value, d.due_at.astimezone(ZONE).date().isoformat()) for d in office.state.deadlines
    }
    assert owed == EXPECTED[stage]
    assert all(d.due_at.astimezone(ZONE).hour == 17 for d in office.state.deadlines)
    assert {d.calendar for d in office.state.deadlines} <= {WEEKDAYS_1}


def test_an_urgent_request_is_triaged_sooner_and_by_the_adviser() -> None:
    office = in_stage(Stage.DRAFT)
    office.done("head.hill", "amend", urgency="urgent")
    office.done("head.hill", "submit")
    office.done("sip.hill", "align")
    deadline = office.state.deadline("triage")
    assert deadline is not None
    assert (deadline.owner, deadline.days, deadline.due_at.date()) == (
        "principal_adviser",
        2,
        date(2026, 9, 17),
    )


def test_every_wait_of_the_programme_is_used_and_has_words() -> None:
    folder = EAS_FILE.parents[1] / "case"
    source = "".join((folder / name).read_text(encoding="utf-8") for name in ("waits.py", "money_owed.py"))
    for wait in {*eas().waits, *deped().waits}:
        assert f'"{wait}"' in source or f'f"{wait}:' in source, wait
        assert "_" not in wait_words(f"{wait}:V1")


def test_a_wait_counts_from_an_agreed_day_that_lies_ahead() -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    start = office.now.date() + timedelta(weeks=4)
    office.done("broker", "draft-agreement", terms=office.terms(start=start))
    approved_and_signed(office)
    deadline = office.state.deadline("first_visit")
    assert deadline is not None
    assert deadline.due_at.date() == start + timedelta(weeks=4)


def test_what_comes_first_is_the_earliest_deadline_still_running() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    first = next_wait(office.state)
    assert first is not None
    assert first[0].wait == "visit_confirmation:V1"
    office.days_pass(11)
    later = next_wait(office.state)
    assert later is not None
    assert later[0].wait == "mid_review"


def test_the_status_names_all_who_owe_the_next_step() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    status = case_status(office.state, office.programme)
    assert status.stage == "awaiting_signatures"
    assert status.waiting_on == (
        "recipient school's headteacher and partner school's headteacher and school improvement partner"
    )
    assert status.details.splitlines()[2] == "Stage: **awaiting signatures**"
    assert "due Tue 29 Sep 2026, 17:00" in status.details


def test_an_unanswered_wait_is_overdue_once_and_keeps_its_owner() -> None:
    office = in_stage(Stage.TRIAGE)
    office.days_pass(30)
    passed = [
        (event.wait, at)
        for event, at in office.log
        if isinstance(event, e.DeadlinePassed) and event.wait == "triage"
    ]
    assert passed == [("triage", datetime(2026, 9, 22, 17, tzinfo=ZONE))]
    assert awaited(office.state)[0].owner == "broker"
    assert "overdue since Tue 22 Sep 2026" in case_status(office.state, office.programme).details


def test_the_system_holds_no_post_and_may_do_nothing_else() -> None:
    assert in_stage(Stage.TRIAGE).refused(SYSTEM_PERSON, "triage").code == "R-POST"
