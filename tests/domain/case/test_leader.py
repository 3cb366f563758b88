"""The route on which the provider begins: a leader school picks a partner school near it and helps it."""

import re
from collections.abc import Callable
from typing import Final

import pytest

from domain.case import events as e
from domain.case.stages import Stage
from domain.case.status import waiting_on
from domain.case.waits import awaited
from domain.parties import HeldPost, Party, Post
from domain.text.sentences import sentence
from domain.text.voice import Voice
from tests.domain.case.office import DALE, HILL, NAMES, SEA, USUAL_COURSE, Office, in_stage, names

FOREIGN: Final = re.compile(
    r"headteacher|improvement partner|overview|broker\b|adviser|recipient", re.IGNORECASE
)
"""Words of the other programme, and of the code."""


def test_a_whole_case_passes_no_matching_and_no_offer() -> None:
    office = Office("leader")
    stages = []
    for person, verb in USUAL_COURSE["leader"]:
        office.done(person, verb)
        stages.append(office.state.stage)
    assert list(dict.fromkeys(stages)) == [
        Stage.DRAFT, Stage.AWAITING_HEAD_CONSENT, Stage.TRIAGE, Stage.SCOPING, Stage.AGREEMENT_DRAFTING,
        Stage.FUNDING_APPROVAL, Stage.AWAITING_SIGNATURES, Stage.AGREED, Stage.IN_DELIVERY, Stage.FINAL_REVIEW,
        Stage.CLOSED, Stage.ARCHIVED,
    ]  # fmt: skip
    assert not {type(event) for event, _ in office.log} & {
        e.PartnerOffered,
        e.AlignmentRequested,
        e.AlignmentEndorsed,
    }


def test_the_leader_is_the_provider_from_the_first_event_on() -> None:
    office = in_stage(Stage.DRAFT, "leader")
    assert (office.state.provider, office.state.provider_began) == (SEA, True)
    assert office.refused("head.sea", "amend", preferred_provider=DALE).code == "R-PROVIDER"


def test_only_the_leaders_own_people_open_and_only_its_head_submits() -> None:
    office = Office("leader")
    for person in ("head.hill", "sip.hill", "broker", "head.dale"):
        assert office.refused(person, "open").code == "R-POST"
    office.done("lead.sea", "open")
    assert office.refused("lead.sea", "submit").code == "R-POST"
    assert office.done("head.sea", "submit") == ("RequestSubmitted", "HeadConsentRequested")


def test_a_leader_says_which_school_it_is() -> None:
    office = Office("leader")
    assert office.refused("head.hill", "open", provider=HILL, recipient=HILL).code == "R-SAME-SCHOOL"
    without = office.command("open").model_copy(update={"provider": None})
    refusal = office.give("head.sea", without)
    assert getattr(refusal, "code", None) == "R-PROVIDER"


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (lambda o: o.closed_schools.add(SEA), "R-SCHOOL"),
        (lambda o: o.appoint("head.sea", Post.HEAD, HILL), "R-SAME-HEAD"),
        (lambda o: o.federations.update({SEA: "Coast", HILL: "Coast"}), "R-SAME-HEAD"),
        (lambda o: o.authorities.update({HILL: "Elsewhere"}), "R-AUTHORITY"),
    ],
    ids=["closed", "one head", "one federation", "another division"],
)
def test_what_bars_a_partner_elsewhere_bars_a_leader_at_once(before: object, code: str) -> None:
    office = Office("leader")
    before(office)  # type: ignore[operator]
    assert office.refused("head.sea", "open").code == code


NOT_DESIGNATED: dict[str, tuple[Callable[[Office], object], str, str]] = {
    "never": (
        lambda o: o.designated.discard(SEA),
        "R-DESIGNATION",
        "Sea Primary (6990002) is not designated as a leader school in DEPED.",
    ),
    "suspended": (
        lambda o: o.suspended.update({SEA: "staffing"}),
        "R-SUSPENDED",
        "Sea Primary (6990002) is offered no new cases for the time being (staffing).",
    ),
}


