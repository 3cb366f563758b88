"""What people may ask of a case. The verbs, their flags, their help and their JSON Schema come from here."""

from datetime import datetime
from typing import ClassVar, Final, Literal, TypeVar

from pydantic import Field

from domain.case.command_base import CaseCommand
from domain.case.money_commands import (
    AcceptLiquidation,
    ApproveClaim,
    Liquidate,
    MoveMoney,
    RecordPayment,
    ReleaseFunds,
    ReturnClaim,
    ReturnFunds,
    ReturnLiquidation,
    Settle,
    SubmitClaim,
    WriteOff,
)
from domain.case.partnership_events import Side
from domain.case.values import (
    AgreementTerms,
    AreaCode,
    ClockTime,
    ContentHash,
    CountedDays,
    Day,
    FollowUpPlan,
    Mode,
    Money,
    NetworkCode,
    Objective,
    ObjectiveRating,
    Outcome,
    OverviewVersion,
    PeriodShare,
    PersonId,
    Phase,
    PlanRef,
    PriorityRef,
    QuarterDays,
    RouteCode,
    SchoolId,
    SupportLanguage,
    Tier,
    Urgency,
    Value,
    VisitId,
    VisitLength,
    Widening,
    WorkModeCode,
)
from domain.ids import PROGRAMME_CODE_PATTERN
from domain.parties import Party
from domain.personal import FreeText


class Open(CaseCommand):
    """Open a request for support as a draft."""

    verb: ClassVar[str] = "open"
    group: ClassVar[str] = "Intake"
    programme: str = Field(pattern=PROGRAMME_CODE_PATTERN, description="Programme code, e.g. EAS.")
    route: RouteCode = Field(description="Who begins: sip, school or leader.")
    recipient: SchoolId = Field(description="Number of the school that asks for support.")
    area: AreaCode = Field(description="Area of support, e.g. numeracy.")
    phase: Phase = Field(description="Phase the support is for.")
    support_language: SupportLanguage = Field(description="Language the support is wanted in.")
    urgency: Urgency = Field(default="normal", description="normal or urgent.")
    need: FreeText = Field(description="What the school needs, in its own words.")
    desired_start: Day = Field(description="Day from which support is wanted.")
    priority: PriorityRef | None = Field(
        default=None, description="Priority of the support overview, e.g. SSO-2."
    )
    overview_version: OverviewVersion | None = Field(
        default=None, description="Version of the overview that was read."
    )
    preferred_provider: SchoolId | None = Field(
        default=None, description="A school the recipient has in mind."
    )
    provider: SchoolId | None = Field(
        default=None, description="On a route that the provider begins: its number."
    )


class Submit(CaseCommand):
    """Send the draft: it becomes a request, and the first wait begins."""

    verb: ClassVar[str] = "submit"
    group: ClassVar[str] = "Intake"


class Amend(CaseCommand):
    """Correct the request; once it is submitted, this makes a new version of it."""

    verb: ClassVar[str] = "amend"
    group: ClassVar[str] = "Intake"
    area: AreaCode | None = Field(default=None, description="Area of support (only while it is a draft).")
    phase: Phase | None = Field(default=None, description="Phase the support is for.")
    support_language: SupportLanguage | None = Field(
        default=None, description="Language the support is wanted in."
    )
    urgency: Urgency | None = Field(default=None, description="normal or urgent.")
    need: FreeText | None = Field(default=None, description="What the school needs, in its own words.")
    desired_start: Day | None = Field(default=None, description="Day from which support is wanted.")
    priority: PriorityRef | None = Field(
        default=None, description="Priority of the support overview, e.g. SSO-2."
    )
    overview_version: OverviewVersion | None = Field(
        default=None, description="Version of the overview that was read."
    )
    preferred_provider: SchoolId | None = Field(
        default=None, description="A school the recipient has in mind."
    )


