"""Reports over many cases read them together: more cases take no more statements."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from activities.read_models.schema import case_row
from tests.activities.builders import Office
from tests.many_cases import open_many
from tests.starter.shell import typed


@pytest.fixture
def office(registered_home: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(registered_home, tmp_path / "home")
    own = Office(tmp_path / "home")
    yield own
    own.close()


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    seen: list[str] = []

    def executed(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: bool) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", executed)


def authorities(office: Office) -> list[str]:
    with office.reading.connect() as connection:
        return list(connection.execute(select(case_row.c.authority)).scalars())


def test_a_division_with_more_pairs_takes_no_more_statements(office: Office) -> None:
    open_many(office, 1)
    (where,) = set(authorities(office))
    line = (
        "report",
        "division",
        "--programme",
        "EAS",
        "--authority",
        where,
        "--year",
        "2026-27",
        "--rows",
        "pair",
        "--json",
    )
    with counted() as few:
        assert len(typed(office, *line).json) == 1
    open_many(office, 20, area="literacy")
    with counted() as many:
        pairs = typed(office, *line).json
    assert len(pairs) == authorities(office).count(where) > 3
    assert len(many) == len(few)


def test_open_cases_that_cite_an_overview_are_read_together(office: Office) -> None:
    def with_overviews(count: int, area: str) -> None:
        for reference in open_many(office, count, area=area):
            office.stream = f"case/{reference}"
            number = office.state().recipient
            body = {"version": "2026-1", "read_on": "2026-09-01", "priorities": [
                {"ref": "SSO-1", "area": "literacy", "text": "Reading."}]}  # fmt: skip
            office.give("admin", "record", body, stream=f"overview/{number}")

    with_overviews(1, "numeracy")
    line = ("report", "overview-drift", "--json")
    with counted() as few:
        typed(office, *line)
    with_overviews(12, "literacy")
    with counted() as many:
        assert typed(office, *line).code == 0
    assert len(many) == len(few)
    versions = typed(office, "overview", "list", "--json").json
    assert len(versions) == 12
    assert all(set(row) == {"school", "version", "priority", "area", "since"} for row in versions)
