"""The workflow that hands commands to their cases: batch by batch, whatever dies, and each case once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import Worker

from activities.bulk import BulkActivities
from domain.bulk import (
    BATCH,
    BULK_WORKFLOW,
    Batch,
    BulkPart,
    BulkProgress,
    Outcomes,
    bulk_command_id,
    bulk_queue,
    part_workflow_id,
)
from domain.ids import WAKES_ID, case_stream
from tests.activities.builders import ADMIN
from tests.many_cases import open_many
from tests.workflows.lab import Lab
from workflows.options import TASK_TIMEOUT

ADVISER = "adviser.meinir"


@pytest.fixture
async def bulk_worker(lab: Lab) -> AsyncIterator[Worker]:
    async with bulk_worker_of(lab) as worker:
        yield worker


def bulk_worker_of(lab: Lab) -> Worker:
    return Worker(
        lab.client,
        task_queue=bulk_queue(lab.queue),
        activities=BulkActivities(
            lab.client, lab.office.handler, task_timeout=TASK_TIMEOUT, task_queue=lab.queue
        ).all(),
        graceful_shutdown_timeout=timedelta(seconds=0),
    )


def pauses(lab: Lab, references: tuple[str, ...], bulk: str = "storm", person: str = ADVISER) -> BulkPart:
    """A signed pause for each case."""
    review_on = (lab.office.now + timedelta(days=10)).date().isoformat()
    commands = tuple(
        lab.office.sign(
            person,
            "pause",
            {"reason_code": "weather", "review_on": review_on},
            stream=case_stream(reference),
            key=bulk_command_id(bulk, reference) + lab.office.tag,
        )
        for reference in references
    )
    return BulkPart(bulk=bulk, commands=commands)


async def start(lab: Lab, part: BulkPart) -> WorkflowHandle[Any, Outcomes]:
    id = part_workflow_id(part)
    lab.watch(id, *(c.stream for c in part.commands if c.stream.startswith("case/")))
    return await lab.client.start_workflow(
        BULK_WORKFLOW, part, id=id, task_queue=lab.queue, task_timeout=TASK_TIMEOUT, result_type=Outcomes
    )


def paused(lab: Lab, reference: str) -> int:
    return lab.office.types(case_stream(reference)).count("CasePaused")


async def test_every_command_reaches_its_case_batch_by_batch(lab: Lab, bulk_worker: Worker) -> None:
    references = open_many(lab.office, BATCH + 5)
    part = pauses(lab, references)
    handle = await start(lab, part)
    outcomes = (await handle.result()).outcomes
    assert [outcome.command_id for outcome in outcomes] == [command.command_id for command in part.commands]
    assert {outcome.kind for outcome in outcomes} == {"done"}
    assert [paused(lab, reference) for reference in references] == [1] * len(references)
    progress = await handle.query("progress", result_type=BulkProgress)
    assert progress == BulkProgress(total=BATCH + 5, answered=BATCH + 5)
    events = [event.event_type async for event in handle.fetch_history_events()]
    assert events.count(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED) == 2
    lab.office.check()


async def test_what_a_rule_refuses_is_an_outcome_and_stops_nothing(lab: Lab, bulk_worker: Worker) -> None:
    ours, theirs = open_many(lab.office, 6), "sip.tomos"
    outcomes = (await (await start(lab, pauses(lab, ours, person=theirs))).result()).outcomes
    assert {(outcome.kind, outcome.code) for outcome in outcomes} == {("refused", "R-POST")}
    forged = pauses(lab, ours, "forged")
    liar = forged.model_copy(
        update={"commands": tuple(c.model_copy(update={"person": "head.6990001"}) for c in forged.commands)}
    )
    outcomes = (await (await start(lab, liar)).result()).outcomes
    assert {(outcome.kind, outcome.code) for outcome in outcomes} == {("refused", "R-SIGNATURE")}
    assert all(paused(lab, reference) == 0 for reference in ours)


async def test_a_batch_whose_worker_went_away_is_handed_on_by_the_next_and_no_case_takes_it_twice(
    lab: Lab,
) -> None:
    references = open_many(lab.office, 30)
    handle = await start(lab, pauses(lab, references))
    async with bulk_worker_of(lab):
        while not any(paused(lab, reference) for reference in references):
            await asyncio.sleep(0.01)
    before = sum(paused(lab, reference) for reference in references)
    assert before > 0
    async with bulk_worker_of(lab):
        outcomes = (await handle.result()).outcomes
    assert [outcome.kind for outcome in outcomes] == ["done"] * len(references)
    assert [paused(lab, reference) for reference in references] == [1] * len(references)
    lab.office.check()


async def test_the_same_commands_again_are_answered_as_before(lab: Lab, bulk_worker: Worker) -> None:
    references = open_many(lab.office, 5)
    part = pauses(lab, references)
    first = await (await start(lab, part)).result()
    assert await (await start(lab, part)).result() == first
    assert [paused(lab, reference) for reference in references] == [1] * len(references)


async def test_another_workflow_cannot_have_a_batch_handed_on(lab: Lab) -> None:
    references = open_many(lab.office, 1)
    activities = BulkActivities(
        lab.client, lab.office.handler, task_timeout=TASK_TIMEOUT, task_queue=lab.queue
    )
    batch = Batch(commands=pauses(lab, references).commands)
    with pytest.raises(ApplicationError, match="not asked by its own workflow"):
        await ActivityEnvironment().run(activities.submit_batch, batch)
    assert paused(lab, references[0]) == 0


def entries(lab: Lab, bulk: str, *orders: tuple[str, str, dict[str, Any]]) -> BulkPart:
    """A signed entry for each stream, verb and body."""
    return BulkPart(
        bulk=bulk,
        commands=tuple(
            lab.office.sign(ADMIN, verb, body, stream=stream, key=f"{bulk}.{number}{lab.office.tag}")
            for number, (stream, verb, body) in enumerate(orders)
        ),
    )


async def test_entries_of_a_directory_go_to_the_log_without_a_workflow_of_their_own(
    lab: Lab, bulk_worker: Worker
) -> None:
    body = {"name": "Ysgol Newydd", "authority": "Cwm Enfys", "phase": "primary"}
    orders = [(f"school/{number}", "register", body) for number in range(6990900, 6990900 + BATCH + 3)]
    handle = await start(lab, entries(lab, "first", *orders))
    assert {(one.kind, one.same) for one in (await handle.result()).outcomes} == {("done", False)}
    again = entries(lab, "again", *orders, ("school/6990999", "close", {"on": "2026-01-05"}))
    outcomes = (await (await start(lab, again)).result()).outcomes
    assert {(one.kind, one.same) for one in outcomes[:-1]} == {("done", True)}
    assert (outcomes[-1].kind, outcomes[-1].code) == ("refused", "R-SCHOOL")
    # Its run answers for what stands in the log.
    (event,) = lab.office.events("school/6990900")
    assert event.envelope.engine is not None
    assert event.envelope.engine.workflow == handle.id
    lab.office.check()


async def test_cases_that_an_entry_concerns_look_again_once_the_batch_is_through(
    lab: Lab, bulk_worker: Worker
) -> None:
    await lab.tell(before="consent")
    case = lab.office.stream
    closing = entries(lab, "closing", ("school/6990004", "close", {"on": "2026-01-05"}))
    lab.watch(WAKES_ID)
    assert [one.kind for one in (await (await start(lab, closing)).result()).outcomes] == ["done"]
    await lab.client.get_workflow_handle(WAKES_ID).result()
    looked = [one.record.stream for one in lab.office.commands() if one.record.verb == "recount"]
    assert looked == [case]
    lab.office.check()
