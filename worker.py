"""A worker: takes tasks of one task queue, and is the only kind of process that writes the log.

`python -m worker` serves until SIGTERM, then finishes what it holds; `python -m worker --check` looks
whether it could.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

import structlog
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import founding, kill_points
from activities.bulk import BulkActivities
from activities.business_clock import business_now, running_offset
from activities.event_log.append import EventLog
from activities.event_log.engine import open_reader, open_writer
from activities.event_log.errors import DatabaseUnfitError, SchemaError
from activities.event_log.migrations import migrate
from activities.event_log.sqlite import bring_in
from activities.handle_command import CommandHandler
from activities.health import all_needed, check_home, check_log, check_temporal
from activities.health_storage import check_storage
from activities.home_files import HomeFileError, read_clock, read_key, read_private
from activities.logging_setup import configure_logging
from activities.mail.deliver import Postman
from activities.places import PlaceError, log_place, vault_place
from activities.read_models.schema import post
from activities.schedule import ensure_schedule
from activities.settings import Settings
from activities.sweeping import SweepActivities
from activities.temporal import CaseActivities
from activities.temporal_client import TemporalUnreachableError, connect, register_search_attributes
from activities.vault import Vault, VaultUnavailableError, open_vault
from activities.waking import WakeActivities
from domain.bulk import bulk_queue
from domain.ids import TASK_QUEUE, WorkerName, worker_identity
from domain.parties import Post
from workflows.converter import PayloadKeyError, PayloadKeys, data_converter
from workflows.options import TASK_TIMEOUT
from workflows.registry import WORKFLOWS
from workflows.search_attributes import SEARCH_ATTRIBUTES

_DONE: Final = 0
_BUG: Final = 1
_USAGE: Final = 2
_UNREACHABLE: Final = 6

_DRAIN: Final = timedelta(seconds=20)
_BULK_DRAIN: Final = timedelta(seconds=3)
_BULKS_AT_ONCE: Final = 2
_LONGEST_PAUSE_SECONDS: Final = 2.0

_log = structlog.get_logger("worker")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a worker, or look whether it could run; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m worker", description="A worker of Brokerage.")
    parser.add_argument("--check", action="store_true", help="look whether all that a worker needs is there")
    arguments = parser.parse_args(argv)
    try:
        settings = Settings()
        kill_points.require_known(settings.kill_at)
    except ValidationError as error:
        for problem in error.errors():
            _complain(
                f"BROKERAGE_{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}"
            )
        return _USAGE
    except ValueError as error:
        _complain(str(error))
        return _USAGE
    if arguments.check:
        return asyncio.run(_check(settings))
    configure_logging(settings.log_format, settings.log_level)
    try:
        return asyncio.run(_serve(settings))
    except HomeFileError as error:
        _log.error("a file of the home is missing or wrong", why=str(error), fix=error.fix)
    except (PlaceError, DatabaseUnfitError) as error:
        _log.error("the database cannot be used", why=str(error), fix=error.fix)
    except PayloadKeyError as error:
        _log.error("the payload keys cannot be used", file=str(settings.payload_keys_file), why=str(error))
    except SchemaError as error:
        _log.error("the log is of another version", why=str(error), fix=error.fix)
    except (OperationalError, VaultUnavailableError) as error:
        why = str(getattr(error, "orig", None) or error)
        _log.error("log or vault cannot be opened for writing", why=why, fix="python -m worker --check")
    except founding.FoundingError as error:
        _log.error("the first entries of the log were refused", why=str(error))
    except Exception:
        _log.exception("worker failed")
        return _BUG
    return _UNREACHABLE


async def _check(settings: Settings) -> int:
    checks = [
        *check_home(settings, PayloadKeys.parse),
        *(check_storage(settings) if settings.home.is_dir() else ()),
        *check_log(settings, worker=True),
        *await check_temporal(settings, SEARCH_ATTRIBUTES, workers=False),
    ]
    for check in checks:
        sys.stdout.write(check.line() + "\n")
    return _DONE if all_needed(checks) else _UNREACHABLE


async def _serve(settings: Settings) -> int:
    """Open the log, take tasks until told to stop, close the log."""
    os.umask(0o077)
    # The process ends by os._exit, which closes nothing in order.
    with contextlib.ExitStack() as closing:
        for file in (settings.log_file, settings.vault_file):
            closing.callback(bring_in, file)
        return await _take_tasks(settings, closing)


async def _take_tasks(settings: Settings, closing: contextlib.ExitStack) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    handler, log = await asyncio.to_thread(_open_log, settings, closing)
    # Only now: a drill counts what people command, not what founds the log.
    kill_points.arm(settings.kill_at, settings.kill_count)
    client = await _reach_temporal(settings, stop)
    if client is None:
        return _DONE
    await _prepare_temporal(client, settings)
    outdated: list[SchemaError] = []
    loop = asyncio.get_running_loop()

    def end(error: SchemaError) -> None:
        outdated.append(error)
        loop.call_soon_threadsafe(stop.set)

    def now() -> datetime:
        return business_now(settings)

    threads = settings.database_threads
    with ThreadPoolExecutor(2 * threads, thread_name_prefix="activity") as executor:
        worker = Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=WORKFLOWS,
            activities=[
                *CaseActivities(handler, end, Postman(handler, settings, now)).all(),
                *WakeActivities(client, handler, log).all(),
                *SweepActivities(client, handler, now).all(),
            ],
            activity_executor=executor,
            # The sandbox stays on in tests, where every history they make is replayed; here it would only
            # cost throughput.
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_concurrent_activities=threads,
            max_concurrent_local_activities=threads,
            max_cached_workflows=settings.max_cached_workflows,
            graceful_shutdown_timeout=_DRAIN,
            identity=_identity(settings),
        )
        # First to stop: what it hands on, the other must answer.
        bulks = BulkActivities(client, handler, task_timeout=TASK_TIMEOUT, now=now, outdated=end)
        code = await _run_until((_bulk_worker(client, bulks, settings), worker), stop, settings)
    if outdated:
        raise outdated[0]
    return code


async def _prepare_temporal(client: Client, settings: Settings) -> None:
    """What a namespace needs beside workflows. A cluster may let only its operators do this; if they have,
    all is well.
    """
    try:
        added = await register_search_attributes(client, SEARCH_ATTRIBUTES)
    except RPCError as error:
        _log.warning(
            "search attributes cannot be looked at", why=error.message, fix="python -m worker --check"
        )
    else:
        if added:
            _log.info("search attributes registered", names=added)
    try:
        await ensure_schedule(client, TASK_QUEUE, settings.nightly_at, settings.nightly_zone)
    except RPCError as error:
        _log.warning("the nightly sweep is not scheduled", why=error.message, fix="brokerage doctor")


def _bulk_worker(client: Client, bulks: BulkActivities, settings: Settings) -> Worker:
    """Hands the commands of a bulk on; waiting for cases, it takes no place that a case could need."""
    return Worker(
        client,
        task_queue=bulk_queue(TASK_QUEUE),
        activities=bulks.all(),
        max_concurrent_activities=_BULKS_AT_ONCE,
        graceful_shutdown_timeout=_BULK_DRAIN,
        identity=_identity(settings),
    )


def _identity(settings: Settings) -> str:
    keys = PayloadKeys.parse(read_private(settings.payload_keys_file))
    return worker_identity(
        WorkerName(socket.gethostname(), os.getpid(), version("brokerage"), keys.fingerprints()[0])
    )


async def _run_until(workers: Sequence[Worker], stop: asyncio.Event, settings: Settings) -> int:
    ready_file = settings.run_files / "worker.ready"
    running = asyncio.create_task(_run_all(workers))
    stopping = asyncio.create_task(stop.wait())
    try:
        # One turn of the loop lets it start to poll, or fail to.
        await asyncio.wait({running, stopping}, timeout=0.05)
        if not running.done() and not stop.is_set():
            ready_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            ready_file.write_text(f"{os.getpid()}\n", "ascii")
            _log.info("worker takes tasks", task_queue=TASK_QUEUE)
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        _withdraw(ready_file)
    if running.done():
        stopping.cancel()
        _log.error("worker failed", exc_info=running.exception())
        return _BUG
    _log.info("worker stops taking tasks and finishes what it holds")
    for worker in workers:
        await worker.shutdown()
    await running
    _log.info("worker stopped")
    return _DONE


async def _run_all(workers: Sequence[Worker]) -> None:
    await asyncio.gather(*(worker.run() for worker in workers))


def _withdraw(ready_file: Path) -> None:
    """Take back our word that we are ready; another worker of this home may have given its own since."""
    with contextlib.suppress(OSError):
        if ready_file.read_text("ascii").strip() == str(os.getpid()):
            ready_file.unlink()


def _open_log(settings: Settings, closing: contextlib.ExitStack) -> tuple[CommandHandler, EventLog]:
    """The command handler over the home's log, which is founded if it is new, and that log.

    A file is brought to the newest schema; a database has to be fit as it is. `closing` closes what is opened.
    """
    vault_key, system_key = read_key(settings.vault_key_file), read_key(settings.worker_key_file)
    offset = running_offset(settings)
    place, vault_at = log_place(settings), vault_place(settings)
    engine = open_writer(place)
    closing.callback(engine.dispose)
    if isinstance(place, Path):
        migrate(engine)
    else:
        _require_fit(settings)
    sealed, reader = open_vault(vault_at), open_reader(place)
    closing.callback(sealed.dispose)
    closing.callback(reader.dispose)
    vault = Vault(sealed, vault_key, lambda: datetime.now(UTC))
    log = EventLog(engine, read_clock(settings))
    handler = CommandHandler(log, vault, system_key, reading=reader, offset=offset)
    with engine.connect() as connection:
        administrator = select(post.c.person).where(post.c.post == Post.ADMINISTRATOR.value).limit(1)
        founded = connection.execute(administrator).first() is not None
    if not founded:
        # Also where an earlier founding was cut short: repeating it adds only what is missing.
        founding.found(handler, settings)
        _log.info("log founded", place=str(place))
    return handler, log


def _require_fit(settings: Settings) -> None:
    """Raise DatabaseUnfitError over the first thing that is wrong with the database or with our login.

    A schema belongs to its owner, who could also switch its guards off; a worker is never the owner.
    """
    for check in check_log(settings, worker=True):
        if check.needed and not check.ok:
            raise DatabaseUnfitError(check.what, check.fix)


async def _reach_temporal(settings: Settings, stop: asyncio.Event) -> Client | None:
    """A client once Temporal and its namespace are there; None when told to stop before that."""
    converter = data_converter(PayloadKeys.parse(read_private(settings.payload_keys_file)))
    core_filter = TelemetryFilter(core_level="WARN", other_level="ERROR")
    core_logging = LoggingConfig(
        core_filter, forwarding=LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    )
    runtime = Runtime(telemetry=TelemetryConfig(logging=core_logging))
    pause, said = 0.05, ""
    while not stop.is_set():
        try:
            client = await connect(settings, identity="system", converter=converter, runtime=runtime)
            request = DescribeNamespaceRequest(namespace=client.namespace)
            await client.workflow_service.describe_namespace(request, timeout=timedelta(seconds=5))
            return client
        except TemporalUnreachableError as error:
            why = error.reason
        except RPCError as error:
            why = error.message
        if why != said:
            _log.warning("waiting for Temporal", why=why, fix="python -m worker --check")
            said = why
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
    return None


def _complain(message: str) -> None:
    sys.stderr.write(f"✗ {message}\n")


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Temporal's native threads can crash an interpreter that takes itself apart around them.
    os._exit(code)
