"""The vault in a file of SQLite: its triggers, and how it is opened."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DatabaseError

from activities.event_log.sqlite import BUSY_TIMEOUT_MS, use_write_ahead_log
from activities.vault.errors import VaultUnavailableError
from activities.vault.store import Look, metadata

_WRITES: Final = "vault_writes"

_TRIGGERS: Final = (
    "CREATE TRIGGER IF NOT EXISTS subject_key_no_update BEFORE UPDATE ON subject_key BEGIN"
    " SELECT RAISE(ABORT, 'a key is erased or kept, never changed'); END",
    "CREATE TRIGGER IF NOT EXISTS subject_key_no_return BEFORE INSERT ON subject_key BEGIN"
    " SELECT RAISE(ABORT, 'a key is erased or kept, never replaced')"
    " WHERE EXISTS (SELECT 1 FROM subject_key WHERE subject = NEW.subject);"
    " SELECT RAISE(ABORT, 'erasure is final: no key is made for this subject again')"
    " WHERE EXISTS (SELECT 1 FROM erasure WHERE subject = NEW.subject); END",
    "CREATE TRIGGER IF NOT EXISTS subject_key_no_loss BEFORE DELETE ON subject_key BEGIN"
    " SELECT RAISE(ABORT, 'a key is never removed without its erasure on record')"
    " WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE subject = OLD.subject); END",
    *(
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON {table} BEGIN"
        f" SELECT RAISE(ABORT, 'append-only: {what} is never changed or removed'); END"
        for table, what in (("look", "a look into the vault"), ("erasure", "an erasure"))
        for verb in ("update", "delete")
    ),
    "CREATE TRIGGER IF NOT EXISTS erasure_once BEFORE INSERT ON erasure BEGIN"
    " SELECT RAISE(ABORT, 'append-only: this subject is erased already')"
    " WHERE EXISTS (SELECT 1 FROM erasure WHERE subject = NEW.subject); END",
    "CREATE TRIGGER IF NOT EXISTS look_gapless BEFORE INSERT ON look BEGIN"
    " SELECT RAISE(ABORT, 'append-only and gapless: a look takes the next number and no other')"
    " WHERE NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM look); END",
)


def read_looks(path: Path) -> list[Look]:
    """Every look on record, the newest last; writes nothing and needs no key.

    Raises VaultUnavailableError where there is no vault or it cannot be read.
    """
    if not path.is_file():
        raise VaultUnavailableError(f"there is no vault at {path}")
    query = "SELECT number, at, reader, purpose, subject FROM look ORDER BY number"
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
            return [Look(*row) for row in connection.execute(query)]
    except sqlite3.Error as error:
        raise VaultUnavailableError(f"{path} cannot be read as a vault: {error}") from error


def open_file(path: Path, *, create: bool) -> Engine:
    """The engine of the vault at that path; the file and its tables are made where they are missing.

    With `create=False`, for those who only open what others sealed, a missing file stays missing.
    Deleted bytes are overwritten (secure_delete). Raises VaultUnavailableError where the file is
    something else or cannot be opened.
    """
    uri = f"file:{quote(str(path.absolute()))}?mode={'rwc' if create else 'rw'}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=BUSY_TIMEOUT_MS / 1000,
            check_same_thread=False,
            isolation_level=None,
        )
        for setting in ("trusted_schema = OFF", "cell_size_check = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {setting}").fetchall()
        use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    engine = create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        hide_parameters=True,  # an error must not carry row values into the logs
        poolclass=QueuePool,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    try:
        with writing(engine).begin() as connection:
            metadata.create_all(connection)
            for trigger in _TRIGGERS:
                connection.exec_driver_sql(trigger)
    except DatabaseError as error:
        engine.dispose()
        raise VaultUnavailableError(f"{path} cannot be opened as a vault: {error.orig}") from error
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take the write lock at their start."""
    return engine.execution_options(**{_WRITES: True})


def forget_old_pages(engine: Engine) -> bool:
    """Move the write-ahead log into the file and empty it; False where readers still hold on to it."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        result = cursor.fetchone()
        return result is not None and result[0] == 0
    finally:
        connection.close()
