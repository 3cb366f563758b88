"""A school with notice of an inspection is given nothing new, and what it has goes on."""

from datetime import timedelta

import pytest

from domain.case import events as e
from domain.case.stages import Stage
from domain.matching.inspection import Inspection
from tests.domain.case.office import DALE, SEA, Office, in_stage
from tests.domain.case.test_lifecycle import in_plain_words


def inspected(office: Office, number: str) -> Office:
    """The office, where that school has had notice for three days and can be asked again in eleven."""
    since, until, free_from = (office.now.date() + timedelta(days=days) for days in (-3, 4, 11))
    office.inspections[number] = Inspection(since, until, free_from)
    return office


def test_no_case_is_offered_to_it_and_the_refusal_says_until_when() -> None:
    office = inspected(in_stage(Stage.MATCHING), DALE)
    refusal = office.refused("broker", "offer", provider=DALE)
    assert refusal.code == "R-INSPECTION"
    assert f"it can be asked from {office.inspections[DALE].free_from.isoformat()} on." in refusal.message
    assert in_plain_words(refusal)


def test_it_is_left_out_of_the_ranking() -> None:
    office = inspected(in_stage(Stage.MATCHING), DALE)
    office.done("broker", "match")
    (ranking,) = [event for event, _ in office.log if isinstance(event, e.MatchCandidatesScored)][-1:]
    assert {out.school: out.code for out in ranking.excluded}[DALE] == "inspection"
    assert DALE not in {each.school for each in ranking.candidates}


def test_once_it_has_rested_it_is_offered_the_case() -> None:
    office = inspected(in_stage(Stage.MATCHING), DALE)
    last = office.inspections[DALE]
    office.inspections[DALE] = Inspection(last.since, last.until, office.now.date())
    assert "PartnerOffered" in office.done("broker", "offer", provider=DALE)


@pytest.mark.parametrize(
    ("stage", "person", "verb"),
    [
        (Stage.PARTNER_OFFERED, "head.sea", "accept-offer"),
        (Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement"),
        (Stage.IN_DELIVERY, "lead.sea", "record-visit"),
    ],
)
def test_what_it_was_offered_or_has_agreed_before_goes_on(stage: Stage, person: str, verb: str) -> None:
    office = inspected(in_stage(stage), SEA)
    assert office.done(person, verb)


def test_a_leader_school_begins_no_case_meanwhile_and_is_told_from_when_on_it_can() -> None:
    office = inspected(Office("leader"), SEA)
    refusal = office.refused("head.sea", "open")
    assert refusal.code == "R-INSPECTION"
    assert office.inspections[SEA].free_from.isoformat() in refusal.message
    assert refusal.hint == "It can begin a new case from that day on; cases that run go on."


def test_a_leader_schools_draft_waits_and_what_it_has_submitted_goes_on() -> None:
    drafted = inspected(in_stage(Stage.DRAFT, "leader"), SEA)
    assert drafted.refused("head.sea", "submit").code == "R-INSPECTION"
    submitted = inspected(in_stage(Stage.AWAITING_HEAD_CONSENT, "leader"), SEA)
    assert submitted.done("head.hill", "consent")
