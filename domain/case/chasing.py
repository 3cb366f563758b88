"""How a wait is chased to its end: reminders, escalations, re-assignment, lapse; and what people answer to it.

The rule of fairness: what staff let lie is escalated and re-assigned and never ends a case; what a school
lets lie may end it, but only after its reminders were delivered and somebody took notice of the
escalation. Source: the ladders in docs/lifecycle.md.
"""

from collections.abc import Iterable
from typing import Final

from domain.case import commands as c
from domain.case import events as e
from domain.case.chasing_events import DueStep
from domain.case.commands import expect
from domain.case.dating import again_at, lapse_in_sight, moved, rule_of
from domain.case.settlement import archived_if_settled
from domain.case.shape import CaseState, Deadline
from domain.case.situation import Facts, Refusal, Situation
from domain.case.stages import OPEN, Stage
from domain.case.waits import awaited
from domain.parties import SCHOOL_PARTIES, Party

_ENDS: Final = frozenset({"expire", "lapse"})
_STAFF: Final = frozenset(set(Party) - SCHOOL_PARTIES - {Party.SYSTEM})


def chase(s: Situation) -> tuple[e.CaseEvent, ...]:
    """Everything of one wait that is due by now, as one chase: of several rungs the strongest counts.

    Where the wait is over, frozen or has moved, the answer was first, and the log says that too.
    """
    command = expect(s.command, c.PassDeadline)
    d = s.state.deadline(command.wait)
    if d is None or d.next_at is None or s.facts.now < d.next_at:
        return (e.TimerIgnored(wait=command.wait, due_at=command.due_at),) if _is_alive(s.state) else ()
    due = [step for step in d.steps if step.at <= s.facts.now]
    events: list[e.CaseEvent] = []
    if not d.passed and d.due_at <= s.facts.now:
        events.append(e.DeadlinePassed(wait=d.wait, owner=d.owner, due_at=d.due_at))
        events += _of_old(d, s)
    end = next((step for step in due if step.do in _ENDS), None)
    rungs = [step for step in due if step.do not in _ENDS]
    if end is not None:
        because = _unfair(end, d, rungs, s)
        if not because:
            return (*events, *_ended(d, s))
        events.append(e.LapseHeld(wait=d.wait, owner=d.owner, because=because))
    return (*events, *_climbed(d, rungs, s, last=len(due) == len(d.steps)))


def timer_has_come(s: Situation) -> Refusal | None:
    """Asked for early it is not done, and not remembered either: it must still be done when its time comes."""
    if s.facts.now >= expect(s.command, c.PassDeadline).due_at:
        return None
    return Refusal("R-CLOCK", "That time has not come yet. Nothing was recorded.")


def recount(s: Situation) -> tuple[e.CaseEvent, ...]:
    """Every open deadline on the calendar in force; nothing, where all of them stand."""
    moves = (moved(d, s.state, s.facts) for d in s.state.deadlines)
    return tuple(move for move in moves if move is not None)


def held_lapses(state: CaseState, facts: Facts) -> tuple[e.CaseEvent, ...]:
    """Lapses that were held and for which everything is done now: each gets its day."""
    if state.paused:
        return ()
    return tuple(
        lapse_in_sight(d, state, facts)
        for d in state.deadlines
        if d.lapse_held and d.kept_days is None and not _undone(d, state, facts)
    )


def escalation_is_open(s: Situation) -> Refusal | None:
    """Of several escalations of one wait, each is answered by whom it went to."""
    number = expect(s.command, c.Acknowledge).escalation
    if any(item.wait == f"escalation:{number}" for item in awaited(s.state)):
        return None
    known = next((raised for raised in s.state.escalations if raised.number == number), None)
    if known is not None and known.acknowledged:
        return Refusal("R-ALREADY", f"Escalation {number} was acknowledged already.")
    return Refusal("R-ESCALATION", f"No escalation {number} is open in this case.")


