"""`brokerage admin migrate`, and a worker that finds its database unfit: as processes, against a real server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.event_log.engine import open_reader
from activities.event_log.migrations import expected_revision
from activities.event_log.verify import verify_log
from activities.settings import Settings
from activities.vault import read_looks
from starter.home import create_home
from tests.postgres import Database, Server

ROOT = Path(__file__).parents[2]


def run(module: str, *words: str, **environment: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | {name: str(value) for name, value in environment.items()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def migrate(*words: str, **environment: object) -> subprocess.CompletedProcess[str]:
    return run("starter", "admin", "migrate", *words, **environment)


@pytest.fixture
def empty(postgres: Server) -> Iterator[Database]:
    with postgres.empty() as database:
        yield database


def test_it_makes_everything_and_repeating_it_changes_nothing(empty: Database) -> None:
    for _ in range(2):
        done = migrate(BROKERAGE_OWNER_URL=empty.owner)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"is at revision {expected_revision()}." in done.stdout
        assert "The vault at" in done.stdout
    assert verify_log(open_reader(empty.staff)).clean
    assert read_looks(empty.vault) == []


def test_log_and_vault_may_have_a_database_each(empty: Database, postgres: Server) -> None:
    with postgres.empty() as other:
        assert migrate("--only", "log", BROKERAGE_OWNER_URL=empty.owner).returncode == 0
        assert migrate("--only", "vault", BROKERAGE_OWNER_URL=other.owner).returncode == 0
        assert verify_log(open_reader(empty.staff)).clean
        assert read_looks(other.vault) == []


def test_without_an_owner_it_says_what_to_set() -> None:
    refused = migrate()
    assert refused.returncode == 2
    assert "BROKERAGE_OWNER_URL is not set" in refused.stderr
    assert "brokerage admin migrate" in refused.stderr


def test_a_server_that_is_not_there_is_unreachable() -> None:
    refused = migrate(BROKERAGE_OWNER_URL="postgresql://owner@127.0.0.1:9/brokerage")
    assert refused.returncode == 6
    assert "refused" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_login_without_its_password_is_told_where_it_belongs(empty: Database, tmp_path: Path) -> None:
    nothing = tmp_path / "pgpass"
    nothing.write_text("", "ascii")
    database = Database(empty.name, empty.port, nothing)
    home = {"BROKERAGE_HOME": tmp_path, "BROKERAGE_VAULT_URL": database.vault}
    for refused in (
        migrate(BROKERAGE_OWNER_URL=database.owner),
        run("starter", "case", "list", BROKERAGE_DATABASE_URL=database.staff, **home),
        run("starter", "audit", "looks", BROKERAGE_DATABASE_URL=database.staff, **home),
    ):
        assert refused.returncode == 6
        assert "no password supplied" in refused.stderr
        assert "PGPASSFILE or else ~/.pgpass" in refused.stderr
        assert "brokerage up" not in refused.stderr


def test_who_does_not_own_the_database_cannot_migrate_it(empty: Database) -> None:
    refused = migrate(BROKERAGE_OWNER_URL=empty.worker)
    assert refused.returncode == 6
    assert "permission denied" in refused.stderr


# A worker


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    create_home(settings, "anna", "real")
    return settings


def work(home: Settings, **environment: object) -> tuple[int, dict[str, str]]:
    """Start a worker that is to refuse; its exit code and what it said."""
    ended = run(
        "worker",
        BROKERAGE_HOME=home.home,
        BROKERAGE_LOG_FORMAT="json",
        TEMPORAL_ADDRESS="127.0.0.1:9",
        **environment,
    )
    return ended.returncode, json.loads(ended.stderr)


@pytest.mark.parametrize(
    ("login", "why", "fix"),
    [
        ("owner", "The login owner could change what is recorded", "IN ROLE brokerage_writer"),
        ("postgres", "it is a superuser", "IN ROLE brokerage_writer"),
        ("staff", "may not add to brokerage.log_identity", "GRANT brokerage_writer TO staff"),
        ("vault", "holds no log of Brokerage that this login may read", "admin migrate"),
    ],
)
def test_a_worker_refuses_to_start_as_anybody_else(
    home: Settings, database: Database, login: str, why: str, fix: str
) -> None:
    code, said = work(home, BROKERAGE_DATABASE_URL=database.url(login), BROKERAGE_VAULT_URL=database.vault)
    assert code == 6
    assert why in said["why"]
    assert fix in said["fix"]
    assert verify_log(open_reader(database.staff)).commands == 0


@pytest.mark.parametrize(
    ("fault", "why", "fix"),
    [
        ("UPDATE brokerage.alembic_version SET version_num = '0001'", "(revision 0001)", "admin migrate"),
        (
            "UPDATE brokerage.alembic_version SET version_num = '9999'",
            "(revision 9999)",
            "Use the version of Brokerage that brought it up to date",
        ),
        ("ALTER TABLE brokerage.event DISABLE TRIGGER event_no_delete", "event_no_delete", "audit verify"),
        ("DROP TRIGGER look_no_delete ON vault.look", "look_no_delete", "audit verify"),
        ("DROP SCHEMA vault CASCADE", "no vault", "admin migrate"),
    ],
)
def test_a_worker_refuses_to_start_on_a_database_that_is_not_fit(
    home: Settings, database: Database, fault: str, why: str, fix: str
) -> None:
    database.as_superuser(fault)
    code, said = work(home, BROKERAGE_DATABASE_URL=database.worker, BROKERAGE_VAULT_URL=database.vault)
    assert code == 6
    assert why in said["why"]
    assert fix in said["fix"]


def test_a_worker_does_not_start_without_a_vault_for_all_workers(home: Settings, database: Database) -> None:
    code, said = work(home, BROKERAGE_DATABASE_URL=database.worker)
    assert code == 6
    assert "BROKERAGE_VAULT_URL" in said["fix"]
    assert not home.vault_file.exists()


def test_a_password_in_a_url_is_refused_by_worker_and_commands_and_never_said(home: Settings) -> None:
    url = "postgresql://worker:S3cret@127.0.0.1:9/brokerage"
    for module, *words in (
        ["worker"],
        ["starter", "case", "list"],
        ["starter", "case", "list", "-v"],
        ["starter", "doctor"],
    ):
        ended = run(module, *words, BROKERAGE_HOME=home.home, BROKERAGE_DATABASE_URL=url)
        assert ended.returncode == 2
        assert "BROKERAGE_DATABASE_URL" in ended.stderr
        assert "~/.pgpass" in ended.stderr
        assert "S3cret" not in ended.stderr + ended.stdout
