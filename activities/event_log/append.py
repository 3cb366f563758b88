"""Writing the log: one lock, one transaction, one command at a time. Nothing else writes these tables.

A transaction holds the lock of the log from its first moment, so what was read inside it (the stream,
balances of other streams, whether the command is known) is still true when it commits. Positions,
versions and command numbers are assigned here under that lock: they have no gaps, and a reader never
sees a later one before an earlier one.
"""

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import IntegrityError

from activities.event_log import read
from activities.event_log.command_record import CommandRecord, Outcome
from activities.event_log.drafts import AnswerOf, CommandDraft, EventDraft, PlacedEvent, Placement
from activities.event_log.errors import (
    DuplicateCommandError,
    LogBusyError,
    VersionConflictError,
    WrongClockError,
)
from activities.event_log.migrations import require_this_revision
from activities.event_log.read import LogHead, LogIdentity, RecordedCommand, RecordedEvent
from activities.event_log.schema import command as command_table
from activities.event_log.schema import event as event_table
from activities.event_log.schema import log_identity
from domain.canonical import NotCanonicalError, instant_text, leaf_hash
from domain.envelope import Clock, Envelope, payload_bytes
from domain.ids import event_id

_LONGEST_WAIT_SECONDS: Final = 10.0
_INSERT_IDENTITY: Final = insert(log_identity)
_INSERT_COMMAND: Final = insert(command_table)
_INSERT_EVENTS: Final = insert(event_table)


@dataclass(frozen=True, slots=True)
class Appended:
    """What one command left in the log."""

    command: RecordedCommand
    events: tuple[RecordedEvent, ...]


