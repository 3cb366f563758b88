"""A writer that is killed at any moment leaves a whole log, with everything that it had acknowledged."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from activities.database_url import DatabaseUrl
from activities.event_log.engine import Place, open_reader, open_writer
from activities.event_log.read import LogReader
from activities.event_log.verify import verify_log
from tests.activities.event_log.builders import CASE, append, fresh_log
from tests.postgres import Database

KILLS = 10
REPOSITORY = Path(__file__).parents[3]


def write_until_killed(place: Place, life: str) -> None:
    """Append without end, and acknowledge each command on stdout once it is committed."""
    from activities.event_log.append import EventLog

    log = EventLog(open_writer(place), "real")
    number = 0
    while True:
        number += 1
        append(log, f"life{life}-{number}", "a", "b", stream=f"{CASE}{life}")
        os.write(1, f"life{life}-{number}\n".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Place, Place]:
    """One fresh log, for who writes and for who reads."""
    if request.param == "postgresql":
        database: Database = request.getfixturevalue("database")
        return database.worker, database.staff
    path = tmp_path / "log.db"
    fresh_log(path).dispose()
    return path, path


def test_acknowledged_commands_survive_kill_nine(places: tuple[Place, Place]) -> None:
    writer, reading = places
    named = f"DatabaseUrl({str(writer)!r})" if isinstance(writer, DatabaseUrl) else f"Path({str(writer)!r})"
    acked: set[str] = set()

    for life in range(KILLS):
        program = f"from {__name__} import *; write_until_killed({named}, '{life}')"
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )
        assert process.stdout is not None
        acked.add(process.stdout.readline().strip())
        time.sleep(0.01 + 0.013 * life)
        process.send_signal(signal.SIGKILL)
        acked.update(line.strip() for line in process.stdout if line.endswith("\n"))
        process.wait()

    reader = LogReader(open_reader(reading))
    stored = {command.id for command in reader.commands()}
    assert len(acked) > KILLS
    assert acked <= stored
    assert len(stored - acked) <= KILLS, "at most the command in flight at each kill"
    report = verify_log(open_reader(reading))
    assert report.findings == []
    assert report.head_position == 2 * len(stored)
