"""What staff type, in a home whose log is in SQLite and in one whose log is in PostgreSQL: the same answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from starter.sample.stories import STORIES
from tests.activities.builders import NewOffice, Office
from tests.postgres import Database
from tests.starter.shell import typed


@pytest.fixture(scope="module")
def told(new_office: NewOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office in which every story was told; it is only read."""
    with new_office(tmp_path_factory.mktemp("told") / "home") as office:
        for story in STORIES:
            office.tell(story)
        yield office


ANSWERS: dict[tuple[str, ...], str] = {}
"""What was answered to each line, whichever database was asked first."""


@pytest.mark.parametrize(
    "line",
    [
        "case list --json=reference,stage,waiting_on,recipient,version --sort reference",
        "case list --columns reference,stage,area --sort -opened_at",
        "case list --csv --columns reference,recipient,stage --sort reference --closed",
        "case list --as-of position:150 --json=reference,stage,version --sort reference",
        "case list --area numeracy --json=reference",
        "school list --json",
        "provider list --csv",
        "programme list --json",
        "case show EAS-KM3J1Y0-3",
        "case show EAS-KM3J1Y0-3 --as-of event:3 --json=stage,version",
    ],
)
def test_the_answer_is_the_same(told: Office, line: str) -> None:
    reference = told.stream.partition("/")[2]
    words = tuple(line.replace("EAS-KM3J1Y0-3", reference).split())
    answer = typed(told, *words)
    assert answer.code == 0, answer
    assert answer.out.strip()
    assert ANSWERS.setdefault(words, answer.out) == answer.out


def test_an_audit_holds_and_lists_are_what_the_log_says(told: Office) -> None:
    assert typed(told, "audit", "verify").out.startswith("✓ The log holds")
    assert typed(told, "admin", "rebuild", "--check").code == 0
    assert typed(told, "audit", "looks", "--json").json == []


@pytest.fixture
def spoilt(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    """An office in which somebody changed a row of a list."""
    with new_office(tmp_path / "home") as office:
        office.tell(before="triage")
        with office.engine.begin() as connection:
            connection.execute(text("UPDATE case_row SET stage = 'archived'"))
        yield office


def test_lists_are_rebuilt_by_who_may_write_them(spoilt: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed(spoilt, "admin", "rebuild", "--check").code == 8
    database: Database | None = spoilt.database
    if database is not None:
        refused = typed(spoilt, "admin", "rebuild")
        assert refused.code == 6
        assert "permission denied for table write_lock. Nothing was changed." in refused.err
        monkeypatch.setenv("BROKERAGE_DATABASE_URL", str(database.worker))
    assert "row put right" in typed(spoilt, "admin", "rebuild").out
    spoilt.check()
