"""What tests share: one office with the sample registers, made once and copied for each test."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.activities.builders import NewOffice, Office, founded_home
from tests.postgres import Database, Server

# No property asserts how fast it is seen to hold: the tests run beside each other on busy machines.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def registered_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose log holds the founding entries and the sample schools, people and offers."""
    return founded_home(tmp_path_factory.mktemp("registered") / "home")


@pytest.fixture
def office(registered_home: Path, tmp_path: Path) -> Iterator[Office]:
    """An office of one's own."""
    shutil.copytree(registered_home, tmp_path / "home")
    own = Office(tmp_path / "home")
    yield own
    own.close()


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as `registered_home`, on the demonstration's clock."""
    return founded_home(tmp_path_factory.mktemp("demo") / "home", clock="demo")


@pytest.fixture
def demo_office(demo_home: Path, tmp_path: Path) -> Iterator[Office]:
    """An office of one's own in which time can be moved."""
    shutil.copytree(demo_home, tmp_path / "demo")
    own = Office(tmp_path / "demo", clock="demo")
    yield own
    own.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL server with our logins, and a migrated database to copy."""
    with Server(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    """A fresh, migrated PostgreSQL database of one's own."""
    with postgres.fresh() as fresh:
        yield fresh


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def new_office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewOffice]:
    """As `office`, and each test that asks for it runs on both databases."""
    if request.param == "sqlite":
        registered: Path = request.getfixturevalue("registered_home")
        yield partial(_office_in_files, registered)
        return
    server: Server = request.getfixturevalue("postgres")
    with server.fresh() as database:
        home = founded_home(tmp_path_factory.mktemp("registered") / "home", database)
        yield partial(_office_in_database, server, database, home)


@contextmanager
def _office_in_files(registered: Path, home: Path) -> Iterator[Office]:
    shutil.copytree(registered, home)
    office = Office(home)
    yield office
    office.close()


@contextmanager
def _office_in_database(
    server: Server, registered: Database, registered_home: Path, home: Path
) -> Iterator[Office]:
    shutil.copytree(registered_home, home)
    with server.fresh(registered.name) as database:
        office = Office(home, database=database)
        yield office
        office.close()


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_reaches_the_programs_we_start() -> None:
    """A shell lets what it runs in the background ignore Ctrl-C, and so would every program started here."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