class Consent(CaseCommand):
    """Give the recipient head's consent to a request that their improvement partner made."""

    verb: ClassVar[str] = "consent"
    group: ClassVar[str] = "Intake"
    request_version: int = Field(default=1, ge=1, description="Version of the request that was read.")


class RefuseConsent(CaseCommand):
    """Refuse consent: the request ends, without prejudice."""

    verb: ClassVar[str] = "refuse-consent"
    group: ClassVar[str] = "Intake"
    reason: FreeText = Field(description="Why, in the head's words.")


class Align(CaseCommand):
    """Confirm that the request serves a priority of the support overview."""

    verb: ClassVar[str] = "align"
    group: ClassVar[str] = "Intake"
    priority: PriorityRef = Field(description="Priority it serves, e.g. SSO-2.")
    overview_version: OverviewVersion = Field(description="Version of the overview that was read.")


class ExceptAlignment(CaseCommand):
    """Let a request go on although it lies outside the support overview."""

    verb: ClassVar[str] = "except-alignment"
    group: ClassVar[str] = "Intake"
    reason: FreeText = Field(description="Why it may go on outside the overview.")


class Triage(CaseCommand):
    """Accept the request and set its tier and urgency."""

    verb: ClassVar[str] = "triage"
    group: ClassVar[str] = "Intake"
    tier: Tier = Field(description="light, standard or intensive.")
    urgency: Urgency | None = Field(
        default=None, description="normal or urgent; as requested where none is given."
    )


class Signpost(CaseCommand):
    """End the request by pointing to support that is open to every school."""

    verb: ClassVar[str] = "signpost"
    group: ClassVar[str] = "Intake"
    offer: NetworkCode | None = Field(
        default=None, description="Code of the network or course pointed to, e.g. numeracy-leads."
    )
    to: FreeText | None = Field(default=None, description="What is pointed to, in words for the school.")


class Enrol(CaseCommand):
    """End the request by enrolling the school in a network or course: it takes places there from today."""

    verb: ClassVar[str] = "enrol"
    group: ClassVar[str] = "Intake"
    network: NetworkCode = Field(description="Code of the network or course, e.g. numeracy-leads.")
    places: int = Field(default=1, ge=1, le=99, description="Places the school takes.")


class EndEnrolment(CaseCommand):
    """Record how an enrolment ended; places of those who left or never came are free again."""

    verb: ClassVar[str] = "end-enrolment"
    group: ClassVar[str] = "Review"
    outcome: Literal["completed", "left", "not-taken-up"] = Field(
        description="completed, left or not-taken-up."
    )
    note: FreeText | None = Field(default=None, description="What the school took from it.")


class Decline(CaseCommand):
    """Decline the request, with a reason and the right of appeal."""

    verb: ClassVar[str] = "decline"
    group: ClassVar[str] = "Intake"
    reason_code: Literal["out-of-scope", "not-ready", "other-support", "no-capacity"] = Field(
        description="Why, as a code."
    )
    explanation: FreeText = Field(description="Why, in words for the school.")


class Scope(CaseCommand):
    """Record what was agreed at the scoping meeting: objectives and an estimate of days."""

    verb: ClassVar[str] = "scope"
    group: ClassVar[str] = "Partner"
    objectives: tuple[Objective, ...] = Field(
        min_length=1,
        max_length=9,
        description="What is to get better: 'aim | baseline | how success will show'.",
    )
    quarter_days: QuarterDays = Field(description="Estimate in days, in quarters: 6 or 4.25.")
    present: tuple[Party, ...] = Field(
        default=(),
        description="Who took part; those whom the route asks for must have, and stand for none given.",
    )
    met_on: Day = Field(description="Day of the meeting.")
    plan: PlanRef | None = Field(
        default=None, description="Improvement plan the need was assessed from, e.g. SIP-2026."
    )


