"""Everything that is true of PostgreSQL only: guards, sessions, how it is opened.

Of the same shape as `sqlite`. The log lives in a schema of its own, whose tables the login of a worker may
read and add to, and nobody but their owner may change.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, ExceptionContext, QueuePool, create_engine, text
from sqlalchemy import event as engine_events
from sqlalchemy.exc import DBAPIError, OperationalError

from activities.database_url import DatabaseUrl
from activities.event_log.postgresql_guards import REFUSAL, compare_guards, guard_statements, row_guard

SCHEMA: Final = "brokerage"
WRITE_LOCK: Final = "write_lock"
"""The table of each schema whose lock a writer holds. It has neither columns nor rows."""

_BEGIN_READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

LOCK_TIMEOUT_MS: Final = 10_000
_WRITING: Final = {
    "lock_timeout": LOCK_TIMEOUT_MS,
    "statement_timeout": 20_000,
    # A worker that stops in the middle must not hold the log for longer than others wait for it.
    "idle_in_transaction_session_timeout": 10_000,
}
_READING: Final = {
    "lock_timeout": LOCK_TIMEOUT_MS,
    "statement_timeout": 120_000,
    # People page through long lists inside one.
    "idle_in_transaction_session_timeout": 1_800_000,
}
_OWNING: Final = {"lock_timeout": LOCK_TIMEOUT_MS, "statement_timeout": 0}

_NETWORK: Final = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""A server that is gone without a word is noticed within seconds; what the URL says of these wins."""


