"""One command against a bare Temporal update, in turn, on the same server and the same worker.

Prints the median of each, their ratio and the goal. `make bench`, or `python -m bench.command [PAIRS]`.
The floor is an update whose workflow calls an empty local activity: what Temporal itself costs. Cases are
as long as real ones: each takes a few commands, then the next case goes on.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from temporalio import activity, workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.event_log.append import EventLog
from activities.event_log.engine import open_reader, open_writer
from activities.event_log.migrations import migrate
from activities.founding import found
from activities.handle_command import CommandHandler
from activities.home_files import read_key
from activities.logging_setup import configure_logging
from activities.settings import NAMESPACE, Settings
from activities.signing import public_key_text, sign_command
from activities.temporal import CaseActivities
from activities.vault import Vault, open_vault
from domain.ids import TASK_QUEUE, case_reference, case_stream
from domain.messages import (
    CASE_WORKFLOW,
    SUBMIT_UPDATE,
    Answer,
    CaseInput,
    Command,
    HandleCommand,
    Receipt,
    update_id,
)
from domain.programmes import parse_programme
from starter.home import create_home, profile_seed
from starter.stack.temporal_server import find_binary
from workflows.converter import PayloadKeys, data_converter
from workflows.registry import WORKFLOWS
from workflows.search_attributes import SEARCH_ATTRIBUTES

GOAL: Final = 1.35
_PER_CASE: Final = 20
"""Commands to one case: with its intake it then has some sixty events, as a real one has at its end."""
_WARM_UP: Final = 10
_SCHOOL, _SIP, _HEAD, _BROKER = "6990004", "sip.bench", "head.bench", "broker.bench"
_ANSWER: Any = Answer


@activity.defn(name="nothing")
def nothing(command: Command) -> str:
    """The floor's activity: takes what a command takes, does nothing."""
    return command.command_id


@workflow.defn(name="Bare")
class Bare:
    """A workflow that takes the same updates and keeps no log."""

    @workflow.run
    async def run(self, case: CaseInput) -> None:  # noqa: ARG002 – the input that a case has, for a fair floor
        """Wait for ever; the server is thrown away."""
        await workflow.wait_condition(lambda: False)

    @workflow.update(name=SUBMIT_UPDATE)
    async def submit(self, command: Command) -> str:
        """One update, one local activity."""
        return await workflow.execute_local_activity(
            nothing, command, start_to_close_timeout=timedelta(seconds=4)
        )