class RecordOrientation(CaseCommand):
    """Record that leaders of the schools were oriented, where the route asks for it."""

    verb: ClassVar[str] = "record-orientation"
    group: ClassVar[str] = "Intake"
    on: Day = Field(description="Day of the orientation.")
    oriented: tuple[Side, ...] = Field(
        default=("recipient", "provider"),
        min_length=1,
        max_length=2,
        description="Whose leaders took part: recipient, provider; both where none is named.",
    )


class ObjectTo(CaseCommand):
    """Object to a school as partner; it is then not offered the case."""

    verb: ClassVar[str] = "object-to"
    group: ClassVar[str] = "Partner"
    provider: SchoolId = Field(description="Number of the school objected to.")
    reason: FreeText = Field(description="Why.")


class Match(CaseCommand):
    """Rank the schools that could help, and keep the whole ranking with its reasons."""

    verb: ClassVar[str] = "match"
    group: ClassVar[str] = "Partner"


class Offer(CaseCommand):
    """Offer the case to a school that could give the support, and hold its days until it answers."""

    verb: ClassVar[str] = "offer"
    group: ClassVar[str] = "Partner"
    provider: SchoolId = Field(description="Number of the school that could help.")
    reason: FreeText = Field(
        description="Why this school; where it is not the first of the ranking, why it is taken."
    )
    periods: tuple[PeriodShare, ...] = Field(
        default=(),
        max_length=12,
        description="Days to hold in a half term, e.g. 2027-spring-1=4; by default the estimate, in the earliest that have some free.",
    )


class AcceptOffer(CaseCommand):
    """Accept the offer, release staff and declare conflicts of interest."""

    verb: ClassVar[str] = "accept-offer"
    group: ClassVar[str] = "Partner"
    conflict: Literal["none", "declared"] = Field(description="none, or declared.")
    conflict_note: FreeText | None = Field(
        default=None, description="What the conflict is, if one is declared."
    )


class DeclineOffer(CaseCommand):
    """Decline the offer; the case goes back to matching."""

    verb: ClassVar[str] = "decline-offer"
    group: ClassVar[str] = "Partner"
    reason_code: Literal["capacity", "expertise", "timing", "relationship", "other"] = Field(
        description="Why, as a code."
    )
    reason: FreeText = Field(description="Why, in words.")


class Contribute(CaseCommand):
    """Say what should be heard before the agreement is drafted: as the provider's curriculum partner, or the recipient's head."""

    verb: ClassVar[str] = "contribute"
    group: ClassVar[str] = "Partner"
    note: FreeText = Field(description="What you have to say.")
    priority: PriorityRef | None = Field(
        default=None, description="Priority of the support overview the work serves, e.g. SSO-2."
    )
    overview_version: OverviewVersion | None = Field(
        default=None, description="Version of the overview that was read."
    )


class RescindOffer(CaseCommand):
    """Take back an offer that has not been answered; the case goes back to matching."""

    verb: ClassVar[str] = "rescind-offer"
    group: ClassVar[str] = "Partner"
    reason: FreeText = Field(description="Why it is taken back.")


class NoPartner(CaseCommand):
    """End the case because no partner could be found, after widening was tried."""

    verb: ClassVar[str] = "no-partner"
    group: ClassVar[str] = "Partner"
    widening: tuple[Widening, ...] = Field(
        min_length=1, description="What was tried: area, phase, authority, network, external."
    )
    explanation: FreeText = Field(description="What the school should know.")
    nobody_left: bool = Field(default=False, description="No school is left that could be asked.")


class DraftAgreement(CaseCommand):
    """Draft the agreement between the two schools; a new draft voids earlier signatures."""

    verb: ClassVar[str] = "draft-agreement"
    group: ClassVar[str] = "Agreement"
    terms: AgreementTerms


class ApproveFunding(CaseCommand):
    """Approve the money of the drafted agreement."""

    verb: ClassVar[str] = "approve-funding"
    group: ClassVar[str] = "Agreement"


