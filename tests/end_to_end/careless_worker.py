"""`python -m tests.end_to_end.careless_worker ADDRESS`: a worker, set up as ours, whose workflow ends too early.

It ends while it still takes an update. The SDK says so in a warning, and in nothing else.
"""

import asyncio
import os
import sys
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client, WorkflowUpdateStage
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.logging_setup import configure_logging


@workflow.defn(name="Careless", sandboxed=False)
class Careless:
    """Ends as soon as it is asked something."""

    def __init__(self) -> None:
        self._asked = False

    @workflow.run
    async def run(self) -> None:
        """Until it is asked something."""
        await workflow.wait_condition(lambda: self._asked)

    @workflow.update
    async def ask(self) -> None:
        """Take long to answer."""
        self._asked = True
        await workflow.sleep(timedelta(hours=1))


async def main(address: str) -> None:
    """Run it once."""
    configure_logging("json", "info")
    client = await Client.connect(address)
    async with Worker(
        client, task_queue="careless", workflows=[Careless], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        handle = await client.start_workflow("Careless", id="careless", task_queue="careless")
        await handle.start_update("ask", wait_for_stage=WorkflowUpdateStage.ACCEPTED)
        await handle.result()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    # Temporal's native threads can crash an interpreter that takes itself apart around them.
    os._exit(0)
