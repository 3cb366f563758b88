"""A backup is a home by itself: made while others write, proven before it bears its name, and worked on afterwards."""

import asyncio
import os
import signal
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import Popen

import orjson
import pytest
from sqlalchemy import text

from activities.event_log.engine import open_reader
from activities.event_log.read import LogReader
from activities.event_log.verify import verify_log
from domain.ids import stream_key
from starter.stack import Stack
from tests.activities.builders import NewOffice, Office
from tests.starter.shell import typed
from tests.starter.test_stack import ROOT, new_home, register_person


async def test_a_home_is_backed_up_while_it_is_written_and_goes_on_in_its_copy(tmp_path: Path) -> None:
    settings, copies = new_home(tmp_path / "home"), [tmp_path / "one", tmp_path / "two"]
    async with Stack(settings) as stack:
        client = await stack.connect()
        done = asyncio.create_task(back_up(settings.home, copies))
        written = 0
        while not done.done():
            await register_person(client, settings, f"person-{written}")
            written += 1
        reports = await done
    assert written > 1, "nobody wrote meanwhile"
    live = list(LogReader(open_reader(settings.log_file)).events())
    for copy, report in zip(copies, reports, strict=True):
        engine = open_reader(copy / "log.db")
        kept = list(LogReader(engine).events())
        assert verify_log(engine).clean
        engine.dispose()
        assert len(kept) == report["events"]
        assert kept == live[: len(kept)], "a copy is the log as it was at one moment"
        people = {e.envelope.stream for e in kept if e.envelope.type == "PersonRegistered"}
        with closing(sqlite3.connect(copy / "vault.db")) as vault:
            keys = {row[0] for row in vault.execute("SELECT subject FROM subject_key")}
        assert people <= keys, "what the log sealed opens with the vault beside it"
    restored = settings.model_copy(update={"home": copies[1]})
    async with Stack(restored) as stack:
        await register_person(await stack.connect(), restored, "gone-on-in-the-copy")
    assert len(list(LogReader(open_reader(restored.log_file)).events())) == reports[1]["events"] + 1
    assert verify_log(open_reader(restored.log_file)).clean
    assert list(LogReader(open_reader(settings.log_file)).events()) == live


async def back_up(home: Path, copies: list[Path]) -> list[dict[str, int]]:
    """What `brokerage admin backup`, typed in that home for each copy in turn, says of it."""
    reports = []
    for copy in copies:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "starter", "admin", "backup", str(copy), "--json"),
            cwd=ROOT,
            env=os.environ | {"BROKERAGE_HOME": str(home)},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0
        reports.append(orjson.loads(out))
    return reports


def test_a_backup_is_for_its_owner_alone_and_says_where_it_ends(office: Office, tmp_path: Path) -> None:
    office.tell(before="sign")
    events, commands = office.size()
    (office.settings.home / "log.db").chmod(0o644)
    done = typed(office, "admin", "backup", str(tmp_path / "copies" / "today"))
    assert done.code == 0, done
    assert f"holds this home: {events} events, {commands} commands" in done.out
    assert "Its keys are in it" in done.out
    made = [tmp_path / "copies" / "today", *(tmp_path / "copies" / "today").rglob("*")]
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in made}
    assert modes == {(True, 0o700), (False, 0o600)}
    names = {str(path.relative_to(made[0])) for path in made[1:] if path.is_file()}
    assert {"log.db", "vault.db", "clock", "keys/vault.key", "keys/system.key", "keys/payload.keys"} <= names
    assert not any(name.startswith(("run", "temporal", "mail")) or "-wal" in name for name in names)
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["today"]


def test_the_case_is_read_in_the_copy_as_it_is_in_the_home(office: Office, tmp_path: Path) -> None:
    office.tell(before="sign")
    reference = stream_key(office.stream)
    assert typed(office, "admin", "backup", str(tmp_path / "copy")).code == 0
    told = typed(office, "case", "history", reference, "--json").out
    copy = Office(tmp_path / "copy")
    assert typed(copy, "case", "history", reference, "--json").out == told
    copy.close()


@pytest.mark.parametrize("taken", ["a directory with something in it", "a file"])
def test_what_is_there_is_never_written_over(office: Office, tmp_path: Path, taken: str) -> None:
    target = tmp_path / "copy"
    if taken == "a file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "mine").touch()
    done = typed(office, "admin", "backup", str(target))
    assert (done.code, "E-DIRECTORY" in done.err, "Nothing was copied" in done.err) == (2, True, True)
    assert (
        target.read_text() == "mine" if target.is_file() else [p.name for p in target.iterdir()] == ["mine"]
    )


