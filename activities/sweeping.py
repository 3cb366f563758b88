"""The nightly sweep: every case that ought to be at work is, and none is silent.

Nothing is decided here. A case that something happened to, or should have, is nudged: it reads the log and
does what it then finds. To be nudged for nothing does no harm, and so nothing is lost where the sweep itself
is killed and begins a page again.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.handle_command import CommandHandler
from activities.kill_points import kill_point
from activities.reaching import nudge, while_serving
from activities.read_models.sweeping import awaited_cases, silent_cases, untold_cases
from domain.ids import case_stream
from domain.messages import CASE_WORKFLOW, SWEEP, Swept

_log = structlog.get_logger(__name__)

_AT_ONCE: Final = 16
_PAGE: Final = 500
_UNTOLD_SINCE: Final = timedelta(hours=1)
_LATE_SINCE: Final = timedelta(minutes=10)
_MOST_NAMED: Final = 20
_RUNNING: Final = f"WorkflowType = '{CASE_WORKFLOW}' AND ExecutionStatus = 'Running'"


class SweepActivities:
    """`now` is business time, `at_once` how many cases are reached at the same time."""

    def __init__(
        self, client: Client, handler: CommandHandler, now: Callable[[], datetime], at_once: int = _AT_ONCE
    ) -> None:
        self._client = client
        self._handler = handler
        self._now = now
        self._places = asyncio.Semaphore(at_once)

    def all(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.sweep]

    @activity.defn(name=SWEEP)
    async def sweep(self) -> Swept:
        """Nudge who needs it, and count; see `Swept`."""
        swept = await while_serving(self._sweep())
        kill_point("before_completion")
        return swept

    async def _sweep(self) -> Swept:
        now = self._now()
        swept = Swept()
        after = ""
        running = await self._running()
        while untold := await self._read(untold_cases, now - _UNTOLD_SINCE, after):
            swept = _added(swept, unsent=len(untold), **await self._nudge(untold))
            after = untold[-1]
        after = ""
        while page := await self._read(awaited_cases, now - _LATE_SINCE, after):
            lost = await self._lost([case.reference for case in page], running)
            late = [case.reference for case in page if case.late]
            nudged = await self._nudge(sorted({*late, *lost}))
            swept = _added(swept, late=len(late), lost=len(lost), **nudged)
            after = page[-1].reference
        silent, named = await asyncio.to_thread(self._silent)
        if silent:
            _log.error("open cases of which nothing is awaited", count=silent, cases=named)
        return swept.model_copy(update={"silent": silent, "silent_cases": tuple(named)})

    async def _nudge(self, references: Iterable[str]) -> dict[str, int]:
        """How many were nudged, and how many could not be, though they were tried twice."""
        wanted = list(references)
        missed = await self._missed(wanted)
        if 0 < len(missed) < len(wanted):  # the server is there, and was too busy for these
            missed = await self._missed(missed)
        return {"nudged": len(wanted) - len(missed), "unreached": len(missed)}

    async def _missed(self, references: list[str]) -> list[str]:
        """Those that could not be nudged."""
        queue = activity.info().task_queue

        async def one(reference: str) -> bool:
            async with self._places:
                try:
                    await nudge(self._client, reference, queue)
                except RPCError as error:
                    _log.warning("a case cannot be nudged", case=reference, error=error.message)
                    return False
            activity.heartbeat()
            return True

        reached = await asyncio.gather(*map(one, references))
        return [reference for reference, there in zip(references, reached, strict=True) if not there]

    async def _running(self) -> set[str] | None:
        """Ids of the runs that Temporal lists; None where it cannot list them. The list may be a little old."""
        running = set()
        try:
            async for run in self._client.list_workflows(_RUNNING, page_size=1000):
                running.add(run.id)
                activity.heartbeat()
        except RPCError as error:
            _log.warning("Temporal does not list its runs; none is looked for", error=error.message)
            return None
        return running

    async def _lost(self, references: list[str], running: set[str] | None) -> list[str]:
        """Those that have no run: neither listed, nor found where each is asked for by its id."""
        if running is None:
            return []
        unlisted = [reference for reference in references if case_stream(reference) not in running]
        found = await asyncio.gather(*map(self._has_run, unlisted))
        return [reference for reference, runs in zip(unlisted, found, strict=True) if not runs]

    async def _has_run(self, reference: str) -> bool:
        async with self._places:
            try:
                found = await self._client.get_workflow_handle(case_stream(reference)).describe()
            except RPCError as error:
                activity.heartbeat()
                return error.status is not RPCStatusCode.NOT_FOUND
            return found.status is WorkflowExecutionStatus.RUNNING

    async def _read(self, question: Callable[..., list[Any]], by: datetime, after: str) -> list[Any]:
        def ask() -> list[Any]:
            with self._handler.reading() as connection:
                return question(connection, by, after, _PAGE)

        activity.heartbeat()
        return await asyncio.to_thread(ask)

    def _silent(self) -> tuple[int, list[str]]:
        with self._handler.reading() as connection:
            return silent_cases(connection, _MOST_NAMED)


def _added(swept: Swept, **more: int) -> Swept:
    return swept.model_copy(update={name: getattr(swept, name) + count for name, count in more.items()})
