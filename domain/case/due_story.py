"""How the due date of each open wait came to be: set, frozen by pauses, set again, moved by a calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from domain.calendars.counting import Unit
from domain.case import events as e
from domain.case.shape import Deadline
from domain.case.state import CaseState, evolve

Cause = Literal["set", "paused", "resumed", "calendar", "lapse-in-sight"]


@dataclass(frozen=True)
class Turn:
    """One thing that happened to a due date."""

    at: datetime
    cause: Cause
    calendar: str | None
    """On which it was counted; None where nothing was."""
    began: date | None
    """The day after which it was counted; None where nothing was counted, or an agreed day is meant."""
    days: int | None
    """Days that were counted; of a pause, days that were left."""
    unit: Unit | None
    school: str | None
    due_at: datetime | None
    provisional: bool = False


def due_stories(told: Iterable[tuple[e.CaseEvent, datetime]]) -> dict[str, tuple[Turn, ...]]:
    """The turns of each wait that is open at the end, in order, by its key.

    A wait that was answered and begins anew, or went to somebody else, begins a story of its own.
    """
    state, stories = CaseState(), dict[str, tuple[Turn, ...]]()
    for event, at in told:
        before = state
        state = evolve(state, event, at)
        match event:
            case e.DeadlineSet():
                known = before.deadline(event.wait)
                goes_on = known is not None and known.kept_days is not None
                earlier = stories.get(event.wait, ()) if goes_on else ()
                stories[event.wait] = (*earlier, _set(event, at, "resumed" if goes_on else "set"))
            case e.DeadlineMoved():
                known = before.deadline(event.wait)
                stories[event.wait] = (*stories.get(event.wait, ()), _moved(event, at, known))
            case e.CasePaused():
                for kept in event.kept:
                    left = Turn(at, "paused", None, None, kept.days_left, None, None, None)
                    stories[kept.wait] = (*stories.get(kept.wait, ()), left)
    return {wait: turns for wait, turns in stories.items() if state.deadline(wait) is not None}


def _set(event: e.DeadlineSet, at: datetime, cause: Cause) -> Turn:
    return Turn(
        at, cause, event.calendar, event.began if event.days is not None else None, event.days, event.unit,
        event.school, event.due_at, event.provisional,
    )  # fmt: skip


def _moved(event: e.DeadlineMoved, at: datetime, known: Deadline | None) -> Turn:
    if event.cause != "calendar" or known is None:
        return Turn(at, event.cause, event.calendar, None, None, None, None, event.due_at, event.provisional)
    return Turn(
        at, event.cause, event.calendar, known.began, known.days, known.unit, known.school, event.due_at,
        event.provisional,
    )  # fmt: skip
