"""What counts as a day: the interface on which every due date rests.

School days are those of the school that is waited for; working days are Mondays to Fridays that are no
public holiday; calendar days are all. The day on which a wait begins is never counted.
"""

from datetime import date, timedelta
from typing import Final, Literal, Protocol

Unit = Literal["school_days", "working_days", "calendar_days"]

SATURDAY: Final = 5
"""Number of the first weekday that is never counted, as `date.weekday` has them."""

UNIT_WORDS: Final[dict[Unit, tuple[str, str]]] = {
    "school_days": ("school day", "school days"),
    "working_days": ("working day", "working days"),
    "calendar_days": ("day", "days"),
}
"""Each unit in words, one and many."""


class Days(Protocol):
    """A calendar as it counts for one school, or for an office that is no school."""

    @property
    def calendar(self) -> str:
        """What a due date cites: code and version, such as wales@3, or weekdays-1."""

    @property
    def zone(self) -> str:
        """The time zone in which its days begin and end."""

    @property
    def school(self) -> str | None:
        """Number of the school whose days they are."""

    def counts(self, day: date, unit: Unit) -> bool:
        """Whether the day is one of that unit."""

    def after(self, start: date, days: int, unit: Unit) -> date:
        """The day on which that many days are counted, `start` itself not among them; `start` for none."""

    def between(self, first: date, last: date, unit: Unit) -> int:
        """How many days are counted after `first` up to and with `last`; 0 where `last` is not later."""

    def why_not(self, day: date, unit: Unit) -> str | None:
        """Why the day does not count, in words for people; None where it does."""

    def is_provisional(self, day: date) -> bool:
        """Whether the day lies outside the published years, so that a later version may move what it bears."""

    def clear_of_edges(self, day: date) -> date:
        """The day itself, or the next one that is clear of a term's first and last three school days."""

    def period_of(self, day: date) -> str:
        """The half term that the day lies in, such as 2027-spring-1; the next one, where it lies between two."""


def counted_after(days: Days, start: date, number: int, unit: Unit) -> date:
    """`Days.after`, day by day."""
    day = start
    for _ in range(number):
        day += timedelta(days=1)
        while not days.counts(day, unit):
            day += timedelta(days=1)
    return day


def counted_between(days: Days, first: date, last: date, unit: Unit) -> int:
    """`Days.between`, day by day."""
    return sum(days.counts(first + timedelta(days=n), unit) for n in range(1, (last - first).days + 1))
