"""How many days a wait has left, counted as the wait itself is counted: on the calendar of who is waited for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from activities.read_models.days import DaysReader
from activities.read_models.schema import programme
from domain.calendars.counting import Unit
from domain.calendars.due import days_left


@dataclass(frozen=True)
class Counts:
    """What a programme counts on."""

    zone: str
    calendar: str


class DaysLeft:
    """Counts for many waits on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._days = DaysReader(connection)
        self._programmes = {
            code: Counts(content["time_zone"], content["calendar"])
            for code, content in programme_contents(connection)
        }

    def look_up(self, code: str, schools: set[str | None]) -> None:
        """Read at once what these schools of a programme have of their own."""
        if code in self._programmes:
            self._days.look_up(self._programmes[code].calendar, schools)

    def of(self, code: str, now: datetime, due_at: datetime, unit: Unit | None, school: str | None) -> int:
        """Days left of a wait of that programme: 0 on the due day, negative when overdue."""
        counts = self._programmes[code]
        days = self._days.days_of(counts.calendar, counts.zone, school)
        return days_left(days, now, due_at, unit or "school_days")


def programme_contents(connection: Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each programme as plain data: a list does not pay for the whole model of one."""
    for row in connection.execute(select(programme.c.code, programme.c.content)):
        yield row.code, orjson.loads(row.content)
