"""The SDK's warnings are errors here: pyproject.toml says so, and this that it works inside a worker too."""

import asyncio

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateStage
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.end_to_end.careless_worker import Careless


async def test_a_workflow_that_ends_over_a_command_does_not_get_to_its_end(
    server: WorkflowEnvironment,
) -> None:
    async with Worker(
        server.client,
        task_queue="careless",
        workflows=[Careless],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        handle = await server.client.start_workflow("Careless", id="careless", task_queue="careless")
        asking = asyncio.create_task(handle.start_update("ask", wait_for_stage=WorkflowUpdateStage.ACCEPTED))
        failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        kinds: list[EventType.ValueType] = []
        while failed not in kinds and EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED not in kinds:
            await asyncio.sleep(0.05)
            kinds = [event.event_type for event in (await handle.fetch_history()).events]
        asking.cancel()
        await handle.terminate("the test is over")
    assert failed in kinds
