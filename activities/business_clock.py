"""Business time: the real one, except in a home on the demonstration's clock, where it may be moved ahead.

There a file `clock.offset` says by how many seconds. A demonstration can so show months; the log says
`demo` in every envelope, and nobody can take it for a record of what happened.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from activities.home_files import HomeFileError, read_clock
from activities.settings import Settings

_MOST_SECONDS: Final = 100 * 366 * 86_400


def offset_file(settings: Settings) -> Path:
    """Where a home on the demonstration's clock keeps by how much it is ahead."""
    return settings.home / "clock.offset"


def read_offset(settings: Settings) -> int:
    """By how many seconds business time is ahead in this home. Raises HomeFileError.

    A home on the real clock with such a file is refused: whoever put it there means time to be moved.
    """
    path = offset_file(settings)
    try:
        text = path.read_text("ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except (OSError, UnicodeDecodeError) as error:
        raise HomeFileError(f"{path} cannot be read.", "Look at its owner and mode.") from error
    if read_clock(settings) != "demo":
        raise HomeFileError(
            f"{path} would move the clock, and this home runs on the real one.", f"Remove it: rm {path}"
        )
    if not text.isdecimal() or int(text) > _MOST_SECONDS:
        raise HomeFileError(
            f"{path} does not hold a number of seconds.",
            "Correct that file: whole seconds by which the demonstration is ahead.",
        )
    return int(text)


def running_offset(settings: Settings) -> Callable[[], int]:
    """The offset for whoever asks again and again, as it is then; on the real clock always 0.

    Raises HomeFileError at once where the home's file cannot be used.
    """
    read_offset(settings)
    return (lambda: read_offset(settings)) if read_clock(settings) == "demo" else (lambda: 0)


def business_now(settings: Settings) -> datetime:
    """Now, in business time, for those who only read: a file that cannot be used does not keep them out."""
    try:
        ahead = read_offset(settings)
    except HomeFileError:
        ahead = 0
    return datetime.now(UTC) + timedelta(seconds=ahead)
