"""Every mail there is, by the name of its text, with the placeholders that the text may use."""

from collections.abc import Mapping
from typing import Final

TEMPLATE_VERSION: Final = 1
"""Kept with every mail that was sent; raised when texts come to say something else."""

COMMON: Final = frozenset({"reference", "programme", "recipient", "provider", "area", "broker"})
"""In every mail: the case, the programme's title, the names of both schools (the provider's is empty while there
is none), the area's title, and what the programme calls a broker, for 'who to ask'.

A paragraph that names a placeholder whose value is empty is left out."""

WAITING: Final = frozenset({"wait", "owner", "due", "days", "lapse", "command"})
"""What is awaited, in words; from whom; until when, in words of the language ('Friday 4 December 2026 at 17:00');
the days given ('10 school days'; empty where a day was agreed); the day on which silence ends the case, the draft
or the offer (empty where it never does); the line to type ('brokerage case consent EAS-K7QX4MZ-R')."""

VISIT: Final = frozenset({"visit", "on", "length", "mode", "school"})
"""The visit's id, its day in words, its length in days, whether in person or online (empty where it stays as it
was), and the school where it takes place: the recipient's."""

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
    "contact": "contact_requested",
    "claim": "money_requested",
    "claim_decision": "money_requested",
    "payment": "money_requested",
    "release": "money_requested",
    "liquidation": "money_requested",
    "liquidation_decision": "money_requested",
    "settlement": "money_requested",
}
"""By wait, the mail with which it begins. The others begin long before anybody can do anything about them (a
visit's note, the end of delivery, the follow-up), are their owner's own doing (a draft, a pause), or have a mail
of their own (an escalation)."""

TEMPLATES: Final[Mapping[str, frozenset[str]]] = {
    # Requests for action, to whoever owes it.
    **dict.fromkeys(REQUESTS.values(), COMMON | WAITING),
    "visit_confirmation_requested": COMMON | WAITING | {"visit"},
    "visit_disputed": COMMON | WAITING | {"visit"},
    "contact_requested": COMMON | WAITING | {"told"},
    "mid_review_due": COMMON | WAITING,
    # Chasing; `wait` and `owner` say what, and who owes it. To the owner, but an escalation.
    "reminder": COMMON | WAITING | {"number", "overdue"},
    "escalation": COMMON | WAITING | {"reminders", "overdue"},
    "wait_reassigned": COMMON | WAITING,
    "wait_taken": COMMON | {"wait", "to"},
    "work_assigned": COMMON | {"part"},
    "lapse_held": COMMON | WAITING,
    "lapse_in_sight": COMMON | WAITING,
    # News and outcomes.
    "head_consent_refused": COMMON,
    "request_signposted": COMMON | {"network", "how"},
    "request_enrolled": COMMON | {"network", "how", "places", "dates"},
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
    "claim_returned": COMMON | {"claim"},
    "account_returned": COMMON | {"account"},
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
"""Every template by name, with the placeholders it may use. {overdue}: the due time in words where it has passed,
else empty; {number}: which reminder of this wait it is, {reminders}: how many went before, both in figures; {told}:
who could not be reached; {network}: its title, {how}: how to join, {dates}: its days, each empty where there is none
on record; {places}: in words; {part}: whose work it is, as the programme calls it; {to}: who has it now; {asked}: the school that was asked; {start}, {end}, {review}, {was}: days in words; {length}: days
('4¼ days'); {outcome}: in words; {claim}, {account}: its number in the case, such as C1."""

INVITATIONS: Final = frozenset({"visit_scheduled", "visit_rescheduled", "visit_cancelled"})
"""Templates that come with a calendar entry."""
