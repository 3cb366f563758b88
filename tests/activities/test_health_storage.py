"""What doctor says of the ground that a home stands on: each finding from a home that really is so."""

import os
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from activities.health import Check, check_log
from activities.health_storage import OLDEST_SQLITE, check_filesystem, check_runtime, check_storage
from activities.settings import Settings
from tests.activities.builders import NewOffice, Office
from tests.as_nobody import as_nobody, give, let_read

MOUNTS = """\
22 1 253:1 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:25 / /srv rw,relatime shared:2 - nfs4 files:/export rw,vers=4.2
31 30 0:26 / /srv/local rw,relatime shared:3 - ext4 /dev/vdb rw
32 22 0:27 / /mnt/two\\040words rw,relatime shared:4 - cifs //files/share rw
"""


def finding(settings: Settings, name: str, **how: int) -> Check:
    found = {check.name: check for check in check_storage(settings, **how)}[name]
    assert found.ok or found.fix, "a finding without a way out"
    return found


def mend(check: Check) -> None:
    _, _, line = check.fix.partition(": ")
    subprocess.run(shlex.split(line), check=True)


def test_a_sound_home_has_no_finding(office: Office) -> None:
    office.close()
    checks = [*check_storage(office.settings), *check_log(office.settings)]
    # That a calendar we ship ends soon depends on the day on which this runs; test_calendars.py has its days.
    assert [check.line() for check in checks if not check.ok and check.name != "calendars"] == []
    assert "lists" in [check.name for check in checks]


@pytest.mark.parametrize(
    ("home", "kind", "well"),
    [
        ("/home/x", "ext4", True),
        ("/srv/office", "nfs4", False),
        ("/srv/local/office", "ext4", True),
        ("/mnt/two words/office", "cifs", False),
    ],
)
def test_a_home_on_a_network_disk(tmp_path: Path, home: str, kind: str, well: bool) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    check = check_filesystem(Path(home), tmp_path / "mountinfo")
    assert (check.ok, f"({kind})" in check.what) == (well, True)
    assert well or "local disk" in check.fix


def test_where_mounts_cannot_be_listed_nothing_is_held_against_the_disk(tmp_path: Path) -> None:
    assert check_filesystem(tmp_path, tmp_path / "none").ok


def test_a_disk_that_is_nearly_full(office: Office) -> None:
    disk = os.statvfs(office.settings.home)
    check = finding(office.settings, "room", enough=disk.f_blocks * disk.f_frsize)
    assert not check.ok
    assert check.what.startswith("The home's disk is nearly full: ")


def test_a_runtime_that_is_too_old() -> None:
    old = (OLDEST_SQLITE[0], OLDEST_SQLITE[1] - 1, 9)
    check = check_runtime(old)
    assert (check.ok, check.what) == (False, "SQLite 3.30.9 is older than 3.31.0.")
    assert check_runtime().ok


_CHECK = """
import shlex, subprocess
from activities.health_storage import check_storage
from activities.settings import Settings
def act(home):
    for turn in range(2 if home.is_dir() else 0):
        check = {c.name: c for c in check_storage(Settings(home=home))}["writable"]
        print(check.ok, check.what, check.fix, sep="|")
        if check.fix.startswith("Run: "):
            subprocess.run(shlex.split(check.fix.removeprefix("Run: ")), check=True)
"""


def test_a_home_that_one_made_read_only_oneself(office: Office) -> None:
    home = office.settings.home
    office.close()
    give(home)
    home.chmod(0o500)
    first, second = as_nobody(_CHECK, home).splitlines()
    assert first == f"False|Not even you can write to {home}.|Run: chmod u+w {home}"
    assert second.startswith("True|")


def test_a_home_of_somebody_else(office: Office) -> None:
    """As root's is to nobody; an ordinary user who made it read-only is told how to undo that."""
    home = office.settings.home
    office.close()
    let_read(home)
    said = as_nobody(_CHECK, home).splitlines()[0]
    if os.geteuid() == 0:
        assert said.startswith(f"False|You may not write to {home} ")
        assert "Run the worker as root, whose files these are." in said
    else:
        assert said.startswith(f"False|Not even you can write to {home} ")


def test_what_a_killed_stack_left(office: Office) -> None:
    run = office.settings.run_files
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    (run / "worker.ready").write_text(f"{process.pid}\n")
    (run / "temporal.pid").write_text(f"{process.pid}\n")
    check = finding(office.settings, "leftovers")
    assert (check.ok, check.needed) == (False, False)
    assert str(run / "temporal.pid") in check.what
    mend(check)
    assert finding(office.settings, "leftovers").ok
    (run / "worker.ready").write_text(f"{os.getpid()}\n")
    assert finding(office.settings, "leftovers").ok, "a worker that runs by itself is no leftover"


def test_a_log_that_is_not_whole_without_the_file_beside_it(office: Office) -> None:
    office.tell(before="triage")
    check = finding(office.settings, "write-ahead")
    assert (check.ok, check.needed) == (False, False)
    assert f"left {office.settings.log_file}-wal" in check.what
    (office.settings.run_files / "worker.ready").write_text(f"{os.getpid()}\n")
    names = [check.name for check in check_storage(office.settings)]
    assert "write-ahead" not in names, "where a worker writes, it is as it should be"
    (office.settings.run_files / "worker.ready").unlink()
    office.close()
    assert finding(office.settings, "write-ahead").ok


def test_of_files_that_a_home_in_postgresql_has_not_nothing_is_said(
    new_office: NewOffice, tmp_path: Path
) -> None:
    with new_office(tmp_path / "own") as office:
        office.close()
        names = [check.name for check in check_storage(office.settings)]
        assert ("write-ahead" in names) == (office.database is None)


@pytest.mark.parametrize("damage", ["missing", "something else"])
def test_a_vault_that_is_not_there(office: Office, damage: str) -> None:
    office.close()
    vault = office.settings.vault_file
    vault.unlink() if damage == "missing" else vault.write_bytes(b"no vault at all" * 99)
    check = finding(office.settings, "vault")
    assert not check.ok
    assert "sealed texts of this log cannot be opened" in check.what
    assert "backup" in check.fix


def test_lists_that_do_not_stand_where_the_log_ends(office: Office) -> None:
    end = office.size()[0]
    with sqlite3.connect(office.settings.log_file) as connection:
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%position%' AND name != 'event'"
        ).fetchall():
            connection.execute(f"UPDATE {table} SET position = 1 WHERE position = {end}")
    check = {each.name: each for each in check_log(office.settings)}["lists"]
    assert not check.ok
    assert f"the log ends at {end}" in check.what
    assert check.fix == "Derive them anew: brokerage admin rebuild"
