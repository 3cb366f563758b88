"""When PostgreSQL fails a writer: what passes by itself is told as such, and nothing is lost or done twice."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from activities.event_log.append import EventLog, LogTransaction
from activities.event_log.engine import open_reader, open_writer
from activities.event_log.errors import LogUnavailableError
from activities.event_log.read import LogReader
from activities.event_log.verify import verify_log
from activities.temporal import TRANSIENT
from tests.activities.event_log.builders import CASE, NOW, append, noted, receipt, signed_command
from tests.activities.event_log.conformance import submit
from tests.postgres import Database, Server

ROUNDS = 4


@pytest.fixture
def log(database: Database) -> Iterator[EventLog]:
    engine = open_writer(database.worker)
    yield EventLog(engine, "real")
    engine.dispose()


@pytest.fixture(scope="module")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of one's own, to be killed; it flushes each commit, so that a kill finds some under way."""
    with Server(tmp_path_factory.mktemp("doomed"), {"fsync": "on", "max_wal_senders": "0"}) as server:
        yield server


def backends(database: Database) -> list[int]:
    """Process ids of the sessions that workers have there."""
    with psycopg.connect(str(database.superuser)) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'worker'"
        )
        return [pid for (pid,) in rows]


class Persistent(threading.Thread):
    """A worker's thread, as Temporal drives it: each command is tried under its id until it is answered."""

    def __init__(self, engine: Engine, name: str) -> None:
        super().__init__(name=name)
        self.log = EventLog(engine, "real")
        self.acked: dict[str, int] = {}
        self.failed = 0
        self.unexpected: BaseException | None = None
        self.enough = threading.Event()

    def run(self) -> None:
        try:
            for number in count():
                if self.enough.is_set():
                    return
                self._persist(f"{self.name}-{number}")
        except BaseException as error:
            self.unexpected = error

    def _persist(self, id: str) -> None:
        while True:
            try:
                self.acked[id] = submit(self.log, id, CASE)
                return
            except TRANSIENT:
                self.failed += 1
                time.sleep(0.01)


def persist_through(server: Server, database: Database, strike: str) -> list[Persistent]:
    """Writers that go on while the server, or one of its sessions, is killed again and again."""
    engine = open_writer(database.worker)
    writers = [Persistent(engine, f"t{number}") for number in range(3)]
    for writer in writers:
        writer.start()
    chance = random.Random(strike)
    for _ in range(ROUNDS):
        until_acked(writers, any)
        time.sleep(chance.random() / 20)
        if strike == "postmaster":
            server.kill(signal.SIGKILL)
            server.start()
        else:
            for pid in backends(database):
                os.kill(pid, signal.SIGKILL if strike == "backend" else signal.SIGTERM)
            server.wait()
    until_acked(writers, all)
    for writer in writers:
        writer.enough.set()
        writer.join(timeout=60)
    engine.dispose()
    return writers


def until_acked(writers: list[Persistent], how_many: Callable[[Iterable[bool]], bool]) -> None:
    """Wait until any, or all, of them have got another answer."""
    reached = [len(writer.acked) for writer in writers]
    deadline = time.monotonic() + 60
    while not how_many(len(w.acked) > n for w, n in zip(writers, reached, strict=True)):
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("strike", ["postmaster", "backend", "session"])
def test_a_killed_server_loses_nothing_that_was_acknowledged_and_leaves_no_gap(
    doomed: Server, strike: str
) -> None:
    """SIGKILL of the postmaster, of a session's own process, and sessions that are ended by an administrator."""
    with doomed.fresh() as database:
        writers = persist_through(doomed, database, strike)

        assert [writer.unexpected for writer in writers] == [None] * 3
        assert sum(writer.failed for writer in writers) >= 1, "the strikes hit somebody"
        reader = LogReader(open_reader(database.staff))
        stored = {command.id: command.answer["position"] for command in reader.commands()}
        acked = {id: position for writer in writers for id, position in writer.acked.items()}
        assert stored == acked
        report = verify_log(open_reader(database.staff))
        assert report.findings == []
        assert report.head_position == 2 * len(stored)


