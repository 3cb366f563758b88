"""The record of a command: everything about it that is hashed and chained, refused or done.

The signed body hash covers what the person gave, salted, so the record can prove who asked without
keeping a word in clear: personal fields of `body` are sealed, the salt is not kept.
"""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from domain.canonical import canonical_bytes, instant_text
from domain.envelope import OnBehalfOf

RECORD_FORMAT: Final = 1

Outcome = Literal["done", "refused"]


class CommandRecord(BaseModel):
    """What `command.record` holds, in canonical JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1] = RECORD_FORMAT
    log: str
    number: int
    """Gapless place among the commands of the log, refused ones included."""
    id: str
    stream: str
    verb: str
    person: str
    on_behalf_of: OnBehalfOf | None
    occurred_at: datetime | None
    body: dict[str, Any]
    body_hash: str
    signature: str
    public_key: str
    facts: list[int]
    events: list[int]
    """Positions of the events it caused, so that none of them can go missing from the tail."""
    outcome: Outcome
    answer: dict[str, Any]
    """JSON of the Receipt or the Refused that its sender got, and gets again."""
    recorded_at: datetime
    prev: str | None
    """Leaf hash of the record before; None for the first."""

    def to_bytes(self) -> bytes:
        """The canonical bytes that are hashed and stored; raises NotCanonicalError."""
        return canonical_bytes(
            self.model_dump()
            | {
                "occurred_at": instant_text(self.occurred_at) if self.occurred_at else None,
                "recorded_at": instant_text(self.recorded_at),
            }
        )
