"""The state of a directory stream, from its events; of a long one only those since it was last folded.

Every school's own days stand in the one stream of their calendar. To fold all of it for each of them would
take the square of their number.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from activities.event_log import read
from activities.event_log.read import RecordedEvent
from domain.directory.base import DirectoryEvent
from domain.ids import stream_kind
from domain.streams import DIRECTORY, read_event

_LONG: Final = 16
"""Events from which on a stream is worth remembering."""
_MOST_KEPT: Final = 8


class _Folded(NamedTuple):
    """A state, and the event after which it stood. Its hash binds every event before it."""

    version: int
    hash: bytes
    state: Any


_kept: OrderedDict[str, _Folded] = OrderedDict()


def fold_directory(connection: Connection, stream: str) -> Any:
    """The state of the stream. Raises LogDamagedError and UnknownEventError.

    What is remembered counts only where the log still holds that very event in that place: another log, or
    a transaction that was rolled back, has another.
    """
    kept = _kept.get(stream)
    if kept is not None:
        first, *since = read.read_stream(connection, stream, after=kept.version - 1) or (None,)
        if first is not None and first.hash == kept.hash:
            return _remembered(stream, kept.state, since)
    events = read.read_stream(connection, stream)
    return _remembered(stream, DIRECTORY[stream_kind(stream)].state(), events)


def evolved(stream: str, state: Any, told: Iterable[tuple[str, int, dict[str, Any]]]) -> Any:
    """The state after these events, each by type, schema version and payload."""
    kind = stream_kind(stream)
    for type_name, schema_version, payload in told:
        event = read_event(kind, type_name, schema_version, payload)
        if isinstance(event, DirectoryEvent):
            state = DIRECTORY[kind].evolve(state, event)
    return state


def _remembered(stream: str, state: Any, events: Iterable[RecordedEvent]) -> Any:
    events = tuple(events)
    state = evolved(stream, state, ((r.envelope.type, r.envelope.schema_version, r.payload) for r in events))
    if events and events[-1].envelope.version >= _LONG:
        _kept[stream] = _Folded(events[-1].envelope.version, events[-1].hash, state)
        _kept.move_to_end(stream)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return state
