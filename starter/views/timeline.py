"""A stream as people read it: event by event, who, in which post, when, why, and what changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from activities.event_log.read import RecordedEvent
from domain.canonical import instant_text
from domain.case.events import DeadlineSet, read_case_event
from domain.case.state import CaseState, evolve
from domain.programmes.model import Language
from domain.text.sentences import sentence
from domain.text.voice import Voice
from starter.reading import Office
from starter.views.case import CaseRecord
from starter.views.changes import changes, facts_of

ENTRY_FIELDS: Final = (
    "position", "version", "type", "schema_version", "read_as", "occurred_at", "recorded_at", "person", "post", "school", "recorded_for",
    "method", "reason", "sentence", "stage", "command", "rules", "changed",
)  # fmt: skip
"""Fields of an entry for programs, in their order."""


@dataclass(frozen=True)
class Entry:
    """One event of a case, ready to be shown."""

    position: int
    version: int
    type: str
    schema_version: int
    """In which its payload is stored."""
    read_as: int
    """In which this code reads it: a later one where the form has changed since."""
    occurred_at: datetime
    recorded_at: datetime
    person: str
    post: str | None
    post_words: str | None
    """What the programme calls that post."""
    school: str | None
    recorded_for: str | None
    """Whose decision it was, where somebody else recorded it."""
    method: str | None
    reason: str | None
    sentence: str
    deadline: bool
    changed: dict[str, tuple[Any, Any]]
    stage: str
    command: str
    rules: str

    @property
    def who(self) -> str:
        """'broker.dylan (broker)', 'broker.dylan (broker) for head.6990004'."""
        who = f"{self.person} ({self.post_words})" if self.post_words else self.person
        return f"{who} for {self.recorded_for}" if self.recorded_for else who

    def as_json(self) -> dict[str, Any]:
        """The entry for programs."""
        return {
            "position": self.position,
            "version": self.version,
            "type": self.type,
            "schema_version": self.schema_version,
            "read_as": self.read_as,
            "occurred_at": instant_text(self.occurred_at),
            "recorded_at": instant_text(self.recorded_at),
            "person": self.person,
            "post": self.post,
            "school": self.school,
            "recorded_for": self.recorded_for,
            "method": self.method,
            "reason": self.reason,
            "sentence": self.sentence,
            "stage": self.stage,
            "command": self.command,
            "rules": self.rules,
            "changed": {name: {"from": a, "to": b} for name, (a, b) in self.changed.items()},
        }


def timeline(office: Office, record: CaseRecord, language: Language = "en") -> Iterator[Entry]:
    """Every event of a case in order, told in that language, with the state it led to."""
    voice = Voice(record.programme, office.school_names(), language)
    state = CaseState()
    before: dict[str, Any] = {}
    for recorded in record.events:
        entry, state, before = _entry(recorded, state, before, voice)
        yield entry


def _entry(
    recorded: RecordedEvent, state: CaseState, before: dict[str, Any], voice: Voice
) -> tuple[Entry, CaseState, dict[str, Any]]:
    envelope = recorded.envelope
    event = read_case_event(envelope.type, envelope.schema_version, recorded.payload)
    state = evolve(state, event, envelope.occurred_at)
    after = facts_of(state)
    behalf = envelope.actor.on_behalf_of
    rules = f"{envelope.programme.code} {envelope.programme.version}" if envelope.programme else ""
    entry = Entry(
        position=recorded.position,
        version=envelope.version,
        type=envelope.type,
        schema_version=envelope.schema_version,
        read_as=event.schema_version,
        occurred_at=envelope.occurred_at,
        recorded_at=envelope.recorded_at,
        person=envelope.actor.person,
        post=envelope.actor.post,
        post_words=voice.post(envelope.actor.post) if envelope.actor.post else None,
        school=envelope.actor.school,
        recorded_for=behalf.person if behalf else None,
        method=behalf.method if behalf else None,
        reason=envelope.reason,
        sentence=sentence(event, voice),
        deadline=isinstance(event, DeadlineSet),
        changed=changes(before, after),
        stage=state.stage.value if state.stage else "",
        command=envelope.command,
        rules=f"{rules}, calendar {envelope.calendar}" if envelope.calendar else rules,
    )
    return entry, state, after
