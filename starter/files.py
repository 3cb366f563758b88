"""Files that people name on a line, read and written whole; what cannot be is refused in words."""

import json
import os
import secrets
import stat
import tomllib
from pathlib import Path
from typing import Any, Final

import orjson

from starter.failures import Exit, Failure

_LARGEST_BYTES: Final = 64 * 1024 * 1024
"""Far above any register of schools; a file beyond it is not the one that was meant."""


def read_text(path: Path, hint: tuple[str, ...] = ()) -> str:
    """The text of an ordinary file, UTF-8 with or without a byte order mark. Raises Failure (exit 2)."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(Exit.USAGE, "E-FILE", f"{path} is not UTF-8 text (byte {error.start}).", hint) from None


def read_bytes(path: Path) -> bytes:
    """What an ordinary file holds. Raises Failure (exit 2).

    Pipes and devices are refused before they are opened: some never end, some never begin.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise Failure(Exit.USAGE, "E-FILE", f"{path} cannot be read: it is no ordinary file.")
        if found.st_size > _LARGEST_BYTES:
            raise Failure(Exit.USAGE, "E-FILE", f"{path} is larger than {_LARGEST_BYTES // 1024**2} MiB.")
        return path.read_bytes()
    except OSError as error:
        raise Failure(Exit.USAGE, "E-FILE", f"{_short(path)} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise Failure(Exit.USAGE, "E-FILE", f"{str(path)!r} cannot be the name of a file.") from None


def read_document(path: Path) -> Any:
    """What a JSON (`.json`) or TOML file says. Raises Failure (exit 2), also where a name stands twice."""
    text = read_text(path)
    try:
        if path.suffix != ".json":
            return tomllib.loads(text)
        value = orjson.loads(text)
        json.loads(text, object_pairs_hook=_each_name_once)
    except (tomllib.TOMLDecodeError, orjson.JSONDecodeError, _TwiceError) as error:
        problem = str(error)
    except RecursionError:
        problem = "it is nested too deeply"
    except ValueError:  # Python reads no whole numbers of thousands of digits
        problem = "it holds a number that is too long"
    else:
        return value
    raise Failure(Exit.USAGE, "E-FILE", f"{path}: {problem}.")


def write_file(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file whole or not at all, for those to read whom `mode` and the user's mask let. Raises Failure (exit 2).

    What is there and no ordinary file, such as a terminal or a pipe, is written into.
    """
    try:
        place = path.resolve()
        if place.exists() and not place.is_file():
            place.write_bytes(content)
            return
        draft = place.with_name(f".{place.name[:100]}.{secrets.token_hex(4)}")
        try:
            # Opened once, with its mode: a file that nobody may write into could not be opened again.
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                file.write(content)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise Failure(Exit.USAGE, "E-FILE", f"{_short(path)} cannot be written: {error.strerror}.") from None
    except ValueError:
        raise Failure(Exit.USAGE, "E-FILE", f"{str(path)!r} cannot be the name of a file.") from None


class _TwiceError(ValueError):
    """A name stands twice in one object."""


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen:
            raise _TwiceError(f"{name!r} stands in it twice")
        seen[name] = value
    return seen


def _short(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 200 else f"{text[:200]}…"
