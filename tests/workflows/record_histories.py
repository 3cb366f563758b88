"""`python -m tests.workflows.record_histories`: play scenes on real servers, and keep what Temporal kept of them.

It only adds: a scene whose histories are kept is not played again. Deadlines and waits of months are played on
the server that skips time, everything else on the real one.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import WorkflowFailureError, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from activities.logging_setup import configure_logging
from domain.ids import command_workflow_id
from domain.messages import COMMAND_WORKFLOW, Refused
from starter.sample.stories import STORIES
from tests.activities.builders import ADMIN, WHOLE, Office, founded_home, steps_of
from tests.golden.files import add_to_manifest, write_new
from tests.workflows.conftest import KEYS, binary
from tests.workflows.histories import path_of, scrubbed
from tests.workflows.lab import ANSWER, Lab
from tests.workflows.test_case import Troubled, away, persistently
from workflows.converter import data_converter
from workflows.options import ORPHAN_GRACE
from workflows.search_attributes import SEARCH_ATTRIBUTES

HEAD, BROKER, SIP = "head.6990004", "broker.dylan", "sip.carys"
SHORTER: Final = replace(WHOLE, steps=(*WHOLE.steps[:4], *WHOLE.steps[6:8], *WHOLE.steps[12:]))
"""The same without the offer that is declined and the text that is changed: a history is to stay small."""

Kept = dict[str, WorkflowHistory]
Scene = Callable[[Lab], Awaitable[Kept]]


async def whole_case(lab: Lab) -> Kept:
    """From draft to archive; then a command that comes too late, which a short new run refuses."""
    await lab.tell(SHORTER)
    await lab.case.result()
    whole = await lab.case.fetch_history()
    assert isinstance(await lab.give(HEAD, "withdraw", {"reason": "…"}), Refused)
    await lab.case.result()
    return {"whole-case": whole, "late-command": await lab.case.fetch_history()}


async def school_route(lab: Lab) -> Kept:
    """A case that the school begins."""
    await lab.tell(STORIES[1])
    return {"school-route": await lab.case.fetch_history()}


async def said_twice(lab: Lab) -> Kept:
    """The same update again, the same command with another expectation, and refused ones between."""
    await lab.tell(before="consent")
    await lab.give(BROKER, "consent")
    command = lab.office.sign(HEAD, "consent")
    for _ in range(2):
        await lab.send(command)
    await lab.send(command.model_copy(update={"expected_version": 9}))
    await lab.give(HEAD, "consent", expected_version=1)
    await asyncio.gather(*(lab.give(BROKER, "triage", {"tier": "light"}) for _ in range(3)))
    return {"said-twice-and-refused": await lab.case.fetch_history()}


async def log_away(lab: Lab) -> Kept:
    """The database stays away longer than a workflow task may wait; then a bug meets one command."""
    await lab.tell(before="consent")
    await lab.replace_worker(Troubled(lab.office, away(), 5))
    await lab.done(HEAD, "consent")
    await lab.replace_worker(Troubled(lab.office, TypeError("a bug"), 1))
    with suppress(WorkflowUpdateFailedError):
        await lab.give(BROKER, "triage", {"tier": "light"})
    await lab.done(BROKER, "triage", {"tier": "light"})
    return {"log-away-and-a-bug": await lab.case.fetch_history()}


async def temporal_lost(lab: Lab) -> Kept:
    """The log was written under another server, long ago: what is overdue passes at once."""
    now = lab.office.now
    lab.office.now = now - timedelta(days=60)
    lab.office.tell(before="consent")
    lab.office.now = now
    await lab.give(BROKER, "consent")
    await lab.settled()
    return {"temporal-lost-and-overdue": await lab.case.fetch_history()}


async def other_streams(lab: Lab) -> Kept:
    """A command to a person: done, refused, and one that belongs elsewhere."""
    body = {"name": "Somebody New", "email": "new@enfys.example"}
    kept: Kept = {}
    for name, person, stream in (
        ("command-done", ADMIN, "person/new"),
        ("command-refused", HEAD, "person/newer"),
        ("command-to-a-case", ADMIN, lab.office.stream),
    ):
        command = lab.office.sign(person, "register", body, stream=stream)
        handle = await lab.client.start_workflow(
            COMMAND_WORKFLOW,
            command,
            id=command_workflow_id(command.command_id),
            task_queue=lab.queue,
            result_type=ANSWER,
        )
        with suppress(WorkflowFailureError):
            await handle.result()
        kept[name] = await handle.fetch_history()
    return kept


async def continued_as_new(lab: Lab) -> Kept:
    """A server that has a run continue as new after a few events; commands come one by one, then at once."""
    await lab.today()
    lab.office.speak_of(WHOLE)
    runs: list[str] = []
    for step in steps_of(WHOLE, lab.office.now.date()):
        command = lab.office.sign(step.person, step.verb, lab.office.body_of(step))
        await persistently(lab, command)
        runs.append(await lab.run_id())
    first, second, *_, last = dict.fromkeys(runs)
    wanted = {"continued-first": first, "continued-second": second, "continued-last": last}
    return {
        name: await lab.client.get_workflow_handle(lab.office.stream, run_id=run).fetch_history()
        for name, run in wanted.items()
    }


async def deadline_fired(lab: Lab) -> Kept:
    """An offer expires, and then the broker is late; another offer is made, and expires too."""
    await lab.tell(before="decline-offer")
    for _ in range(2):
        await _let_pass(lab)
    await lab.done(BROKER, "offer", {"provider": "6990103", "reason": "…"})
    await _let_pass(lab)
    return {"deadlines-fired": await lab.case.fetch_history()}


async def paused(lab: Lab) -> Kept:
    """Paused and resumed: deadlines stop, the timer wakes and finds nothing due, and goes on."""
    await lab.tell(before="triage")
    review = (await lab.today()) + timedelta(days=20)
    await lab.done(BROKER, "pause", {"reason_code": "inspection", "review_on": review.isoformat()})
    await lab.sleep_until(await lab.now() + timedelta(days=10))
    await lab.done(BROKER, "resume")
    await _let_pass(lab)
    return {"paused-and-resumed": await lab.case.fetch_history()}


async def never_opened(lab: Lab) -> Kept:
    """The opening command is refused, and no other comes."""
    answer = await lab.give(HEAD, "consent", {"request_version": 1})
    assert isinstance(answer, Refused)
    await lab.sleep_until(await lab.now() + ORPHAN_GRACE * 2)
    await lab.case.result()
    return {"never-opened": await lab.case.fetch_history()}


async def _let_pass(lab: Lab) -> None:
    status = await lab.status()
    assert status.next_deadline is not None
    size = lab.office.size()
    await lab.sleep_until(status.next_deadline + timedelta(seconds=1))
    while lab.office.size() == size:
        await asyncio.sleep(0.02)
    await lab.settled()


ON_THE_REAL_SERVER: Final[dict[Scene, tuple[str, ...]]] = {
    whole_case: ("whole-case", "late-command"),
    school_route: ("school-route",),
    said_twice: ("said-twice-and-refused",),
    log_away: ("log-away-and-a-bug",),
    temporal_lost: ("temporal-lost-and-overdue",),
    other_streams: ("command-done", "command-refused", "command-to-a-case"),
}
WITH_SHORT_RUNS: Final[dict[Scene, tuple[str, ...]]] = {
    continued_as_new: ("continued-first", "continued-second", "continued-last")
}
WITH_TIME_SKIPPED: Final[dict[Scene, tuple[str, ...]]] = {
    deadline_fired: ("deadlines-fired",),
    paused: ("paused-and-resumed",),
    never_opened: ("never-opened",),
}
NAMES: Final = sorted(
    name
    for scenes in (ON_THE_REAL_SERVER, WITH_SHORT_RUNS, WITH_TIME_SKIPPED)
    for own in scenes.values()
    for name in own
)


async def real_server(*more: str) -> WorkflowEnvironment:
    """The dev server, with our search attributes."""
    return await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary("temporal"),
        dev_server_log_level="error",
        data_converter=data_converter(KEYS),
        search_attributes=list(SEARCH_ATTRIBUTES),
        dev_server_extra_args=more,
    )


async def skipping_server() -> WorkflowEnvironment:
    """The server on which months pass in a moment."""
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=binary("temporal-test-server"), data_converter=data_converter(KEYS)
    )
    types = {key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in SEARCH_ATTRIBUTES}
    await environment.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=environment.client.namespace, search_attributes=types)
    )
    return environment


async def play(
    scenes: dict[Scene, tuple[str, ...]], server: Callable[[], Awaitable[WorkflowEnvironment]], home: Path
) -> None:
    """Play the scenes that are not kept yet, each in an office of its own, and keep them."""
    scenes = {
        scene: names for scene, names in scenes.items() if not all(path_of(name).exists() for name in names)
    }
    if not scenes:
        return
    async with await server() as environment:
        for scene, names in scenes.items():
            own = home.parent / names[0]
            shutil.copytree(home, own)
            office = Office(own)
            async with Lab(environment, office) as lab:
                histories = await scene(lab)
            office.check()
            office.close()
            for name, history in histories.items():
                if not path_of(name).exists():
                    write_new(path_of(name), await scrubbed(history))


async def record() -> int:
    """Keep what is not kept yet; how many files are new in the manifest."""
    configure_logging("console", "error")
    with tempfile.TemporaryDirectory() as folder:
        home = founded_home(Path(folder) / "home")
        await play(ON_THE_REAL_SERVER, real_server, home)
        few = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=25")
        await play(WITH_SHORT_RUNS, lambda: real_server(*few), home)
        await play(WITH_TIME_SKIPPED, skipping_server, home)
    return add_to_manifest()


if __name__ == "__main__":
    print(f"✓ {asyncio.run(record())} new golden histories.")
    sys.exit(0)
