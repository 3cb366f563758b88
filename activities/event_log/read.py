"""Reading the log. What is handed out was checked against its hash, so nobody decides on damaged rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final, TypeVar

import orjson
from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Engine, Row, bindparam, func, select, text

from activities.event_log.command_record import CommandRecord, Outcome
from activities.event_log.errors import LogDamagedError
from activities.event_log.schema import command, event, log_identity
from domain.canonical import instant_from_text, leaf_hash, sha256_hex
from domain.envelope import Clock, Envelope

_PAGE: Final = 1000
_STREAMS_AT_ONCE: Final = 100
"""Streams read in one statement: a case has some sixty events."""

RecordT = TypeVar("RecordT", "RecordedEvent", "RecordedCommand")

_EVENTS: Final = select(
    event.c.position, event.c.stream, event.c.version, event.c.payload, event.c.envelope, event.c.hash
)
_COMMANDS: Final = select(command.c.number, command.c.id, command.c.record, command.c.hash)

# Built once: SQLAlchemy takes longer to put such a statement together than the database to answer it.
_IDENTITY: Final = select(log_identity)
_OPENING: Final = text(
    "SELECT a.version_num, i.log, i.clock, i.created_at FROM alembic_version a LEFT JOIN log_identity i ON true"
)
_LAST_POSITION: Final = select(func.max(event.c.position))
_LAST_COMMAND: Final = _COMMANDS.order_by(command.c.number.desc()).limit(1)
_COMMAND_BY_ID: Final = _COMMANDS.where(command.c.id == bindparam("id"))
_STREAM: Final = _EVENTS.where(
    event.c.stream == bindparam("stream"), event.c.version > bindparam("after")
).order_by(event.c.version)
_STREAM_HEAD: Final = (
    select(event.c.version, event.c.hash)
    .where(event.c.stream == bindparam("stream"))
    .order_by(event.c.version.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Which log this is, on which clock it runs, since when."""

    log: str
    clock: Clock
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LogHead:
    """Where the log ends: the last event's position, the instant of the last command, refused ones too."""

    position: int
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it is kept: its envelope, its payload, and the bytes that were hashed."""

    position: int
    envelope: Envelope
    payload: dict[str, Any]
    payload_bytes: bytes
    envelope_bytes: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class RecordedCommand:
    """A command as it is kept, with the answer that its sender got."""

    number: int
    record: CommandRecord
    record_bytes: bytes
    hash: bytes

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def outcome(self) -> Outcome:
        return self.record.outcome

    @property
    def body_hash(self) -> str:
        return self.record.body_hash

    @property
    def answer(self) -> dict[str, Any]:
        return self.record.answer


class LogReader:
    """Reads on their own short transactions; what was read once never changes.

    Takes the engine of `engine.open_reader`. Events are handed out in the order of their commits, and a
    reader that has seen position n has seen all before it: positions have no gaps at any moment.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def identity(self) -> LogIdentity | None:
        """Which log this is; None before its first command."""
        with self._engine.connect() as connection:
            return read_identity(connection)

    def head(self) -> LogHead:
        """Where the log ends at this moment."""
        with self._engine.connect() as connection:
            last = last_command(connection)
            return LogHead(last_position(connection), last.record.recorded_at if last else None)

    def events(
        self, stream: str | None = None, after: int = 0, limit: int | None = None
    ) -> Iterator[RecordedEvent]:
        """Events past the position `after`, of one stream or of all, page by page.

        What is appended while the iteration runs is handed out too. Raises LogDamagedError, for a stream
        that is read from its first event also where a version or its link to the one before does not fit.
        """
        query = _EVENTS
        if stream is not None:
            query = query.where(event.c.stream == stream)

        def page(connection: Connection, past: int, size: int) -> list[RecordedEvent]:
            rows = connection.execute(
                query.where(event.c.position > past).order_by(event.c.position).limit(size)
            )
            return [event_of_row(row) for row in rows]

        if stream is not None:
            found = self._paged(page, after, limit)
            yield from found if after else chained(stream, found)
            return
        for recorded in self._paged(page, after, limit):
            if recorded.position != after + 1:
                raise LogDamagedError(f"position {after + 1} is missing from the log")
            after = recorded.position
            yield recorded

    def events_of(self, streams: Iterable[str]) -> Iterator[tuple[str, tuple[RecordedEvent, ...]]]:
        """Each of these streams with its events, in the order of their names; many streams in one statement.

        A stream without events is left out. Raises LogDamagedError as `events` does for one stream.
        """
        wanted = sorted(set(streams))
        for start in range(0, len(wanted), _STREAMS_AT_ONCE):
            query = _EVENTS.where(event.c.stream.in_(wanted[start : start + _STREAMS_AT_ONCE]))
            with self._engine.connect() as connection:
                rows = connection.execute(query.order_by(event.c.stream, event.c.version)).all()
            for stream, own in groupby(rows, key=lambda row: str(row.stream)):
                yield stream, tuple(chained(stream, map(event_of_row, own)))

    def command(self, id: str) -> RecordedCommand | None:
        """The command of that id, with its answer; None where none was recorded."""
        with self._engine.connect() as connection:
            return find_command(connection, id)

    def commands_of(self, ids: Iterable[str]) -> dict[str, RecordedCommand]:
        """The commands of these ids, by id; many in one statement. One that was never recorded is left out."""
        wanted = sorted(set(ids))
        found: dict[str, RecordedCommand] = {}
        for start in range(0, len(wanted), _PAGE):
            query = _COMMANDS.where(command.c.id.in_(wanted[start : start + _PAGE]))
            with self._engine.connect() as connection:
                found |= {one.id: one for one in map(command_of_row, connection.execute(query))}
        return found

    def commands(self, after: int = 0, limit: int | None = None) -> Iterator[RecordedCommand]:
        """Commands past the number `after`, refusals included, page by page. Raises LogDamagedError."""

        def page(connection: Connection, past: int, size: int) -> list[RecordedCommand]:
            rows = connection.execute(
                _COMMANDS.where(command.c.number > past).order_by(command.c.number).limit(size)
            )
            return [command_of_row(row) for row in rows]

        for recorded in self._paged(page, after, limit):
            if recorded.number != after + 1:
                raise LogDamagedError(f"command {after + 1} is missing from the log")
            after = recorded.number
            yield recorded

    def commands_named(self, prefix: str) -> tuple[RecordedCommand, ...]:
        """Commands whose id begins so, refusals included, in the order of the log. Raises LogDamagedError."""
        with self._engine.connect() as connection:
            return commands_named(connection, prefix)

    def count_commands_named(self, prefix: str) -> int:
        """How many commands have an id that begins so, refusals included."""
        with self._engine.connect() as connection:
            return connection.execute(
                select(func.count()).select_from(command).where(*_begins(prefix))
            ).scalar_one()

    def streams(self, kind: str | None = None) -> tuple[str, ...]:
        """The streams that have events, in alphabetical order; of one kind ('case', 'school') or of all."""
        query = select(event.c.stream).distinct().order_by(event.c.stream)
        if kind is not None:
            query = query.where(event.c.stream >= f"{kind}/", event.c.stream < f"{kind}0")
        with self._engine.connect() as connection:
            return tuple(connection.execute(query).scalars())

    def _paged(
        self, page: Callable[[Connection, int, int], list[RecordT]], after: int, limit: int | None
    ) -> Iterator[RecordT]:
        left = limit
        while left is None or left > 0:
            size = _PAGE if left is None else min(_PAGE, left)
            with self._engine.connect() as connection:
                found = page(connection, after, size)
            yield from found
            if len(found) < size:
                return
            last = found[-1]
            after = last.position if isinstance(last, RecordedEvent) else last.number
            left = None if left is None else left - size


