"""Reading the small files of a home: keys, clock, profile, and whether its stack runs.

Both the worker and the people's commands need them, and neither imports the other.
"""

import base64
import binascii
import fcntl
import os
from pathlib import Path
from typing import Final

from activities.settings import Settings
from domain.envelope import Clock

KEY_BYTES: Final = 32
SERVER_LOGINS: Final = ("postgres", "owner", "worker", "staff", "vault")
"""Logins of the PostgreSQL server that a home keeps for itself."""


class HomeFileError(Exception):
    """A file of the home is missing or is not what it should be; `fix` says what to do about it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


def read_key(path: Path) -> bytes:
    """The 32 bytes of a key file, which holds them in base64. Raises HomeFileError."""
    text = read_private(path)
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise HomeFileError(
            f"{path} does not hold a key of {KEY_BYTES} bytes in base64.",
            "Put the file back from your backup of the home.",
        )
    return key


def read_private(path: Path) -> str:
    """The text of a file that only its owner should read, without its last line break. Raises HomeFileError."""
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        raise HomeFileError(f"There is no file {path}.", _missing_fix(path)) from None
    except PermissionError as error:
        raise HomeFileError(
            f"{path} cannot be read: it is closed to you.",
            "That is as it should be for everybody but the owner of the home. Owner: look at its mode.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise HomeFileError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not plain text'}.",
            "Look at its owner and mode; put it back from your backup of the home if it is damaged.",
        ) from error


def read_passwords(path: Path) -> dict[str, str]:
    """The passwords of the home's own PostgreSQL server, by login. Raises HomeFileError.

    Nothing else has them, so a file that is damaged or gone is put back and never written anew.
    """
    fields = [line.split(":") for line in read_private(path).splitlines()]
    known = {line[3]: line[4] for line in fields if len(line) == 5 and line[4]}
    missing = [login for login in SERVER_LOGINS if login not in known]
    if missing:
        raise HomeFileError(
            f"{path} does not hold the passwords of {', '.join(missing)}.",
            "Put the file back from your backup of the home.",
        )
    return known


def read_clock(settings: Settings) -> Clock:
    """The clock of the home; where no home says otherwise, that of the settings."""
    try:
        text = (settings.home / "clock").read_text("ascii").strip()
    except FileNotFoundError:
        return settings.clock
    except PermissionError as error:
        raise HomeFileError(
            f"{settings.home / 'clock'} cannot be read: it is closed to you.", "Ask the owner of the home."
        ) from error
    if text == "demo":
        return "demo"
    if text == "real":
        return "real"
    raise HomeFileError(f"{settings.home / 'clock'} says neither 'real' nor 'demo'.", "Correct that file.")


def read_profile(settings: Settings) -> str | None:
    """The person as whom this home acts: `BROKERAGE_PROFILE`, else the home's own; None without either."""
    if settings.profile:
        return settings.profile
    try:
        return (settings.home / "profile").read_text("ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def lock_file(settings: Settings) -> Path:
    """Locked by the stack as long as it runs; its text is the process id."""
    return settings.run_files / "stack.pid"


def stack_runs(settings: Settings) -> bool:
    """Whether a stack of this home runs on this machine.

    The lock answers, not the process id: the system takes the lock from a dead process by itself, but
    may give its id to another one.
    """
    try:
        descriptor = os.open(lock_file(settings), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _missing_fix(path: Path) -> str:
    if path.parent.name == "profiles":
        return f"Ask an administrator to register a key for {path.stem}, or use another BROKERAGE_PROFILE."
    if path.name == "pgpass":
        return "Put it back from your backup of the home: without it nobody gets into its database."
    return "Put it back from your backup of the home; for a new home: brokerage up"
