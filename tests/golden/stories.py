"""The cases that are kept as golden histories: together everything happens in them that can happen to a case.

A story is told once, by `python -m tests.golden.record`; what it left behind is never told again. To have
something new kept, add a story; to change one changes nothing that is kept.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from domain.case.situation import Decision
from domain.case.stages import Stage
from tests.domain.case.office import DALE, GLEN, SEA, Office
from tests.domain.case.worked_fixture import FIRST_MORNING, on, to_close


def sip_route_to_archive(office: Office) -> None:
    """The usual course of a case begun by the SIP, to its follow-up; only what must be said is said."""
    office.on("sip").at(Stage.ARCHIVED)


def school_route_to_archive(office: Office) -> None:
    """A case begun by the school; everything that may be said is said."""
    _open_fully(office)
    _go_on(office, Stage.TRIAGE)
    office.done("adviser", "triage", urgency="normal")
    scoped = {
        "aim": "fluency",
        "baseline": "40 of 100",
        "success": "60 of 100",
        "measure": "a test",
        "evidence_source": "books",
    }
    office.done("sip.hill", "scope", objectives=[scoped], present=["sip", "recipient_head"])
    office.done("broker", "offer")
    office.done("head.sea", "accept-offer", conflict="declared", conflict_note="our heads are friends")
    office.done("broker", "draft-agreement", terms=_full_terms(office))
    _go_on(office, Stage.IN_DELIVERY)
    office.done("lead.hill", "confirm-visit")
    office.done("lead.sea", "record-visit", begin="09:00", end="11:30", cover_used=True, cover_minor="80.00")
    office.done("lead.hill", "confirm-visit")
    office.done("sip.hill", "mid-review", present=["sip", "recipient_head", "provider_head"])
    office.done("head.hill", "complete")
    office.done("head.sea", "complete")
    office.done(
        "head.hill",
        "review",
        effect_on_provider="new ideas",
        sustaining="the lead goes on",
        worth_sharing=True,
    )
    office.done("lead.sea", "review")
    office.done("sip.hill", "validate", note="seen in books")
    office.done("broker", "close")
    office.done("sip.hill", "record-follow-up")


def partner_declines(office: Office) -> None:
    """An objection, an offer taken back, one declined, one that nobody answers; then no partner is left."""
    _open_fully(office)
    office.done("head.hill", "submit")
    office.done("adviser", "except-alignment")
    office.done("adviser", "triage")
    office.done("sip.hill", "scope")
    office.done("head.hill", "object-to", provider=DALE)
    office.done("broker", "offer")
    office.done("broker", "rescind-offer")
    office.done("broker", "offer", provider=GLEN)
    office.done("head.glen", "decline-offer")
    office.done("broker", "offer")
    office.days_pass(6)
    office.done("adviser", "no-partner", nobody_left=True)


def partner_is_ranked(office: Office) -> None:
    """The pool is ranked; another school than the first is asked and declines; the next one has its days held."""
    office.on("sip").at(Stage.MATCHING)
    office.done("broker", "match")
    days = [
        {"period": "2026-autumn-2", "quarter_days": "3"},
        {"period": "2027-spring-1", "quarter_days": "1"},
    ]
    office.done("broker", "offer", provider=GLEN, periods=days)
    office.done("head.glen", "decline-offer")
    office.done("broker", "offer")
    office.done("head.sea", "accept-offer")
    office.done("partner.sea", "contribute")
    office.done("broker", "draft-agreement")
    _go_on(office, Stage.IN_DELIVERY)
    office.done("sip.hill", "mid-review")
    office.done("adviser", "extend")


def withdrawn(office: Office) -> None:
    """A case that its school withdraws while its need is being scoped."""
    office.at(Stage.SCOPING)
    office.done("head.hill", "withdraw")


def paused_and_resumed(office: Office) -> None:
    """Paused with a wait running, prolonged, resumed; the wait goes on with the days that were left."""
    office.at(Stage.TRIAGE)
    office.days_pass(2)
    office.done("broker", "pause")
    office.days_pass(3)
    office.done("broker", "pause", reason_code="weather")
    office.days_pass(2)
    office.done("broker", "resume")
    office.done("broker", "triage")


def changed_in_delivery(office: Office) -> None:
    """Money returned, a text changed, a visit missed, one disputed; a variation refused, one agreed; extended."""
    office.at(Stage.FUNDING_APPROVAL)
    office.done("finance", "return-funding")
    for _ in range(2):
        office.done("broker", "draft-agreement")
        office.done("finance", "approve-funding")
        if office.state.agreement is not None and office.state.agreement.version == 2:
            office.done("head.hill", "sign")
            office.done("head.sea", "request-changes")
    for person in ("head.hill", "head.sea", "sip.hill"):
        office.done(person, "sign")
    office.done("broker", "schedule-visit")
    office.done("lead.sea", "miss-visit", visit="V1")
    for _ in range(2):
        office.done("lead.sea", "record-visit", quarter_days="1", begin="09:00", end="15:30")
    office.done("lead.hill", "dispute-visit", visit="V2")
    office.done("broker", "resolve-dispute", visit="V2")
    office.done("broker", "propose-variation")
    office.done("head.hill", "refuse-variation")
    office.done("broker", "propose-variation")
    for person in ("head.hill", "head.sea"):
        office.done(person, "agree-variation")
    office.done("sip.hill", "mid-review")
    office.done("adviser", "extend")
    office.done("head.sea", "complete", recorded_by="broker")
    office.done("head.hill", "complete")


def nobody_answers(office: Office) -> None:
    """Reviews are late and so is the follow-up: deadlines pass, and the case is archived by the last."""
    office.at(Stage.FINAL_REVIEW)
    office.days_pass(40)
    _go_on(office, Stage.CLOSED)
    office.days_pass(61)


def consent_refused(office: Office) -> None:
    """A request that is amended, and yet not what the head wants."""
    office.on("sip").at(Stage.AWAITING_HEAD_CONSENT)
    office.done("sip.hill", "amend")
    office.done(
        "sip.hill", "amend", need=None, priority="SSO-1", overview_version="2026-2", preferred_provider=SEA
    )
    office.refused("head.hill", "triage")
    office.done("head.hill", "refuse-consent")


def signposted(office: Office) -> None:
    """A request that something else serves better."""
    office.at(Stage.TRIAGE)
    office.done("broker", "signpost")


def leader_route_to_archive(office: Office) -> None:
    """A leader school picks its partner; the division returns the first plan."""
    office.on("leader").at(Stage.FUNDING_APPROVAL)
    office.done("adviser", "return-funding")
    office.done("head.sea", "draft-agreement", terms=office.terms(supplies_minor="250.00"))
    office.done("adviser", "approve-funding")
    office.done("head.hill", "sign")
    office.done("head.sea", "sign")
    office.done("lead.sea", "record-visit", quarter_days="1")
    office.done("lead.hill", "confirm-visit")
    office.done("sip.hill", "mid-review")
    office.done("lead.sea", "record-visit", quarter_days="1", work_mode="ci")
    for person in ("head.hill", "head.sea"):
        office.done(person, "complete")
    _go_on(office, Stage.CLOSED)
    office.done("sip.hill", "record-follow-up")


def pointed_to_an_offer(office: Office) -> None:
    """A request that is pointed to a network on record, without words of its own."""
    office.on("sip").at(Stage.TRIAGE)
    office.done("broker", "signpost", offer="numeracy-leads", to=None)


def enrolled(office: Office) -> None:
    """A request that ends in a network; the school takes part, and how that went is recorded."""
    office.at(Stage.TRIAGE)
    office.done("broker", "enrol", places=2)
    office.days_pass(30)
    office.done("head.hill", "end-enrolment", note="We plan together now.")


def focal_person_changes(office: Office) -> None:
    """Oriented one after the other, the curriculum partner heard as one may be, a lead named anew, help from above."""
    office.on("leader").at(Stage.AWAITING_HEAD_CONSENT)
    office.done("broker", "record-orientation", oriented=["provider"])
    office.done("head.hill", "consent")
    office.done("broker", "triage")
    office.done("sip.hill", "record-orientation", oriented=["recipient"])
    office.done("head.sea", "scope")
    office.done("partner.sea", "contribute", priority="SIP-2", overview_version="2026-1")
    office.done("head.hill", "contribute")
    _go_on_as_leader(office)
    office.done("head.sea", "name-person")
    office.done("broker", "note-assistance")


def declined(office: Office) -> None:
    """A request that is not for this programme."""
    office.at(Stage.TRIAGE)
    office.done("adviser", "decline")


def worked_case(office: Office) -> None:
    """A Newport primary school from September 2025 on, every due date as it was first counted by hand."""
    office.now = FIRST_MORNING
    to_close(office)
    on(office, "2026-10-30").done("sip.hill", "record-follow-up")


def draft_expires(office: Office) -> None:
    """A draft that nobody sends: reminded of twice, then gone."""
    office.at(Stage.DRAFT)
    office.days_pass(55)


def lapsed_and_reopened(office: Office) -> None:
    """A head who does not answer: reminders, escalations acknowledged, lapse; taken up again, and consent."""
    office.on("sip").at(Stage.AWAITING_HEAD_CONSENT)
    office.days_pass(11)
    office.done("sip.hill", "acknowledge", note="I phone on Monday.")
    office.days_pass(5)
    office.done("adviser", "acknowledge")
    office.days_pass(6)
    office.done("broker", "reopen")
    office.done("head.hill", "consent")


def nobody_reads(office: Office) -> None:
    """Mail that is refused, somebody told by phone, a lapse held for want of notice and then in sight."""
    office.on("sip").at(Stage.AWAITING_HEAD_CONSENT)
    office.mail = "refused"
    office.days_pass(6)
    office.done("broker", "record-contact", note="Spoke to the office.")
    office.done("adviser", "assign")
    office.mail = "works"
    office.days_pass(20)
    for raised in office.state.escalations:
        if raised.wait == "head_consent" and not raised.acknowledged:
            office.done(
                {"sip": "sip.hill"}.get(raised.to, "adviser"), "acknowledge", escalation=raised.number
            )
    office.days_pass(3)
    office.done("head.hill", "consent")


def taken_over(office: Office) -> None:
    """A SIP who does not answer is relieved; the adviser answers for them, and gives the broker's work away."""
    office.at(Stage.AWAITING_ALIGNMENT)
    office.days_pass(9)
    office.done("adviser", "align")
    office.done("adviser", "assign", to="broker")
    office.done("adviser", "assign", to="broker.two")
    due = office.state.deadlines[0]
    office.done("broker.two", "triage")
    office.now = max(office.now, due.due_at)
    office.chase("triage", due.due_at)


