"""Where a case stands: the fold of its events, and nothing else.

`evolve` is a table of small functions, one for each event that changes something. What a party owes
comes from `awaited` (waits.py); a deadline is kept exactly as long as its wait is awaited.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from domain.case import events as e
from domain.case.chased import CHASED, Change, given_back, tidied, without_deadline
from domain.case.money_owed import live_money
from domain.case.money_state import MONEY
from domain.case.shape import (
    Agreement,
    CaseState,
    Deadline,
    Enrolment,
    Objection,
    OfferMade,
    RankedSchool,
    Ranking,
    SideReview,
    Signature,
    Variation,
    Visit,
)
from domain.case.stages import Stage
from domain.case.waits import awaited_keys
from domain.parties import Party

__all__ = [
    "Agreement", "CaseState", "Deadline", "Enrolment", "OfferMade", "SideReview", "Signature", "Variation", "Visit",
    "evolve", "fold",
]  # fmt: skip

_EVOLVERS: Final[dict[type[e.CaseEvent], Callable[[CaseState, Any], Change]]] = {}


def _evolves(
    *kinds: type[e.EventT],
) -> Callable[[Callable[[CaseState, e.EventT], Change]], Callable[[CaseState, e.EventT], Change]]:
    def register(
        function: Callable[[CaseState, e.EventT], Change],
    ) -> Callable[[CaseState, e.EventT], Change]:
        for kind in kinds:
            _EVOLVERS[kind] = function
        return function

    return register


def evolve(state: CaseState, event: e.CaseEvent, occurred_at: datetime) -> CaseState:
    """The state after the event. Pure: the same events always give the same state."""
    change: Change = {"version": state.version + 1}
    if isinstance(event, e.CaseDrafted):
        change["opened_at"] = occurred_at
    elif isinstance(event, e.CaseLapsed | e.CaseWithdrawn | e.NoPartnerFound):
        change["ended_at"] = occurred_at
    elif isinstance(event, e.CandidateObjected):
        change["objections"] = (*state.objections, Objection(school=event.provider, at=occurred_at))
    change |= _EVOLVERS[type(event)](state, event)
    if isinstance(event, e.OfferAccepted):
        change["offers"] = tuple(
            offer.model_copy(update={"accepted_at": occurred_at}) if offer.number == event.offer else offer
            for offer in change["offers"]
        )
    after = state.model_copy(update=change)
    over = tidied(after, awaited_keys(after))
    return after.model_copy(update=over) if over else after


def fold(events: Iterable[tuple[e.CaseEvent, datetime]], state: CaseState | None = None) -> CaseState:
    """The state after all of these events, each with the time it occurred."""
    state = CaseState() if state is None else state
    for event, occurred_at in events:
        state = evolve(state, event, occurred_at)
    return state


def _moves_to(stage: Stage, *kinds: type[e.CaseEvent]) -> None:
    for kind in kinds:
        _EVOLVERS[kind] = lambda _state, _event: {"stage": stage}


_moves_to(Stage.AWAITING_HEAD_CONSENT, e.HeadConsentRequested)
_moves_to(Stage.WITHDRAWN, e.HeadConsentRefused)
_moves_to(Stage.DECLINED, e.RequestDeclined)
_moves_to(Stage.IN_DELIVERY, e.DeliveryStarted)
_moves_to(Stage.ARCHIVED, e.CaseArchived)


@_evolves(e.HeadConsentGiven, e.AlignmentExceptionGranted)
def _granted(state: CaseState, _event: e.CaseEvent) -> Change:
    return {"stage": Stage.TRIAGE, "consents": state.consents + 1}


@_evolves(e.NoPartnerFound)
def _no_partner(_state: CaseState, _event: e.NoPartnerFound) -> Change:
    return {"stage": Stage.NO_PARTNER, "ended_from": Stage.MATCHING.value}


@_evolves(e.FollowUpRecorded, e.FollowUpMissed)
def _followed_up(state: CaseState, _event: e.CaseEvent) -> Change:
    """Archived in the same step, but where its money is not settled yet."""
    return {} if live_money(state) is None else {"followed_up": True}


@_evolves(e.AssistanceNoted)
def _nothing_more(_state: CaseState, _event: e.AssistanceNoted) -> Change:
    return {}


@_evolves(e.CaseDrafted)
def _drafted(_state: CaseState, event: e.CaseDrafted) -> Change:
    copied = (
        "reference", "programme", "route", "recipient", "authority", "area", "phase", "support_language",
        "urgency", "desired_start", "priority", "overview_version", "preferred_provider", "drafted_by",
        "provider", "duties",
    )  # fmt: skip
    begun = {"stage": Stage.DRAFT, "provider_began": event.provider is not None}
    return begun | {name: getattr(event, name) for name in copied}


@_evolves(e.RequestSubmitted)
def _submitted(_state: CaseState, event: e.RequestSubmitted) -> Change:
    return {"stage": Stage.SUBMITTED, "request_version": event.request_version}


@_evolves(e.RequestAmended)
def _amended(_state: CaseState, event: e.RequestAmended) -> Change:
    copied = (
        "request_version", "area", "phase", "support_language", "urgency", "desired_start", "priority",
        "overview_version", "preferred_provider",
    )  # fmt: skip
    return {name: getattr(event, name) for name in copied}


@_evolves(e.AlignmentRequested)
def _alignment_requested(_state: CaseState, event: e.AlignmentRequested) -> Change:
    return {"stage": Stage.AWAITING_ALIGNMENT, "alignment_owner": event.owner}


@_evolves(e.AlignmentConfirmed)
def _aligned(state: CaseState, event: e.AlignmentConfirmed) -> Change:
    return {
        "stage": Stage.TRIAGE,
        "priority": event.priority,
        "overview_version": event.overview_version,
        "consents": state.consents + 1,
    }


@_evolves(e.TriageAccepted)
def _triaged(_state: CaseState, event: e.TriageAccepted) -> Change:
    return {"stage": Stage.SCOPING, "tier": event.tier, "urgency": event.urgency}


@_evolves(e.NeedScoped)
def _scoped(state: CaseState, event: e.NeedScoped) -> Change:
    return {
        "stage": Stage.AGREEMENT_DRAFTING if state.provider_began else Stage.MATCHING,
        "objectives": event.objectives,
        "plan": event.plan,
        "estimated_quarter_days": event.estimated_quarter_days,
        "ranking": None,
    }


@_evolves(e.CandidateObjected)
def _objected(state: CaseState, event: e.CandidateObjected) -> Change:
    return {"objected": (*state.objected, event.provider), "ranking": None}


@_evolves(e.MatchCandidatesScored)
def _scored(_state: CaseState, event: e.MatchCandidatesScored) -> Change:
    return {"ranking": ranking_of(event)}


def ranking_of(event: e.MatchCandidatesScored) -> Ranking:
    """What the case remembers of a ranking."""
    schools = tuple(
        RankedSchool(school=each.school, milli_points=each.milli_points) for each in event.candidates
    )
    return Ranking(schools=schools, pool=len(schools) + len(event.excluded))


@_evolves(e.PartnerOffered)
def _offered(state: CaseState, event: e.PartnerOffered) -> Change:
    offer = OfferMade(number=event.offer, provider=event.provider, periods=event.periods, by=event.offered_by)
    return {"stage": Stage.PARTNER_OFFERED, "offers": (*state.offers, offer), "provider": event.provider}


@_evolves(e.OfferAccepted)
def _accepted(state: CaseState, event: e.OfferAccepted) -> Change:
    answered = _answered(state, event.offer, "accepted")
    return {"stage": Stage.AGREEMENT_DRAFTING, "offers": answered, "contributed": ()}


@_evolves(e.OfferDeclined)
def _declined(state: CaseState, event: e.OfferDeclined) -> Change:
    return _back_to_matching(state, event.offer, "declined")


@_evolves(e.OfferExpired)
def _expired(state: CaseState, event: e.OfferExpired) -> Change:
    return _back_to_matching(state, event.offer, "expired")


@_evolves(e.OfferRescinded)
def _rescinded(state: CaseState, event: e.OfferRescinded) -> Change:
    return _back_to_matching(state, event.offer, "rescinded")


def _back_to_matching(state: CaseState, number: int, outcome: str) -> Change:
    """The days are free again, and who comes next is found anew."""
    return {
        "stage": Stage.MATCHING,
        "offers": _answered(state, number, outcome),
        "provider": None,
        "ranking": None,
    }


def _answered(state: CaseState, number: int, outcome: str) -> tuple[OfferMade, ...]:
    return tuple(
        offer.model_copy(update={"outcome": outcome}) if offer.number == number else offer
        for offer in state.offers
    )


@_evolves(e.AgreementDrafted)
def _agreement_drafted(state: CaseState, event: e.AgreementDrafted) -> Change:
    agreement = Agreement(
        version=event.agreement_version,
        terms=event.terms,
        content_hash=event.content_hash,
        drafted_by=event.drafted_by,
        recorded_by=event.recorded_by,
        approver=event.approver,
        amount_minor=event.amount_minor,
        signatories=event.signatories,
        end=event.terms.end,
        quarter_days=event.terms.quarter_days,
        offer=len(state.offers),
        provider_lead=event.terms.provider_lead,
        recipient_lead=event.terms.recipient_lead,
    )
    return {"stage": Stage.FUNDING_APPROVAL, "agreement": agreement}


def _agreement(state: CaseState, **update: Any) -> Agreement:
    if state.agreement is None:
        raise ValueError("the log is not a lawful history: an agreement event before any draft")
    return state.agreement.model_copy(update=update)


@_evolves(e.FundingApproved)
def _funded(state: CaseState, event: e.FundingApproved) -> Change:
    funded = _agreement(state, funding_approved=True, funded_by=event.approved_by)
    return {"stage": Stage.AWAITING_SIGNATURES, "agreement": funded}


@_evolves(e.FundingReturned)
def _back_to_drafting(state: CaseState, _event: e.FundingReturned) -> Change:
    return {"stage": Stage.AGREEMENT_DRAFTING, "agreement": _agreement(state, funding_approved=False)}


@_evolves(e.ChangesRequested)
def _changes_requested(state: CaseState, _event: e.ChangesRequested) -> Change:
    return {"stage": Stage.AGREEMENT_DRAFTING, "agreement": _agreement(state, funding_approved=False)}


@_evolves(e.AgreementSigned)
def _signed(state: CaseState, event: e.AgreementSigned) -> Change:
    signature = Signature(party=event.party, person=event.signed_by, recorded_by=event.recorded_by)
    return _with_signature(state, signature)


@_evolves(e.AlignmentEndorsed)
def _endorsed(state: CaseState, event: e.AlignmentEndorsed) -> Change:
    signature = Signature(party=Party.SIP, person=event.signed_by, recorded_by=event.recorded_by)
    return _with_signature(state, signature)


def _with_signature(state: CaseState, signature: Signature) -> Change:
    signatures = (*_agreement(state).signatures, signature)
    return {"agreement": _agreement(state, signatures=signatures)}


@_evolves(e.SignatureVoided)
def _signature_voided(state: CaseState, event: e.SignatureVoided) -> Change:
    left = tuple(given for given in _agreement(state).signatures if given.party != event.party)
    return {"agreement": _agreement(state, signatures=left)}


@_evolves(e.AgreementActivated)
def _activated(state: CaseState, _event: e.AgreementActivated) -> Change:
    return {"stage": Stage.AGREED, "agreement": _agreement(state, active=True)}


@_evolves(e.VisitScheduled)
def _visit_scheduled(state: CaseState, event: e.VisitScheduled) -> Change:
    visit = Visit(id=event.visit, status="planned", on=event.on, quarter_days=event.quarter_days)
    return {"visits": (*state.visits, visit)}


@_evolves(e.VisitRecorded)
def _visit_recorded(state: CaseState, event: e.VisitRecorded) -> Change:
    visit = Visit(
        id=event.visit,
        status="recorded",
        on=event.on,
        quarter_days=event.quarter_days,
        recorded_by=event.recorded_as,
        persons=_known(event.noted_by, event.recorded_by),
        period=event.period,
        taken=event.quarter_days,
    )
    others = tuple(known for known in state.visits if known.id != event.visit)
    visits = tuple(sorted((*others, visit), key=lambda v: int(v.id[1:])))
    return {"visits": visits, "briefed": state.briefed or event.safeguarding_briefed}


def _known(*persons: str | None) -> tuple[str, ...]:
    return tuple(sorted({person for person in persons if person}))


def _visits(state: CaseState, visit_id: str, **update: Any) -> Change:
    return {
        "visits": tuple(v.model_copy(update=update) if v.id == visit_id else v for v in state.visits),
    }


@_evolves(e.VisitMissed)
def _visit_missed(state: CaseState, event: e.VisitMissed) -> Change:
    return _visits(state, event.visit, status="missed")


@_evolves(e.VisitConfirmed)
def _visit_confirmed(state: CaseState, event: e.VisitConfirmed) -> Change:
    vouched = _known(event.confirmed_by, event.recorded_by)
    return _visits(state, event.visit, status="confirmed", vouched_by=vouched)


@_evolves(e.VisitDisputed)
def _visit_disputed(state: CaseState, event: e.VisitDisputed) -> Change:
    return _visits(state, event.visit, status="disputed")


@_evolves(e.DisputeResolved)
def _dispute_resolved(state: CaseState, event: e.DisputeResolved) -> Change:
    settled = {
        "quarter_days": event.counted_quarter_days,
        "vouched_by": _known(event.settled_by, event.recorded_by),
    }
    return _visits(state, event.visit, status="resolved", **settled)


@_evolves(e.MidReviewDue)
def _mid_review_due(_state: CaseState, _event: e.MidReviewDue) -> Change:
    return {"mid_review_due": True}


@_evolves(e.MidReviewRecorded)
def _mid_reviewed(_state: CaseState, event: e.MidReviewRecorded) -> Change:
    return {"mid_review": event.decision}


@_evolves(e.VariationProposed)
def _variation_proposed(_state: CaseState, event: e.VariationProposed) -> Change:
    variation = Variation(
        agreement_version=event.agreement_version,
        end=event.end,
        quarter_days=event.quarter_days,
        content_hash=event.content_hash,
    )
    return {"variation": variation}


@_evolves(e.VariationRefused)
def _variation_refused(_state: CaseState, _event: e.VariationRefused) -> Change:
    return {"variation": None}


@_evolves(e.VariationAgreed)
def _variation_agreed(state: CaseState, event: e.VariationAgreed) -> Change:
    if state.variation is None:
        raise ValueError("the log is not a lawful history: agreement to a variation nobody proposed")
    agreed = (*state.variation.agreed, event.party)
    return {"variation": state.variation.model_copy(update={"agreed": agreed})}


@_evolves(e.AgreementVaried)
def _varied(state: CaseState, event: e.AgreementVaried) -> Change:
    varied = _agreement(
        state,
        version=event.agreement_version,
        end=event.end,
        quarter_days=event.quarter_days,
        content_hash=event.content_hash,
    )
    if event.periods is not None:
        held = tuple(visit.id for visit in state.held_visits)
        anew = {"replanned": event.periods, "replanned_after": held, "extension": (), "held_before": ()}
        varied = varied.model_copy(update=anew)
    return {
        "agreement": varied,
        "variation": None,
        "completion_agreed": (),  # said of the agreement as it was
        **without_deadline(state, "delivery_end"),
    }


@_evolves(e.DeliveryExtended)
def _extended(state: CaseState, event: e.DeliveryExtended) -> Change:
    extended = _agreement(
        state,
        end=event.until,
        extended_by=event.quarter_days,
        extension=event.periods,
        held_before=tuple(visit.id for visit in state.held_visits),
    )
    return {"agreement": extended, "completion_agreed": (), **without_deadline(state, "delivery_end")}


@_evolves(e.CompletionAgreed)
def _completion_agreed(state: CaseState, event: e.CompletionAgreed) -> Change:
    return {"completion_agreed": (*state.completion_agreed, event.party)}


@_evolves(e.DeliveryCompleted)
def _completed(_state: CaseState, event: e.DeliveryCompleted) -> Change:
    return {
        "stage": Stage.FINAL_REVIEW,
        "variation": None,
        "disputes_waived": event.disputes_waived,
        "delivery_ended_on": event.delivery_ended_on,
    }


@_evolves(e.ReviewSubmitted)
def _reviewed(state: CaseState, event: e.ReviewSubmitted) -> Change:
    return {"reviews": (*state.reviews, SideReview(party=event.party, ratings=event.ratings))}


@_evolves(e.ImpactValidated)
def _validated(_state: CaseState, event: e.ImpactValidated) -> Change:
    return {"validated": event.ratings}


@_evolves(e.CaseClosed)
def _closed(_state: CaseState, event: e.CaseClosed) -> Change:
    return {"stage": Stage.CLOSED, "outcome": event.outcome, "follow_up": event.follow_up}


@_evolves(e.CaseWithdrawn)
def _withdrawn(state: CaseState, event: e.CaseWithdrawn) -> Change:
    """Waits that a pause had frozen begin anew: what the money still needs is awaited of somebody again."""
    running = tuple(d for d in state.deadlines if d.kept_days is None)
    over = {
        "stage": Stage.WITHDRAWN,
        "ended_from": event.stage,
        "delivery_ended_on": event.delivery_ended_on,
        "paused": False,
        "pause_review_on": None,
        "deadlines": running,
    }
    return over | given_back(state)


@_evolves(e.VisitRescheduled)
def _visit_rescheduled(state: CaseState, event: e.VisitRescheduled) -> Change:
    note = f"visit_note:{event.visit}"
    visits = _visits(state, event.visit, on=event.on, quarter_days=event.quarter_days)
    return visits | without_deadline(state, note)


@_evolves(e.VisitCancelled)
def _visit_cancelled(state: CaseState, event: e.VisitCancelled) -> Change:
    return _visits(state, event.visit, status="cancelled")


@_evolves(e.RequestSignposted)
def _signposted(_state: CaseState, event: e.RequestSignposted) -> Change:
    return {"stage": Stage.SIGNPOSTED, "signposted_to": event.offer}


@_evolves(e.RequestEnrolled)
def _enrolled(_state: CaseState, event: e.RequestEnrolled) -> Change:
    enrolment = Enrolment(network=event.network, places=event.places, since=event.since)
    return {"stage": Stage.ENROLLED, "enrolment": enrolment}


@_evolves(e.EnrolmentEnded)
def _enrolment_ended(state: CaseState, event: e.EnrolmentEnded) -> Change:
    if state.enrolment is None:
        raise ValueError("the log is not a lawful history: the end of an enrolment that never was")
    ended = state.enrolment.model_copy(update={"outcome": event.outcome, "until": event.on})
    return {"enrolment": ended}


@_evolves(e.OrientationRecorded)
def _oriented(state: CaseState, event: e.OrientationRecorded) -> Change:
    return {"oriented": tuple(dict.fromkeys((*state.oriented, *event.oriented)))}


@_evolves(e.ContributionRecorded)
def _contributed(state: CaseState, event: e.ContributionRecorded) -> Change:
    return {"contributed": tuple(dict.fromkeys((*state.contributed, event.party)))}


@_evolves(e.NamedPersonChanged)
def _named_anew(state: CaseState, event: e.NamedPersonChanged) -> Change:
    side = "provider_lead" if event.party is Party.PROVIDER_LEAD else "recipient_lead"
    return {"agreement": _agreement(state, **{side: event.person})}


_EVOLVERS.update(CHASED)
_EVOLVERS.update(MONEY)
