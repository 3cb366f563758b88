"""Files of data that people write, programmes and calendars: read, and refused as 'file: key: reason'."""

import tomllib
from collections.abc import Mapping
from typing import Any, Final

_REASONS: Final = {
    "missing": "is missing",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "date_from_datetime_inexact": "must be a day such as 2026-09-01",
    "date_from_datetime_parsing": "must be a day such as 2026-09-01",
    "date_type": "must be a day such as 2026-09-01",
}


class NotReadableError(ValueError):
    """The text is no TOML; the message is 'file: reason'."""


def read_toml(text: str, file: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises NotReadableError."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotReadableError(f"{file}: not TOML: {error}") from None
    except RecursionError:
        raise NotReadableError(f"{file}: nested too deeply") from None
    except ValueError:  # Python reads no whole numbers of thousands of digits
        raise NotReadableError(f"{file}: a number is too long") from None


def problem_in(file: str, what: str, data: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    """One of pydantic's errors as 'file: key: reason'; `what` says what kind of file it is."""
    message = _REASONS.get(item["type"]) or str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = f"is not a key of a {what} file"
    elif message.startswith("Input should be"):
        message = "must be" + message.removeprefix("Input should be")
    elif item["type"] == "string_pattern_mismatch":
        message = f"must be written like {item['ctx']['pattern']}"
    key = _key(data, item["loc"])
    return f"{file}: {key}: {message}" if key else f"{file}: {message}"


def _key(data: Any, location: tuple[int | str, ...]) -> str:
    """The dotted key as the file's author knows it: an entry of a list by its name, else by its place."""
    parts: list[str] = []
    for part in location:
        if part == "[key]":
            continue
        try:
            data = data[part]
        except (LookupError, TypeError):
            data = None
        name = None
        if isinstance(part, int) and isinstance(data, dict):
            name = next((data[key] for key in ("code", "label", "name", "on") if data.get(key)), None)
        parts.append(str(name) if name else str(part + 1) if isinstance(part, int) else part)
    return ".".join(parts)
