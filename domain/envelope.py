"""The envelope of an event: everything about it that is hashed, chained and proven.

The leaf hash of an envelope (RFC 9162) is both the link that the next event of the stream carries as
`prev` and the leaf of the log's Merkle tree. The payload stands beside it and is bound by its hash, so
that envelopes can be shown where payloads may not. A golden envelope in tests/golden freezes the bytes.
"""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.canonical import canonical_bytes, from_canonical, instant_text, leaf_hash, sha256_hex
from domain.ids import PERSON_ID_PATTERN

ENVELOPE_FORMAT: Final = 1

Language = Literal["cy", "en", "fil"]
Clock = Literal["real", "demo"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OnBehalfOf(_Frozen):
    """The person whose decision somebody else recorded, and on what evidence."""

    person: str = Field(pattern=PERSON_ID_PATTERN)
    method: Literal["email", "letter", "meeting", "phone"]
    evidence: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,119}$")
    """Opaque reference of the mail, letter or minute: never words about a person."""


class RecordedFor(OnBehalfOf):
    """The same as the log keeps it: with the post that entitled that person to the decision."""

    post: str | None
    school: str | None
    """The school of that post, where the post belongs to one."""


class ActingPerson(_Frozen):
    """Who gave the command, in which post held at that moment, and for whom.

    Where somebody else's decision is recorded, the post is the one that entitles to record it; the post
    that entitled to the decision itself stands with the person whose it was.
    """

    person: str = Field(pattern=PERSON_ID_PATTERN)
    post: str | None
    """The post that entitled them; None where no post was needed (the system, a founding entry)."""
    school: str | None
    """The school of that post, where the post belongs to one."""
    on_behalf_of: RecordedFor | None = None


class ProgrammeRef(_Frozen):
    """Which version of which programme's rules the event was decided under."""

    code: str
    version: int


class EngineRef(_Frozen):
    """Where in Temporal the append ran; None for entries made before any server existed."""

    workflow: str
    run: str


class Envelope(_Frozen):
    """Everything about an event but its payload. Field order is of no meaning; the bytes are sorted."""

    v: Literal[1] = ENVELOPE_FORMAT
    log: str
    """Identity of this log, drawn once: envelopes of two logs never mix."""
    clock: Clock
    position: int = Field(ge=1)
    """Gapless place in the whole log; the order of positions is the order of commits."""
    stream: str
    version: int = Field(ge=1)
    """Gapless place in the stream."""
    id: str
    type: str
    schema_version: int = Field(ge=1)
    occurred_at: datetime
    """Business time: when it happened, as far as the person who entered it says."""
    recorded_at: datetime
    """When it was committed; never earlier than the recorded_at of the position before."""
    actor: ActingPerson
    programme: ProgrammeRef | None
    calendar: str | None
    reason: str | None
    """Reason code, never words."""
    language: Language
    command: str
    command_hash: str
    """SHA-256 of the record of the command that caused the event."""
    payload_hash: str
    prev: str | None
    """Leaf hash of the stream's previous event; None for its first."""
    engine: EngineRef | None

    def to_bytes(self) -> bytes:
        """The canonical bytes that are hashed and stored."""
        return canonical_bytes(
            self.model_dump()
            | {
                "occurred_at": instant_text(self.occurred_at),
                "recorded_at": instant_text(self.recorded_at),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Envelope":
        """Read stored bytes back; raises NotCanonicalError or pydantic's ValidationError."""
        return cls.model_validate(from_canonical(data))

    def leaf_hash(self) -> bytes:
        """Chain link and Merkle leaf: 32 bytes."""
        return leaf_hash(self.to_bytes())


def payload_bytes(payload: dict[str, Any]) -> tuple[bytes, str]:
    """Canonical bytes of a payload and their SHA-256 in hexadecimal."""
    data = canonical_bytes(payload)
    return data, sha256_hex(data)
