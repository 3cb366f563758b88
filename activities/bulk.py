"""Handing the commands of a bulk to their cases, some at a time, and telling what each case answered."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError

from activities.submitting import RUN_ENDED, submit_to_case
from domain.bulk import BULK_WORKFLOW, SUBMIT_BATCH, Batch, CaseOutcome, Outcomes
from domain.ids import TASK_QUEUE
from domain.messages import Answer, Command

_log = structlog.get_logger(__name__)

AT_ONCE: Final = 8
"""Cases asked side by side: the log takes one command after the other anyway."""

PATIENCE: Final = timedelta(seconds=60)
"""How long one case is waited for before its outcome counts as unknown."""

_BEAT_SECONDS: Final = 1.0
_BEFORE_NEXT_RUN_SECONDS: Final = 0.2


class BulkActivities:
    """Holds a client. A worker of these serves a task queue of its own, see `domain.bulk.bulk_queue`."""

    def __init__(self, client: Client, *, task_timeout: timedelta, task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._task_timeout = task_timeout
        self._task_queue = task_queue

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
        gate = asyncio.Semaphore(AT_ONCE)

        async def submit(command: Command) -> CaseOutcome:
            async with gate:
                return await self._outcome(command)

        async with asyncio.TaskGroup() as group:
            beating = group.create_task(_beat())
            asked = [group.create_task(submit(command)) for command in batch.commands]
            await asyncio.wait(asked)
            beating.cancel()
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
            return CaseOutcome(
                command_id=command.command_id,
                kind="failed",
                code="B-WORKER",
                message="The worker could not handle the command; nothing was recorded. Its log has the details.",
            )

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
        return CaseOutcome(command_id=answer.command_id, kind="done")
    return CaseOutcome(
        command_id=answer.command_id,
        kind="refused",
        code=answer.code,
        message=answer.message,
        hint=answer.hint,
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
