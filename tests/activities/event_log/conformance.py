"""What every backend of the log must do. A backend's test class inherits it and says how to open one."""

import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from activities.event_log.append import EventLog
from activities.event_log.drafts import EventDraft
from activities.event_log.errors import (
    DuplicateCommandError,
    SchemaError,
    VersionConflictError,
    WrongClockError,
)
from activities.event_log.migrations import expected_revision
from activities.event_log.read import LogReader
from activities.event_log.verify import verify_log
from domain.canonical import NotCanonicalError
from domain.ids import event_id
from tests.activities.event_log.builders import (
    CASE,
    NOW,
    OTHER_CASE,
    append,
    noted,
    receipt,
    refuse,
    signed_command,
    small_log,
)

Open = Callable[[], Engine]
"""Opens an engine on the log of the test; picklable, since other processes call it."""


class LogConformance:
    """Inherit it, and override `opens` with (writer, reader) of one fresh, migrated log."""

    @pytest.fixture
    def opens(self) -> tuple[Open, Open]:
        raise NotImplementedError("a backend says how its log is opened")

    @pytest.fixture
    def log(self, opens: tuple[Open, Open]) -> EventLog:
        return EventLog(opens[0](), "real")

    @pytest.fixture
    def reader(self, opens: tuple[Open, Open]) -> LogReader:
        return LogReader(opens[1]())

    def test_what_was_appended_is_what_is_read(self, log: EventLog, reader: LogReader) -> None:
        appended = append(log, "open-1", "Gŵyl", "größe 学校 🏫")

        assert tuple(reader.events()) == appended.events
        assert tuple(reader.events(CASE)) == appended.events
        assert reader.command("open-1") == appended.command
        assert [e.payload["text"] for e in appended.events] == ["Gŵyl", "größe 学校 🏫"]

    def test_commands_are_found_by_how_their_id_begins(self, log: EventLog, reader: LogReader) -> None:
        for id in ("storm.b", "storm.a", "storm", "stormy.a", "storm/a", "Storm.a"):
            append(log, id, "text")
        refuse(log, "storm.c")

        found = reader.commands_named("storm.")
        assert [one.record.id for one in found] == ["storm.b", "storm.a", "storm.c"]
        assert reader.count_commands_named("storm.") == 3
        assert reader.count_commands_named("thaw.") == 0

    def test_ids_follow_from_stream_command_and_place(self, log: EventLog) -> None:
        events = append(log, "open-1", "a", "b").events

        assert [e.envelope.id for e in events] == [event_id(CASE, "open-1", 0), event_id(CASE, "open-1", 1)]

    def test_positions_and_versions_have_no_gaps(self, log: EventLog, reader: LogReader) -> None:
        for number in range(6):
            append(log, f"c-{number}", "a", "b", stream=(CASE, OTHER_CASE)[number % 2])

        events = list(reader.events())
        assert [e.position for e in events] == list(range(1, 13))
        for stream in (CASE, OTHER_CASE):
            assert [e.envelope.version for e in reader.events(stream)] == list(range(1, 7))
        assert reader.streams("case") == (OTHER_CASE, CASE)
        assert reader.streams("cas") == ()

    def test_an_outdated_version_is_refused_and_leaves_nothing(
        self, log: EventLog, reader: LogReader
    ) -> None:
        append(log, "c-1", "a", "b")

        with pytest.raises(VersionConflictError) as conflict:
            append(log, "c-2", "late", expected_version=1)

        assert (conflict.value.expected, conflict.value.actual) == (1, 2)
        assert reader.head().position == 2
        assert reader.command("c-2") is None

    def test_a_command_id_is_taken_once_in_the_whole_log(self, log: EventLog, reader: LogReader) -> None:
        first = append(log, "c-1", "a")

        with pytest.raises(DuplicateCommandError):
            append(log, "c-1", "again", stream=OTHER_CASE)
        with pytest.raises(DuplicateCommandError):
            refuse(log, "c-1")

        assert reader.command("c-1") == first.command
        assert reader.head().position == 1

    def test_a_refusal_is_kept_with_its_answer(self, log: EventLog, reader: LogReader) -> None:
        refuse(log, "no-1")

        found = reader.command("no-1")
        assert found is not None
        assert (found.outcome, found.answer["code"], found.record.events) == ("refused", "R-TEST", [])
        assert reader.head().position == 0

    def test_a_command_may_have_nothing_to_do(self, log: EventLog) -> None:
        append(log, "c-1", "a")
        idle = append(log, "c-2")

        assert idle.events == ()
        assert (idle.command.outcome, idle.command.answer["position"]) == ("done", 1)

    def test_the_answer_knows_the_places_of_its_events(self, log: EventLog) -> None:
        append(log, "c-1", "a")

        assert append(log, "c-2", "b", "c").command.answer == {
            "kind": "receipt",
            "version": 3,
            "position": 3,
        }

    def test_a_command_leaves_all_its_events_or_none(self, log: EventLog, reader: LogReader) -> None:
        bad = EventDraft("Noted", 1, {"share": 0.5}, NOW, noted().actor)
        with log.transaction() as transaction:
            with pytest.raises(NotCanonicalError):
                transaction.append(CASE, 0, [noted(), bad], signed_command("c-1"), NOW, receipt)
            transaction.refuse(signed_command("c-1"), NOW, {"code": "R-BODY"})

        assert reader.head().position == 0
        assert [c.outcome for c in reader.commands()] == ["refused"]

    def test_a_transaction_that_raises_leaves_nothing(self, log: EventLog, reader: LogReader) -> None:
        def fail() -> None:
            with log.transaction() as transaction:
                transaction.append(CASE, 0, [noted()], signed_command("c-1"), NOW, receipt)
                raise RuntimeError("after the append")

        with pytest.raises(RuntimeError):
            fail()

        assert reader.identity() is None
        assert list(reader.events()) == []
        assert list(reader.commands()) == []
        assert append(log, "c-1", "a").events[0].position == 1

    def test_several_commands_share_a_transaction(self, log: EventLog, reader: LogReader) -> None:
        with log.transaction() as transaction:
            for number in range(3):
                transaction.append(CASE, number, [noted()], signed_command(f"c-{number}"), NOW, receipt)
            assert transaction.head.position == 3
            assert len(transaction.read_stream(CASE)) == 3
            found = transaction.find_command("c-2")
            assert found is not None
            assert found.number == 3

        assert reader.head().position == 3

    def test_time_never_runs_backwards_in_the_log(self, log: EventLog, reader: LogReader) -> None:
        append(log, "c-1", "a", now=NOW)
        refuse(log, "no-1", now=NOW + timedelta(hours=1))
        append(log, "c-2", "b", now=NOW - timedelta(days=1))

        times = [event.envelope.recorded_at for event in reader.events()]
        assert times == [NOW, NOW + timedelta(hours=1)]
        assert reader.head().recorded_at == NOW + timedelta(hours=1)

    def test_a_command_appends_to_its_own_stream_only(self, log: EventLog) -> None:
        with pytest.raises(ValueError, match="cannot append"):
            append(log, "c-1", "a", stream=CASE, command=signed_command("c-1", OTHER_CASE))

    def test_a_log_keeps_its_identity_and_its_clock(
        self, opens: tuple[Open, Open], log: EventLog, reader: LogReader
    ) -> None:
        recorded = append(log, "c-1", "a")

        identity = reader.identity()
        assert identity is not None
        assert (identity.log, identity.clock) == (recorded.events[0].envelope.log, "real")
        assert identity.created_at == NOW
        with pytest.raises(WrongClockError):
            append(EventLog(opens[0](), "demo"), "c-2", "a")

    @pytest.mark.parametrize(("revision", "named"), [("9999", "newer"), ("0001", "older")])
    def test_who_has_the_log_open_writes_no_more_once_it_is_of_another_version(
        self, opens: tuple[Open, Open], log: EventLog, reader: LogReader, revision: str, named: str
    ) -> None:
        append(log, "c-1", "a")
        self.become(revision)

        for attempt in (append, refuse):
            with pytest.raises(SchemaError, match=f"{named} .revision {revision}"):
                attempt(log, "c-2")

        assert reader.head().position == 1
        assert reader.command("c-2") is None
        self.become(expected_revision())
        append(log, "c-2", "b")
        assert verify_log(opens[1]()).clean

    def become(self, revision: str) -> None:
        """Have the log's schema say that it stands at that revision."""
        raise NotImplementedError("a backend says who migrates its log")

    def test_reading_goes_on_where_it_was_left(self, log: EventLog, reader: LogReader) -> None:
        for number in range(5):
            append(log, f"c-{number}", "a")

        assert [e.position for e in reader.events(after=2, limit=2)] == [3, 4]
        assert [c.number for c in reader.commands(after=3)] == [4, 5]
        assert list(reader.events(limit=0)) == []

    def test_a_log_as_it_was_left_verifies(self, opens: tuple[Open, Open]) -> None:
        small_log(opens[0]())

        report = verify_log(opens[1]())

        assert report.findings == []
        assert (report.events, report.commands, report.refusals) == (7, 8, 2)
        assert (report.streams, report.signatures) == (2, 8)

    def test_an_empty_log_verifies(self, opens: tuple[Open, Open]) -> None:
        assert verify_log(opens[1]()).clean

    def test_writers_of_many_processes_and_threads_leave_one_order(self, opens: tuple[Open, Open]) -> None:
        writer, reader = opens
        context = multiprocessing.get_context("spawn")
        answers: Any = context.Queue()
        processes = [
            context.Process(target=write_from_four_threads, args=(writer, number, answers), daemon=True)
            for number in range(3)
        ]
        done = threading.Event()
        tail: list[int] = []
        tailing = threading.Thread(target=follow, args=(LogReader(reader()), done, tail))
        tailing.start()
        for process in processes:
            process.start()
        given = [answers.get(timeout=60) for _ in processes]
        for process in processes:
            process.join(timeout=10)
        done.set()
        tailing.join(timeout=10)

        acked: dict[str, int] = {}
        for part in given:
            for id, position in part:
                assert acked.setdefault(id, position) == position, "sent twice, answered alike"
        stored = {command.id: command.answer["position"] for command in LogReader(reader()).commands()}
        assert stored == acked
        report = verify_log(reader())
        assert report.findings == []
        assert tail == list(range(1, report.events + 1)), "the tail never saw a gap"


