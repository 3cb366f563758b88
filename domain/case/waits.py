"""What is awaited: for every state of a case, who owes what, and which command answers it.

This is why no case is ever silent: `decide` sets a deadline for everything that `awaited` names, and a
state in which nothing is awaited is one in which the case has ended. Days come from the programme.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from domain.case.money_owed import live_money, money_owed, notes_due
from domain.case.shape import HANGING, CaseState, Deadline, Visit
from domain.case.stages import OPEN, Stage
from domain.parties import Party


@dataclass(frozen=True)
class Awaited:
    """One thing that one party owes."""

    wait: str
    """Key of the wait: its name, and behind a colon which one of several."""
    owner: Party
    """Who owes it: whoever stands in, where staff let it lie and it was re-assigned."""
    verb: str
    """The command that answers it."""
    part: Party | None = None
    """In whose part the owner answers, where they stand in for another."""
    counted_from: date | None = None
    """Day from which the days count; None for the moment the wait begins."""
    due_day: date | None = None
    """The due day itself, where a date that people agreed on names it."""

    @property
    def name(self) -> str:
        """The programme's name of the wait."""
        return self.wait.partition(":")[0]


def awaited(state: CaseState) -> tuple[Awaited, ...]:
    """Everything that is awaited in this state, the way forward first; what hangs on other waits last."""
    items = [_with_stand_in(item, state) for item in _awaited(state)]
    open_waits = {item.wait for item in items}
    for party in dict.fromkeys(missed.party for missed in state.unreached if missed.wait in open_waits):
        owner = Party.PRINCIPAL_ADVISER if party is Party.BROKER else Party.BROKER
        items.append(Awaited(f"contact:{party}", owner, "record-contact"))
        open_waits.add(items[-1].wait)
    for raised in state.escalations:
        if raised.wait in open_waits and not raised.acknowledged:
            items.append(Awaited(f"escalation:{raised.number}", raised.to, "acknowledge"))
            open_waits.add(items[-1].wait)
    return tuple(items)


def awaited_keys(state: CaseState) -> frozenset[str]:
    """The keys of all waits that are open in this state."""
    return frozenset(item.wait for item in awaited(state))


def falling_due(state: CaseState) -> tuple[Awaited, ...]:
    """What of it has its day now: of a paused case only what is about the pause; the rest gets its day with the end of it."""
    items = awaited(state)
    if not state.paused:
        return items
    about = {"pause_review"}
    for _ in items:  # what hangs on it, and on that again
        about |= {f"contact:{missed.party}" for missed in state.unreached if missed.wait in about}
        about |= {f"escalation:{raised.number}" for raised in state.escalations if raised.wait in about}
    return tuple(item for item in items if item.wait in about)


def _with_stand_in(item: Awaited, state: CaseState) -> Awaited:
    to = state.stand_in(item.wait)
    return item if to is None else replace(item, owner=to, part=item.owner)


def next_wait(state: CaseState) -> tuple[Awaited, Deadline | None] | None:
    """The wait that comes first: the earliest running deadline, else the first thing awaited.

    A word of notice, or a call to somebody whom mail does not reach, comes first only where nothing else does.
    """
    items = awaited(state)
    if not items:
        return None
    steps = [item for item in items if item.name not in HANGING]
    running = [d for item in steps if (d := state.deadline(item.wait)) is not None and d.runs]
    first = min(running, key=lambda d: (d.due_at, d.wait), default=None)
    for item in steps:
        if first is not None and item.wait == first.wait:
            return item, first
    item = (steps or items)[0]
    return item, state.deadline(item.wait)


def stuck_because(state: CaseState, d: Deadline) -> str | None:
    """Why a wait needs somebody's help to go on; None where its ladder still sees to it."""
    if d.lapse_held:
        return "lapse-held"
    if any(missed.wait == d.wait for missed in state.unreached):
        return "mail-failed"
    if any(raised.wait == d.wait and not raised.acknowledged for raised in state.escalations):
        return "not-acknowledged"
    return "ladder-climbed" if d.passed and d.next_at is None and d.kept_days is None else None


