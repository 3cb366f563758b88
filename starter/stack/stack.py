"""The stack of one home: first the server, then the worker; watched while they run; stopped in reverse."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, NoReturn, Self

from activities.event_log.sqlite import bring_in
from activities.home_files import lock_file
from activities.settings import Settings
from starter.failures import Exit, Failure
from starter.stack.given_database import remember_database
from starter.stack.mail_catcher import MailCatcher, search_path
from starter.stack.process import Child
from starter.stack.temporal_server import TemporalServer, clean_environment

if TYPE_CHECKING:
    from temporalio.client import Client

    from starter.stack.postgres_server import PostgresServer

_LONGEST_WORKER_START_SECONDS: Final = 60.0
_WORKER_PATIENCE_SECONDS: Final = 25.0
"""The worker drains for 20; then what it was doing is repeated by the next one."""
_SERVER_PATIENCE_SECONDS: Final = 10.0
_DEATHS_TO_GIVE_UP: Final = 5
_DEATHS_WITHIN_SECONDS: Final = 60.0
_LOOK_EVERY_SECONDS: Final = 0.03
_ONLY_ONCE: Final = ("BROKERAGE_KILL_AT", "BROKERAGE_KILL_COUNT")


class Stack:
    """`async with Stack(settings) as stack:` holds a server and a worker that serve the home.

    `port` fixes Temporal's port; `ui_port=None` leaves its web page out. `say` gets a line when a part
    dies and is started again. `worker_environment` is for drills: kill points count for the first
    worker only. `postgres` lets a new home keep log and vault in a PostgreSQL server of its own; a home
    that began so goes on so. Raises Failure where the home has a stack already, or a part does not start.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        port: int | None = None,
        ui_port: int | None = None,
        say: Callable[[str], None] | None = None,
        worker_environment: Mapping[str, str] | None = None,
        postgres: bool = False,
    ) -> None:
        self.settings = settings
        self._server = TemporalServer(settings, port, ui_port)
        self._say = say or _say_on_standard_error
        self._database = _own_database(settings, postgres)
        self._mail = None if settings.smtp_host else MailCatcher(settings)
        self._worker = self._new_worker(worker_environment or {})
        self._lock: int | None = None
        self._watchers: list[asyncio.Task[None]] = []
        self._failed = asyncio.Event()
        self._failure: Failure | None = None

    @property
    def address(self) -> str:
        """Temporal's address."""
        return self._server.address

    @property
    def ui_address(self) -> str | None:
        """Address of Temporal's web page, where there is one."""
        return None if self._server.ui_port is None else f"http://127.0.0.1:{self._server.ui_port}"

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker, while it runs."""
        return self._worker.pid

    @property
    def temporal_pid(self) -> int | None:
        """Process id of Temporal's server, while it runs."""
        return self._server.child.pid

    async def connect(self, person: str | None = None) -> "Client":
        """A client of this very stack, whatever TEMPORAL_* say."""
        from starter.connection import connect

        return await connect(self.settings, person=person, address=self.address)

    async def __aenter__(self) -> Self:
        self.settings.run_files.mkdir(mode=0o700, parents=True, exist_ok=True)
        await self._take_lock()
        try:
            await _end_leftover(self.settings.run_files / "temporal.pid", self.settings.home)
            if self._database is not None:
                await self._database.start()
                self._worker.environment |= self._database.environment
            if self._mail is not None:
                await self._mail.start()
                self._worker.environment |= self._mail.environment
            await self._server.start()
            await self._start_worker()
            await self._until_ready()
            self._watchers = [
                asyncio.create_task(self._watch(self._server.child, self._server.child.start)),
                asyncio.create_task(self._watch(self._worker, self._restart_worker)),
            ]
            for part in (self._database, self._mail):
                if part is not None:
                    self._watchers.append(asyncio.create_task(self._watch(part.child, part.start)))
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def wait(self) -> NoReturn:
        """Never return; raise Failure when a part has died again and again."""
        await self._failed.wait()
        raise self._failure or RuntimeError("the stack failed without a reason")

    async def worker_ready(self) -> None:
        """Wait until a worker takes tasks again; of use after one was killed. Raises Failure."""
        while not self._is_ready():
            if self._failure is not None:
                raise self._failure
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    def kill_now(self) -> None:
        """End everything at once; what was under way is repeated by the next worker."""
        for child in (self._worker, self._server.child):
            child.kill()
        for part in (self._database, self._mail):
            if part is not None:
                part.child.kill()

    def _new_worker(self, extra: Mapping[str, str]) -> Child:
        """A worker that finds our modules whatever the current directory holds, and only our server."""
        environment = clean_environment() | _as_environment(self.settings) | search_path()
        return Child(
            "worker",
            [sys.executable, "-P", "-m", "worker"],
            environment | dict(extra),
            self.settings.run_files,
        )

    @property
    def _ready_file(self) -> Path:
        return self.settings.run_files / "worker.ready"

    async def _start_worker(self) -> None:
        self._ready_file.unlink(missing_ok=True)
        await self._worker.start()

    async def _restart_worker(self) -> None:
        if self._database is not None:
            # Where both have died, a worker without its database would only die again.
            await self._database.start()
        for name in _ONLY_ONCE:
            self._worker.environment.pop(name, None)
        await self._start_worker()

    async def _until_ready(self) -> None:
        ends = time.monotonic() + _LONGEST_WORKER_START_SECONDS
        while not self._is_ready():
            if self._worker.pid is None or time.monotonic() > ends:
                raise Failure(
                    Exit.UNREACHABLE,
                    "U-STACK",
                    "The worker did not start.",
                    details=(*self._worker.last_lines(), f"Its log: {self._worker.log_file}"),
                    next_lines=("brokerage doctor",),
                )
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    def _is_ready(self) -> bool:
        """Whether the ready file is that of the worker we started, not one that a killed worker left."""
        try:
            return int(self._ready_file.read_text("ascii")) == self._worker.pid
        except (OSError, ValueError):
            return False

    async def _watch(self, child: Child, restart: Callable[[], Coroutine[None, None, None]]) -> None:
        deaths: deque[float] = deque(maxlen=_DEATHS_TO_GIVE_UP)
        while True:
            code = await child.wait()
            deaths.append(time.monotonic())
            if len(deaths) == _DEATHS_TO_GIVE_UP and deaths[-1] - deaths[0] < _DEATHS_WITHIN_SECONDS:
                self._give_up(child)
                return
            self._say(f"{child.name} {_how_it_ended(code)}; starting it again. Log: {child.log_file}")
            recent = sum(deaths[-1] - death < _DEATHS_WITHIN_SECONDS for death in deaths)
            await asyncio.sleep(0.1 * 3 ** (recent - 1))
            restarting = asyncio.ensure_future(restart())
            try:
                await asyncio.shield(restarting)
            except asyncio.CancelledError:
                # Whoever stops us must find the new process, to stop it too.
                await restarting
                raise

    def _give_up(self, child: Child) -> None:
        self._failure = Failure(
            Exit.UNREACHABLE,
            "U-STACK",
            f"{child.name} died {_DEATHS_TO_GIVE_UP} times within a minute, and is not started again.",
            details=(*child.last_lines(), f"Its log: {child.log_file}"),
            next_lines=("brokerage doctor",),
        )
        self._failed.set()

    async def _take_lock(self) -> None:
        """Be the only stack of this home; tried for a moment, as others look at the lock by taking it."""
        path = lock_file(self.settings)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        for _ in range(20):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                await asyncio.sleep(0.02)
        else:
            os.close(descriptor)
            holder = path.read_text("ascii").strip()
            raise Failure(
                Exit.UNREACHABLE,
                "U-RUNNING",
                f"{self.settings.home} has a stack already, run by process {holder}.",
                details=("Two would write to the same Temporal database.",),
                next_lines=("brokerage doctor", f"kill {holder}", "BROKERAGE_HOME=<another> brokerage up"),
            )
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._lock = descriptor

    async def stop_work(self) -> None:
        """Stop worker and Temporal; a database of the home's own can still be read."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        await self._worker.stop(_WORKER_PATIENCE_SECONDS)
        self._ready_file.unlink(missing_ok=True)
        await self._server.child.stop(_SERVER_PATIENCE_SECONDS)
        if self._mail is not None:
            await self._mail.child.stop(_SERVER_PATIENCE_SECONDS)

    async def _stop(self) -> None:
        await self.stop_work()
        if self._database is not None:
            await self._database.stop(_SERVER_PATIENCE_SECONDS)
        # Also what a worker left that was killed: whoever copies the home copies its databases.
        for file in (self.settings.log_file, self.settings.vault_file):
            if not await asyncio.to_thread(bring_in, file):
                self._say(f"{file.name} is not whole without the files beside it; brokerage doctor says more.")
        if self._lock is not None:
            # Emptied, never unlinked: somebody else may be waiting at this very file.
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None


def _own_database(settings: Settings, wanted: bool) -> "PostgresServer | None":
    """The home's own PostgreSQL server, if it has one or is to get one. Raises Failure.

    A home has one log: it never moves from one database to another by a flag or a variable.
    """
    if not wanted and not settings.cluster.exists():
        remember_database(settings)
        return None
    if settings.database_url is not None:
        raise Failure(
            Exit.USAGE,
            "H-DATABASE",
            f"{settings.home} is to keep its log in a PostgreSQL server of its own,"
            " but BROKERAGE_DATABASE_URL names another.",
            next_lines=("env -u BROKERAGE_DATABASE_URL -u BROKERAGE_VAULT_URL brokerage up",),
        )
    if settings.log_file.exists():
        raise Failure(
            Exit.USAGE,
            "H-DATABASE",
            f"{settings.home} keeps its log in SQLite, and a log does not move.",
            next_lines=("brokerage up", "BROKERAGE_HOME=<a new directory> brokerage up --postgres"),
        )
    from starter.stack.postgres_server import PostgresServer

    return PostgresServer(settings)


def _as_environment(settings: Settings) -> dict[str, str]:
    """The settings as this process holds them; the clock is the home's own."""
    values = settings.model_dump(exclude={"home", "clock", "profile", "owner_url"}, exclude_none=True)
    given = {f"BROKERAGE_{name.upper()}": str(value) for name, value in values.items()}
    return given | {"BROKERAGE_HOME": str(settings.home.absolute())}


async def _end_leftover(pid_file: Path, home: Path) -> None:
    """End the server of a stack that was killed before it could: it holds the database we are about to open.

    A process id may belong to a stranger by now, so it must also name our database on its command line.
    """
    try:
        pid = int(pid_file.read_text("ascii"))
        command_line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        command_line = b""
    marker = str(home.absolute() / "temporal.db").encode()
    if marker in command_line:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            for _ in range(100):
                await asyncio.sleep(0.05)
                os.kill(pid, 0)
            os.kill(pid, signal.SIGKILL)
    pid_file.unlink(missing_ok=True)


def _how_it_ended(code: int) -> str:
    if code < 0:
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"
    return f"ended with code {code}"


def _say_on_standard_error(line: str) -> None:
    sys.stderr.write(f"! {line}\n")
    sys.stderr.flush()
