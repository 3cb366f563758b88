"""Named places where a worker can be made to die, for drills: nothing is flushed, nobody is told.

A drill sets `BROKERAGE_KILL_AT` and `BROKERAGE_KILL_COUNT`; without them a kill point is one comparison.
"""

import os
import signal
import threading
from typing import Final, Literal, get_args

KillPoint = Literal["before_commit", "after_commit", "before_completion", "after_sending"]
KILL_POINTS: Final[tuple[str, ...]] = get_args(KillPoint)

_armed: str | None = None
_passes_left = 0
_turn = threading.Lock()


def require_known(name: str | None) -> None:
    """Raise ValueError where the name is that of no kill point; a drill that never fires proves nothing."""
    if name is not None and name not in KILL_POINTS:
        raise ValueError(f"BROKERAGE_KILL_AT={name} names no kill point; there are {', '.join(KILL_POINTS)}")


def arm(name: str | None, count: int = 1) -> None:
    """From now on, die when `name` is passed for the `count`-th time; None disarms. Raises ValueError."""
    global _armed, _passes_left
    require_known(name)
    _armed, _passes_left = name, count


def kill_point(name: KillPoint) -> None:
    """Mark a place of that name; kills the process there if a drill asked for it."""
    if name == _armed:
        _pass()


def _pass() -> None:
    global _passes_left
    with _turn:
        _passes_left -= 1
        if _passes_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
