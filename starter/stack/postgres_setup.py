"""What a fresh PostgreSQL server needs before Brokerage can use it: logins, roles, a database, our schemas.

In production somebody who runs the server does the same by hand (docs/operations.md).
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from activities.database_url import DatabaseUrl
from activities.event_log.postgresql_roles import READER, VAULT, WRITER
from activities.home_files import read_passwords
from activities.migrate import migrate_log, migrate_vault
from starter.stack.ports import HOST
from starter.stack.postgres_cluster import SUPERUSER

DATABASE: Final = "brokerage"
LOGINS: Final = {"owner": None, "worker": WRITER, "staff": READER, "vault": VAULT}
"""Who logs in, and the role that they have; the owner has none, it owns."""
_MAKE_LARGE_OBJECTS: Final = ("lo_creat(int)", "lo_create(oid)", "lo_from_bytea(oid, bytea)")
"""What everybody who may connect could fill the disk with; only a superuser can take it from them."""


def login_url(login: str, port: int, passwords: Path, database: str = DATABASE) -> DatabaseUrl:
    """The URL of a login; its password lies in the file."""
    return DatabaseUrl(
        f"postgresql://{login}@{HOST}:{port}/{database}?sslmode=disable&passfile={quote(str(passwords.absolute()))}"
    )


def set_up(port: int, passwords: Path) -> None:
    """Make or complete everything, and bring the schemas to this version. Repeating it changes nothing."""
    known = read_passwords(passwords)
    with _superuser(port, passwords) as connection:
        for group in (WRITER, READER, VAULT):
            _create_role(connection, group, "NOLOGIN")
        for login, role in LOGINS.items():
            _create_role(connection, login, "LOGIN")
            _set_password(connection, login, known[login])
            if role is not None:
                connection.execute(
                    sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(login))
                )
        create_database(connection, DATABASE)
    with _superuser(port, passwords, DATABASE) as connection:
        for function in _MAKE_LARGE_OBJECTS:
            connection.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC".encode())
    owner = login_url("owner", port, passwords)
    migrate_log(owner)
    migrate_vault(owner)


def create_database(connection: psycopg.Connection[Any], name: str, template: str = "template0") -> None:
    """A database that belongs to the owner, unless it is there; nobody but our logins connects to it."""
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
        return
    database = sql.Identifier(name)
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER owner ENCODING 'UTF8' TEMPLATE {}").format(
            database, sql.Identifier(template)
        )
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    logins = sql.SQL(", ").join(map(sql.Identifier, LOGINS))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, logins))


def password_lines(passwords: dict[str, str]) -> str:
    """A password file in libpq's format, for any port and database of this machine."""
    return "".join(f"{HOST}:*:*:{login}:{password}\n" for login, password in passwords.items())


def _superuser(port: int, passwords: Path, database: str = "postgres") -> psycopg.Connection[Any]:
    url = login_url(SUPERUSER, port, passwords, database)
    return psycopg.connect(str(url), autocommit=True, connect_timeout=5)


def _create_role(connection: psycopg.Connection[Any], name: str, kind: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} " + kind).format(sql.Identifier(name)))


def _set_password(connection: psycopg.Connection[Any], login: str, password: str) -> None:
    """Sent as its verifier: a statement may find its way into the server's log."""
    verifier = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(verifier.decode()))
    )
