"""Opening a log: one door for those who write, one for those who only read.

A log is a file of SQLite or a database of PostgreSQL; only here, and in what follows from an open
connection (`dialect`), does anybody ask which.
"""

import os
from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DatabaseError

from activities.database_url import DatabaseUrl
from activities.event_log import sqlite
from activities.event_log.errors import LogUnavailableError, SchemaError
from activities.event_log.migrations import require_known_schema
from activities.event_log.schema import metadata

Place = Path | DatabaseUrl
"""Where a log is."""


def open_writer(place: Place) -> Engine:
    """The engine of a process that writes; a file is made where it is missing, a database is not.

    Every transaction of it takes the write lock at its start, so give readers `open_reader`, even
    inside the same process. Tables come from `migrations.migrate`.
    """
    if isinstance(place, Path):
        return sqlite.writer_engine(place)
    from activities.event_log import postgresql

    return postgresql.writer_engine(place)


def open_reader(place: Place) -> Engine:
    """The engine of a process that only reads; it works while others write, and without Temporal.

    A directory that we may not write to can be read too, as long as nobody has left a write-ahead log
    there: with one, ignoring it would show yesterday's truth as today's.
    Raises LogUnavailableError where there is no log of ours, or it cannot be read, and SchemaError where it
    is one of another version.
    """
    return _open_file(place) if isinstance(place, Path) else _open_database(place)


def dialect(connection: Connection) -> ModuleType:
    """The module that knows the database behind a connection: `sqlite` or `postgresql`."""
    if connection.dialect.name == "sqlite":
        return sqlite
    from activities.event_log import postgresql

    return postgresql


def _open_file(path: Path) -> Engine:
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


def _open_database(url: DatabaseUrl) -> Engine:
    from activities.event_log import postgresql

    try:
        engine = postgresql.reader_engine(url)
        readable = postgresql.readable_tables(engine)
    except DatabaseError as error:
        raise LogUnavailableError(
            f"{url} cannot be read: {postgresql.first_line(error)}", postgresql.login_fix(error)
        ) from error
    if "alembic_version" in readable:
        try:
            require_known_schema(engine)
        except SchemaError:
            engine.dispose()
            raise
    if not readable >= set(metadata.tables):
        engine.dispose()
        raise LogUnavailableError(f"{url} holds no log of Brokerage that this login may read")
    return engine


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())