class EventLog:
    """The writing end of a log. One per process; safe to share between threads.

    `engine` comes from `engine.open_writer`, its schema from `migrations.migrate`. The first command
    draws the identity of the log and fixes its clock.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        # Threads queue here rather than in the database, whose waiters poll.
        self._turn = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator["LogTransaction"]:
        """Hold the log from here to the commit at the end of the block; an exception leaves nothing.

        Raises WrongClockError, SchemaError where the log is of another version by now, LogBusyError, and
        SQLAlchemy's OperationalError where another process held the log too long.
        """
        if not self._turn.acquire(timeout=_LONGEST_WAIT_SECONDS):
            raise LogBusyError(f"the log was held by another thread for {_LONGEST_WAIT_SECONDS:.0f} s")
        try:
            with self._engine.begin() as connection:
                revision, identity = read.read_opening(connection)
                # Asked each time: somebody may have migrated since this process opened the log.
                require_this_revision(connection, revision)
                if identity is not None and identity.clock != self._clock:
                    raise WrongClockError(
                        f"this log runs on the {identity.clock} clock, not on the {self._clock} one"
                    )
                yield LogTransaction(connection, identity, self._clock)
        finally:
            self._turn.release()


class LogTransaction:
    """The log while it is held. Valid inside the block that yielded it."""

    def __init__(self, connection: Connection, identity: LogIdentity | None, clock: Clock) -> None:
        self.connection = connection
        """For read models and outbox rows that must commit together with the events."""
        self.log_id = identity.log if identity else f"log-{secrets.token_hex(8)}"
        self._clock = clock
        self._founded = identity is not None
        self._last_command = read.last_command(connection)
        self._position = read.last_position(connection)

    @property
    def head(self) -> LogHead:
        """Where the log ends, what this transaction appended included."""
        last = self._last_command
        return LogHead(self._position, last.record.recorded_at if last else None)

    def find_command(self, id: str) -> RecordedCommand | None:
        """The command of that id, if it was answered before; its `answer` is to be given again."""
        return read.find_command(self.connection, id)

    def read_stream(self, stream: str) -> tuple[RecordedEvent, ...]:
        """All events of a stream in order; raises LogDamagedError where one is damaged or missing."""
        return read.read_stream(self.connection, stream)

    def append(
        self,
        stream: str,
        expected_version: int,
        drafts: Sequence[EventDraft],
        command: CommandDraft,
        now: datetime,
        answer: AnswerOf,
    ) -> Appended:
        """Record a command as done, with its events; none is allowed where nothing was left to do.

        `answer` is asked once, when places are known and before anything is written; what it returns
        is kept and given to whoever sends the command again. The instant recorded is `now`, or the
        last one of the log where `now` lies before it.
        Raises VersionConflictError, DuplicateCommandError, NotCanonicalError, and ValueError where the
        command is not one to this stream.
        """
        if command.stream != stream:
            raise ValueError(f"a command to {command.stream} cannot append to {stream}")
        version, prev = read.stream_head(self.connection, stream)
        if version != expected_version:
            raise VersionConflictError(expected_version, version)
        placed = tuple(
            PlacedEvent(
                id=event_id(stream, command.id, index),
                type=draft.type,
                position=self._position + index + 1,
                version=version + index + 1,
            )
            for index, draft in enumerate(drafts)
        )
        recorded_at = self._recorded_at(now)
        placement = Placement(
            number=self._next_number(),
            recorded_at=recorded_at,
            position=self._position + len(placed),
            version=version + len(placed),
            events=placed,
        )
        recorded = self._build_record(command, "done", placed, answer(placement), recorded_at)
        events: list[RecordedEvent] = []
        for draft, place in zip(drafts, placed, strict=True):
            events.append(self._build_event(draft, place, recorded, prev))
            prev = events[-1].hash.hex()
        self._write(recorded, events)
        return Appended(recorded, tuple(events))

    def refuse(self, command: CommandDraft, now: datetime, answer: dict[str, Any]) -> RecordedCommand:
        """Record that a command was refused, with the answer its sender got; no events.

        Raises DuplicateCommandError and NotCanonicalError.
        """
        recorded = self._build_record(command, "refused", (), answer, self._recorded_at(now))
        self._write(recorded, [])
        return recorded

    def _recorded_at(self, now: datetime) -> datetime:
        last = self._last_command
        instant = _to_millisecond(now)
        return max(instant, last.record.recorded_at) if last else instant

    def _next_number(self) -> int:
        return self._last_command.number + 1 if self._last_command else 1

    def _build_record(
        self,
        draft: CommandDraft,
        outcome: Outcome,
        events: tuple[PlacedEvent, ...],
        answer: dict[str, Any],
        recorded_at: datetime,
    ) -> RecordedCommand:
        last = self._last_command
        record = CommandRecord(
            log=self.log_id,
            number=self._next_number(),
            id=draft.id,
            stream=draft.stream,
            verb=draft.verb,
            person=draft.person,
            on_behalf_of=draft.on_behalf_of,
            occurred_at=_to_millisecond(draft.occurred_at) if draft.occurred_at else None,
            body=draft.body,
            body_hash=draft.body_hash,
            signature=draft.signature,
            public_key=draft.public_key,
            facts=list(draft.facts),
            events=[placed.position for placed in events],
            outcome=outcome,
            answer=answer,
            recorded_at=recorded_at,
            prev=last.hash.hex() if last else None,
        )
        data = record.to_bytes()
        return RecordedCommand(record.number, record, data, leaf_hash(data))

    def _build_event(
        self,
        draft: EventDraft,
        place: PlacedEvent,
        command: RecordedCommand,
        prev: str | None,
    ) -> RecordedEvent:
        payload, payload_hash = payload_bytes(draft.payload)
        envelope = Envelope(
            log=self.log_id,
            clock=self._clock,
            position=place.position,
            stream=command.record.stream,
            version=place.version,
            id=place.id,
            type=draft.type,
            schema_version=draft.schema_version,
            occurred_at=_to_millisecond(draft.occurred_at),
            recorded_at=command.record.recorded_at,
            actor=draft.actor,
            programme=draft.programme,
            calendar=draft.calendar,
            reason=draft.reason,
            language=draft.language,
            command=command.id,
            command_hash=command.hash.hex(),
            payload_hash=payload_hash,
            prev=prev,
            engine=draft.engine,
        )
        data = envelope.to_bytes()
        return RecordedEvent(place.position, envelope, draft.payload, payload, data, leaf_hash(data))

    def _write(self, command: RecordedCommand, events: list[RecordedEvent]) -> None:
        """All rows of one command; everything that can be refused was refused before the first of them."""
        if not self._founded:
            created_at = instant_text(command.record.recorded_at)
            row = {"log": self.log_id, "clock": self._clock, "created_at": created_at}
            self.connection.execute(_INSERT_IDENTITY, row)
            self._founded = True
        try:
            self.connection.execute(_INSERT_COMMAND, _command_row(command))
        except IntegrityError as error:
            # The number is ours and the lock is held: only the id can be taken.
            raise DuplicateCommandError(f"command {command.id} is in the log already") from error
        if events:
            self.connection.execute(_INSERT_EVENTS, [_event_row(recorded) for recorded in events])
        self._last_command = command
        self._position += len(events)


def _command_row(recorded: RecordedCommand) -> dict[str, Any]:
    record = recorded.record
    return {
        "number": record.number,
        "id": record.id,
        "stream": record.stream,
        "verb": record.verb,
        "outcome": record.outcome,
        "record": recorded.record_bytes,
        "hash": recorded.hash,
    }


def _event_row(recorded: RecordedEvent) -> dict[str, Any]:
    envelope = recorded.envelope
    return {
        "position": recorded.position,
        "id": envelope.id,
        "stream": envelope.stream,
        "version": envelope.version,
        "type": envelope.type,
        "schema_version": envelope.schema_version,
        "occurred_at": instant_text(envelope.occurred_at),
        "recorded_at": instant_text(envelope.recorded_at),
        "command": envelope.command,
        "actor": envelope.actor.person,
        "payload": recorded.payload_bytes,
        "envelope": recorded.envelope_bytes,
        "hash": recorded.hash,
    }


def _to_millisecond(instant: datetime) -> datetime:
    """The instant as the log can keep it, so that what is returned now equals what is read later."""
    if instant.tzinfo is None:
        raise NotCanonicalError("an instant needs a time zone")
    return instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)
