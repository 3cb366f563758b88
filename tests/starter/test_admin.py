"""Rebuilding the lists: proven equal to the log afterwards, harmless where it cannot be, safe while others write."""

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from activities.event_log.engine import open_reader
from activities.event_log.migrations import migrate
from activities.read_models.rebuilding import rebuild_rows
from domain.ids import stream_key
from starter.sample.stories import STORIES
from tests.activities.builders import ADMIN, Office
from tests.starter.shell import typed
from tests.starter.test_audit import unknown_event

SPOILT = (
    "UPDATE case_row SET stage = 'archived', due_at = NULL",
    "DELETE FROM provider_offer WHERE school = '6990101'",
    "INSERT INTO post VALUES ('sip.carys', 99, 'broker', NULL, '2026-01-01', NULL, 1, NULL)",
)


@pytest.fixture
def told(office: Office) -> Office:
    office.tell(before="sign")
    return office


def spoil(office: Office) -> None:
    """Change rows of the lists as whoever owns the file can."""
    with office.engine.begin() as connection:
        for statement in SPOILT:
            assert connection.execute(text(statement)).rowcount


def table(report: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in report["tables"] if each["table"] == name)
    return found


def test_rows_that_are_right_are_left_alone(told: Office) -> None:
    done = typed(told, "admin", "rebuild")
    events = told.size()[0]
    assert (
        f"✓ Every row is what the log says ({events} events, position {events}); nothing was changed."
        in done.out
    )
    assert "case_row\t1\t0\t1\n" in done.out
    assert typed(told, "admin", "rebuild", "--json").json["written"] is False


def test_a_check_names_what_differs_and_changes_nothing(told: Office) -> None:
    spoil(told)
    for _ in range(2):
        done = typed(told, "admin", "rebuild", "--check")
        assert done.code == 8
        assert f"✗ the list entry case_row {stream_key(told.stream)} is not what the log says\n" in done.err
        assert "✗ the list entry post sip.carys 99 is not what the log says\n" in done.err
        assert "Mend it: brokerage admin rebuild" in done.out
    row = told.row()
    assert row is not None
    assert row["stage"] == "archived"


def test_a_rebuild_puts_every_row_right_and_proves_it(told: Office) -> None:
    spoil(told)
    report = typed(told, "admin", "rebuild", "--json").json
    assert report["written"] is True
    assert table(report, "case_row")["differing"] == [stream_key(told.stream)]
    assert table(report, "case_row")["equal_after"] == 1
    assert table(report, "post")["differing"] == ["sip.carys 99"]
    told.check()
    again = typed(told, "admin", "rebuild")
    assert "nothing was changed" in again.out


def test_what_is_mended_is_said(told: Office) -> None:
    spoil(told)
    done = typed(told, "admin", "rebuild")
    assert done.code == 0
    assert "every row is what the log says now" in done.out


@pytest.mark.parametrize("words", [(), ("--check",)])
def test_a_log_that_holds_the_unknown_is_not_rebuilt_from(told: Office, words: tuple[str, ...]) -> None:
    spoil(told)
    before = told.row()
    unknown_event(told)
    done = typed(told, "admin", "rebuild", *words)
    assert (done.code, done.out) == (8, "")
    assert "A-UNKNOWN" in done.err
    assert told.row() == before


def test_a_damaged_log_is_not_rebuilt_from(told: Office) -> None:
    spoil(told)
    before = told.row()
    with told.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER event_no_update"))
        connection.execute(text("UPDATE event SET payload = X'7B7D' WHERE position = 3"))
    done = typed(told, "admin", "rebuild")
    assert (done.code, done.out) == (8, "")
    assert "position 3: the payload is not the one that was recorded" in done.err
    assert told.row() == before


