"""What can have happened in a case. Past tense; immutable; texts about or by people are sealed.

Each class is the current version of one type. A stored event is never rewritten: a new shape is a new version,
and a function in earlier_forms.py reads the one before it. How to change an event: docs/event-log.md.
"""

from datetime import date
from typing import Any, ClassVar, Final, Literal, TypeVar

from domain.case.chasing_events import (
    CaseLapsed,
    CasePaused,
    CaseReopened,
    CaseResumed,
    ContactRecorded,
    DeadlineMoved,
    DeadlinePassed,
    DeadlineSet,
    DraftExpired,
    EscalationAcknowledged,
    EscalationRaised,
    LapseHeld,
    MailAccepted,
    MailFailed,
    PauseProlonged,
    ReminderIssued,
    TimerIgnored,
    WaitReassigned,
    WorkAssigned,
)
from domain.case.earlier_forms import CASE_UPCASTERS
from domain.case.event_base import CaseEvent
from domain.case.matching_events import MatchCandidatesScored
from domain.case.money_events import (
    BudgetCommitted,
    BudgetReconciled,
    BudgetReleased,
    BudgetReserved,
    ClaimApproved,
    ClaimReturned,
    ClaimSubmitted,
    FundsLiquidated,
    FundsReleased,
    FundsReturned,
    FundsWrittenOff,
    LiquidationAccepted,
    LiquidationReturned,
    PaymentRecorded,
)
from domain.case.network_events import EnrolmentEnded, RequestEnrolled, RequestSignposted
from domain.case.partnership_events import (
    AssistanceNoted,
    ContributionRecorded,
    NamedPersonChanged,
    OrientationRecorded,
)
from domain.case.values import (
    AgreementTerms,
    AreaCode,
    ClockTime,
    ContentHash,
    FollowUpPlan,
    Mode,
    Objective,
    ObjectiveRating,
    Outcome,
    OverviewVersion,
    PeriodShare,
    PersonId,
    Phase,
    PlanRef,
    PriorityRef,
    RouteCode,
    SchoolId,
    SupportLanguage,
    Tier,
    Urgency,
    VisitId,
    Widening,
    WorkModeCode,
)
from domain.parties import Duties, Party
from domain.personal import FreeText
from domain.upcasting import EventTypes

# Intake


class CaseDrafted(CaseEvent):
    schema_version: ClassVar[int] = 3
    reference: str
    programme: str
    route: RouteCode
    recipient: SchoolId
    authority: str
    area: AreaCode
    phase: Phase
    support_language: SupportLanguage
    urgency: Urgency
    need: FreeText
    desired_start: date
    priority: PriorityRef | None
    overview_version: OverviewVersion | None
    preferred_provider: SchoolId | None
    drafted_by: Party
    provider: SchoolId | None
    """The provider, on a route that it begins itself."""
    duties: Duties
    """Who does what on this route, as the programme had it then."""


class RequestSubmitted(CaseEvent):
    request_version: int


class RequestAmended(CaseEvent):
    """The request as it now reads, whole; from submission on, each amendment is a new version."""

    request_version: int
    area: AreaCode
    phase: Phase
    support_language: SupportLanguage
    urgency: Urgency
    need: FreeText | None
    """The need as reworded; None where its words stand."""
    desired_start: date
    priority: PriorityRef | None
    overview_version: OverviewVersion | None
    preferred_provider: SchoolId | None
    amended_as: Party


class HeadConsentRequested(CaseEvent):
    request_version: int


class HeadConsentGiven(CaseEvent):
    request_version: int


class HeadConsentRefused(CaseEvent):
    reason: FreeText


class AlignmentRequested(CaseEvent):
    owner: Party
    """The SIP, or the principal adviser where the school has none."""


class AlignmentConfirmed(CaseEvent):
    priority: PriorityRef
    overview_version: OverviewVersion


class AlignmentExceptionGranted(CaseEvent):
    reason: FreeText


