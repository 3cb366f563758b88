"""Whoever holds the file can switch the triggers off. Then verification has to find what they did."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, text

from activities.event_log.engine import open_reader, open_writer
from activities.event_log.errors import LogDamagedError, SchemaError
from activities.event_log.read import LogReader
from activities.event_log.report import VerifyReport
from activities.event_log.schema import command, event, log_identity
from activities.event_log.sqlite import TRIGGERS
from activities.event_log.verify import verify_log
from tests.activities.event_log.builders import CASE, fresh_log, small_log

EVENTS, COMMANDS = 7, 8

Tamper = Callable[..., VerifyReport]


def column_names(table: Table) -> list[str]:
    """All of them, by reflection: a column that verification does not cover fails the tests below."""
    return [column.name for column in table.columns]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log before anybody touched it; each test gets a copy."""
    path = tmp_path_factory.mktemp("whole") / "log.db"
    engine = fresh_log(path)
    small_log(engine)
    engine.dispose()
    assert verify_log(open_reader(path)).clean
    return path


@pytest.fixture
def engine(whole: Path, tmp_path: Path) -> Engine:
    return open_writer(Path(shutil.copy(whole, tmp_path / "log.db")))


@pytest.fixture
def tampered(engine: Engine, tmp_path: Path) -> Tamper:
    """Runs SQL with the guards of the database off, and verifies what is left."""

    def run(*statements: str) -> VerifyReport:
        with engine.begin() as connection:
            unguard(connection)
            for statement in statements:
                assert connection.execute(text(statement)).rowcount, "the attack must hit something"
            guard_again(connection)
        return verify_log(open_reader(tmp_path / "log.db"))

    return run


def unguard(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for name in triggers.scalars().all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def guard_again(connection: Connection) -> None:
    """Whoever tampers with care leaves the guards as they were."""
    for statement in TRIGGERS:
        connection.exec_driver_sql(statement)


def altered(value: Any, place: int) -> Any:
    """The value with one byte changed: at the front, in the middle, at the end."""
    if isinstance(value, int):
        return value + 100
    data = value.encode() if isinstance(value, str) else value
    index = (0, len(data) // 2, len(data) - 1)[place]
    changed = data[:index] + bytes([data[index] ^ 16]) + data[index + 1 :]
    return changed.decode() if isinstance(value, str) else changed


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        (table.name, row, column)
        for table, rows in ((event, EVENTS), (command, COMMANDS))
        for row in range(1, rows + 1)
        for column in column_names(table)
    ],
)
def test_one_byte_changed_in_any_column_of_any_row_is_found_there(
    engine: Engine, tmp_path: Path, table: str, row: int, column: str, place: int
) -> None:
    key = "position" if table == "event" else "number"
    with engine.begin() as connection:
        unguard(connection)
        before = connection.execute(text(f"SELECT {column} FROM {table} WHERE {key} = {row}")).scalar_one()
        after = altered(before, place)
        connection.execute(text(f"UPDATE {table} SET {column} = :v WHERE {key} = {row}"), {"v": after})
        guard_again(connection)

    report = verify_log(open_reader(tmp_path / "log.db"))

    if table == "event":
        assert row in {finding.position for finding in report.findings}
    else:
        named = {finding.command_number for finding in report.findings}
        assert row in named or (column == "number" and row + 100 in named)


@pytest.mark.parametrize("column", column_names(log_identity))
def test_a_changed_identity_is_found(tampered: Tamper, column: str) -> None:
    other = {"log": "log-0000000000000000", "clock": "demo", "created_at": "2020-01-01T00:00:00.000Z"}[column]
    assert not tampered(f"UPDATE log_identity SET {column} = '{other}'").clean


@pytest.mark.parametrize(
    ("table", "column"),
    [(t.name, c) for t in (event, command) for c in column_names(t) if c not in ("position", "number")],
)
@pytest.mark.parametrize("value", ["CAST(x'fffe' AS TEXT)", "x''", "x'fffe'", "'7.5'", "-1", "'é'"])
def test_damage_of_any_kind_becomes_a_finding_and_the_walk_goes_on(
    tampered: Tamper, table: str, column: str, value: str
) -> None:
    key = "position" if table == "event" else "number"

    report = tampered(f"UPDATE {table} SET {column} = {value} WHERE {key} = 3")

    assert 3 in {f.position if table == "event" else f.command_number for f in report.findings}
    assert (report.events, report.commands) == (EVENTS, COMMANDS)


def test_swapped_payloads_are_found_at_both_places(tampered: Tamper) -> None:
    report = tampered(
        "CREATE TEMP TABLE old AS SELECT position, payload FROM event",
        "UPDATE event SET payload = (SELECT payload FROM old WHERE old.position = 3 - event.position)"
        " WHERE position IN (1, 2)",
    )
    assert [(f.position, f.code) for f in report.findings] == [(1, "payload"), (2, "payload")]


