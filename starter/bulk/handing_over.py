"""Handing the commands of one line over to Temporal, and waiting for what the cases answer.

Once a part is handed over it goes on without this process. What is waited for is the next answer, not
the last: as long as cases answer, a line of thousands may take its time.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from domain.bulk import BULK_WORKFLOW, BulkPart, CaseOutcome, Outcomes, part_workflow_id, parts_of
from domain.ids import TASK_QUEUE
from domain.messages import Command
from starter.failures import Exit, Failure
from starter.sending import TASK_TIMEOUT, Sender

if TYPE_CHECKING:
    from temporalio.client import Client, WorkflowHandle

_LOOK_EVERY_SECONDS: Final = 0.25

CASES_MEMO: Final = "cases"
"""Memo of each part: of how many cases the whole line spoke."""


async def connect_and_hand_over(
    sender: Sender, bulk: str, commands: Sequence[Command], answered: Callable[[], int]
) -> dict[str, CaseOutcome]:
    """As `hand_over`, over a connection of its own."""
    from starter.connection import connect

    client = await connect(sender.settings, person=sender.person)
    return await hand_over(client, sender, bulk, commands, answered)


async def hand_over(
    client: "Client", sender: Sender, bulk: str, commands: Sequence[Command], answered: Callable[[], int]
) -> dict[str, CaseOutcome]:
    """What became of each command, by its id; those that have not answered in time are left out.

    `answered` tells how many are in the log by now, and is asked again and again. Raises Failure (exit 6)
    where nothing was sent.
    """
    running = [
        asyncio.create_task(handle.result()) for handle in await _start(client, sender, bulk, commands)
    ]
    loop = asyncio.get_running_loop()
    seen, since = -1, loop.time()
    try:
        while any(not task.done() for task in running) and loop.time() - since < sender.timeout:
            await asyncio.wait(running, timeout=_LOOK_EVERY_SECONDS)
            if (count := answered()) != seen:
                seen, since = count, loop.time()
    finally:
        for task in running:
            task.cancel()
    ended = await asyncio.gather(*running, return_exceptions=True)
    # A part that was ended from outside, or that Temporal lost, has no outcomes: the log is asked for them.
    told = (one for each in ended if isinstance(each, Outcomes) for one in each.outcomes)
    return {outcome.command_id: outcome for outcome in told}


async def _start(
    client: "Client", sender: Sender, bulk: str, commands: Sequence[Command]
) -> "list[WorkflowHandle[object, Outcomes]]":
    """The workflows that carry the commands; one that runs already is joined."""
    from temporalio.service import RPCError

    handles: list[WorkflowHandle[object, Outcomes]] = []
    for part in parts_of(bulk, commands):
        try:
            handles.append(await _start_part(client, sender, part, len(commands)))
        except RPCError as error:
            if handles:
                # What was handed over is done; the rest is told as not answered, with the line that repeats it.
                break
            raise Failure(
                Exit.UNREACHABLE,
                "U-TEMPORAL",
                f"Temporal does not take it: {error.message.rstrip('.')}. Nothing was sent.",
                next_lines=("brokerage doctor",),
            ) from None
    return handles


async def _start_part(
    client: "Client", sender: Sender, part: BulkPart, cases: int
) -> "WorkflowHandle[object, Outcomes]":
    from datetime import timedelta

    from temporalio.common import WorkflowIDConflictPolicy

    return await client.start_workflow(
        BULK_WORKFLOW,
        part,
        id=part_workflow_id(part),
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        task_timeout=TASK_TIMEOUT,
        result_type=Outcomes,
        memo={CASES_MEMO: cases},
        static_summary=f"{part.commands[0].verb}: {len(part.commands)} of {cases}",
        rpc_timeout=timedelta(seconds=sender.timeout),
    )
