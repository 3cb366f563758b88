"""Reaching the workflow of a case from outside it, whether or not it has a run just now."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final, TypeVar

from temporalio import activity
from temporalio.client import (
    Client,
    WorkflowFailureError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from domain.ids import case_stream
from domain.messages import CASE_WORKFLOW, NUDGE_SIGNAL, CaseInput

TASK_TIMEOUT: Final = timedelta(seconds=3)
NO_ANSWER: Final = (
    RPCError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateFailedError,
    WorkflowFailureError,
    TimeoutError,
)
"""What may come in place of an answer; what was sent may be sent again under its id."""
_LONGEST_NUDGE: Final = timedelta(seconds=10)
T = TypeVar("T")


async def while_serving(work: Coroutine[Any, Any, T]) -> T:
    """What the work comes to; where its worker is told to stop, it is left to another at once.

    It waits for cases, which this very worker may no longer serve.
    """
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(activity.wait_for_worker_shutdown())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ApplicationError("the worker stops; another goes on", type="WorkerStops")
        return await working
    finally:
        working.cancel()
        stopping.cancel()


async def nudge(client: Client, reference: str, task_queue: str) -> None:
    """Make a case read the log anew; it gets a run where it has none. Raises RPCError."""
    await client.start_workflow(
        CASE_WORKFLOW,
        CaseInput(reference=reference),
        id=case_stream(reference),
        task_queue=task_queue,
        task_timeout=TASK_TIMEOUT,
        static_summary=f"Case {reference}",
        start_signal=NUDGE_SIGNAL,
        rpc_timeout=_LONGEST_NUDGE,
    )
