"""What a worker needs, looked at piece by piece: each finding says what was found and what would mend it."""

import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from activities.home_files import HomeFileError, read_clock, read_key, read_private, stack_runs
from activities.places import PlaceError, log_place
from activities.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from temporalio.client import Client
    from temporalio.common import SearchAttributeKey

_LARGEST_SKEW: Final = timedelta(seconds=5)
_START_WORKER: Final = "Start a worker: brokerage up"


@dataclass(frozen=True)
class Check:
    """One finding. `needed` says whether anything works without it."""

    name: str
    ok: bool
    what: str
    fix: str = ""
    needed: bool = True

    def line(self) -> str:
        """For people, in one line."""
        sign = "✓" if self.ok else "✗" if self.needed else "!"
        return f"{sign} {self.what}" + (f" {self.fix}" if self.fix and not self.ok else "")


def all_needed(checks: Iterable[Check]) -> bool:
    """Whether nothing that is needed is missing."""
    return all(check.ok or not check.needed for check in checks)


def check_home(settings: Settings, parse_payload_keys: Callable[[str], object]) -> list[Check]:
    """The directory, who may look into it, and the keys. `parse_payload_keys` raises ValueError on bad ones."""
    home = settings.home.absolute()
    if not home.is_dir():
        return [
            Check(
                "home",
                False,
                f"There is no home at {home}.",
                "Make one: brokerage up — or set BROKERAGE_HOME.",
            )
        ]
    checks = [Check("home", True, f"Home: {home}")]
    open_to_others = [path for path in _private_paths(settings) if _is_open_to_others(path)]
    if open_to_others:
        paths = " ".join(str(path) for path in open_to_others)
        checks.append(Check("private", False, f"Others can read {paths}.", f"Run: chmod go= {paths}"))
    else:
        checks.append(Check("private", True, "Only you can read the home and its keys."))
    checks.append(_check_keys(settings, parse_payload_keys))
    return checks


def check_log(settings: Settings, *, worker: bool = False) -> list[Check]:
    """The log, its schema, its triggers, and whether its last entry lies in the future.

    In PostgreSQL also the vault and as whom we log in; `worker` asks for what only a worker needs there.
    """
    from activities.event_log.engine import open_reader
    from activities.event_log.errors import LogUnavailableError
    from activities.event_log.migrations import expected_revision, schema_revision

    try:
        place = log_place(settings)
    except PlaceError as error:
        return [Check("log", False, str(error), error.fix)]
    if not isinstance(place, Path):
        from activities.health_postgresql import check_database

        return check_database(settings, place, worker=worker, clock=check_clock)
    try:
        engine = open_reader(place)
    except LogUnavailableError as error:
        return [Check("log", False, f"The log cannot be read: {error}.", _START_WORKER)]
    try:
        found, expected = schema_revision(engine), expected_revision()
        checks = [
            Check("log", True, f"Log: {settings.log_file.absolute()}"),
            Check(
                "schema",
                found == expected,
                f"The log's schema is at revision {found}; this program knows {expected}.",
                "Restart the workers with this version of Brokerage; they bring an older schema up to date.",
            ),
            _check_triggers(engine),
            check_clock(settings, engine),
        ]
    except Exception as error:
        # A damaged file can fail in any of these; that it is damaged is the finding.
        checks = [
            Check(
                "log", False, f"The log cannot be read: {_first_line(error)}", "See: brokerage audit verify"
            )
        ]
    finally:
        engine.dispose()
    return checks


def check_person(settings: Settings, person: str | None, own_public_key: str | None) -> Check:
    """Whether the log knows the person, by that key, and which posts they hold today."""
    from activities.event_log.engine import open_reader
    from activities.event_log.errors import LogUnavailableError
    from activities.event_log.read import last_command
    from activities.read_models.facts import FactReader

    if person is None:
        return Check("person", False, "This home has no profile.", "Set BROKERAGE_PROFILE to a person.")
    if own_public_key is None:
        fix = "Set BROKERAGE_PROFILE to a person whose key lies in this home."
        return Check("person", False, f"There is no readable key of {person} in {settings.profiles}.", fix)
    try:
        engine = open_reader(log_place(settings))
    except (LogUnavailableError, PlaceError):
        return Check(
            "person", False, f"Whether {person} is on record cannot be seen without the log.", _START_WORKER
        )
    try:
        with engine.connect() as connection:
            facts = FactReader(connection)
            on_record = facts.public_key(person)
            last = last_command(connection)
            # A demo home lives in its own time; the log is never ahead of it.
            now = max(datetime.now(UTC), last.record.recorded_at) if last else datetime.now(UTC)
            posts = facts.posts(person, now.date())
    except Exception as error:
        return Check(
            "person", False, f"The log cannot be read: {_first_line(error)}", "See: brokerage audit verify"
        )
    finally:
        engine.dispose()
    ask = "Ask an administrator."
    if on_record is None:
        return Check("person", False, f"You are {person}, who has no key on record.", ask)
    if on_record != own_public_key:
        return Check("person", False, f"You are {person}, but another key is on record for them.", ask)
    if not posts:
        return Check("person", False, f"You are {person}, who holds no post today.", ask, needed=False)
    held = ", ".join(sorted(f"{p.post.value} at {p.school}" if p.school else p.post.value for p in posts))
    return Check("person", True, f"You are {person}: {held}.")