def escalation_is_theirs(s: Situation) -> Refusal | None:
    number = expect(s.command, c.Acknowledge).escalation
    to = next((raised.to for raised in s.state.escalations if raised.number == number), None)
    if to is None or to is s.party:
        return None
    return Refusal("R-POST", f"Escalation {number} went to the {s.word(to)}, not to the {s.word(s.party)}.")


def acknowledge(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.Acknowledge)
    raised = next(known for known in s.state.escalations if known.number == command.escalation)
    return (
        e.EscalationAcknowledged(
            number=raised.number, wait=raised.wait, acknowledged_as=s.party, note=command.note
        ),
    )


def party_is_staff(s: Situation) -> Refusal | None:
    party = expect(s.command, c.Assign).party
    if party in _STAFF:
        return None
    return Refusal("R-PARTY", f"Only staff's work is assigned; the {s.word(party)} is the school's to name.")


def assignee_holds_the_post(s: Situation) -> Refusal | None:
    command = expect(s.command, c.Assign)
    if command.to in s.facts.holders.get(command.party, ()):
        return None
    return Refusal(
        "R-POST",
        f"Nobody called {command.to} is {s.word(command.party)} in this case today.",
        "See: brokerage person list",
    )


def assignment_is_new(s: Situation) -> Refusal | None:
    command = expect(s.command, c.Assign)
    if s.state.assigned(command.party) != command.to:
        return None
    return Refusal("R-ALREADY", f"It is {command.to}'s work already.")


def assign(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.Assign)
    return (e.WorkAssigned(party=command.party, person=command.to, was=s.state.assigned(command.party)),)


def contact_is_owed(s: Situation) -> Refusal | None:
    """A call is recorded for whom mail did not reach, or who is being waited for."""
    party = expect(s.command, c.RecordContact).party
    if any(item.owner is party or item.wait == f"contact:{party}" for item in awaited(s.state)):
        return None
    return Refusal("R-PARTY", f"Nothing is awaited from the {s.word(party)} just now.")


def record_contact(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.RecordContact)
    return (
        e.ContactRecorded(party=command.party, method=command.by, reached=command.reached, note=command.note),
    )


def record_delivery(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.RecordDelivery)
    events: list[e.CaseEvent] = []
    for told in command.mails:
        same = told.model_dump(include={"mail", "template", "template_version", "party", "person", "wait"})
        if told.failed is not None:
            events.append(e.MailFailed.model_validate(same | {"reason": told.failed}))
        elif told.person is not None and told.language is not None:
            events.append(e.MailAccepted.model_validate(same | {"language": told.language}))
    return tuple(events)


def can_be_reopened(s: Situation) -> Refusal | None:
    """What was in force was ended for a reason of its own; what never came about can be taken up again."""
    if s.state.agreement is not None and s.state.agreement.active:
        return Refusal(
            "R-REOPEN", "The agreement of this case was in force; further support is a request of its own."
        )
    if s.state.ended_from in {None, Stage.DRAFT.value, Stage.SUBMITTED.value}:
        return Refusal("R-REOPEN", "A draft that expired is written anew.", "See: brokerage case open --help")
    return None


def reopened_in_time(s: Situation) -> Refusal | None:
    """Within forty school days of its end."""
    if s.state.ended_at is None:
        return None
    days_of = s.facts.days_of(s.state.recipient)
    ended = s.state.ended_at.astimezone(s.facts.zone).date()
    last = days_of.after(ended, REOPEN_WITHIN, "school_days")
    if s.facts.today <= last:
        return None
    return Refusal(
        "R-REOPEN",
        f"It could be reopened until {last.isoformat()}, {REOPEN_WITHIN} school days after it ended.",
        "Open a new request: brokerage case open --help",
    )


def reopen(s: Situation) -> tuple[e.CaseEvent, ...]:
    """Consent or alignment is asked for anew where it was never given; else triage decides again."""
    to = Stage.TRIAGE
    if not s.state.consents:
        consent = s.route.step == "head_consent"
        to = Stage.AWAITING_HEAD_CONSENT if consent else Stage.AWAITING_ALIGNMENT
    return (e.CaseReopened.model_validate({"to": to.value, "reason": expect(s.command, c.Reopen).reason}),)


