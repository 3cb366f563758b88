"""Who is told what by mail: for every event, the notices that follow from it, each to one party.

Nobody is told what they did themselves, and nothing is sent only to be complete. A request for action goes
out with the deadline that begins; if it is answered before the mail has left, the mail never leaves. The
wording of each template stands in domain/text; here stands which placeholders it may use.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.case import events as e
from domain.case.shape import CaseState
from domain.case.waits import awaited_keys
from domain.parties import Party

COMMON: Final = frozenset({"reference", "programme", "recipient", "provider", "area", "broker"})
"""In every mail: the case, the programme's title, the names of both schools (empty while there is no
provider), the area's title, and what the programme calls a broker, for 'who to ask'.

A paragraph that names a placeholder whose value is empty is left out."""

WAITING: Final = frozenset({"wait", "owner", "due", "days", "lapse", "command"})
"""What is awaited, in words; from whom; until when, in words of the language ('Friday 4 December 2026,
17:00'); the days given ('10 school days', empty where a day was agreed); the day on which silence ends the
case, the draft or the offer (empty where it never does); the line to type ('brokerage case consent REF')."""

VISIT: Final = frozenset({"visit", "on", "length", "mode", "school"})
"""The visit's id, its day (and hours, where they are known) in words, its length in days, whether in person or
online, and the school where it takes place."""

REQUESTS: Final[Mapping[str, str]] = {
    "head_consent": "head_consent_requested",
    "alignment": "alignment_requested",
    "triage": "triage_requested",
    "scoping": "scoping_requested",
    "first_offer": "offer_requested",
    "offer_answer": "partner_offered",
    "drafting": "draft_requested",
    "funding": "funding_requested",
    "signature": "signature_requested",
    "first_visit": "first_visit_requested",
    "visit_confirmation": "visit_confirmation_requested",
    "visit_dispute": "visit_disputed",
    "variation": "variation_requested",
    "completion": "completion_requested",
    "final_review": "final_review_requested",
    "validation": "validation_requested",
    "closing": "closing_requested",
}
"""By wait, the mail with which it begins. The others begin long before anybody can do anything about them (a
visit's note, the end of delivery, the follow-up) or are their owner's own doing (a draft, a pause)."""

TEMPLATES: Final[Mapping[str, frozenset[str]]] = {
    # Requests for action, to the party that owes it; {visit} only where one visit is meant.
    **{template: COMMON | WAITING for template in REQUESTS.values()},
    "visit_confirmation_requested": COMMON | WAITING | {"visit"},
    "visit_disputed": COMMON | WAITING | {"visit"},
    "mid_review_due": COMMON | WAITING,
    # Chasing; `wait` and `owner` say what and whom. A reminder says which one it is, and of how many.
    "reminder": COMMON | WAITING | {"number"},
    "escalation": COMMON | WAITING | {"reminders"},
    "wait_reassigned": COMMON | WAITING,
    "work_assigned": COMMON | WAITING,
    "lapse_held": COMMON | WAITING,
    "mail_failed": COMMON | WAITING | {"told"},
    # News and outcomes.
    "head_consent_refused": COMMON,
    "request_signposted": COMMON,
    "request_declined": COMMON,
    "offer_accepted": COMMON,
    "offer_rescinded": COMMON | {"asked"},
    "offer_expired": COMMON | {"asked"},
    "no_partner_found": COMMON,
    "signature_voided": COMMON,
    "agreement_activated": COMMON | {"start", "end", "length"},
    "agreement_varied": COMMON | {"end", "length"},
    "variation_refused": COMMON,
    "delivery_extended": COMMON | {"end", "length"},
    "dispute_resolved": COMMON | {"visit", "length"},
    "case_paused": COMMON | {"review"},
    "case_resumed": COMMON,
    "case_closed": COMMON | {"outcome"},
    "case_withdrawn": COMMON,
    "case_lapsed": COMMON | {"wait", "owner"},
    "draft_expired": COMMON,
    "case_reopened": COMMON,
    # Invitations: with a calendar entry that the next one changes or takes back.
    "visit_scheduled": COMMON | VISIT,
    "visit_rescheduled": COMMON | VISIT | {"was"},
    "visit_cancelled": COMMON | VISIT,
}
"""Every template by name, with the placeholders it may use. {number}: 'first', 'second' of the reminder in
words; {reminders}: how many went before; {told}: to whom the mail could not be delivered; {asked}: the school
that was asked; {start}, {end}, {review}, {was}: days in words; {length}: days ('4¼ days'); {outcome}: in words."""

INVITATIONS: Final = frozenset({"visit_scheduled", "visit_rescheduled", "visit_cancelled"})
"""Templates that come with a calendar entry."""

HEADS: Final = (Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD)
INVITED: Final = (Party.PROVIDER_LEAD, Party.RECIPIENT_LEAD, *HEADS)


@dataclass(frozen=True)
class Notice:
    """One mail to be written: which text, and for which party."""

    template: str
    party: Party
    wait: str | None = None
    """The wait it asks to be answered; once that is over, nobody needs the mail."""


def notices(event: e.CaseEvent, after: CaseState, acted: Collection[Party] = ()) -> tuple[Notice, ...]:
    """Whom the event is news to. `after` is the case after the event, `acted` the parts of who caused it."""
    told = dict.fromkeys(_notices(event, after))
    return tuple(n for n in told if n.template in INVITATIONS or n.party not in acted)


def is_wanted(notice: Notice, state: CaseState) -> bool:
    """Whether the mail still has a point: what it asks for is still awaited, and the case is not paused."""
    return notice.wait is None or (notice.wait in awaited_keys(state) and not state.paused)


def _notices(event: e.CaseEvent, after: CaseState) -> Iterator[Notice]:
    match event:
        case e.DeadlineSet():
            template = REQUESTS.get(event.wait.partition(":")[0])
            if template is not None:
                yield Notice(template, event.owner, event.wait)
        case e.MidReviewDue():
            yield Notice("mid_review_due", Party.SIP, "mid_review")
        case e.VisitScheduled():
            yield from (Notice("visit_scheduled", party) for party in INVITED)
        case _:
            yield from (Notice(_NEWS[type(event)][0], p) for p in _told(event, after))


_BOTH: Final = HEADS
_RECIPIENT: Final = (Party.RECIPIENT_HEAD,)
_LEADS: Final = (Party.PROVIDER_LEAD, Party.RECIPIENT_LEAD)

_NEWS: Final[Mapping[type[e.CaseEvent], tuple[str, tuple[Party, ...]]]] = {
    e.RequestSignposted: ("request_signposted", _BOTH),
    e.RequestDeclined: ("request_declined", _BOTH),
    e.OfferAccepted: ("offer_accepted", _RECIPIENT),
    e.OfferRescinded: ("offer_rescinded", (Party.PROVIDER_HEAD,)),
    e.OfferExpired: ("offer_expired", (Party.PROVIDER_HEAD,)),
    e.NoPartnerFound: ("no_partner_found", _RECIPIENT),
    e.AgreementActivated: ("agreement_activated", _BOTH),
    e.AgreementVaried: ("agreement_varied", _BOTH),
    e.VariationRefused: ("variation_refused", _BOTH),
    e.DeliveryExtended: ("delivery_extended", (*_BOTH, Party.PROVIDER_LEAD)),
    e.DisputeResolved: ("dispute_resolved", _LEADS),
    e.CasePaused: ("case_paused", _BOTH),
    e.CaseResumed: ("case_resumed", _BOTH),
    e.CaseClosed: ("case_closed", _BOTH),
    e.CaseWithdrawn: ("case_withdrawn", _BOTH),
}


def _told(event: e.CaseEvent, after: CaseState) -> tuple[Party, ...]:
    """Parties to whom the event is news as such."""
    if isinstance(event, e.SignatureVoided):
        return (event.party,)
    return _NEWS[type(event)][1] if type(event) in _NEWS else ()
