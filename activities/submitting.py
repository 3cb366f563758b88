"""Handing a command to its case: an update that also starts the case's workflow where none runs."""

from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from domain.ids import reference_of
from domain.messages import CASE_WORKFLOW, SUBMIT_UPDATE, Answer, CaseInput, Command, update_id

RUN_ENDED: Final = "AcceptedUpdateCompletedWorkflow"
"""How Temporal says that a run ended after it had taken the update up: a new run takes it."""

_ANSWER: Any = Answer
"""The SDK's signature wants a class; its converter takes any type that pydantic does."""


async def submit_to_case(
    client: Client,
    command: Command,
    *,
    task_queue: str,
    task_timeout: timedelta,
    timeout: timedelta,
    attempt: str = "",
) -> Answer:
    """The case's answer. Raises what the SDK raises; asking again is safe.

    A run of the case gives an update that failed the same error again for good; under another `attempt` it
    tries anew. That the command is done once is the log's to ensure.
    """
    reference = reference_of(command.stream)
    start: Any = WithStartWorkflowOperation(
        CASE_WORKFLOW,
        CaseInput(reference=reference),
        id=command.stream,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        task_timeout=task_timeout,
        static_summary=f"Case {reference}",
    )
    try:
        answer: Answer = await client.execute_update_with_start_workflow(
            SUBMIT_UPDATE,
            command,
            start_workflow_operation=start,
            id=update_id(command) + (f"~{attempt}" if attempt else ""),
            result_type=_ANSWER,
            rpc_timeout=timeout,
        )
    except BaseException:
        _nobody_asks_about(start)
        raise
    return answer


def _nobody_asks_about(start: Any) -> None:
    """The SDK gives the error to the start's own future as well, and asyncio complains where none takes it."""
    future = start._workflow_handle
    if future.done() and not future.cancelled():
        future.exception()
