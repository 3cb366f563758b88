"""THE table: in which stage, which command, by whom, under which guards, leads to which events and stage.

Everything about the order of a case is read from here: `decide` obeys it, the diagram in the README is
drawn from it, the help lists it, and a test walks every stage × command cell. Numbers are those of the
transitions in docs/lifecycle.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain.case import (
    advances,
    agreement,
    budget,
    candidates,
    capacity_rules,
    chasing,
    claims,
    control,
    delivery,
    designation,
    intake,
    last_payment,
    matching,
    networks,
    offering,
    own_name,
    papers,
    partnership,
    request,
    review,
    settlement,
    terms,
    visits,
)
from domain.case import commands as c
from domain.case import events as e
from domain.case.situation import Refusal, Situation
from domain.case.stages import DELIVERING, HELD, OPEN, Stage
from domain.parties import Party

Guard = Callable[[Situation], Refusal | None]
Act = Callable[[Situation], tuple[e.CaseEvent, ...]]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    number: str
    command: type[c.CaseCommand]
    stages: frozenset[Stage | None]
    """Stages in which it may be given; None is 'no case yet'."""
    who: tuple[Party, ...]
    to: tuple[Stage, ...]
    """Stages it may lead to; the stage itself where nothing moves."""
    events: tuple[type[e.CaseEvent], ...]
    """Events it may cause, deadlines aside."""
    act: Act
    guards: tuple[Guard, ...] = ()
    while_paused: bool = False


def _row(
    number: str,
    command: type[c.CaseCommand],
    stages: Stage | frozenset[Stage] | None,
    who: tuple[Party, ...],
    to: tuple[Stage, ...],
    events: tuple[type[e.CaseEvent], ...],
    act: Act,
    *guards: Guard,
    while_paused: bool = False,
) -> Row:
    places: frozenset[Stage | None] = stages if isinstance(stages, frozenset) else frozenset({stages})
    return Row(number, command, places, who, to, events, act, guards, while_paused)


S, P = Stage, Party  # the table is read often and wide
_HEADS = (P.RECIPIENT_HEAD, P.PROVIDER_HEAD)
_SIGNATORIES = (P.RECIPIENT_HEAD, P.PROVIDER_HEAD, P.SIP)
_AT_RECIPIENT = (P.RECIPIENT_LEAD, P.RECIPIENT_HEAD)
_AT_PROVIDER = (P.PROVIDER_LEAD, P.PROVIDER_HEAD, P.CURRICULUM_PARTNER)
_OPENERS = (P.SIP, P.RECIPIENT_HEAD, P.RECIPIENT_LEAD, P.PROVIDER_HEAD, P.PROVIDER_LEAD)
"""Who may begin a request, by the route."""
_SAME: tuple[Stage, ...] = ()
_RUNNING = OPEN - {S.SUBMITTED}
"""Submitted is passed through within one command; no command ever finds a case there."""
_CHASED = frozenset({*_RUNNING, S.CLOSED, S.WITHDRAWN})
"""Where something is awaited: of a withdrawn case, what its money still needs."""
_CLAIMING = frozenset({S.IN_DELIVERY, S.FINAL_REVIEW, S.CLOSED, S.WITHDRAWN})
"""Where what was delivered is claimed, and what was advanced accounted for."""
_PAYING = frozenset({S.AGREED, *_CLAIMING})
_HELD_TO_BE_PAID = frozenset({*HELD, S.CLOSED, S.WITHDRAWN})
"""Visits of a case that has ended are still confirmed, since they are paid for."""
_NOTED_LATE = frozenset({S.FINAL_REVIEW, S.CLOSED, S.WITHDRAWN})
"""Where it is still said of a visit, planned before delivery ended, whether it was held."""
_OVER = frozenset({S.CLOSED, S.WITHDRAWN})
_PAY = (P.FINANCE, P.PRINCIPAL_ADVISER)
_ENDS_BUDGET = (e.BudgetReleased, e.BudgetReconciled)
_BEGUN: frozenset[Stage] = frozenset(Stage) - {S.SUBMITTED}

# fmt: off
LIFECYCLE: Final[tuple[Row, ...]] = (
    # Intake
    _row("1", c.Open, None, _OPENERS, (S.DRAFT,), (e.CaseDrafted,), request.draft,
         request.programme_is_known, request.route_is_ours, request.area_is_offered, request.recipient_is_open,
         request.phase_fits_recipient, request.preferred_provider_is_another_school,
         request.provider_begins_where_the_route_says, request.schools_share_an_authority, designation.provider_is_designated,
         request.languages_are_the_programmes, request.start_is_ahead, request.overview_is_whole),
    _row("2", c.Amend, frozenset({S.DRAFT, S.AWAITING_HEAD_CONSENT, S.AWAITING_ALIGNMENT}),
         _OPENERS, _SAME, (e.RequestAmended,), request.amend, request.amended_by_the_route,
         request.amendment_changes_something, request.amendment_keeps_its_area, request.amendment_fits_recipient),
    _row("2, 3, 5", c.Submit, S.DRAFT, _OPENERS,
         (S.AWAITING_HEAD_CONSENT, S.AWAITING_ALIGNMENT), (e.RequestSubmitted, e.HeadConsentRequested, e.AlignmentRequested),
         intake.submit, intake.submitted_by_the_route, intake.recipient_is_still_open, intake.need_is_not_open_already, intake.overview_is_cited,
         intake.provider_still_suits, designation.provider_is_designated, intake.provider_has_no_other_partner, intake.recipient_has_a_head),
    _row("4", c.Consent, S.AWAITING_HEAD_CONSENT, (P.RECIPIENT_HEAD,), (S.TRIAGE,), (e.HeadConsentGiven,),
         intake.consent, intake.request_version_was_read),
    _row("4b", c.RefuseConsent, S.AWAITING_HEAD_CONSENT, (P.RECIPIENT_HEAD,), (S.WITHDRAWN,), (e.HeadConsentRefused,),
         intake.refuse_consent),
    _row("6", c.Align, S.AWAITING_ALIGNMENT, (P.SIP,), (S.TRIAGE,), (e.AlignmentConfirmed,), intake.align,
         intake.cited_overview_is_on_record),
    _row("6", c.ExceptAlignment, S.AWAITING_ALIGNMENT, (P.PRINCIPAL_ADVISER,), (S.TRIAGE,),
         (e.AlignmentExceptionGranted,), intake.except_alignment),
    _row("7", c.Triage, S.TRIAGE, (P.BROKER, P.PRINCIPAL_ADVISER), (S.SCOPING,), (e.TriageAccepted,), intake.triage,
         intake.urgent_is_the_advisers, budget.envelope_is_not_exhausted),
    _row("8", c.Signpost, S.TRIAGE, (P.BROKER, P.PRINCIPAL_ADVISER), (S.SIGNPOSTED,), (e.RequestSignposted,), networks.signpost,
         networks.something_is_pointed_to, networks.offer_pointed_to_fits),
    _row("8", c.Enrol, frozenset({S.TRIAGE, S.MATCHING}), (P.BROKER, P.PRINCIPAL_ADVISER), (S.ENROLLED,), (e.RequestEnrolled,),
         networks.enrol, networks.network_fits, networks.school_is_not_enrolled_there, networks.places_are_left),
    _row("8", c.Decline, S.TRIAGE, (P.PRINCIPAL_ADVISER,), (S.DECLINED,), (e.RequestDeclined,), intake.decline),
    # Need and partner
    _row("9", c.RecordOrientation, frozenset({S.AWAITING_HEAD_CONSENT, S.AWAITING_ALIGNMENT, S.TRIAGE, S.SCOPING}),
         (P.SIP, P.BROKER), _SAME, (e.OrientationRecorded,), partnership.record_orientation,
         partnership.orientation_is_asked_for, partnership.orientation_has_been, partnership.orientation_adds_a_side),
    _row("9", c.Scope, S.SCOPING, (P.SIP, P.RECIPIENT_HEAD, P.PROVIDER_HEAD), (S.MATCHING, S.AGREEMENT_DRAFTING),
         (e.NeedScoped,), matching.scope, matching.scoped_by_the_route, matching.objectives_within_limit,
         matching.those_needed_were_present, matching.meeting_has_been, partnership.both_sides_are_oriented,
         partnership.plan_is_cited),
    _row("10", c.ObjectTo, S.MATCHING, (P.RECIPIENT_HEAD,), _SAME, (e.CandidateObjected,), matching.object_to,
         matching.objection_names_another_school),
    _row("10", c.Match, S.MATCHING, (P.BROKER,), _SAME, (e.MatchCandidatesScored,), candidates.score,
         candidates.matching_is_ranked),
    _row("10", c.Offer, S.MATCHING, (P.BROKER,), (S.PARTNER_OFFERED,), (e.MatchCandidatesScored, e.PartnerOffered),
         offering.offer, matching.provider_can_be_asked, candidates.provider_suits, capacity_rules.provider_has_the_days),
    _row("11", c.AcceptOffer, S.PARTNER_OFFERED, (P.PROVIDER_HEAD,), (S.AGREEMENT_DRAFTING,), (e.OfferAccepted,),
         matching.accept_offer, matching.conflict_is_described, capacity_rules.provider_still_has_the_days),
    _row("12", c.DeclineOffer, S.PARTNER_OFFERED, (P.PROVIDER_HEAD,), (S.MATCHING,), (e.OfferDeclined,), matching.decline_offer),
    _row("12", c.RescindOffer, S.PARTNER_OFFERED, (P.BROKER,), (S.MATCHING,), (e.OfferRescinded,), matching.rescind_offer),
    _row("13", c.NoPartner, S.MATCHING, (P.PRINCIPAL_ADVISER,), (S.NO_PARTNER,), (e.NoPartnerFound,), matching.no_partner,
         matching.enough_offers_failed),
    # Agreement
    _row("14", c.Contribute, frozenset({S.AGREEMENT_DRAFTING, S.FUNDING_APPROVAL, S.AWAITING_SIGNATURES}),
         (P.CURRICULUM_PARTNER, P.RECIPIENT_HEAD), _SAME, (e.ContributionRecorded,), partnership.contribute,
         partnership.contribution_is_whole),
    _row("14", c.DraftAgreement, S.AGREEMENT_DRAFTING, (P.BROKER, P.PROVIDER_HEAD), (S.FUNDING_APPROVAL,), (e.AgreementDrafted, e.BudgetReserved),
         agreement.draft, agreement.drafted_by_the_route, partnership.those_to_be_heard_were_heard, terms.terms_are_the_programmes,
         terms.amount_is_within_the_grant, terms.dates_agree, terms.years_add_up, terms.periods_fit_the_days,
         terms.periods_lie_in_the_agreement, terms.people_are_known, terms.leads_are_of_their_schools, capacity_rules.plan_fits_the_capacity,
         budget.rate_card_bears_the_cost, budget.budget_can_be_reserved),
    _row("15", c.ApproveFunding, S.FUNDING_APPROVAL, (P.FINANCE, P.PRINCIPAL_ADVISER), (S.AWAITING_SIGNATURES,),
         (e.FundingApproved,), agreement.approve_funding, agreement.approver_suits_amount, own_name.decided_in_ones_own_name,
         agreement.approver_did_not_draft, budget.money_is_reserved),
    _row("16", c.ReturnFunding, S.FUNDING_APPROVAL, (P.FINANCE, P.PRINCIPAL_ADVISER), (S.AGREEMENT_DRAFTING,),
         (e.FundingReturned, e.BudgetReleased), agreement.return_funding, agreement.returner_suits_amount,
         own_name.decided_in_ones_own_name),
    _row("17", c.Sign, S.AWAITING_SIGNATURES, _SIGNATORIES, (S.AGREED,),
         (e.AgreementSigned, e.AlignmentEndorsed, e.AgreementActivated, e.BudgetCommitted), agreement.sign,
         agreement.signed_by_the_route, agreement.has_not_signed, agreement.sip_endorses_in_their_own_name,
         agreement.signer_is_a_second_person, agreement.signer_did_not_approve,
         agreement.signs_what_stands, budget.money_is_reserved),
    _row("18", c.RequestChanges, S.AWAITING_SIGNATURES, _SIGNATORIES, (S.AGREEMENT_DRAFTING,),
         (e.SignatureVoided, e.ChangesRequested, e.BudgetReleased), agreement.request_changes, agreement.signed_by_the_route),
    # Delivery
    _row("20", c.ScheduleVisit, DELIVERING, (*_AT_PROVIDER, *_AT_RECIPIENT, P.BROKER), _SAME, (e.VisitScheduled,),
         visits.schedule_visit, visits.visit_lies_in_the_agreed_span),
    _row("20", c.RescheduleVisit, DELIVERING, (*_AT_PROVIDER, *_AT_RECIPIENT, P.BROKER), _SAME, (e.VisitRescheduled,),
         visits.reschedule_visit, visits.visit_moves, visits.visit_lies_in_the_agreed_span),
    _row("20", c.CancelVisit, DELIVERING, (*_AT_PROVIDER, *_AT_RECIPIENT, P.BROKER), _SAME, (e.VisitCancelled,),
         visits.cancel_visit, visits.visit_can_be_cancelled),
    _row("19, 20", c.RecordVisit, DELIVERING, _AT_PROVIDER, (S.IN_DELIVERY,),
         (e.DeliveryStarted, e.VisitRecorded, e.MidReviewDue), visits.record_visit,
         visits.planned_visit_is_known, visits.visit_has_been, visits.work_mode_was_agreed, visits.objectives_exist,
         visits.visitors_were_briefed, visits.days_do_not_exceed_agreement, visits.mid_review_was_held),
    _row("20", c.RecordVisit, _NOTED_LATE, _AT_PROVIDER, _SAME, (e.VisitRecorded,), visits.record_visit,
         visits.note_is_still_awaited, visits.visit_has_been, visits.work_mode_was_agreed, visits.objectives_exist,
         visits.visitors_were_briefed, visits.days_do_not_exceed_agreement),
    _row("20", c.MissVisit, DELIVERING, (*_AT_PROVIDER, *_AT_RECIPIENT, P.BROKER), _SAME, (e.VisitMissed,),
         visits.miss_visit, visits.visit_is_planned),
    _row("20", c.MissVisit, _NOTED_LATE, (*_AT_PROVIDER, *_AT_RECIPIENT, P.BROKER), _SAME, (e.VisitMissed,),
         visits.miss_visit, visits.note_is_still_awaited),
    _row("20", c.ConfirmVisit, _HELD_TO_BE_PAID, _AT_RECIPIENT, _SAME, (e.VisitConfirmed,), visits.confirm_visit,
         visits.visit_awaits_confirmation, visits.confirmer_did_not_record),
    _row("20", c.DisputeVisit, _HELD_TO_BE_PAID, _AT_RECIPIENT, _SAME, (e.VisitDisputed,), visits.dispute_visit,
         visits.visit_can_be_disputed),
    _row("20", c.ResolveDispute, _HELD_TO_BE_PAID, (P.BROKER, P.PRINCIPAL_ADVISER), _SAME, (e.DisputeResolved,),
         visits.resolve_dispute, visits.visit_is_disputed, visits.settler_did_not_record, visits.settlement_is_within_the_visit),
    _row("20", c.MidReview, S.IN_DELIVERY, (P.SIP, P.RECIPIENT_HEAD, P.PROVIDER_HEAD), (S.FINAL_REVIEW,),
         (e.MidReviewRecorded, e.DeliveryCompleted), delivery.mid_review, delivery.mid_review_is_due_once,
         delivery.exit_leaves_no_dispute),
    _row("20", c.ProposeVariation, DELIVERING, (*_HEADS, P.SIP, P.BROKER), _SAME, (e.VariationProposed,),
         delivery.propose_variation, delivery.variation_changes_something, capacity_rules.variation_fits_the_capacity),
    _row("20", c.AgreeVariation, DELIVERING, _HEADS, _SAME, (e.VariationAgreed, e.AgreementVaried, e.BudgetReleased),
         delivery.agree_variation, delivery.variation_awaits_this_side, delivery.variation_was_read, delivery.variation_still_fits,
         capacity_rules.variation_fits_the_capacity),
    _row("20", c.RefuseVariation, DELIVERING, _HEADS, _SAME, (e.VariationRefused,), delivery.refuse_variation,
         delivery.variation_is_proposed),
    _row("20", c.Extend, S.IN_DELIVERY, (P.PRINCIPAL_ADVISER,), _SAME, (e.DeliveryExtended, e.BudgetReserved, e.BudgetCommitted),
         delivery.extend, own_name.decided_in_ones_own_name, agreement.approver_did_not_draft, delivery.extension_is_allowed,
         capacity_rules.extension_fits_the_capacity, budget.extension_can_be_paid),
    _row("22", c.Complete, S.IN_DELIVERY, (*_HEADS, P.PROVIDER_LEAD, P.SIP, P.BROKER, P.PRINCIPAL_ADVISER), (S.FINAL_REVIEW,),
         (e.CompletionAgreed, e.DeliveryCompleted), delivery.complete,
         delivery.something_was_delivered, delivery.no_dispute_is_open, delivery.completion_is_this_sides),
    _row("20", c.NamePerson, DELIVERING | {S.FINAL_REVIEW}, _HEADS, _SAME, (e.NamedPersonChanged,), partnership.name_person,
         partnership.person_is_ones_own_to_name, partnership.person_is_of_that_school, partnership.person_is_another),
    # Review and end
    _row("23", c.Review, S.FINAL_REVIEW, (*_HEADS, P.PROVIDER_LEAD), _SAME, (e.ReviewSubmitted,), review.review,
         review.side_has_not_reviewed, review.every_objective_is_rated),
    _row("23", c.Validate, S.FINAL_REVIEW, (P.SIP,), _SAME, (e.ImpactValidated,), review.validate,
         review.both_sides_have_reviewed, review.every_objective_is_validated),
    _row("23", c.Close, S.FINAL_REVIEW, (P.BROKER, P.PRINCIPAL_ADVISER), (S.CLOSED, S.ARCHIVED), (e.CaseClosed, e.CaseArchived), review.close,
         review.impact_is_validated, review.no_dispute_is_left),
    _row("24", c.RecordFollowUp, S.CLOSED, (P.SIP,), (S.ARCHIVED,), (e.FollowUpRecorded, e.CaseArchived), review.record_follow_up,
         review.follow_up_is_wanted),
    # Money
    _row("M1", c.SubmitClaim, _CLAIMING, (P.PROVIDER_HEAD,), _SAME, (e.ClaimSubmitted,), claims.submit_claim, claims.has_money,
         claims.is_paid_in_arrears, claims.visits_can_be_claimed, claims.days_have_a_rate, claims.claim_is_borne_out,
         while_paused=True),
    _row("M2", c.ReturnClaim, _CLAIMING, _PAY, _SAME, (e.ClaimReturned,), claims.return_claim, claims.has_money,
         claims.claim_is_known, claims.claim_can_be_returned, claims.claim_is_theirs_to_decide,
         own_name.decided_in_ones_own_name, while_paused=True),
    _row("M2", c.ApproveClaim, _CLAIMING, _PAY, _SAME, (e.ClaimApproved,), claims.approve_claim, claims.has_money,
         claims.claim_is_known, claims.claim_awaits_its_decision, claims.claim_is_theirs_to_decide,
         own_name.decided_in_ones_own_name, claims.approver_did_not_claim, while_paused=True),
    _row("M3", c.RecordPayment, _CLAIMING, (P.FINANCE,), _SAME, (e.PaymentRecorded,), claims.record_payment,
         claims.has_money, claims.claim_is_known, claims.claim_awaits_its_payment, last_payment.payment_is_not_held, claims.payment_has_been,
         papers.paper_is_new, own_name.decided_in_ones_own_name,
         claims.payer_did_not_claim, while_paused=True),
    _row("M4", c.ReleaseFunds, _PAYING, (P.FINANCE,), _SAME, (e.FundsReleased,), advances.release_funds,
         claims.has_money, advances.is_paid_in_advance, advances.advance_is_committed,
         advances.earlier_advances_are_settled, claims.payment_has_been, papers.paper_is_new,
         own_name.decided_in_ones_own_name, advances.payer_did_not_draft),
    _row("M5", c.Liquidate, _PAYING, (P.PROVIDER_HEAD,), _SAME, (e.FundsLiquidated,), advances.liquidate, claims.has_money,
         advances.is_paid_in_advance, advances.uses_are_permitted, advances.account_is_within_the_advance, papers.paper_is_new,
         while_paused=True),
    _row("M6", c.AcceptLiquidation, _PAYING, (P.FINANCE,), _SAME, (e.LiquidationAccepted,), advances.accept_liquidation,
         claims.has_money, advances.account_awaits_its_decision, own_name.decided_in_ones_own_name, advances.decider_did_not_spend,
         while_paused=True),
    _row("M6", c.ReturnLiquidation, _PAYING, (P.FINANCE,), _SAME, (e.LiquidationReturned,), advances.return_liquidation,
         claims.has_money, advances.account_awaits_its_decision, own_name.decided_in_ones_own_name, while_paused=True),
    _row("M7", c.ReturnFunds, _PAYING, (P.FINANCE,), _SAME, (e.FundsReturned,), advances.return_funds, claims.has_money,
         advances.is_paid_in_advance, advances.return_is_within_the_advance, claims.payment_has_been, papers.paper_is_new,
         own_name.decided_in_ones_own_name, while_paused=True),
    _row("M7", c.WriteOff, _OVER, _PAY, _SAME, (e.FundsWrittenOff,), advances.write_off, claims.has_money,
         advances.is_paid_in_advance, advances.write_off_is_within_the_advance, advances.account_is_overdue,
         advances.write_off_suits_the_post, advances.writer_off_did_not_spend, own_name.decided_in_ones_own_name),
    _row("M8", c.MoveMoney, _PAYING, (P.FINANCE,), _SAME, (e.BudgetReleased, e.BudgetReserved, e.BudgetCommitted),
         budget.move_money, claims.has_money, own_name.decided_in_ones_own_name, budget.money_can_be_moved, while_paused=True),
    _row("M9, 24", c.Settle, S.CLOSED, (P.FINANCE,), (S.ARCHIVED,), (*_ENDS_BUDGET, e.CaseArchived), settlement.settle,
         claims.has_money, own_name.decided_in_ones_own_name, settlement.visits_are_settled, settlement.nothing_is_under_way),
    _row("M9", c.Settle, S.WITHDRAWN, (P.FINANCE,), _SAME, _ENDS_BUDGET, settlement.settle, claims.has_money,
         own_name.decided_in_ones_own_name, settlement.visits_are_settled, settlement.nothing_is_under_way),
    _row("8", c.EndEnrolment, S.ENROLLED, (P.BROKER, P.PRINCIPAL_ADVISER, P.SIP, P.RECIPIENT_HEAD), _SAME,
         (e.EnrolmentEnded,), networks.end_enrolment, networks.enrolment_runs),
    # At any time
    _row("25", c.Withdraw, _RUNNING, (P.RECIPIENT_HEAD, P.SIP, P.PROVIDER_HEAD), (S.WITHDRAWN,), (e.CaseWithdrawn, *_ENDS_BUDGET), control.withdraw,
         control.withdrawal_is_theirs, while_paused=True),
    _row("–", c.Pause, _RUNNING - {S.DRAFT}, (P.BROKER, P.PRINCIPAL_ADVISER, *_HEADS, P.SIP), _SAME,
         (e.CasePaused, e.PauseProlonged), control.pause, control.pause_is_new, control.pause_review_is_ahead, while_paused=True),
    _row("–", c.Resume, _RUNNING - {S.DRAFT}, (P.BROKER, P.PRINCIPAL_ADVISER), _SAME, (e.CaseResumed,),
         control.resume, control.is_paused, while_paused=True),
    _row("28", c.Reopen, frozenset({S.LAPSED, S.WITHDRAWN, S.NO_PARTNER}), (P.BROKER, P.PRINCIPAL_ADVISER),
         (S.AWAITING_HEAD_CONSENT, S.AWAITING_ALIGNMENT, S.TRIAGE), (e.CaseReopened,), chasing.reopen,
         chasing.can_be_reopened, chasing.reopened_in_time, intake.recipient_is_still_open, intake.need_is_not_open_already,
         designation.provider_is_designated, intake.provider_has_no_other_partner, intake.recipient_has_a_head),
    _row("–", c.NoteAssistance, _CHASED - {S.DRAFT, S.WITHDRAWN}, (P.BROKER, P.PRINCIPAL_ADVISER, P.SIP), _SAME, (e.AssistanceNoted,),
         partnership.note_assistance, partnership.assistance_has_been, while_paused=True),
    # Chasing
    _row("–", c.Acknowledge, _CHASED, (P.SIP, P.BROKER, P.PRINCIPAL_ADVISER, P.FINANCE), _SAME,
         (e.EscalationAcknowledged,), chasing.acknowledge, chasing.escalation_is_open, chasing.escalation_is_theirs, while_paused=True),
    _row("–", c.Assign, _CHASED - {S.WITHDRAWN}, (P.BROKER, P.PRINCIPAL_ADVISER), _SAME, (e.WorkAssigned,), chasing.assign,
         chasing.party_is_staff, chasing.assignee_holds_the_post, chasing.assignment_is_new, while_paused=True),
    _row("–", c.RecordContact, _CHASED, (P.BROKER, P.PRINCIPAL_ADVISER, P.SIP), _SAME, (e.ContactRecorded,),
         chasing.record_contact, chasing.contact_is_owed, while_paused=True),
    _row("12, 24, 27b", c.PassDeadline, _CHASED, (P.SYSTEM,), (S.MATCHING, S.ARCHIVED, S.LAPSED),
         (e.DeadlinePassed, e.ReminderIssued, e.EscalationRaised, e.WaitReassigned, e.LapseHeld, e.TimerIgnored,
          e.OfferExpired, e.DraftExpired, e.CaseLapsed, e.FollowUpMissed, e.CaseArchived, e.BudgetReleased), chasing.chase,
         chasing.timer_has_come, while_paused=True),
    _row("–", c.Recount, _CHASED, (P.SYSTEM,), _SAME, (e.DeadlineMoved,), chasing.recount, while_paused=True),
    _row("–", c.RecordDelivery, _BEGUN, (P.SYSTEM,), _SAME, (e.MailAccepted, e.MailFailed), chasing.record_delivery,
         while_paused=True),
)
# fmt: on


def rows_for(verb: str) -> tuple[Row, ...]:
    """The lines of the table for one verb."""
    return tuple(row for row in LIFECYCLE if row.command.verb == verb)


def row_at(stage: Stage | None, verb: str) -> Row | None:
    """The line that allows this verb in this stage, if one does."""
    return next((row for row in rows_for(verb) if stage in row.stages), None)


def verbs_at(stage: Stage | None) -> tuple[str, ...]:
    """What can be asked of a case in this stage, in the order of the table."""
    return tuple(dict.fromkeys(row.command.verb for row in LIFECYCLE if stage in row.stages))