def _begins(prefix: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Ids are ASCII and compared by their bytes, so a range finds them through the index."""
    return command.c.id >= prefix, command.c.id < prefix[:-1] + chr(ord(prefix[-1]) + 1)


def all_events(connection: Connection, after: int = 0) -> Iterator[RecordedEvent]:
    """Every event past the position `after` in order, as one open transaction sees them.

    Raises LogDamagedError.
    """
    past = after
    while True:
        rows = connection.execute(
            _EVENTS.where(event.c.position > past).order_by(event.c.position).limit(_PAGE)
        ).all()
        for row in rows:
            recorded = event_of_row(row)
            if recorded.position != past + 1:
                raise LogDamagedError(f"position {past + 1} is missing from the log")
            past = recorded.position
            yield recorded
        if len(rows) < _PAGE:
            return


def chained(stream: str, events: Iterable[RecordedEvent]) -> Iterator[RecordedEvent]:
    """The events of a stream from its first on; raises LogDamagedError at one that does not follow.

    What comes after the last of them, and whose commands they were, is seen by verifying the whole log.
    """
    prev: str | None = None
    for version, recorded in enumerate(events, start=1):
        envelope = recorded.envelope
        if envelope.version != version:
            raise LogDamagedError(
                f"position {recorded.position}: version {envelope.version} of {stream} stands"
                f" where version {version} belongs"
            )
        if envelope.prev != prev:
            raise LogDamagedError(
                f"position {recorded.position}: version {version} of {stream} does not follow"
                " from the version before it"
            )
        prev = recorded.hash.hex()
        yield recorded


def read_identity(connection: Connection) -> LogIdentity | None:
    """The identity of the log behind a connection; None before its first command."""
    row = connection.execute(_IDENTITY).one_or_none()
    return None if row is None else LogIdentity(row.log, row.clock, instant_from_text(row.created_at))


def read_opening(connection: Connection) -> tuple[str | None, LogIdentity | None]:
    """The revision that the schema stands at, and the identity of the log, in one statement."""
    row = connection.execute(_OPENING).one_or_none()
    if row is None or row.log is None:
        return None if row is None else row.version_num, None
    return row.version_num, LogIdentity(row.log, row.clock, instant_from_text(row.created_at))


def last_position(connection: Connection) -> int:
    """Position of the last event; 0 where there is none."""
    return connection.execute(_LAST_POSITION).scalar() or 0


def last_command(connection: Connection) -> RecordedCommand | None:
    """The command with the highest number."""
    row = connection.execute(_LAST_COMMAND).one_or_none()
    return None if row is None else command_of_row(row)


def find_command(connection: Connection, id: str) -> RecordedCommand | None:
    """The command of that id, seen through a connection that is already open."""
    row = connection.execute(_COMMAND_BY_ID, {"id": id}).one_or_none()
    return None if row is None else command_of_row(row)


def commands_named(connection: Connection, prefix: str) -> tuple[RecordedCommand, ...]:
    """As `LogReader.commands_named`, seen through a connection that is already open."""
    query = _COMMANDS.where(*_begins(prefix)).order_by(command.c.number)
    return tuple(command_of_row(row) for row in connection.execute(query))


def stream_head(connection: Connection, stream: str) -> tuple[int, str | None]:
    """Version and hash of a stream's last event; 0 and None where it has none."""
    row = connection.execute(_STREAM_HEAD, {"stream": stream}).one_or_none()
    return (0, None) if row is None else (row.version, row.hash.hex())


def read_stream(connection: Connection, stream: str, after: int = 0) -> tuple[RecordedEvent, ...]:
    """The events of a stream in order, all or those after a version.

    Raises LogDamagedError where one is damaged or missing.
    """
    rows = connection.execute(_STREAM, {"stream": stream, "after": after})
    events = tuple(event_of_row(row) for row in rows)
    for version, recorded in enumerate(events, start=after + 1):
        if recorded.envelope.version != version:
            raise LogDamagedError(f"version {version} of {stream} is missing from the log")
    return events


def event_of_row(row: Row[int, str, int, bytes, bytes, bytes]) -> RecordedEvent:
    """An event from its row; raises LogDamagedError where bytes, hash and columns disagree."""
    position, stream, version, payload, envelope_bytes, hash_ = row
    try:
        if leaf_hash(envelope_bytes) != hash_:
            raise LogDamagedError(f"position {position}: the envelope does not have the hash beside it")
        envelope = Envelope.model_validate_json(envelope_bytes)
        if (envelope.position, envelope.stream, envelope.version) != (position, stream, version):
            raise LogDamagedError(f"position {position}: the columns contradict the envelope")
        if sha256_hex(payload) != envelope.payload_hash:
            raise LogDamagedError(f"position {position}: the payload is not the one that was recorded")
        return RecordedEvent(position, envelope, orjson.loads(payload), payload, envelope_bytes, hash_)
    except (ValidationError, orjson.JSONDecodeError, TypeError) as error:
        raise LogDamagedError(f"position {position} cannot be read") from error


def command_of_row(row: Row[int, str, bytes, bytes]) -> RecordedCommand:
    """A command from its row; raises LogDamagedError where bytes, hash and columns disagree."""
    number, id_, record_bytes, hash_ = row
    try:
        if leaf_hash(record_bytes) != hash_:
            raise LogDamagedError(f"command {number}: the record does not have the hash beside it")
        record = CommandRecord.model_validate_json(record_bytes)
    except (ValidationError, TypeError) as error:
        raise LogDamagedError(f"command {number} cannot be read") from error
    if (record.number, record.id) != (number, id_):
        raise LogDamagedError(f"command {number}: the columns contradict the record")
    return RecordedCommand(number, record, record_bytes, hash_)
