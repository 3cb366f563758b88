"""One running office for all end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.office import RunningOffice


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """`brokerage up` in a new home, its registers read by `brokerage … import`."""
    with RunningOffice(tmp_path_factory.mktemp("office") / "home") as office:
        office.load_registers()
        yield office
