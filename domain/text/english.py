"""Event → English sentence. No sentence holds personal text: parties stand by their part, schools by name."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.case import events as e
from domain.case.stages import Stage
from domain.parties import Party, Post
from domain.programmes.model import NOUNS, Noun, Programme


class Voice:
    """What a sentence needs beside the event: the programme's words, the schools' names, its time zone."""

    def __init__(self, programme: Programme, schools: Mapping[str, str]) -> None:
        self._programme = programme
        self._schools = schools

    def party(self, party: Party | str) -> str:
        """'the recipient school's headteacher'."""
        return "the " + self._programme.word(Party(party))

    def post(self, post: str) -> str:
        """'headteacher'."""
        return self._programme.posts[Post(post)].en

    def noun(self, name: Noun) -> str:
        """What the programme calls a thing: 'support overview'."""
        return self._programme.noun(name)

    def wait(self, wait: str) -> str:
        """What a wait waits for, in the programme's words."""
        return wait_words(wait, self._programme)

    def school(self, number: str | None) -> str:
        """The school's name, or its number where the register gives no name."""
        return self._schools.get(number or "", f"school {number}")

    def area(self, code: str) -> str:
        """The area's title."""
        area = self._programme.area(code)
        return area.title.en if area else code

    def work_mode(self, code: str) -> str:
        """The title of a way of working."""
        mode = self._programme.work_mode(code)
        return mode.title.en if mode else code

    def due(self, instant: datetime) -> str:
        """'Fri 4 Dec 2026, 17:00'."""
        local = instant.astimezone(ZoneInfo(self._programme.time_zone))
        return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"

    def money(self, minor: int, currency: str) -> str:
        """'£1,250.00'."""
        sign = {"GBP": "£", "PHP": "₱"}.get(currency, currency + " ")
        return f"{sign}{minor // 100:,}.{minor % 100:02d}"


def day(value: date) -> str:
    """'4 Dec 2026'."""
    return f"{value.day} {value:%b %Y}"


