"""Handing the commands of a bulk on, some at a time, and telling what became of each.

A command to a case goes through the case's own workflow, which gives it its turn. An entry of a directory has
no workflow to wait for: it goes to the log from here, in a transaction of its own like every command.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError

from activities.event_log.errors import SchemaError
from activities.handle_command import CommandHandler
from activities.kill_points import kill_point
from activities.submitting import RUN_ENDED, submit_to_case
from activities.temporal import TRANSIENT
from activities.waking import call_wakes
from domain.bulk import BULK_WORKFLOW, SUBMIT_BATCH, Batch, CaseOutcome, Outcomes
from domain.ids import TASK_QUEUE, stream_kind
from domain.messages import Answer, Command, HandleCommand, HandledCommand
from domain.streams import CASE

_log = structlog.get_logger(__name__)

AT_ONCE: Final = 8
"""Cases asked side by side: the log takes one command after the other anyway."""

PATIENCE: Final = timedelta(seconds=60)
"""How long one case is waited for before its outcome counts as unknown."""

ENTRIES_AT_ONCE: Final = 2
"""Entries on their way to the log: while one holds it the next is made ready."""

_BEAT_SECONDS: Final = 1.0
_BEFORE_NEXT_TRY_SECONDS: Final = 0.2
_BEFORE_NEXT_RUN_SECONDS: Final = 0.2


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class BulkActivities:
    """Holds a client. A worker of these serves a task queue of its own, see `domain.bulk.bulk_queue`.

    `now` is the business time at which entries are taken up; `outdated` is told when the log has become one of
    another version.
    """

    def __init__(
        self,
        client: Client,
        handler: CommandHandler,
        *,
        task_timeout: timedelta,
        task_queue: str = TASK_QUEUE,
        now: Callable[[], datetime] = _wall_clock,
        outdated: Callable[[SchemaError], None] = lambda _: None,
    ) -> None:
        self._client = client
        self._handler = handler
        self._task_timeout = task_timeout
        self._task_queue = task_queue
        self._now = now
        self._outdated = outdated

    def all(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.submit_batch]

    @activity.defn(name=SUBMIT_BATCH)
    async def submit_batch(self, batch: Batch) -> Outcomes:
        """What became of each command. An attempt that was cut off is made again: no case takes one twice.

        Raises RPCError where Temporal itself does not answer; the batch is then tried again.
        """
        if activity.info().workflow_type != BULK_WORKFLOW:
            raise ApplicationError("not asked by its own workflow", type="WrongCaller", non_retryable=True)
        cases, entries = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(ENTRIES_AT_ONCE)
        wakes = 0

        async def submit(command: Command) -> CaseOutcome:
            nonlocal wakes
            if stream_kind(command.stream) == CASE:
                async with cases:
                    return await self._outcome(command)
            async with entries:
                outcome, concerned = await self._entered(command)
            wakes = max(wakes, concerned)
            return outcome

        async with asyncio.TaskGroup() as group:
            beating = group.create_task(_beat())
            asked = [group.create_task(submit(command)) for command in batch.commands]
            await asyncio.wait(asked)
            beating.cancel()
        if wakes:
            await call_wakes(self._client, self._task_queue)
        return Outcomes(outcomes=tuple(task.result() for task in asked))

    async def _outcome(self, command: Command) -> CaseOutcome:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return _told(await self._answer(command))
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            _stop_if_cancelled()
            return CaseOutcome(
                command_id=command.command_id,
                kind="unknown",
                code="U-TIMEOUT",
                message=f"No answer in {PATIENCE.total_seconds():g} s; it may have been done.",
            )
        except WorkflowUpdateFailedError:
            _log.exception("a case could not handle its command", command=command.command_id)
            return _failed(command)

    async def _entered(self, command: Command) -> tuple[CaseOutcome, int]:
        """What became of an entry of a directory, and how many cases it concerns.

        What passes by itself is tried again, as long as the batch may take; with a log of another version the
        batch is given up, for a worker that can read it.
        """
        info = activity.info()
        while True:
            request = HandleCommand(
                command=command,
                now=self._now(),
                workflow=info.workflow_id or "",
                run=info.workflow_run_id or "",
            )
            try:
                handled: HandledCommand = await asyncio.to_thread(self._handler.handle, request)
            except TRANSIENT as error:
                _log.warning("the log does not answer; trying again", why=type(error).__name__)
                await asyncio.sleep(_BEFORE_NEXT_TRY_SECONDS)
                continue
            except SchemaError as error:
                self._outdated(error)
                raise
            except Exception as error:
                _log.error(
                    "an entry could not be handled", command=command.command_id, why=type(error).__name__
                )
                return _failed(command), 0
            kill_point("before_completion")
            return _told(handled.answer), handled.wakes

    async def _answer(self, command: Command) -> Answer:
        """Raises WorkflowUpdateFailedError where the case cannot handle it, however often it is asked."""
        while True:
            try:
                return await submit_to_case(
                    self._client,
                    command,
                    task_queue=self._task_queue,
                    task_timeout=self._task_timeout,
                    timeout=PATIENCE,
                )
            except WorkflowUpdateFailedError as error:
                if getattr(error.cause, "type", None) != RUN_ENDED:
                    raise
            await asyncio.sleep(_BEFORE_NEXT_RUN_SECONDS)


def _told(answer: Answer) -> CaseOutcome:
    if answer.kind == "receipt":
        return CaseOutcome(command_id=answer.command_id, kind="done", same=not answer.events)
    return CaseOutcome(
        command_id=answer.command_id,
        kind="refused",
        code=answer.code,
        message=answer.message,
        hint=answer.hint,
    )


def _failed(command: Command) -> CaseOutcome:
    return CaseOutcome(
        command_id=command.command_id,
        kind="failed",
        code="B-WORKER",
        message="The worker could not handle the command; nothing was recorded. Its log has the details.",
    )


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(_BEAT_SECONDS)


def _stop_if_cancelled() -> None:
    """The SDK has one error for a time-out and for the end of our worker; they must not be mistaken."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
