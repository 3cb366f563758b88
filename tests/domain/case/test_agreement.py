"""The agreement: one text, money approved by a second person, three signatures on one hash."""

import pytest

from domain.case import events as e
from domain.case.agreement import agreement_hash
from domain.case.stages import Stage
from domain.case.terms import financial_years
from domain.parties import Party, Post
from tests.domain.case.office import SEA, Office, deped, eas, in_stage, sealed


def drafted(office: Office) -> e.AgreementDrafted:
    return next(event for event, _ in reversed(office.log) if isinstance(event, e.AgreementDrafted))


def test_the_draft_holds_all_that_an_agreement_holds() -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    terms = office.terms(
        periods=[{"period": "2026-autumn-2", "quarter_days": "4"}],
        confidentiality="what is seen stays there",
        exit_terms="either head may leave",
        follow_up_on="2027-06-01",
        provider_deputy="partner.sea",
        release_quarter_days="2",
        travel_minor="80.00",
    )
    office.done("broker", "draft-agreement", terms=terms)
    event = drafted(office)
    assert (event.recipient, event.provider, event.origin) == (office.state.recipient, SEA, "school")
    assert (event.priority, event.overview_version) == ("SSO-2", "2026-1")
    assert event.objectives == office.state.objectives
    assert event.amount_minor == 108000
    assert event.approver is Party.FINANCE


def test_a_large_amount_is_the_principal_advisers_to_approve() -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    office.done("broker", "draft-agreement", terms=office.terms(cover_minor="5000.01"))
    assert office.refused("finance", "approve-funding").code == "R-POST"
    assert office.done("adviser", "approve-funding") == ("FundingApproved",)


@pytest.mark.parametrize("drafter", ["adviser", "broker"])
def test_nobody_approves_the_money_of_a_draft_they_wrote_or_put_in(drafter: str) -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    office.appoint(drafter, Post.FINANCE)
    office.done("broker", "draft-agreement", recorded_by=drafter)
    assert office.refused(drafter, "approve-funding").code == "R-SEPARATION"
    assert office.refused("finance", "approve-funding", recorded_by=drafter).code == "R-OWN-NAME"
    office.done("finance", "approve-funding")


def test_money_that_is_returned_goes_back_to_drafting_and_the_next_draft_is_a_new_version() -> None:
    office = in_stage(Stage.FUNDING_APPROVAL)
    office.done("adviser", "return-funding")
    assert office.state.stage is Stage.AGREEMENT_DRAFTING
    office.done("broker", "draft-agreement")
    assert office.state.agreement is not None
    assert office.state.agreement.version == 2


def test_the_third_signature_in_any_order_brings_it_into_force() -> None:
    for order in (("head.hill", "head.sea", "sip.hill"), ("sip.hill", "head.sea", "head.hill")):
        office = in_stage(Stage.AWAITING_SIGNATURES)
        kinds = [office.done(person, "sign") for person in order]
        assert [len(kind) for kind in kinds] == [1, 1, 2]
        assert kinds[-1][1] == "AgreementActivated"
        assert office.state.stage is Stage.AGREED


def test_every_signature_and_the_activation_carry_the_one_hash() -> None:
    office = in_stage(Stage.AGREED)
    hashes = {event.payload().get("content_hash") for event, _ in office.log} - {None}
    assert hashes == {agreement_hash(drafted(office))}


def test_the_hash_covers_every_part_of_the_text_and_nothing_about_the_office() -> None:
    event = drafted(in_stage(Stage.FUNDING_APPROVAL))
    hashes = {agreement_hash(event)}
    for change in (
        {"provider": "6990009"}, {"objectives": ()}, {"amount_minor": 1}, {"priority": None}, {"agreement_version": 2},
        {"terms": event.terms.model_copy(update={"activities": sealed("other")})},
        {"terms": event.terms.model_copy(update={"notice_days": 11})},
        {"terms": event.terms.model_copy(update={"visitor_checks": "by-recipient"})},
    ):  # fmt: skip
        hashes.add(agreement_hash(event.model_copy(update=change)))
    assert len(hashes) == 9
    same = event.model_copy(update={"drafted_by": "x", "recorded_by": "x", "approver": Party.FINANCE})
    assert agreement_hash(same) == event.content_hash


def test_asking_for_changes_voids_every_signature_and_the_old_hash() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    old = drafted(office).content_hash
    office.done("head.hill", "sign")
    office.done("sip.hill", "sign")
    assert office.done("head.sea", "request-changes") == (
        "SignatureVoided",
        "SignatureVoided",
        "ChangesRequested",
    )
    office.done("broker", "draft-agreement", terms=office.terms(mode="online"))
    office.done("finance", "approve-funding")
    assert office.state.agreement is not None
    assert office.state.agreement.signed == ()
    assert office.refused("head.hill", "sign", content_hash=old).code == "R-HASH"
    office.done("head.hill", "sign")


def test_one_person_cannot_sign_for_two_parties_even_on_different_days() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    office.done("sip.hill", "sign")
    office.posts["sip.hill"] = ()
    office.appoint("sip.hill", Post.HEAD, SEA)
    assert office.refused("sip.hill", "sign").code == "R-SEPARATION"


def test_a_sip_who_took_a_post_at_the_partner_school_since_the_offer_cannot_endorse() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    office.appoint("sip.hill", Post.LEAD, SEA)
    assert office.refused("sip.hill", "sign").code == "R-SEPARATION"


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2026-04-01", "2027-03-31", ["2026-27"]),
        ("2026-03-31", "2026-04-01", ["2025-26", "2026-27"]),
        ("2099-12-01", "2100-04-02", ["2099-00", "2100-01"]),
    ],
)
def test_financial_years_run_from_april_to_march(start: str, end: str, years: list[str]) -> None:
    from datetime import date

    assert financial_years(eas(), date.fromisoformat(start), date.fromisoformat(end)) == years


def test_where_the_programme_says_so_the_financial_year_is_the_calendar_year() -> None:
    from datetime import date

    assert financial_years(deped(), date(2026, 3, 31), date(2027, 1, 2)) == ["2026", "2027"]


def test_where_all_days_fall_in_one_financial_year_the_draft_names_it() -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    split = office.terms()["years"]
    office.done("broker", "draft-agreement", terms=office.terms(years=[]))
    assert [dict(year) for year in drafted(office).terms.years] == [
        {"financial_year": split[0]["financial_year"], "quarter_days": drafted(office).terms.quarter_days}
    ]


def test_where_the_days_span_two_financial_years_the_split_must_be_said() -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    terms = office.terms(years=[], end="2027-05-28", final_review_on="2027-06-11")
    assert office.refused("broker", "draft-agreement", terms=terms).code == "R-SPLIT"


@pytest.mark.parametrize("period", ["2026-summer-2", "2027-spring-2"])
def test_no_days_are_planned_for_a_half_term_in_which_the_agreement_has_no_day(period: str) -> None:
    office = Office().at(Stage.AGREEMENT_DRAFTING)
    planned = [{"period": "2026-autumn-2", "quarter_days": "3"}, {"period": period, "quarter_days": "1"}]
    refusal = office.refused("broker", "draft-agreement", terms=office.terms(periods=planned))
    words = period.replace("-", " ")
    assert refusal.message == (
        f"1 days are planned for {words}, which lies outside the agreement (2026-09-15 to 2027-01-05)."
    )
    assert refusal.hint == "Its half terms: 2026-autumn-1, 2026-autumn-2, 2027-spring-1."