class ReturnFunding(CaseCommand):
    """Send the draft back because of its money."""

    verb: ClassVar[str] = "return-funding"
    group: ClassVar[str] = "Agreement"
    reason: FreeText = Field(description="What must change.")


class Sign(CaseCommand):
    """Sign the agreement (both heads) or endorse its alignment (the SIP, where the route asks for it), by the hash of its content."""

    verb: ClassVar[str] = "sign"
    group: ClassVar[str] = "Agreement"
    content_hash: ContentHash = Field(
        description="Hash of the text that was read; the current one where none is given."
    )


class RequestChanges(CaseCommand):
    """Ask for changes instead of signing; signatures already given are void."""

    verb: ClassVar[str] = "request-changes"
    group: ClassVar[str] = "Agreement"
    reason: FreeText = Field(description="What should change.")


class ScheduleVisit(CaseCommand):
    """Plan a visit."""

    verb: ClassVar[str] = "schedule-visit"
    group: ClassVar[str] = "Delivery"
    on: Day = Field(description="Day of the visit.")
    quarter_days: VisitLength = Field(description="Length in days, in quarters: 0.5.")
    mode: Mode = Field(default="in-person", description="in-person, online or mixed.")


class RescheduleVisit(CaseCommand):
    """Move a planned visit to another day; everybody's invitation follows."""

    verb: ClassVar[str] = "reschedule-visit"
    group: ClassVar[str] = "Delivery"
    visit: VisitId = Field(description="Number of the visit, e.g. V2.")
    on: Day = Field(description="The day it is moved to.")
    quarter_days: VisitLength | None = Field(default=None, description="Its length, where that changes too.")
    mode: Mode | None = Field(default=None, description="in-person, online or mixed, where that changes too.")


class CancelVisit(CaseCommand):
    """Cancel a planned visit; everybody's invitation is withdrawn."""

    verb: ClassVar[str] = "cancel-visit"
    group: ClassVar[str] = "Delivery"
    visit: VisitId = Field(description="Number of the visit, e.g. V2.")
    because_of: Literal["recipient", "provider", "neither"] = Field(description="Whose side could not.")
    reason_code: Literal[
        "illness", "staffing", "weather", "closure", "inspection", "no-longer-needed", "other"
    ] = Field(description="Why, as a code.")


class RecordVisit(CaseCommand):
    """Record a visit that took place."""

    verb: ClassVar[str] = "record-visit"
    group: ClassVar[str] = "Delivery"
    visit: VisitId | None = Field(
        default=None, description="The planned visit it was, e.g. V2; none for an unplanned one."
    )
    on: Day = Field(description="Day of the visit.")
    quarter_days: VisitLength = Field(description="Length in days, in quarters: 0.5.")
    begin: ClockTime | None = Field(default=None, description="Begin, e.g. 09:30.")
    end: ClockTime | None = Field(default=None, description="End, e.g. 15:00.")
    mode: Mode = Field(default="in-person", description="in-person, online or mixed.")
    work_mode: WorkModeCode | None = Field(
        default=None, description="Way of working, where the programme names them, e.g. lac."
    )
    took_part: tuple[Party, ...] = Field(
        default=(Party.PROVIDER_LEAD, Party.RECIPIENT_LEAD), description="Who took part, by role."
    )
    objectives: tuple[int, ...] = Field(min_length=1, description="Numbers of the objectives worked on.")
    done: FreeText = Field(description="What was done; never a pupil's name.")
    next_steps: FreeText = Field(description="What was agreed as next steps.")
    cover_used: bool = Field(default=True, description="Whether cover was paid for.")
    cover_minor: Money = Field(default=0, description="Cost of cover, e.g. 180.00.")
    safeguarding_briefed: bool = Field(
        default=False, description="Visitors were briefed on safeguarding (needed once)."
    )


