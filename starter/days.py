"""Days as people type them: as they are, 'today' and the days beside it, or counted from today."""

import re
from datetime import datetime, timedelta
from typing import Final

_NAMED: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


def read_day(text: str) -> str:
    """A day as it is, 'yesterday', 'today', 'tomorrow', or counted from today: '+3d', '+12w', '-1d'."""
    counted = re.fullmatch(r"([+-][0-9]{1,3})([dw])", text)
    if text not in _NAMED and counted is None:
        return text
    days = int(counted[1]) * (7 if counted[2] == "w" else 1) if counted else _NAMED[text]
    return (datetime.now().astimezone().date() + timedelta(days=days)).isoformat()
