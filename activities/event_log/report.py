"""What a verification found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

MOST_FINDINGS: Final = 1000
"""Findings kept in a report; past them they are only counted, so that no ruin can fill the memory."""

Code = Literal[
    "canonical",  # bytes are not canonical JSON
    "shape",  # the JSON is not an envelope, or not a record
    "hash",  # the hash beside the bytes is not theirs
    "column",  # a column contradicts the bytes
    "payload",  # the payload is not the one that the envelope names
    "position",  # a position or command number is missing or out of order
    "version",  # a version is missing or out of order in its stream
    "prev",  # the link to the one before does not fit
    "time",  # an instant lies before the one before it
    "log",  # the entry belongs to another log or clock
    "event-id",  # the id does not follow from stream, command and place
    "command",  # the event and its command do not agree
    "facts",  # a command rests on something that was not there yet
    "signature",  # the signature does not fit key and body hash
    "signer",  # the key is not the one on record for the person at that moment
    "actor",  # the event names another person than the command that caused it
    "identity",  # the identity of the log is missing or contradicts its commands
    "schema",  # revision, triggers or views are not those of this version
    "unreadable",  # the database could not read its own file
]


Found = Callable[[Code, str], None]
"""Reports a finding about the row that is being checked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction, and where: an event's position, a command's number, or neither."""

    position: int | None
    command_number: int | None
    stream: str | None
    code: Code
    message: str


@dataclass(slots=True)
class VerifyReport:
    """What was read and what was found. `clean` is the verdict."""

    log: str | None = None
    clock: str | None = None
    events: int = 0
    commands: int = 0
    refusals: int = 0
    streams: int = 0
    signatures: int = 0
    """Signatures that were checked; 0 where that was left out."""
    head_position: int = 0
    head_hash: bytes | None = None
    """Leaf hash of the last event."""
    command_head_hash: bytes | None = None
    """Hash of the last command's record."""
    findings: list[Finding] = field(default_factory=list)
    found: int = 0
    """Number of findings, those past MOST_FINDINGS included."""

    @property
    def clean(self) -> bool:
        """Whether nothing at all was found."""
        return self.found == 0

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it while there is room."""
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)


def shown(text: Any) -> str:
    """Damaged text in a form that can be printed."""
    return str(text).encode("utf-8", "backslashreplace").decode()
