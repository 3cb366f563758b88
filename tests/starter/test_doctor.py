"""Doctor sees what is missing, says the fix, and never fails over it."""

import asyncio
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from activities.settings import Settings
from domain.ids import WorkerName
from starter.commands.doctor import doctor
from starter.home import create_home, profile_file
from starter.stack import Stack
from starter.stack.temporal_server import find_binary
from tests.activities.builders import Office
from tests.postgres import Database

Findings = dict[str, tuple[bool, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    # Nobody listens there; without it, a server that happens to run on 7233 would be found.
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.setenv("BROKERAGE_HOME", str(tmp_path / "home"))
    return Settings()


@pytest.fixture
def examine(capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, Findings]]:
    def run() -> tuple[int, Findings]:
        code = doctor(json=True)
        report = orjson.loads(capsys.readouterr().out)
        assert report["ok"] is (code == 0)
        for check in report["checks"]:
            assert check["ok"] or check["fix"], f"a finding without a way out: {check}"
        return code, {check["name"]: (check["ok"], check["what"], check["fix"]) for check in report["checks"]}

    return run


def make_log(settings: Settings) -> None:
    from activities.event_log.engine import open_writer
    from activities.event_log.migrations import migrate

    engine = open_writer(settings.log_file)
    migrate(engine)
    engine.dispose()


def mend(fix: str) -> None:
    """Run the command that a fix names, as whoever reads it would."""
    _, _, line = fix.partition(": ")
    subprocess.run(shlex.split(line), check=True)


def test_without_a_home_it_says_how_to_make_one(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor() == 6
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("✗ There is no home at")
    assert "brokerage up" in lines[0]
    assert lines[1].startswith("✗ Temporal is not reachable at 127.0.0.1:9")
    assert not home.home.exists()


def test_a_home_that_was_never_started(home: Settings, examine: Callable[[], tuple[int, Findings]]) -> None:
    create_home(home, "anna", "real")
    code, findings = examine()
    assert code == 6
    bad = [name for name, (ok, _, _) in findings.items() if not ok]
    assert bad == ["log", "person", "mail", "temporal"]
    assert "there is no log" in findings["log"][1]


def test_files_that_others_can_read(home: Settings, examine: Callable[[], tuple[int, Findings]]) -> None:
    create_home(home, "anna", "real")
    home.vault_key_file.chmod(0o644)
    ok, what, fix = examine()[1]["private"]
    assert not ok
    assert str(home.vault_key_file) in what
    assert fix == f"Run: chmod go= {home.vault_key_file}"
    mend(fix)
    assert examine()[1]["private"][0]


@pytest.mark.parametrize("damage", ["missing", "cut short"])
def test_keys_that_cannot_be_used(
    home: Settings, examine: Callable[[], tuple[int, Findings]], damage: str
) -> None:
    create_home(home, "anna", "real")
    for key in (home.payload_keys_file, profile_file(home, "anna")):
        key.write_text("k1 AAAA") if damage == "cut short" else key.unlink()
    _, findings = examine()
    assert not findings["keys"][0]
    assert str(home.payload_keys_file) in findings["keys"][1]
    assert not findings["person"][0]


def test_a_guard_that_somebody_removed(home: Settings, examine: Callable[[], tuple[int, Findings]]) -> None:
    create_home(home, "anna", "real")
    make_log(home)
    assert examine()[1]["triggers"][0]
    with sqlite3.connect(home.log_file) as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("DROP TRIGGER event_no_delete")
        connection.execute("CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT 1; END")
    code, findings = examine()
    assert code == 6
    assert findings["triggers"][:2] == (
        False,
        "Guards against change are missing from the log: event_no_update, event_no_delete.",
    )


def test_a_trigger_that_somebody_added(home: Settings, examine: Callable[[], tuple[int, Findings]]) -> None:
    create_home(home, "anna", "real")
    make_log(home)
    with sqlite3.connect(home.log_file) as connection:
        connection.execute(
            "CREATE TRIGGER quiet AFTER INSERT ON event BEGIN UPDATE case_row SET stage = 'agreed'; END"
        )
        connection.execute("CREATE VIEW happened AS SELECT * FROM event")
    code, findings = examine()
    assert code == 6
    assert findings["triggers"][:2] == (
        False,
        "The log has triggers or views that are not ours: the view happened, quiet on event.",
    )


@pytest.mark.parametrize(
    ("revision", "said", "fix"),
    [
        ("9999", "newer (revision 9999)", "Use the version of Brokerage that brought it up to date"),
        ("0001", "older (revision 0001)", "A worker of this version brings it up to date as it starts"),
    ],
)
def test_a_schema_of_another_version(
    home: Settings, examine: Callable[[], tuple[int, Findings]], revision: str, said: str, fix: str
) -> None:
    create_home(home, "anna", "real")
    make_log(home)
    with sqlite3.connect(home.log_file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    ok, what, advice = examine()[1]["schema"]
    assert not ok
    assert said in what
    assert advice.startswith(fix)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as one" * 40])
def test_a_file_that_is_no_log(
    home: Settings, examine: Callable[[], tuple[int, Findings]], content: bytes
) -> None:
    create_home(home, "anna", "real")
    home.log_file.write_bytes(content)
    code, findings = examine()
    assert code == 6
    assert not findings["log"][0]


def test_a_broken_temporal_config(
    home: Settings,
    examine: Callable[[], tuple[int, Findings]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    create_home(home, "anna", "real")
    (tmp_path / "temporal.toml").write_text("[profile.default")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))
    assert "configuration cannot be used" in examine()[1]["temporal"][1]


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    settings = Settings(home=tmp_path_factory.mktemp("doctor") / "home")
    create_home(settings, "anna", "real")
    async with Stack(settings) as stack:
        yield stack


async def test_all_is_well_where_the_stack_runs(running: Stack) -> None:
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-c",
            "import os, sys; from starter.commands.doctor import doctor; c = doctor();"
            "sys.stdout.flush(); os._exit(c)",
        ),
        env={"BROKERAGE_HOME": str(running.settings.home)},
        stdout=subprocess.PIPE,
    )
    out, _ = await process.communicate()
    lines = out.decode().splitlines()
    assert process.returncode == 0, lines
    assert all(line.startswith("✓ ") for line in lines), lines
    assert "✓ You are anna: administrator." in lines
    assert "✓ Workers taking tasks: 1" in lines
    assert lines[-1].startswith("✓ Nightly sweep: next ")


async def test_another_key_than_the_one_on_record(running: Stack) -> None:
    from activities.health import check_person

    check = await asyncio.to_thread(check_person, running.settings, "anna", "A" * 43 + "=")
    assert (check.ok, check.what) == (False, "You are anna, but another key is on record for them.")
    check = await asyncio.to_thread(check_person, running.settings, "dilys", "A" * 43 + "=")
    assert (check.ok, check.what) == (False, "You are dilys, who has no key on record.")


def test_a_namespace_without_anything_in_it(
    running: Stack, monkeypatch: pytest.MonkeyPatch, examine: Callable[[], tuple[int, Findings]]
) -> None:
    """First it is not there; made by the line that doctor prints, it lacks attributes and workers."""
    monkeypatch.setenv("BROKERAGE_HOME", str(running.settings.home))
    monkeypatch.setenv("TEMPORAL_ADDRESS", running.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    ok, what, fix = examine()[1]["namespace"]
    assert (ok, what) == (False, "There is no namespace elsewhere.")
    monkeypatch.setenv("PATH", str(find_binary().parent), prepend=os.pathsep)
    mend(fix)
    findings = examine()[1]
    assert findings["namespace"][0]
    ends = time.monotonic() + 60
    while "is not found" in findings["search-attributes"][1] and time.monotonic() < ends:
        # The server tells all of its parts within seconds.
        time.sleep(0.5)
        findings = examine()[1]
    assert findings["search-attributes"][:2] == (
        False,
        "Search attributes missing: CaseStage, CaseWaitingOn, CaseDueAt, CaseProgramme, CaseAuthority.",
    )
    assert findings["worker"] == (
        False,
        "No worker takes tasks; commands would wait.",
        "Start a worker: brokerage up",
    )


def test_a_home_whose_payload_keys_are_not_those_of_the_worker(
    running: Stack,
    home: Settings,
    monkeypatch: pytest.MonkeyPatch,
    examine: Callable[[], tuple[int, Findings]],
) -> None:
    create_home(home, "anna", "real")
    monkeypatch.setenv("TEMPORAL_ADDRESS", running.address)
    ok, what, fix = examine()[1]["payload-key"]
    assert not ok
    assert f"The worker {running.worker_pid} on " in what
    assert fix == "Give both the same keys/payload.keys; the key in use stands first."
    home.payload_keys_file.write_bytes(running.settings.payload_keys_file.read_bytes())
    findings = examine()[1]
    assert "payload-key" not in findings
    assert findings["worker"][0]


def test_a_worker_of_another_version() -> None:
    from activities.health_workers import judge_workers

    worker = WorkerName("host", 7, "0.9", "key")
    (check,) = judge_workers([worker], "1.0", frozenset({"key"}))
    assert check.what == "The worker 7 on host is of version 0.9, this program of 1.0."
    assert check.fix == "Run the same version in both; restart the older worker."
    assert judge_workers([worker], "0.9", frozenset({"key"})) == []


@pytest.mark.parametrize(
    ("said", "well"), [("1.27.9", False), ("1.28.0", True), ("1.32.0", True), ("", True)]
)
def test_a_temporal_server_that_is_too_old(said: str, well: bool) -> None:
    from activities.health_workers import judge_server

    check = judge_server(said)
    assert check.ok is well
    assert well or "Ask who runs Temporal for 1.28 or later." in check.fix


def test_a_log_that_lies_ahead_of_this_machines_clock(
    home: Settings, examine: Callable[[], tuple[int, Findings]], registered_home: Path
) -> None:
    shutil.copytree(registered_home, home.home)
    office = Office(home.home, datetime.now(UTC) + timedelta(hours=1))
    office.done(
        "admin", "register", {"name": "N", "authority": "A", "phase": "primary"}, stream="school/6990777"
    )
    office.close()
    ok, what, fix = examine()[1]["clock"]
    assert not ok
    assert re.match(r"The log's last entry lies 3\d{3} s ahead of this machine's clock", what), what
    assert "Set the clock (NTP)" in fix


@pytest.mark.parametrize("profile", ["nobody.here", "sip.carys"])
def test_a_person_without_a_key_here_or_a_post(
    home: Settings,
    examine: Callable[[], tuple[int, Findings]],
    monkeypatch: pytest.MonkeyPatch,
    registered_home: Path,
    profile: str,
) -> None:
    shutil.copytree(registered_home, home.home)
    monkeypatch.setenv("BROKERAGE_PROFILE", profile)
    ok, what, fix = examine()[1]["person"]
    assert (ok, what) == (False, f"There is no readable key of {profile} in {home.profiles}.")
    assert fix == "Set BROKERAGE_PROFILE to a person whose key lies in this home."


def test_a_log_in_postgresql_is_looked_at_without_a_home(
    home: Settings,
    examine: Callable[[], tuple[int, Findings]],
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
) -> None:
    monkeypatch.setenv("BROKERAGE_DATABASE_URL", str(database.staff))
    code, findings = examine()
    assert code == 6
    assert not findings["home"][0]
    for name in ("log", "schema", "triggers", "lists", "login"):
        assert findings[name][0], findings[name]
