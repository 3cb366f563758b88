"""Every guard of the table refuses at least once, in words, and is the one that does it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import pytest

from domain.case.commands import SYSTEM_VERBS
from domain.case.lifecycle import LIFECYCLE, row_at
from domain.case.situation import OverviewFact, Situation, parties_of
from domain.case.stages import Stage
from domain.funding.facts import OpenAdvance
from domain.matching.provider import Use
from domain.parties import Party, Post
from tests.domain.case.office import DALE, GLEN, HILL, MOOR, NETWORK, OBJECTIVE, SEA, ZONE, Office, in_stage
from tests.domain.case.test_lifecycle import in_plain_words


@dataclass
class Case:
    """Where, who, what; and what was changed in the world before."""

    stage: Stage | None
    person: str
    verb: str
    values: dict[str, Any] = field(default_factory=dict)
    before: Callable[[Office], object] = lambda office: None
    code: str = ""
    route: Any = "school"
    recorded_by: str | None = None


D = date
RATING: Final = {"objective": 1, "rating": "met", "evidence": "seen"}


def _nobody_is_ranked(office: Office) -> None:
    office.programme = office.programme.model_copy(update={"matching": None})


def _vary(office: Office) -> None:
    office.done("broker", "propose-variation")


def _dispute(office: Office) -> None:
    office.done("lead.sea", "record-visit")
    office.done("lead.hill", "dispute-visit", visit="V2")


def _visits_went_on(office: Office) -> None:
    office.done("broker", "propose-variation", quarter_days="0.5")
    office.done("lead.sea", "record-visit", quarter_days="1")


def _slipped_and_full(office: Office) -> None:
    """The half term in which the days were planned is over, and the next has few."""
    office.now += timedelta(weeks=16)
    office.declared[SEA] = 4


def _all_days_used(office: Office) -> None:
    office.done("sip.hill", "mid-review")
    for _ in range(3):
        office.done("lead.sea", "record-visit", quarter_days="1")


def _disputed_after_the_end(office: Office) -> None:
    office.state = Office().at(Stage.AGREED).state
    for person, verb in (
        ("lead.sea", "record-visit"), ("head.hill", "complete"), ("head.sea", "complete"), ("lead.hill", "dispute-visit"),
        ("lead.sea", "review"), ("head.hill", "review"), ("sip.hill", "validate"),
    ):  # fmt: skip
        office.done(person, verb)


def _withdrawn_in_delivery(office: Office) -> None:
    office.state = Office().at(Stage.IN_DELIVERY).state
    office.done("head.hill", "withdraw")


def _withdrawn_long_ago(office: Office) -> None:
    office.done("head.hill", "withdraw")
    office.days_pass(41)


def _overview(office: Office) -> None:
    routes = tuple(r.model_copy(update={"overview_cited": True}) for r in office.programme.routes)
    office.programme = office.programme.model_copy(update={"routes": routes})


def _funds(**changes: Any) -> Callable[[Office], object]:
    """Every fund with these values from now on."""

    def change(office: Office) -> None:
        funds = tuple(fund.model_copy(update=changes) for fund in office.money.funds)
        office.money = replace(office.money, funds=funds)

    return change


def _after(*steps: Callable[[Office], object]) -> Callable[[Office], object]:
    """One thing after the other."""

    def change(office: Office) -> None:
        for step in steps:
            step(office)

    return change


def _returned(office: Office) -> None:
    office.done("finance", "return-claim")


def _head_is_finance(office: Office) -> None:
    office.appoint("head.sea", Post.FINANCE)


def _claimed(office: Office) -> None:
    office.done("head.sea", "claim")


def _approved(office: Office) -> None:
    _claimed(office)
    office.done("finance", "approve-claim")


def _reviewed(office: Office) -> None:
    """A mid review, after which delivery may be extended."""
    office.done("sip.hill", "mid-review")


def _not_reserved(office: Office) -> None:
    money = office.state.money
    assert money is not None
    without = money.model_copy(update={"shares": ()})
    for person in ("head.hill", "head.sea"):
        office.done(person, "sign")
    office.state = office.state.model_copy(update={"money": without})


def _advanced_before(office: Office) -> None:
    earlier = OpenAdvance(reference="DEPED-0000000-0", amount=20_000_00)
    office.money = replace(office.money, open_advances=(earlier,))


def _drafted_by_finance(office: Office) -> None:
    agreement = office.state.agreement
    assert agreement is not None
    drafted = agreement.model_copy(update={"drafted_by": "finance"})
    office.state = office.state.model_copy(update={"agreement": drafted})


def _given_up_by_its_drafter(office: Office) -> None:
    agreement = office.state.agreement
    assert agreement is not None
    office.days_pass(40)
    drafted = agreement.model_copy(update={"drafted_by": "adviser"})
    office.state = office.state.model_copy(update={"agreement": drafted})


def _accounted(office: Office) -> None:
    office.done("head.sea", "liquidate")


def _followed_up(office: Office) -> None:
    office.done("sip.hill", "record-follow-up")


def _no_rates(office: Office) -> None:
    office.money = replace(office.money, rates=())


OVERVIEW: Final = OverviewFact(version="2026-2", priorities={"SSO-1": "2026-1", "SSO-3": "2026-2"})


def _network(office: Office, **changes: Any) -> None:
    office.networks = {NETWORK.code: NETWORK.model_copy(update=changes)}


CASES: Final[dict[str, Case]] = {
    # Intake
    "programme_is_known": Case(None, "head.hill", "open", {"programme": "DEPED"}, code="R-PROGRAMME"),
    "route_is_ours": Case(None, "head.hill", "open", {"route": "sip"}, code="R-POST"),
    "area_is_offered": Case(None, "head.hill", "open", {"area": "latin"}, code="R-AREA"),
    "recipient_is_open": Case(None, "head.hill", "open", before=lambda o: o.closed_schools.add(HILL), code="R-SCHOOL"),
    "phase_fits_recipient": Case(None, "head.hill", "open", {"phase": "secondary"}, code="R-PHASE"),
    "preferred_provider_is_another_school": Case(
        None, "head.hill", "open", {"preferred_provider": HILL}, code="R-SAME-SCHOOL"
    ),
    "provider_begins_where_the_route_says": Case(None, "head.hill", "open", {"provider": SEA}, code="R-PROVIDER"),
    "schools_share_an_authority": Case(
        None, "head.sea", "open", before=lambda o: o.authorities.update({SEA: "Elsewhere"}), code="R-AUTHORITY", route="leader"
    ),
    "provider_is_designated": Case(
        None, "head.sea", "open", before=lambda o: o.designated.discard(SEA), code="R-DESIGNATION", route="leader"
    ),
    "languages_are_the_programmes": Case(None, "head.hill", "open", {"support_language": "fil"}, code="R-LANGUAGE"),
    "start_is_ahead": Case(None, "head.hill", "open", {"desired_start": D(2026, 9, 14)}, code="R-DATES"),
    "overview_is_whole": Case(None, "head.hill", "open", {"priority": "SSO-1"}, code="R-OVERVIEW"),
    "amended_by_the_route": Case(Stage.AWAITING_ALIGNMENT, "lead.hill", "amend", code="R-POST"),
    "amendment_changes_something": Case(Stage.DRAFT, "head.hill", "amend", {"need": None}, code="R-NOTHING"),
    "amendment_keeps_its_area": Case(
        Stage.AWAITING_ALIGNMENT, "head.hill", "amend", {"area": "literacy"}, code="R-AREA"
    ),
    "amendment_fits_recipient": Case(Stage.DRAFT, "head.hill", "amend", {"phase": "secondary"}, code="R-PHASE"),
    "submitted_by_the_route": Case(Stage.DRAFT, "lead.hill", "submit", code="R-POST"),
    "need_is_not_open_already": Case(
        Stage.DRAFT, "head.hill", "submit", before=lambda o: setattr(o, "open_same_need", ("EAS-0000000-0",)), code="R-DUPLICATE"
    ),
    "overview_is_cited": Case(Stage.DRAFT, "sip.hill", "submit", before=_overview, code="R-OVERVIEW", route="sip"),
    "provider_still_suits": Case(
        Stage.DRAFT, "head.sea", "submit", before=lambda o: o.authorities.update({HILL: "Elsewhere"}),
        code="R-AUTHORITY", route="leader",
    ),
    "provider_has_no_other_partner": Case(
        Stage.DRAFT, "head.sea", "submit", before=lambda o: setattr(o, "open_as_provider", ("DEPED-0000000-0",)),
        code="R-ONE-PARTNER", route="leader",
    ),
    "recipient_is_still_open": Case(Stage.DRAFT, "head.hill", "submit", before=lambda o: o.closed_schools.add(HILL), code="R-SCHOOL"),
    "recipient_has_a_head": Case(
        Stage.DRAFT, "sip.hill", "submit", before=lambda o: o.vacate("head.hill"), code="R-VACANT", route="sip"
    ),
    "request_version_was_read": Case(
        Stage.AWAITING_HEAD_CONSENT, "head.hill", "consent", {"request_version": 2}, code="R-REQUEST-VERSION", route="sip"
    ),
    "urgent_is_the_advisers": Case(Stage.TRIAGE, "broker", "triage", {"urgency": "urgent"}, code="R-POST"),
    # Need and partner
    "objectives_within_limit": Case(
        Stage.SCOPING, "sip.hill", "scope", {"objectives": [OBJECTIVE] * 5}, code="R-OBJECTIVES"
    ),
    "scoped_by_the_route": Case(Stage.SCOPING, "sip.hill", "scope", code="R-POST", route="leader"),
    "those_needed_were_present": Case(
        Stage.SCOPING, "sip.hill", "scope", {"present": ["sip"]}, code="R-PRESENT"
    ),
    "meeting_has_been": Case(Stage.SCOPING, "sip.hill", "scope", {"met_on": D(2026, 9, 16)}, code="R-DATES"),
    "objection_names_another_school": Case(
        Stage.MATCHING, "head.hill", "object-to", {"provider": HILL}, code="R-SCHOOL"
    ),
    "provider_can_be_asked": Case(Stage.MATCHING, "broker", "offer", {"provider": HILL}, code="R-SAME-SCHOOL"),
    "matching_is_ranked": Case(Stage.MATCHING, "broker", "match", before=_nobody_is_ranked, code="R-MATCHING"),
    "provider_suits": Case(Stage.MATCHING, "broker", "offer", {"provider": MOOR}, code="R-PHASE"),
    "provider_has_the_days": Case(
        Stage.MATCHING, "broker", "offer", before=lambda o: o.declared.update({SEA: 3}), code="R-CAPACITY"
    ),
    "provider_still_has_the_days": Case(
        Stage.PARTNER_OFFERED, "head.sea", "accept-offer", before=lambda o: o.declared.update({SEA: 3}), code="R-CAPACITY"
    ),
    "conflict_is_described": Case(
        Stage.PARTNER_OFFERED, "head.sea", "accept-offer", {"conflict": "declared"}, code="R-CONFLICT"
    ),
    "enough_offers_failed": Case(Stage.MATCHING, "adviser", "no-partner", code="R-OFFERS"),
    # Agreement
    "drafted_by_the_route": Case(Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement", code="R-POST", route="leader"),
    "terms_are_the_programmes": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement", {"terms": Office().terms(rate_card=None)}, code="R-RATE-CARD"
    ),
    "amount_is_within_the_grant": Case(
        Stage.AGREEMENT_DRAFTING, "head.sea", "draft-agreement",
        {"terms": Office("leader").terms(supplies_minor="139000.01")}, code="R-AMOUNT", route="leader",
    ),
    "dates_agree": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement",
        {"terms": Office().terms(mid_review_on=D(2026, 9, 1))}, code="R-DATES",
    ),
    "years_add_up": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement", {"terms": Office().terms(quarter_days="5")}, code="R-SPLIT"
    ),
    "periods_fit_the_days": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement",
        {"terms": Office().terms(periods=[{"period": "2026-autumn-1", "quarter_days": "5"}])}, code="R-SPLIT",
    ),
    "periods_lie_in_the_agreement": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement",
        {"terms": Office().terms(periods=[{"period": "2027-summer-1", "quarter_days": "4"}])}, code="R-DATES",
    ),
    "plan_fits_the_capacity": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement",
        {"terms": Office().terms(periods=[{"period": "2027-spring-1", "quarter_days": "4"}])},
        before=lambda o: o.uses.update({SEA: (Use("EAS-OTHER", "2027-spring-1", 390, "broker.two"),)}), code="R-CAPACITY",
    ),
    "people_are_known": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement",
        {"terms": Office().terms(provider_deputy="nobody")}, code="R-PERSON",
    ),
    "leads_are_of_their_schools": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement",
        {"terms": Office().terms(provider_lead="lead.dale")}, code="R-PERSON",
    ),
    "approver_suits_amount": Case(Stage.FUNDING_APPROVAL, "adviser", "approve-funding", code="R-POST"),
    "returner_suits_amount": Case(
        Stage.FUNDING_APPROVAL, "finance", "return-funding", code="R-POST", route="leader"
    ),
    "approver_did_not_draft": Case(
        Stage.FUNDING_APPROVAL, "broker", "approve-funding", before=lambda o: o.appoint("broker", Post.FINANCE),
        code="R-SEPARATION",
    ),
    "signed_by_the_route": Case(Stage.AWAITING_SIGNATURES, "sip.hill", "sign", code="R-POST", route="leader"),
    "has_not_signed": Case(
        Stage.AWAITING_SIGNATURES, "head.hill", "sign", before=lambda o: o.done("head.hill", "sign"), code="R-ALREADY"
    ),
    "signer_is_a_second_person": Case(
        Stage.AWAITING_SIGNATURES, "head.hill", "sign", before=lambda o: o.appoint("head.hill", Post.HEAD, SEA),
        code="R-SAME-HEAD",
    ),
    "sip_endorses_in_their_own_name": Case(
        Stage.AWAITING_SIGNATURES, "sip.hill", "sign", code="R-OWN-NAME", recorded_by="broker.two"
    ),
    "signer_did_not_approve": Case(
        Stage.AWAITING_SIGNATURES, "head.hill", "sign", code="R-SEPARATION", recorded_by="finance"
    ),
    "signs_what_stands": Case(
        Stage.AWAITING_SIGNATURES, "head.hill", "sign", {"content_hash": "f" * 64}, code="R-HASH"
    ),
    # Visits
    "visit_lies_in_the_agreed_span": Case(
        Stage.AGREED, "lead.sea", "schedule-visit", {"on": D(2027, 9, 1)}, code="R-DATES"
    ),
    "planned_visit_is_known": Case(Stage.IN_DELIVERY, "lead.sea", "record-visit", {"visit": "V9"}, code="R-VISIT"),
    "visit_has_been": Case(Stage.IN_DELIVERY, "lead.sea", "record-visit", {"on": D(2026, 9, 16)}, code="R-DATES"),
    "work_mode_was_agreed": Case(
        Stage.IN_DELIVERY, "lead.sea", "record-visit", {"work_mode": "sbm"}, code="R-WORK-MODE", route="leader"
    ),
    "objectives_exist": Case(Stage.IN_DELIVERY, "lead.sea", "record-visit", {"objectives": [2]}, code="R-OBJECTIVES"),
    "visitors_were_briefed": Case(
        Stage.AGREED, "lead.sea", "record-visit", {"safeguarding_briefed": False}, code="R-BRIEFING"
    ),
    "days_do_not_exceed_agreement": Case(
        Stage.IN_DELIVERY, "lead.sea", "record-visit", {"quarter_days": "1"},
        before=_all_days_used, code="R-DAYS",
    ),
    "mid_review_was_held": Case(
        Stage.IN_DELIVERY, "lead.sea", "record-visit",
        before=lambda o: [o.done("lead.sea", "record-visit") for _ in range(5)], code="R-MID-REVIEW",
    ),
    "note_is_still_awaited": Case(Stage.FINAL_REVIEW, "lead.sea", "record-visit", code="R-VISIT"),
    "visit_is_planned": Case(Stage.IN_DELIVERY, "lead.sea", "miss-visit", {"visit": "V1"}, code="R-VISIT"),
    "visit_awaits_confirmation": Case(
        Stage.IN_DELIVERY, "lead.hill", "confirm-visit", {"visit": "V1"},
        before=lambda o: o.done("lead.hill", "confirm-visit"), code="R-VISIT",
    ),
    "confirmer_did_not_record": Case(
        Stage.IN_DELIVERY, "lead.sea", "confirm-visit", {"visit": "V1"},
        before=lambda o: o.appoint("lead.sea", Post.LEAD, HILL), code="R-SEPARATION",
    ),
    "settler_did_not_record": Case(
        Stage.IN_DELIVERY, "lead.sea", "resolve-dispute", {"visit": "V2"},
        before=_after(_dispute, lambda o: o.appoint("lead.sea", Post.BROKER)), code="R-SEPARATION",
    ),
    "visit_can_be_disputed": Case(
        Stage.IN_DELIVERY, "lead.hill", "dispute-visit", {"visit": "V1"},
        before=lambda o: o.done("lead.hill", "confirm-visit"), code="R-VISIT",
    ),
    "visit_is_disputed": Case(Stage.IN_DELIVERY, "broker", "resolve-dispute", {"visit": "V1"}, code="R-VISIT"),
    "settlement_is_within_the_visit": Case(
        Stage.IN_DELIVERY, "broker", "resolve-dispute", {"visit": "V2", "counted_quarter_days": 4}, before=_dispute, code="R-DAYS"
    ),
    # Delivery
    "mid_review_is_due_once": Case(
        Stage.IN_DELIVERY, "sip.hill", "mid-review", before=lambda o: o.done("sip.hill", "mid-review"), code="R-ALREADY"
    ),
    "exit_leaves_no_dispute": Case(
        Stage.IN_DELIVERY, "sip.hill", "mid-review", {"decision": "exit"}, before=_dispute, code="R-DISPUTE"
    ),
    "variation_changes_something": Case(
        Stage.IN_DELIVERY, "head.hill", "propose-variation", {"end": None}, code="R-NOTHING"
    ),
    "variation_awaits_this_side": Case(Stage.IN_DELIVERY, "head.hill", "agree-variation", code="R-NOTHING"),
    "variation_was_read": Case(
        Stage.IN_DELIVERY, "head.hill", "agree-variation", {"content_hash": "f" * 64}, before=_vary, code="R-HASH"
    ),
    "variation_still_fits": Case(
        Stage.IN_DELIVERY, "head.hill", "agree-variation", before=_visits_went_on, code="R-DAYS"
    ),
    "variation_fits_the_capacity": Case(
        Stage.AGREED, "broker", "propose-variation",
        before=_slipped_and_full, code="R-CAPACITY",
    ),
    "variation_is_proposed": Case(Stage.IN_DELIVERY, "head.hill", "refuse-variation", code="R-NOTHING"),
    "extension_is_allowed": Case(Stage.IN_DELIVERY, "adviser", "extend", code="R-MID-REVIEW"),
    "extension_fits_the_capacity": Case(
        Stage.IN_DELIVERY, "adviser", "extend",
        before=lambda o: (o.done("sip.hill", "mid-review"), o.declared.update({SEA: 0})), code="R-CAPACITY",
    ),
    "something_was_delivered": Case(
        Stage.IN_DELIVERY, "head.hill", "complete", before=lambda o: o.done("lead.hill", "dispute-visit"), code="R-DAYS"
    ),
    "no_dispute_is_open": Case(Stage.IN_DELIVERY, "head.hill", "complete", before=_dispute, code="R-DISPUTE"),
    "completion_is_this_sides": Case(Stage.IN_DELIVERY, "lead.sea", "complete", code="R-EARLY"),
    # Review and end
    "side_has_not_reviewed": Case(
        Stage.FINAL_REVIEW, "head.sea", "review", before=lambda o: o.done("lead.sea", "review"), code="R-ALREADY"
    ),
    "every_objective_is_rated": Case(
        Stage.FINAL_REVIEW, "head.sea", "review", {"ratings": [RATING, RATING]}, code="R-RATINGS"
    ),
    "both_sides_have_reviewed": Case(Stage.FINAL_REVIEW, "sip.hill", "validate", code="R-REVIEWS"),
    "every_objective_is_validated": Case(
        Stage.FINAL_REVIEW, "sip.hill", "validate", {"ratings": [RATING | {"objective": 2}]},
        before=lambda o: (o.done("lead.sea", "review"), o.done("head.hill", "review")), code="R-RATINGS",
    ),
    "impact_is_validated": Case(Stage.FINAL_REVIEW, "broker", "close", code="R-REVIEWS"),
    "no_dispute_is_left": Case(
        Stage.FINAL_REVIEW, "broker", "close",
        before=_disputed_after_the_end, code="R-DISPUTE",
    ),
    "visit_moves": Case(
        Stage.AGREED, "lead.sea", "reschedule-visit", {"on": D(2026, 9, 22)},
        before=lambda o: o.done("broker", "schedule-visit"), code="R-ALREADY",
    ),
    "visit_can_be_cancelled": Case(Stage.AGREED, "lead.sea", "cancel-visit", {"visit": "V7"}, code="R-VISIT"),
    # Chasing
    "escalation_is_open": Case(Stage.TRIAGE, "adviser", "acknowledge", code="R-ESCALATION"),
    "escalation_is_theirs": Case(
        Stage.TRIAGE, "broker", "acknowledge", before=lambda o: o.days_pass(6), code="R-POST"
    ),
    "party_is_staff": Case(
        Stage.TRIAGE, "broker", "assign", {"party": "recipient_head", "to": "head.hill"}, code="R-PARTY"
    ),
    "assignee_holds_the_post": Case(Stage.TRIAGE, "broker", "assign", {"to": "finance"}, code="R-POST"),
    "assignment_is_new": Case(
        Stage.TRIAGE, "broker", "assign", before=lambda o: o.done("broker", "assign"), code="R-ALREADY"
    ),
    "contact_is_owed": Case(Stage.TRIAGE, "broker", "record-contact", code="R-PARTY"),
    "timer_has_come": Case(
        Stage.TRIAGE, "system", "pass-deadline",
        {"wait": "triage", "due_at": datetime(2026, 9, 22, 17, tzinfo=ZONE)}, code="R-CLOCK",
    ),
    "can_be_reopened": Case(Stage.TRIAGE, "broker", "reopen", before=_withdrawn_in_delivery, code="R-REOPEN"),
    "reopened_in_time": Case(Stage.TRIAGE, "broker", "reopen", before=_withdrawn_long_ago, code="R-REOPEN"),
    # Money
    "envelope_is_not_exhausted": Case(Stage.TRIAGE, "broker", "triage", before=_funds(allocated=0), code="R-FUND"),
    "rate_card_bears_the_cost": Case(Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement", before=_no_rates, code="R-RATE-CARD"),
    "budget_can_be_reserved": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement", before=_funds(allocated=999_99), code="R-FUND"
    ),
    "money_is_reserved": Case(Stage.AWAITING_SIGNATURES, "sip.hill", "sign", before=_not_reserved, code="R-FUND"),
    "extension_can_be_paid": Case(
        Stage.IN_DELIVERY, "adviser", "extend", before=_after(_reviewed, _funds(open=False)), code="R-FUND"
    ),
    "follow_up_is_wanted": Case(Stage.CLOSED, "sip.hill", "record-follow-up", before=_followed_up, code="R-ALREADY"),
    "has_money": Case(Stage.CLOSED, "head.sea", "claim", {"currency": "PHP"}, code="R-CURRENCY"),
    "is_paid_in_arrears": Case(Stage.CLOSED, "head.sea", "claim", code="R-MONEY", route="leader"),
    "visits_can_be_claimed": Case(Stage.CLOSED, "head.sea", "claim", {"visits": ["V9"]}, code="R-VISIT"),
    "days_have_a_rate": Case(Stage.CLOSED, "head.sea", "claim", before=_no_rates, code="R-RATE-CARD"),
    "claim_is_borne_out": Case(Stage.CLOSED, "head.sea", "claim", {"travel_minor": "1.00"}, code="R-CLAIM"),
    "claim_is_known": Case(Stage.CLOSED, "finance", "approve-claim", code="R-CLAIM"),
    "claim_awaits_its_decision": Case(Stage.CLOSED, "finance", "approve-claim", {"claim": "C1"}, before=_approved, code="R-CLAIM"),
    "claim_can_be_returned": Case(
        Stage.CLOSED, "finance", "return-claim", {"claim": "C1"},
        before=_after(_claimed, _returned), code="R-CLAIM",
    ),
    "claim_is_theirs_to_decide": Case(Stage.CLOSED, "adviser", "approve-claim", before=_claimed, code="R-POST"),
    "approver_did_not_claim": Case(
        Stage.CLOSED, "finance", "approve-claim", before=_after(_claimed, _drafted_by_finance), code="R-SEPARATION"
    ),
    "claim_awaits_its_payment": Case(Stage.CLOSED, "finance", "record-payment", before=_claimed, code="R-CLAIM"),
    "payment_is_not_held": Case(Stage.FINAL_REVIEW, "finance", "record-payment", before=_approved, code="R-REVIEWS"),
    "payment_has_been": Case(
        Stage.CLOSED, "finance", "record-payment", {"paid_on": D(2026, 9, 16)}, before=_approved, code="R-DATES"
    ),
    "payer_did_not_claim": Case(
        Stage.CLOSED, "head.sea", "record-payment",
        before=_after(_approved, _head_is_finance), code="R-SEPARATION",
    ),
    "is_paid_in_advance": Case(Stage.AGREED, "finance", "release-funds", code="R-MONEY"),
    "advance_is_committed": Case(
        Stage.AGREED, "finance", "release-funds", {"amount_minor": "1000.01"}, code="R-FUND", route="leader"
    ),
    "earlier_advances_are_settled": Case(
        Stage.AGREED, "finance", "release-funds", before=_advanced_before, code="R-LIQUIDATION", route="leader"
    ),
    "payer_did_not_draft": Case(
        Stage.AGREED, "finance", "release-funds", before=_drafted_by_finance, code="R-SEPARATION", route="leader"
    ),
    "uses_are_permitted": Case(
        Stage.CLOSED, "head.sea", "liquidate",
        {"spent": [{"use": "fiesta", "amount_minor": "1.00", "document": "OR-1"}]}, code="R-USE", route="leader",
    ),
    "account_is_within_the_advance": Case(
        Stage.CLOSED, "head.sea", "liquidate",
        {"spent": [{"use": "pedagogy", "amount_minor": "1000.01", "document": "OR-1"}]}, code="R-LIQUIDATION", route="leader",
    ),
    "account_awaits_its_decision": Case(Stage.CLOSED, "finance", "accept-liquidation", code="R-LIQUIDATION", route="leader"),
    "decider_did_not_spend": Case(
        Stage.CLOSED, "finance", "accept-liquidation",
        before=_after(_accounted, _drafted_by_finance), code="R-SEPARATION", route="leader",
    ),
    "return_is_within_the_advance": Case(
        Stage.CLOSED, "finance", "return-funds", {"amount_minor": "1000.01"}, code="R-LIQUIDATION", route="leader"
    ),
    "money_can_be_moved": Case(Stage.CLOSED, "finance", "move-money", {"amount_minor": "1000.01"}, code="R-FUND"),
    "account_is_overdue": Case(Stage.CLOSED, "adviser", "write-off", code="R-EARLY", route="leader"),
    "write_off_is_within_the_advance": Case(
        Stage.CLOSED, "adviser", "write-off", {"amount_minor": "1000.01"}, code="R-LIQUIDATION", route="leader"
    ),
    "write_off_suits_the_post": Case(
        Stage.CLOSED, "finance", "write-off", before=lambda o: o.days_pass(40), code="R-POST", route="leader"
    ),
    "writer_off_did_not_spend": Case(
        Stage.CLOSED, "adviser", "write-off", before=_given_up_by_its_drafter, code="R-SEPARATION", route="leader"
    ),
    "visits_are_settled": Case(
        Stage.IN_DELIVERY, "finance", "settle", before=lambda o: o.done("head.hill", "withdraw"), code="R-SETTLE"
    ),
    "paper_is_new": Case(
        Stage.CLOSED, "finance", "return-funds", {"receipt": "ada-1"}, code="R-PAPER", route="leader"
    ),
    "decided_in_ones_own_name": Case(
        Stage.CLOSED, "finance", "record-payment", before=_approved, code="R-OWN-NAME", recorded_by="adviser"
    ),
    "nothing_is_under_way": Case(Stage.CLOSED, "finance", "settle", before=_claimed, code="R-SETTLE"),
    # At any time
    "withdrawal_is_theirs": Case(Stage.TRIAGE, "sip.hill", "withdraw", code="R-POST"),
    "pause_is_new": Case(Stage.TRIAGE, "broker", "pause", before=lambda o: o.done("broker", "pause"), code="R-ALREADY"),
    "pause_review_is_ahead": Case(Stage.TRIAGE, "broker", "pause", {"review_on": D(2026, 9, 15)}, code="R-DATES"),
    "is_paused": Case(Stage.TRIAGE, "broker", "resume", code="R-ALREADY"),
}  # fmt: skip

CASES.update({
    # Networks
    "something_is_pointed_to": Case(Stage.TRIAGE, "broker", "signpost", {"to": None}, code="R-NOTHING"),
    "offer_pointed_to_fits": Case(Stage.TRIAGE, "broker", "signpost", {"offer": "no-such"}, code="R-OFFER"),
    "network_fits": Case(
        Stage.TRIAGE, "broker", "enrol", before=lambda o: _network(o, areas=("literacy",)), code="R-AREA"
    ),
    "school_is_not_enrolled_there": Case(
        Stage.TRIAGE, "broker", "enrol", before=lambda o: _network(o, enrolled=("EAS-K7QX4MZ-R",)), code="R-DUPLICATE"
    ),
    "places_are_left": Case(Stage.TRIAGE, "broker", "enrol", {"places": 3}, code="R-PLACES"),
    "enrolment_runs": Case(
        Stage.ENROLLED, "broker", "end-enrolment", before=lambda o: o.done("head.hill", "end-enrolment"), code="R-ALREADY"
    ),
    "cited_overview_is_on_record": Case(
        Stage.AWAITING_ALIGNMENT, "sip.hill", "align",
        before=lambda o: setattr(o, "overviews", (OVERVIEW,)), code="R-OVERVIEW",
    ),
    # Around a partnership
    "orientation_is_asked_for": Case(Stage.TRIAGE, "broker", "record-orientation", code="R-ORIENTATION"),
    "orientation_has_been": Case(
        Stage.TRIAGE, "broker", "record-orientation", {"on": D(2026, 9, 16)}, code="R-DATES", route="leader"
    ),
    "orientation_adds_a_side": Case(
        Stage.TRIAGE, "broker", "record-orientation", {"oriented": ["provider"]},
        before=lambda o: o.done("sip.hill", "record-orientation"), code="R-ALREADY", route="leader",
    ),
    "both_sides_are_oriented": Case(
        Stage.SCOPING, "head.sea", "scope",
        before=lambda o: o.done("broker", "record-orientation", oriented=["provider"]), code="R-ORIENTATION", route="leader",
    ),
    "plan_is_cited": Case(
        Stage.SCOPING, "head.sea", "scope", {"plan": None},
        before=lambda o: o.done("broker", "record-orientation"), code="R-PLAN", route="leader",
    ),
    "contribution_is_whole": Case(
        Stage.AGREEMENT_DRAFTING, "partner.sea", "contribute", {"priority": "SSO-2"}, code="R-OVERVIEW"
    ),
    "those_to_be_heard_were_heard": Case(
        Stage.AGREEMENT_DRAFTING, "broker", "draft-agreement",
        before=lambda o: o.done("head.hill", "contribute"), code="R-CONSULTED", route="sip",
    ),
    "person_is_ones_own_to_name": Case(Stage.AGREED, "head.hill", "name-person", code="R-POST"),
    "person_is_of_that_school": Case(Stage.AGREED, "head.sea", "name-person", {"person": "lead.hill"}, code="R-PERSON"),
    "person_is_another": Case(Stage.AGREED, "head.sea", "name-person", {"person": "lead.sea"}, code="R-ALREADY"),
    "assistance_has_been": Case(Stage.TRIAGE, "broker", "note-assistance", {"on": D(2026, 9, 16)}, code="R-DATES"),
})  # fmt: skip

GUARDS: Final = {guard.__name__ for row in LIFECYCLE for guard in row.guards}


def test_there_is_a_case_for_every_guard() -> None:
    assert set(CASES) == GUARDS


@pytest.mark.parametrize("guard", sorted(CASES))
def test_the_guard_refuses_in_words(guard: str) -> None:
    case = CASES[guard]
    office = Office(case.route) if case.stage is None else in_stage(case.stage, case.route)
    case.before(office)
    command = office.command(case.verb, **{k: v for k, v in case.values.items() if v is not None})
    command = command.model_copy(update={k: None for k, v in case.values.items() if v is None})
    if case.verb == "amend" and case.values == {"need": None}:
        command = type(command)()
    refusal = office.ask(case.person, command, case.recorded_by)
    assert getattr(refusal, "code", "accepted") == case.code
    assert in_plain_words(refusal)  # type: ignore[arg-type]
    assert refusing_guard(office, case.person, command, case.recorded_by) == guard


def refusing_guard(office: Office, person: str, command: Any, recorded_by: str | None = None) -> str:
    """The first guard that refuses this command of this person."""
    row = row_at(office.state.stage, command.verb)
    assert row is not None
    facts = office.facts(person, command, recorded_by)
    parts = {Party.SYSTEM} if command.verb in SYSTEM_VERBS else parties_of(office.state, command, facts)
    played = [party for party in row.who if party in parts]
    for party in played:
        for guard in row.guards:
            if guard(Situation(office.state, facts, command, party)) is not None:
                return guard.__name__
    return "none"


OFFERS: Final[dict[str, tuple[str, Callable[[Office], object], str]]] = {
    "a closed school": (DALE, lambda o: o.closed_schools.add(DALE), "R-SCHOOL"),
    "a school nobody knows": ("6999999", lambda o: None, "R-SCHOOL"),
    "a school that shares its head": (DALE, lambda o: o.appoint("head.hill", Post.HEAD, DALE), "R-SAME-HEAD"),
    "a school of the same federation": (
        DALE,
        lambda o: o.federations.update({HILL: "F", DALE: "F"}),
        "R-SAME-HEAD",
    ),
    "a school the head objected to": (DALE, lambda o: o.done("head.hill", "object-to"), "R-EXCLUDED"),
    "a school without a head": (GLEN, lambda o: o.vacate("head.glen"), "R-VACANT"),
    "a school that is not designated": (DALE, lambda o: o.designated.discard(DALE), "R-DESIGNATION"),
    "a school that is suspended": (DALE, lambda o: o.suspended.update({DALE: "staffing"}), "R-SUSPENDED"),
    "a school with a conflict": (DALE, lambda o: o.conflicts.add(DALE), "R-CONFLICT"),
    "a school of another phase": (MOOR, lambda o: None, "R-PHASE"),
    "a school without the days": (DALE, lambda o: o.declared.update({DALE: 3}), "R-CAPACITY"),
    "a school where the SIP teaches": (
        MOOR,
        lambda o: o.appoint("sip.hill", Post.LEAD, MOOR),
        "R-SEPARATION",
    ),
}


@pytest.mark.parametrize("what", OFFERS)
def test_the_case_is_not_offered_to(what: str) -> None:
    provider, before, code = OFFERS[what]
    office = Office().at(Stage.MATCHING)
    before(office)
    refusal = office.refused("broker", "offer", provider=provider)
    assert refusal.code == code
    assert in_plain_words(refusal)


TERMS: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "end before start": ({"end": D(2026, 9, 1), "mid_review_on": D(2026, 9, 15)}, "R-DATES"),
    "all of it over": (
        {"start": D(2026, 6, 1), "mid_review_on": D(2026, 6, 2), "end": D(2026, 6, 3), "final_review_on": D(2026, 6, 4)},
        "R-DATES",
    ),
    "follow-up before the final review": ({"follow_up_on": D(2026, 12, 1)}, "R-DATES"),
    "a year twice": ({"years": [{"financial_year": "2026-27", "quarter_days": "2"}] * 2}, "R-SPLIT"),
    "a year it does not touch": ({"years": [{"financial_year": "2027-28", "quarter_days": "4"}]}, "R-SPLIT"),
    "a half term twice": ({"periods": [{"period": "2026-autumn-1", "quarter_days": "1"}] * 2}, "R-SPLIT"),
}  # fmt: skip


@pytest.mark.parametrize("what", TERMS)
def test_an_agreement_is_not_drafted_with(what: str) -> None:
    changes, code = TERMS[what]
    office = Office().at(Stage.AGREEMENT_DRAFTING)
    refusal = office.refused("broker", "draft-agreement", terms=office.terms(**changes))
    assert refusal.code == code
    assert in_plain_words(refusal)


def test_an_agreement_over_two_financial_years_names_both() -> None:
    office = Office().at(Stage.AGREEMENT_DRAFTING)
    terms = office.terms(
        end=office.now.date() + timedelta(weeks=40),
        final_review_on=office.now.date() + timedelta(weeks=42),
        years=[
            {"financial_year": "2026-27", "quarter_days": "3"},
            {"financial_year": "2027-28", "quarter_days": "1"},
        ],
    )
    assert office.done("broker", "draft-agreement", terms=terms) == ("AgreementDrafted",)
