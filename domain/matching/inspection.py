"""An inspection of a school that helps others, and until when the school is offered no new case because of it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.calendars.counting import Days

REST: Final = 5
"""School days after the visit's last one; on the day that completes them the school can be asked again."""


@dataclass(frozen=True)
class Inspection:
    """From the notice to the rest after the visit."""

    since: date
    """Day of the notice."""
    until: date
    """Last day of the visit."""
    free_from: date
    """First day on which it can be asked again."""

    @classmethod
    def counted(cls, since: date, until: date, days: Days) -> "Inspection":
        """The inspection of a school that counts on those days."""
        return cls(since, until, days.after(until, REST, "school_days"))

    def bars(self, day: date) -> bool:
        """Whether the school is offered nothing new on that day."""
        return self.since <= day < self.free_from
