"""Everything that is true of SQLite only: triggers, connection settings, and how a file is opened.

`postgresql` is a module of the same shape; `engine.dialect` says which of them a connection needs.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, text
from sqlalchemy import event as engine_events

BUSY_TIMEOUT_MS: Final = 10_000
_LONGEST_READER_SECONDS: Final = 2.0

_SETTINGS: Final = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)


def _append_only(table: str, what: str) -> tuple[str, str]:
    """Two triggers that refuse to change or remove a row of the table."""
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN "
        f"SELECT RAISE(ABORT, 'append-only: {what} is never changed'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN "
        f"SELECT RAISE(ABORT, 'append-only: {what} is never removed'); END",
    )


def _insert_guard(table: str, *refusals: tuple[str, str]) -> str:
    """One trigger that refuses a new row for the first condition that holds."""
    checks = "".join(f"SELECT RAISE(ABORT, '{message}') WHERE {when}; " for when, message in refusals)
    return f"CREATE TRIGGER {table}_insert_guard BEFORE INSERT ON {table} BEGIN {checks}END"


TRIGGERS: Final = (
    *_append_only("log_identity", "the identity of the log"),
    _insert_guard(
        "log_identity",
        ("EXISTS (SELECT 1 FROM log_identity)", "append-only: a log has one identity"),
    ),
    *_append_only("event", "a recorded event"),
    _insert_guard(
        "event",
        # INSERT OR REPLACE removes the old row without asking the DELETE trigger: it must not get that far.
        (
            "EXISTS (SELECT 1 FROM event WHERE position = NEW.position OR id = NEW.id"
            " OR (stream = NEW.stream AND version = NEW.version))",
            "append-only: this event, position or version is taken and is never replaced",
        ),
        (
            "NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM event)",
            "gapless: an event takes the next position of the log and no other",
        ),
        (
            "NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM event WHERE stream = NEW.stream)",
            "gapless: an event takes the next version of its stream and no other",
        ),
    ),
    *_append_only("command", "a recorded command"),
    _insert_guard(
        "command",
        (
            "EXISTS (SELECT 1 FROM command WHERE number = NEW.number OR id = NEW.id)",
            "append-only: this command was answered already and is never replaced",
        ),
        (
            "NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM command)",
            "gapless: a command takes the next number of the log and no other",
        ),
    ),
)
"""What the first migration adds to the tables. Changed only together with a new migration."""

GUARD_NAMES: Final = tuple(statement.split()[2] for statement in TRIGGERS)


def changed_guards(connection: Connection) -> tuple[list[str], list[str]]:
    """Triggers that are missing or not in the very words of this version, and triggers and views too many.

    Both are looked for in the whole file: a trigger on any table can write into any other.
    """
    expected = dict(zip(GUARD_NAMES, TRIGGERS, strict=True))
    query = text("SELECT name, type, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')")
    present = {name: (kind, table, sql) for name, kind, table, sql in connection.execute(query)}
    missing = [
        name
        for name, sql in expected.items()
        if name not in present or present[name][::2] != ("trigger", sql)
    ]
    strange = [
        f"{name} on {table}" if kind == "trigger" else f"the view {name}"
        for name, (kind, table, _) in sorted(present.items())
        if name not in expected
    ]
    return missing, strange


def writer_engine(path: Path) -> Engine:
    """An engine whose every transaction holds the write lock from its first moment.

    Only so can a decision rest on what it read: a plain BEGIN takes the lock at the first write, and
    where somebody else wrote in between it fails at once, whatever the busy timeout.
    """
    return _engine(path, "rwc", "BEGIN IMMEDIATE")


def reader_engine(path: Path, *, immutable: bool = False) -> Engine:
    """An engine that cannot write; a transaction of it sees one state of the log, start to end."""
    return _engine(path, "ro&immutable=1" if immutable else "ro", "BEGIN")


def use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL, once for good.

    SQLite does not wait for its busy timeout where two switch a new file at once, so we do.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def bring_in(path: Path) -> bool:
    """Move what the write-ahead log holds into the file itself, so that a copy of the file is a copy of all.

    Nothing is left beside the file then, unless somebody has it open. False where the file cannot be written
    to, or somebody reads an earlier state of it.
    """
    if not path.is_file():
        return True
    uri = f"file:{quote(str(path.absolute()))}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=_LONGEST_READER_SECONDS)) as connection:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error:
        return False
    return busy == 0


def left_beside(path: Path) -> Path | None:
    """The file's write-ahead log where it holds something that a copy of the file alone may lack."""
    left = path.with_name(path.name + "-wal")
    return left if left.is_file() and left.stat().st_size else None


@contextmanager
def forgiving_text(connection: Connection) -> Iterator[None]:
    """Within it, text that is not UTF-8 is read with surrogates in place of raising."""
    driver: Any = connection.connection.driver_connection
    before = driver.text_factory
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before


def _engine(path: Path, mode: str, begin: Literal["BEGIN", "BEGIN IMMEDIATE"]) -> Engine:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=BUSY_TIMEOUT_MS / 1000,
            check_same_thread=False,
            isolation_level=None,
        )
        for setting in _SETTINGS:
            connection.execute(setting)
        if begin == "BEGIN IMMEDIATE":
            use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = FULL")
        return connection

    engine = create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        hide_parameters=True,  # an error must not carry row values into the logs
        poolclass=QueuePool,
        pool_size=8,
    )

    @engine_events.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
