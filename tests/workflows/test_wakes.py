"""Cases that an event elsewhere concerns: each looks again, once, and nobody waits for it."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select

from activities.handle_command import CommandHandler
from activities.read_models.schema import wake
from activities.read_models.wakes import Wake, count_wakes, forget_wakes, read_wakes
from domain.ids import WAKES_ID, command_workflow_id, stream_key
from domain.messages import COMMAND_WORKFLOW, HandleCommand, HandledCommand, Receipt
from starter.sample.stories import STORIES
from tests.activities.builders import ADMIN, Office
from tests.workflows.lab import ANSWER, Lab


def put_wake(office: Office, position: int, stream: str | None = None) -> Wake:
    """A row as the transaction of an event elsewhere writes it."""
    one = Wake(stream_key(stream or office.stream), position)
    with office.log.transaction() as held:
        held.connection.execute(insert(wake), {"reference": one.reference, "position": one.position})
    return one


def left(office: Office) -> list[Wake]:
    with office.reading.connect() as connection:
        return read_wakes(connection, "", 100)


def looked(office: Office) -> list[str]:
    """The keys of commands by which cases looked again."""
    return [r.record.id for r in office.commands() if r.record.verb == "recount"]


async def until(met: Callable[[], bool]) -> None:
    for _ in range(500):
        if met():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come to that")


async def register(lab: Lab, person: str) -> Any:
    """A command to another stream; what it says does not matter here."""
    command = lab.office.sign(ADMIN, "register", {"name": "x", "email": "x"}, stream=f"person/{person}")
    id = command_workflow_id(command.command_id)
    lab.watch(id)
    lab.watch(WAKES_ID)
    return await lab.client.execute_workflow(
        COMMAND_WORKFLOW, command, id=id, task_queue=lab.queue, result_type=ANSWER
    )


async def wakes_ended(lab: Lab) -> int:
    handle = lab.client.get_workflow_handle(WAKES_ID, result_type=int)
    return await asyncio.wait_for(handle.result(), 20)


async def test_after_a_command_elsewhere_the_cases_that_it_concerns_look_again(lab: Lab) -> None:
    office = lab.office
    await lab.tell(before="consent")
    first = put_wake(office, 7)
    office.tell(STORIES[1], before="consent")
    without_run = office.stream
    second = put_wake(office, 8)
    assert isinstance(await register(lab, "new"), Receipt)
    assert await wakes_ended(lab) == 2
    assert left(office) == []
    assert sorted(looked(office)) == sorted(f"wake:{one.reference}:{one.position}" for one in (first, second))
    lab.watch(without_run)
    await lab.settled()
    office.check()


async def test_a_command_that_wakes_nobody_starts_nothing(lab: Lab) -> None:
    await register(lab, "new")
    described = [run async for run in lab.client.list_workflows(f"TaskQueue = '{lab.queue}'")]
    assert WAKES_ID not in [run.id for run in described]
    lab._started.discard(WAKES_ID)


class Dozing(CommandHandler):
    """A handler whose cases take a while to look again, or stumble over it a number of times."""

    def __init__(self, office: Office, stumbles: int = 0) -> None:
        super().__init__(
            office.log, office.vault, office.seed("system"), clock=office.clock, reading=office.reading
        )
        self.go_on = threading.Event()
        self.stumbles = stumbles

    def handle(self, request: HandleCommand) -> HandledCommand:
        """As ours, in its own time."""
        if request.command.verb == "recount":
            if self.stumbles:
                self.stumbles -= 1
                raise TypeError("a bug")
            assert self.go_on.wait(20)
        return super().handle(request)


async def test_who_gives_the_command_does_not_wait_for_those_it_wakes(lab: Lab) -> None:
    await lab.tell(before="consent")
    put_wake(lab.office, 7)
    dozing = Dozing(lab.office)
    await lab.replace_worker(dozing)
    assert isinstance(await register(lab, "new"), Receipt)
    assert looked(lab.office) == []
    dozing.go_on.set()
    assert await wakes_ended(lab) == 1
    assert len(looked(lab.office)) == 1


async def test_whoever_comes_while_others_are_woken_is_woken_too_and_by_one_run(lab: Lab) -> None:
    office = lab.office
    await lab.tell(before="consent")
    put_wake(office, 7)
    dozing = Dozing(office)
    await lab.replace_worker(dozing)
    await register(lab, "one")
    run = (await lab.client.get_workflow_handle(WAKES_ID).describe()).run_id
    office.tell(STORIES[1], before="consent")
    lab.watch(office.stream)
    put_wake(office, 9)
    await register(lab, "two")
    dozing.go_on.set()
    assert await wakes_ended(lab) == 2
    assert (await lab.client.get_workflow_handle(WAKES_ID).describe()).run_id == run
    assert left(office) == []
    assert len(looked(office)) == 2


async def test_a_case_that_stumbles_is_woken_again_and_looks_once(lab: Lab) -> None:
    await lab.tell(before="consent")
    put_wake(lab.office, 7)
    dozing = Dozing(lab.office, stumbles=1)
    dozing.go_on.set()
    await lab.replace_worker(dozing)
    await register(lab, "new")
    await wakes_ended(lab)
    assert (left(lab.office), len(looked(lab.office))) == ([], 1)


async def test_a_worker_that_stops_in_between_loses_nobody(lab: Lab) -> None:
    await lab.tell(before="consent")
    put_wake(lab.office, 7)
    dozing = Dozing(lab.office)
    await lab.replace_worker(dozing)
    await register(lab, "new")
    stopping = asyncio.create_task(lab.stop_worker())
    await asyncio.sleep(0.2)
    dozing.go_on.set()
    await stopping
    await lab.start_worker()
    await wakes_ended(lab)
    assert (left(lab.office), len(looked(lab.office))) == ([], 1)


def test_a_reason_that_came_later_is_not_forgotten_with_the_earlier(office: Office) -> None:
    put_wake(office, 9)
    with office.log.transaction() as held:
        forget_wakes(held.connection, [Wake(stream_key(office.stream), 7)])
        assert count_wakes(held.connection) == 1
        forget_wakes(held.connection, [Wake(stream_key(office.stream), 9)])
        assert held.connection.execute(select(wake)).all() == []