class MissVisit(CaseCommand):
    """Record that a planned visit did not take place."""

    verb: ClassVar[str] = "miss-visit"
    group: ClassVar[str] = "Delivery"
    visit: VisitId = Field(description="The planned visit, e.g. V2.")
    because_of: Literal["recipient", "provider", "neither"] = Field(
        description="On whose side the cause lay."
    )
    reason_code: Literal["illness", "weather", "staffing", "inspection", "other"] = Field(
        description="Why, as a code."
    )


class ConfirmVisit(CaseCommand):
    """Confirm, for the recipient, that a visit took place as recorded."""

    verb: ClassVar[str] = "confirm-visit"
    group: ClassVar[str] = "Delivery"
    visit: VisitId = Field(description="The visit, e.g. V1.")


class DisputeVisit(CaseCommand):
    """Dispute a visit as it was recorded."""

    verb: ClassVar[str] = "dispute-visit"
    group: ClassVar[str] = "Delivery"
    visit: VisitId = Field(description="The visit, e.g. V1.")
    reason: FreeText = Field(description="What is wrong with the record.")


class ResolveDispute(CaseCommand):
    """Settle a disputed visit: the days that count, which may be none."""

    verb: ClassVar[str] = "resolve-dispute"
    group: ClassVar[str] = "Delivery"
    visit: VisitId = Field(description="The visit, e.g. V1.")
    counted_quarter_days: CountedDays = Field(description="Days that count, in quarters; 0 for none.")
    reason: FreeText = Field(description="How it was settled.")


class MidReview(CaseCommand):
    """Record the mid-term review and its decision."""

    verb: ClassVar[str] = "mid-review"
    group: ClassVar[str] = "Delivery"
    decision: Literal["continue", "change", "exit"] = Field(description="continue, change or exit.")
    present: tuple[Party, ...] = Field(
        default=(Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD, Party.SIP), description="Who took part, by role."
    )
    note: FreeText = Field(description="What was found.")


class ProposeVariation(CaseCommand):
    """Propose a change to the agreement in force; both heads must agree to it."""

    verb: ClassVar[str] = "propose-variation"
    group: ClassVar[str] = "Delivery"
    end: Day | None = Field(default=None, description="New end day.")
    quarter_days: QuarterDays | None = Field(default=None, description="New number of days in all.")
    reason: FreeText = Field(description="Why.")


class AgreeVariation(CaseCommand):
    """Agree to the proposed variation, for one's own school."""

    verb: ClassVar[str] = "agree-variation"
    group: ClassVar[str] = "Delivery"
    content_hash: ContentHash | None = Field(
        default=None, description="Hash of the varied agreement that was read; the proposed one if none."
    )


class RefuseVariation(CaseCommand):
    """Refuse the proposed variation; the agreement stays as it is."""

    verb: ClassVar[str] = "refuse-variation"
    group: ClassVar[str] = "Delivery"
    reason: FreeText = Field(description="Why.")


class Extend(CaseCommand):
    """Extend delivery, once, by at most half of the agreed days."""

    verb: ClassVar[str] = "extend"
    group: ClassVar[str] = "Delivery"
    quarter_days: QuarterDays = Field(description="Days more, in quarters.")
    until: Day = Field(description="New end day.")
    reason: FreeText = Field(description="Why.")


class NamePerson(CaseCommand):
    """Name another person to lead for one's own school; the agreement stays as it was signed."""

    verb: ClassVar[str] = "name-person"
    group: ClassVar[str] = "Delivery"
    party: Party = Field(description="Whose part: provider_lead or recipient_lead.")
    person: PersonId = Field(description="Id of the person who leads from now on.")


class Complete(CaseCommand):
    """Say that delivery is complete; before the last day both heads must say so."""

    verb: ClassVar[str] = "complete"
    group: ClassVar[str] = "Delivery"
    waive_disputes: bool = Field(
        default=False, description="Go on with a visit still disputed (principal adviser only)."
    )


