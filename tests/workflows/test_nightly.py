"""The nightly sweep on the real server: who ought to be at work is, and nobody is silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    ScheduleDescription,
    StartWorkflowInput,
    WorkflowHandle,
)
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from activities.business_clock import offset_file
from activities.read_models.schema import outbox, wait_row
from activities.schedule import CATCH_UP, ensure_schedule
from domain.canonical import instant_text
from domain.ids import NIGHTLY_ID, SCHEDULE_ID, stream_key
from domain.messages import CASE_WORKFLOW, NIGHTLY_WORKFLOW, Swept
from starter.sample.stories import STORIES
from tests.activities.builders import Office
from tests.workflows.lab import Lab
from tests.workflows.test_time import due, eventually
from tests.workflows.test_wakes import left, looked, put_wake


async def sweep(lab: Lab) -> Swept:
    id = f"{NIGHTLY_ID}{lab.office.tag}"
    lab.watch(id)
    swept: Swept = await lab.client.execute_workflow(
        NIGHTLY_WORKFLOW, id=id, task_queue=lab.queue, result_type=Swept
    )
    return swept


def put_notice(office: Office, at: datetime, number: int = 1) -> None:
    """A row of the outbox, as of an event of that time."""
    row = {"event_id": f"event-{number}", "place": 0, "reference": stream_key(office.stream)}
    row |= {"template": "reminder", "party": "recipient_head", "occurred_at": instant_text(at), "position": 1}
    with office.log.transaction() as held:
        held.connection.execute(delete(outbox))
        held.connection.execute(insert(outbox), row)


async def test_where_all_is_well_nobody_is_disturbed(lab: Lab) -> None:
    await lab.tell(before="consent")
    run, before = await lab.run_id(), await lab.history()
    assert await sweep(lab) == Swept()
    assert (await lab.run_id(), await lab.history()) == (run, before)


async def test_a_case_whose_run_was_lost_gets_one(lab: Lab) -> None:
    lab.office.tell(before="consent")
    lab.watch(lab.office.stream)
    swept = await sweep(lab)
    assert (swept.lost, swept.nudged, swept.unreached) == (1, 1, 0)
    await lab.settled()
    assert (await sweep(lab)).lost == 0


class Busy(Interceptor, OutboundInterceptor):
    """A server that is too busy for the first run it is asked for."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        self.next = next
        return self

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        if input.workflow == CASE_WORKFLOW and not self.refused:
            self.refused.append(input.id)
            raise RPCError("busy", RPCStatusCode.RESOURCE_EXHAUSTED, b"")
        return await super().start_workflow(input)


async def test_a_case_for_which_the_server_was_too_busy_is_reached_in_the_same_sweep(
    server: WorkflowEnvironment, office: Office
) -> None:
    busy = Busy()
    client = Client(**server.client.config() | {"interceptors": [busy]})
    async with Lab(server, office, client) as lab:
        for story in STORIES[:2]:
            lab.office.tell(story, before=story.steps[1].verb)
            lab.watch(lab.office.stream)
        swept = await sweep(lab)
        assert len(busy.refused) == 1
        assert (swept.lost, swept.nudged, swept.unreached) == (2, 2, 0)
        assert (await sweep(lab)).lost == 0


async def test_a_case_that_has_ended_needs_no_run(lab: Lab) -> None:
    lab.office.tell()
    assert (await sweep(lab)).nudged == 0


async def test_a_case_that_let_its_time_pass_looks_at_the_clock(
    server: WorkflowEnvironment, demo_office: Office
) -> None:
    """The clock was moved and nobody told the run: as after a timer that was lost."""
    async with Lab(server, demo_office) as lab:
        await lab.tell(before="consent")
        late = (await due(lab)) - await lab.now() + timedelta(minutes=11)
        offset_file(demo_office.settings).write_text(str(int(late.total_seconds())))
        swept = await sweep(lab)
        assert (swept.late, swept.lost, swept.nudged) == (1, 0, 1)
        await eventually(lab, "DeadlinePassed")


