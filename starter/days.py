"""Days as people type them: as they are, 'today' and the days beside it, or counted from today."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_NAMED: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


_zone: ContextVar[ZoneInfo | None] = ContextVar("zone", default=None)


@contextmanager
def days_of(zone: str | None) -> Iterator[None]:
    """Within it, today is the day in that time zone: the rules of a case count days where its programme is."""
    token = _zone.set(None if zone is None else ZoneInfo(zone))
    try:
        yield
    finally:
        _zone.reset(token)


def today() -> date:
    """The day where the case is that a line is about; without one, where the line is typed."""
    return datetime.now().astimezone(_zone.get()).date()


def read_day(text: str) -> str:
    """A day as it is, 'yesterday', 'today', 'tomorrow', or counted from today: '+3d', '+12w', '-1d'."""
    counted = re.fullmatch(r"([+-][0-9]{1,3})([dw])", text)
    if text not in _NAMED and counted is None:
        return text
    days = int(counted[1]) * (7 if counted[2] == "w" else 1) if counted else _NAMED[text]
    return (today() + timedelta(days=days)).isoformat()
