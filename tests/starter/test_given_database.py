"""A home that was given a database of one's own goes on with it, and with no other."""

from pathlib import Path

import pytest

from activities.database_url import DatabaseUrl
from activities.places import log_place, vault_place
from activities.settings import Settings
from starter.failures import Exit, Failure
from starter.stack.given_database import remember_database

LOG, VAULT = "postgresql://worker@db.example/brokerage", "postgresql://vault@db.example/brokerage"


def given(home: Path, log: str = LOG, vault: str | None = VAULT) -> Settings:
    return Settings(
        home=home, database_url=DatabaseUrl(log), vault_url=None if vault is None else DatabaseUrl(vault)
    )


def test_later_lines_find_it_without_the_variables(tmp_path: Path) -> None:
    remember_database(given(tmp_path))
    later = Settings(home=tmp_path)
    assert (str(log_place(later)), str(vault_place(later))) == (LOG, VAULT)


def test_without_the_variables_nothing_is_written(tmp_path: Path) -> None:
    remember_database(Settings(home=tmp_path))
    remember_database(given(tmp_path, vault=None))
    assert list(tmp_path.iterdir()) == []


def test_another_login_to_the_same_database_is_no_other_log(tmp_path: Path) -> None:
    remember_database(given(tmp_path))
    remember_database(given(tmp_path, log="postgresql://worker-2@db.example/brokerage?sslmode=verify-full"))
    assert "worker-2" in str(log_place(Settings(home=tmp_path)))


@pytest.mark.parametrize(
    "other",
    [
        "postgresql://worker@db.example/other",
        "postgresql://worker@elsewhere.example/brokerage",
        "postgresql:///?service=b",
    ],
)
def test_a_log_does_not_move_by_a_variable(tmp_path: Path, other: str) -> None:
    remember_database(given(tmp_path))
    with pytest.raises(Failure, match="a log does not move") as refused:
        remember_database(given(tmp_path, log=other))
    assert refused.value.exit_code is Exit.USAGE
    assert str(log_place(Settings(home=tmp_path))) == LOG


def test_a_home_whose_log_is_in_files_keeps_it_there(tmp_path: Path) -> None:
    settings = given(tmp_path)
    settings.log_file.touch()
    with pytest.raises(Failure, match="a log does not move"):
        remember_database(settings)
    assert not settings.database_file.exists()
