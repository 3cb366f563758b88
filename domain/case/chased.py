"""What the events of waits make of a case's state: deadlines, ladders, escalations, mail, whose work it is.

`state.evolve` looks them up here; a deadline is kept exactly as long as its wait is awaited.
"""

from collections.abc import Callable
from typing import Any, Final

from domain.case import events as e
from domain.case.chasing_events import DueStep
from domain.case.shape import Assignment, CaseState, Deadline, Escalation, Reassigned, Unreached
from domain.case.stages import Stage

Change = dict[str, Any]


def without_deadline(state: CaseState, wait: str) -> Change:
    """The change by which a wait has no deadline any more, so that it gets a new one."""
    return {"deadlines": tuple(d for d in state.deadlines if d.wait != wait)}


def _with_deadline(state: CaseState, wait: str, **update: Any) -> Change:
    return {"deadlines": tuple(d.model_copy(update=update) if d.wait == wait else d for d in state.deadlines)}


def _deadline_set(state: CaseState, event: e.DeadlineSet) -> Change:
    before = state.deadline(event.wait)
    goes_on = before is not None and before.kept_days is not None
    deadline = Deadline(
        wait=event.wait,
        owner=event.owner,
        due_at=event.due_at,
        calendar=event.calendar,
        days=event.days,
        unit=event.unit,
        school=event.school,
        began=event.began,
        provisional=event.provisional,
        steps=event.steps,
        reminders=before.reminders if before and goes_on else 0,
        told=before.told if before and goes_on else (),
        lapse_held=bool(before and goes_on and before.lapse_held),
    )
    others = tuple(known for known in state.deadlines if known.wait != event.wait)
    return {"deadlines": (*others, deadline)}


def _deadline_moved(state: CaseState, event: e.DeadlineMoved) -> Change:
    update: Change = {
        "due_at": event.due_at,
        "calendar": event.calendar,
        "provisional": event.provisional,
        "steps": event.steps,
    }
    if event.cause == "resumed":
        update |= {"kept_days": None, "kept_steps": ()}
    if event.cause == "lapse-in-sight":
        update["lapse_held"] = False
    return _with_deadline(state, event.wait, **update)


def _deadline_passed(state: CaseState, event: e.DeadlinePassed) -> Change:
    return _with_deadline(state, event.wait, passed=True)


def _reminded(state: CaseState, event: e.ReminderIssued) -> Change:
    d = state.deadline(event.wait)
    if d is None:
        return {}
    return _with_deadline(
        state, event.wait, reminders=d.reminders + 1, steps=_steps_after(d, event.after, event.again_at)
    )


def _escalated(state: CaseState, event: e.EscalationRaised) -> Change:
    raised = Escalation(
        number=event.number, wait=event.wait, owner=event.owner, to=event.to, after=event.after
    )
    change: Change = {"escalations": (*state.escalations, raised), "escalated": event.number}
    d = state.deadline(event.wait)
    if d is None:
        return change
    return change | _with_deadline(state, event.wait, steps=_steps_after(d, event.after, event.again_at))


def _steps_after(d: Deadline, after: int, again_at: Any) -> tuple[DueStep, ...]:
    """The rungs above the one taken; the reminder that comes again, where it was the last."""
    left = tuple(step for step in d.steps if step.after > after)
    if left or again_at is None:
        return left
    return (DueStep(at=again_at, do="remind", after=after + 1, days=0, to=None),)


def _acknowledged(state: CaseState, event: e.EscalationAcknowledged) -> Change:
    return {
        "escalations": tuple(
            known.model_copy(update={"acknowledged": True}) if known.number == event.number else known
            for known in state.escalations
        )
    }


def _reassigned(state: CaseState, event: e.WaitReassigned) -> Change:
    given = Reassigned(wait=event.wait, to=event.to)
    return {"reassigned": (*state.reassigned, given), **without_deadline(state, event.wait)}


def _lapse_held(state: CaseState, event: e.LapseHeld) -> Change:
    d = state.deadline(event.wait)
    steps = tuple(step for step in d.steps if step.do not in {"expire", "lapse"}) if d else ()
    return _with_deadline(state, event.wait, lapse_held=True, steps=steps)


def _draft_expired(_state: CaseState, _event: e.DraftExpired) -> Change:
    return {"stage": Stage.LAPSED, "paused": False, "pause_review_on": None}


def _lapsed(state: CaseState, event: e.CaseLapsed) -> Change:
    over = {"stage": Stage.LAPSED, "ended_from": event.stage, "paused": False, "pause_review_on": None}
    return over | given_back(state)


def given_back(state: CaseState) -> Change:
    """With the case ends its offer, answered or not, where no agreement came of it: reopened, the case may go to
    that school again.
    """
    if state.agreement is not None and state.agreement.active:
        return {}
    return {
        "offers": tuple(
            offer.model_copy(update={"outcome": "rescinded"})
            if offer.outcome in {"open", "accepted"}
            else offer
            for offer in state.offers
        )
    }