class Review(CaseCommand):
    """Give one school's final review: a rating and evidence for every objective."""

    verb: ClassVar[str] = "review"
    group: ClassVar[str] = "Review"
    ratings: tuple[ObjectiveRating, ...] = Field(
        min_length=1, description="'objective | rating | evidence', e.g. '1 | met | …'."
    )
    partnership: int = Field(
        ge=1, le=5, description="How the partnership worked, 1 (badly) to 5 (very well)."
    )
    satisfaction: int = Field(ge=1, le=5, description="Satisfaction with the support, 1 to 5.")
    effect_on_provider: FreeText | None = Field(
        default=None, description="What it did for the school that helped."
    )
    sustaining: FreeText | None = Field(default=None, description="Who carries on, and how.")
    worth_sharing: bool = Field(default=False, description="Practice here is worth sharing with others.")


class Validate(CaseCommand):
    """Validate the impact: the SIP's rating of every objective, beside those of the schools."""

    verb: ClassVar[str] = "validate"
    group: ClassVar[str] = "Review"
    ratings: tuple[ObjectiveRating, ...] = Field(
        min_length=1, description="'objective | rating | evidence', e.g. '1 | met | …'."
    )
    note: FreeText | None = Field(default=None, description="Anything that should be kept with it.")


class Close(CaseCommand):
    """Close the case with its outcome and a decision on follow-up."""

    verb: ClassVar[str] = "close"
    group: ClassVar[str] = "Review"
    outcome: Outcome = Field(description="met, partly-met, not-met or not-assessable.")
    follow_up: FollowUpPlan = Field(description="none, check-in, extend, re-broker or escalate.")
    unevaluated: bool = Field(
        default=False, description="Close although a review is overdue (principal adviser only)."
    )


class RecordFollowUp(CaseCommand):
    """Record the follow-up after closing; the case is then archived."""

    verb: ClassVar[str] = "record-follow-up"
    group: ClassVar[str] = "Review"
    sustained: Literal["yes", "partly", "no"] = Field(description="Whether the improvement lasted.")
    note: FreeText = Field(description="What was found.")


class Withdraw(CaseCommand):
    """Withdraw the request."""

    verb: ClassVar[str] = "withdraw"
    group: ClassVar[str] = "At any time"
    reason: FreeText = Field(description="Why.")


class Pause(CaseCommand):
    """Pause the case, or prolong its pause: remaining days are kept, nothing falls due."""

    verb: ClassVar[str] = "pause"
    group: ClassVar[str] = "At any time"
    reason_code: Literal["inspection", "closure", "illness", "weather", "industrial-action", "other"] = Field(
        description="Why, as a code."
    )
    review_on: Day = Field(description="Day on which the pause is looked at again.")


class Resume(CaseCommand):
    """Resume a paused case; every wait goes on with the days it had left."""

    verb: ClassVar[str] = "resume"
    group: ClassVar[str] = "At any time"


class Acknowledge(CaseCommand):
    """Take notice of an escalation: you know of it, and see to it."""

    verb: ClassVar[str] = "acknowledge"
    group: ClassVar[str] = "At any time"
    escalation: int = Field(ge=1, le=9999, description="Number of the escalation, e.g. 1.")
    note: FreeText | None = Field(default=None, description="What you do about it.")


class Assign(CaseCommand):
    """Give a part of the case's work to one of those who hold the post; their clock starts anew."""

    verb: ClassVar[str] = "assign"
    group: ClassVar[str] = "At any time"
    party: Party = Field(description="Whose work: sip, broker, principal_adviser or finance.")
    to: PersonId = Field(description="Id of the person who sees to it from now on.")


class RecordContact(CaseCommand):
    """Record that somebody was told, or not reached, in another way than by mail."""

    verb: ClassVar[str] = "record-contact"
    group: ClassVar[str] = "At any time"
    party: Party = Field(description="Who was to be told, e.g. recipient_head.")
    by: Literal["phone", "letter", "in-person"] = Field(description="phone, letter or in-person.")
    reached: bool = Field(default=False, description="They were reached and know what is asked.")
    note: FreeText | None = Field(default=None, description="What was said.")


