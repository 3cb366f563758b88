"""Doctor sees what is missing, says the fix, and never fails over it."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import orjson
import pytest

from activities.settings import Settings
from starter.commands.doctor import doctor
from starter.home import create_home, profile_file
from starter.stack import Stack

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
        return code, {check["name"]: (check["ok"], check["what"], check["fix"]) for check in report["checks"]}

    return run


def make_log(settings: Settings) -> None:
    from activities.event_log.engine import open_writer
    from activities.event_log.migrations import migrate

    engine = open_writer(settings.log_file)
    migrate(engine)
    engine.dispose()


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
    assert [name for name, (ok, _, _) in findings.items() if ok] == ["home", "private", "keys"]
    assert "there is no log" in findings["log"][1]


def test_files_that_others_can_read(home: Settings, examine: Callable[[], tuple[int, Findings]]) -> None:
    create_home(home, "anna", "real")
    home.vault_key_file.chmod(0o644)
    ok, what, fix = examine()[1]["private"]
    assert not ok
    assert str(home.vault_key_file) in what
    assert fix == f"Run: chmod go= {home.vault_key_file}"


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


def test_a_schema_of_another_version(home: Settings, examine: Callable[[], tuple[int, Findings]]) -> None:
    create_home(home, "anna", "real")
    make_log(home)
    with sqlite3.connect(home.log_file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    ok, what, _ = examine()[1]["schema"]
    assert not ok
    assert "revision 9999" in what


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
    assert lines[-1] == "✓ Workers taking tasks: 1"


async def test_another_key_than_the_one_on_record(running: Stack) -> None:
    from activities.health import check_person

    check = await asyncio.to_thread(check_person, running.settings, "anna", "A" * 43 + "=")
    assert (check.ok, check.what) == (False, "You are anna, but another key is on record for them.")
    check = await asyncio.to_thread(check_person, running.settings, "dilys", "A" * 43 + "=")
    assert (check.ok, check.what) == (False, "You are dilys, who has no key on record.")