def test_without_the_right_to_write_it_says_so_and_changes_nothing(
    told: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(told)

    def only_reading(path: Path) -> Engine:
        return open_reader(path)

    monkeypatch.setattr("activities.event_log.engine.open_writer", only_reading)
    done = typed(told, "admin", "rebuild")
    assert (done.code, done.out) == (6, "")
    assert (
        "The lists cannot be written: attempt to write a readonly database. Nothing was changed.  U-WRITE"
        in done.err
    )
    assert typed(told, "admin", "rebuild", "--check").code == 8


@pytest.mark.parametrize("revision", ["0002", "0999"])
def test_rows_of_another_version_are_left_to_a_worker(told: Office, revision: str) -> None:
    with told.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": revision})
    done = typed(told, "admin", "rebuild")
    assert done.code == 6
    assert f"(revision {revision}) than this program " in done.err
    assert "U-SCHEMA" in done.err


def test_it_may_run_again_and_again_while_people_work(told: Office) -> None:
    stop = threading.Event()
    failures: list[Exception] = []

    def work() -> None:
        try:
            for story in STORIES[1:4]:
                told.tell(story)
        except Exception as error:
            failures.append(error)
        finally:
            stop.set()

    worker = threading.Thread(target=work)
    worker.start()
    rounds = 0
    while not stop.is_set() or not rounds:
        spoil_one(told)
        rebuild_rows(told.reading, told.engine)
        rounds += 1
    worker.join()
    assert failures == []
    rebuild_rows(told.reading, told.engine)
    told.check()


def spoil_one(office: Office) -> None:
    """A row that no command will write again, so that every rebuild has something to put right."""
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE school SET town = 'Elsewhere' WHERE number = '6990020'"))


# Upgrades


def as_it_was_at_revision_2(office: Office) -> None:
    """Take from the rows what later revisions added, as a home of an earlier version has them."""
    with office.engine.begin() as connection:
        for table in (
            "assignment", "wake", "calendar_school", "calendar", "outbox", "wait_row", "designation", "suspension",
            "capacity", "conflict", "capacity_use", "partnership", "objection", "fund", "fund_carried", "rate_card",
            "fund_use", "paper_use", "network", "network_use", "overview", "inspection",
        ):  # fmt: skip
            connection.execute(text(f"DROP TABLE {table}"))
        for index in ("case_row_of_provider", "case_row_next"):
            connection.execute(text(f"DROP INDEX {index}"))
        connection.execute(text("ALTER TABLE post DROP COLUMN programme"))
        for name in (
            "phase", "support_language", "waiting_parties", "agreed_quarter_days", "counted_quarter_days",
            "next_at",
        ):  # fmt: skip
            connection.execute(text(f"ALTER TABLE case_row DROP COLUMN {name}"))
        connection.execute(text("DROP INDEX school_open"))
        for name in (
            "pupils", "latitude", "longitude", "inactive", "inactive_since", "successor", "by_register", "content",
        ):  # fmt: skip
            connection.execute(text(f"ALTER TABLE school DROP COLUMN {name}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))


def test_an_older_home_gets_its_rows_derived_anew(told: Office) -> None:
    as_it_was_at_revision_2(told)
    migrate(told.engine)
    told.check()
    row = told.row()
    assert row is not None
    assert row["phase"] == "primary"


def test_an_older_home_that_no_worker_has_opened_yet_is_said_to_be_one(told: Office) -> None:
    as_it_was_at_revision_2(told)
    done = typed(told, "case", "list")
    assert (done.code, done.out) == (6, "")
    assert "older (revision 0002) than this program needs (0013). Nothing was done.  U-SCHEMA" in done.err
    assert "A worker of this version brings it up to date as it starts: brokerage up" in done.err


def test_the_administrator_needs_no_key_to_rebuild(told: Office) -> None:
    """Rows are derived: whoever may write the database may, and nothing is signed."""
    (told.settings.profiles / f"{ADMIN}.key").unlink()
    assert typed(told, "admin", "rebuild").code == 0
