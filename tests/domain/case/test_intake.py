"""Intake: a request is drafted, corrected, submitted, consented to or aligned, and triaged."""

from datetime import date
from typing import Any

import pytest

from domain.case.stages import Stage
from domain.parties import Party, Post
from tests.domain.case.office import HILL, PHASES, SEA, Office, in_stage


def test_a_request_of_the_sip_asks_the_recipients_head() -> None:
    office = Office()
    assert office.done("sip.hill", "open", route="sip") == ("CaseDrafted",)
    assert office.done("sip.hill", "submit") == ("RequestSubmitted", "HeadConsentRequested")
    assert office.done("head.hill", "consent") == ("HeadConsentGiven",)
    assert office.state.stage is Stage.TRIAGE


def test_a_request_of_the_school_asks_the_sip_whether_it_is_aligned() -> None:
    office = Office()
    office.done("lead.hill", "open")
    assert office.refused("lead.hill", "submit").code == "R-POST"
    assert office.done("head.hill", "submit") == ("RequestSubmitted", "AlignmentRequested")
    office.done("sip.hill", "align", priority="SSO-3", overview_version="2026-2")
    assert (office.state.priority, office.state.overview_version) == ("SSO-3", "2026-2")


def test_where_the_school_has_no_sip_the_principal_adviser_is_asked() -> None:
    office = Office()
    office.vacate("sip.hill")
    office.done("head.hill", "open")
    office.done("head.hill", "submit")
    assert office.state.alignment_owner is Party.PRINCIPAL_ADVISER
    assert office.done("adviser", "except-alignment") == ("AlignmentExceptionGranted",)


def test_the_draft_keeps_its_reference_and_the_authority_of_the_day() -> None:
    office = in_stage(Stage.DRAFT)
    assert office.state.reference.startswith("EAS-")
    assert office.state.authority == "Cwm Enfys"
    assert office.state.opened_at == office.now


def test_a_draft_can_be_corrected_in_all_it_says() -> None:
    office = in_stage(Stage.DRAFT)
    changed: dict[str, Any] = {
        "area": "literacy", "phase": "nursery", "support_language": "cy", "urgency": "urgent",
        "desired_start": date(2027, 1, 11), "priority": "SSO-9", "overview_version": "2026-3",
        "preferred_provider": SEA,
    }  # fmt: skip
    assert office.done("head.hill", "amend", **changed) == ("RequestAmended",)
    assert {name: getattr(office.state, name) for name in changed} == changed
    assert office.state.request_version == 0


def test_amending_a_submitted_request_makes_a_version_that_consent_must_name() -> None:
    office = in_stage(Stage.AWAITING_HEAD_CONSENT)
    office.done("sip.hill", "amend", desired_start=date(2027, 1, 11))
    assert office.state.request_version == 2
    assert office.refused("head.hill", "consent", request_version=1).code == "R-REQUEST-VERSION"
    office.done("head.hill", "consent", request_version=2)


def test_what_an_amendment_does_not_name_stays() -> None:
    office = in_stage(Stage.AWAITING_ALIGNMENT)
    before = office.state
    office.done("head.hill", "amend", support_language="cy")
    kept = {"request_version", "support_language", "version"}
    assert office.state.model_dump(exclude=kept) == before.model_dump(exclude=kept)


def test_a_priority_is_amended_together_with_its_version() -> None:
    office = in_stage(Stage.DRAFT)
    assert office.refused("head.hill", "amend", priority="SSO-1").code == "R-OVERVIEW"
    assert office.refused("head.hill", "amend", preferred_provider=HILL).code == "R-SAME-SCHOOL"
    assert office.refused("head.hill", "amend", desired_start=date(2020, 1, 1)).code == "R-DATES"
    assert office.refused("head.hill", "amend", area="latin").code == "R-AREA"


@pytest.mark.parametrize(
    ("school", "phase", "fits"),
    [
        ("primary", "primary", True), ("primary", "nursery", True), ("primary", "secondary", False),
        ("secondary", "nursery", False), ("secondary", "secondary", True), ("middle", "primary", True),
        ("middle", "secondary", True), ("special", "primary", True), ("special", "special", True),
        ("primary", "special", False), ("nursery", "primary", False), ("middle", "special", False),
    ],
)  # fmt: skip
def test_the_phase_is_one_the_school_teaches(
    school: str, phase: str, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PHASES, HILL, school)
    office = Office()
    if fits:
        office.done("head.hill", "open", phase=phase)
    else:
        assert office.refused("head.hill", "open", phase=phase).code == "R-PHASE"


def test_an_urgent_request_is_triaged_by_the_principal_adviser_who_may_also_find_it_is_not() -> None:
    office = Office()
    office.done("head.hill", "open", urgency="urgent")
    office.done("head.hill", "submit")
    office.done("sip.hill", "align")
    assert office.refused("broker", "triage").code == "R-POST"
    unchanged = office.command("triage")
    assert office.ask("adviser", unchanged).events[0].urgency == "urgent"  # type: ignore[union-attr]
    office.done("adviser", "triage", urgency="normal")
    assert office.state.urgency == "normal"


def test_somebody_who_is_broker_and_adviser_at_once_may_set_urgency() -> None:
    office = in_stage(Stage.TRIAGE)
    office.appoint("broker", Post.PRINCIPAL_ADVISER)
    office.done("broker", "triage", urgency="urgent")
    assert office.state.urgency == "urgent"


def test_only_the_adviser_declines_and_anybody_at_triage_signposts() -> None:
    office = in_stage(Stage.TRIAGE)
    assert office.refused("broker", "decline").code == "R-POST"
    assert office.done("broker", "signpost") == ("RequestSignposted",)
    assert in_stage(Stage.DECLINED).state.ended


def test_a_refused_consent_ends_the_request() -> None:
    office = in_stage(Stage.AWAITING_HEAD_CONSENT)
    office.done("head.hill", "refuse-consent")
    assert office.state.stage is Stage.WITHDRAWN


def test_support_may_be_wanted_from_today_on() -> None:
    office = Office()
    office.done("head.hill", "open", desired_start=office.now.date())
    office.done("head.hill", "amend", desired_start=office.now.date())


def test_a_school_that_is_not_in_the_register_is_named_before_anybodys_post() -> None:
    office = Office()
    refusal = office.refused("sip.hill", "open", recipient="6999999")
    assert (refusal.code, refusal.message) == ("R-SCHOOL", "School 6999999 is not in the register.")


@pytest.mark.parametrize("day", ["1999-12-31", "2100-06-01", "9999-12-31"])
def test_a_mistyped_year_is_out_of_reach(day: str) -> None:
    refusal = Office().refused("head.hill", "open", desired_start=day)
    assert refusal.code == "R-DATES"
    assert day in refusal.message


def test_the_nearest_area_is_named() -> None:
    refusal = Office().refused("head.hill", "open", area="maths")
    assert refusal.hint.startswith("Did you mean mathematics-numeracy? Its areas are: ")
