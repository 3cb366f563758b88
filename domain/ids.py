"""Names of things: streams, workflow ids, case references, event ids. The one place that spells them."""

import hashlib
import re
import uuid
from typing import Final, NamedTuple

TASK_QUEUE: Final = "brokerage"
WAKES_ID: Final = "wakes"
"""Workflow id of the one run at a time that wakes cases."""
NIGHTLY_ID: Final = "nightly"
"""Workflow id of a sweep; Temporal adds the time to it where its schedule starts one."""
SCHEDULE_ID: Final = "brokerage-nightly"
SYSTEM_PERSON: Final = "system"
"""The person as whom deadlines, sweeps and fan-outs act."""

COMMAND_ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,99}$"
PERSON_ID_PATTERN: Final = r"^[a-z0-9][a-z0-9.-]{0,39}$"
SCHOOL_ID_PATTERN: Final = r"^[0-9]{6,7}$"
PROGRAMME_CODE_PATTERN: Final = r"^[A-Z]{2,8}$"
CALENDAR_CODE_PATTERN: Final = r"^[a-z][a-z-]{1,38}[a-z]$"
"""Letters only: weekdays-1 is none of these."""
NETWORK_CODE_PATTERN: Final = r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"

FUND_CODE_PATTERN: Final = r"^[a-z][a-z0-9-]{1,30}$"
FUND_KEY_PATTERN: Final = r"^[a-z][a-z0-9-]{1,30}\.20[0-9]{2}(-[0-9]{2})?$"
"""A fund in one financial year, as years are named in agreements: laeg.2026-27, s2s.2026."""
RATE_CARD_PATTERN: Final = r"^[a-z0-9][a-z0-9.-]{0,39}$"

_KEY_PATTERNS: Final = {
    "person": PERSON_ID_PATTERN,
    "school": SCHOOL_ID_PATTERN,
    "provider": SCHOOL_ID_PATTERN,
    "programme": PROGRAMME_CODE_PATTERN,
    "calendar": CALENDAR_CODE_PATTERN,
    "fund": FUND_KEY_PATTERN,
    "ratecard": RATE_CARD_PATTERN,
    "network": NETWORK_CODE_PATTERN,
    "overview": SCHOOL_ID_PATTERN,
}

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
_SERIAL_LENGTH: Final = 7
_EVENT_NAMESPACE: Final = uuid.UUID("6f0c6f3e-6d0c-5c56-9a4e-3d7a6f0b1c2e")


class BadReferenceError(ValueError):
    """The text is not a case reference, or its check character does not fit."""


def case_reference(programme: str, command_id: str, attempt: int = 0) -> str:
    """The reference of the case that this opening command opens, e.g. 'EAS-K7QX4MZ-R'.

    The same command id always gives the same reference; `attempt` counts up only where the
    reference is taken by another command.
    """
    digest = hashlib.sha256(f"{command_id}\n{attempt}".encode()).digest()
    number = int.from_bytes(digest[:5], "big") >> 5
    serial = "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(30, -1, -5))
    return f"{programme}-{serial}-{_check_character(programme, serial)}"


def parse_reference(text: str) -> str:
    """The reference in its one spelling; upper case, with O read as 0 and I and L as 1.

    Raises BadReferenceError where the shape or the check character is wrong.
    """
    parts = text.strip().upper().split("-")
    if len(parts) != 3 or not re.fullmatch(PROGRAMME_CODE_PATTERN, parts[0]):
        raise BadReferenceError(f"{_quoted(text)} is not a case reference; one looks like EAS-K7QX4MZ-R")
    programme, serial, check = parts[0], parts[1].translate(_LOOKALIKES), parts[2].translate(_LOOKALIKES)
    if len(serial) != _SERIAL_LENGTH or len(check) != 1 or not set(serial + check) <= set(_CROCKFORD):
        raise BadReferenceError(f"{_quoted(text)} is not a case reference; one looks like EAS-K7QX4MZ-R")
    if check != _check_character(programme, serial):
        raise BadReferenceError(f"{_quoted(text)} is mistyped: its check character does not fit the rest")
    return f"{programme}-{serial}-{check}"