def overdue_and_paused(office: Office) -> None:
    """Overdue when a pause begins: its ladder stands still and goes on afterwards."""
    office.on("sip").at(Stage.AWAITING_HEAD_CONSENT)
    office.days_pass(12)
    office.done("broker", "pause")
    office.days_pass(3)
    office.done("broker", "resume")
    office.days_pass(4)


def visits_moved(office: Office) -> None:
    """A visit that is planned, moved and cancelled."""
    office.at(Stage.AGREED)
    office.done("broker", "schedule-visit")
    office.done("lead.sea", "reschedule-visit")
    office.done(
        "lead.sea",
        "reschedule-visit",
        on=office.now.date() + timedelta(days=14),
        quarter_days="1",
        mode="online",
    )
    office.done("lead.hill", "cancel-visit")


def claimed_and_paid(office: Office) -> None:
    """A claim that comes back and is made again, its payment, and what is left; the follow-up was made before."""
    office.on("sip").at(Stage.CLOSED)
    office.done("sip.hill", "record-follow-up")
    office.done("head.sea", "claim", visits=["V1"], amount_minor="100.00", currency="GBP")
    office.done("finance", "return-claim")
    office.done("head.sea", "claim", visits=["V1"], amount_minor="900.00")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    office.done("finance", "move-money", from_year="2026-27", to_year="2027-28", amount_minor="10.00")
    office.done("finance", "settle")


