"""Days as people type them: as they are, 'today' and the days beside it, or counted from today."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Final

_NAMED: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


_now: ContextVar[datetime | None] = ContextVar("now", default=None)


@contextmanager
def days_from(now: datetime) -> Iterator[None]:
    """Within it, days are counted from that moment, where it is so late, as the rules of a case count them."""
    token = _now.set(now)
    try:
        yield
    finally:
        _now.reset(token)


def today() -> date:
    """The day where the case is that a line is about; without one, where the line is typed."""
    return (_now.get() or datetime.now().astimezone()).date()


def read_day(text: str) -> str:
    """A day as it is, 'yesterday', 'today', 'tomorrow', or counted from today: '+3d', '+12w', '-1d'."""
    counted = re.fullmatch(r"([+-][0-9]{1,3})([dw])", text)
    if text not in _NAMED and counted is None:
        return text
    days = int(counted[1]) * (7 if counted[2] == "w" else 1) if counted else _NAMED[text]
    return (today() + timedelta(days=days)).isoformat()