class NoteAssistance(CaseCommand):
    """Note technical assistance that somebody above the schools gave."""

    verb: ClassVar[str] = "note-assistance"
    group: ClassVar[str] = "At any time"
    given_by: Literal["region", "division", "service"] = Field(description="region, division or service.")
    on: Day = Field(description="Day on which it was given.")
    note: FreeText = Field(description="What it was.")


class Reopen(CaseCommand):
    """Take up again a case that lapsed, was withdrawn or found no partner."""

    verb: ClassVar[str] = "reopen"
    group: ClassVar[str] = "At any time"
    reason: FreeText = Field(description="Why.")


class PassDeadline(CaseCommand):
    """Do what is due of a wait that nobody has answered. Given by Brokerage itself, never by a person."""

    verb: ClassVar[str] = "pass-deadline"
    group: ClassVar[str] = "System"
    wait: str = Field(pattern=r"^[a-z][a-z_]{1,39}(:[A-Za-z0-9_]{1,39})?$")
    due_at: datetime


class Recount(CaseCommand):
    """Count the open deadlines anew, because a calendar changed. Given by Brokerage itself, never by a person."""

    verb: ClassVar[str] = "recount"
    group: ClassVar[str] = "System"
    position: int = Field(ge=1, description="Position in the log of the event that made it necessary.")


class Told(Value):
    """What became of one mail."""

    mail: str = Field(pattern=r"^[A-Za-z0-9._-]{1,120}$")
    template: str = Field(pattern=r"^[a-z][a-z_]{1,59}$")
    template_version: int = Field(ge=1)
    party: Party
    person: PersonId | None
    language: Literal["cy", "en", "fil", "cy+en", "en+fil"] | None
    wait: str | None
    failed: Literal["refused", "no-address", "nobody", "unreachable"] | None
    """Why it did not go out; None where a mail server took it."""


class RecordDelivery(CaseCommand):
    """Record what became of mails. Given by Brokerage itself, never by a person."""

    verb: ClassVar[str] = "record-delivery"
    group: ClassVar[str] = "System"
    mails: tuple[Told, ...] = Field(min_length=1, max_length=50)


COMMANDS: Final[dict[str, type[CaseCommand]]] = {
    command.verb: command
    for command in (
        Open, Amend, Submit, Consent, RefuseConsent, Align, ExceptAlignment, Triage, Signpost, Enrol, Decline,
        RecordOrientation, Scope, ObjectTo, Match, Offer, AcceptOffer, DeclineOffer, RescindOffer, Contribute, NoPartner,
        DraftAgreement, ApproveFunding, ReturnFunding, Sign, RequestChanges,
        ScheduleVisit, RescheduleVisit, CancelVisit, RecordVisit, MissVisit, ConfirmVisit, DisputeVisit, ResolveDispute,
        MidReview, ProposeVariation, AgreeVariation, RefuseVariation, Extend, NamePerson, Complete,
        Review, Validate, Close, RecordFollowUp, EndEnrolment,
        SubmitClaim, ReturnClaim, ApproveClaim, RecordPayment, ReleaseFunds, Liquidate, AcceptLiquidation,
        ReturnLiquidation, ReturnFunds, WriteOff, MoveMoney, Settle, Withdraw, Reopen, Pause, Resume,
        Acknowledge, Assign, RecordContact, NoteAssistance, PassDeadline, Recount, RecordDelivery,
    )
}  # fmt: skip
"""Every verb of a case with its model, in the order in which a case meets them."""

SYSTEM_VERBS: Final = frozenset({PassDeadline.verb, Recount.verb, RecordDelivery.verb})

CommandT = TypeVar("CommandT", bound=CaseCommand)


def expect(command: CaseCommand, kind: type[CommandT]) -> CommandT:
    """The command as the kind that the lifecycle table says it is; a TypeError is a bug in the table."""
    if not isinstance(command, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(command).__name__}")
    return command
