"""The calendar of old due dates: Mondays to Fridays, without holidays or terms.

Every due date says which calendar it was counted on, so that a better one never changes what an old one
promised. A programme whose calendar is not on record is counted on this one, and says so.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.calendars.counting import SATURDAY, Unit, counted_after, counted_between

WEEKDAYS_1: Final = "weekdays-1"

_PERIODS: Final = (
    ((2, 15), "spring-1"), ((4, 5), "spring-2"), ((5, 31), "summer-1"), ((8, 15), "summer-2"),
    ((10, 31), "autumn-1"), ((12, 31), "autumn-2"),
)  # fmt: skip
"""Last month and day of each half term of a year."""


@dataclass(frozen=True)
class Weekdays:
    """Mondays to Fridays; school days and working days are the same."""

    zone: str
    school: str | None = None
    calendar: str = WEEKDAYS_1

    def counts(self, day: date, unit: Unit) -> bool:
        """Whether the day is one of that unit."""
        return unit == "calendar_days" or day.weekday() < SATURDAY

    def after(self, start: date, days: int, unit: Unit) -> date:
        """The day on which that many days are counted after `start`."""
        return counted_after(self, start, days, unit)

    def between(self, first: date, last: date, unit: Unit) -> int:
        """How many days are counted after `first` up to and with `last`."""
        return counted_between(self, first, last, unit)

    def why_not(self, day: date, unit: Unit) -> str | None:
        """Why the day does not count."""
        return None if self.counts(day, unit) else "weekend"

    def is_provisional(self, day: date) -> bool:  # noqa: ARG002 – a calendar without years has no end
        """Never: this calendar knows nothing that could still be published."""
        return False

    def clear_of_edges(self, day: date) -> date:
        """The day itself: there are no terms."""
        return day

    def period_of(self, day: date) -> str:
        """The half term by the months in which schools usually have one."""
        half = next(half for last, half in _PERIODS if (day.month, day.day) <= last)
        return f"{day.year}-{half}"