def days(quarters: int) -> str:
    """'4¼ days', '½ day'."""
    whole, rest = divmod(quarters, 4)
    fraction = ("", "¼", "½", "¾")[rest]
    number = f"{whole or ''}{fraction}" or "0"
    return f"{number} day" if quarters <= 4 and quarters else f"{number} days"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _several(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


_WAITS: Final[Mapping[str, str]] = {
    "draft": "the draft is submitted",
    "head_consent": "consent",
    "alignment": "alignment with the {overview}",
    "triage": "triage",
    "scoping": "the scoping meeting",
    "first_offer": "an offer to a school that can help",
    "offer_answer": "the answer to the offer",
    "drafting": "the draft {agreement}",
    "funding": "the decision on the {funding}",
    "signature": "the signature",
    "first_visit": "the first visit",
    "visit_note": "the record of visit {which}",
    "visit_confirmation": "confirmation of visit {which}",
    "visit_dispute": "settlement of visit {which}",
    "mid_review": "the mid review",
    "variation": "the answer to the variation",
    "completion": "the other head's word that delivery is complete",
    "delivery_end": "the end of delivery",
    "final_review": "the final review",
    "validation": "validation of the impact",
    "closing": "the case is closed",
    "follow_up": "the follow-up",
    "pause_review": "a look at the pause",
    "escalation": "word that escalation {which} is in hand",
    "contact": "word from {which}, whom mail does not reach",
}


def wait_words(wait: str, programme: Programme | None = None) -> str:
    """What a wait waits for, in the words of the programme where one is given."""
    name, _, which = wait.partition(":")
    nouns = {noun: programme.noun(noun) for noun in NOUNS} if programme else dict(NOUNS)
    if name == "contact":
        which = "the " + (programme.word(Party(which)) if programme else which.replace("_", " "))
    return _WAITS.get(name, name.replace("_", " ")).format(which=which, **nouns)


_HELD: Final[Mapping[str, str]] = {
    "step-missed": "a step before it was missed",
    "reminder-not-delivered": "a reminder was not delivered",
    "escalation-not-acknowledged": "nobody has taken notice of the escalation",
}
_METHODS: Final[Mapping[str, str]] = {"phone": "by phone", "letter": "by letter", "in-person": "in person"}

_SENTENCES: Final[dict[type[e.CaseEvent], Callable[[Any, Voice], str]]] = {
    e.CaseDrafted: lambda v, w: (
        f"{_capital(w.party(v.drafted_by))} drafted a request of {w.school(v.recipient)} for support in {w.area(v.area)}."
        if v.provider is None
        else f"{_capital(w.party(v.drafted_by))} drafted a proposal: {w.school(v.provider)} helps {w.school(v.recipient)}, in {w.area(v.area)}."
    ),
    e.RequestSubmitted: lambda _v, _w: "The request was submitted.",
    e.RequestAmended: lambda v, w: (
        f"{_capital(w.party(v.amended_as))} amended the request"
        + (f"; version {v.request_version} stands." if v.request_version else ".")
    ),
    e.HeadConsentRequested: lambda _v, w: f"{_capital(w.party(Party.RECIPIENT_HEAD))} was asked to consent.",
    e.HeadConsentGiven: lambda _v, w: f"{_capital(w.party(Party.RECIPIENT_HEAD))} consented.",
    e.HeadConsentRefused: lambda _v, w: (
        f"{_capital(w.party(Party.RECIPIENT_HEAD))} refused consent; the request ends."
    ),
    e.AlignmentRequested: lambda v, w: (
        f"{_capital(w.party(v.owner))} was asked whether the request serves the {w.noun('overview')}."
    ),
    e.AlignmentConfirmed: lambda v, w: (
        f"The request serves priority {v.priority} of the {w.noun('overview')}, version {v.overview_version}."
    ),
    e.AlignmentExceptionGranted: lambda _v, w: f"The request may go on outside the {w.noun('overview')}.",
    e.TriageAccepted: lambda v, _w: f"Accepted at triage: {v.tier} support, {v.urgency}.",
    e.RequestSignposted: lambda _v, _w: (
        "Signposted to support that is open to every school; the request ends."
    ),
    e.RequestDeclined: lambda v, _w: f"Declined ({v.reason_code}); the school may appeal.",
    e.NeedScoped: lambda v, _w: (
        f"Scoped on {day(v.met_on)}: {len(v.objectives)} objective{'s' * (len(v.objectives) > 1)}, about {days(v.estimated_quarter_days)}."
    ),
    e.CandidateObjected: lambda v, w: (
        f"{_capital(w.party(Party.RECIPIENT_HEAD))} objected to {w.school(v.provider)}."
    ),
    e.PartnerOffered: lambda v, w: f"Offer {v.offer}: {w.school(v.provider)} was asked to help.",
    e.OfferAccepted: lambda v, w: (
        f"{w.school(v.provider)} accepted; "
        + ("no conflict of interest." if v.conflict == "none" else "a conflict of interest is declared.")
    ),
    e.OfferDeclined: lambda v, w: f"{w.school(v.provider)} declined ({v.reason_code}).",
    e.OfferExpired: lambda v, w: f"{w.school(v.provider)} did not answer; offer {v.offer} expired.",
    e.OfferRescinded: lambda v, w: f"Offer {v.offer} to {w.school(v.provider)} was taken back.",
    e.NoPartnerFound: lambda v, _w: (
        f"No partner was found after widening {_several(v.widening)}; the case ends."
    ),
    e.AgreementDrafted: lambda v, w: (
        f"{_capital(w.noun('agreement'))} version {v.agreement_version} drafted: {days(v.terms.quarter_days)} from {day(v.terms.start)} to "
        f"{day(v.terms.end)}, {w.money(v.amount_minor, v.currency)} ({v.content_hash[:8]})."
    ),
    e.FundingApproved: lambda v, w: (
        f"The {w.noun('funding')} is approved by {w.party(v.approved_as)}: {w.money(v.amount_minor, v.currency)}."
    ),
    e.FundingReturned: lambda _v, w: (
        f"The draft {w.noun('agreement')} was returned because of its {w.noun('funding')}."
    ),
    e.AgreementSigned: lambda v, w: (
        f"{_capital(w.party(v.party))} signed version {v.agreement_version} ({v.content_hash[:8]})."
    ),
    e.AlignmentEndorsed: lambda v, w: (
        f"{_capital(w.party(Party.SIP))} endorsed version {v.agreement_version} ({v.content_hash[:8]})."
    ),
    e.SignatureVoided: lambda v, w: (
        f"The signature of {w.party(v.party)} on version {v.agreement_version} is void."
    ),
    e.ChangesRequested: lambda v, w: (
        f"{_capital(w.party(v.party))} asked for changes to version {v.agreement_version}."
    ),
    e.AgreementActivated: lambda v, w: (
        f"{_capital(w.noun('agreement'))} version {v.agreement_version} is in force."
    ),
    e.DeliveryStarted: lambda v, _w: f"Delivery started on {day(v.on)}.",
    e.VisitScheduled: lambda v, _w: (
        f"Visit {v.visit} planned for {day(v.on)} ({days(v.quarter_days)}, {v.mode})."
    ),
    e.VisitRecorded: lambda v, w: (
        f"Visit {v.visit} on {day(v.on)} recorded: {days(v.quarter_days)}, {v.mode}"
        + (f", {w.work_mode(v.work_mode)}." if v.work_mode else ".")
    ),
    e.VisitMissed: lambda v, _w: f"Visit {v.visit} did not take place ({v.reason_code}).",
    e.VisitConfirmed: lambda v, w: (
        f"Visit {v.visit} confirmed by the {w.noun('recipient')}: {days(v.quarter_days)}."
    ),
    e.VisitDisputed: lambda v, w: f"Visit {v.visit} disputed by the {w.noun('recipient')}.",
    e.DisputeResolved: lambda v, _w: (
        f"Dispute over visit {v.visit} settled: {days(v.counted_quarter_days)} count."
    ),
    e.MidReviewDue: lambda v, _w: (
        f"Half-way: {days(v.counted_quarter_days)} of {days(v.agreed_quarter_days)}; the mid review is due."
    ),
    e.MidReviewRecorded: lambda v, _w: f"Mid review held: {v.decision}.",
    e.VariationProposed: lambda v, w: (
        f"{_capital(w.party(v.proposed_as))} proposed a variation of the {w.noun('agreement')}: {days(v.quarter_days)} until "
        f"{day(v.end)} ({v.content_hash[:8]})."
    ),
    e.VariationAgreed: lambda v, w: f"{_capital(w.party(v.party))} agreed to the variation.",
    e.VariationRefused: lambda v, w: (
        f"{_capital(w.party(v.party))} refused the variation; the {w.noun('agreement')} stays as it is."
    ),
    e.AgreementVaried: lambda v, w: (
        f"{_capital(w.noun('agreement'))} varied (version {v.agreement_version}): {days(v.quarter_days)} until {day(v.end)}."
    ),
    e.DeliveryExtended: lambda v, _w: f"Delivery extended by {days(v.quarter_days)} until {day(v.until)}.",
    e.CompletionAgreed: lambda v, w: f"{_capital(w.party(v.party))} says delivery is complete.",
    e.DeliveryCompleted: lambda v, _w: (
        f"Delivery complete ({v.cause}): {days(v.confirmed_quarter_days)} confirmed of {days(v.agreed_quarter_days)} agreed."
    ),
    e.ReviewSubmitted: lambda v, w: (
        f"{_capital(w.party(v.party))}'s side reviewed: "
        + _several(tuple(f"{r.objective} {r.rating}" for r in v.ratings))
        + "."
    ),
    e.ImpactValidated: lambda v, w: (
        f"{_capital(w.party(Party.SIP))} validated the impact: "
        + _several(tuple(f"{r.objective} {r.rating}" for r in v.ratings))
        + (
            f"; the parties differ on objective {_several(tuple(map(str, v.disagreements)))}."
            if v.disagreements
            else "."
        )
    ),
    e.CaseClosed: lambda v, _w: (
        f"Closed{' without evaluation' if v.unevaluated else ''}: {v.outcome}; follow-up: {v.follow_up}."
    ),
    e.FollowUpRecorded: lambda v, _w: f"Follow-up made: improvement sustained: {v.sustained}.",
    e.FollowUpMissed: lambda _v, _w: "The follow-up was not made.",
    e.CaseArchived: lambda _v, _w: "Archived.",
    e.CaseWithdrawn: lambda v, _w: f"Withdrawn while {Stage(v.stage).words}.",
    e.DeadlineSet: lambda v, w: f"Due {w.due(v.due_at)} from {w.party(v.owner)}: {w.wait(v.wait)}.",
    e.DeadlinePassed: lambda v, w: (
        f"Overdue since {w.due(v.due_at)}: {w.wait(v.wait)}, owed by {w.party(v.owner)}."
    ),
    e.DeadlineMoved: lambda v, w: {
        "calendar": f"The calendar changed: {w.wait(v.wait)} is now due {w.due(v.due_at)} from {w.party(v.owner)}, not {w.due(v.was)}.",
        "resumed": f"{_capital(w.wait(v.wait))} stays overdue since {w.due(v.due_at)}; {w.party(v.owner)} is chased on.",
        "lapse-in-sight": f"{_capital(w.wait(v.wait))} lapses {w.due(v.steps[-1].at) if v.steps else ''} unless {w.party(v.owner)} answers.",
    }[v.cause],
    e.TimerIgnored: lambda v, w: (
        f"The timer of {w.due(v.due_at)} came too late: {w.wait(v.wait)} had been dealt with."
    ),
    e.ReminderIssued: lambda v, w: (
        f"{_capital(w.party(v.owner))} is reminded: {w.wait(v.wait)}, due {w.due(v.due_at)}."
    ),
    e.EscalationRaised: lambda v, w: (
        f"Escalated to {w.party(v.to)}: {w.wait(v.wait)}, owed by {w.party(v.owner)} since {w.due(v.due_at)}."
    ),
    e.EscalationAcknowledged: lambda v, w: (
        f"{_capital(w.party(v.acknowledged_as))} has taken notice: {w.wait(v.wait)}."
    ),
    e.WaitReassigned: lambda v, w: (
        f"{_capital(w.wait(v.wait))} is now {w.party(v.to)}'s to see to, in the place of {w.party(v.owner)}."
    ),
    e.LapseHeld: lambda v, w: (
        f"{_capital(w.wait(v.wait))} does not lapse yet: "
        + _several(tuple(_HELD[reason] for reason in v.because))
        + "."
    ),
    e.DraftExpired: lambda _v, _w: "The draft expired.",
    e.CaseLapsed: lambda v, w: (
        f"Lapsed while {Stage(v.stage).words}: {w.wait(v.wait)} never came from {w.party(v.party)}."
    ),
    e.CaseReopened: lambda v, _w: f"Reopened: {Stage(v.to).words}.",
    e.WorkAssigned: lambda v, w: f"{v.person} sees to it as {w.party(v.party)}.",
    e.ContactRecorded: lambda v, w: (
        f"{_capital(w.party(v.party))} was {'told' if v.reached else 'not reached'}: {_METHODS[v.method]}."
    ),
    e.MailAccepted: lambda v, w: f"Mail to {v.person} ({w.party(v.party)}): accepted for delivery.",
    e.MailFailed: lambda v, w: f"Mail to {v.person or 'nobody'} ({w.party(v.party)}) failed: {v.reason}.",
    e.VisitRescheduled: lambda v, _w: f"Visit {v.visit} moved from {day(v.was)} to {day(v.on)}.",
    e.VisitCancelled: lambda v, _w: f"Visit {v.visit} of {day(v.on)} was cancelled ({v.reason_code}).",
    e.CasePaused: lambda v, _w: f"Paused ({v.reason_code}); to be looked at on {day(v.review_on)}.",
    e.PauseProlonged: lambda v, _w: (
        f"The pause goes on ({v.reason_code}); to be looked at on {day(v.review_on)}."
    ),
    e.CaseResumed: lambda _v, _w: "Resumed; every wait goes on with the days it had left.",
}


def sentence(event: e.CaseEvent, voice: Voice) -> str:
    """The sentence for an event of a case; a KeyError is a bug that a test over all events catches."""
    return _SENTENCES[type(event)](event, voice)
