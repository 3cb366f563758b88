"""The vault in a schema of PostgreSQL: its guards, its rights, and how it is opened.

The same rules as in `sqlite`. The login of the vault reads and writes here and nowhere in the log; the
logins of writers and readers of the log see nothing here.
"""

from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from activities.database_url import DatabaseUrl
from activities.event_log import postgresql as log
from activities.event_log import postgresql_guards as guards
from activities.event_log import postgresql_roles as roles
from activities.vault.errors import VaultUnavailableError
from activities.vault.store import metadata

SCHEMA: Final = "vault"

_BEGIN_READING: Final = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
_LIMITS: Final = {
    "lock_timeout": log.LOCK_TIMEOUT_MS,
    "statement_timeout": 20_000,
    "idle_in_transaction_session_timeout": 10_000,
}


def _refuses(table: str, verb: str, message: str) -> dict[str, str]:
    name = f"{table}_no_{verb.lower()}"
    statement = (
        f"CREATE TRIGGER {name} BEFORE {verb} ON {SCHEMA}.{table} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION refuse('{message}')"
    )
    return {name: statement}


def _asks(name: str, verb: str, table: str) -> dict[str, str]:
    statement = (
        f"CREATE TRIGGER {name} BEFORE {verb} ON {SCHEMA}.{table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
    return {name: statement}


_NEVER: Final = "append-only: {} is never changed or removed"
_TRIGGERS: Final = {
    **_refuses("subject_key", "UPDATE", "a key is erased or kept, never changed"),
    **_refuses("subject_key", "TRUNCATE", "a key is never removed without its erasure on record"),
    **_asks("subject_key_no_return", "INSERT", "subject_key"),
    **_asks("subject_key_no_loss", "DELETE", "subject_key"),
    **_asks("erasure_once", "INSERT", "erasure"),
    **_asks("look_gapless", "INSERT", "look"),
    **{
        name: statement
        for table, what in (("look", "a look into the vault"), ("erasure", "an erasure"))
        for verb in ("UPDATE", "DELETE", "TRUNCATE")
        for name, statement in _refuses(table, verb, _NEVER.format(what)).items()
    },
}
_FUNCTIONS: Final = {
    "refuse": guards.REFUSAL,
    "subject_key_no_return": guards.row_guard(
        (
            "EXISTS (SELECT 1 FROM vault.subject_key WHERE subject = NEW.subject)",
            "a key is erased or kept, never replaced",
        ),
        (
            "EXISTS (SELECT 1 FROM vault.erasure WHERE subject = NEW.subject)",
            "erasure is final: no key is made for this subject again",
        ),
    ),
    "subject_key_no_loss": guards.row_guard(
        (
            "NOT EXISTS (SELECT 1 FROM vault.erasure WHERE subject = OLD.subject)",
            "a key is never removed without its erasure on record",
        ),
        row="OLD",
    ),
    "erasure_once": guards.row_guard(
        (
            "EXISTS (SELECT 1 FROM vault.erasure WHERE subject = NEW.subject)",
            "append-only: this subject is erased already",
        )
    ),
    "look_gapless": guards.row_guard(
        (
            "NEW.number IS DISTINCT FROM (SELECT coalesce(max(number), 0) + 1 FROM vault.look)",
            "append-only and gapless: a look takes the next number and no other",
        )
    ),
}

_CONSTRAINTS: Final = {
    "subject_key_pkey": "subject_key PRIMARY KEY (subject)",
    "erasure_pkey": "erasure PRIMARY KEY (subject)",
    "look_pkey": "look PRIMARY KEY (number)",
}

TRIGGER_NAMES: Final = tuple(_TRIGGERS)
GUARD_NAMES: Final = (*_TRIGGERS, *_CONSTRAINTS)


def migrate(engine: Engine) -> None:
    """Make or complete the vault's tables, guards and rights; takes an engine of their owner.

    Raises DatabaseUnfitError.
    """
    with engine.begin() as connection:
        roles.prepare(connection, (roles.VAULT,))
        metadata.create_all(connection)
        missing, _ = changed_guards(connection)
        if missing:
            for statement in guards.guard_statements(SCHEMA, _FUNCTIONS, _TRIGGERS):
                connection.exec_driver_sql(statement)
        run = connection.exec_driver_sql
        run(f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC, {roles.VAULT}")
        run(f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM PUBLIC, {roles.VAULT}")
        run(f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {SCHEMA} FROM PUBLIC")
        run(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {roles.VAULT}")
        run(f"GRANT UPDATE ON {SCHEMA}.{log.WRITE_LOCK} TO {roles.VAULT}")
        for table in metadata.tables:
            run(f"GRANT SELECT, INSERT ON {SCHEMA}.{table} TO {roles.VAULT}")
        run(f"GRANT DELETE ON {SCHEMA}.subject_key TO {roles.VAULT}")


def changed_guards(connection: Connection) -> tuple[list[str], list[str]]:
    """As of the log: guards that are missing or not in our words, and what is too many."""
    return guards.compare_guards(connection, SCHEMA, _FUNCTIONS, _TRIGGERS, _CONSTRAINTS)


def open_database(url: DatabaseUrl) -> Engine:
    """The engine of the vault in that database. Raises VaultUnavailableError."""
    try:
        engine = log.make_engine(url, SCHEMA, _LIMITS, _BEGIN_READING)
        readable = log.readable_tables(engine, SCHEMA)
    except DatabaseError as error:
        raise VaultUnavailableError(
            f"{url} cannot be opened as a vault: {log.first_line(error)}", log.login_fix(error)
        ) from error
    if not readable >= set(metadata.tables):
        engine.dispose()
        raise VaultUnavailableError(f"there is no vault at {url} that this login may open")
    return engine


def require_keeper(connection: Connection) -> None:
    """Raise DatabaseUnfitError where this login could change looks and erasures, or may not add to them."""
    roles.require_login(connection, SCHEMA, ("look", "erasure"), roles.VAULT)


def writing(engine: Engine) -> Engine:
    """The same engine, whose transactions hold the vault from their first moment."""
    return engine.execution_options(**{log.BEGIN: log.begin_writing(SCHEMA)})


def forget_old_pages(_engine: Engine) -> bool:
    """Nothing can be wiped from here, and nothing is gained by trying again.

    Until their place is taken anew, in the server's write-ahead log and in copies of either, the bytes of an
    erased key stay as they were kept: wrapped by the master key, which the database never has.
    """
    return True
