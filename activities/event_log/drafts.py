"""What a caller hands to the log, and what it is told about the places that its events will take."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.envelope import ActingPerson, EngineRef, Language, OnBehalfOf, ProgrammeRef


@dataclass(frozen=True, slots=True)
class CommandDraft:
    """A command as the caller hands it over: verified, personal fields sealed.

    The log does not check the signature; it keeps it, and `verify` reports one that does not fit. A
    command whose sender is not proven must therefore be turned away without being recorded.
    """

    id: str
    stream: str
    verb: str
    person: str
    body: dict[str, Any]
    body_hash: str
    signature: str
    """Ed25519 over `domain.messages.signed_bytes(id, body_hash)`, base64."""
    public_key: str
    """The raw 32-byte key that the signature fits, base64: the key of the person on that day."""
    on_behalf_of: OnBehalfOf | None = None
    occurred_at: datetime | None = None
    facts: tuple[int, ...] = ()
    """Positions of the events that the decision rested on."""


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event before it has a place. `payload` is plain JSON, personal fields sealed."""

    type: str
    schema_version: int
    payload: dict[str, Any]
    occurred_at: datetime
    actor: ActingPerson
    programme: ProgrammeRef | None = None
    calendar: str | None = None
    reason: str | None = None
    language: Language = "en"
    engine: EngineRef | None = None


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """The place that an event is about to take."""

    id: str
    type: str
    position: int
    version: int


@dataclass(frozen=True, slots=True)
class Placement:
    """What an answer can say about a command that is being recorded."""

    number: int
    recorded_at: datetime
    position: int
    """Of the command's last event; of the log's head where it has none."""
    version: int
    """Of the stream, once the command is recorded."""
    events: tuple[PlacedEvent, ...]


AnswerOf = Callable[[Placement], dict[str, Any]]
