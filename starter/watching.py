"""Watching: look again whenever the log has grown, until Ctrl-C."""

import sys
import time
from collections.abc import Callable
from typing import Final, NoReturn

from activities.event_log.read import last_position
from starter.back import Back
from starter.failures import Exit, Failure
from starter.output import note, on_terminal
from starter.reading import Office, reading

_EVERY_SECONDS: Final = 0.5
_CLEAR: Final = "\033[H\033[2J\033[3J"


def watch_log(
    draw: Callable[[Office], None],
    tell: Callable[[Office, int | None], None],
    *,
    back: Back,
    lines: bool = False,
) -> NoReturn:
    """Draw a page on a terminal at each change; elsewhere, or where `lines` are wanted, tell what is new.

    `tell` gets the position up to which all was told; None the first time, when nothing is new yet. Each
    look opens the log anew, so it may go away and come back. Ends by Ctrl-C. Raises Failure where the log
    cannot be read at the start, or is damaged.
    """
    if back.given:
        raise Failure(
            Exit.USAGE, "E-USAGE", "--watch shows what comes, --as-of and --valid-at what was: leave one out."
        )
    page = on_terminal() and not lines
    seen: int | None = None
    lost = False
    while True:
        try:
            with reading() as office:
                if lost:
                    note("The log can be read again.")
                    lost = False
                head = last_position(office.connection)
                if head != seen:
                    if page:
                        sys.stdout.write(_CLEAR)
                        draw(office)
                    else:
                        tell(office, seen)
                    sys.stdout.flush()
                if seen is None and not page:
                    note(f"Watching from position {head}; Ctrl-C ends it.")
                seen = head
        except Failure as failure:
            if seen is None or failure.exit_code is not Exit.UNREACHABLE:
                raise
            if not lost:
                note(f"{failure.message} Looking again.  {failure.code}")
                lost = True
        time.sleep(_EVERY_SECONDS)