def _quoted(text: str) -> str:
    return repr(text) if len(text) <= 40 else f"{text[:40]!r}…"


def case_stream(reference: str) -> str:
    """The stream of a case, which is also its workflow id."""
    return f"case/{reference}"


def reference_of(stream: str) -> str:
    """The case reference that a case stream names; raises BadReferenceError for other streams."""
    kind, _, reference = stream.partition("/")
    if kind != "case":
        raise BadReferenceError(f"{stream!r} is not the stream of a case")
    return parse_reference(reference)


class WorkerName(NamedTuple):
    """What a worker tells Temporal of itself, for whoever looks for what runs where."""

    host: str
    pid: int
    version: str
    payload_key: str
    """Fingerprint of the key that it encrypts under."""


def worker_identity(name: WorkerName) -> str:
    """A worker's identity in Temporal."""
    return f"worker/{name.host}/{name.pid}/{name.version}/{name.payload_key}"


def parse_worker_identity(identity: str) -> WorkerName | None:
    """Whose identity that is; None where it is none of ours, or one of an older version."""
    kind, *parts = identity.split("/")
    if kind != "worker" or len(parts) != 4 or not parts[1].isdecimal():
        return None
    return WorkerName(parts[0], int(parts[1]), parts[2], parts[3])


def stream_kind(stream: str) -> str:
    """'case', 'person', 'school', 'programme', …: what a stream is about."""
    return stream.partition("/")[0]


def stream_key(stream: str) -> str:
    """What stands behind the kind: the reference, the person id, the school number."""
    return stream.partition("/")[2]


def stream_is_well_named(stream: str) -> bool:
    """Whether a command may go there: a known kind, and behind it a key as that kind has them."""
    kind, key = stream_kind(stream), stream_key(stream)
    if kind == "case":
        try:
            return parse_reference(key) == key
        except BadReferenceError:
            return False
    pattern = _KEY_PATTERNS.get(kind)
    return pattern is not None and re.fullmatch(pattern, key) is not None


def command_workflow_id(command_id: str) -> str:
    """Workflow id of the short run that carries a command to a stream without a workflow of its own."""
    return f"command/{command_id}"


def deadline_command_id(stream: str, wait: str, due_at: str) -> str:
    """Command id of 'this deadline has passed': the same however often the timer fires."""
    digest = hashlib.sha256(f"{stream}\n{wait}\n{due_at}".encode()).hexdigest()[:24]
    return f"deadline:{wait}:{digest}"


def wake_command_id(reference: str, position: int) -> str:
    """Command id of 'look again, because of the event at that position': the same however often it is sent."""
    return f"wake:{reference}:{position}"


def event_id(stream: str, command_id: str, index: int) -> str:
    """uuid5 of stream, command and place in the command: a repeated append cannot make a second event."""
    # uuid.uuid5 spelt out: the same id at a third of the cost, which a verification of every event feels.
    digest = bytearray(
        hashlib.sha1(
            _EVENT_NAMESPACE.bytes + f"{stream}\n{command_id}\n{index}".encode(), usedforsecurity=False
        ).digest()[:16]
    )
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _check_character(programme: str, serial: str) -> str:
    """A linear code over GF(32): every change of one character and every swap of neighbours shows."""
    symbols = [ord(letter) & 31 for letter in programme] + [_CROCKFORD.index(c) for c in serial]
    total, weight = 0, 1
    for symbol in reversed(symbols):
        weight = _times_alpha(weight)
        total ^= _multiply(weight, symbol)
    return _CROCKFORD[total]


def _times_alpha(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 32 else value


def _multiply(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left, right = _times_alpha(left), right >> 1
    return product