class TriageAccepted(CaseEvent):
    tier: Tier
    urgency: Urgency


class RequestDeclined(CaseEvent):
    reason_code: str
    explanation: FreeText


# Need and partner


class NeedScoped(CaseEvent):
    schema_version: ClassVar[int] = 2
    objectives: tuple[Objective, ...]
    estimated_quarter_days: int
    present: tuple[Party, ...]
    met_on: date
    plan: PlanRef | None
    """The improvement plan that the need was assessed from, where the route asks for one."""


class CandidateObjected(CaseEvent):
    provider: SchoolId
    reason: FreeText


class PartnerOffered(CaseEvent):
    """A school is asked, and days of it are held until it has answered."""

    schema_version: ClassVar[int] = 2
    provider: SchoolId
    offer: int
    reason: FreeText
    periods: tuple[PeriodShare, ...]
    """The days held, by half term; none where the programme keeps no account of them."""
    rank: int | None
    """Its place in the ranking, 1 the best; None where it was not among the ranked."""
    milli_points: int | None
    pool: int | None
    """How many schools were looked at."""
    overrides: bool
    """Whether another school stood before it: then the reason says why this one."""
    offered_by: PersonId | None
    """Who holds the days, for others who want them."""


class OfferAccepted(CaseEvent):
    provider: SchoolId
    offer: int
    conflict: Literal["none", "declared"]
    conflict_note: FreeText | None


class OfferDeclined(CaseEvent):
    provider: SchoolId
    offer: int
    reason_code: str
    reason: FreeText


class OfferExpired(CaseEvent):
    provider: SchoolId
    offer: int


class OfferRescinded(CaseEvent):
    provider: SchoolId
    offer: int
    reason: FreeText


class NoPartnerFound(CaseEvent):
    widening: tuple[Widening, ...]
    offers_failed: int
    nobody_left: bool
    """The principal adviser states that no school is left to ask."""
    explanation: FreeText


# Agreement


class AgreementDrafted(CaseEvent):
    schema_version: ClassVar[int] = 3
    agreement_version: int
    recipient: SchoolId
    provider: SchoolId
    origin: RouteCode
    priority: PriorityRef | None
    overview_version: OverviewVersion | None
    objectives: tuple[Objective, ...]
    terms: AgreementTerms
    amount_minor: int
    currency: str
    content_hash: ContentHash
    drafted_by: PersonId
    recorded_by: PersonId
    """Who put it in: the drafter, or the person who recorded it for them. Neither may approve its money."""
    approver: Party
    """Who decides on this amount: finance up to the programme's threshold, the principal adviser above."""
    signatories: tuple[Party, ...]
    """Whose signatures bring it into force."""


class FundingApproved(CaseEvent):
    schema_version: ClassVar[int] = 2
    agreement_version: int
    amount_minor: int
    currency: str
    approved_as: Party
    approved_by: PersonId | None
    """None where only the envelope kept it."""


class FundingReturned(CaseEvent):
    agreement_version: int
    reason: FreeText


class AgreementSigned(CaseEvent):
    schema_version: ClassVar[int] = 2
    agreement_version: int
    party: Party
    content_hash: ContentHash
    signed_by: PersonId
    recorded_by: PersonId | None
    """Who entered it: the same person, unless it was recorded for them; None where only the envelope kept it."""


class AlignmentEndorsed(CaseEvent):
    schema_version: ClassVar[int] = 2
    agreement_version: int
    content_hash: ContentHash
    signed_by: PersonId
    recorded_by: PersonId | None
    """As of a signature."""


class SignatureVoided(CaseEvent):
    agreement_version: int
    party: Party
    cause: Literal["changes-requested"]


class ChangesRequested(CaseEvent):
    agreement_version: int
    party: Party
    reason: FreeText


class AgreementActivated(CaseEvent):
    agreement_version: int
    content_hash: ContentHash


# Delivery


class DeliveryStarted(CaseEvent):
    on: date