@pytest.mark.parametrize("position", range(1, EVENTS + 1))
def test_a_removed_event_is_found_though_its_command_stays(tampered: Tamper, position: int) -> None:
    report = tampered(f"DELETE FROM event WHERE position = {position}")
    assert (position, "position") in {(f.position, f.code) for f in report.findings}


@pytest.mark.parametrize("number", range(1, COMMANDS))
def test_a_removed_command_is_found(tampered: Tamper, number: int) -> None:
    report = tampered(f"DELETE FROM command WHERE number = {number}")
    assert (number + 1, "position") in {(f.command_number, f.code) for f in report.findings}


def test_a_removed_last_command_leaves_its_events_without_one(tampered: Tamper) -> None:
    report = tampered(f"DELETE FROM command WHERE number = {COMMANDS}")
    assert [(f.position, f.code) for f in report.findings] == [(EVENTS, "command")]


def test_a_changed_refusal_is_found(tampered: Tamper) -> None:
    report = tampered(
        "UPDATE command SET record = CAST(replace(CAST(record AS TEXT), 'R-TEST', 'R-FINE') AS BLOB)"
        " WHERE number = 3"
    )
    assert (3, "hash") in {(f.command_number, f.code) for f in report.findings}
    assert (4, "prev") in {(f.command_number, f.code) for f in report.findings}


def test_a_log_without_identity_is_found(tampered: Tamper) -> None:
    assert "identity" in {f.code for f in tampered("DELETE FROM log_identity").findings}


def test_nobody_decides_on_a_damaged_event(tampered: Tamper, tmp_path: Path) -> None:
    tampered("UPDATE event SET payload = '{}' WHERE position = 2")
    reader = LogReader(open_reader(tmp_path / "log.db"))
    with pytest.raises(LogDamagedError, match="position 2"):
        list(reader.events())


@pytest.mark.parametrize("table", ["event", "command"])
def test_a_page_that_cannot_be_read_is_a_finding_too(engine: Engine, tmp_path: Path, table: str) -> None:
    with engine.connect() as connection:
        page = connection.execute(
            text("SELECT rootpage FROM sqlite_master WHERE name = :t"), {"t": table}
        ).scalar_one()
    engine.dispose()
    path = tmp_path / "log.db"
    data = path.read_bytes()
    path.write_bytes(data[: 4096 * (page - 1)] + b"\xff" * 4096 + data[4096 * page :])

    assert "unreadable" in {f.code for f in verify_log(open_reader(path)).findings}


@pytest.mark.parametrize("name", [statement.split()[2] for statement in TRIGGERS])
def test_a_missing_guard_is_found(engine: Engine, tmp_path: Path, name: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    (finding,) = verify_log(open_reader(tmp_path / "log.db")).findings
    assert (finding.code, finding.message) == ("schema", f"the guard {name} is missing or weakened")


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (
            ["CREATE TRIGGER quiet AFTER INSERT ON event BEGIN UPDATE case_row SET stage = 'agreed'; END"],
            "quiet on event",
        ),
        (
            ["CREATE TRIGGER quiet AFTER UPDATE ON case_row BEGIN DELETE FROM post; END"],
            "quiet on case_row",
        ),
        (["CREATE VIEW happened AS SELECT * FROM event WHERE type <> 'CaseWithdrawn'"], "the view happened"),
        (
            [
                "DROP TRIGGER command_no_delete",
                "CREATE TRIGGER command_no_delete BEFORE DELETE ON command BEGIN SELECT 1; END",
            ],
            "command_no_delete is missing or weakened",
        ),
        (["UPDATE alembic_version SET version_num = '9999'"], "revision 9999"),
        (["DROP TABLE alembic_version"], "revision None"),
    ],
)
def test_a_changed_schema_is_found(engine: Engine, tmp_path: Path, statements: list[str], named: str) -> None:
    reader = open_reader(tmp_path / "log.db")
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    (finding,) = verify_log(reader).findings
    assert finding.code == "schema"
    assert named in finding.message


def test_a_log_that_says_it_is_of_another_version_is_not_opened(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="revision 9999"):
        open_reader(tmp_path / "log.db")


def test_a_reader_of_one_stream_sees_that_it_is_whole(tampered: Tamper, tmp_path: Path) -> None:
    reader = LogReader(open_reader(tmp_path / "log.db"))
    assert [recorded.envelope.version for recorded in reader.events(CASE)] == [1, 2, 3, 4, 5]
    assert [recorded.envelope.version for recorded in reader.events(CASE, after=2)] == [3, 4, 5]
    tampered("DELETE FROM event WHERE position = 4")
    with pytest.raises(
        LogDamagedError, match=r"position 5: version 4 of case/.* stands where version 3 belongs"
    ):
        list(reader.events(CASE))
