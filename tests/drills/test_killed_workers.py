"""A worker is killed at each named point, at every command of a whole case; nothing is lost, nothing doubled.

Three drills run side by side, one for each point, each with a server and a log of its own. A worker dies
(SIGKILL) when it passes the point; the next one finds the command unanswered, answers it, and dies at
the next command.
"""

import asyncio
import shlex
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from unittest import mock

import pytest

from activities.kill_points import KILL_POINTS
from domain.ids import case_reference, case_stream
from domain.messages import Receipt
from starter.connection import connect
from starter.home import profile_seed
from starter.sample.stories import STORIES
from starter.sample.story import Step
from starter.sending import Sender, accept, deliver
from tests.drills.parts import Parts, hold_keys_of_everybody
from tests.end_to_end.office import PROGRAMME, Done, opening, words_of
from tests.telling import at_once

STORY: Final = STORIES[1]
STEPS: Final = (opening(STORY), *at_once(STORY))
POINTS: Final = tuple(point for point in KILL_POINTS if point != "after_sending")
"""Those that every command passes; where mail was just sent, see test_mail.py."""
TYPED: Final = "scope"
"""The one command of each drill that a process gives, with nobody there to answer it."""


@dataclass
class Drill:
    """One drill as it went."""

    parts: Parts
    reference: str = field(default=case_reference(PROGRAMME, STORY.request))
    receipts: list[Receipt] = field(default_factory=list)
    deaths: list[int] = field(default_factory=list)
    """How many workers died at each command."""
    typed: list[Done] = field(default_factory=list)
    """The same line typed three times: unanswered, then with a worker, then once more."""
    events_when_unanswered: int = 0
    events_after: int = 0


@pytest.fixture(scope="module")
async def drills(
    registered_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Drill]]:
    async with AsyncExitStack() as stack:
        made: dict[str, Drill] = {}
        for point in POINTS:
            home = tmp_path_factory.mktemp(point) / "home"
            shutil.copytree(registered_home, home)
            hold_keys_of_everybody(home)
            made[point] = Drill(await stack.enter_async_context(Parts(home)))
        # A second instead of three: how long Temporal waits before it gives a dead worker's task to the next.
        with mock.patch("starter.sending.TASK_TIMEOUT", timedelta(seconds=1)):
            await asyncio.gather(*(_run(drill, point) for point, drill in made.items()))
        yield made


@pytest.fixture(params=POINTS)
def drill(request: pytest.FixtureRequest, drills: dict[str, Drill]) -> Drill:
    return drills[request.param]


async def _run(drill: Drill, point: str) -> None:
    await drill.parts.start_worker(point)
    for place, step in enumerate(STEPS):
        drill.deaths.append(0)
        if step.verb == TYPED:
            await _type(drill, point, step)
        else:
            await _give(drill, point, place, step)


async def _give(drill: Drill, point: str, place: int, step: Step) -> None:
    office = drill.parts.office
    client = await connect(office.settings, address=office.address)
    sender = Sender(
        settings=office.settings, person=step.person, seed=profile_seed(office.settings, step.person)
    )
    command = sender.sign(
        stream=case_stream(drill.reference),
        verb=step.verb,
        body=office.body(step, drill.reference),
        command_id=f"drill:{place}" if place else STORY.request,
    )
    answer = asyncio.create_task(deliver(client, command, 60, lambda: ""))
    while not answer.done():
        death = asyncio.create_task(drill.parts.worker_died())
        await asyncio.wait({answer, death}, return_when=asyncio.FIRST_COMPLETED)
        if death.done():
            await _bury(drill, death.result())
            # It passes the point once for this command, and dies at the next.
            await drill.parts.start_worker(point, 2)
        else:
            death.cancel()
    drill.receipts.append(accept(command, answer.result()))


async def _type(drill: Drill, point: str, step: Step) -> None:
    parts, reference = drill.parts, drill.reference
    typed = words_of(step, reference)
    unanswered = asyncio.create_task(
        asyncio.to_thread(parts.office.cli, *typed, "--timeout", "4", **parts.environment)
    )
    await _bury(drill, await parts.worker_died())
    drill.typed.append(await unanswered)
    drill.events_when_unanswered = len(parts.office.events(reference))
    again = shlex.split(drill.typed[0].next_lines[0])[1:]
    # Another worker, which this command passes once or, if the repeated line reaches it, twice.
    await parts.start_worker()
    for _ in range(2):
        drill.typed.append(await asyncio.to_thread(parts.office.cli, *again, **parts.environment))
    drill.events_after = len(parts.office.events(reference))
    await parts.stop_worker()
    await parts.start_worker(point)


async def _bury(drill: Drill, killed_by: int) -> None:
    assert killed_by == signal.SIGKILL
    drill.deaths[-1] += 1


def test_a_worker_died_at_every_command(drill: Drill) -> None:
    assert len(drill.deaths) == len(STEPS)
    assert min(drill.deaths) >= 1


def test_no_event_is_lost_or_doubled(drill: Drill) -> None:
    events = drill.parts.office.events(drill.reference)
    by_command = {(receipt.command_id, name) for receipt in drill.receipts for name in receipt.events}
    given = [
        (event.envelope.command, event.envelope.type)
        for event in events
        if event.envelope.command in {receipt.command_id for receipt in drill.receipts}
    ]
    assert [name for receipt in drill.receipts for name in receipt.events] == [name for _, name in given]
    assert by_command == set(given)
    assert [event.envelope.version for event in events] == list(range(1, len(events) + 1))


def test_the_case_comes_to_its_end(drill: Drill) -> None:
    assert drill.receipts[-1].status is not None
    assert drill.receipts[-1].status.stage == STORY.ends


def test_every_point_leaves_the_same_history(drills: dict[str, Drill]) -> None:
    histories = {
        tuple(event.envelope.type for event in drill.parts.office.events(drill.reference))
        for drill in drills.values()
    }
    assert len(histories) == 1


def test_the_log_verifies_and_the_lists_equal_it(drill: Drill) -> None:
    verified = drill.parts.office.cli("audit", "verify", "--json").json
    assert verified["findings"] == []


def test_an_unanswered_line_typed_again_is_done_once_and_then_already_done(drill: Drill) -> None:
    unanswered, second, third = drill.typed
    assert unanswered.code == 9
    assert "U-TIMEOUT" in unanswered.err
    assert "… still waiting for a worker to answer" in unanswered.err
    assert second.well().line == third.well().line
    assert "--key" in second.line
    assert third.out.startswith(f"✓ Already done: {drill.reference}")
    types = [event.envelope.type for event in drill.parts.office.events(drill.reference)]
    assert types.count("NeedScoped") == 1


def test_what_was_committed_before_the_kill_is_already_done_at_the_second_line(
    drills: dict[str, Drill],
) -> None:
    for point, drill in drills.items():
        committed = point != "before_commit"
        assert (drill.events_when_unanswered == drill.events_after) == committed
        assert drill.typed[1].out.startswith("✓ Already done") or not committed
