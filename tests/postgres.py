"""A real PostgreSQL server for tests, started once, and fresh databases on it; tests log in with the roles.

Nothing here is of use to the product: it is what an operator does by hand, done quickly.
"""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

import psycopg
from psycopg import sql

from activities.database_url import DatabaseUrl
from activities.home_files import read_passwords
from activities.migrate import migrate_log, migrate_vault
from starter.stack.ports import free_port
from starter.stack.postgres_cluster import SUPERUSER, Cluster, new_password
from starter.stack.postgres_setup import (
    DATABASE,
    LOGINS,
    create_database,
    login_url,
    password_lines,
    set_up,
)

_NUMBERS: Final = count(1)
_QUICK: Final = {"fsync": "off", "max_wal_senders": "0", "wal_level": "minimal"}
"""What only a crash of the whole machine would show; processes are killed in tests, machines are not."""


@dataclass(frozen=True)
class Database:
    """One database; each property is the URL of a login."""

    name: str
    port: int
    passwords: Path

    def url(self, login: str) -> DatabaseUrl:
        """The URL as which that login comes."""
        return login_url(login, self.port, self.passwords, self.name)

    @property
    def owner(self) -> DatabaseUrl:
        """Who migrates."""
        return self.url("owner")

    @property
    def worker(self) -> DatabaseUrl:
        """With the role of a writer."""
        return self.url("worker")

    @property
    def staff(self) -> DatabaseUrl:
        """With the role of a reader."""
        return self.url("staff")

    @property
    def vault(self) -> DatabaseUrl:
        """With the role of the vault."""
        return self.url("vault")

    @property
    def superuser(self) -> DatabaseUrl:
        """Who may do everything."""
        return self.url(SUPERUSER)

    def as_superuser(self, *statements: str) -> None:
        """Run statements as whoever owns the machine could."""
        with psycopg.connect(str(self.superuser), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def everything(self) -> dict[str, bytes]:
        """Every row of every table of ours, and what the server said in its log."""
        with psycopg.connect(str(self.superuser)) as connection:
            tables = connection.execute(
                "SELECT schemaname || '.' || tablename FROM pg_tables WHERE tableowner = 'owner'"
            ).fetchall()
            kept = {
                name: b"".join(
                    value if isinstance(value, bytes) else str(value).encode()
                    for row in connection.execute(f"SELECT * FROM {name}".encode())
                    for value in row
                )
                for (name,) in tables
            }
        return kept | {"the server's log": (self.passwords.parent / "postgresql.log").read_bytes()}


class Server:
    """A cluster in a folder. `with Server(folder) as server` starts and stops it."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = _QUICK) -> None:
        self._settings = settings
        self.cluster = Cluster(folder / "postgresql")
        self.passwords = folder / "pgpass"
        self.port = free_port()
        self._log = folder / "postgresql.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        passwords = {login: new_password() for login in (SUPERUSER, *LOGINS)}
        self.passwords.write_text(password_lines(passwords), "ascii")
        self.passwords.chmod(0o600)
        self.cluster.create(passwords[SUPERUSER])
        self.start()
        set_up(self.port, self.passwords)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.cluster.close()

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it answers."""
        deadline = time.monotonic() + 30
        while True:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    self.cluster.command(self.port, self._settings),
                    stdout=log,
                    stderr=log,
                    **self.cluster.how,
                )
            while self._process.poll() is None:
                if self._answers():
                    return
                assert time.monotonic() < deadline, self._log.read_text()
                time.sleep(0.05)
            # Children of a postmaster that was killed may hold its memory for a moment.
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.05)

    def wait(self) -> None:
        """Wait until it answers again, after it has started its sessions anew."""
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(str(self.database("postgres").superuser)).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self.kill(signal.SIGINT)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End the postmaster by that signal, and wait for its end."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(timeout=60)

    def database(self, name: str) -> Database:
        """The database of that name."""
        return Database(name, self.port, self.passwords)

    @contextmanager
    def fresh(self, template: str = DATABASE) -> Iterator[Database]:
        """A copy of a database that nobody has open, by default an empty migrated one; removed at the end."""
        database = self.database(f"test_{next(_NUMBERS)}")
        with self._administration() as connection:
            create_database(connection, database.name, template)
        yield database
        with self._administration() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))

    @contextmanager
    def empty(self) -> Iterator[Database]:
        """A database that nobody has migrated yet."""
        database = self.database(f"test_{next(_NUMBERS)}")
        with self._administration() as connection:
            create_database(connection, database.name)
        yield database
        with self._administration() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))

    def migrate(self, database: Database) -> None:
        """Bring it to this version, as its owner does."""
        migrate_log(database.owner)
        migrate_vault(database.owner)

    def set_passwords(self, *logins: str) -> None:
        """Give logins the passwords that the file has for them."""
        known = read_passwords(self.passwords)
        with self._administration() as connection:
            for login in logins:
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                        sql.Identifier(login), sql.Literal(known[login])
                    )
                )

    def _administration(self) -> psycopg.Connection[Any]:
        return psycopg.connect(str(self.database("postgres").superuser), autocommit=True)
