"""Who is told what: each event's mails, whom they go to, and when they have lost their point."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.case import events as e
from domain.case.mail_templates import REQUESTS, TEMPLATES
from domain.case.notices import Notice, is_wanted, notices
from domain.case.shape import CaseState
from domain.case.stages import Stage
from domain.case.state import evolve
from domain.case.waits import awaited
from domain.parties import Party
from domain.programmes.model import Programme
from tests.domain.case.office import Office, in_stage
from tests.domain.case.test_state import offices

HEADS = {Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD}


def told(office: Office) -> Iterator[tuple[e.CaseEvent, CaseState, Notice, Programme]]:
    """Every notice of a case, with its event and the case then."""
    state = CaseState()
    for event, at in office.log:
        state = evolve(state, event, at)
        for notice in notices(event, state):
            yield event, state, notice, office.programme


def of_last(office: Office, template: str) -> set[Party]:
    """Whom the case's latest notice of that name goes to."""
    found = [(event, notice.party) for event, _, notice, _ in told(office) if notice.template == template]
    return {party for event, party in found if event is found[-1][0]} if found else set()


def test_every_notice_has_a_text_and_every_text_a_notice() -> None:
    used = {notice.template for office in offices() for _, _, notice, _ in told(office)}
    assert used <= set(TEMPLATES)
    rare = {"head_consent_refused", "wait_taken", "wait_reassigned", "work_assigned", "lapse_held"}
    rare |= {"lapse_in_sight", "contact_requested", "visit_rescheduled", "visit_cancelled", "case_reopened"}
    rare |= {"draft_expired", "case_lapsed", "escalation", "offer_expired"}
    assert set(TEMPLATES) - used <= rare, "each of these has a test of its own below"


def test_whoever_owes_the_next_step_is_asked_for_it() -> None:
    for stage, template, party in (
        (Stage.AWAITING_ALIGNMENT, "alignment_requested", Party.SIP),
        (Stage.TRIAGE, "triage_requested", Party.BROKER),
        (Stage.SCOPING, "scoping_requested", Party.SIP),
        (Stage.MATCHING, "offer_requested", Party.BROKER),
        (Stage.PARTNER_OFFERED, "partner_offered", Party.PROVIDER_HEAD),
        (Stage.AGREEMENT_DRAFTING, "draft_requested", Party.BROKER),
        (Stage.FUNDING_APPROVAL, "funding_requested", Party.FINANCE),
    ):
        assert of_last(in_stage(stage), template) == {party}, stage


def test_every_signatory_is_asked_to_sign() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    asked = {notice.party for _, _, notice, _ in told(office) if notice.template == "signature_requested"}
    assert asked == HEADS | {Party.SIP}


def test_nobody_is_told_of_their_own_doing_but_for_their_calendar() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    paused = e.CasePaused(reason_code="inspection", review_on=office.now.date(), kept=())
    assert {n.party for n in notices(paused, office.state, {Party.RECIPIENT_HEAD})} == {Party.PROVIDER_HEAD}
    planned = e.VisitScheduled(visit="V9", on=office.now.date(), quarter_days=2, mode="online")
    invited = {n.party for n in notices(planned, office.state, {Party.PROVIDER_LEAD})}
    assert invited == HEADS | {Party.PROVIDER_LEAD, Party.RECIPIENT_LEAD}


def test_a_change_and_the_end_of_a_visit_reach_whoever_was_invited() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("lead.sea", "schedule-visit")
    visit = office.state.visits[-1]
    office.done("lead.sea", "reschedule-visit", visit=visit.id, on=visit.on + timedelta(days=1))
    office.done("lead.hill", "cancel-visit", visit=visit.id)
    everybody = of_last(office, "visit_scheduled")
    assert everybody == HEADS | {Party.PROVIDER_LEAD, Party.RECIPIENT_LEAD}
    assert of_last(office, "visit_rescheduled") == of_last(office, "visit_cancelled") == everybody


def test_a_head_who_does_not_answer_is_reminded_and_somebody_else_is_told_then() -> None:
    office = Office("sip").at(Stage.AWAITING_HEAD_CONSENT)
    office.days_pass(11)
    told_so_far = [(n.template, n.party, n.wait) for _, _, n, _ in told(office)]
    reminder = ("reminder", Party.RECIPIENT_HEAD, "head_consent")
    assert told_so_far.count(reminder) == 2
    assert ("escalation", Party.SIP, "head_consent") in told_so_far


