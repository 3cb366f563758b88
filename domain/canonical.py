"""One byte string for one value: the form that is hashed, signed and kept.

The profile is the part of JSON on which RFC 8785 and a sorted, compact encoder agree to the byte:
ASCII keys, no floats, integers within ±(2^53 - 1), text in Unicode NFC without lone surrogates.
Outside it nothing is encoded; a value that cannot be written in one way only is refused.
"""

import hashlib
import unicodedata
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import orjson

_LARGEST_EXACT_INTEGER = 2**53 - 1
_LEAF_PREFIX = b"\x00"


class NotCanonicalError(ValueError):
    """The value lies outside the profile; the message names the path and the fault."""


def canonical_bytes(value: Any) -> bytes:
    """The canonical JSON of a value made of dict, list, str, int, bool and None.

    Raises NotCanonicalError for anything outside the profile.
    """
    try:
        _check(value)
    except _FaultError as fault:
        raise NotCanonicalError(fault.words()) from None
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def from_canonical(data: bytes) -> Any:
    """Read canonical JSON back; raises NotCanonicalError when the bytes are not canonical."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise NotCanonicalError(f"not JSON: {error}") from None
    if canonical_bytes(value) != data:
        raise NotCanonicalError("the bytes are JSON but not in canonical form")
    return value


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def leaf_hash(envelope: bytes) -> bytes:
    """RFC 9162 §2.1.1 leaf hash of an envelope: chain link and Merkle leaf in one."""
    return hashlib.sha256(_LEAF_PREFIX + envelope).digest()


def instant_text(instant: datetime) -> str:
    """RFC 3339 UTC to the millisecond, fixed width: '2026-09-16T08:30:00.000Z'."""
    if instant.tzinfo is None:
        raise NotCanonicalError("an instant needs a time zone")
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def instant_from_text(text: str) -> datetime:
    """The inverse of `instant_text`; raises NotCanonicalError for any other spelling."""
    try:
        instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        raise NotCanonicalError(f"not an instant: {text!r}") from None
    if instant_text(instant) != text:
        raise NotCanonicalError(f"not an instant in canonical form: {text!r}")
    return instant


def plain(value: Any) -> Any:
    """Dates, instants and enumerations in a dumped model as text, tuples as lists: ready for `canonical_bytes`."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


class _FaultError(Exception):
    """What is wrong with a value, and where it lies, the innermost step first: nearly none has a fault to tell."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.steps: list[str] = []

    def words(self) -> str:
        return f"${''.join(reversed(self.steps))}: {self}"


def _check(value: Any) -> None:
    if value is None or value is True or value is False:
        return
    if type(value) is str:
        if not value.isascii() and (
            not unicodedata.is_normalized("NFC", value) or any("\ud800" <= c <= "\udfff" for c in value)
        ):
            raise _FaultError("text must be NFC without lone surrogates")
        return
    if type(value) is int:
        if abs(value) > _LARGEST_EXACT_INTEGER:
            raise _FaultError("integer beyond ±(2^53 - 1)")
        return
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise _FaultError("keys must be ASCII text")
            try:
                _check(item)
            except _FaultError as fault:
                fault.steps.append(f".{key}")
                raise
        return
    if type(value) is list:
        for index, item in enumerate(value):
            try:
                _check(item)
            except _FaultError as fault:
                fault.steps.append(f"[{index}]")
                raise
        return
    raise _FaultError(f"{type(value).__name__} has no canonical form")