def _append_only(table: str, what: str) -> dict[str, str]:
    """Triggers that refuse to change or remove rows, asked once a statement and so also where none matches."""
    return {
        f"{table}_no_{verb.lower()}": (
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {SCHEMA}.{table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION refuse('append-only: {what} is never {how}')"
        )
        for verb, how in (("UPDATE", "changed"), ("DELETE", "removed"), ("TRUNCATE", "removed"))
    }


def _insert_trigger(table: str) -> dict[str, str]:
    name = f"{table}_insert_guard"
    statement = (
        f"CREATE TRIGGER {name} BEFORE INSERT ON {SCHEMA}.{table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
    return {name: statement}


_FUNCTIONS: Final = {
    "refuse": REFUSAL,
    "log_identity_insert_guard": row_guard(
        ("EXISTS (SELECT 1 FROM brokerage.log_identity)", "append-only: a log has one identity"),
    ),
    "event_insert_guard": row_guard(
        # ON CONFLICT DO NOTHING would leave the row out in silence: it must not get that far.
        (
            "EXISTS (SELECT 1 FROM brokerage.event WHERE position = NEW.position) OR"
            " EXISTS (SELECT 1 FROM brokerage.event WHERE id = NEW.id) OR"
            " EXISTS (SELECT 1 FROM brokerage.event WHERE stream = NEW.stream AND version = NEW.version)",
            "append-only: this event, position or version is taken and is never replaced",
        ),
        (
            "NEW.position IS DISTINCT FROM (SELECT coalesce(max(position), 0) + 1 FROM brokerage.event)",
            "gapless: an event takes the next position of the log and no other",
        ),
        (
            "NEW.version IS DISTINCT FROM"
            " (SELECT coalesce(max(version), 0) + 1 FROM brokerage.event WHERE stream = NEW.stream)",
            "gapless: an event takes the next version of its stream and no other",
        ),
    ),
    "command_insert_guard": row_guard(
        (
            "EXISTS (SELECT 1 FROM brokerage.command WHERE number = NEW.number) OR"
            " EXISTS (SELECT 1 FROM brokerage.command WHERE id = NEW.id)",
            "append-only: this command was answered already and is never replaced",
        ),
        (
            "NEW.number IS DISTINCT FROM (SELECT coalesce(max(number), 0) + 1 FROM brokerage.command)",
            "gapless: a command takes the next number of the log and no other",
        ),
    ),
}
"""Bodies of the functions behind the triggers, by name. Tables are named with their schema: a temporary
table of the same name must not be asked in their place."""

_TRIGGERS: Final = {
    **_append_only("log_identity", "the identity of the log"),
    **_insert_trigger("log_identity"),
    **_append_only("event", "a recorded event"),
    **_insert_trigger("event"),
    **_append_only("command", "a recorded command"),
    **_insert_trigger("command"),
}
"""In the very words in which PostgreSQL tells them again, to somebody whose search path begins with the schema."""


_CONSTRAINTS: Final = {
    "log_identity_pk": "log_identity PRIMARY KEY (log)",
    "log_identity_clock_known": ("log_identity CHECK ((clock = ANY (ARRAY['real'::text, 'demo'::text])))"),
    "event_pk": 'event PRIMARY KEY ("position")',
    "event_id_unique": "event UNIQUE (id)",
    "event_stream_version_unique": "event UNIQUE (stream, version)",
    "event_version_counts_from_one": "event CHECK ((version >= 1))",
    "event_hash_has_32_bytes": "event CHECK ((length(hash) = 32))",
    "command_pk": "command PRIMARY KEY (number)",
    "command_id_unique": "command UNIQUE (id)",
    "command_outcome_known": "command CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text])))",
    "command_hash_has_32_bytes": "command CHECK ((length(hash) = 32))",
}
"""In PostgreSQL's words, too."""

TRIGGERS: Final = guard_statements(SCHEMA, _FUNCTIONS, _TRIGGERS)
"""What the first migration adds to the tables. Changed only together with a new migration."""

TRIGGER_NAMES: Final = tuple(_TRIGGERS)
GUARD_NAMES: Final = (*_TRIGGERS, *_CONSTRAINTS)


def changed_guards(connection: Connection) -> tuple[list[str], list[str]]:
    """Triggers and constraints that are missing, switched off or not in our very words, and what is too many.

    Too many is whatever can change, hide or lose rows unasked: other triggers, rules, views, functions, row
    security, tables that a crash empties.
    """
    return compare_guards(connection, SCHEMA, _FUNCTIONS, _TRIGGERS, _CONSTRAINTS)


def begin_writing(schema: str) -> str:
    """What opens a transaction that holds the schema's lock from its first moment.

    The lock is one of an empty table, and not an advisory one, which whoever may connect could take and keep:
    here it takes a right that only those have who write. It comes first, so that the next statement sees what
    its last holder committed.
    """
    return f"BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE {schema}.{WRITE_LOCK} IN EXCLUSIVE MODE"


def _begin_owning(schema: str) -> str:
    """As `begin_writing`, for the owner, who makes the schema and its lock where they are missing.

    Of two who make them at once, the second waits for the first and then finds them.
    """
    return (
        "BEGIN ISOLATION LEVEL READ COMMITTED; DO $$ BEGIN"
        f" IF to_regnamespace('{schema}') IS NULL THEN CREATE SCHEMA {schema}; END IF;"
        " EXCEPTION WHEN duplicate_schema OR unique_violation THEN NULL; END $$; DO $$ BEGIN"
        f" IF to_regclass('{schema}.{WRITE_LOCK}') IS NULL THEN CREATE TABLE {schema}.{WRITE_LOCK} (); END IF;"
        " EXCEPTION WHEN duplicate_table OR unique_violation THEN NULL; END $$;"
        f" LOCK TABLE {schema}.{WRITE_LOCK} IN EXCLUSIVE MODE"
    )


def writer_engine(url: DatabaseUrl) -> Engine:
    """An engine whose every transaction holds the log from its first moment."""
    return make_engine(url, SCHEMA, _WRITING, begin_writing(SCHEMA))


def reader_engine(url: DatabaseUrl) -> Engine:
    """An engine whose transactions do not write; each sees one state of the log, start to end."""
    return make_engine(url, SCHEMA, _READING, _BEGIN_READING)


def owner_engine(url: DatabaseUrl, schema: str = SCHEMA) -> Engine:
    """An engine for migrations; whoever migrates or writes at the same time waits. Makes the schema."""
    return make_engine(url, schema, _OWNING, _begin_owning(schema))


def make_engine(url: DatabaseUrl, schema: str, limits: Mapping[str, int], begin: str) -> Engine:
    """An engine on one schema. `limits` are time-outs in milliseconds, `begin` opens each transaction.

    Raises SQLAlchemy's OperationalError where libpq cannot make sense of the URL.
    """
    try:
        said = {name: value for name, value in conninfo_to_dict(str(url)).items() if value is not None}
    except psycopg.Error as error:
        raise OperationalError(None, None, error) from error
    parameters: dict[str, Any] = _NETWORK | {"application_name": "brokerage"} | said
    settings = "; ".join(
        (
            # Named last, a temporary table never stands before one of ours. The one between is a schema that
            # everybody may use: who may not use ours is told so, and not that temporary tables are forbidden.
            f"SET search_path TO {schema}, information_schema, pg_temp",
            "SET synchronous_commit TO on",
            # Whatever the environment, the database or the login say of it.
            "SET client_encoding TO 'UTF8'",
            *(f"SET {name} TO {milliseconds}" for name, milliseconds in limits.items()),
        )
    )

    def connect() -> psycopg.Connection[Any]:
        # Autocommit: the statement that opens a transaction is ours, and comes in one packet with the lock.
        connection = psycopg.connect(autocommit=True, **parameters)
        connection.execute(settings.encode())
        return connection

    engine = create_engine(
        "postgresql+psycopg://",
        creator=connect,
        hide_parameters=True,  # an error must not carry row values into the logs
        poolclass=QueuePool,
        pool_size=8,
        use_native_hstore=False,  # or every process asks for a type that nobody uses
    )

    @engine_events.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, begin))

    @engine_events.listens_for(engine, "handle_error", retval=True)
    def _of_the_database(context: ExceptionContext) -> BaseException | None:
        """What is the matter with the database, and not with the command, is an OperationalError, as on SQLite."""
        error = context.original_exception
        if isinstance(error, _MATTERS_OF_THE_DATABASE):
            return OperationalError(context.statement, {}, error, hide_parameters=True)
        return None

    return engine


