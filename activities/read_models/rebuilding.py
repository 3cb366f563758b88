"""Derive every row anew from the log, while others work, and prove that what stands then is what the log says."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select

from activities.event_log.read import all_events
from activities.read_models.compare import Comparison, compare, empty_rows
from activities.read_models.schema import DERIVED
from activities.read_models.update import Fold


class NotProvenError(Exception):
    """The rows that were written are not those that were folded; nothing was committed."""


@dataclass(frozen=True)
class Rebuilt:
    """How the rows stood before and stand now, against the same fold."""

    events: int
    position: int
    """The log's last event: the rows stand there."""
    before: Comparison
    after: Comparison


def check_rows(reader: Engine) -> Rebuilt:
    """Hold the rows against the fold of the log; nothing is written.

    Raises LogDamagedError and UnknownEventError.
    """
    fold = Fold()
    with reader.connect() as snapshot, empty_rows() as fresh:
        for recorded in all_events(snapshot):
            fold.add(recorded)
        fold.write(fresh)
        found = compare(snapshot, fresh)
    return Rebuilt(fold.count, fold.position, found, found)


def rebuild_rows(reader: Engine, writer: Engine) -> Rebuilt:
    """Derive the rows anew in one transaction that holds the log; others wait only for its end.

    What takes long, the fold, is done before the lock is taken; under it only what was appended meanwhile
    is added. Raises LogDamagedError and UnknownEventError, then nothing was changed; NotProvenError.
    """
    fold = Fold()
    with empty_rows() as fresh:
        with reader.connect() as snapshot:
            for recorded in all_events(snapshot):
                fold.add(recorded)
        fold.write(fresh)
        with writer.begin() as held:
            for recorded in all_events(held, after=fold.position):
                fold.add(recorded)
            fold.write(fresh)
            before = compare(held, fresh)
            if not before.lines:
                return Rebuilt(fold.count, fold.position, before, before)
            _copy(fresh, held)
            after = compare(held, fresh)
            if after.lines:
                raise NotProvenError(after.lines[0])
    return Rebuilt(fold.count, fold.position, before, after)


def _copy(fresh: Connection, held: Connection) -> None:
    for table in DERIVED:
        held.execute(delete(table))
        rows = [dict(row) for row in fresh.execute(select(table)).mappings()]
        if rows:
            held.execute(insert(table), rows)
