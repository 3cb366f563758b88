"""The log on SQLite: the conformance suite, opening, migrations, and what the triggers refuse."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

import activities.event_log.migrations as migrations
from activities.event_log.append import EventLog
from activities.event_log.engine import open_reader, open_writer
from activities.event_log.errors import LogUnavailableError
from activities.event_log.read import LogReader
from activities.event_log.schema import metadata
from activities.event_log.verify import verify_log
from tests.activities.event_log.builders import append, fresh_log, small_log
from tests.activities.event_log.conformance import LogConformance, Open


class TestSqliteLog(LogConformance):
    @pytest.fixture
    def opens(self, tmp_path: Path) -> tuple[Open, Open]:
        path = tmp_path / "log.db"
        fresh_log(path).dispose()
        self.path = path
        return partial(open_writer, path), partial(open_reader, path)

    def become(self, revision: str) -> None:
        with open_writer(self.path).begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": revision})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def engine(path: Path) -> Engine:
    engine = fresh_log(path)
    small_log(engine)
    return engine


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE {table} SET {key} = {key}",
        "UPDATE OR REPLACE {table} SET {key} = {key}",
        "UPDATE {table} SET {blob} = {blob} WHERE {key} = (SELECT max({key}) FROM {table})",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE {key} = (SELECT max({key}) FROM {table})",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "INSERT OR IGNORE INTO {table} SELECT * FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET {blob} = ''",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT ({key}) DO UPDATE SET {key} = 99",
    ],
)
@pytest.mark.parametrize(
    ("table", "key", "blob"),
    [("event", "position", "payload"), ("command", "number", "record"), ("log_identity", "log", "clock")],
)
def test_the_database_refuses_to_change_what_is_recorded(
    engine: Engine, path: Path, attack: str, table: str, key: str, blob: str
) -> None:
    statement = attack.format(table=table, key=key, blob=blob)

    with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))

    assert verify_log(open_reader(path)).clean


@pytest.mark.parametrize(
    ("columns", "values", "table"),
    [
        ("position, id, stream, version", "99, 'x', 'case/N', 1", "event"),
        ("position, id, stream, version", "0, 'x', 'case/N', 1", "event"),
        ("id, stream, version", "'x', 'case/N', 1", "event"),
        ("position, id, stream, version", "8, 'x', 'case/N', 2", "event"),
        ("position, id, stream, version", "8, 'x', 'case/EAS-K7QX4MZ-R', 9", "event"),
        ("number, id", "99, 'x'", "command"),
        ("id", "'x'", "command"),
    ],
)
def test_the_database_refuses_a_gap(engine: Engine, columns: str, values: str, table: str) -> None:
    others = {
        "event": (
            "type, schema_version, occurred_at, recorded_at, command, actor, payload, envelope, hash",
            "'T', 1, '', '', 'c', 'p', x'', x'', zeroblob(32)",
        ),
        "command": ("stream, verb, outcome, record, hash", "'s', 'v', 'done', x'', zeroblob(32)"),
    }[table]
    statement = f"INSERT INTO {table} ({columns}, {others[0]}) VALUES ({values}, {others[1]})"

    with pytest.raises(IntegrityError, match="gapless"), engine.begin() as connection:
        connection.execute(text(statement))


def test_a_log_has_one_identity(engine: Engine) -> None:
    with pytest.raises(IntegrityError, match="one identity"), engine.begin() as connection:
        connection.execute(text("INSERT INTO log_identity VALUES ('log-2', 'real', '')"))


def test_a_reader_cannot_write(engine: Engine, path: Path) -> None:
    with pytest.raises(OperationalError, match="readonly"), open_reader(path).begin() as connection:
        connection.execute(text("CREATE TABLE mine (a)"))


def test_a_reader_does_not_hold_up_a_writer(engine: Engine, path: Path) -> None:
    with open_reader(path).begin() as connection:
        before = connection.execute(text("SELECT count(*) FROM event")).scalar_one()
        append(EventLog(engine, "real"), "meanwhile", "a")
        assert connection.execute(text("SELECT count(*) FROM event")).scalar_one() == before


def test_a_missing_or_foreign_file_is_no_log(path: Path, tmp_path: Path) -> None:
    with pytest.raises(LogUnavailableError, match="no log at"):
        open_reader(path)
    path.write_bytes(b"not a database, but long enough to be one" * 100)
    with pytest.raises(LogUnavailableError, match="cannot be read"):
        open_reader(path)
    foreign = open_writer(tmp_path / "foreign.db")
    with foreign.begin() as connection:
        connection.execute(text("CREATE TABLE mine (a)"))
    with pytest.raises(LogUnavailableError, match="not a log of Brokerage"):
        open_reader(tmp_path / "foreign.db")


@contextmanager
def as_somebody_without_rights() -> Iterator[None]:
    """Root may write everywhere, so a test run by root steps down for the moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_log_in_a_directory_without_write_access_can_be_read() -> None:
    with TemporaryDirectory() as name:
        directory = Path(name)
        engine = fresh_log(directory / "log.db")
        small_log(engine)
        engine.dispose()
        directory.chmod(0o555)
        try:
            with as_somebody_without_rights():
                with pytest.raises(OSError, match="ermission"):
                    (directory / "new").touch()
                reader = open_reader(directory / "log.db")
                assert LogReader(reader).head().position == 7
                reader.dispose()
        finally:
            directory.chmod(0o700)


def test_a_path_with_signs_of_its_own_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a log? 50% #1.db"
    append(EventLog(fresh_log(path), "real"), "c-1", "a")
    assert path.exists()
    assert LogReader(open_reader(path)).head().position == 1


def test_a_writer_is_durable_and_guards_itself(engine: Engine) -> None:
    with engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "cell_size_check")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
    }


def test_migrations_build_what_the_schema_says(path: Path) -> None:
    engine = open_writer(path)
    assert migrations.schema_revision(engine) is None
    migrations.migrate(engine)
    migrations.migrate(engine)
    assert migrations.schema_revision(engine) == migrations.expected_revision()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_of_the_log})
        assert compare_metadata(context, metadata) == []


def is_of_the_log(name: str | None, kind: str, _: object) -> bool:
    """Revisions of other packages add tables of their own beside these."""
    return kind != "table" or name in metadata.tables


def test_the_expected_revision_is_the_newest() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.expected_revision()
