"""`case read` opens what people wrote, for those who have a part in the case, and never unseen."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from starter.home import create_profile
from starter.sample.stories import STORIES
from tests.end_to_end.office import RunningOffice


@pytest.fixture(scope="module")
def signed(running: RunningOffice) -> str:
    """A case whose agreement awaits signatures."""
    return running.bring(STORIES[1], "expressive-arts", "awaiting_signatures", texts=" (in confidence)")[0]


def looks(office: RunningOffice) -> list[tuple[str, str]]:
    office.settle()
    with sqlite3.connect(office.settings.vault_file) as vault:
        return vault.execute("SELECT reader, purpose FROM look ORDER BY number").fetchall()


@pytest.mark.parametrize("reader", ["head.6990003", "head.6990105", "sip.carys", "auditor.bedwyr"])
def test_parties_and_auditors_read_it_and_are_put_on_record(
    running: RunningOffice, signed: str, reader: str
) -> None:
    before = looks(running)
    done = running.here("case", "read", signed, profile=reader)
    assert "in confidence" in done.well().out
    assert f"signatures are given to the hash {running.text_that_stands(signed)}" in done.out
    assert "days: " in done.out
    assert "quarter" not in done.out
    assert looks(running)[len(before) :] == [(reader, f"case read {signed}")]


@pytest.mark.parametrize("reader", ["head.6990009", "sip.tomos", "admin"])
def test_who_has_no_part_in_the_case_opens_nothing(running: RunningOffice, signed: str, reader: str) -> None:
    before = looks(running)
    done = running.here("case", "read", signed, profile=reader)
    assert (done.code, done.out) == (4, "")
    assert "has no part in" in done.err
    assert looks(running) == before


def test_nobody_looks_in_anothers_name(running: RunningOffice, signed: str, tmp_path: Path) -> None:
    """A copy of the office in which somebody made themselves a key for the head."""
    copy = RunningOffice(tmp_path / "home")
    shutil.copytree(running.home, copy.home, ignore=shutil.ignore_patterns("run", "temporal*"))
    (copy.settings.profiles / "head.6990003.key").unlink()
    create_profile(copy.settings, "head.6990003")
    done = copy.here("case", "read", signed, profile="head.6990003")
    assert (done.code, done.out) == (4, "")
    assert "R-SIGNATURE" in done.err


def test_without_a_vault_nothing_is_read_and_none_is_made(
    running: RunningOffice, signed: str, tmp_path: Path
) -> None:
    copy = RunningOffice(tmp_path / "home")
    shutil.copytree(running.home, copy.home, ignore=shutil.ignore_patterns("run", "temporal*", "vault.db*"))
    done = copy.here("case", "read", signed, profile="head.6990003")
    assert (done.code, done.out) == (6, "")
    assert "There is no vault" in done.err
    assert not copy.settings.vault_file.exists()
