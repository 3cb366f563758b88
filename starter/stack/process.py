"""One child process of the stack: its log, its process id, its end."""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

_SET_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of Linux
_LARGEST_OLD_LOG: Final = 4 * 1024 * 1024


class Child:
    """A program that runs in a session of its own, so that Ctrl-C in our terminal reaches only us."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        ends_by: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.command = command
        self.environment = dict(environment)
        self.how: dict[str, Any] = {}
        """More keyword arguments of `subprocess`: where it stands, as whom it runs."""
        self.log_file = folder / f"{name}.log"
        self.pid_file = folder / f"{name}.pid"
        self._ends_by = ends_by
        self._process: Process | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """Its process id, while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start it; its output is added to its log."""
        with self._open_log() as log:
            self._log_start = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                env=self.environment,
                start_new_session=True,
                umask=0o077,
                preexec_fn=_end_with_parent(),
                **self.how,
            )
        self.pid_file.write_text(f"{self._process.pid}\n", "ascii")

    async def wait(self) -> int:
        """Its exit code, once it has ended; negative for a signal."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return await self._process.wait()

    async def stop(self, patience: float) -> bool:
        """Ask it to end, and end it after so many seconds; False where it had to be killed."""
        graceful = True
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(self._ends_by)
            try:
                await asyncio.wait_for(process.wait(), patience)
            except TimeoutError:
                graceful = False
                self.kill()
                await process.wait()
        self.pid_file.unlink(missing_ok=True)
        return graceful

    def kill(self) -> None:
        """End it at once, with whatever it may have started."""
        if self.pid is not None:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def lines_since_start(self) -> tuple[str, ...]:
        """What it has said since it was last started."""
        try:
            with self.log_file.open("rb") as log:
                log.seek(self._log_start)
                text = log.read().decode("utf-8", errors="replace")
        except OSError:
            return ()
        return tuple(line for line in text.splitlines() if line.strip())

    def last_lines(self, count: int = 5) -> tuple[str, ...]:
        """The end of that."""
        return self.lines_since_start()[-count:]

    def _open_log(self) -> BinaryIO:
        try:
            if self.log_file.stat().st_size > _LARGEST_OLD_LOG:
                self.log_file.replace(self.log_file.with_suffix(".log.old"))
        except FileNotFoundError:
            pass
        return self.log_file.open("ab")


def _end_with_parent() -> Callable[[], None] | None:
    """On Linux, have the child told to end when we die without stopping it; elsewhere nothing offers that."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def in_the_child() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:
            # We died before the line above took hold.
            os._exit(1)

    return in_the_child
