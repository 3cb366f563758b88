"""A server that skips time for each test, real ones for the whole session; and a laboratory on either."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

from tests.activities.builders import Office
from tests.workflows.lab import Lab
from workflows.converter import PayloadKeys, data_converter
from workflows.search_attributes import SEARCH_ATTRIBUTES

KEYS = PayloadKeys((("test", bytes(range(32))),))


def binary(name: str) -> str:
    """A server's program, beside our Python; nothing is downloaded."""
    path = Path(sys.executable).parent / name
    if not path.is_file():
        pytest.fail(f"{path} is missing: it comes with the packages of the group dev")
    # Read through once: loaded page by page from a cold disk, it starts later than the SDK waits for it.
    with path.open("rb") as program:
        while program.read(1 << 20):
            pass
    return str(path)


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server on which months pass in a moment.

    Each test has its own, which starts in a tenth of a second: on a shared one, what other tests left
    behind has its timers too, and every skip would have to wait for them.
    """
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=binary("temporal-test-server"), data_converter=data_converter(KEYS)
    ) as environment:
        # This server cannot list what it has, so it is not asked what is missing.
        types = {
            key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in SEARCH_ATTRIBUTES
        }
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=environment.client.namespace, search_attributes=types)
        )
        yield environment


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    """The real server."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary("temporal"),
        dev_server_log_level="error",
        data_converter=data_converter(KEYS),
        search_attributes=list(SEARCH_ATTRIBUTES),
    ) as environment:
        yield environment


@pytest.fixture(scope="session")
async def forgetful() -> AsyncIterator[WorkflowEnvironment]:
    """A real server that suggests to continue as new after a few events."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary("temporal"),
        dev_server_log_level="error",
        data_converter=data_converter(KEYS),
        search_attributes=list(SEARCH_ATTRIBUTES),
        dev_server_extra_args=["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=25"],
    ) as environment:
        yield environment


@pytest.fixture
async def skip_lab(skipping: WorkflowEnvironment, office: Office) -> AsyncIterator[Lab]:
    """A laboratory where `lab.sleep` takes no time."""
    async with Lab(skipping, office) as lab:
        yield lab


@pytest.fixture
async def lab(server: WorkflowEnvironment, office: Office) -> AsyncIterator[Lab]:
    """A laboratory on the real server."""
    async with Lab(server, office) as one:
        yield one