def advanced_and_returned(office: Office) -> None:
    """An advance that is accounted for in two steps; what was not spent comes back."""
    office.on("leader").at(Stage.CLOSED)
    spent = {"use": "pedagogy", "amount_minor": "600.00", "document": "OR-7"}
    office.done("head.sea", "liquidate", spent=[spent], currency="PHP")
    office.done("finance", "return-liquidation")
    office.done(
        "head.sea", "liquidate", spent=[spent, {**spent, "amount_minor": "100.00", "document": "OR-8"}]
    )
    office.done("finance", "accept-liquidation")
    office.done("finance", "return-funds", amount_minor="300.00", currency="PHP")
    office.done("finance", "settle")


def advanced_and_given_up(office: Office) -> None:
    """An advance that is accounted for in part; the rest is given up, and the case settled."""
    office.on("leader").at(Stage.CLOSED)
    spent = {"use": "pedagogy", "amount_minor": "600.00", "document": "OR-7"}
    office.done("head.sea", "liquidate", spent=[spent])
    office.done("finance", "accept-liquidation")
    office.days_pass(25)
    office.done("adviser", "write-off")
    office.done("finance", "settle")


def withdrawn_in_delivery(office: Office) -> None:
    """Withdrawn after a visit: its worth stays committed and is paid, the rest is free again at once."""
    office.on("school").at(Stage.IN_DELIVERY)
    office.done("head.hill", "withdraw")
    office.done("lead.hill", "confirm-visit")
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    office.done("finance", "settle")


