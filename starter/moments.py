"""Moments as people type them: a day, a time, or a place in the log or in a case's history."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from starter.days import read_day
from starter.failures import Exit, Failure

MEANT_YEARS: Final = range(1900, 9000)
"""Years that somebody may mean; beyond them calendars of time zones end."""


@dataclass(frozen=True)
class Place:
    """A numbered event: of the log (position), or of what is looked at (event)."""

    kind: Literal["event", "position"]
    number: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}"


@dataclass(frozen=True)
class Day:
    """A day, meant to its end in the time zone of whoever's case is looked at."""

    day: date

    def end(self, zone: str) -> datetime:
        """The last millisecond of the day, as the log counts."""
        following = datetime.combine(self.day + timedelta(days=1), time(), ZoneInfo(zone))
        return following.astimezone(UTC) - timedelta(milliseconds=1)

    def begin(self, zone: str) -> datetime:
        """The first moment of the day."""
        return datetime.combine(self.day, time(), ZoneInfo(zone)).astimezone(UTC)


def read_time(flag: str, text: str) -> Day | datetime:
    """A day or a time with its offset. Raises Failure (exit 2)."""
    typed = read_day(text.strip())
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
            day = date.fromisoformat(typed)
            if day.year in MEANT_YEARS:
                return Day(day)
        else:
            instant = datetime.fromisoformat(typed)
            if instant.tzinfo is not None and instant.year in MEANT_YEARS:
                return instant.astimezone(UTC)
    except ValueError:
        pass
    raise Failure(
        Exit.USAGE,
        "E-TIME",
        f"{flag}: {text!r} is no day, and no time with its offset.",
        ("Days: 2026-10-03, today, -3d, -2w. Times: 2026-10-03T15:30+01:00, 2026-10-03T14:30Z.",),
    )


def read_moment(flag: str, text: str) -> Day | datetime | Place:
    """A day, a time with its offset, 'event:14' or 'position:212'. Raises Failure (exit 2)."""
    kind, colon, number = text.strip().partition(":")
    if not colon or kind not in {"event", "position"}:
        try:
            return read_time(flag, text)
        except Failure as failure:
            places = ("Places: event:14, as history numbers them; position:212, in the whole log.",)
            raise Failure(
                failure.exit_code, failure.code, failure.message, failure.details + places
            ) from None
    if not re.fullmatch(r"0*[1-9][0-9]{0,14}", number):
        raise Failure(Exit.USAGE, "E-TIME", f"{flag}: {text!r}: events are numbered 1, 2, 3, ….")
    return Place("event" if kind == "event" else "position", int(number))
