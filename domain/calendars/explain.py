"""How a due day was counted out: every day from the beginning of a wait to its due day, and what it was."""

from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendars.counting import Days, Unit

AT_AN_EDGE = "too near the edge of a term"


@dataclass(frozen=True)
class CountedDay:
    """One day on the way."""

    day: date
    number: int | None
    """Which of the counted days it is; None where it does not count."""
    why_not: str | None


@dataclass(frozen=True)
class CountedOut:
    """The way from the day on which a wait began to the day on which it is due."""

    days: tuple[CountedDay, ...]
    full_on: date
    """The day on which the number of days is full."""
    due: date
    """The due day that is on record."""
    moved_clear: bool
    """Whether it was moved from there out of the first or last days of a term."""
    agrees: bool
    """Whether this calendar leads to the due day that is on record."""


def count_out(days_of: Days, began: date, number: int, unit: Unit, due: date) -> CountedOut:
    """Count that many days after `began` once more, and hold the outcome against the due day on record."""
    full_on = days_of.after(began, number, unit)
    moved_clear = due != full_on and days_of.clear_of_edges(full_on) == due
    last = due if moved_clear else full_on
    found: list[CountedDay] = []
    counted = 0
    for offset in range(1, (last - began).days + 1):
        day = began + timedelta(days=offset)
        why_not = days_of.why_not(day, unit)
        if why_not is None and counted < number:
            counted += 1
            found.append(CountedDay(day, counted, None))
        elif day == due:
            found.append(CountedDay(day, None, None))
        else:
            found.append(CountedDay(day, None, why_not or AT_AN_EDGE))
    return CountedOut(tuple(found), full_on, due, moved_clear, due == full_on or moved_clear)
