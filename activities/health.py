"""What a worker needs, looked at piece by piece: each finding says what was found and what would mend it."""

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from activities.business_clock import business_now, read_offset
from activities.home_files import HomeFileError, read_clock, read_key, read_passwords, read_private
from activities.places import PlaceError, log_place
from activities.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from temporalio.common import SearchAttributeKey

LARGEST_SKEW: Final = timedelta(seconds=5)
ANSWER_WITHIN: Final = timedelta(seconds=5)
START_WORKER: Final = "Start a worker: brokerage up"


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
    if not os.access(home, os.R_OK | os.X_OK):
        what = f"You may not look into the home at {home}."
        return [Check("home", False, what, "Work as its owner, or set BROKERAGE_HOME to one of your own.")]
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
    from activities.event_log.errors import LogUnavailableError, SchemaError
    from activities.event_log.migrations import expected_revision
    from activities.health_calendars import check_calendars
    from activities.health_nightly import check_silence

    try:
        place = log_place(settings)
    except PlaceError as error:
        return [Check("log", False, str(error), error.fix)]
    if not isinstance(place, Path):
        from activities.health_postgresql import check_database

        return check_database(settings, place, worker=worker, clock=check_clock)
    try:
        engine = open_reader(place)
    except SchemaError as error:
        return [Check("schema", False, f"{str(error).capitalize()}.", error.fix)]
    except LogUnavailableError as error:
        return [Check("log", False, f"The log cannot be read: {error}.", START_WORKER)]
    try:
        checks = [
            Check("log", True, f"Log: {settings.log_file.absolute()}"),
            Check("schema", True, f"The log's schema is at revision {expected_revision()}."),
            _check_triggers(engine),
            check_clock(settings, engine),
        ]
        with engine.begin() as connection:
            checks += [check_lists(connection), check_silence(connection)]
            checks.append(check_calendars(connection, business_now(settings)))
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
    from sqlalchemy import select

    from activities.event_log.engine import open_reader
    from activities.event_log.errors import LogUnavailableError
    from activities.event_log.read import last_command
    from activities.read_models.facts import FactReader
    from activities.read_models.schema import person as person_table

    if person is None:
        return Check("person", False, "This home has no profile.", "Set BROKERAGE_PROFILE to a person.")
    if own_public_key is None:
        fix = "Set BROKERAGE_PROFILE to a person whose key lies in this home."
        return Check("person", False, f"There is no readable key of {person} in {settings.profiles}.", fix)
    try:
        engine = open_reader(log_place(settings))
    except (LogUnavailableError, PlaceError):
        return Check(
            "person", False, f"Whether {person} is on record cannot be seen without the log.", START_WORKER
        )
    try:
        with engine.connect() as connection:
            facts = FactReader(connection)
            on_record = facts.public_key(person)
            rows = connection.execute(select(person_table.c.person).where(person_table.c.person == person))
            registered = rows.one_or_none() is not None
            last = last_command(connection)
            # A demo home lives in its own time; the log is never ahead of it.
            now = max(datetime.now(UTC), last.record.recorded_at) if last else datetime.now(UTC)
            posts = facts.posts_now(person, now)
    except Exception as error:
        return Check(
            "person", False, f"The log cannot be read: {_first_line(error)}", "See: brokerage audit verify"
        )
    finally:
        engine.dispose()
    ask = "Ask an administrator."
    give_key = f"{ask} They run: brokerage person replace-key {person} --public-key {own_public_key}"
    if on_record is None:
        if not registered:
            give_key = (
                f"{ask} They run: brokerage person add {person} --name NAME --email ADDRESS "
                f"--public-key {own_public_key}"
            )
        return Check("person", False, f"You are {person}, who has no key on record.", give_key)
    if on_record != own_public_key:
        return Check("person", False, f"You are {person}, but another key is on record for them.", give_key)
    if not posts:
        return Check("person", False, f"You are {person}, who holds no post today.", ask, needed=False)
    held = ", ".join(sorted(f"{p.post.value} at {p.school}" if p.school else p.post.value for p in posts))
    return Check("person", True, f"You are {person}: {held}.")