class Office:
    """A home with a case in every area, waiting for triage, to be paused and resumed."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(home=folder / "home")
        create_home(self.settings, "admin", "real")
        engine = open_writer(self.settings.log_file)
        migrate(engine)
        vault = Vault(
            open_vault(self.settings.vault_file),
            read_key(self.settings.vault_key_file),
            lambda: datetime.now(UTC),
        )
        self.handler = CommandHandler(
            EventLog(engine, "real"),
            vault,
            read_key(self.settings.worker_key_file),
            reading=open_reader(self.settings.log_file),
        )
        found(self.handler, self.settings)
        self._enter_people()
        eas = files("domain.programmes").joinpath("eas.toml").read_text()
        self.programme = parse_programme(eas, "eas.toml")
        self.references = [self._open_case(area.code) for area in self.programme.areas]

    def command(self, person: str, stream: str, verb: str, body: dict[str, Any], key: str) -> Command:
        """A signed command; everybody here signs with the one key of the home."""
        seed = profile_seed(self.settings, "admin")
        return sign_command(seed=seed, command_id=key, stream=stream, verb=verb, body=body, person=person)

    def _enter_people(self) -> None:
        key = public_key_text(profile_seed(self.settings, "admin"))
        school = {"name": "Ysgol y Fainc", "authority": "Bench", "phase": "primary"}
        self._give("admin", f"school/{_SCHOOL}", "register", school)
        for person, post, place in (
            (_SIP, "sip", _SCHOOL),
            (_HEAD, "head", _SCHOOL),
            (_BROKER, "broker", None),
        ):
            identity = {"name": person, "email": f"{person}@bench.example", "public_key": key}
            self._give("admin", f"person/{person}", "register", identity)
            held = {"post": post, "school": place, "since": today().isoformat()}
            self._give("admin", f"person/{person}", "assign-post", held)

    def _open_case(self, area: str) -> str:
        reference = case_reference("EAS", f"bench:{area}")
        stream = case_stream(reference)
        self._give(_SIP, stream, "open", _request(area))
        self._give(_SIP, stream, "submit", {})
        self._give(_HEAD, stream, "consent", {})
        return reference

    def _give(self, person: str, stream: str, verb: str, body: dict[str, Any]) -> None:
        command = self.command(person, stream, verb, body, f"bench:{stream}:{verb}")
        request = HandleCommand(command=command, now=datetime.now(UTC), workflow="bench", run="")
        answer = self.handler.handle(request).answer
        if not isinstance(answer, Receipt):
            raise SystemExit(f"{verb}: {answer.message}")


def _request(area: str) -> dict[str, Any]:
    return {
        "programme": "EAS",
        "route": "sip",
        "recipient": _SCHOOL,
        "area": area,
        "phase": "primary",
        "support_language": "either",
        "need": "To be measured.",
        "desired_start": (today() + timedelta(days=30)).isoformat(),
    }


def today() -> date:
    """The day where the programme that is measured counts its days."""
    return datetime.now(ZoneInfo("Europe/London")).date()


async def measure(pairs: int) -> float:
    """Run the pairs and print; returns the ratio of the medians. 200 pairs are the most."""
    configure_logging("json", "warning")
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        keys = PayloadKeys.parse(office.settings.payload_keys_file.read_text())
        async with await WorkflowEnvironment.start_local(
            namespace=NAMESPACE,
            data_converter=data_converter(keys),
            dev_server_existing_path=str(find_binary()),
            dev_server_log_level="error",
            search_attributes=list(SEARCH_ATTRIBUTES),
            dev_server_extra_args=["--db-filename", str(Path(folder) / "temporal.db")],
        ) as server:
            with ThreadPoolExecutor(8) as threads:
                worker = Worker(
                    server.client,
                    task_queue=TASK_QUEUE,
                    workflows=[*WORKFLOWS, Bare],
                    activities=[*CaseActivities(office.handler).all(), nothing],
                    activity_executor=threads,
                    workflow_runner=UnsandboxedWorkflowRunner(),
                )
                async with worker:
                    return await _measure(server.client, office, pairs)


async def _measure(client: Client, office: Office, pairs: int) -> float:
    review_on = (today() + timedelta(days=14)).isoformat()

    def next_command(number: int) -> Command:
        reference = office.references[(number + _WARM_UP) // _PER_CASE]
        verb, body = (
            ("resume", {}) if number % 2 else ("pause", {"reason_code": "other", "review_on": review_on})
        )
        return office.command(_BROKER, case_stream(reference), verb, body, f"bench:{number}")

    async def bare(number: int) -> None:
        await _update(client, "Bare", "bare", next_command(number), str)

    async def ours(number: int) -> None:
        command = next_command(number)
        answer = await _update(client, CASE_WORKFLOW, command.stream, command, _ANSWER)
        if not isinstance(answer, Receipt):
            raise SystemExit(f"refused: {answer.message}")

    for number in range(-_WARM_UP, 0):
        await bare(number)
        await ours(number)
    floor, command = [], []
    for number in range(pairs):
        floor.append(await _timed(bare, number))
        command.append(await _timed(ours, number))
    ratio = statistics.median(command) / statistics.median(floor)
    sys.stdout.write(
        f"bare update  p50 {statistics.median(floor) * 1000:6.1f} ms\n"
        f"one command  p50 {statistics.median(command) * 1000:6.1f} ms\n"
        f"ratio        {ratio:.2f}   goal ≤ {GOAL}   ({pairs} pairs, in turn)\n"
    )
    return ratio


async def _update(client: Client, workflow_type: str, workflow_id: str, command: Command, result: Any) -> Any:
    start: Any = WithStartWorkflowOperation(
        workflow_type,
        CaseInput(reference=command.stream.partition("/")[2]),
        id=workflow_id,
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    return await client.execute_update_with_start_workflow(
        SUBMIT_UPDATE, command, start_workflow_operation=start, id=update_id(command), result_type=result
    )


async def _timed(call: Callable[[int], Awaitable[None]], number: int) -> float:
    begin = time.perf_counter()
    await call(number)
    return time.perf_counter() - begin


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