def _awaited(state: CaseState) -> Iterator[Awaited]:
    if state.paused and state.stage in OPEN:
        yield Awaited("pause_review", Party.BROKER, "resume", due_day=state.pause_review_on)
    match state.stage:
        case Stage.DRAFT:
            yield Awaited("draft", _submitter(state), "submit")
        case Stage.AWAITING_HEAD_CONSENT:
            yield Awaited("head_consent", Party.RECIPIENT_HEAD, "consent")
        case Stage.AWAITING_ALIGNMENT:
            verb = "align" if state.alignment_owner is Party.SIP else "except-alignment"
            yield Awaited("alignment", state.alignment_owner, verb)
        case Stage.TRIAGE:
            owner = Party.PRINCIPAL_ADVISER if state.urgency == "urgent" else Party.BROKER
            yield Awaited("triage", owner, "triage")
        case Stage.SCOPING:
            yield Awaited("scoping", state.duties.scope, "scope")
        case Stage.MATCHING:
            yield Awaited("first_offer", Party.BROKER, "offer")
        case Stage.PARTNER_OFFERED if state.open_offer is not None:
            yield Awaited(f"offer_answer:{state.open_offer.number}", Party.PROVIDER_HEAD, "accept-offer")
        case Stage.AGREEMENT_DRAFTING:
            yield Awaited("drafting", state.duties.draft, "draft-agreement")
        case Stage.FUNDING_APPROVAL if state.agreement is not None:
            yield Awaited("funding", state.agreement.approver, "approve-funding")
        case Stage.AWAITING_SIGNATURES if state.agreement is not None:
            for party in state.agreement.signatories:
                if party not in state.agreement.signed:
                    yield Awaited(f"signature:{party}", party, "sign")
        case Stage.AGREED | Stage.IN_DELIVERY:
            yield from _awaited_in_delivery(state)
        case Stage.FINAL_REVIEW:
            yield from _awaited_in_review(state)
        case Stage.CLOSED if not state.followed_up and state.follow_up != "none":
            agreed = state.agreement.terms.follow_up_on if state.agreement else None
            yield Awaited("follow_up", Party.SIP, "record-follow-up", due_day=agreed)
    if state.stage in {Stage.CLOSED, Stage.WITHDRAWN} and live_money(state) is not None:
        yield from _awaited_of_held_visits(state)
    yield from (Awaited(wait, owner, verb) for wait, owner, verb in money_owed(state))


REVIEWING_SIDES = (Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD)


def _submitter(state: CaseState) -> Party:
    """Who may send a draft: the head of the side that began it, or the SIP of the route that is theirs."""
    if state.provider_began:
        return Party.PROVIDER_HEAD
    return Party.SIP if state.route == "sip" else Party.RECIPIENT_HEAD


def _awaited_in_delivery(state: CaseState) -> Iterator[Awaited]:
    agreement = state.agreement
    if agreement is None:
        return
    if state.stage is Stage.AGREED:
        yield Awaited("first_visit", Party.PROVIDER_LEAD, "record-visit", counted_from=agreement.terms.start)
    for visit in state.visits:
        if visit.status == "planned":
            yield _note(visit)
    yield from _awaited_of_held_visits(state)
    if state.variation is not None:
        for party in REVIEWING_SIDES:
            if party not in state.variation.agreed:
                yield Awaited(f"variation:{party}", party, "agree-variation")
    if state.stage is not Stage.IN_DELIVERY:
        return
    if state.mid_review is None:
        begin = None if state.mid_review_due else agreement.terms.mid_review_on
        yield Awaited("mid_review", Party.SIP, "mid-review", counted_from=begin)
    for party in REVIEWING_SIDES if state.completion_agreed else ():
        if party not in state.completion_agreed:
            yield Awaited(f"completion:{party}", party, "complete")
    yield Awaited("delivery_end", Party.PROVIDER_LEAD, "complete", due_day=agreement.end)


def _note(visit: Visit) -> Awaited:
    return Awaited(f"visit_note:{visit.id}", Party.PROVIDER_LEAD, "record-visit", counted_from=visit.on)


def _awaited_of_held_visits(state: CaseState) -> Iterator[Awaited]:
    """A visit still wants its record and its confirmation, and a dispute its settlement, when delivery has ended."""
    for visit in notes_due(state):
        yield _note(visit)
    for visit in state.visits:
        if visit.status == "recorded":
            yield Awaited(f"visit_confirmation:{visit.id}", Party.RECIPIENT_LEAD, "confirm-visit")
        elif visit.status == "disputed":
            yield Awaited(f"visit_dispute:{visit.id}", Party.BROKER, "resolve-dispute")


def _awaited_in_review(state: CaseState) -> Iterator[Awaited]:
    yield from _awaited_of_held_visits(state)
    given = {review.party for review in state.reviews}
    missing = [party for party in REVIEWING_SIDES if party not in given]
    if missing:
        for party in missing:
            yield Awaited(f"final_review:{party}", party, "review")
    elif not state.validated:
        yield Awaited("validation", Party.SIP, "validate")
    else:
        yield Awaited("closing", Party.BROKER, "close")
