"""Need and partner: scoping, offers, their answers, and the end where nobody can help."""

import pytest

from domain.case.stages import Stage
from tests.domain.case.office import DALE, GLEN, MOOR, SEA, Office, in_stage


def test_scoping_records_objectives_with_baseline_and_success_and_an_estimate() -> None:
    office = in_stage(Stage.SCOPING)
    office.done("sip.hill", "scope", quarter_days="6.25")
    assert office.state.estimated_quarter_days == 25
    objective = office.state.objectives[0]
    assert objective.baseline.sealed is not None
    assert objective.success.sealed is not None


def test_an_offer_is_answered_once_and_a_declining_school_is_not_asked_again() -> None:
    office = in_stage(Stage.PARTNER_OFFERED)
    assert office.done("head.sea", "decline-offer") == ("OfferDeclined",)
    assert office.state.stage is Stage.MATCHING
    assert office.state.provider is None
    assert office.refused("broker", "offer", provider=SEA).code == "R-EXCLUDED"
    office.done("broker", "offer", provider=DALE)
    assert [offer.outcome for offer in office.state.offers] == ["declined", "open"]


def test_an_unanswered_offer_expires_and_matching_goes_on_with_a_wait_of_its_own() -> None:
    office = in_stage(Stage.PARTNER_OFFERED)
    office.days_pass(6)
    assert office.state.offers[0].outcome == "expired"
    assert office.state.stage is Stage.MATCHING
    assert [deadline.wait for deadline in office.state.deadlines] == ["first_offer"]


def test_an_offer_made_by_mistake_is_taken_back_and_may_be_made_again() -> None:
    office = in_stage(Stage.PARTNER_OFFERED)
    assert office.done("broker", "rescind-offer") == ("OfferRescinded",)
    office.done("broker", "offer", provider=SEA)
    assert [offer.outcome for offer in office.state.offers] == ["rescinded", "open"]


def test_a_school_that_is_not_asked_cannot_answer() -> None:
    office = in_stage(Stage.PARTNER_OFFERED)
    for person in ("head.dale", "lead.sea", "broker"):
        assert office.refused(person, "accept-offer").code == "R-POST"


def test_a_declared_conflict_is_described() -> None:
    office = in_stage(Stage.PARTNER_OFFERED)
    assert office.refused("head.sea", "accept-offer", conflict_note="a cousin").code == "R-CONFLICT"
    office.done("head.sea", "accept-offer", conflict="declared", conflict_note="a cousin teaches there")


def test_no_partner_after_three_offers_failed() -> None:
    office = in_stage(Stage.MATCHING)
    for provider, head in ((SEA, "head.sea"), (DALE, "head.dale"), (GLEN, "head.glen")):
        assert office.refused("adviser", "no-partner").code == "R-OFFERS"
        office.done("broker", "offer", provider=provider)
        office.done(head, "decline-offer")
    assert office.done("adviser", "no-partner") == ("NoPartnerFound",)


def test_no_partner_where_nobody_is_left_to_ask_is_the_advisers_word_and_kept() -> None:
    office = in_stage(Stage.MATCHING)
    assert office.refused("broker", "no-partner", nobody_left=True).code == "R-POST"
    office.done("adviser", "no-partner", nobody_left=True)
    event = office.log[-1][0]
    assert event.payload()["nobody_left"] is True
    assert event.payload()["offers_failed"] == 0


def test_a_rescinded_offer_is_not_one_that_failed() -> None:
    office = in_stage(Stage.MATCHING)
    office.rule(offers_before_no_partner=1)
    office.done("broker", "offer")
    office.done("broker", "rescind-offer")
    assert office.refused("adviser", "no-partner").code == "R-OFFERS"


def test_an_objection_is_made_once() -> None:
    office = in_stage(Stage.MATCHING)
    office.done("head.hill", "object-to", provider=MOOR)
    assert office.refused("head.hill", "object-to", provider=MOOR).code == "R-ALREADY"


@pytest.mark.parametrize("count", [1, 4])
def test_one_to_four_objectives(count: int) -> None:
    office: Office = in_stage(Stage.SCOPING)
    objective = {"aim": "a", "baseline": "b", "success": "c"}
    office.done("head.hill", "scope", objectives=[objective] * count)
    assert len(office.state.objectives) == count
