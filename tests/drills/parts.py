"""A stack in single parts, so that a drill can take one away: Temporal's server, and workers that die on command."""

import asyncio
import base64
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Final, Self

import orjson
from sqlalchemy import select

from activities.read_models.schema import person as person_table
from activities.settings import Settings
from starter.home import profile_file
from starter.reading import reading
from starter.stack.temporal_server import TemporalServer
from tests.activities.builders import seed_of
from tests.end_to_end.office import RunningOffice
from tests.end_to_end.worker_log import workflow_complaints

_NURSERY: Final = """
import json, os, sys
import worker
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        environment = json.loads(line)
        os.environ.update(environment)
        log = os.open(environment["BROKERAGE_HOME"] + "/run/worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os._exit(worker.main([]))
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""
"""Imports what a worker needs once, and forks for each: a drill starts a hundred of them."""


class Parts:
    """The parts of one home's stack. `async with Parts(home) as parts` starts the server, no worker."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.office = RunningOffice(home)
        self.worker_pid: int | None = None
        self._server = TemporalServer(self.settings, None, None)
        self._nursery: Process | None = None
        self._death: asyncio.Task[int] | None = None

    async def __aenter__(self) -> Self:
        self.settings.run_files.mkdir(exist_ok=True)
        await self._server.start()
        self.office.port = self._server.port
        self._nursery = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _NURSERY, stdin=PIPE, stdout=PIPE, env=self.office.environment()
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop_worker()
        assert self._nursery is not None
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        await self._nursery.wait()
        await self.stop_server()
        log = self.settings.run_files / "worker.log"
        assert not log.exists() or workflow_complaints(log) == []

    @property
    def environment(self) -> dict[str, str]:
        """What a shell must say to reach this server."""
        return {"TEMPORAL_ADDRESS": self.office.address}

    async def start_worker(self, kill_at: str = "", kill_count: int = 1) -> None:
        """Start a worker, to die when it passes that point for the so-manieth time."""
        assert self._nursery is not None
        assert self._nursery.stdin is not None
        environment = {"BROKERAGE_HOME": str(self.settings.home)} | self.environment
        if kill_at:
            environment |= {"BROKERAGE_KILL_AT": kill_at, "BROKERAGE_KILL_COUNT": str(kill_count)}
        self._nursery.stdin.write(orjson.dumps(environment) + b"\n")
        self.worker_pid = await self._number()
        self._death = asyncio.create_task(self._number())

    async def worker_died(self) -> int:
        """The signal that ended the worker, once it has ended; 0 for an end of its own."""
        assert self._death is not None
        status = await asyncio.shield(self._death)
        self.worker_pid = None
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0

    async def stop_worker(self) -> None:
        """End the worker as an operator would."""
        if self.worker_pid is not None and self._death is not None and not self._death.done():
            os.kill(self.worker_pid, signal.SIGTERM)
            assert await self.worker_died() == 0

    async def stop_server(self) -> None:
        """Stop Temporal."""
        await self._server.child.stop(10)

    async def _number(self) -> int:
        assert self._nursery is not None
        assert self._nursery.stdout is not None
        return int(await self._nursery.stdout.readline())


def hold_keys_of_everybody(home: Path) -> None:
    """Let this home sign as every person on record, with the keys that the tests' registers name."""
    settings = Settings(home=home)
    with reading(settings) as office:
        people = list(office.connection.execute(select(person_table.c.person)).scalars())
    for person in people:
        file = profile_file(settings, person)
        if not file.exists():
            file.write_bytes(base64.b64encode(seed_of(person)) + b"\n")
            file.chmod(0o600)
