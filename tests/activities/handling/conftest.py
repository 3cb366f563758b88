"""Offices with a registered home, for every test of what a worker does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.activities.builders import NewOffice, Office


@pytest.fixture(scope="module")
def untouched(new_office: NewOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office whose case waits for its head's consent; for tests that leave it as it was."""
    with new_office(tmp_path_factory.mktemp("untouched") / "home") as shared:
        shared.tell(before="consent")
        before = shared.size()
        yield shared
        assert shared.size() == before
        shared.check()


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as own:
        yield own
