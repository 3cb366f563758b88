"""Programmes that come with Brokerage are put in force by their code; an older log may not have them yet."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.activities.builders import ADMIN, Office
from tests.starter.shell import typed


@pytest.fixture
def office(registered_home: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(registered_home, tmp_path / "home")
    office = Office(tmp_path / "home")
    yield office
    office.close()


@pytest.mark.parametrize("code", ["DEPED", "eas"])
def test_one_that_is_in_force_changes_nothing(office: Office, code: str) -> None:
    done = typed(office, "programme", "publish", code, "--dry-run", "--profile", ADMIN)
    assert done.code == 0, done
    assert "says so already" in done.out


def test_one_that_an_older_log_lacks_is_named_with_the_line_that_brings_it(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(text("DELETE FROM programme WHERE code = 'DEPED'"))
    done = typed(office, "programme", "show", "DEPED")
    assert done.code == 3
    assert "or: brokerage programme publish DEPED" in done.err


def test_what_its_days_are_counted_on_is_said_and_what_is_missing_too(office: Office) -> None:
    assert "Days are counted on wales@1\n" in typed(office, "programme", "show", "EAS").out
    with office.engine.begin() as connection:
        connection.execute(text("DELETE FROM calendar WHERE code = 'wales'"))
    said = typed(office, "programme", "show", "EAS").out
    assert "Days are counted on weekdays-1: wales is not on record\n" in said


def test_a_code_that_nothing_comes_with_is_no_file(office: Office) -> None:
    done = typed(office, "programme", "publish", "XYZ", "--profile", ADMIN)
    assert done.code == 2
    assert "E-FILE" in done.err
