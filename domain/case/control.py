"""What can happen at any time: withdrawal, pause and resume. Transition 25."""

from domain.calendars.counting import UNIT_WORDS
from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.dating import kept, resumed
from domain.case.situation import Refusal, Situation
from domain.case.stages import DELIVERING, Stage
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
    rule = s.programme.waits["pause_review"]
    most = rule.days
    last = s.facts.days_of(s.state.recipient).after(s.facts.today, most, rule.unit)
    if on > last:
        return Refusal(
            "R-DATES",
            f"A pause is looked at again within {most} {UNIT_WORDS[rule.unit][1]}: by {last.isoformat()}, not on {on.isoformat()}.",
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
    state = s.state
    event = e.CaseWithdrawn(
        reason=expect(s.command, c.Withdraw).reason,
        stage=state.stage.value if state.stage else "",
        delivery_ended_on=s.facts.today if state.stage in DELIVERING else state.delivery_ended_on,
    )
    return (event,)


def pause(s: Situation) -> tuple[e.CaseEvent, ...]:
    """Every running wait keeps the days it has left; a date would be lost to the pause, days are not."""
    command = expect(s.command, c.Pause)
    if s.state.paused:
        return (e.PauseProlonged(reason_code=command.reason_code, review_on=command.review_on),)
    waits = tuple(kept(d, s.state, s.facts) for d in s.state.deadlines if d.next_at is not None)
    return (e.CasePaused(reason_code=command.reason_code, review_on=command.review_on, kept=waits),)


def resume(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The pause ends; each kept wait is due again after the days it had left."""
    frozen = (d for d in s.state.deadlines if d.kept_days is not None)
    return (e.CaseResumed(), *(resumed(d, s.state, s.facts) for d in frozen))
