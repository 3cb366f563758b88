"""The stack with its real server and its real worker: how it starts, survives and ends."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig

from activities.event_log.engine import open_reader
from activities.event_log.read import LogReader
from activities.event_log.sqlite import left_beside
from activities.event_log.verify import verify_log
from activities.home_files import stack_runs
from activities.settings import Settings
from activities.signing import sign_command
from activities.temporal_client import missing_search_attributes
from domain.ids import TASK_QUEUE, command_workflow_id
from domain.messages import COMMAND_WORKFLOW, Receipt
from starter.connection import connect
from starter.failures import Exit, Failure
from starter.home import create_home, profile_seed, public_key_of
from starter.reading import reading
from starter.stack import Stack
from starter.stack.ports import is_free
from starter.stack.temporal_server import find_binary
from workflows.search_attributes import SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]
UP = "import sys; from starter.commands.up import up; sys.exit(up())"


def new_home(path: Path) -> Settings:
    settings = Settings(home=path)
    create_home(settings, "anna", "real")
    return settings


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    settings = new_home(tmp_path_factory.mktemp("stack") / "home")
    async with Stack(settings, say=SAID.append) as stack:
        yield stack


SAID: list[str] = []


async def register_person(client: Client, settings: Settings, person: str) -> Receipt:
    """One command through server, worker and log."""
    seed = profile_seed(settings, "anna")
    command = sign_command(
        seed=seed,
        command_id=str(uuid4()),
        stream=f"person/{person}",
        verb="register",
        body={"name": "Berit", "email": "b@school.example", "public_key": public_key_of(seed)},
        person="anna",
    )
    answer = await client.execute_workflow(
        COMMAND_WORKFLOW,
        command,
        id=command_workflow_id(command.command_id),
        task_queue=TASK_QUEUE,
        task_timeout=timedelta(seconds=3),
        result_type=Receipt,
    )
    assert isinstance(answer, Receipt)
    return answer


async def test_it_serves_commands(stack: Stack) -> None:
    receipt = await register_person(await stack.connect(), stack.settings, "berit")
    assert receipt.events == ("PersonRegistered",)


async def test_search_attributes_are_there(stack: Stack) -> None:
    assert await missing_search_attributes(await stack.connect(), SEARCH_ATTRIBUTES) == []


async def test_its_address_is_written_so_that_temporals_own_tools_read_it(stack: Stack) -> None:
    file = stack.settings.temporal_config_file
    profile = {"address": stack.address, "namespace": "brokerage"}
    assert tomllib.loads(file.read_text())["profile"]["default"] == profile
    options = ClientConfig.load_client_connect_config(config_file=str(file), disable_env=True)
    assert options["target_host"] == stack.address
    told = subprocess.run(
        [find_binary(), "--config-file", file, "operator", "namespace", "describe"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "brokerage" in told.stdout


async def test_a_client_finds_it_through_the_home_and_speaks_as_the_person(stack: Stack) -> None:
    client = await connect(stack.settings)
    assert client.service_client.config.target_host == stack.address
    assert client.namespace == "brokerage"
    assert client.service_client.config.identity == "anna"


async def test_the_environment_leads_clients_elsewhere_but_never_the_stack(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    with pytest.raises(Failure, match=r"not reachable at 127\.0\.0\.1:9"):
        await connect(stack.settings)
    assert (await stack.connect()).service_client.config.target_host == stack.address


async def test_a_copy_of_a_home_sends_nothing_to_the_stack_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At Temporal's usual port the live home may answer; it has the copy's keys, and would do what is typed there."""
    settings = new_home(tmp_path / "home")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", "")
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    # Where this machine keeps nobody's settings of Temporal.
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    async with Stack(settings, port=7233 if is_free(7233) else None) as stack:
        copy = tmp_path / "copy"
        for name in ("log.db", "log.db-wal", "vault.db", "vault.db-wal", "clock", "profile"):
            copy.mkdir(exist_ok=True)
            shutil.copy(settings.home / name, copy / name)
        for name in ("keys", "profiles"):
            shutil.copytree(settings.home / name, copy / name)
        for more, why in (
            ((), "no stack has run in this home"),
            (("temporal.toml", "run"), "the stack of this home is not running"),
        ):
            for name in more:
                source = settings.home / name
                (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
            said = doctor_in(copy)
            assert (said["temporal"]["ok"], said["temporal"]["fix"][:24]) == (
                False,
                "Start one: brokerage up ",
            )
            with pytest.raises(Failure, match=f"{why}.*Nothing was sent") as failed:
                await connect(Settings(home=copy))
            assert (failed.value.exit_code, failed.value.code) == (Exit.UNREACHABLE, "U-TEMPORAL")
        await register_person(await stack.connect(), settings, "berit")


def doctor_in(home: Path) -> dict[str, dict[str, Any]]:
    """What doctor, typed in that home, finds: by name."""
    told = subprocess.run(
        [sys.executable, "-m", "starter", "doctor", "--json"],
        cwd=ROOT,
        env=os.environ | {"BROKERAGE_HOME": str(home)},
        capture_output=True,
        check=False,
    )
    return {check["name"]: check for check in json.loads(told.stdout)["checks"]}


async def test_a_second_stack_of_the_home_is_refused(stack: Stack) -> None:
    with pytest.raises(Failure, match=f"has a stack already, run by process {os.getpid()}") as failed:
        async with Stack(stack.settings):
            pass
    assert failed.value.exit_code is Exit.UNREACHABLE
    await stack.connect()


async def test_a_dead_worker_and_a_dead_server_are_replaced(stack: Stack) -> None:
    worker, server = stack.worker_pid, stack.temporal_pid
    assert worker is not None
    assert server is not None
    os.kill(server, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    await asyncio.sleep(0.05)
    await stack.worker_ready()
    assert stack.worker_pid not in (None, worker)
    assert [line.split(";")[0] for line in sorted(SAID)] == [
        "temporal was ended by SIGKILL",
        "worker was ended by SIGKILL",
    ]
    receipt = await register_person(await stack.connect(), stack.settings, "cerys")
    assert receipt.version == 1


async def test_a_worker_killed_right_after_its_commit_leaves_one_event(tmp_path: Path) -> None:
    settings = new_home(tmp_path / "home")
    said: list[str] = []
    async with Stack(
        settings, say=said.append, worker_environment={"BROKERAGE_KILL_AT": "after_commit"}
    ) as stack:
        receipt = await register_person(await stack.connect(), settings, "berit")
    assert receipt.version == 1
    assert len(said) == 1, "the worker that followed had no kill point"
    reader = LogReader(open_reader(settings.log_file))
    assert [event.envelope.type for event in reader.events("person/berit")] == ["PersonRegistered"]


async def test_what_was_ended_leaves_no_process_and_no_pid_file(tmp_path: Path) -> None:
    settings = new_home(tmp_path / "home")
    async with Stack(settings) as stack:
        pids = [stack.worker_pid, stack.temporal_pid]
        assert stack_runs(settings)
        assert (settings.run_files / "worker.ready").exists()
    assert not any(alive(pid) for pid in pids)
    assert not stack_runs(settings)
    assert {path.name for path in settings.run_files.iterdir()} == {
        "mail.log",
        "stack.pid",
        "temporal.log",
        "worker.log",
    }
    with pytest.raises(Failure, match="the stack of this home is not running"):
        await connect(settings)


@pytest.mark.parametrize("killed", [False, True], ids=["the worker stopped", "the worker was killed"])
async def test_after_a_stop_each_database_is_whole_in_its_own_file(tmp_path: Path, killed: bool) -> None:
    settings = new_home(tmp_path / "home")
    async with Stack(settings, say=lambda _: None) as stack:
        await register_person(await stack.connect(), settings, "berit")
        with reading(settings) as office:
            assert left_beside(settings.log_file) is not None, (
                "the log's end lies beside it while it is written"
            )
            told = office.log.head()
        if killed:
            assert stack.worker_pid is not None
            os.kill(stack.worker_pid, signal.SIGKILL)
    assert [path.name for path in settings.home.glob("*.db-*") if "temporal" not in path.name] == []
    (tmp_path / "copy").mkdir()
    for name in ("log.db", "vault.db", "clock"):
        shutil.copy(settings.home / name, tmp_path / "copy" / name)
    engine = open_reader(tmp_path / "copy" / "log.db")
    assert (verify_log(engine).clean, LogReader(engine).head()) == (True, told)


async def test_a_stop_leaves_the_databases_whole_for_those_who_go_on_reading(tmp_path: Path) -> None:
    settings = new_home(tmp_path / "home")
    async with Stack(settings) as stack:
        await register_person(await stack.connect(), settings, "berit")
        engine = open_reader(settings.log_file)
        head = LogReader(engine).head()
    assert left_beside(settings.log_file) is None
    assert LogReader(engine).head() == head
    engine.dispose()


async def test_a_taken_port_is_said_where_it_was_asked_for(tmp_path: Path) -> None:
    settings = new_home(tmp_path / "home")
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(Failure, match=f"Port {port} is taken"):
            async with Stack(settings, port=port):
                pass
    assert not stack_runs(settings)


async def test_a_worker_that_cannot_start_is_said_with_the_end_of_its_log(tmp_path: Path) -> None:
    settings = new_home(tmp_path / "home")
    with pytest.raises(Failure, match="worker did not start") as failed:
        async with Stack(settings, worker_environment={"BROKERAGE_KILL_AT": "noon"}):
            pass
    assert "BROKERAGE_KILL_AT=noon names no kill point" in failed.value.details[0]
    assert not stack_runs(settings)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends children with their parent")
async def test_up_that_is_killed_takes_its_children_along_and_can_start_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = await start_up(home)
    pids = [int((home / "run" / name).read_text()) for name in ("worker.pid", "temporal.pid")]
    first.kill()
    await first.wait()
    again = await start_up(home)
    assert not any(alive(pid) for pid in pids)
    again.send_signal(signal.SIGINT)
    out, _ = await again.communicate()
    assert again.returncode == 0
    assert b"brokerage doctor" in out


async def start_up(home: Path) -> asyncio.subprocess.Process:
    """`brokerage up` from another directory, where a module of somebody else has our worker's name."""
    elsewhere = home.parent
    (elsewhere / "worker.py").write_text("raise SystemExit('the wrong worker')")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-c",
        UP,
        cwd=elsewhere,
        env=os.environ | {"BROKERAGE_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    assert line.startswith("✓ Brokerage is up".encode())
    return process


def alive(pid: int | None) -> bool:
    """Whether the process runs; a dead one that nobody has collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
