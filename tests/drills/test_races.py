"""Through real workflows and two worker processes: of many who want the same at once, exactly as many get it as there is."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Final

import pytest
from temporalio.client import Client

from activities.read_models.facts import FactReader
from activities.read_models.money_facts import funds_named
from activities.submitting import submit_to_case
from domain.case.terms import financial_years
from domain.ids import TASK_QUEUE, stream_key
from domain.messages import Answer, Command, Receipt, Refused
from starter.connection import connect
from starter.stack.temporal_server import TemporalServer
from tests.activities.builders import NewOffice, Office
from tests.domain.case.office import eas
from tests.end_to_end.office import RunningOffice
from tests.racing import (
    AREAS,
    BROKER,
    HOLDS,
    PRICE,
    SEA,
    SIPS,
    designate,
    drafts,
    fund_of_thirty,
    in_matching,
)
from workflows.options import TASK_TIMEOUT

pytestmark = pytest.mark.timeout(300)

CASES: Final = 50
WORKERS: Final = 2


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as own:
        own.now = datetime.now(UTC)
        yield own
        own.check()


@asynccontextmanager
async def running(office: Office) -> AsyncIterator[Client]:
    """Temporal's server and two workers on the office's home."""
    settings = office.settings
    settings.run_files.mkdir(exist_ok=True)
    server = TemporalServer(settings, None, None)
    await server.start()
    shell = RunningOffice(settings.home)
    shell.port = server.port
    environment = shell.environment(TEMPORAL_ADDRESS=server.address, TEMPORAL_NAMESPACE="brokerage")
    if office.database is not None:
        environment |= {
            "BROKERAGE_DATABASE_URL": str(office.database.worker),
            "BROKERAGE_VAULT_URL": str(office.database.vault),
        }
    try:
        with workers(environment):
            os.environ["TEMPORAL_ADDRESS"] = server.address
            yield await connect(settings, person=BROKER)
    finally:
        os.environ.pop("TEMPORAL_ADDRESS", None)
        await server.child.stop(10)


@contextmanager
def workers(environment: dict[str, str]) -> Iterator[None]:
    started = [subprocess.Popen([sys.executable, "-m", "worker"], env=environment) for _ in range(WORKERS)]
    try:
        yield
        assert [worker.poll() for worker in started] == [None] * WORKERS
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait(60)


async def answers_of(client: Client, commands: Sequence[Command]) -> tuple[list[Receipt], list[Refused]]:
    """Send all of them at once: who got it, and who did not."""

    async def answer(command: Command) -> Answer:
        return await submit_to_case(
            client,
            command,
            task_queue=TASK_QUEUE,
            task_timeout=TASK_TIMEOUT,
            timeout=timedelta(seconds=150),
        )

    answers = await asyncio.gather(*map(answer, commands))
    return (
        [one for one in answers if isinstance(one, Receipt)],
        [one for one in answers if isinstance(one, Refused)],
    )


async def test_of_fifty_offers_for_ten_places_ten_are_made(office: Office) -> None:
    start = (office.now + timedelta(days=60)).date()
    with office.reading.connect() as connection:
        period = FactReader(connection).days_of(eas(), None).period_of(start)
    designate(office, 40, period)
    cases = list(product(SIPS, AREAS))[:CASES]
    streams = [in_matching(office, *each, start.isoformat()) for each in cases]
    wanted = {
        "provider": stream_key(SEA),
        "reason": "has the days",
        "periods": [{"period": period, "quarter_days": 4}],
    }
    offers = [office.sign(BROKER, "offer", wanted, stream=stream) for stream in streams]
    async with running(office) as client:
        won, lost = await answers_of(client, offers)
    assert (len(won), len(lost)) == (10, 40)
    winners = {stream_key(answer.stream) for answer in won}
    for answer in lost:
        assert answer.code == "R-CAPACITY"
        assert all(f"{reference} by {BROKER}" in answer.message for reference in winners)


async def test_of_fifty_budgets_from_a_fund_for_thirty_thirty_are_reserved(office: Office) -> None:
    year = financial_years(eas(), office.now.date(), office.now.date())[0]
    fund = fund_of_thirty(office, year)
    commands = drafts(office, CASES, year)
    async with running(office) as client:
        won, lost = await answers_of(client, commands)
    assert (len(won), len(lost)) == (HOLDS, CASES - HOLDS)
    assert {answer.code for answer in lost} == {"R-FUND"}
    assert all("GBP 55.00 are asked for" in answer.message for answer in lost)
    assert all("held by EAS-" in answer.hint for answer in lost)
    with office.reading.connect() as connection:
        (left,) = funds_named(connection, [stream_key(fund)]).facts.funds
    assert (left.reserved, left.available) == (HOLDS * PRICE, 0)
