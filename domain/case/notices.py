"""Who is told what by mail: for every event, the notices that follow from it, each to one party.

Nobody is told what they did themselves, and nothing is sent only to be complete. A request for action goes
out with the deadline that begins; if it is answered before the mail has left, the mail never leaves. What
each text may say stands in mail_templates.py, how it says it in domain/text.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.case import events as e
from domain.case.mail_templates import INVITATIONS, REQUESTS
from domain.case.shape import CaseState
from domain.case.waits import awaited
from domain.parties import Party

HEADS: Final = (Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD)
LEADS: Final = (Party.PROVIDER_LEAD, Party.RECIPIENT_LEAD)


@dataclass(frozen=True)
class Notice:
    """One mail to be written: which text, and for which party."""

    template: str
    party: Party
    wait: str | None = None
    """The wait that it is about; once that is over, nobody needs the mail."""


def notices(event: e.CaseEvent, after: CaseState, acted: Collection[Party] = ()) -> tuple[Notice, ...]:
    """Whom the event is news to. `after` is the case after the event, `acted` the parts of who caused it.

    An invitation also goes to whoever arranged the visit: it is an entry for their calendar.
    """
    told = dict.fromkeys(_notices(event, after))
    return tuple(n for n in told if n.template in INVITATIONS or n.party not in acted)


def is_wanted(notice: Notice, state: CaseState) -> bool:
    """Whether the mail still has a point: what it is about is still awaited, and not frozen by a pause."""
    if notice.wait is None:
        return True
    deadline = state.deadline(notice.wait)
    if deadline is not None and deadline.kept_days is not None:
        return False
    return any(item.wait == notice.wait for item in awaited(state))


def _notices(event: e.CaseEvent, after: CaseState) -> Iterator[Notice]:
    match event:
        case e.DeadlineSet():
            yield from _requested(event, after)
        case e.ReminderIssued():
            yield Notice("reminder", event.owner, event.wait)
        case e.EscalationRaised():
            yield Notice("escalation", event.to, event.wait)
        case e.WaitReassigned():
            yield Notice("wait_taken", event.owner)
        case e.LapseHeld():
            yield Notice("lapse_held", Party.BROKER, event.wait)
        case e.DeadlineMoved() if event.cause == "lapse-in-sight":
            yield Notice("lapse_in_sight", event.owner, event.wait)
        case e.WorkAssigned() if not _begins_anew(event.party, after):
            yield Notice("work_assigned", event.party)
        case e.MidReviewDue():
            yield Notice("mid_review_due", Party.SIP, "mid_review")
        case e.HeadConsentRefused() | e.DraftExpired() if after.drafted_by is not None:
            yield Notice(
                "head_consent_refused" if isinstance(event, e.HeadConsentRefused) else "draft_expired",
                after.drafted_by,
            )
        case e.OfferRescinded() | e.OfferExpired():
            # To the school that was asked, which is no longer in the case.
            expired = isinstance(event, e.OfferExpired)
            yield Notice("offer_expired" if expired else "offer_rescinded", Party.PROVIDER_HEAD)
        case e.SignatureVoided():
            yield Notice("signature_voided", event.party)
        case e.ClaimReturned(told=False) | e.LiquidationReturned(told=False):
            return
        case _ if type(event) in _NEWS:
            template, parties = _NEWS[type(event)]
            yield from (Notice(template, party) for party in parties if _takes_part(party, after))


def _requested(event: e.DeadlineSet, after: CaseState) -> Iterator[Notice]:
    """The mail with which a wait begins: to its owner, or to whoever it was given to."""
    template = REQUESTS.get(event.wait.partition(":")[0])
    if after.stand_in(event.wait) is not None:
        template = "wait_reassigned"
    if template is not None:
        yield Notice(template, event.owner, event.wait)


def _begins_anew(party: Party, after: CaseState) -> bool:
    """Whether something that the party owes gets a new deadline by the same command, and with it a mail."""
    return any(item.owner is party and after.deadline(item.wait) is None for item in awaited(after))


def _takes_part(party: Party, after: CaseState) -> bool:
    """Whether there is such a school in the case: of a provider that declined, nobody is told on."""
    return after.provider is not None or party not in _OF_PROVIDER


_OF_PROVIDER: Final = frozenset({Party.PROVIDER_HEAD, Party.PROVIDER_LEAD})
_RECIPIENT: Final = (Party.RECIPIENT_HEAD,)
_INVITED: Final = (*LEADS, *HEADS)

_NEWS: Final[Mapping[type[e.CaseEvent], tuple[str, tuple[Party, ...]]]] = {
    e.RequestSignposted: ("request_signposted", HEADS),
    e.RequestEnrolled: ("request_enrolled", HEADS),
    e.RequestDeclined: ("request_declined", HEADS),
    e.OfferAccepted: ("offer_accepted", _RECIPIENT),
    e.NoPartnerFound: ("no_partner_found", _RECIPIENT),
    e.AgreementActivated: ("agreement_activated", HEADS),
    e.AgreementVaried: ("agreement_varied", HEADS),
    e.VariationRefused: ("variation_refused", HEADS),
    e.DeliveryExtended: ("delivery_extended", (*HEADS, Party.PROVIDER_LEAD)),
    e.DisputeResolved: ("dispute_resolved", LEADS),
    e.ClaimReturned: ("claim_returned", (Party.PROVIDER_HEAD,)),
    e.LiquidationReturned: ("account_returned", (Party.PROVIDER_HEAD,)),
    e.CasePaused: ("case_paused", HEADS),
    e.CaseResumed: ("case_resumed", HEADS),
    e.CaseClosed: ("case_closed", HEADS),
    e.CaseWithdrawn: ("case_withdrawn", HEADS),
    e.CaseLapsed: ("case_lapsed", HEADS),
    e.CaseReopened: ("case_reopened", _RECIPIENT),
    e.VisitScheduled: ("visit_scheduled", _INVITED),
    e.VisitRescheduled: ("visit_rescheduled", _INVITED),
    e.VisitCancelled: ("visit_cancelled", _INVITED),
}
"""Events that are news as such, and to whom."""
