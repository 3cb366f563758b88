"""The fold: events come back from the log as they went in, and the state is nothing but their fold."""

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from pydantic import ValidationError

from domain.canonical import canonical_bytes, from_canonical
from domain.case import state as state_module
from domain.case.events import CASE_EVENTS, read_case_event
from domain.case.stages import Stage
from domain.case.state import CaseState, evolve, fold
from domain.personal import SEALED_KEY, Personal
from domain.streams import CASE, read_event
from domain.text.sentences import sentence
from domain.text.voice import Voice
from domain.upcasting import UnknownEventError
from tests.domain.case.office import NAMES, Office, in_stage, refolded


@cache
def offices() -> tuple[Office, ...]:
    """A few cases in which, together, everything happens that can happen."""
    usual = [in_stage(Stage.ARCHIVED), in_stage(Stage.ARCHIVED, "leader"), Office("sip").at(Stage.ARCHIVED)]
    ends = (Stage.SIGNPOSTED, Stage.ENROLLED, Stage.DECLINED, Stage.WITHDRAWN, Stage.NO_PARTNER)
    endings = [in_stage(s) for s in ends]
    endings[1].done("broker", "end-enrolment")
    pointed = Office("sip").at(Stage.TRIAGE)
    pointed.done("broker", "signpost", offer="numeracy-leads")
    heard = Office("sip").at(Stage.AGREEMENT_DRAFTING)
    heard.done("head.hill", "contribute", priority="SSO-2", overview_version="2026-1")
    refused = in_stage(Stage.AWAITING_HEAD_CONSENT)
    refused.done("sip.hill", "amend")
    refused.done("head.hill", "refuse-consent")
    eventful = (_long_search(), _eventful_delivery(), _paused(), _missed_follow_up())
    return (*usual, *endings, pointed, heard, refused, *eventful, *_chased(), *_paid_late_and_back())


def _long_search() -> Office:
    office = in_stage(Stage.AWAITING_ALIGNMENT)
    office.done("adviser", "except-alignment")
    for person, verb in (
        ("broker", "triage"),
        ("sip.hill", "scope"),
        ("head.hill", "object-to"),
        ("broker", "offer"),
    ):
        office.done(person, verb)
    office.done("broker", "rescind-offer")
    office.done("broker", "offer", provider="6990004")
    office.done("head.glen", "decline-offer")
    office.done("broker", "offer")
    office.days_pass(6)
    return office


def _eventful_delivery() -> Office:
    office = in_stage(Stage.FUNDING_APPROVAL)
    office.done("finance", "return-funding")
    office.done("broker", "draft-agreement")
    office.done("finance", "approve-funding")
    office.done("head.hill", "sign")
    office.done("head.sea", "request-changes")
    office.done("broker", "draft-agreement")
    office.done("finance", "approve-funding")
    for person in ("head.hill", "head.sea", "sip.hill"):
        office.done(person, "sign")
    office.done("broker", "schedule-visit")
    office.done("lead.sea", "miss-visit", visit="V1")
    for _ in range(2):
        office.done("lead.sea", "record-visit", quarter_days="1", begin="09:00", end="15:30")
    office.done("lead.hill", "dispute-visit", visit="V2")
    office.done("broker", "resolve-dispute", visit="V2")
    office.done("broker", "propose-variation")
    office.done("head.hill", "refuse-variation")
    office.done("broker", "propose-variation")
    office.done("head.hill", "agree-variation")
    office.done("head.sea", "agree-variation")
    office.done("sip.hill", "mid-review")
    office.done("adviser", "extend")
    office.done("head.sea", "name-person")
    office.done("broker", "note-assistance")
    return office


def _paid_late_and_back() -> tuple[Office, ...]:
    """Money that does not go its usual way."""
    late = in_stage(Stage.CLOSED)
    funds = [fund.model_copy(update={"claims_until": date(2026, 9, 1)}) for fund in late.money.funds]
    late.money = replace(late.money, funds=tuple(funds))
    late.done("head.sea", "claim")
    late.done("adviser", "return-claim")
    back = in_stage(Stage.CLOSED, "leader")
    back.done("head.sea", "liquidate")
    back.done("finance", "return-liquidation")
    back.done("finance", "return-funds")
    given_up = in_stage(Stage.CLOSED, "leader")
    given_up.days_pass(25)
    given_up.done("adviser", "write-off")
    left = in_stage(Stage.IN_DELIVERY)
    left.done("head.hill", "withdraw")
    return late, back, given_up, left


def _paused() -> Office:
    office = in_stage(Stage.TRIAGE)
    office.done("broker", "pause")
    office.days_pass(3)
    office.done("broker", "pause")
    office.done("broker", "resume")
    return office


def _missed_follow_up() -> Office:
    office = in_stage(Stage.CLOSED)
    office.days_pass(61)
    return office