@pytest.mark.parametrize("why", NOT_DESIGNATED)
def test_only_a_designated_school_begins_and_says_who_designates(why: str) -> None:
    before, code, message = NOT_DESIGNATED[why]
    office = Office("leader")
    before(office)
    refusal = office.refused("head.sea", "open")
    assert (refusal.code, refusal.message) == (code, message)
    assert refusal.hint.endswith("brokerage provider designate 6990002")
    assert refusal.hint.startswith("The schools division superintendent or an administrator")


@pytest.mark.parametrize("verb", ["submit", "reopen"])
def test_a_designation_that_ended_meanwhile_stops_what_was_begun(verb: str) -> None:
    office = in_stage(Stage.DRAFT, "leader")
    if verb == "reopen":
        office = in_stage(Stage.AWAITING_HEAD_CONSENT, "leader")
        office.done("head.sea", "withdraw")
    office.designated.discard(SEA)
    person = "head.sea" if verb == "submit" else "broker"
    assert office.refused(person, verb).code == "R-DESIGNATION"
    office.designated.add(SEA)
    assert office.done(person, verb)


def test_a_case_that_runs_goes_on_when_the_designation_ends() -> None:
    office = in_stage(Stage.AWAITING_HEAD_CONSENT, "leader")
    office.designated.discard(SEA)
    assert office.done("head.hill", "consent")


def test_where_no_route_asks_for_it_schools_begin_undesignated() -> None:
    office = Office("leader")
    office.designated.discard(SEA)
    (route,) = office.programme.routes
    plain = route.model_copy(update={"designated": False})
    office.programme = office.programme.model_copy(update={"routes": (plain,)})
    assert office.done("head.sea", "open")


def test_a_leader_has_one_partner_at_a_time() -> None:
    office = in_stage(Stage.DRAFT, "leader")
    office.open_as_provider = ("DEPED-0000000-0",)
    refusal = office.refused("head.sea", "submit")
    assert refusal.code == "R-ONE-PARTNER"
    assert "supports another partner school already" in refusal.message


def test_the_partner_schools_head_may_refuse_and_the_leader_take_it_back_before() -> None:
    asked = in_stage(Stage.AWAITING_HEAD_CONSENT, "leader")
    assert asked.done("head.hill", "refuse-consent") == ("HeadConsentRefused",)
    again = in_stage(Stage.AWAITING_HEAD_CONSENT, "leader")
    assert again.done("head.sea", "withdraw") == ("CaseWithdrawn",)
    assert in_stage(Stage.SCOPING, "leader").refused("head.sea", "withdraw").code == "R-POST"


def test_the_leaders_head_assesses_and_drafts_with_the_partners_head_at_the_table() -> None:
    office = in_stage(Stage.SCOPING, "leader")
    assert office.refused("sip.hill", "scope").code == "R-POST"
    assert office.refused("head.sea", "scope", present=["provider_head"]).code == "R-PRESENT"
    office.done("broker", "record-orientation")
    office.done("head.sea", "scope")
    scoped = next(event for event, _ in office.log if isinstance(event, e.NeedScoped))
    assert scoped.present == (Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD)
    assert [(item.owner, item.verb) for item in awaited(office.state)] == [
        (Party.PROVIDER_HEAD, "draft-agreement")
    ]


def test_the_division_approves_every_plan_and_never_the_leader_its_own() -> None:
    office = in_stage(Stage.FUNDING_APPROVAL, "leader")
    assert waiting_on(office.state, office.programme) == "schools division superintendent"
    assert office.refused("finance", "approve-funding").code == "R-POST"
    office.appoint("head.sea", Post.PRINCIPAL_ADVISER)
    assert office.refused("head.sea", "approve-funding").code == "R-SEPARATION"
    assert office.done("adviser", "approve-funding") == ("FundingApproved",)


