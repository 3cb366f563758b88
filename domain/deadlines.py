"""From a wait's rule to instants: when it is due, and when each rung of its ladder is taken.

All of it is counted once, when the wait begins, on the days of the school that is waited for, and kept in
the event. So a replay never asks a calendar, and a change of calendar moves a deadline by an event of its
own. Source of the rules: docs/lifecycle.md and docs/calendars.md.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.calendars.counting import Days, Unit
from domain.calendars.due import due_on
from domain.case.chasing_events import DueStep
from domain.case.values import ChaseAct
from domain.parties import Party
from domain.programmes.model import Rung

MORNING: Final = time(7, 30)
"""When heads read their mail: reminders go out from then on."""
SPREAD_MINUTES: Final = 90
"""Reminders of one morning are spread over these minutes, so that the first day of term is no stampede."""
_FARTHEST: Final = 1200
"""Days back that are looked at for a step counted backwards; a day that is not found is not taken."""


@dataclass(frozen=True)
class Counted:
    """A due day, and what it was counted from."""

    due_at: datetime
    days: int | None
    """Counted days given; None where the day itself was agreed."""
    began: date
    steps: tuple[DueStep, ...]
    provisional: bool


@dataclass(frozen=True)
class _Place:
    """A rung, and how many counted days after the beginning it is taken."""

    do: ChaseAct
    after: int
    to: Party | None
    days: int


def counted(
    days_of: Days,
    unit: Unit,
    began: date,
    days: int,
    rungs: Iterable[Rung],
    *,
    key: str,
    keep_clear: bool,
) -> Counted:
    """A deadline that many counted days after a day.

    `key` spreads the reminders of different cases over the morning, the same one always alike. With
    `keep_clear` a due day moves out of the first and last days of a term.
    """
    due = days_of.after(began, days, unit)
    if keep_clear:
        due = days_of.clear_of_edges(due)
    placed = [_Place(rung.do, rung.after, rung.to, rung.after) for rung in rungs]
    return _counted(days_of, unit, began, days, due, placed, key)


def recounted(
    days_of: Days,
    unit: Unit,
    began: date,
    days: int,
    steps: Iterable[DueStep],
    *,
    key: str,
    keep_clear: bool,
    due: date | None = None,
) -> Counted:
    """The same deadline on another calendar, with the steps that are still to come.

    `due` is the due day where it has passed and stays: what comes after it is then counted from there.
    """
    if due is None:
        due = days_of.after(began, days, unit)
        if keep_clear:
            due = days_of.clear_of_edges(due)
    placed = [_Place(step.do, step.after, step.to, step.days) for step in steps]
    return _counted(days_of, unit, began, days, due, placed, key)


def agreed(
    days_of: Days, unit: Unit, due: date, days: int, rungs: Iterable[Rung], *, began: date, key: str
) -> Counted:
    """A deadline on a day that people agreed on; its ladder is counted from that day, in both directions."""
    steps = [
        DueStep(
            at=_instant(days_of, day, rung.do, rung.after == days, f"{key}/{rung.do}/{rung.after}"),
            do=rung.do,
            after=rung.after,
            days=rung.after - days,
            to=rung.to,
        )
        for rung in rungs
        if (day := shifted(days_of, due, rung.after - days, unit)) is not None and day > began
    ]
    return Counted(due_on(due, days_of.zone), None, began, _in_order(steps), days_of.is_provisional(due))


def shifted(days_of: Days, day: date, by: int, unit: Unit) -> date | None:
    """The day so many counted days after another, or before it where the number is negative."""
    if by >= 0:
        return days_of.after(day, by, unit) if by else day
    found = 0
    for back in range(1, _FARTHEST):
        earlier = day - timedelta(days=back)
        found += days_of.counts(earlier, unit)
        if found == -by:
            return earlier
    return None


def chase_time(day: date, zone: str, key: str) -> datetime:
    """Some minute of that day's early morning, the same one for the same key."""
    spread = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % (SPREAD_MINUTES * 60)
    return datetime.combine(day, MORNING, ZoneInfo(zone)) + timedelta(seconds=spread)


def _counted(
    days_of: Days,
    unit: Unit,
    began: date,
    days: int,
    due: date,
    placed: list["_Place"],
    key: str,
) -> Counted:
    steps = []
    for place in placed:
        on_due_day = place.days == days
        if place.days < days:
            day = days_of.after(began, place.days, unit)
        else:
            day = due if on_due_day else days_of.after(due, place.days - days, unit)
        at = _instant(days_of, day, place.do, on_due_day, f"{key}/{place.do}/{place.after}")
        steps.append(DueStep(at=at, do=place.do, after=place.after, days=place.days, to=place.to))
    farthest = max([due, *(step.at.date() for step in steps)])
    return Counted(due_on(due, days_of.zone), days, began, _in_order(steps), days_of.is_provisional(farthest))


def _instant(days_of: Days, day: date, do: str, on_due_day: bool, key: str) -> datetime:
    """A reminder comes in the morning; what follows from the due time comes at that very moment."""
    if on_due_day or do in {"expire", "lapse", "reassign"}:
        return due_on(day, days_of.zone)
    return chase_time(day, days_of.zone, key)


def _in_order(steps: list[DueStep]) -> tuple[DueStep, ...]:
    return tuple(sorted(steps, key=lambda step: step.at))