async def test_what_has_not_been_told_for_an_hour_is_tried_again(lab: Lab) -> None:
    await lab.tell(before="consent")
    before = await lab.history()
    put_notice(lab.office, datetime.now(UTC) - timedelta(minutes=50))
    assert (await sweep(lab)).unsent == 0
    put_notice(lab.office, datetime.now(UTC) - timedelta(minutes=70))
    swept = await sweep(lab)
    assert (swept.unsent, swept.nudged) == (1, 1)
    grown = await lab.history() - before
    assert grown["WORKFLOW_EXECUTION_SIGNALED"] == 1


async def test_whom_nobody_has_woken_is_woken(lab: Lab) -> None:
    await lab.tell(before="consent")
    put_wake(lab.office, 7)
    assert (await sweep(lab)).woken == 1
    assert (left(lab.office), len(looked(lab.office))) == ([], 1)


async def test_an_open_case_of_which_nothing_is_awaited_is_named(lab: Lab) -> None:
    await lab.tell(before="consent")
    reference = stream_key(lab.office.stream)
    assert (await sweep(lab)).silent == 0
    with lab.office.log.transaction() as held:
        held.connection.execute(delete(wait_row).where(wait_row.c.reference == reference))
    swept = await sweep(lab)
    assert (swept.silent, swept.silent_cases) == (1, (reference,))


async def test_a_paused_case_is_not_silent(lab: Lab) -> None:
    await lab.tell(before="triage")
    review = (await lab.today()) + timedelta(days=20)
    await lab.done("broker.dylan", "pause", {"reason_code": "inspection", "review_on": review.isoformat()})
    assert await sweep(lab) == Swept()


async def test_all_kinds_of_trouble_in_one_night(lab: Lab) -> None:
    for number, story in enumerate(STORIES[:3]):
        lab.office.tell(story, before="triage")
        put_wake(lab.office, 10 + number)
        lab.watch(lab.office.stream)
    swept = await sweep(lab)
    assert (swept.woken, swept.silent, swept.unreached) == (3, 0, 0)
    assert swept.lost == 0, "who was woken has a run by then"
    assert left(lab.office) == []


# The schedule


@pytest.fixture
async def unscheduled(server: WorkflowEnvironment) -> AsyncIterator[Client]:
    yield server.client
    try:
        await server.client.get_schedule_handle(SCHEDULE_ID).delete()
    except RPCError as error:
        pytest.fail(f"no schedule was made: {error.message}")


async def described(client: Client) -> ScheduleDescription:
    return await client.get_schedule_handle(SCHEDULE_ID).describe()


async def test_workers_that_start_at_once_make_one_schedule(unscheduled: Client) -> None:
    await asyncio.gather(*(ensure_schedule(unscheduled, "q", time(2, 30), "Europe/London") for _ in range(5)))
    found = await described(unscheduled)
    upcoming = found.info.next_action_times
    assert [(at - upcoming[0]).days for at in upcoming[:3]] == [0, 1, 2]
    assert found.schedule.spec.time_zone_name == "Europe/London"
    assert found.schedule.policy.catchup_window == CATCH_UP


async def test_a_new_time_of_day_takes_the_place_of_the_old_and_a_pause_stays(unscheduled: Client) -> None:
    await ensure_schedule(unscheduled, "q", time(2, 30), "Europe/London")
    await unscheduled.get_schedule_handle(SCHEDULE_ID).pause(note="works on the server")
    await ensure_schedule(unscheduled, "q", time(1, 15), "Asia/Manila")
    found = await described(unscheduled)
    assert found.schedule.state.paused
    assert found.schedule.state.note == "works on the server"
    upcoming = found.info.next_action_times[0].astimezone(UTC)
    assert (upcoming.hour, upcoming.minute) == (17, 15), "01:15 in Manila"


async def test_what_the_schedule_starts_is_the_sweep(lab: Lab, unscheduled: Client) -> None:
    lab.office.tell(before="consent")
    lab.watch(lab.office.stream)
    await ensure_schedule(unscheduled, lab.queue, time(2, 30), "Europe/London")
    await unscheduled.get_schedule_handle(SCHEDULE_ID).trigger()
    for _ in range(250):
        with suppress(RPCError):
            if await lab.status() == lab.office.load():
                return
        await asyncio.sleep(0.02)
    pytest.fail("nobody swept")
