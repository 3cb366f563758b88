"""Next steps: what is printed is accepted when the party named runs it, and there is one where one can be."""

import pytest

from domain.case.commands import COMMANDS
from domain.case.lifecycle import row_at
from domain.case.situation import Decision, parties_of
from domain.case.stages import OPEN, TERMINAL, Stage
from domain.case.waits import awaited
from domain.parties import Party, Post
from tests.domain.case.office import DALE, HILL, SEA, Office, in_stage
from tests.domain.case.test_lifecycle import UNREACHED

STAGES = sorted(OPEN - {Stage.SUBMITTED} | {Stage.CLOSED})


def as_printed(office: Office) -> list[tuple[str, str | None]]:
    """Verb and person of each step, once each was found to be accepted and to be theirs."""
    steps = office.steps()
    for step in steps:
        command = office.command(step.verb, **step.values)
        assert isinstance(office.ask(str(step.person), command), Decision), step
        assert Party(step.party) in parties_of(office.state, command, office.facts(str(step.person)))
        row = row_at(office.state.stage, step.verb)
        assert row is not None
        stand_ins = {item.owner for item in awaited(office.state) if item.part is not None}
        assert Party(step.party) in {*row.who, *stand_ins}
        assert step.stream == f"case/{office.state.reference}"
    return [(step.verb, step.person) for step in steps]


@pytest.mark.parametrize("stage", STAGES)
def test_in_every_stage_the_way_forward_is_named_and_open(stage: Stage) -> None:
    assert as_printed(in_stage(stage))


@pytest.mark.parametrize("stage", STAGES)
def test_also_when_everything_is_overdue(stage: Stage) -> None:
    office = in_stage(stage)
    office.days_pass(120)
    ended_by_itself = {Stage.ARCHIVED, Stage.LAPSED}
    assert as_printed(office) or office.state.stage in {*ended_by_itself, Stage.AGREED}


@pytest.mark.parametrize("stage", sorted(TERMINAL - UNREACHED))
def test_nothing_is_suggested_of_a_case_that_has_ended(stage: Stage) -> None:
    assert in_stage(stage).steps() == ()


@pytest.mark.parametrize(
    ("stage", "vacant", "instead"),
    [
        (Stage.AWAITING_ALIGNMENT, "sip.hill", ("except-alignment", "adviser")),
        (Stage.TRIAGE, "broker", ("triage", "adviser")),
        (Stage.SCOPING, "sip.hill", ("scope", "head.hill")),
        (Stage.AGREED, "lead.sea", ("record-visit", "head.sea")),
        (Stage.IN_DELIVERY, "lead.hill", ("confirm-visit", "head.hill")),
    ],
)
def test_where_a_post_is_vacant_another_who_may_is_named_in_their_own_part(
    stage: Stage, vacant: str, instead: tuple[str, str]
) -> None:
    office = in_stage(stage)
    office.vacate(vacant)
    office.vacate("broker.two")
    assert instead in as_printed(office)


def test_where_no_school_can_be_asked_the_adviser_may_end_the_case_once_offers_failed() -> None:
    office = in_stage(Stage.MATCHING)
    office.rule(offers_before_no_partner=1)
    office.done("broker", "offer")
    office.done("head.sea", "decline-offer")
    assert as_printed(office) == [("offer", "broker")]
    assert [step.verb for step in office.steps(SEA, HILL)] == ["no-partner"]


def test_the_school_the_recipient_has_in_mind_is_suggested_first() -> None:
    office = Office()
    office.done("head.hill", "open", preferred_provider=DALE)
    for person, verb in (
        ("head.hill", "submit"),
        ("sip.hill", "align"),
        ("broker", "triage"),
        ("sip.hill", "scope"),
    ):
        office.done(person, verb)
    assert office.steps()[0].values["provider"] == DALE


def test_a_paused_case_is_to_be_resumed_and_nothing_else() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    office.done("broker", "pause")
    assert as_printed(office) == [("resume", "broker")]


def test_nobody_is_told_to_approve_their_own_draft() -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    office.posts = {"broker": office.posts.pop("broker"), **office.posts}
    office.appoint("broker", Post.FINANCE)
    office.done("broker", "draft-agreement")
    assert as_printed(office) == [("approve-funding", "finance")]


def test_the_outcome_suggested_is_what_the_validation_says() -> None:
    for rating, outcome in (
        ("exceeded", "met"), ("partly-met", "partly-met"), ("not-met", "not-met"), ("not-assessable", "not-assessable"),
    ):  # fmt: skip
        office = in_stage(Stage.FINAL_REVIEW)
        given = [{"objective": 1, "rating": rating, "evidence": "seen"}]
        for person, verb in (("head.hill", "review"), ("head.sea", "review"), ("sip.hill", "validate")):
            office.done(person, verb, ratings=given)
        close = next(step for step in office.steps() if step.verb == "close")
        assert close.values["outcome"] == outcome


def test_every_wait_names_a_verb_that_there_is() -> None:
    for stage in STAGES:
        assert {step.verb for step in in_stage(stage).steps()} <= set(COMMANDS)


def test_no_agreement_is_suggested_where_there_is_nobody_to_name_in_it() -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    office.vacate("lead.sea")
    assert office.steps()[0].values["terms"]["provider_lead"] == "head.sea"
    office.vacate("head.sea")
    office.vacate("partner.sea")
    assert office.steps() == ()


def test_where_nobody_can_be_asked_the_way_forward_is_to_look_why() -> None:
    office = in_stage(Stage.MATCHING)
    office.designated.clear()
    assert as_printed(office) == [("match", "broker")]
