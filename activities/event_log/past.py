"""The log as it stood: where a moment lies in it, and what it held by then.

Instants of recording never go back from one position to the next, so what was recorded by a moment is a
beginning of the log, and one position says which.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, select

from activities.event_log.errors import LogDamagedError
from activities.event_log.read import RecordedEvent, chained, event_of_row, last_position
from activities.event_log.schema import event

_EVENTS = select(
    event.c.position, event.c.stream, event.c.version, event.c.payload, event.c.envelope, event.c.hash
)


def event_at(connection: Connection, position: int) -> RecordedEvent:
    """The event at that position. Raises LogDamagedError, also where there is none."""
    row = connection.execute(_EVENTS.where(event.c.position == position)).one_or_none()
    if row is None:
        raise LogDamagedError(f"position {position} is missing from the log")
    return event_of_row(row)


def position_by(connection: Connection, moment: datetime) -> int:
    """Position of the last event that was recorded by the moment; 0 where there is none.

    Found by halving, in the hashed bytes: as many looks as the log's length has binary digits.
    """
    low, high = 0, last_position(connection)
    while low < high:
        middle = (low + high + 1) // 2
        if event_at(connection, middle).envelope.recorded_at <= moment:
            low = middle
        else:
            high = middle - 1
    return low


def events_of_kind(connection: Connection, kind: str) -> Iterator[RecordedEvent]:
    """Every event of the streams of one kind, stream by stream; raises LogDamagedError.

    The rest of the log is not touched: reading a directory costs its own size.
    """
    rows = connection.execute(
        _EVENTS.where(event.c.stream >= f"{kind}/", event.c.stream < f"{kind}0").order_by(
            event.c.stream, event.c.version
        )
    )
    for stream, found in groupby(map(event_of_row, rows), key=lambda recorded: recorded.envelope.stream):
        yield from chained(stream, found)