def write_from_four_threads(opens: Open, process: int, answers: Any) -> None:
    """Four writers on three shared streams; a fifth of the commands are sent twice."""
    log = EventLog(opens(), "real")
    acked: list[tuple[str, int]] = []

    def write(thread: int) -> None:
        chance = random.Random(10 * process + thread)
        for number in range(25):
            id = f"p{process}-t{thread}-{number}"
            for _ in range(2 if chance.random() < 0.2 else 1):
                acked.append((id, submit(log, id, f"case/EAS-000000{chance.randrange(3)}-X")))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(acked)


def submit(log: EventLog, id: str, stream: str) -> int:
    """As an activity does it: the same answer for the same id, otherwise decide and append."""
    with log.transaction() as transaction:
        known = transaction.find_command(id)
        if known is None:
            version = transaction.connection.execute(
                text("SELECT coalesce(max(version), 0) FROM event WHERE stream = :s"), {"s": stream}
            ).scalar_one()
            command = signed_command(id, stream)
            known = transaction.append(
                stream, version, [noted(id), noted("and")], command, NOW, receipt
            ).command
        return int(known.answer["position"])


def follow(reader: LogReader, done: threading.Event, seen: list[int]) -> None:
    """Read the log as it grows."""
    while True:
        last_round = done.is_set()
        seen.extend(e.position for e in reader.events(after=seen[-1] if seen else 0))
        if last_round:
            return
        time.sleep(0.005)
