"""What can happen at any time: withdrawal, pause and resume, and deadlines that pass. Transition 25."""

from domain.calendars import days_left, due_after
from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.situation import Refusal, Situation
from domain.case.stages import Stage
from domain.parties import Party

_BEFORE_CONSENT = frozenset({Stage.DRAFT, Stage.AWAITING_HEAD_CONSENT})


def withdrawal_is_theirs(s: Situation) -> Refusal | None:
    """The recipient's head at any time; whoever began it for them only before the head's consent."""
    theirs = Party.PROVIDER_HEAD if s.state.provider_began else Party.SIP if s.state.route == "sip" else None
    if s.party is not Party.RECIPIENT_HEAD and (
        s.party is not theirs or s.state.stage not in _BEFORE_CONSENT
    ):
        return Refusal(
            "R-POST",
            f"After consent only the {s.word(Party.RECIPIENT_HEAD)} may withdraw the request.",
        )
    return None


def pause_review_is_ahead(s: Situation) -> Refusal | None:
    """After today, and soon enough that a pause is never forgotten."""
    on = expect(s.command, c.Pause).review_on
    if on <= s.facts.today:
        return Refusal("R-DATES", f"The pause must be looked at again after today, not on {on.isoformat()}.")
    most = s.programme.waits["pause_review"].days
    last = due_after(s.facts.now, most, s.programme.time_zone).date()
    if on > last:
        return Refusal(
            "R-DATES",
            f"A pause is looked at again within {most} days: by {last.isoformat()}, not on {on.isoformat()}.",
            "It can be prolonged then, by the same command.",
        )
    return None


def pause_is_new(s: Situation) -> Refusal | None:
    """A paused case may be paused further, to a later day."""
    until = s.state.pause_review_on
    if s.state.paused and until is not None and expect(s.command, c.Pause).review_on <= until:
        return Refusal("R-ALREADY", f"The case is paused already, until {until.isoformat()}.")
    return None


def is_paused(s: Situation) -> Refusal | None:
    return None if s.state.paused else Refusal("R-ALREADY", "The case is not paused.")


def withdraw(s: Situation) -> tuple[e.CaseEvent, ...]:
    stage = s.state.stage.value if s.state.stage else ""
    return (e.CaseWithdrawn(reason=expect(s.command, c.Withdraw).reason, stage=stage),)


def pause(s: Situation) -> tuple[e.CaseEvent, ...]:
    """Every running wait keeps the days it has left; a date would be lost to the pause, days are not."""
    command = expect(s.command, c.Pause)
    if s.state.paused:
        return (e.PauseProlonged(reason_code=command.reason_code, review_on=command.review_on),)
    zone = s.programme.time_zone
    kept = tuple(
        e.KeptWait(wait=d.wait, days_left=max(0, days_left(s.facts.now, d.due_at, zone)))
        for d in s.state.deadlines
        if not d.passed
    )
    return (e.CasePaused(reason_code=command.reason_code, review_on=command.review_on, kept=kept),)


def resume(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The pause ends; each kept wait is due again after the days it had left.

    A day that the agreement itself names stays that day, unless the pause has outlasted it.
    """
    zone = s.programme.time_zone
    renewed: list[e.CaseEvent] = []
    for d in s.state.deadlines:
        if d.kept_days is None:
            continue
        days = None if d.days is None else max(1, d.kept_days)
        due_at = (
            max(d.due_at, due_after(s.facts.now, 1, zone))
            if days is None
            else due_after(s.facts.now, days, zone)
        )
        renewed.append(
            e.DeadlineSet(wait=d.wait, owner=d.owner, due_at=due_at, calendar=s.programme.calendar, days=days)
        )
    return (e.CaseResumed(), *renewed)


def pass_deadline(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The fact that it passed and who was owed. Nothing, where the answer came first or the day moved.

    An offer that nobody answered has expired, and a follow-up that nobody made is missed: these two
    follow at once. What else a lapse leads to is the ladder's business.
    """
    command = expect(s.command, c.PassDeadline)
    deadline = s.state.deadline(command.wait)
    if (
        deadline is None
        or deadline.passed
        or deadline.kept_days is not None
        or deadline.due_at != command.due_at
        or s.facts.now < deadline.due_at
    ):
        return ()
    passed = e.DeadlinePassed(wait=deadline.wait, owner=deadline.owner, due_at=deadline.due_at)
    offer = s.state.open_offer
    if offer is not None and command.wait == f"offer_answer:{offer.number}":
        return passed, e.OfferExpired(provider=offer.provider, offer=offer.number)
    if command.wait == "follow_up":
        return passed, e.FollowUpMissed(), e.CaseArchived()
    return (passed,)
