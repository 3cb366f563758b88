"""The worker as a process: what it refuses, what it waits for, how it ends, what it says."""

import asyncio
import io
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.kill_points import KILL_POINTS, require_known
from activities.logging_setup import configure_logging
from activities.settings import Settings
from domain.messages import LoadCase
from domain.personal import Personal
from starter.home import create_home
from tests.workflows.conftest import binary

ROOT = Path(__file__).parents[1]
NOBODY = "127.0.0.1:9"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    create_home(settings, "anna", "real")
    return settings


def environment(settings: Settings, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "BROKERAGE_HOME": str(settings.home),
        "TEMPORAL_ADDRESS": NOBODY,
        "BROKERAGE_LOG_FORMAT": "json",
    } | more


def run_worker(settings: Settings, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "worker", *arguments],
        cwd=ROOT,
        env=environment(settings, **more),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_setting_that_means_nothing_is_refused_by_name(home: Settings) -> None:
    ended = run_worker(home, BROKERAGE_DATABASE_THREADS="many", BROKERAGE_LOG_FORMAT="xml")
    assert ended.returncode == 2
    assert "BROKERAGE_DATABASE_THREADS" in ended.stderr
    assert "BROKERAGE_LOG_FORMAT" in ended.stderr


def test_an_unknown_kill_point_is_refused(home: Settings) -> None:
    ended = run_worker(home, BROKERAGE_KILL_AT="noon")
    assert ended.returncode == 2
    assert all(name in ended.stderr for name in KILL_POINTS)


def test_a_missing_key_is_said_with_its_fix(home: Settings) -> None:
    home.vault_key_file.unlink()
    ended = run_worker(home)
    assert ended.returncode == 6
    line = json.loads(ended.stderr)
    assert str(home.vault_key_file) in line["why"]
    assert "backup" in line["fix"]
    assert not home.log_file.exists()


def test_a_home_on_the_real_clock_with_a_moved_one_is_refused(home: Settings) -> None:
    file = home.home / "clock.offset"
    file.write_text("3600\n", "ascii")
    ended = run_worker(home)
    assert ended.returncode == 6
    line = json.loads(ended.stderr.splitlines()[-1])
    assert "runs on the real one" in line["why"]
    assert line["fix"] == f"Remove it: rm {file}"
    assert "runs on the real one" in run_worker(home, "--check").stdout


def test_check_says_what_is_missing_and_writes_nothing(home: Settings) -> None:
    ended = run_worker(home, "--check")
    assert ended.returncode == 6
    signs = [line[0] for line in ended.stdout.splitlines()]
    assert [sign for sign in signs if sign != "✓"] == ["✗", "✗"]
    assert "there is no log" in ended.stdout
    assert NOBODY in ended.stdout
    assert not home.log_file.exists()


async def test_it_waits_for_temporal_saying_so_once_and_stops_when_told(home: Settings) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker"),
        cwd=ROOT,
        env=environment(home),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = [json.loads(await asyncio.wait_for(process.stderr.readline(), 20))["event"]]
    while said[-1] != "waiting for Temporal":
        said.append(json.loads(await asyncio.wait_for(process.stderr.readline(), 20))["event"])
    await asyncio.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    rest = (await process.stderr.read()).decode()
    assert await process.wait() == 0
    assert said == ["log founded", "waiting for Temporal"]
    assert rest == ""
    assert sorted(path.name for path in home.home.glob("*.db*")) == ["log.db", "vault.db"]


@pytest.mark.parametrize("name", KILL_POINTS)
def test_a_kill_point_kills_at_the_pass_that_was_asked_for(name: str) -> None:
    code = (
        "from activities.kill_points import arm, kill_point\n"
        f"arm({name!r}, 2)\n"
        "for number in (1, 2, 3):\n"
        f"    for name in {KILL_POINTS!r}: kill_point(name)\n"
        "    print(number, flush=True)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == "1\n"


def test_kill_points_are_known_by_name() -> None:
    require_known(None)
    with pytest.raises(ValueError, match="names no kill point"):
        require_known("after-commit")


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """What is logged, as JSON; pytest's own handlers come back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("json", "info", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def parsed(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_no_line_holds_what_a_person_wrote(log_lines: io.StringIO) -> None:
    secret = Personal("Nerys Hughes")
    structlog.get_logger("ours").info(
        "handled",
        name=secret,
        body={"note": "Nerys Hughes"},
        nested={"payload": "Nerys Hughes", "who": [secret]},
        message=LoadCase(reference="Nerys Hughes"),
    )
    logging.getLogger("theirs").warning("%s", secret, extra={"args_": 1, "payload": "Nerys Hughes"})
    try:
        hidden = "Nerys Hughes"
        raise RuntimeError(f"of {len(hidden)}")
    except RuntimeError:
        structlog.get_logger("ours").exception("failed")
    first, second, third = parsed(log_lines)
    assert "Nerys" not in json.dumps([first, second])
    assert third["exception"]
    assert first["message"] == "‹LoadCase›"
    assert second["logger"] == "theirs"


def test_the_console_shows_no_variables_of_a_failed_frame(log_lines: io.StringIO) -> None:
    stream = io.StringIO()
    configure_logging("console", "info", stream)
    try:
        name = "".join(["Ne", "rys"])
        raise RuntimeError(f"{len(name)}")
    except RuntimeError:
        structlog.get_logger("ours").exception("failed")
    assert "RuntimeError" in stream.getvalue()
    assert "Nerys" not in stream.getvalue()


@workflow.defn(name="Talker", sandboxed=False)
class Talker:
    """Says the same through both loggers, so that each can be counted."""

    def __init__(self) -> None:
        self._left = 3

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._left == 0)

    @workflow.update
    async def step(self) -> None:
        await workflow.sleep(timedelta(milliseconds=1))
        workflow.logger.info("stepped", extra={"through": "temporal"})
        structlog.get_logger("careless").info("stepped", through="structlog")
        self._left -= 1


@pytest.fixture
async def server() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary("temporal"), dev_server_log_level="error"
    ) as running:
        yield running


async def test_a_line_is_said_once_however_often_the_workflow_is_replayed(
    server: WorkflowEnvironment, log_lines: io.StringIO
) -> None:
    async with Worker(
        server.client,
        task_queue="talk",
        workflows=[Talker],
        workflow_runner=UnsandboxedWorkflowRunner(),
        # Nothing stays in memory between tasks, so every task replays from the start.
        max_cached_workflows=0,
    ):
        handle = await server.client.start_workflow("Talker", id="case/EAS-K7QX4MZ-R", task_queue="talk")
        for number in (1, 2, 3):
            await handle.execute_update(Talker.step, id=f"command-{number}")
        await handle.result()
    # Not asked of the very first task: where an update finds a run evicted right after it, the SDK
    # takes that one task for new.
    lines = [line for line in parsed(log_lines) if line["event"] == "stepped"]
    assert [line["through"] for line in lines] == ["temporal", "structlog"] * 3
    assert [(line["case"], line["command"]) for line in lines if line["through"] == "temporal"] == [
        ("EAS-K7QX4MZ-R", f"command-{number}") for number in (1, 2, 3)
    ]
    assert "{" not in "".join(str(line["event"]) for line in lines), "no repetition of fields in words"
