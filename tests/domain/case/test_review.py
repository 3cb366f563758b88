"""Review and end: each side's ratings, the SIP's validation, closing, follow-up. Disagreement is kept."""

from datetime import timedelta
from typing import Any

import pytest

from domain.case import events as e
from domain.case.stages import Stage
from tests.domain.case.office import OBJECTIVE, Office, in_stage


def rated(*ratings: str) -> list[dict[str, Any]]:
    return [{"objective": n, "rating": rating, "evidence": "seen"} for n, rating in enumerate(ratings, 1)]


def with_two_objectives() -> Office:
    office = in_stage(Stage.SCOPING)
    office.done("sip.hill", "scope", objectives=[OBJECTIVE, OBJECTIVE])
    return office.at(Stage.FINAL_REVIEW) if office.state.stage is Stage.FINAL_REVIEW else _onwards(office)


def _onwards(office: Office) -> Office:
    for person, verb in (
        ("broker", "offer"), ("head.sea", "accept-offer"), ("broker", "draft-agreement"), ("finance", "approve-funding"),
        ("head.hill", "sign"), ("head.sea", "sign"), ("sip.hill", "sign"), ("lead.sea", "record-visit"),
        ("head.hill", "complete"), ("head.sea", "complete"),
    ):  # fmt: skip
        office.done(person, verb)
    return office


def test_both_sides_rate_each_objective_the_sip_validates_and_disagreement_is_kept() -> None:
    office = with_two_objectives()
    office.done("head.hill", "review", ratings=rated("partly-met", "met"))
    office.done("lead.sea", "review", ratings=rated("met", "met"))
    office.done("sip.hill", "validate", ratings=rated("met", "met"))
    validated = office.log[-1][0] if isinstance(office.log[-1][0], e.ImpactValidated) else office.log[-2][0]
    assert isinstance(validated, e.ImpactValidated)
    assert validated.disagreements == (1,)
    given = [[r.rating for r in review.ratings] for review in office.state.reviews]
    assert given == [["partly-met", "met"], ["met", "met"]]
    assert [r.rating for r in office.state.validated] == ["met", "met"]


@pytest.mark.parametrize(
    "ratings", [rated("met"), rated("met", "met", "met"), [*rated("met"), *rated("met")]]
)
def test_each_objective_is_rated_once(ratings: list[dict[str, Any]]) -> None:
    assert with_two_objectives().refused("head.hill", "review", ratings=ratings).code == "R-RATINGS"


def test_the_providers_lead_speaks_for_the_providers_side_and_says_so() -> None:
    office = in_stage(Stage.FINAL_REVIEW)
    office.done("lead.sea", "review")
    event = next(event for event, _ in office.log if isinstance(event, e.ReviewSubmitted))
    assert (event.party, event.given_as) == ("provider_head", "provider_lead")
    assert office.refused("head.sea", "review").code == "R-ALREADY"


def test_validation_waits_for_both_sides_and_closing_for_validation() -> None:
    office = in_stage(Stage.FINAL_REVIEW)
    office.done("head.hill", "review")
    assert "partner school" in office.refused("sip.hill", "validate").message
    office.done("head.sea", "review")
    assert office.refused("broker", "close").code == "R-REVIEWS"
    office.done("sip.hill", "validate")
    assert office.refused("sip.hill", "validate").code == "R-ALREADY"
    assert office.done("broker", "close") == ("CaseClosed",)


def test_a_case_without_follow_up_is_archived_at_once_where_no_money_is_kept_account_of() -> None:
    office = Office().without_money().at(Stage.FINAL_REVIEW)
    for person, verb in (("head.hill", "review"), ("head.sea", "review"), ("sip.hill", "validate")):
        office.done(person, verb)
    assert office.done("broker", "close", follow_up="none") == ("CaseClosed", "CaseArchived")


def test_the_adviser_closes_unevaluated_only_what_is_overdue_and_says_that_nothing_is_known() -> None:
    office = in_stage(Stage.FINAL_REVIEW)
    office.done("head.hill", "review")
    unevaluated: dict[str, Any] = {"unevaluated": True, "outcome": "not-assessable"}
    assert office.refused("broker", "close", **unevaluated).code == "R-POST"
    assert office.refused("adviser", "close", **unevaluated).code == "R-EARLY"
    office.days_pass(16)
    assert office.refused("adviser", "close", unevaluated=True, outcome="met").code == "R-REVIEWS"
    office.done("adviser", "close", **unevaluated)
    closed = next(event for event, _ in office.log if isinstance(event, e.CaseClosed))
    assert closed.unevaluated


def test_the_follow_up_is_recorded_or_missed_and_either_archives() -> None:
    office = Office().without_money().at(Stage.CLOSED)
    assert office.done("sip.hill", "record-follow-up") == ("FollowUpRecorded", "CaseArchived")
    missed = Office().without_money().at(Stage.CLOSED)
    missed.days_pass(61)
    assert [type(event).__name__ for event, _ in missed.log[-3:]] == [
        "DeadlinePassed",
        "FollowUpMissed",
        "CaseArchived",
    ]


def test_a_follow_up_day_in_the_agreement_is_the_day_unless_it_has_passed() -> None:
    office = Office().without_money().at(Stage.AGREEMENT_DRAFTING)
    day = office.now.date() + timedelta(weeks=30)
    office.done("broker", "draft-agreement", terms=office.terms(follow_up_on=day))
    for person, verb in (
        ("finance", "approve-funding"), ("head.hill", "sign"), ("head.sea", "sign"), ("sip.hill", "sign"),
        ("lead.sea", "record-visit"), ("head.hill", "complete"), ("head.sea", "complete"), ("head.hill", "review"),
        ("head.sea", "review"), ("sip.hill", "validate"),
    ):  # fmt: skip
        office.done(person, verb)
    command = office.command("close")
    soon = office.ask("broker", command)
    assert soon.events[-1].due_at.date() == day  # type: ignore[union-attr]
    office.until(day + timedelta(days=1))
    office.done("broker", "close")
    deadline = office.state.deadline("follow_up")
    assert deadline is not None
    assert deadline.days == 60
