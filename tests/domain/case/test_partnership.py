"""What a route asks for beside the agreement: orientation, a plan that is cited, those who are heard, focal persons."""

from domain.case.situation import OverviewFact
from domain.case.stages import Stage
from domain.text.sentences import sentence
from domain.text.voice import Voice
from tests.domain.case.office import NAMES, Office


def test_a_need_is_assessed_once_both_schools_were_oriented_and_from_a_plan_that_is_cited() -> None:
    office = Office("leader").at(Stage.TRIAGE)
    office.done("sip.hill", "record-orientation", oriented=["provider"])
    office.done("broker", "triage")
    assert (
        office.refused("head.sea", "scope").message
        == "The orientation of the partner school is not on record."
    )
    office.done("broker", "record-orientation")
    assert office.refused("head.sea", "scope", plan=None).code == "R-PLAN"
    office.done("head.sea", "scope")
    assert office.state.plan == "SIP-2026"
    assert office.state.oriented == ("provider", "recipient")


def test_what_is_missing_for_the_assessment_is_what_is_suggested() -> None:
    office = Office("leader").at(Stage.SCOPING)
    assert office.steps()[0].verb == "record-orientation"
    office.done("broker", "record-orientation")
    assert office.steps()[0].verb == "scope"


def test_the_curriculum_partner_is_heard_before_the_agreement_is_drafted_on_the_sips_route() -> None:
    office = Office("sip").at(Stage.AGREEMENT_DRAFTING)
    assert office.refused("broker", "draft-agreement").code == "R-CONSULTED"
    assert office.steps()[0].verb == "contribute"
    office.done("partner.sea", "contribute", priority="SSO-2", overview_version="2026-1")
    assert office.done("broker", "draft-agreement") == ("AgreementDrafted",)


def test_what_is_cited_is_a_version_and_a_priority_on_record_where_there_is_one() -> None:
    office = Office("school").at(Stage.AWAITING_ALIGNMENT)
    office.overviews = (
        OverviewFact(version="2026-1", priorities={"SSO-1": "2026-1"}),
        OverviewFact(version="2026-2", priorities={"SSO-1": "2026-1", "SSO-3": "2026-2"}),
    )
    assert office.steps()[0].values == {"priority": "SSO-1", "overview_version": "2026-1"}
    unread = office.refused("sip.hill", "align", priority="SSO-1", overview_version="2026-3")
    assert unread.message == "Version 2026-3 of the support overview is not on record; the latest is 2026-2."
    lacking = office.refused("sip.hill", "align", priority="SSO-3", overview_version="2026-1")
    assert lacking.message == "Version 2026-1 of the support overview has no priority SSO-3; it has SSO-1."
    assert office.done("sip.hill", "align", priority="SSO-3", overview_version="2026-2") == (
        "AlignmentConfirmed",
    )


def test_a_partner_school_without_a_curriculum_partner_is_not_waited_for() -> None:
    office = Office("sip").at(Stage.AGREEMENT_DRAFTING)
    office.vacate("partner.sea")
    assert office.done("broker", "draft-agreement") == ("AgreementDrafted",)


def test_who_was_heard_counts_for_the_school_they_spoke_for() -> None:
    office = Office("sip").at(Stage.AGREEMENT_DRAFTING)
    office.done("partner.sea", "contribute")
    office.state = office.state.model_copy(update={"stage": Stage.PARTNER_OFFERED})
    offer = office.state.offers[0].model_copy(update={"outcome": "open"})
    office.state = office.state.model_copy(update={"offers": (offer,)})
    office.done("head.sea", "accept-offer")
    assert office.state.contributed == ()


def test_a_head_names_another_focal_person_and_the_signed_text_stays() -> None:
    office = Office("leader").at(Stage.IN_DELIVERY)
    before = office.state.agreement
    assert before is not None
    office.done("head.sea", "name-person")
    after = office.state.agreement
    assert after is not None
    assert after.provider_lead == "partner.sea"
    assert (after.terms, after.content_hash) == (before.terms, before.content_hash)
    told = sentence(office.log[-1][0], Voice(office.programme, NAMES))
    assert told == "The leader school's focal person is now partner.sea, in the place of lead.sea."


def test_nobody_but_a_lead_is_named_and_only_by_the_head_of_that_side() -> None:
    office = Office().at(Stage.AGREED)
    assert office.refused("head.sea", "name-person", party="sip").code == "R-PARTY"
    assert office.refused("head.hill", "name-person", party="provider_lead").code == "R-POST"
    assert office.refused("lead.sea", "name-person").code == "R-POST"


def test_technical_assistance_is_noted_and_changes_nothing_else() -> None:
    office = Office("leader").at(Stage.IN_DELIVERY)
    before = office.state
    assert office.done("broker", "note-assistance") == ("AssistanceNoted",)
    assert office.state == before.model_copy(update={"version": before.version + 1})