async def check_temporal(
    settings: Settings,
    search_attributes: "Sequence[SearchAttributeKey[Any]]",
    *,
    workers: bool,
    payload_keys: frozenset[str] = frozenset(),
) -> list[Check]:
    """Temporal, its namespace and search attributes; with `workers`, also who takes tasks.

    `payload_keys` are the fingerprints of this home's keys, held against those of the workers.
    """
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.service import RPCError, RPCStatusCode

    from activities.health_nightly import check_schedule
    from activities.health_workers import check_server, check_workers
    from activities.temporal_client import TemporalUnreachableError, connect, missing_search_attributes

    start = "Start one: brokerage up — or set TEMPORAL_ADDRESS."
    try:
        client = await connect(settings, identity="doctor")
    except TemporalUnreachableError as error:
        where = f" at {error.address}" if error.address else ""
        return [Check("temporal", False, f"Temporal is not reachable{where}: {error.reason}.", start)]
    namespace, address = client.namespace, client.service_client.config.target_host
    checks = [Check("temporal", True, f"Temporal answers at {address}."), await check_server(client)]
    try:
        await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=namespace), timeout=ANSWER_WITHIN
        )
    except RPCError as error:
        missing = error.status is RPCStatusCode.NOT_FOUND
        what = (
            f"There is no namespace {namespace}." if missing else f"Namespace {namespace}: {error.message}."
        )
        fix = (
            f"Create it: temporal operator namespace create --address {address} --namespace {namespace}"
            if missing
            else start
        )
        return [*checks, Check("namespace", False, what, fix)]
    checks.append(Check("namespace", True, f"Namespace: {namespace}"))
    try:
        absent = await missing_search_attributes(client, search_attributes)
    except RPCError as error:
        what = f"Search attributes cannot be listed: {error.message.rstrip('.')}."
        checks.append(Check("search-attributes", False, what, "Ask who runs Temporal.", needed=False))
    else:
        names = ", ".join(key.name for key in absent or search_attributes)
        what = f"Search attributes missing: {names}." if absent else f"Search attributes: {names}"
        checks.append(Check("search-attributes", not absent, what, "A worker registers them as it starts."))
    if workers:
        checks += [*await check_workers(client, settings, payload_keys), await check_schedule(client)]
    return checks


def _check_keys(settings: Settings, parse_payload_keys: Callable[[str], object]) -> Check:
    try:
        read_key(settings.vault_key_file)
        read_key(settings.worker_key_file)
        read_offset(settings)
        parse_payload_keys(read_private(settings.payload_keys_file))
        if settings.cluster.exists():
            read_passwords(settings.database_passwords_file)
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


def check_lists(connection: "Connection") -> Check:
    """Whether the read models stand where the log ends; each event leaves its position in one of them."""
    from sqlalchemy import func, select

    from activities.event_log.read import last_position
    from activities.read_models.schema import DERIVED

    end = last_position(connection)
    stand = max(
        connection.execute(select(func.max(table.c.position))).scalar() or 0
        for table in DERIVED
        if "position" in table.c
    )
    if stand != end:
        what = f"The lists stand at position {stand}, the log ends at {end}: something else wrote to them."
        return Check("lists", False, what, "Derive them anew: brokerage admin rebuild")
    return Check("lists", True, f"The lists stand where the log ends: position {end}.")


def check_clock(settings: Settings, engine: "Engine") -> Check:
    """Whether the log's last entry lies ahead of this machine's clock."""
    from activities.event_log.read import last_command

    with engine.connect() as connection:
        last = last_command(connection)
    ahead = last.record.recorded_at - datetime.now(UTC) if last else timedelta()
    if ahead > LARGEST_SKEW and read_clock(settings) == "real":
        what = f"The log's last entry lies {ahead.total_seconds():.0f} s ahead of this machine's clock."
        return Check("clock", False, what, "Set the clock (NTP); until then entries keep that later time.")
    return Check("clock", True, f"Clock: {read_clock(settings)}{_moved(settings)}")


def _moved(settings: Settings) -> str:
    try:
        ahead = timedelta(seconds=read_offset(settings))
    except HomeFileError:
        return ""
    return f", {ahead} ahead of the real one" if ahead else ""


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
