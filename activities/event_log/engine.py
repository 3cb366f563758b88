"""Opening a log: one door for those who write, one for those who only read."""

from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DatabaseError

from activities.event_log import sqlite
from activities.event_log.errors import LogUnavailableError, SchemaError
from activities.event_log.migrations import require_known_schema
from activities.event_log.schema import metadata


def open_writer(path: Path) -> Engine:
    """The engine of a process that writes; the file is made where it is missing.

    Every transaction of it takes the write lock at its start, so give readers `open_reader`, even
    inside the same process. Tables come from `migrations.migrate`.
    """
    return sqlite.writer_engine(path)


def open_reader(path: Path) -> Engine:
    """The engine of a process that only reads; it works while others write, and without Temporal.

    A directory that we may not write to can be read too, as long as nobody has left a write-ahead log
    there: with one, ignoring it would show yesterday's truth as today's.
    Raises LogUnavailableError where the file is missing, unreadable, or no log of ours, and SchemaError
    where it is one of another version.
    """
    if not path.is_file():
        raise LogUnavailableError(f"there is no log at {path}")
    engine = sqlite.reader_engine(path)
    try:
        tables = _tables(engine)
    except DatabaseError as error:
        engine.dispose()
        if path.with_name(path.name + "-wal").exists():
            raise LogUnavailableError(f"{path} cannot be read: {error.orig}") from error
        engine = sqlite.reader_engine(path, immutable=True)
        try:
            tables = _tables(engine)
        except DatabaseError as second:
            engine.dispose()
            raise LogUnavailableError(f"{path} cannot be read: {second.orig}") from second
    try:
        require_known_schema(engine)
    except SchemaError:
        engine.dispose()
        raise
    if not tables >= set(metadata.tables):
        engine.dispose()
        raise LogUnavailableError(f"{path} is a database, but not a log of Brokerage")
    return engine


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())