def test_what_staff_let_lie_is_told_to_both_the_old_and_the_new_owner() -> None:
    office = in_stage(Stage.AWAITING_ALIGNMENT)
    office.days_pass(9)
    assert of_last(office, "wait_taken") == {Party.SIP}
    assert of_last(office, "wait_reassigned") == {Party.PRINCIPAL_ADVISER}


def test_a_mail_that_reaches_nobody_makes_a_broker_call() -> None:
    office = Office("sip").at(Stage.AWAITING_HEAD_CONSENT)
    office.mail = "refused"
    office.days_pass(6)
    assert of_last(office, "contact_requested") == {Party.BROKER}


def test_a_lapse_is_told_to_the_heads_of_the_schools_in_the_case() -> None:
    office = Office("sip").at(Stage.AWAITING_HEAD_CONSENT)
    lapsed = e.CaseLapsed(wait="head_consent", party=Party.RECIPIENT_HEAD, stage="awaiting_head_consent")
    assert {n.party for n in notices(lapsed, office.state)} == {Party.RECIPIENT_HEAD}
    held = e.LapseHeld(wait="head_consent", owner=Party.RECIPIENT_HEAD, because=("step-missed",))
    assert [(n.template, n.party) for n in notices(held, office.state)] == [("lapse_held", Party.BROKER)]


def test_who_drafted_hears_what_became_of_a_draft() -> None:
    office = in_stage(Stage.DRAFT)
    (notice,) = notices(e.DraftExpired(), office.state)
    assert (notice.template, notice.party) == ("draft_expired", office.state.drafted_by)
    refused = Office("sip").at(Stage.AWAITING_HEAD_CONSENT)
    refused.done("head.hill", "refuse-consent")
    assert of_last(refused, "head_consent_refused") == {Party.SIP}


def test_the_school_that_was_asked_hears_that_the_offer_is_over() -> None:
    office = in_stage(Stage.PARTNER_OFFERED)
    office.done("broker", "rescind-offer")
    assert of_last(office, "offer_rescinded") == {Party.PROVIDER_HEAD}
    late = in_stage(Stage.PARTNER_OFFERED)
    late.days_pass(7)
    assert of_last(late, "offer_expired") == {Party.PROVIDER_HEAD}


def test_work_that_is_given_to_somebody_is_told_once() -> None:
    office = in_stage(Stage.TRIAGE)
    office.done("adviser", "assign", party="broker", to="broker")
    assert of_last(office, "work_assigned") == {Party.BROKER}
    assert [n.template for _, _, n, _ in told(office)].count("triage_requested") == 1


def test_a_claim_that_is_returned_while_visits_go_on_is_told_to_the_head_who_made_it() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("head.sea", "claim")
    office.done("finance", "return-claim")
    assert "claim" not in {item.wait for item in awaited(office.state)}, "nothing else asks for it yet"
    assert of_last(office, "claim_returned") == {Party.PROVIDER_HEAD}


def test_an_account_that_is_returned_while_visits_go_on_is_told_to_the_head_who_gave_it() -> None:
    office = in_stage(Stage.IN_DELIVERY, "leader")
    office.done("head.sea", "liquidate")
    office.done("finance", "return-liquidation")
    assert of_last(office, "account_returned") == {Party.PROVIDER_HEAD}


def test_of_claims_returned_before_anybody_was_told_nobody_is_told_late() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("head.sea", "claim")
    office.done("finance", "return-claim")
    (returned,) = [event for event, _ in office.log if isinstance(event, e.ClaimReturned)]
    assert list(notices(returned, office.state))
    old = returned.model_copy(update={"told": False})
    assert list(notices(old, office.state)) == []


def test_a_reopened_case_is_news_to_the_school_that_asked() -> None:
    office = in_stage(Stage.WITHDRAWN)
    office.done("broker", "reopen")
    assert of_last(office, "case_reopened") == {Party.RECIPIENT_HEAD}


@pytest.mark.parametrize("wait", sorted(REQUESTS))
def test_a_request_has_a_point_as_long_as_its_wait_is_open(wait: str) -> None:
    state = in_stage(Stage.TRIAGE).state
    open_names = {item.name for item in awaited(state)}
    assert is_wanted(Notice(REQUESTS[wait], Party.BROKER, wait), state) == (wait in open_names)


def test_a_paused_case_asks_for_nothing_and_still_tells_its_news() -> None:
    office = in_stage(Stage.SCOPING)
    office.done("broker", "pause")
    assert not is_wanted(Notice("scoping_requested", Party.SIP, "scoping"), office.state)
    assert is_wanted(Notice("case_paused", Party.RECIPIENT_HEAD), office.state)
    assert is_wanted(Notice("reminder", Party.BROKER, "pause_review"), office.state)