def test_the_grant_of_one_leader_is_the_most_that_a_plan_may_hold() -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING, "leader")
    over = office.terms(cover_minor="0", supplies_minor="140000.01")
    refusal = office.refused("head.sea", "draft-agreement", terms=over)
    assert (
        refusal.message
        == "PHP 140,000.01 is planned; PHP 140,000.00 is the most for one partnership agreement."
    )
    assert office.done("head.sea", "draft-agreement", terms=over | {"supplies_minor": "140000.00"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"work_modes": []}, "R-WORK-MODE"),
        ({"work_modes": ["lac", "seminar"]}, "R-WORK-MODE"),
        ({"language": "cy"}, "R-LANGUAGE"),
        ({"prevailing_language": "cy"}, "R-LANGUAGE"),
        ({"years": [{"financial_year": "2026-27", "quarter_days": "4"}]}, "R-SPLIT"),
    ],
)
def test_terms_are_those_of_the_programme(changes: dict[str, object], code: str) -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING, "leader")
    assert office.refused("head.sea", "draft-agreement", terms=office.terms(**changes)).code == code


def test_both_heads_sign_and_nobody_else_is_awaited() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES, "leader")
    assert {item.owner for item in awaited(office.state)} == {Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD}
    assert office.refused("sip.hill", "sign").code == "R-POST"
    assert office.refused("sip.hill", "request-changes").code == "R-POST"
    assert office.done("head.sea", "sign") == ("AgreementSigned",)
    assert office.done("head.hill", "sign") == ("AgreementSigned", "AgreementActivated")


def test_a_visit_says_in_which_agreed_way_the_schools_worked() -> None:
    office = in_stage(Stage.AGREED, "leader")
    assert office.refused("lead.sea", "record-visit", work_mode=None).code == "R-WORK-MODE"
    assert office.refused("lead.sea", "record-visit", work_mode="sbm").code == "R-WORK-MODE"
    assert "VisitRecorded" in office.done("lead.sea", "record-visit", work_mode="ci")


def test_elsewhere_no_way_of_working_is_named() -> None:
    office = in_stage(Stage.AGREED)
    assert office.refused("lead.sea", "record-visit", work_mode="lac").code == "R-WORK-MODE"


def test_days_are_those_of_manila() -> None:
    office = in_stage(Stage.TRIAGE, "leader")
    deadline = office.state.deadline("triage")
    assert deadline is not None
    assert deadline.due_at.astimezone(office.zone).hour == 17
    assert str(office.zone) == "Asia/Manila"


def test_every_sentence_and_every_wait_uses_the_programmes_own_words() -> None:
    office = in_stage(Stage.ARCHIVED, "leader")
    voice = Voice(office.programme, NAMES)
    told = [sentence(event, voice) for event, _ in office.log]
    assert [line for line in told if FOREIGN.search(line)] == []
    assert any(
        "leader school's head drafted a proposal: Sea Primary helps Hill Primary" in line for line in told
    )
    assert any("Partnership agreement version 1 drafted" in line for line in told)
    assert any(
        "The work and financial plan is approved by the schools division superintendent: ₱1,000.00" in line
        for line in told
    )
    assert any("Learning Action Cells" in line for line in told)


def test_every_refusal_uses_the_programmes_own_words() -> None:
    for stage in (
        Stage.DRAFT,
        Stage.TRIAGE,
        Stage.SCOPING,
        Stage.FUNDING_APPROVAL,
        Stage.AGREED,
        Stage.FINAL_REVIEW,
    ):
        office = in_stage(stage, "leader")
        for person, verb in (("auditor", verb) for _, verb in USUAL_COURSE["leader"]):
            answer = office.ask(person, office.command(verb))
            said = getattr(answer, "message", " ".join(names(answer) if hasattr(answer, "events") else ()))
            assert not FOREIGN.search(said), said


def test_a_post_held_in_another_programme_is_said_to_be_held_there() -> None:
    office = in_stage(Stage.TRIAGE, "leader")
    office.posts["broker.mali"] = (HeldPost(post=Post.BROKER, programme="EAS"),)
    refusal = office.refused("broker.mali", "triage")
    assert refusal.hint == "broker.mali holds today: division coordinator in EAS only."


def test_who_may_not_approve_a_plan_may_not_return_it_either() -> None:
    assert in_stage(Stage.FUNDING_APPROVAL, "leader").refused("finance", "return-funding").code == "R-POST"
