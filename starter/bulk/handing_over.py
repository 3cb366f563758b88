"""Handing the commands of one line over to Temporal, and waiting for what the cases answer.

Once a part is handed over it goes on without this process. What is waited for is the next answer, not
the last: as long as cases answer, a line of thousands may take its time.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from domain.bulk import (
    BULK_WORKFLOW,
    BulkPart,
    CaseOutcome,
    Outcomes,
    command_id_prefix,
    part_workflow_id,
    parts_of,
)
from domain.ids import TASK_QUEUE
from domain.messages import Command
from starter.bulk.progress import Progress
from starter.bulk.report import outcome_on_record
from starter.failures import Exit, Failure
from starter.reading import Office
from starter.sending import TASK_TIMEOUT, Sender

if TYPE_CHECKING:
    from temporalio.client import Client, WorkflowHandle

_LOOK_EVERY_SECONDS: Final = 0.25

CASES_MEMO: Final = "cases"
"""Memo of each part: of how many cases the whole line spoke."""


Tell = Callable[[dict[str, CaseOutcome]], None]
"""Takes what became of commands, by their ids."""


async def connect_and_hand_over(
    sender: Sender, office: Office, bulk: str, commands: Sequence[Command], tell: Tell
) -> None:
    """As `hand_over_and_tell`, over a connection of its own."""
    from starter.connection import connect

    client = await connect(sender.settings, person=sender.person)
    await hand_over_and_tell(client, sender, office, bulk, commands, tell)


async def hand_over_and_tell(
    client: "Client",
    sender: Sender,
    office: Office,
    bulk: str,
    commands: Sequence[Command],
    tell: Tell,
    *,
    noun: str = "cases",
    quiet: bool = False,
) -> None:
    """Hand the commands over and tell what became of every one: as it answered, or as the log has it by now.

    Where this is cut off, it is told too: what was handed over goes on. `quiet` says nothing of how far it
    has come. Raises Failure (exit 6) where nothing was sent; then nothing is told.
    """
    prefix = command_id_prefix(bulk)
    before = office.log.count_commands_named(prefix)
    progress = Progress(len(commands), noun)

    def answered() -> int:
        count = office.log.count_commands_named(prefix) - before
        if not quiet:
            progress.show(min(count, len(commands)))
        return count

    def tell_all(outcomes: dict[str, CaseOutcome], unanswered: str) -> None:
        ids = [command.command_id for command in commands]
        tell({id_: outcomes.get(id_) or _in_log(office, id_, unanswered) for id_ in ids})

    try:
        outcomes = await hand_over(client, sender, bulk, commands, answered)
    except asyncio.CancelledError:
        tell_all({}, "Interrupted before it answered; it may still be done.")
        raise
    finally:
        progress.end()
    tell_all(outcomes, f"Not answered ({sender.timeout:g} s without any answer); it may still be done.")


def _in_log(office: Office, command_id: str, unanswered: str) -> CaseOutcome:
    """The outcome of a command of which no answer came: perhaps it is in the log all the same."""
    known = office.log.command(command_id)
    if known is None:
        return CaseOutcome(command_id=command_id, kind="unknown", code="U-TIMEOUT", message=unanswered)
    return outcome_on_record(known.record)


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