class VisitScheduled(CaseEvent):
    visit: VisitId
    on: date
    quarter_days: int
    mode: Mode


class VisitRecorded(CaseEvent):
    schema_version: ClassVar[int] = 3
    visit: VisitId
    planned: bool
    on: date
    begin: ClockTime | None
    end: ClockTime | None
    quarter_days: int
    mode: Mode
    took_part: tuple[Party, ...]
    objectives: tuple[int, ...]
    done: FreeText
    next_steps: FreeText
    cover_used: bool
    cover_minor: int
    safeguarding_briefed: bool
    recorded_as: Party
    work_mode: WorkModeCode | None
    period: str | None
    """The half term whose capacity it is taken from."""
    noted_by: PersonId | None
    """Whose record it is; None where only the envelope kept it."""
    recorded_by: PersonId | None
    """Who entered it: the same person, unless it was recorded for them."""


class VisitRescheduled(CaseEvent):
    visit: VisitId
    was: date
    on: date
    quarter_days: int
    mode: Mode | None
    """Where that changes too."""
    moved_as: Party
    notice_days: int
    """School days of the recipient between the change and the day that was planned."""


class VisitCancelled(CaseEvent):
    visit: VisitId
    on: date
    because_of: Literal["recipient", "provider", "neither"]
    reason_code: str
    cancelled_as: Party
    notice_days: int


class VisitMissed(CaseEvent):
    visit: VisitId
    because_of: Literal["recipient", "provider", "neither"]
    reason_code: str


class VisitConfirmed(CaseEvent):
    schema_version: ClassVar[int] = 2
    visit: VisitId
    quarter_days: int
    confirmed_by: PersonId | None
    """None where only the envelope kept it."""
    recorded_by: PersonId | None
    """Who entered it: the same person, unless it was recorded for them."""


class VisitDisputed(CaseEvent):
    visit: VisitId
    reason: FreeText


class DisputeResolved(CaseEvent):
    schema_version: ClassVar[int] = 2
    visit: VisitId
    counted_quarter_days: int
    reason: FreeText
    settled_by: PersonId | None
    """None where only the envelope kept it."""
    recorded_by: PersonId | None
    """Who entered it: the same person, unless it was recorded for them."""


class MidReviewDue(CaseEvent):
    counted_quarter_days: int
    agreed_quarter_days: int


class MidReviewRecorded(CaseEvent):
    decision: Literal["continue", "change", "exit"]
    present: tuple[Party, ...]
    note: FreeText


class VariationProposed(CaseEvent):
    agreement_version: int
    end: date
    quarter_days: int
    content_hash: ContentHash
    """Of the agreement as it would then read."""
    reason: FreeText
    proposed_as: Party


class VariationAgreed(CaseEvent):
    agreement_version: int
    party: Party
    content_hash: ContentHash


class VariationRefused(CaseEvent):
    agreement_version: int
    party: Party
    reason: FreeText


class AgreementVaried(CaseEvent):
    schema_version: ClassVar[int] = 2
    agreement_version: int
    end: date
    quarter_days: int
    content_hash: ContentHash
    periods: tuple[PeriodShare, ...] | None
    """What is left to give, by half term; None where the programme keeps no account of days."""


class DeliveryExtended(CaseEvent):
    schema_version: ClassVar[int] = 2
    quarter_days: int
    until: date
    reason: FreeText
    periods: tuple[PeriodShare, ...]
    """The further days by half term; none where the programme keeps no account of them."""


class CompletionAgreed(CaseEvent):
    party: Party


class DeliveryCompleted(CaseEvent):
    schema_version: ClassVar[int] = 2
    cause: Literal["last-day", "end-date", "both-heads", "mid-review-exit"]
    confirmed_quarter_days: int
    agreed_quarter_days: int
    disputes_waived: bool
    delivery_ended_on: date | None
    """Visits planned up to that day may still be recorded; None in a log from before they could."""


# Review and end