REOPEN_WITHIN: Final = 40
"""School days after its end in which a case can be reopened. Source: docs/lifecycle.md, transition 28."""


def _climbed(d: Deadline, rungs: list[DueStep], s: Situation, *, last: bool) -> Iterable[e.CaseEvent]:
    """The strongest of the rungs that are due: re-assignment, else the highest escalation, else a reminder.

    Where nothing else is to come, the owner is reminded, and again and again: no wait is left to itself.
    """
    if not rungs and not last:
        return
    after, missed = max((step.after for step in rungs), default=d.days or 0), max(0, len(rungs) - 1)
    relieved = next((step for step in reversed(rungs) if step.do == "reassign"), None)
    if relieved is not None and relieved.to is not None:
        yield e.WaitReassigned(wait=d.wait, owner=d.owner, to=relieved.to)
        return
    again = again_at(d.wait, d, s.state, s.facts) if last else None
    raised = next((step for step in reversed(rungs) if step.do == "escalate"), None)
    if raised is not None and raised.to is not None:
        yield e.EscalationRaised(
            number=s.state.escalated + 1, wait=d.wait, owner=d.owner, to=raised.to, after=after,
            due_at=d.due_at, missed=missed, again_at=again,
        )  # fmt: skip
        return
    yield e.ReminderIssued(
        wait=d.wait, owner=d.owner, after=after, due_at=d.due_at, missed=missed, again_at=again
    )


Unfair = tuple[str, ...]


def _unfair(end: DueStep, d: Deadline, rungs: list[DueStep], s: Situation) -> Unfair:
    """What was not done before a case may lapse. An offer that expires costs the school nothing, and waits for nothing."""
    if end.do != "lapse":
        return ()
    missed = ("step-missed",) if any(step.after < end.after for step in rungs) else ()
    return (*missed, *_undone(d, s.state, s.facts))


def _undone(d: Deadline, state: CaseState, facts: Facts) -> Unfair:
    rule = rule_of(d.wait, facts.programme)
    end = next((rung for rung in rule.ladder if rung.do == "lapse"), None)
    if end is None:
        return ()
    because: list[str] = []
    reminds = any(rung.do == "remind" and rung.after < end.after for rung in rule.ladder)
    if not d.all_told or (reminds and not d.told):
        because.append("reminder-not-delivered")
    escalates = any(rung.do == "escalate" and rung.after < end.after for rung in rule.ladder)
    raised = [known for known in state.escalations if known.wait == d.wait]
    if escalates and not (raised and raised[-1].acknowledged):
        because.append("escalation-not-acknowledged")
    return tuple(because)


def _ended(d: Deadline, s: Situation) -> tuple[e.CaseEvent, ...]:
    """What the end of a wait leads to."""
    offer = s.state.open_offer
    if offer is not None and d.wait == f"offer_answer:{offer.number}":
        return (e.OfferExpired(provider=offer.provider, offer=offer.number),)
    if d.wait == "follow_up":
        return e.FollowUpMissed(), *archived_if_settled(s.state)
    if d.wait == "draft":
        return (e.DraftExpired(),)
    stage = s.state.stage.value if s.state.stage else ""
    return (e.CaseLapsed(wait=d.wait, party=d.owner, stage=stage),)


def _of_old(d: Deadline, s: Situation) -> tuple[e.CaseEvent, ...]:
    """Deadlines set before waits had ladders: an offer expired and a follow-up was missed when they passed."""
    if d.unit is not None or (d.days is None and d.school is not None):
        return ()
    ends_at_once = d.wait == "follow_up" or d.wait.startswith("offer_answer:")
    return _ended(d, s) if ends_at_once else ()


def _is_alive(state: CaseState) -> bool:
    return state.stage in OPEN or state.stage is Stage.CLOSED or bool(awaited(state))