def _reopened(state: CaseState, event: e.CaseReopened) -> Change:
    """What was agreed so far stays on record; the way is gone again from there, with an offer to somebody."""
    return {
        "stage": Stage(event.to),
        "ended_from": None,
        "provider": state.provider if state.provider_began else None,
        "ranking": None,
        "deadlines": (),
        "escalations": (),
        "unreached": (),
        "reassigned": (),
    }


def _assigned(state: CaseState, event: e.WorkAssigned) -> Change:
    others = tuple(given for given in state.assignments if given.party is not event.party)
    change: Change = {"assignments": (*others, Assignment(party=event.party, person=event.person))}
    if event.was is not None:
        # Another person's clock starts anew; how old the case is does not change.
        change["deadlines"] = tuple(
            d
            for d in state.deadlines
            if d.owner is not event.party or d.days is None or d.kept_days is not None
        )
    return change


def _contact_recorded(state: CaseState, event: e.ContactRecorded) -> Change:
    """Reached in another way is told: what was to remind them has arrived after all. Not reached, it is owed anew."""
    if not event.reached:
        return without_deadline(state, f"contact:{event.party}")
    missed = {u.wait for u in state.unreached if u.party is event.party}
    return {
        "unreached": tuple(u for u in state.unreached if u.party is not event.party),
        "deadlines": tuple(
            d.model_copy(update={"told": _told_all(d)}) if d.wait in missed or d.owner is event.party else d
            for d in state.deadlines
        ),
    }


def _told_all(d: Deadline) -> tuple[str, ...]:
    return (*d.told, *(f"in person {number}" for number in range(len(d.told), d.reminders)))


def _mail_accepted(state: CaseState, event: e.MailAccepted) -> Change:
    if event.wait is None or event.template != REMINDER:
        return {}
    cause = event.mail.partition(".")[0]
    d = state.deadline(event.wait)
    if d is None or cause in d.told:
        return {}
    return _with_deadline(state, event.wait, told=(*d.told, cause))


def _mail_failed(state: CaseState, event: e.MailFailed) -> Change:
    if event.wait is None:
        return {}
    missed = Unreached(party=event.party, wait=event.wait)
    return {"unreached": (*(u for u in state.unreached if u != missed), missed)}


def _paused(state: CaseState, event: e.CasePaused) -> Change:
    kept = {item.wait: item for item in event.kept}
    deadlines = tuple(
        d.model_copy(
            update={
                "kept_days": kept[d.wait].days_left,
                "kept_steps": kept[d.wait].steps,
                "steps": (),
                # A reminder that had not left yet does not leave any more, and has reminded nobody.
                "reminders": len(d.told),
            }
        )
        if d.wait in kept
        else d
        for d in state.deadlines
    )
    return {"paused": True, "pause_review_on": event.review_on, "deadlines": deadlines}


def _prolonged(state: CaseState, event: e.PauseProlonged) -> Change:
    return {"pause_review_on": event.review_on, **without_deadline(state, "pause_review")}


def _resumed(_state: CaseState, _event: e.CaseResumed) -> Change:
    return {"paused": False, "pause_review_on": None}


def _nothing(_state: CaseState, _event: e.CaseEvent) -> Change:
    return {}


REMINDER: Final = "reminder"
"""The template of a reminder's mail: only its arrival counts as having reminded."""

CHASED: Final[dict[type[e.CaseEvent], Callable[[CaseState, Any], Change]]] = {
    e.DeadlineSet: _deadline_set,
    e.DeadlineMoved: _deadline_moved,
    e.DeadlinePassed: _deadline_passed,
    e.TimerIgnored: _nothing,
    e.ReminderIssued: _reminded,
    e.EscalationRaised: _escalated,
    e.EscalationAcknowledged: _acknowledged,
    e.WaitReassigned: _reassigned,
    e.LapseHeld: _lapse_held,
    e.DraftExpired: _draft_expired,
    e.CaseLapsed: _lapsed,
    e.CaseReopened: _reopened,
    e.WorkAssigned: _assigned,
    e.ContactRecorded: _contact_recorded,
    e.MailAccepted: _mail_accepted,
    e.MailFailed: _mail_failed,
    e.CasePaused: _paused,
    e.PauseProlonged: _prolonged,
    e.CaseResumed: _resumed,
}


def tidied(state: CaseState, open_waits: frozenset[str]) -> Change:
    """What hangs on waits that are over goes with them."""
    change: Change = {}
    for name in ("deadlines", "escalations", "unreached", "reassigned"):
        items = getattr(state, name)
        left = tuple(item for item in items if item.wait in open_waits)
        if len(left) < len(items):
            change[name] = left
    return change
