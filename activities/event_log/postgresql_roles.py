"""Who may do what in a PostgreSQL database of ours: the roles, their rights, and logins with too many.

The roles log nobody in. Whoever runs the database gives each worker's login the role of a writer and each
member of staff's the role of a reader; who migrates owns the tables and does nothing else.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from activities.event_log import schema
from activities.event_log.errors import DatabaseUnfitError
from activities.event_log.postgresql import SCHEMA, WRITE_LOCK, first_line
from activities.read_models.schema import metadata as read_models

WRITER: Final = "brokerage_writer"
READER: Final = "brokerage_reader"
VAULT: Final = "brokerage_vault"

_OLDEST_SERVER: Final = 14


def prepare(connection: Connection, roles: Iterable[str]) -> None:
    """Before a migration: the server is fit, and the roles are there. Raises DatabaseUnfitError."""
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    if version < _OLDEST_SERVER:
        raise DatabaseUnfitError(
            f"The server is PostgreSQL {version}.", f"Use PostgreSQL {_OLDEST_SERVER} or newer."
        )
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise DatabaseUnfitError(
            f"The database keeps its text in {encoding}.",
            "Make another: CREATE DATABASE brokerage ENCODING 'UTF8' TEMPLATE template0",
        )
    for role in roles:
        _create_role(connection, role)


def give_rights(connection: Connection) -> None:
    """After a migration: each role has its rights and no others, on every table there now is.

    Texts compare by their bytes from here on, as in SQLite and in Python: ranges and orders of the same log
    are then the same on both databases, whatever language this one was made in.
    """
    _compare_by_bytes(connection, SCHEMA)
    run = connection.exec_driver_sql
    run(f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC, {WRITER}, {READER}")
    run(f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM PUBLIC, {WRITER}, {READER}")
    run(f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {SCHEMA} FROM PUBLIC")
    run(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {WRITER}, {READER}")
    run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {WRITER}, {READER}")
    run(f"GRANT UPDATE ON {SCHEMA}.{WRITE_LOCK} TO {WRITER}")
    for table in schema.metadata.tables:
        run(f"GRANT INSERT ON {SCHEMA}.{table} TO {WRITER}")
    for table in read_models.tables:
        run(f"GRANT INSERT, UPDATE, DELETE ON {SCHEMA}.{table} TO {WRITER}")


def require_writer(connection: Connection) -> None:
    """Raise DatabaseUnfitError where this login could change what is recorded, or may not add to it."""
    require_login(connection, SCHEMA, tuple(schema.metadata.tables), WRITER)


def require_login(connection: Connection, owned: str, tables: Iterable[str], role: str) -> None:
    """Raise DatabaseUnfitError unless this login may insert into the tables and no more than that."""
    login = connection.execute(text("SELECT session_user")).scalar_one()
    strength = too_strong(connection, owned, tables)
    if strength is not None:
        raise DatabaseUnfitError(
            f"The login {login} could change what is recorded: it {strength}.",
            f"Use a login of its own, and for nothing else: CREATE ROLE <login> LOGIN IN ROLE {role}",
        )
    other = sees_too_much(connection, role)
    if other is not None:
        raise DatabaseUnfitError(
            f"The login {login} could read what is kept apart: it {other}.",
            f"Use a login of its own, and for nothing else: CREATE ROLE <login> LOGIN IN ROLE {role}",
        )
    rights = text(
        "SELECT has_schema_privilege(:owned, 'USAGE') AND has_table_privilege(to_regclass(:table), :right)"
    )
    for table, right in [*((table, "INSERT") for table in tables), (WRITE_LOCK, "UPDATE")]:
        named = {"owned": owned, "table": f"{owned}.{table}", "right": right}
        if not connection.execute(rights, named).scalar():
            raise DatabaseUnfitError(
                f"The login {login} may not add to {owned}.{table}.", f"As the owner: GRANT {role} TO {login}"
            )


_STRENGTHS: Final = text(
    "SELECT r.rolname, r.rolsuper,"
    "  r.oid IN (d.datdba, n.nspowner) OR EXISTS (SELECT 1 FROM pg_class c"
    "    WHERE c.relnamespace = n.oid AND c.relowner = r.oid),"
    "  has_schema_privilege(r.oid, n.oid, 'CREATE'),"
    "  EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = ANY(:tables) AND"
    "    (has_table_privilege(r.oid, c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')"
    "     OR has_any_column_privilege(r.oid, c.oid, 'UPDATE'))),"
    "  r.rolname IN ('pg_write_server_files', 'pg_execute_server_program'),"
    "  r.rolcreaterole, r.rolreplication OR r.rolbypassrls"
    " FROM pg_roles r, pg_namespace n, pg_database d"
    " WHERE pg_has_role(session_user, r.oid, 'MEMBER') AND n.nspname = :owned"
    " AND d.datname = current_database()"
    # Of a superuser everything is true; say that first. Its own name before those that it may take on.
    " ORDER BY r.rolsuper AND r.rolname = session_user DESC, r.rolname = session_user DESC, r.rolname"
)
_STRENGTH_WORDS: Final = (
    "is a superuser",
    "owns tables, schema or database",
    "may create things beside the tables",
    "may do more than insert into the tables",
    "may write files of the server or run programs there",
    "may make roles",
    "may replicate or bypass row security",
)


def too_strong(connection: Connection, owned: str, tables: Iterable[str]) -> str | None:
    """What this login, or a role that it may take on, could do beyond inserting into the tables; None if nothing."""
    login = connection.execute(text("SELECT session_user")).scalar_one()
    for name, *strengths in connection.execute(_STRENGTHS, {"owned": owned, "tables": list(tables)}):
        for has_it, words in zip(strengths, _STRENGTH_WORDS, strict=True):
            if has_it:
                return words if name == login else f"is a member of {name}, which {words}"
    return None


def sees_too_much(connection: Connection, role: str) -> str | None:
    """Which role this login has, beside `role`, that opens what the log and the vault keep from each other."""
    apart = {VAULT} if role != VAULT else {WRITER, READER}
    held = text(
        "SELECT min(rolname) FROM pg_roles"
        " WHERE pg_has_role(session_user, oid, 'MEMBER') AND rolname = ANY(:apart)"
    )
    named = {"apart": [*apart, "pg_read_all_data", "pg_read_server_files"]}
    found = connection.execute(held, named).scalar()
    return None if found is None else f"is a member of {found}"


def _create_role(connection: Connection, role: str) -> None:
    """A role that may be there already: roles belong to the whole server, and other databases use the same."""
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first():
        return
    try:
        connection.exec_driver_sql(
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    except OperationalError as error:
        raise DatabaseUnfitError(
            f"The role {role} is missing and cannot be made: {first_line(error)}.",
            f"As somebody who may make roles: CREATE ROLE {role} NOLOGIN",
        ) from error


def _compare_by_bytes(connection: Connection, owned: str) -> None:
    columns = connection.execute(
        text(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = CAST(:owned AS regnamespace) AND c.relkind = 'r' AND a.attnum > 0"
            " AND a.atttypid = 'text'::regtype AND a.attcollation <> '\"C\"'::regcollation ORDER BY 1, 2"
        ),
        {"owned": owned},
    )
    for table, column in columns.all():
        connection.exec_driver_sql(
            f'ALTER TABLE {owned}.{table} ALTER COLUMN "{column}" TYPE text COLLATE "C"'
        )
