"""Workers that die while they wake cases, or sweep: nobody is forgotten, and nobody looks twice."""

import asyncio
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import insert

from activities.event_log.engine import open_writer
from activities.read_models.schema import wake
from activities.read_models.wakes import count_wakes
from domain.ids import SYSTEM_PERSON, TASK_QUEUE, WAKES_ID, case_reference, case_stream
from domain.messages import NIGHTLY_WORKFLOW, Swept
from starter.connection import connect
from starter.home import profile_seed
from starter.reading import reading
from starter.sample.stories import STORIES
from starter.sending import Sender, accept, deliver
from tests.drills.parts import Parts, hold_keys_of_everybody
from tests.end_to_end.office import PROGRAMME, opening

AREAS: Final = ("literacy", "humanities", "mathematics-numeracy")
POSITION: Final = 7
KILLS: Final = {
    "while a case looks": ("before_commit", 2),
    "before its answer is known": ("before_completion", 2),
    "with everybody told and one page to forget": ("before_commit", 5),
    "at the end of a sweep": ("before_completion", 5),
}
"""When the first worker dies: the point, and how many times it passes it. The command elsewhere is the first to
pass those of a commit, the cases that look come next, and a page of them is forgotten last. A sweep begins
with the cases, then with their page, then ends itself."""


@dataclass
class Errand:
    """One drill as it went."""

    parts: Parts
    references: list[str] = field(default_factory=list)
    deaths: list[int] = field(default_factory=list)
    swept: Swept | None = None


async def _run(errand: Errand, kill_at: str, count: int, sweeps: bool) -> None:
    parts = errand.parts
    office = parts.office
    await parts.start_worker()
    client = await connect(office.settings, address=office.address)
    for area in AREAS:
        step = opening(STORIES[0], area)
        sender = Sender(
            settings=office.settings, person=step.person, seed=profile_seed(office.settings, step.person)
        )
        key = f"errand:{area}"
        errand.references.append(case_reference(PROGRAMME, key))
        command = sender.sign(
            stream=case_stream(errand.references[-1]),
            verb="open",
            body=office.body(step, errand.references[-1]),
            command_id=key,
        )
        accept(command, await deliver(client, command, 30, lambda: ""))
    await parts.stop_worker()
    writer = open_writer(office.settings.log_file)
    with writer.begin() as held:
        held.execute(insert(wake), [{"reference": one, "position": POSITION} for one in errand.references])
    writer.dispose()
    await parts.start_worker(kill_at, count)
    if sweeps:
        started = await client.start_workflow(NIGHTLY_WORKFLOW, id="drill", task_queue=TASK_QUEUE)
    else:
        admin = Sender(settings=office.settings, person="admin", seed=profile_seed(office.settings, "admin"))
        body = {"name": "Somebody New", "email": "new@enfys.example"}
        command = admin.sign(stream="person/new", verb="register", body=body, command_id="errand:new")
        sending = asyncio.create_task(deliver(client, command, 90, lambda: ""))
    errand.deaths.append(await parts.worker_died())
    await parts.start_worker()
    if sweeps:
        errand.swept = await client.get_workflow_handle("drill", result_type=Swept).result()
        assert started.id == "drill"
    else:
        accept(command, await sending)
        await client.get_workflow_handle(WAKES_ID).result()


@pytest.fixture(scope="module")
async def errands(
    registered_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Errand]]:
    async with AsyncExitStack() as stack:
        made: dict[str, Errand] = {}
        for number, name in enumerate(KILLS):
            home = tmp_path_factory.mktemp(f"errand-{number}") / "home"
            shutil.copytree(registered_home, home)
            hold_keys_of_everybody(home)
            made[name] = Errand(await stack.enter_async_context(Parts(home)))
        await asyncio.gather(
            *(_run(made[name], point, count, "sweep" in name) for name, (point, count) in KILLS.items())
        )
        yield made


@pytest.fixture(params=KILLS)
def errand(request: pytest.FixtureRequest, errands: dict[str, Errand]) -> Errand:
    return errands[request.param]


def test_the_worker_died_on_its_errand(errand: Errand) -> None:
    assert errand.deaths == [signal.SIGKILL]


def test_every_case_has_looked_again_once_and_is_off_the_list(errand: Errand) -> None:
    with reading(errand.parts.settings) as office:
        looked = Counter(r.record.id for r in office.log.commands() if r.record.verb == "recount")
        senders = {r.record.person for r in office.log.commands() if r.record.verb == "recount"}
        left = count_wakes(office.connection)
    assert looked == Counter({f"wake:{one}:{POSITION}": 1 for one in errand.references})
    assert (senders, left) == ({SYSTEM_PERSON}, 0)


def test_the_log_verifies(errand: Errand) -> None:
    assert errand.parts.office.cli("audit", "verify", "--json").json["findings"] == []


def test_a_sweep_that_was_cut_short_comes_to_its_end(errands: dict[str, Errand]) -> None:
    swept = errands["at the end of a sweep"].swept
    assert swept is not None
    assert (swept.woken, swept.silent, swept.unreached) == (3, 0, 0)
