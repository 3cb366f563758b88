"""Days as people type them: as they are, 'today', or counted from today."""

import re
from datetime import datetime, timedelta


def read_day(text: str) -> str:
    """A day as it is, 'today', or counted from today: '+3d', '+12w', '-1d'."""
    counted = re.fullmatch(r"([+-][0-9]{1,3})([dw])", text)
    if text != "today" and counted is None:
        return text
    days = 0 if counted is None else int(counted[1]) * (7 if counted[2] == "w" else 1)
    return (datetime.now().astimezone().date() + timedelta(days=days)).isoformat()