class ReviewSubmitted(CaseEvent):
    party: Party
    """Whose side it speaks for: recipient_head or provider_head."""
    given_as: Party
    ratings: tuple[ObjectiveRating, ...]
    partnership: int
    satisfaction: int
    effect_on_provider: FreeText | None
    sustaining: FreeText | None
    worth_sharing: bool


class ImpactValidated(CaseEvent):
    ratings: tuple[ObjectiveRating, ...]
    disagreements: tuple[int, ...]
    """Objectives that the parties rate differently; kept, never smoothed over."""
    note: FreeText | None


class CaseClosed(CaseEvent):
    outcome: Outcome
    follow_up: FollowUpPlan
    unevaluated: bool
    """Closed by the principal adviser although a review or the validation never came."""


class FollowUpRecorded(CaseEvent):
    sustained: Literal["yes", "partly", "no"]
    note: FreeText


class FollowUpMissed(CaseEvent):
    pass


class CaseArchived(CaseEvent):
    pass


class CaseWithdrawn(CaseEvent):
    schema_version: ClassVar[int] = 2
    reason: FreeText
    stage: str
    """Stage it was withdrawn from."""
    delivery_ended_on: date | None
    """Visits planned up to that day may still be recorded; None where no agreement was in force."""


EventT = TypeVar("EventT", bound=CaseEvent)

CASE_EVENTS: Final[dict[str, type[CaseEvent]]] = {
    event.type_name(): event
    for event in (
        CaseDrafted, RequestSubmitted, RequestAmended, HeadConsentRequested, HeadConsentGiven, HeadConsentRefused,
        AlignmentRequested, AlignmentConfirmed, AlignmentExceptionGranted, TriageAccepted,
        RequestSignposted, RequestDeclined, NeedScoped, CandidateObjected, MatchCandidatesScored, PartnerOffered,
        OfferAccepted, OfferDeclined, OfferExpired, OfferRescinded, NoPartnerFound, AgreementDrafted, FundingApproved,
        FundingReturned, AgreementSigned, AlignmentEndorsed, SignatureVoided, ChangesRequested,
        AgreementActivated, DeliveryStarted, VisitScheduled, VisitRecorded, VisitMissed,
        VisitConfirmed, VisitDisputed, DisputeResolved, MidReviewDue, MidReviewRecorded, VariationProposed,
        VariationAgreed, VariationRefused, AgreementVaried, DeliveryExtended, CompletionAgreed, DeliveryCompleted,
        ReviewSubmitted, ImpactValidated, CaseClosed, FollowUpRecorded, FollowUpMissed, CaseArchived,
        CaseWithdrawn, DeadlineSet, DeadlinePassed, CasePaused, PauseProlonged, CaseResumed,
        DeadlineMoved, TimerIgnored, ReminderIssued, EscalationRaised, EscalationAcknowledged, WaitReassigned,
        LapseHeld, DraftExpired, CaseLapsed, CaseReopened, WorkAssigned, ContactRecorded, MailAccepted, MailFailed,
        VisitRescheduled, VisitCancelled, RequestEnrolled, EnrolmentEnded,
        OrientationRecorded, ContributionRecorded, NamedPersonChanged, AssistanceNoted,
        BudgetReserved, BudgetReleased, BudgetCommitted, ClaimSubmitted, ClaimReturned, ClaimApproved, PaymentRecorded,
        FundsReleased, FundsLiquidated, LiquidationReturned, LiquidationAccepted, FundsReturned, FundsWrittenOff,
        BudgetReconciled,
    )
}  # fmt: skip


CASE_EVENT_TYPES: Final[EventTypes[CaseEvent]] = EventTypes("case", CASE_EVENTS.values(), CASE_UPCASTERS)


def read_case_event(type_name: str, schema_version: int, payload: dict[str, Any]) -> CaseEvent:
    """The event a stored payload is; raises UnknownEventError for a type or version this code lacks."""
    return CASE_EVENT_TYPES.read(type_name, schema_version, payload)
