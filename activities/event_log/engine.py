"""Opening a log: one door for those who write, one for those who only read."""

import os
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
    if not _is_file(path):
        raise LogUnavailableError(f"there is no log at {path}")
    engine = sqlite.reader_engine(path)
    try:
        tables = _tables(engine)
    except DatabaseError as error:
        engine.dispose()
        left = path.with_name(path.name + "-wal")
        if left.exists():
            raise LogUnavailableError(f"{path} cannot be read: {error.orig}{_of_whom(left)}") from error
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


def _is_file(path: Path) -> bool:
    """Whether the file is there; raises LogUnavailableError where we may not look."""
    try:
        return path.is_file()
    except OSError as error:
        raise LogUnavailableError(f"{path} cannot be read: {error.strerror}") from error


def _of_whom(left: Path) -> str:
    """What to know of a write-ahead log that we can neither read past nor bring in."""
    if os.access(left.parent, os.W_OK) or left.stat().st_uid == os.geteuid():
        return ""
    try:
        owner = left.owner()
    except KeyError:
        owner = f"user {left.stat().st_uid}"
    return (
        f"; {owner} has left {left.name}, which only {owner} can bring in: any brokerage line of theirs does"
    )


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())
