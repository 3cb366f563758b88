"""What a line says that comes upon something of a home which another user of the machine keeps to themselves."""

import os
import pwd
from pathlib import Path

from starter.failures import Exit, Failure


def no_access(path: Path) -> Failure:
    """The failure over a path that this user may not read."""
    shut = _shut(path.absolute())
    owner = _owner(shut)
    return Failure(
        Exit.UNREACHABLE,
        "H-ACCESS",
        f"{path} cannot be read: {shut} is closed to you. Nothing was sent.",
        (
            f"Only its owner{f', {owner},' if owner else ''} may open it to others. Ask them, or work in a home of your own.",
            "What is to be opened for which line: docs/operations.md, 'Another user of the machine reads'.",
        ),
    )


def _shut(path: Path) -> Path:
    """The outermost directory that stands in the way, else the path itself."""
    return next((above for above in reversed(path.parents) if not os.access(above, os.X_OK)), path)


def _owner(path: Path) -> str | None:
    try:
        number = path.stat().st_uid
    except OSError:
        return None
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
