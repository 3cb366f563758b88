"""The log's file is held, full, shut, of another version, or somebody else's: what is said, and nothing is lost."""

import asyncio
import os
import resource
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from activities.event_log.verify import verify_log
from domain.ids import stream_key
from domain.messages import Command
from starter.reading import reading
from starter.sample.stories import STORIES
from tests.activities.builders import ADMIN, Office
from tests.as_nobody import as_nobody, let_read
from tests.drills.parts import Parts, hold_keys_of_everybody
from tests.end_to_end.office import Done, RunningOffice

SCHOOL = {"name": "Ysgol Newydd", "authority": "Cwm Enfys", "phase": "primary"}
BROKER = ("--profile", "broker.dylan")


@dataclass
class Bench:
    """A stack in parts with one worker, and a case that waits for triage."""

    parts: Parts
    reference: str

    async def typed(self, *words: str) -> Done:
        return await asyncio.to_thread(self.parts.office.cli, *words, **self.parts.environment)

    def events(self, reference: str) -> list[str]:
        return [each.envelope.type for each in self.parts.office.events(reference)]

    async def again(self, done: Done) -> Done:
        """The line that was printed to be repeated, typed twice: it is done once."""
        line = shlex.split(done.next_lines[0])[1:]
        first = await self.typed(*line)
        second = await self.typed(*line)
        assert second.out.startswith("✓ Already done"), second
        return first

    def verify(self) -> None:
        with reading(self.parts.settings) as office:
            report = verify_log(office.engine)
        assert report.clean, report.findings