def test_a_log_that_does_not_hold_makes_no_backup(office: Office, tmp_path: Path) -> None:
    office.tell(before="triage")
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE case_row SET stage = 'archived'"))
    done = typed(office, "admin", "backup", str(tmp_path / "copies" / "today"))
    assert (done.code, "A-DAMAGED" in done.err, "No backup was made" in done.err) == (8, True, True)
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_vault_of_which_a_page_cannot_be_read_makes_no_backup(office: Office, tmp_path: Path) -> None:
    office.tell(before="triage")
    with closing(sqlite3.connect(office.settings.vault_file)) as vault:
        vault.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = vault.execute("PRAGMA page_size").fetchone()[0]
        keys = "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = 'subject_key'"
        page = vault.execute(keys).fetchone()[0]
    with office.settings.vault_file.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    done = typed(office, "admin", "backup", str(tmp_path / "copies" / "today"))
    assert (done.code, "U-BACKUP" in done.err) == (6, True), done
    assert list((tmp_path / "copies").iterdir()) == []


def test_where_the_copy_cannot_be_made_nothing_is_left(office: Office, tmp_path: Path) -> None:
    office.settings.vault_file.unlink()
    done = typed(office, "admin", "backup", str(tmp_path / "copies" / "today"))
    assert (done.code, "U-BACKUP" in done.err) == (6, True), done
    assert list((tmp_path / "copies").iterdir()) == []


@contextmanager
def held_up(
    office: Office, copy: Path, *, before: Callable[[], None] = lambda: None
) -> Iterator[Popen[bytes]]:
    """A backup in the middle of its copy: a pipe among the keys, which nobody writes to, holds it up."""
    pipe = office.settings.vault_key_file.parent / "zz"
    os.mkfifo(pipe)
    line = (sys.executable, "-m", "starter", "admin", "backup", str(copy))
    environment = os.environ | {"BROKERAGE_HOME": str(office.settings.home)}

    def begin() -> None:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)  # whatever ignores them around these tests
        before()

    process = Popen(line, cwd=ROOT, env=environment, preexec_fn=begin)
    try:
        until(lambda: any(copy.parent.glob(f".{copy.name}.*/keys/vault.key")))
        yield process
    finally:
        process.kill()
        process.wait(30)
        pipe.unlink()


@pytest.mark.parametrize(
    "ended_by",
    [
        (signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGINT,), (signal.SIGQUIT,),
        (signal.SIGTERM, signal.SIGHUP), (signal.SIGINT, signal.SIGTERM),
    ],
)  # fmt: skip
def test_a_backup_that_is_ended_once_or_twice_leaves_nothing(
    office: Office, tmp_path: Path, ended_by: tuple[signal.Signals, ...]
) -> None:
    copy = tmp_path / "copies" / "today"
    with held_up(office, copy) as process:
        for number in ended_by:
            process.send_signal(number)
        # The second may come when all is cleared up and the process only has to end.
        assert process.wait(30) in {130, -ended_by[-1]}
    assert list(copy.parent.iterdir()) == []
    done = typed(office, "admin", "backup", str(copy))
    assert (done.code, done.err) == (0, "")


def test_what_a_killed_backup_left_is_named_by_the_next_whatever_that_is_called(
    office: Office, tmp_path: Path
) -> None:
    copies = tmp_path / "copies"
    with held_up(office, copies / "monday") as process:
        process.kill()
        process.wait(30)
    (left,) = copies.iterdir()
    assert left.stat().st_mode & 0o077 == 0
    (copies / ".tuesday.brokerage-backup.notes").write_text("mine")
    done = typed(office, "admin", "backup", str(copies / "tuesday"))
    assert done.code == 0
    assert done.err.splitlines() == [
        f"! A backup that was killed left keys of its home behind. Unless it still runs: rm -r {left}"
    ]


def test_a_backup_that_is_to_outlive_its_terminal_does(office: Office, tmp_path: Path) -> None:
    """As under nohup."""

    def outlive() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    copy = tmp_path / "copies" / "today"
    with held_up(office, copy, before=outlive) as process:
        process.send_signal(signal.SIGHUP)
        with (office.settings.vault_key_file.parent / "zz").open("wb"):
            pass
        assert process.wait(60) == 0
    assert (copy / "log.db").is_file()


def until(there: Callable[[], bool]) -> None:
    """Wait for it. Raises AssertionError where that takes too long."""
    for _ in range(600):
        if there():
            return
        time.sleep(0.05)
    raise AssertionError("it never was")


def test_a_log_in_postgresql_is_copied_by_its_own_program(new_office: NewOffice, tmp_path: Path) -> None:
    with new_office(tmp_path / "home") as office:
        done = typed(office, "admin", "backup", str(tmp_path / "copy"))
        if office.database is None:
            assert done.code == 0
            return
        assert (done.code, "H-DATABASE" in done.err, "Nothing was copied" in done.err) == (2, True, True)
        dump = "pg_dump --format=custom --schema=brokerage --schema=vault --file=<file>"
        assert f'Next: (umask 077; {dump} "$BROKERAGE_OWNER_URL")' in done.err
        assert not (tmp_path / "copy").exists()
