"""The PostgreSQL server of one home: its data in the home, its address in the home's `database.toml`."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Final

import psycopg

from activities.database_url import DatabaseUrl
from activities.home_files import HomeFileError, read_passwords
from activities.settings import Settings
from starter.failures import Exit, Failure
from starter.stack.ports import free_port, is_free
from starter.stack.postgres_cluster import SUPERUSER, Cluster, clean_environment, new_password
from starter.stack.postgres_setup import LOGINS, login_url, password_lines, set_up
from starter.stack.process import Child

_LONGEST_START_SECONDS: Final = 60.0
"""A server that was killed reads its write-ahead log first."""
_LOOK_EVERY_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 10.0


class PostgresServer:
    """Started before the worker, stopped after it. Only this machine is served, and only with a password."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cluster = Cluster(settings.cluster)
        self._port = 0
        self._set_up = False
        self._starting = asyncio.Lock()
        # SIGINT ends every session; SIGTERM would wait for the last reader to leave.
        self.child = Child("postgresql", (), clean_environment(), settings.run_files, ends_by=signal.SIGINT)

    @property
    def environment(self) -> dict[str, str]:
        """What a worker has to be told."""
        return {
            "BROKERAGE_DATABASE_URL": str(self._url("worker")),
            "BROKERAGE_VAULT_URL": str(self._url("vault")),
        }

    async def start(self) -> None:
        """Start it, unless it runs, and wait until it answers; at the first time, make all there has to be.

        Raises Failure.
        """
        async with self._starting:
            if self.child.pid is None:
                await self._start()

    async def _start(self) -> None:
        if not self._cluster.exists:
            _keep_passwords(self._settings)
        # Before anything is started: without them nobody could ask whether it answers.
        passwords = self._read_passwords()
        if not self._cluster.exists:
            await asyncio.to_thread(self._cluster.create, passwords[SUPERUSER])
        await self._end_leftover()
        self._port = self._port or self._choose_port()
        self.child.command = self._cluster.command(self._port)
        self.child.how = self._cluster.how
        await self._until_it_answers()
        if not self._set_up:
            await asyncio.to_thread(set_up, self._port, self._settings.database_passwords_file)
            self._write_address()
            self._set_up = True

    async def stop(self, patience: float) -> None:
        """Stop it; every session ends."""
        await self.child.stop(patience)
        self._cluster.close()

    async def _until_it_answers(self) -> None:
        """Start it, again where it ended: children of one that was killed hold its memory for a moment."""
        clock = asyncio.get_running_loop().time
        ends = clock() + _LONGEST_START_SECONDS
        superuser = str(login_url(SUPERUSER, self._port, self._settings.database_passwords_file, "postgres"))
        while clock() < ends:
            if self.child.pid is None:
                await self.child.start()
            try:
                await asyncio.to_thread(lambda: psycopg.connect(superuser, connect_timeout=5).close())
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    await self.child.stop(_PATIENCE_SECONDS)
                    raise self._other_passwords() from error
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
        raise Failure(
            Exit.UNREACHABLE,
            "U-STACK",
            f"PostgreSQL did not start on port {self._port}.",
            details=(*self.child.last_lines(), f"Its log: {self.child.log_file}"),
        )

    def _read_passwords(self) -> dict[str, str]:
        try:
            return read_passwords(self._settings.database_passwords_file)
        except HomeFileError as error:
            raise Failure(
                Exit.UNREACHABLE, "H-FILE", str(error), (error.fix,), ("brokerage doctor",)
            ) from error

    def _other_passwords(self) -> Failure:
        return Failure(
            Exit.UNREACHABLE,
            "H-FILE",
            f"{self._settings.database_passwords_file} holds other passwords than the home's PostgreSQL server.",
            ("Put the file back from your backup of the home.",),
            ("brokerage up",),
        )

    async def _end_leftover(self) -> None:
        """End the server of a stack that was killed before it could: it holds the data we are about to open."""
        for number, rounds in ((signal.SIGINT, 100), (signal.SIGQUIT, 100), (signal.SIGKILL, 100)):
            pid = self._cluster.running_pid()
            if pid is None or pid == self.child.pid:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            for _ in range(rounds):
                if self._cluster.running_pid() != pid:
                    break
                await asyncio.sleep(_LOOK_EVERY_SECONDS)

    def _choose_port(self) -> int:
        """The port of last time where it is free: shells that watch then find it again."""
        with contextlib.suppress(OSError, ValueError):
            last = int(self._port_file.read_text("ascii"))
            if is_free(last):
                return last
        return free_port()

    @property
    def _port_file(self) -> Path:
        return self._settings.run_files / "postgresql.port"

    def _url(self, login: str) -> DatabaseUrl:
        return login_url(login, self._port, self._settings.database_passwords_file)

    def _write_address(self) -> None:
        """For other shells in this home: they read as staff, and open seals by the vault's login."""
        file = self._settings.database_file
        draft = file.with_suffix(".draft")
        draft.write_text(
            "# Written by `brokerage up`; read by brokerage. Passwords lie in keys/pgpass.\n"
            f'database_url = "{self._url("staff")}"\nvault_url = "{self._url("vault")}"\n',
            "utf-8",
        )
        draft.replace(file)
        self._port_file.write_text(f"{self._port}\n", "ascii")


def _keep_passwords(settings: Settings) -> None:
    """New passwords in a file that only we read, complete or not there at all."""
    path = settings.database_passwords_file
    if path.exists():
        return
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password_lines({login: new_password() for login in (SUPERUSER, *LOGINS)}))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
