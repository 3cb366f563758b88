"""Temporal's own version, and the workers that take tasks: how many, of which version, under which key."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Final

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.health import ANSWER_WITHIN, LARGEST_SKEW, START_WORKER, Check
from activities.home_files import stack_runs
from activities.settings import Settings
from domain.ids import TASK_QUEUE, WorkerName, parse_worker_identity

OLDEST_SERVER: Final = (1, 28)
"""The first in which an update can start its workflow without being switched on."""

_LONGEST_POLL: Final = timedelta(seconds=90)
"""A poll lasts 60 seconds at most; whoever was not seen for longer is gone."""


async def check_server(client: Client) -> Check:
    """Whether Temporal's server can do what is asked of it."""
    try:
        answer = await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=ANSWER_WITHIN)
    except RPCError as error:
        what = f"Temporal's version cannot be asked for: {error.message}."
        return Check("server", False, what, "Ask who runs Temporal.", needed=False)
    return judge_server(answer.server_version)


def judge_server(words: str) -> Check:
    """Whether a server of that version will do; one that does not say is taken at its work."""
    numbers = [part for part in words.split(".")[:2] if part.isdecimal()]
    if len(numbers) == 2 and tuple(map(int, numbers)) < OLDEST_SERVER:
        oldest = ".".join(map(str, OLDEST_SERVER))
        what = f"Temporal's server {words} is older than {oldest}: commands to cases will fail."
        return Check("server", False, what, f"Ask who runs Temporal for {oldest} or later.")
    return Check("server", True, f"Temporal's server: {words or 'of a version it does not tell'}")


async def check_workers(client: Client, settings: Settings, payload_keys: frozenset[str]) -> list[Check]:
    """Whether anybody takes tasks, and whether they and this program understand each other."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        answer = await client.workflow_service.describe_task_queue(request, timeout=ANSWER_WITHIN)
    except RPCError as error:
        return [Check("worker", False, f"Workers cannot be listed: {error.message}.", START_WORKER)]
    now = datetime.now(UTC)
    seen = {poller.identity: poller.last_access_time.ToDatetime(UTC) for poller in answer.pollers}
    ahead = max((instant - now for instant in seen.values()), default=timedelta())
    if ahead > LARGEST_SKEW:
        what = f"This machine's clock is {ahead.total_seconds():.0f} s behind Temporal's."
        return [Check("worker", False, what, "Set the clock (NTP).")]
    alive = [identity for identity, instant in seen.items() if now - instant < _LONGEST_POLL]
    if stack_runs(settings) and not (settings.run_files / "worker.ready").exists():
        # Temporal remembers a dead worker for a while; its ready file is gone at once.
        alive = []
    if not alive:
        return [Check("worker", False, "No worker takes tasks; commands would wait.", START_WORKER)]
    named = [name for identity in alive if (name := parse_worker_identity(identity)) is not None]
    return [
        *judge_workers(named, version("brokerage"), payload_keys),
        Check("worker", True, f"Workers taking tasks: {len(alive)}"),
    ]


def judge_workers(
    workers: Iterable[WorkerName], own_version: str, payload_keys: frozenset[str]
) -> list[Check]:
    """What is wrong between this program and those workers; nothing where all is well."""
    found = []
    for worker in workers:
        who = f"The worker {worker.pid} on {worker.host}"
        if worker.version != own_version:
            what = f"{who} is of version {worker.version}, this program of {own_version}."
            fix = "Run the same version in both; restart the older worker."
            found.append(Check("worker-version", False, what, fix, needed=False))
        if payload_keys and worker.payload_key not in payload_keys:
            what = f"{who} encrypts under a payload key that this home does not have; it would not read us."
            fix = "Give both the same keys/payload.keys; the key in use stands first."
            found.append(Check("payload-key", False, what, fix))
    return found