def _chased() -> tuple[Office, ...]:
    """Cases that nobody answers, each chased to another end."""
    expired = in_stage(Stage.DRAFT)
    expired.days_pass(45)
    lapsed = in_stage(Stage.LAPSED)
    lapsed.done("broker", "reopen")
    unread = Office("sip").at(Stage.AWAITING_HEAD_CONSENT)
    unread.mail = "refused"
    unread.days_pass(6)
    unread.done("broker", "record-contact")
    unread.days_pass(16)
    taken_over = in_stage(Stage.AWAITING_ALIGNMENT)
    taken_over.days_pass(9)
    taken_over.done("adviser", "assign")
    late = in_stage(Stage.TRIAGE)
    deadline = late.state.deadlines[0]
    late.done("broker", "triage")
    late.now = deadline.due_at
    late.chase("triage", deadline.due_at)
    overdue = in_stage(Stage.TRIAGE)
    overdue.days_pass(6)
    overdue.done("broker", "pause")
    overdue.done("broker", "resume")
    moving = in_stage(Stage.AGREED)
    moving.done("broker", "schedule-visit")
    moving.done("lead.sea", "reschedule-visit")
    moving.done("lead.hill", "cancel-visit")
    return expired, lapsed, unread, taken_over, late, overdue, moving


SAMPLES = {event.type_name(): event for office in offices() for event, _ in office.log}


def test_there_is_a_sample_of_every_event_and_an_evolver_for_each() -> None:
    assert set(SAMPLES) == set(CASE_EVENTS)
    assert set(state_module._EVOLVERS) == set(CASE_EVENTS.values())


@pytest.mark.parametrize("name", sorted(CASE_EVENTS))
def test_an_event_comes_back_from_the_log_as_it_went_in(name: str) -> None:
    for office in offices():
        for event, _ in office.log:
            if event.type_name() == name:
                stored = from_canonical(canonical_bytes(event.payload()))
                assert read_case_event(name, CASE_EVENTS[name].schema_version, stored) == event
                assert read_event(CASE, name, event.schema_version, stored) == event


@pytest.mark.parametrize("name", sorted(CASE_EVENTS))
def test_every_event_has_a_sentence_without_personal_text_or_the_machines_words(name: str) -> None:
    event = SAMPLES[name]
    words = sentence(event, Voice(in_stage(Stage.TRIAGE).programme, NAMES))
    assert not words[0].islower()
    assert words.endswith(".")
    assert "None" not in words
    assert "withheld" not in words
    assert "_" not in words


@pytest.mark.parametrize("name", sorted(CASE_EVENTS))
def test_texts_reach_the_log_only_sealed(name: str) -> None:
    event = SAMPLES[name]
    texts = [field for field in type(event).model_fields if isinstance(getattr(event, field), Personal)]
    for field in texts:
        assert set(event.payload()[field]) == {SEALED_KEY}


@pytest.mark.parametrize("name", sorted(CASE_EVENTS))
def test_an_event_that_says_more_or_less_than_it_may_is_not_read(name: str) -> None:
    payload = SAMPLES[name].payload()
    with pytest.raises(ValidationError):
        read_case_event(name, CASE_EVENTS[name].schema_version, payload | {"extra": 1})
    for field in payload:
        less = {key: value for key, value in payload.items() if key != field}
        with pytest.raises(ValidationError):
            read_case_event(name, CASE_EVENTS[name].schema_version, less)


@pytest.mark.parametrize(("name", "version"), [("CaseTeleported", 1), ("CaseDrafted", 9), ("CaseDrafted", 0)])
def test_an_unknown_event_stops_a_replay(name: str, version: int) -> None:
    with pytest.raises(UnknownEventError):
        read_case_event(name, version, {})
    with pytest.raises(UnknownEventError):
        read_event(CASE, name, version, {})


def test_the_fold_of_all_is_the_fold_in_any_two_parts() -> None:
    for office in offices():
        for cut in range(0, len(office.log), 7):
            assert fold(office.log[cut:], fold(office.log[:cut])) == office.state
        assert refolded(office).version == len(office.log)


def test_evolve_leaves_the_state_it_was_given_as_it_was() -> None:
    for office in offices():
        state = CaseState()
        for event, at in office.log:
            before = json.dumps(state.model_dump(mode="json"), sort_keys=True)
            after = evolve(state, event, at)
            assert json.dumps(state.model_dump(mode="json"), sort_keys=True) == before
            state = after


def test_states_and_events_cannot_be_changed() -> None:
    office = in_stage(Stage.TRIAGE)
    with pytest.raises(ValidationError):
        office.state.stage = Stage.CLOSED  # type: ignore[misc]
    with pytest.raises(ValidationError):
        office.log[0][0].version = 2  # type: ignore[attr-defined]


def test_the_time_a_case_was_opened_is_when_it_was_drafted() -> None:
    office = in_stage(Stage.DRAFT)
    later = evolve(office.state, SAMPLES["RequestSubmitted"], office.now + timedelta(days=1))
    assert later.opened_at == office.now


def test_an_unlawful_history_is_said_to_be_one() -> None:
    for name in ("FundingApproved", "AgreementSigned", "VariationAgreed"):
        with pytest.raises(ValueError, match="not a lawful history"):
            fold([(SAMPLES[name], in_stage(Stage.DRAFT).now)])