def budget_changes(office: Office) -> None:
    """A budget that is returned, asked to change, taken back in part and extended."""
    office.on("sip").at(Stage.FUNDING_APPROVAL)
    office.done("finance", "return-funding")
    office.done("broker", "draft-agreement")
    office.done("finance", "approve-funding")
    office.done("head.hill", "request-changes")
    terms = office.terms(fund="laeg", travel_minor="60.00", supplies_minor="40.00")
    office.done("broker", "draft-agreement", terms=terms)
    office.done("finance", "approve-funding")
    for person in ("head.hill", "head.sea", "sip.hill"):
        office.done(person, "sign")
    office.done("lead.sea", "record-visit")
    office.done("broker", "propose-variation", quarter_days="3")
    office.done("head.hill", "agree-variation")
    office.done("head.sea", "agree-variation")
    office.done("sip.hill", "mid-review")
    office.done("adviser", "extend")
    office.done("lead.hill", "confirm-visit")
    office.done("head.sea", "claim", travel_minor="30.00", supplies_minor="40.00")


STORIES: Final[dict[str, Callable[[Office], None]]] = {
    story.__name__.replace("_", "-"): story
    for story in (
        sip_route_to_archive, school_route_to_archive, partner_declines, withdrawn, paused_and_resumed,
        changed_in_delivery, nobody_answers, consent_refused, signposted, declined,
        leader_route_to_archive, worked_case, draft_expires, lapsed_and_reopened, nobody_reads, taken_over,
        overdue_and_paused, visits_moved, partner_is_ranked, pointed_to_an_offer, enrolled, focal_person_changes,
        claimed_and_paid, advanced_and_returned, advanced_and_given_up, withdrawn_in_delivery, budget_changes,
    )
}  # fmt: skip


def _open_fully(office: Office) -> None:
    office.done(
        "head.hill",
        "open",
        priority="SSO-2",
        overview_version="2026-1",
        preferred_provider=SEA,
        urgency="urgent",
    )


def _go_on_as_leader(office: Office) -> None:
    """From the draft of the agreement into delivery, on the route that the provider begins."""
    for person, verb in (
        ("head.sea", "draft-agreement"), ("adviser", "approve-funding"), ("head.hill", "sign"), ("head.sea", "sign"),
    ):  # fmt: skip
        office.done(person, verb)


def _go_on(office: Office, stage: Stage) -> None:
    """The usual course from where the case stands."""
    usual = (
        (Stage.DRAFT, "head.hill", "submit"), (Stage.AWAITING_ALIGNMENT, "sip.hill", "align"),
        (Stage.TRIAGE, "broker", "triage"), (Stage.FUNDING_APPROVAL, "finance", "approve-funding"),
        (Stage.AWAITING_SIGNATURES, "head.hill", "sign"), (Stage.AWAITING_SIGNATURES, "head.sea", "sign"),
        (Stage.AWAITING_SIGNATURES, "sip.hill", "sign"), (Stage.AGREED, "lead.sea", "record-visit"),
        (Stage.FINAL_REVIEW, "head.hill", "review"), (Stage.FINAL_REVIEW, "lead.sea", "review"),
        (Stage.FINAL_REVIEW, "sip.hill", "validate"), (Stage.FINAL_REVIEW, "broker", "close"),
    )  # fmt: skip
    for at, person, verb in usual:
        if office.state.stage is at and office.state.stage is not stage:
            answer = office.say(person, verb)
            assert isinstance(answer, Decision), f"{verb} by {person}: {answer}"
    assert office.state.stage is stage


def _full_terms(office: Office) -> dict[str, Any]:
    terms = office.terms()
    more: dict[str, Any] = {
        "release_quarter_days": "2", "provider_deputy": "partner.sea", "recipient_deputy": "head.hill",
        "travel_minor": "60.00", "confidentiality": "nothing leaves the schools", "exit_terms": "by letter",
        "periods": [{"period": "2026-autumn-1", "quarter_days": "4"}],
        "follow_up_on": terms["final_review_on"] + timedelta(days=60),
    }  # fmt: skip
    return terms | more