def test_a_log_that_another_session_holds_is_waited_for_and_then_given_up(
    database: Database, log: EventLog
) -> None:
    append(log, "c-1", "a")
    impatient = open_writer(database.worker)
    with impatient.connect() as connection:
        connection.execute(text("SET lock_timeout TO 50"))
        connection.commit()
    with open_writer(database.worker).begin(), pytest.raises(OperationalError) as refused:
        append(EventLog(impatient, "real"), "c-2", "a")
    assert "lock timeout" in str(refused.value)
    assert isinstance(refused.value, TRANSIENT)
    append(EventLog(impatient, "real"), "c-2", "a")
    assert verify_log(open_reader(database.staff)).clean


@pytest.mark.parametrize(
    ("fault", "mended"),
    [
        # A server that has become a standby, or was set to be read only.
        (
            "ALTER ROLE worker IN DATABASE {name} SET default_transaction_read_only TO on",
            "ALTER ROLE worker IN DATABASE {name} RESET default_transaction_read_only",
        ),
        (
            "REVOKE INSERT ON brokerage.event FROM brokerage_writer",
            "GRANT INSERT ON brokerage.event TO brokerage_writer",
        ),
        ("REVOKE CONNECT ON DATABASE {name} FROM worker", "GRANT CONNECT ON DATABASE {name} TO worker"),
        ("ALTER DATABASE {name} ALLOW_CONNECTIONS false", "ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
        ("ALTER DATABASE {name} CONNECTION LIMIT 0", "ALTER DATABASE {name} CONNECTION LIMIT -1"),
    ],
)
def test_what_an_operator_can_mend_is_no_fault_of_the_command(
    postgres: Server, database: Database, fault: str, mended: str
) -> None:
    administration = postgres.database("postgres")
    everywhere = database if "brokerage." in fault else administration
    everywhere.as_superuser(fault.format(name=database.name))
    engine = open_writer(database.worker)

    with pytest.raises(TRANSIENT):
        append(EventLog(engine, "real"), "c-1", "a")

    everywhere.as_superuser(mended.format(name=database.name))
    engine.dispose()
    assert append(EventLog(engine, "real"), "c-1", "a").events[0].position == 1
    assert verify_log(open_reader(database.staff)).clean


@pytest.mark.parametrize(
    "condition",
    [
        "disk_full", "out_of_memory", "too_many_connections", "admin_shutdown", "crash_shutdown",
        "cannot_connect_now", "query_canceled", "lock_not_available", "deadlock_detected",
        "serialization_failure", "read_only_sql_transaction", "insufficient_privilege", "io_error",
    ],
)  # fmt: skip
def test_whatever_befalls_the_server_is_tried_again(
    database: Database, log: EventLog, condition: str
) -> None:
    """The condition is raised by a trigger that the tables' owner put there, so as the server raises it."""
    database.as_superuser(
        "CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE {condition}; END $$",
        "CREATE TRIGGER a_fault BEFORE INSERT ON brokerage.event FOR EACH ROW EXECUTE FUNCTION public.fail()",
    )
    with pytest.raises(TRANSIENT):
        append(log, "c-1", "a")
    database.as_superuser("DROP TRIGGER a_fault ON brokerage.event")
    assert append(log, "c-1", "a").events[0].position == 1
    assert verify_log(open_reader(database.staff)).clean


def test_a_writer_that_stops_in_the_middle_lets_go_of_the_log(database: Database, log: EventLog) -> None:
    """Its session ends by itself, so that a frozen process does not hold up all others."""
    engine = open_writer(database.worker)
    with engine.connect() as connection:
        connection.execute(text("SET idle_in_transaction_session_timeout TO 50"))
        connection.commit()

    def stop_in_the_middle() -> None:
        with EventLog(engine, "real").transaction() as held:
            append(log, "meanwhile", "a")
            append_to(held, "frozen")

    with pytest.raises(TRANSIENT):
        stop_in_the_middle()
    append(EventLog(engine, "real"), "afterwards", "a")
    assert [c.id for c in LogReader(open_reader(database.staff)).commands()] == ["meanwhile", "afterwards"]


def append_to(held: LogTransaction, id: str) -> None:
    held.append(CASE, 0, [noted()], signed_command(id), NOW, receipt)


def test_a_server_that_is_gone_is_told_by_where_it_was(database: Database) -> None:
    with pytest.raises(
        LogUnavailableError, match=r"^postgresql://staff@127\.0\.0\.1:\d+/gone\S* cannot be read"
    ):
        open_reader(Database("gone", database.port, database.passwords).staff)