@pytest.fixture(scope="module")
async def bench(registered_home: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    home = tmp_path_factory.mktemp("faults") / "home"
    shutil.copytree(registered_home, home)
    hold_keys_of_everybody(home)
    async with Parts(home) as parts:
        await parts.start_worker()
        reference, _ = await asyncio.to_thread(parts.office.bring, STORIES[0], "numeracy", "triage")
        yield Bench(parts, reference)


async def test_a_log_that_another_process_holds(bench: Bench) -> None:
    """Somebody's tool has begun to write and goes for lunch: reads go on, a write waits and may be repeated."""
    holder = sqlite3.connect(bench.parts.settings.log_file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    triage = ("case", "triage", bench.reference, "--tier", "light", *BROKER)
    waiting = await bench.typed(*triage, "--timeout", "4")
    assert waiting.code == 9, waiting
    assert "U-TIMEOUT" in waiting.err
    shown = await bench.typed("case", "show", bench.reference, "--json")
    assert shown.json["stage"] == "triage"
    assert (await bench.typed("audit", "verify")).code == 0
    holder.execute("ROLLBACK")
    holder.close()
    (await bench.again(waiting)).well()
    assert bench.events(bench.reference).count("TriageAccepted") == 1
    bench.verify()


async def test_a_disk_that_takes_no_more(bench: Bench) -> None:
    """The worker may write nothing behind the end of its files; when it may again, the command is done once."""
    parts = bench.parts
    reference, _ = await asyncio.to_thread(parts.office.bring, STORIES[0], "science-technology", "triage")
    assert parts.worker_pid is not None
    wal = parts.settings.log_file.with_name("log.db-wal").stat().st_size
    assert (parts.settings.run_files / "worker.log").stat().st_size < wal / 2, "it could not say why"
    resource.prlimit(parts.worker_pid, resource.RLIMIT_FSIZE, (wal, resource.RLIM_INFINITY))
    triage = ("case", "triage", reference, "--tier", "light", *BROKER)
    refused = await bench.typed(*triage, "--timeout", "5")
    assert refused.code == 9, refused
    assert "TriageAccepted" not in bench.events(reference)
    assert (await bench.typed("case", "show", reference, "--json")).json["stage"] == "triage"
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(parts.worker_pid, resource.RLIMIT_FSIZE, unlimited)
    (await bench.again(refused)).well()
    assert bench.events(reference).count("TriageAccepted") == 1
    bench.verify()


def test_a_full_database_takes_a_command_whole_or_not_at_all(office: Office) -> None:
    """SQLite's own 'database or disk is full', met while a command is being recorded."""
    most = 1_000_000

    def no_more_pages(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    event.listen(office.engine, "begin", no_more_pages)
    with office.reading.connect() as connection:
        most = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
    command, said, size = fill(office)
    assert "database or disk is full" in said
    assert office.size() == size
    office.check()
    most = 1_000_000
    assert office.handle(command).answer == office.handle(command).answer
    assert office.size() == (size[0] + 1, size[1] + 1)
    office.check()


def fill(office: Office) -> tuple[Command, str, tuple[int, int]]:
    """Command after command until one does not fit: which, what SQLite said, and what the log held before."""
    for number in range(6_997_000, 6_997_200):
        command, size = office.sign(ADMIN, "register", SCHOOL, stream=f"school/{number}"), office.size()
        try:
            office.handle(command)
        except OperationalError as error:
            return command, str(error), size
    raise AssertionError("the database never filled up")


# Another version

OPEN_TO_ALL = (("case", "list"), ("case", "show", "REF"), ("audit", "verify"), ("case", "submit", "REF"))


@pytest.mark.parametrize(
    ("revision", "said", "advice"),
    [
        (
            "9999",
            "newer (revision 9999) than this program knows",
            "Use the version of Brokerage that brought it",
        ),
        (
            "0001",
            "older (revision 0001) than this program needs",
            "A worker of this version brings it up to date",
        ),
    ],
)
def test_a_log_of_another_version_is_neither_read_nor_written(
    office: Office, revision: str, said: str, advice: str
) -> None:
    office.tell(before="submit")
    office.close()
    with sqlite3.connect(office.settings.log_file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()
    here = RunningOffice(office.settings.home)
    for words in OPEN_TO_ALL:
        done = here.here(*(stream_key(office.stream) if word == "REF" else word for word in words))
        assert (done.code, "U-SCHEMA" in done.err) == (6, True), done
        assert said in done.err
        assert advice in done.err
        assert done.next_lines == ["brokerage doctor"]


def run_worker(home: Path) -> subprocess.CompletedProcess[str]:
    """A worker whose Temporal is not there: it opens its log first, and stops over it if it cannot."""
    return subprocess.run(
        [sys.executable, "-m", "worker"],
        env=RunningOffice(home).environment(TEMPORAL_ADDRESS="127.0.0.1:9", BROKERAGE_LOG_FORMAT="json"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_worker_leaves_a_newer_log_alone(office: Office) -> None:
    office.close()
    with sqlite3.connect(office.settings.log_file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = office.settings.log_file.read_bytes()
    ended = run_worker(office.settings.home)
    assert ended.returncode == 6, ended.stderr
    assert "newer (revision 9999)" in ended.stderr
    assert "Use the version of Brokerage" in ended.stderr
    assert office.settings.log_file.read_bytes() == before


async def test_a_worker_brings_an_older_log_up_to_date(registered_home: Path, tmp_path: Path) -> None:
    """One whose tables are those of the first revision: no lists yet."""
    home = tmp_path / "home"
    shutil.copytree(registered_home, home)
    with sqlite3.connect(home / "log.db", isolation_level=None) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for table in {name for (name,) in tables} - {"command", "event", "log_identity", "alembic_version"}:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    office = RunningOffice(home)
    before = office.here("school", "list")
    assert (before.code, "U-SCHEMA" in before.err, "brokerage up" in before.err) == (6, True, True), before
    from activities.event_log.engine import open_writer
    from activities.event_log.migrations import migrate

    engine = open_writer(home / "log.db")
    migrate(engine)
    engine.dispose()
    assert office.here("school", "list").code == 0


# Another user

_READ = """
from starter.__main__ import run
from starter.sending import sys
import os
def act(home):
    os.environ["BROKERAGE_HOME"] = str(home)
    for words in (["case", "list", "--json", "all"], ["audit", "verify"]):
        sys.stderr = sys.stdout
        print("exit", run(words))
"""


def seen_by_nobody(office: Office) -> str:
    return as_nobody(_READ, office.settings.home)


def test_somebody_else_reads_while_the_worker_is_alive(office: Office) -> None:
    office.tell(before="triage")
    wal = office.settings.log_file.with_name("log.db-wal")
    assert wal.stat().st_size
    let_read(office.settings.home)
    said = seen_by_nobody(office)
    assert f'"reference":"{stream_key(office.stream)}"' in said
    assert '"stage":"triage"' in said
    assert said.count("exit 0") == 2, said


def test_somebody_else_reads_after_the_worker_has_stopped(office: Office) -> None:
    """No write-ahead log is left, and nobody else could make one: the file is read as it is."""
    office.tell(before="triage")
    office.close()
    assert not office.settings.log_file.with_name("log.db-wal").exists()
    let_read(office.settings.home)
    said = seen_by_nobody(office)
    assert '"stage":"triage"' in said
    assert said.count("exit 0") == 2, said
    assert not office.settings.log_file.with_name("log.db-wal").exists()


def killed(office: Office, *, without: str = "") -> Office:
    """The office as a killed worker leaves it: what was last committed is in the write-ahead log only."""
    office.tell(before="triage")
    home = office.settings.home
    left = home.with_name("left")
    shutil.copytree(home, left)
    office.close()
    shutil.rmtree(home)
    left.rename(home)
    for file in home.glob(f"*{without}") if without else ():
        file.unlink()
    return office


def test_somebody_else_reads_after_the_worker_was_killed(office: Office) -> None:
    killed(office)
    assert office.settings.log_file.with_name("log.db-wal").stat().st_size
    let_read(office.settings.home)
    said = seen_by_nobody(office)
    assert '"stage":"triage"' in said, said
    assert said.count("exit 0") == 2, said


def test_somebody_else_is_told_whose_write_ahead_log_stands_in_the_way(office: Office) -> None:
    """Its index is gone, and without the right to write nobody can make it anew. Yesterday's state is not shown."""
    killed(office, without="-shm")
    let_read(office.settings.home)
    said = seen_by_nobody(office)
    assert said.count("exit 6") == 2, said
    assert "U-LOG" in said
    if os.geteuid() == 0:
        assert "root has left log.db-wal, which only root can bring in" in said
    os.chmod(office.settings.home, 0o700)
    for file in office.settings.home.glob("log.db*"):
        file.chmod(0o600)
    mended = RunningOffice(office.settings.home).here("case", "list", "--json", "all")
    assert '"stage":"triage"' in mended.well().out
    let_read(office.settings.home)


def test_somebody_else_may_not_look_into_a_private_home(office: Office) -> None:
    office.close()
    home = office.settings.home
    home.chmod(0o700 if os.geteuid() == 0 else 0o000)
    said = seen_by_nobody(office)
    home.chmod(0o700)
    assert said.count("exit 6") == 2, said
    assert said.count("is closed to you") == 2, said
    assert "Only its owner" in said


# A home that cannot be written to


def test_a_worker_stops_over_a_home_that_it_cannot_write(office: Office) -> None:
    office.close()
    let_read(office.settings.home)
    code = """
import asyncio, os, signal, sys, threading
import alembic.command, alembic.config
import worker
from activities.settings import Settings
def act(home):
    os.environ["BROKERAGE_HOME"] = str(home)
    os.environ["BROKERAGE_LOG_FORMAT"] = "json"
    os.environ["TEMPORAL_ADDRESS"] = "127.0.0.1:9"
    sys.stderr = sys.stdout
    # Where it may write, in the rehearsal, it would wait for Temporal: it is told to stop.
    threading.Timer(3, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
    print("exit", worker.main([]))
"""
    said = as_nobody(code, office.settings.home)
    assert "exit 6" in said, said
    assert "cannot be opened for writing" in said
    assert "readonly database" in said
