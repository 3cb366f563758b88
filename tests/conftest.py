"""What tests share: one office with the sample registers, made once and copied for each test."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.activities.builders import Office, founded_home
from tests.postgres import Database, Server


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
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL server with our logins, and a migrated database to copy."""
    with Server(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    """A fresh, migrated PostgreSQL database of one's own."""
    with postgres.fresh() as fresh:
        yield fresh


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_reaches_the_programs_we_start() -> None:
    """A shell lets what it runs in the background ignore Ctrl-C, and so would every program started here."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