BEGIN: Final = "brokerage_begin"
"""Execution option of an engine: the statement that opens its transactions, in place of its own."""

_MATTERS_OF_THE_DATABASE: Final = (
    pg.ReadOnlySqlTransaction,
    pg.InsufficientPrivilege,
    pg.IdleInTransactionSessionTimeout,
)
"""A server that turned into a standby, rights taken away, a session that was ended: somebody mends it, and
then the same command is done."""


@contextmanager
def forgiving_text(_connection: Connection) -> Iterator[None]:
    """Nothing to forgive: the database keeps no text that is not UTF-8."""
    yield


def readable_tables(engine: Engine, schema: str = SCHEMA) -> set[str]:
    """Tables of the schema that this login may read; none where there is no such schema."""
    query = text(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = to_regnamespace(:schema)"
        " AND c.relkind = 'r' AND has_schema_privilege(c.relnamespace, 'USAGE')"
        " AND has_table_privilege(c.oid, 'SELECT')"
    )
    with engine.connect() as connection:
        return set(connection.execute(query, {"schema": schema}).scalars())


def first_line(error: DBAPIError) -> str:
    """What the server or the driver said, in one line."""
    said = str(error.orig).strip() or type(error.orig).__name__
    return said.splitlines()[0].rstrip(".:")


def login_fix(error: DBAPIError) -> str:
    """What mends a login that the server refused for want of its password; "" where something else is wrong."""
    said = str(error.orig)
    if not any(words in said for words in _NO_PASSWORD):
        return ""
    return (
        "Put the password of this login into the file that the URL (passfile=), PGPASSFILE or else ~/.pgpass names,"
        " as host:port:database:login:password; chmod 600, or it is not read."
    )


_NO_PASSWORD: Final = ("password authentication failed", "no password supplied")
