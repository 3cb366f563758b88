"""Event → sentence. Here stands what a sentence is made of; its words are in the language's file.

No sentence holds personal text: parties stand by their part, schools by name, people by their id.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.case import events as e
from domain.case.values import ObjectiveRating
from domain.parties import Party
from domain.text.voice import Voice, capital


def _nothing(_event: Any, _voice: Voice) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Telling:
    """What the sentence for one type of event is filled with, and which of its variants is told."""

    values: Callable[[Any, Voice], dict[str, str]] = _nothing
    variant: Callable[[Any], str] | None = None
    variants: tuple[str, ...] = ()


def _ratings(ratings: tuple[ObjectiveRating, ...], w: Voice) -> str:
    phrase = w.words.phrases["rating"]
    return w.several(
        [phrase.format(objective=r.objective, rating=w.code("rating", r.rating)) for r in ratings]
    )


def _signed(version: int, content_hash: str) -> dict[str, str]:
    return {"version": str(version), "hash": content_hash[:8]}


def _owed(event: Any, w: Voice) -> dict[str, str]:
    return {"due": w.due(event.due_at), "owner": w.party(event.owner), "wait": w.wait(event.wait)}


def _moved(event: Any, w: Voice) -> dict[str, str]:
    funds = [f"{share.fund}.{share.year}" for share in event.shares]
    return {"money": w.money(event.amount_minor, event.currency), "funds": w.several(funds)}


TELLINGS: Final[Mapping[type[e.CaseEvent], Telling]] = {
    e.CaseDrafted: Telling(
        lambda v, w: {
            "by": w.party(v.drafted_by),
            "recipient": w.school(v.recipient),
            "area": w.area(v.area),
            "provider": w.school(v.provider),
        },
        lambda v: "request" if v.provider is None else "proposal",
        ("request", "proposal"),
    ),
    e.RequestSubmitted: Telling(),
    e.RequestAmended: Telling(
        lambda v, w: {"by": w.party(v.amended_as), "version": str(v.request_version)},
        lambda v: "submitted" if v.request_version else "draft",
        ("draft", "submitted"),
    ),
    e.HeadConsentRequested: Telling(lambda _, w: {"head": w.party(Party.RECIPIENT_HEAD)}),
    e.HeadConsentGiven: Telling(lambda _, w: {"head": w.party(Party.RECIPIENT_HEAD)}),
    e.HeadConsentRefused: Telling(lambda _, w: {"head": w.party(Party.RECIPIENT_HEAD)}),
    e.AlignmentRequested: Telling(lambda v, w: {"owner": w.party(v.owner), "overview": w.noun("overview")}),
    e.AlignmentConfirmed: Telling(
        lambda v, w: {
            "priority": v.priority,
            "overview": w.noun("overview"),
            "version": v.overview_version,
        }
    ),
    e.AlignmentExceptionGranted: Telling(lambda _, w: {"overview": w.noun("overview")}),
    e.TriageAccepted: Telling(
        lambda v, w: {"tier": w.code("tier", v.tier), "urgency": w.code("urgency", v.urgency)}
    ),
    e.RequestSignposted: Telling(
        lambda v, _: {"offer": v.offer or ""},
        lambda v: "offer" if v.offer else "elsewhere",
        ("offer", "elsewhere"),
    ),
    e.RequestEnrolled: Telling(
        lambda v, w: {
            "network": v.network,
            "places": w.count("places", v.places),
            "since": w.day(v.since),
        }
    ),
    e.EnrolmentEnded: Telling(lambda v, w: {"network": v.network, "outcome": w.code("enrolment", v.outcome)}),
    e.OrientationRecorded: Telling(
        lambda v, w: {"on": w.day(v.on), "oriented": w.several([w.noun(side) for side in v.oriented])}
    ),
    e.ContributionRecorded: Telling(
        lambda v, w: {
            "by": w.party(v.party),
            "agreement": w.noun("agreement"),
            "priority": v.priority or "",
            "overview": w.noun("overview"),
            "version": v.overview_version or "",
        },
        lambda v: "priority" if v.priority else "plain",
        ("plain", "priority"),
    ),
    e.NamedPersonChanged: Telling(lambda v, w: {"person": v.person, "was": v.was, "party": w.party(v.party)}),
    e.AssistanceNoted: Telling(
        lambda v, w: {"given_by": w.code("assistance", v.given_by), "on": w.day(v.on)}
    ),
    e.RequestDeclined: Telling(lambda v, w: {"reason": w.code("decline_reason", v.reason_code)}),
    e.NeedScoped: Telling(
        lambda v, w: {
            "on": w.day(v.met_on),
            "objectives": w.count("objectives", len(v.objectives)),
            "days": w.days(v.estimated_quarter_days),
        }
    ),
    e.CandidateObjected: Telling(
        lambda v, w: {"head": w.party(Party.RECIPIENT_HEAD), "provider": w.school(v.provider)}
    ),
    e.MatchCandidatesScored: Telling(
        lambda v, w: {
            "pool": w.count("schools", len(v.candidates) + len(v.excluded)),
            "ranked": str(len(v.candidates)),
            "provider": w.school(v.candidates[0].school) if v.candidates else "",
        },
        lambda v: "ranked" if v.candidates else "nobody",
        ("ranked", "nobody"),
    ),
    e.PartnerOffered: Telling(
        lambda v, w: {
            "offer": str(v.offer),
            "provider": w.school(v.provider),
            "days": w.days(sum(share.quarter_days for share in v.periods)),
        },
        lambda v: "held" if v.periods else "plain",
        ("plain", "held"),
    ),
    e.OfferAccepted: Telling(
        lambda v, w: {"provider": w.school(v.provider)},
        lambda v: "clear" if v.conflict == "none" else "conflict",
        ("clear", "conflict"),
    ),
    e.OfferDeclined: Telling(
        lambda v, w: {"provider": w.school(v.provider), "reason": w.code("offer_reason", v.reason_code)}
    ),
    e.OfferExpired: Telling(lambda v, w: {"provider": w.school(v.provider), "offer": str(v.offer)}),
    e.OfferRescinded: Telling(lambda v, w: {"provider": w.school(v.provider), "offer": str(v.offer)}),
    e.NoPartnerFound: Telling(
        lambda v, w: {"widening": w.several([w.code("widening", item) for item in v.widening])}
    ),
    e.AgreementDrafted: Telling(
        lambda v, w: {
            "agreement": w.noun("agreement"),
            "days": w.days(v.terms.quarter_days),
            "start": w.day(v.terms.start),
            "end": w.day(v.terms.end),
            "money": w.money(v.amount_minor, v.currency),
            **_signed(v.agreement_version, v.content_hash),
        }
    ),
    e.FundingApproved: Telling(
        lambda v, w: {
            "funding": w.noun("funding"),
            "by": w.party(v.approved_as),
            "money": w.money(v.amount_minor, v.currency),
        }
    ),
    e.FundingReturned: Telling(lambda _, w: {"agreement": w.noun("agreement"), "funding": w.noun("funding")}),
    e.AgreementSigned: Telling(
        lambda v, w: {"by": w.party(v.party), **_signed(v.agreement_version, v.content_hash)}
    ),
    e.AlignmentEndorsed: Telling(
        lambda v, w: {"by": w.party(Party.SIP), **_signed(v.agreement_version, v.content_hash)}
    ),
    e.SignatureVoided: Telling(lambda v, w: {"by": w.party(v.party), "version": str(v.agreement_version)}),
    e.ChangesRequested: Telling(lambda v, w: {"by": w.party(v.party), "version": str(v.agreement_version)}),
    e.AgreementActivated: Telling(
        lambda v, w: {"agreement": w.noun("agreement"), "version": str(v.agreement_version)}
    ),
    e.DeliveryStarted: Telling(lambda v, w: {"on": w.day(v.on)}),
    e.VisitScheduled: Telling(
        lambda v, w: {
            "visit": v.visit,
            "on": w.day(v.on),
            "days": w.days(v.quarter_days),
            "mode": w.code("mode", v.mode),
        }
    ),
    e.VisitRecorded: Telling(
        lambda v, w: {
            "visit": v.visit,
            "on": w.day(v.on),
            "days": w.days(v.quarter_days),
            "mode": w.code("mode", v.mode),
            "work_mode": w.work_mode(v.work_mode or ""),
        },
        lambda v: "work_mode" if v.work_mode else "plain",
        ("plain", "work_mode"),
    ),
    e.VisitMissed: Telling(lambda v, w: {"visit": v.visit, "reason": w.code("visit_reason", v.reason_code)}),
    e.VisitConfirmed: Telling(
        lambda v, w: {"visit": v.visit, "recipient": w.noun("recipient"), "days": w.days(v.quarter_days)}
    ),
    e.VisitDisputed: Telling(lambda v, w: {"visit": v.visit, "recipient": w.noun("recipient")}),
    e.DisputeResolved: Telling(lambda v, w: {"visit": v.visit, "days": w.days(v.counted_quarter_days)}),
    e.MidReviewDue: Telling(
        lambda v, w: {"counted": w.days(v.counted_quarter_days), "agreed": w.days(v.agreed_quarter_days)}
    ),
    e.MidReviewRecorded: Telling(lambda v, w: {"decision": w.code("mid_review", v.decision)}),
    e.VariationProposed: Telling(
        lambda v, w: {
            "by": w.party(v.proposed_as),
            "agreement": w.noun("agreement"),
            "days": w.days(v.quarter_days),
            "end": w.day(v.end),
            "hash": v.content_hash[:8],
        }
    ),
    e.VariationAgreed: Telling(lambda v, w: {"by": w.party(v.party)}),
    e.VariationRefused: Telling(lambda v, w: {"by": w.party(v.party), "agreement": w.noun("agreement")}),
    e.AgreementVaried: Telling(
        lambda v, w: {
            "agreement": w.noun("agreement"),
            "version": str(v.agreement_version),
            "days": w.days(v.quarter_days),
            "end": w.day(v.end),
        }
    ),
    e.DeliveryExtended: Telling(lambda v, w: {"days": w.days(v.quarter_days), "until": w.day(v.until)}),
    e.CompletionAgreed: Telling(lambda v, w: {"by": w.party(v.party)}),
    e.DeliveryCompleted: Telling(
        lambda v, w: {
            "cause": w.code("completion", v.cause),
            "confirmed": w.days(v.confirmed_quarter_days),
            "agreed": w.days(v.agreed_quarter_days),
        }
    ),
    e.ReviewSubmitted: Telling(lambda v, w: {"by": w.party(v.party), "ratings": _ratings(v.ratings, w)}),
    e.ImpactValidated: Telling(
        lambda v, w: {
            "by": w.party(Party.SIP),
            "ratings": _ratings(v.ratings, w),
            "differing": w.several([str(number) for number in v.disagreements]),
        },
        lambda v: "differing" if v.disagreements else "agreed",
        ("agreed", "differing"),
    ),
    e.CaseClosed: Telling(
        lambda v, w: {
            "outcome": w.code("outcome", v.outcome),
            "follow_up": w.code("follow_up", v.follow_up),
        },
        lambda v: "unevaluated" if v.unevaluated else "evaluated",
        ("evaluated", "unevaluated"),
    ),
    e.FollowUpRecorded: Telling(lambda v, w: {"sustained": w.code("sustained", v.sustained)}),
    e.FollowUpMissed: Telling(),
    e.CaseArchived: Telling(),
    e.CaseWithdrawn: Telling(lambda v, w: {"stage": w.stage(v.stage)}),
    e.DeadlineSet: Telling(_owed),
    e.DeadlinePassed: Telling(_owed),
    e.DeadlineMoved: Telling(
        lambda v, w: {
            **_owed(v, w),
            "was": w.due(v.was),
            "lapse": w.due(v.steps[-1].at) if v.steps else "",
        },
        lambda v: v.cause,
        ("calendar", "resumed", "lapse-in-sight"),
    ),
    e.TimerIgnored: Telling(lambda v, w: {"due": w.due(v.due_at), "wait": w.wait(v.wait)}),
    e.ReminderIssued: Telling(_owed),
    e.EscalationRaised: Telling(lambda v, w: {**_owed(v, w), "to": w.party(v.to)}),
    e.EscalationAcknowledged: Telling(
        lambda v, w: {"by": w.party(v.acknowledged_as), "wait": w.wait(v.wait)}
    ),
    e.WaitReassigned: Telling(
        lambda v, w: {"wait": w.wait(v.wait), "owner": w.party(v.owner), "to": w.party(v.to)}
    ),
    e.LapseHeld: Telling(
        lambda v, w: {
            "wait": w.wait(v.wait),
            "reasons": w.several([w.code("lapse_held", reason) for reason in v.because]),
        }
    ),
    e.DraftExpired: Telling(),
    e.CaseLapsed: Telling(
        lambda v, w: {"stage": w.stage(v.stage), "wait": w.wait(v.wait), "owner": w.party(v.party)}
    ),
    e.CaseReopened: Telling(lambda v, w: {"stage": w.stage(v.to)}),
    e.WorkAssigned: Telling(lambda v, w: {"person": v.person, "party": w.party(v.party)}),
    e.ContactRecorded: Telling(
        lambda v, w: {"party": w.party(v.party), "method": w.code("contact", v.method)},
        lambda v: "told" if v.reached else "not_reached",
        ("told", "not_reached"),
    ),
    e.MailAccepted: Telling(lambda v, w: {"person": v.person, "party": w.party(v.party)}),
    e.MailFailed: Telling(
        lambda v, w: {
            "person": v.person or w.words.phrases["nobody"],
            "party": w.party(v.party),
            "reason": w.code("mail_failure", v.reason),
        }
    ),
    e.VisitRescheduled: Telling(lambda v, w: {"visit": v.visit, "was": w.day(v.was), "on": w.day(v.on)}),
    e.VisitCancelled: Telling(
        lambda v, w: {
            "visit": v.visit,
            "on": w.day(v.on),
            "reason": w.code("visit_reason", v.reason_code),
        }
    ),
    e.BudgetReserved: Telling(_moved),
    e.BudgetReleased: Telling(
        lambda v, w: {**_moved(v, w), "cause": w.code("release_cause", v.cause)},
        lambda v: v.held_as,
        ("reserved", "committed"),
    ),
    e.BudgetCommitted: Telling(_moved),
    e.ClaimSubmitted: Telling(
        lambda v, w: {
            **_moved(v, w),
            "claim": v.claim,
            "by": w.party(v.claimed_as),
            "days": w.days(sum(visit.quarter_days for visit in v.visits)),
            "other_years": w.money(v.other_years_minor or 0, v.currency),
        },
        lambda v: ("late" if v.late else "in_time") + ("_other_year" if v.other_years_minor else ""),
        ("in_time", "late", "in_time_other_year", "late_other_year"),
    ),
    e.ClaimReturned: Telling(lambda v, w: {"claim": v.claim, "by": w.party(v.returned_as)}),
    e.ClaimApproved: Telling(lambda v, w: {**_moved(v, w), "claim": v.claim, "by": w.party(v.approved_as)}),
    e.PaymentRecorded: Telling(
        lambda v, w: {**_moved(v, w), "claim": v.claim, "payment": v.payment, "on": w.day(v.paid_on)}
    ),
    e.FundsReleased: Telling(lambda v, w: {**_moved(v, w), "payment": v.payment, "on": w.day(v.paid_on)}),
    e.FundsLiquidated: Telling(
        lambda v, w: {
            "liquidation": v.liquidation,
            "by": w.party(v.submitted_as),
            "money": w.money(v.amount_minor, v.currency),
            "uses": w.several([w.area(use) for use in dict.fromkeys(entry.use for entry in v.entries)]),
        }
    ),
    e.LiquidationReturned: Telling(lambda v, _: {"liquidation": v.liquidation}),
    e.LiquidationAccepted: Telling(lambda v, w: {**_moved(v, w), "liquidation": v.liquidation}),
    e.FundsReturned: Telling(lambda v, w: {**_moved(v, w), "receipt": v.receipt, "on": w.day(v.received_on)}),
    e.FundsWrittenOff: Telling(lambda v, w: {**_moved(v, w), "by": w.party(v.written_off_as)}),
    e.BudgetReconciled: Telling(
        lambda v, w: {
            "paid": w.money(v.paid_minor, v.currency),
            "returned": w.money(v.returned_minor, v.currency),
            "released": w.money(v.released_minor, v.currency),
            "visits": w.several([f"{one.visit} ({w.code('left_open', one.because)})" for one in v.left_open]),
        },
        lambda v: "left_open" if v.left_open else "plain",
        ("plain", "left_open"),
    ),
    e.CasePaused: Telling(
        lambda v, w: {"reason": w.code("pause_reason", v.reason_code), "review_on": w.day(v.review_on)}
    ),
    e.PauseProlonged: Telling(
        lambda v, w: {"reason": w.code("pause_reason", v.reason_code), "review_on": w.day(v.review_on)}
    ),
    e.CaseResumed: Telling(),
}


def sentence(event: e.CaseEvent, voice: Voice) -> str:
    """The sentence for an event of a case; a KeyError is a bug that `domain.text.check` finds."""
    telling = TELLINGS[type(event)]
    template = voice.words.sentence(event.type_name(), telling.variant(event) if telling.variant else None)
    return capital(template.format_map(telling.values(event, voice)))