async def check_temporal(
    settings: Settings, search_attributes: "Sequence[SearchAttributeKey[Any]]", *, workers: bool
) -> list[Check]:
    """Temporal, its namespace and search attributes; with `workers`, also who takes tasks."""
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.service import RPCError, RPCStatusCode

    from activities.temporal_client import TemporalUnreachableError, connect, missing_search_attributes

    start = "Start one: brokerage up — or set TEMPORAL_ADDRESS."
    try:
        client = await connect(settings, identity="doctor")
    except TemporalUnreachableError as error:
        where = f" at {error.address}" if error.address else ""
        return [Check("temporal", False, f"Temporal is not reachable{where}: {error.reason}.", start)]
    namespace, address = client.namespace, client.service_client.config.target_host
    checks = [Check("temporal", True, f"Temporal answers at {address}.")]
    try:
        await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=namespace), timeout=_ANSWER_WITHIN
        )
    except RPCError as error:
        missing = error.status is RPCStatusCode.NOT_FOUND
        what = (
            f"There is no namespace {namespace}." if missing else f"Namespace {namespace}: {error.message}."
        )
        fix = f"Create it: temporal operator namespace create --namespace {namespace}" if missing else start
        return [*checks, Check("namespace", False, what, fix)]
    checks.append(Check("namespace", True, f"Namespace: {namespace}"))
    try:
        absent = await missing_search_attributes(client, search_attributes)
    except RPCError as error:
        what = f"Search attributes cannot be listed: {error.message}."
        checks.append(Check("search-attributes", False, what, "Ask who runs Temporal.", needed=False))
    else:
        names = ", ".join(key.name for key in absent or search_attributes)
        what = f"Search attributes missing: {names}." if absent else f"Search attributes: {names}"
        checks.append(Check("search-attributes", not absent, what, "A worker registers them as it starts."))
    if workers:
        checks.append(await _check_workers(client, settings))
    return checks


_ANSWER_WITHIN: Final = timedelta(seconds=5)
_LONGEST_POLL: Final = timedelta(seconds=90)
"""A poll lasts 60 seconds at most; whoever was not seen for longer is gone."""


async def _check_workers(client: "Client", settings: Settings) -> Check:
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
    from temporalio.service import RPCError

    from domain.ids import TASK_QUEUE

    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        answer = await client.workflow_service.describe_task_queue(request, timeout=_ANSWER_WITHIN)
    except RPCError as error:
        return Check("worker", False, f"Workers cannot be listed: {error.message}.", _START_WORKER)
    now = datetime.now(UTC)
    seen = {poller.identity: poller.last_access_time.ToDatetime(UTC) for poller in answer.pollers}
    ahead = max((instant - now for instant in seen.values()), default=timedelta())
    if ahead > _LARGEST_SKEW:
        what = f"This machine's clock is {ahead.total_seconds():.0f} s behind Temporal's."
        return Check("worker", False, what, "Set the clock (NTP).")
    alive = [identity for identity, instant in seen.items() if now - instant < _LONGEST_POLL]
    if stack_runs(settings) and not (settings.run_files / "worker.ready").exists():
        # Temporal remembers a dead worker for a while; its ready file is gone at once.
        alive = []
    if not alive:
        return Check("worker", False, "No worker takes tasks; commands would wait.", _START_WORKER)
    return Check("worker", True, f"Workers taking tasks: {len(alive)}")


def _check_keys(settings: Settings, parse_payload_keys: Callable[[str], object]) -> Check:
    try:
        read_key(settings.vault_key_file)
        read_key(settings.worker_key_file)
        read_clock(settings)
        parse_payload_keys(read_private(settings.payload_keys_file))
    except HomeFileError as error:
        return Check("keys", False, str(error), error.fix)
    except ValueError as error:
        fix = "Put the file back from your backup of the home."
        return Check("keys", False, f"{settings.payload_keys_file}: {error}.", fix)
    return Check("keys", True, "Keys of vault, payloads and worker can be read.")


def _check_triggers(engine: "Engine") -> Check:
    """Every trigger in the very words of this version, and no other: a weakened one is as bad as none."""
    from activities.event_log.sqlite import TRIGGERS, changed_guards

    with engine.connect() as connection:
        missing, strange = changed_guards(connection)
    found = []
    if missing:
        found.append(f"Guards against change are missing from the log: {', '.join(missing)}.")
    if strange:
        found.append(f"The log has triggers or views that are not ours: {', '.join(strange)}.")
    if found:
        fix = "Somebody changed the schema. Run brokerage audit verify before anything else."
        return Check("triggers", False, " ".join(found), fix)
    return Check("triggers", True, f"The log refuses change: all {len(TRIGGERS)} guards are in place.")


def check_clock(settings: Settings, engine: "Engine") -> Check:
    """Whether the log's last entry lies ahead of this machine's clock."""
    from activities.event_log.read import last_command

    with engine.connect() as connection:
        last = last_command(connection)
    ahead = last.record.recorded_at - datetime.now(UTC) if last else timedelta()
    if ahead > _LARGEST_SKEW and read_clock(settings) == "real":
        what = f"The log's last entry lies {ahead.total_seconds():.0f} s ahead of this machine's clock."
        return Check("clock", False, what, "Set the clock (NTP); until then entries keep that later time.")
    return Check("clock", True, f"Clock: {read_clock(settings)}")


def _private_paths(settings: Settings) -> list[Path]:
    keys, profiles = settings.home / "keys", settings.profiles
    return [settings.home, keys, *keys.glob("*"), profiles, *profiles.glob("*")]


def _is_open_to_others(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
    except OSError:
        return False


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
