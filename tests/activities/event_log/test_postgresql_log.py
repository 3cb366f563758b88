"""The log on PostgreSQL: the conformance suite, opening, migrations, and what its own guards refuse."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError

import activities.event_log.migrations as migrations
from activities.database_url import DatabaseUrl
from activities.event_log.append import EventLog
from activities.event_log.engine import open_reader, open_writer
from activities.event_log.errors import DatabaseUnfitError, LogUnavailableError, SchemaError
from activities.event_log.postgresql import TRIGGER_NAMES, owner_engine, reader_engine
from activities.event_log.read import LogReader
from activities.event_log.schema import metadata
from activities.event_log.verify import verify_log
from activities.migrate import migrate_log
from activities.read_models.schema import metadata as read_models
from tests.activities.event_log.builders import append, small_log
from tests.activities.event_log.conformance import LogConformance, Open
from tests.postgres import Database, Server


class TestPostgresqlLog(LogConformance):
    @pytest.fixture
    def opens(self, database: Database) -> tuple[Open, Open]:
        self.database = database
        return partial(open_writer, database.worker), partial(open_reader, database.staff)

    def become(self, revision: str) -> None:
        self.database.as_superuser(f"UPDATE brokerage.alembic_version SET version_num = '{revision}'")


@pytest.fixture(scope="module")
def whole(postgres: Server) -> Iterator[Database]:
    """A database with a small log, for tests that leave it as it is."""
    with postgres.fresh() as database:
        engine = open_writer(database.worker)
        small_log(engine)
        engine.dispose()
        yield database


@pytest.fixture
def owner(whole: Database) -> Iterator[Engine]:
    """Who owns the tables: no right is missing here, only the guards refuse."""
    engine = owner_engine(whole.owner)
    yield engine
    engine.dispose()
    assert verify_log(open_reader(whole.staff)).clean


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE {table} SET {key} = {key}",
        "UPDATE {table} SET {key} = {key} WHERE false",
        "UPDATE {table} SET {blob} = {blob} WHERE {key} = (SELECT max({key}) FROM {table})",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE false",
        "TRUNCATE {table}",
        "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT DO NOTHING",
        "INSERT INTO {table} SELECT * FROM {table} LIMIT 1",
        "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {blob} = EXCLUDED.{blob}",
        "MERGE INTO {table} t USING {table} s ON t.{key} = s.{key} WHEN MATCHED THEN UPDATE SET {blob} = s.{blob}",
        "MERGE INTO {table} t USING {table} s ON t.{key} = s.{key} WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone",
    ],
)
@pytest.mark.parametrize(
    ("table", "key", "blob"),
    [("event", "position", "payload"), ("command", "number", "record"), ("log_identity", "log", "clock")],
)
def test_the_database_refuses_even_its_owner_to_change_what_is_recorded(
    owner: Engine, attack: str, table: str, key: str, blob: str
) -> None:
    statement = attack.format(table=table, key=key, blob=blob)

    with pytest.raises(IntegrityError, match="append-only"), owner.begin() as connection:
        connection.execute(text(statement))


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
def test_the_database_refuses_a_gap(
    whole: Database, owner: Engine, columns: str, values: str, table: str
) -> None:
    others = {
        "event": (
            "type, schema_version, occurred_at, recorded_at, command, actor, payload, envelope, hash",
            r"'T', 1, '', '', 'c', 'p', '', '', decode(repeat('00', 32), 'hex')",
        ),
        "command": (
            "stream, verb, outcome, record, hash",
            "'s', 'v', 'done', '', decode(repeat('00', 32), 'hex')",
        ),
    }[table]
    statement = f"INSERT INTO {table} ({columns}, {others[0]}) VALUES ({values}, {others[1]})"

    for engine in (owner, open_writer(whole.worker)):
        with pytest.raises(IntegrityError, match="gapless"), engine.begin() as connection:
            connection.execute(text(statement))


def test_a_temporary_table_of_the_same_name_stands_before_nothing(whole: Database, owner: Engine) -> None:
    with owner.begin() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE event (LIKE brokerage.event)"))
        assert connection.execute(text("SELECT count(*) FROM event")).scalar_one() == 7
        connection.execute(text("SET search_path TO pg_temp, brokerage"))
        with pytest.raises(IntegrityError, match="append-only"):
            connection.execute(text("INSERT INTO brokerage.event SELECT * FROM brokerage.event LIMIT 1"))
        connection.rollback()


def test_a_log_has_one_identity(owner: Engine) -> None:
    with pytest.raises(IntegrityError, match="one identity"), owner.begin() as connection:
        connection.execute(text("INSERT INTO log_identity VALUES ('log-2', 'real', '')"))


def test_guards_stand_also_where_replication_is_played(whole: Database) -> None:
    """An owner or superuser who switches ordinary triggers off with one setting does not reach these."""
    with owner_engine(whole.superuser).connect() as connection:
        connection.execute(text("SET session_replication_role TO replica"))
        with pytest.raises(IntegrityError, match="append-only"):
            connection.execute(text("DELETE FROM event"))
        connection.rollback()


def test_a_reader_of_ours_cannot_write_whoever_logs_in(whole: Database) -> None:
    with (
        pytest.raises(OperationalError, match="read-only transaction"),
        open_reader(whole.worker).begin() as connection,
    ):
        connection.execute(text("DELETE FROM case_row"))


def test_a_reader_does_not_hold_up_a_writer_and_sees_one_state(database: Database) -> None:
    log = EventLog(open_writer(database.worker), "real")
    append(log, "c-1", "a")
    with open_reader(database.staff).begin() as connection:
        before = connection.execute(text("SELECT count(*) FROM event")).scalar_one()
        append(log, "meanwhile", "a")
        assert connection.execute(text("SELECT count(*) FROM event")).scalar_one() == before == 1


def test_what_is_no_log_is_said_to_be_none(postgres: Server) -> None:
    none_here = "holds no log of Brokerage that this login may read"
    with postgres.empty() as database, pytest.raises(LogUnavailableError, match=none_here):
        open_reader(database.staff)
    with pytest.raises(LogUnavailableError, match="does not exist"):
        open_reader(database.staff)
    nobody = DatabaseUrl(str(database.staff).replace("//staff@", "//stranger@"))
    with pytest.raises(LogUnavailableError, match="no password supplied"):
        open_reader(nobody)
    with pytest.raises(LogUnavailableError, match="refused"):
        open_reader(DatabaseUrl("postgresql://staff@127.0.0.1:9/brokerage"))


def test_who_has_only_the_vault_finds_no_log(whole: Database) -> None:
    with pytest.raises(LogUnavailableError, match="holds no log of Brokerage that this login may read"):
        open_reader(whole.vault)


def test_a_session_waits_for_nothing_without_end_and_commits_for_good(whole: Database) -> None:
    def settings(engine: Engine) -> dict[str, str]:
        names = (
            "lock_timeout",
            "statement_timeout",
            "idle_in_transaction_session_timeout",
            "synchronous_commit",
        )
        with engine.connect() as connection:
            return {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in names}

    assert settings(open_writer(whole.worker)) == {
        "lock_timeout": "10s",
        "statement_timeout": "20s",
        "idle_in_transaction_session_timeout": "10s",
        "synchronous_commit": "on",
    }
    assert "0" not in settings(open_reader(whole.staff)).values()


@pytest.mark.parametrize("of_the_database", ["UTF8", "SQL_ASCII", "LATIN1"])
@pytest.mark.parametrize("of_the_shell", ["", "LATIN1", "SQL_ASCII"])
def test_texts_are_what_they_were_whatever_encoding_a_shell_or_a_database_asks_for(
    database: Database, monkeypatch: pytest.MonkeyPatch, of_the_shell: str, of_the_database: str
) -> None:
    database.as_superuser(f"ALTER DATABASE {database.name} SET client_encoding = '{of_the_database}'")
    if of_the_shell:
        monkeypatch.setenv("PGCLIENTENCODING", of_the_shell)
    name = "Ysgol Tŷ Gŵyr Ñāŋ 学校"
    with open_writer(database.worker).begin() as connection:
        assert connection.execute(text("SELECT CAST(:name AS text)"), {"name": name}).scalar_one() == name
        assert connection.execute(text("SELECT octet_length(:name)"), {"name": name}).scalar_one() == len(
            name.encode()
        )
    append(EventLog(open_writer(database.worker), "real"), "c-1", "a", stream="case/EAS-ŵ")
    assert list(LogReader(open_reader(database.staff)).streams()) == ["case/EAS-ŵ"]


def test_migrations_build_what_the_schema_says(postgres: Server) -> None:
    with postgres.empty() as database:
        engine = owner_engine(database.owner)
        assert migrations.schema_revision(engine) is None
        migrations.migrate(engine)
        migrations.migrate(engine)
        assert migrations.schema_revision(engine) == migrations.expected_revision()
        engine.dispose()
        with owner_engine(database.owner).connect() as connection:
            context = MigrationContext.configure(connection, opts={"include_name": is_of_ours})
            ours: Any = [metadata, read_models]
            assert compare_metadata(context, ours) == []


def is_of_ours(name: str | None, kind: str, _: object) -> bool:
    """The search path also holds a schema of the standard."""
    return kind != "table" or name in {*metadata.tables, *read_models.tables}


def test_two_who_migrate_at_once_leave_one_schema(postgres: Server) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with postgres.empty() as database:
        with ThreadPoolExecutor(4) as pool:
            revisions = set(pool.map(migrate_log, [database.owner] * 4))
        assert revisions == {migrations.expected_revision()}
        assert verify_log(open_reader(database.staff)).clean


def test_texts_compare_by_their_bytes_whatever_language_the_database_speaks(postgres: Server) -> None:
    with postgres.empty() as database:
        postgres.migrate(database)
        with owner_engine(database.owner).connect() as connection:
            others = connection.execute(
                text(
                    "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                    " WHERE c.relnamespace = 'brokerage'::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
                    " AND a.atttypid = 'text'::regtype AND a.attcollation <> '\"C\"'::regcollation"
                )
            ).scalar_one()
        assert others == 0
        log = EventLog(open_writer(database.worker), "real")
        streams = ["case/EAS-B", "case/EAS-a", "case/EAS-ŵ", "case0", "cased/x", "school/1"]
        for number, stream in enumerate(reversed(streams)):
            append(log, f"c-{number}", "a", stream=stream)
        reader = LogReader(open_reader(database.staff))
        assert list(reader.streams()) == sorted(streams)
        assert list(reader.streams("case")) == sorted(streams[:3])


def test_a_database_of_another_encoding_is_refused_with_the_line_that_makes_a_fit_one(
    postgres: Server,
) -> None:
    with postgres.empty() as database:
        database_in_latin = f"{database.name}_latin"
        database.as_superuser(
            f"CREATE DATABASE {database_in_latin} OWNER owner ENCODING 'LATIN1' TEMPLATE template0",
            f"GRANT CONNECT ON DATABASE {database_in_latin} TO owner",
        )
        with pytest.raises(DatabaseUnfitError, match="LATIN1") as refused:
            migrate_log(postgres.database(database_in_latin).owner)
        assert "ENCODING 'UTF8'" in refused.value.fix
        database.as_superuser(f"DROP DATABASE {database_in_latin} WITH (FORCE)")


@pytest.mark.parametrize("name", TRIGGER_NAMES)
def test_a_missing_guard_is_found(database: Database, name: str) -> None:
    table = name.partition("_no_")[0].removesuffix("_insert_guard")
    database.as_superuser(f"DROP TRIGGER {name} ON brokerage.{table}")

    (finding,) = verify_log(open_reader(database.staff)).findings

    assert (finding.code, finding.message) == ("schema", f"the guard {name} is missing or weakened")


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("ALTER TABLE brokerage.event DISABLE TRIGGER event_no_update", "event_no_update is missing"),
        ("ALTER TABLE brokerage.event ENABLE TRIGGER event_no_update", "event_no_update is missing"),
        (
            "CREATE OR REPLACE FUNCTION brokerage.event_insert_guard() RETURNS trigger LANGUAGE plpgsql"
            " SET search_path TO pg_catalog, pg_temp AS $$ BEGIN RETURN NEW; END $$",
            "event_insert_guard is missing or weakened",
        ),
        (
            "ALTER FUNCTION brokerage.command_insert_guard() RESET search_path",
            "command_insert_guard is missing or weakened",
        ),
        (
            "CREATE OR REPLACE TRIGGER command_no_delete BEFORE DELETE ON brokerage.command FOR EACH STATEMENT"
            " WHEN (false) EXECUTE FUNCTION brokerage.refuse('append-only')",
            "command_no_delete is missing or weakened",
        ),
        (
            "CREATE TRIGGER quiet AFTER INSERT ON brokerage.event FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "quiet on event",
        ),
        (
            "CREATE RULE quiet AS ON INSERT TO brokerage.case_row DO INSTEAD NOTHING",
            "the rule quiet on case_row",
        ),
        ("CREATE VIEW brokerage.happened AS SELECT * FROM brokerage.event", "the view happened"),
        ("ALTER TABLE brokerage.event ENABLE ROW LEVEL SECURITY", "row security on event"),
        ("CREATE TABLE public.more () INHERITS (brokerage.event)", "the table more below event"),
        ("UPDATE brokerage.alembic_version SET version_num = '9999'", "revision 9999"),
        ("ALTER TABLE brokerage.event DROP CONSTRAINT event_pk", "event_pk is missing"),
        ("ALTER TABLE brokerage.event DROP CONSTRAINT event_id_unique", "event_id_unique is missing"),
        (
            "ALTER TABLE brokerage.event DROP CONSTRAINT event_stream_version_unique",
            "event_stream_version_unique is missing",
        ),
        (
            "ALTER TABLE brokerage.event DROP CONSTRAINT event_stream_version_unique,"
            " ADD CONSTRAINT event_stream_version_unique UNIQUE (stream, version) DEFERRABLE",
            "event_stream_version_unique is missing or weakened",
        ),
        ("ALTER TABLE brokerage.command DROP CONSTRAINT command_pk", "command_pk is missing"),
        ("ALTER TABLE brokerage.command DROP CONSTRAINT command_id_unique", "command_id_unique is missing"),
        (
            "ALTER TABLE brokerage.command DROP CONSTRAINT command_outcome_known,"
            " ADD CONSTRAINT command_outcome_known CHECK (outcome <> '')",
            "command_outcome_known is missing or weakened",
        ),
        ("ALTER TABLE brokerage.log_identity DROP CONSTRAINT log_identity_pk", "log_identity_pk is missing"),
        ("ALTER TABLE brokerage.command SET UNLOGGED", "the unlogged table command"),
        (
            "CREATE FUNCTION brokerage.helpful(t text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
            " AS $$ BEGIN EXECUTE t; END $$",
            "the function helpful(text)",
        ),
        (
            "CREATE FUNCTION brokerage.refuse(t text) RETURNS void LANGUAGE sql AS ''",
            "the function refuse(text)",
        ),
    ],
)
def test_a_changed_schema_is_found(database: Database, statement: str, named: str) -> None:
    reader = open_reader(database.staff)
    database.as_superuser(statement)

    (finding,) = verify_log(reader).findings

    assert finding.code == "schema"
    assert named in finding.message


def test_a_log_that_says_it_is_of_another_version_is_not_opened(database: Database) -> None:
    database.as_superuser("UPDATE brokerage.alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="revision 9999"):
        open_reader(database.staff)


def test_a_lost_revision_is_found(database: Database) -> None:
    database.as_superuser("DROP TABLE brokerage.alembic_version")
    (finding,) = verify_log(open_reader(database.staff)).findings
    assert finding.message.startswith("the schema is at revision None")


def test_one_byte_changed_by_whoever_owns_the_server_is_found(database: Database) -> None:
    small_log(open_writer(database.worker))
    database.as_superuser(
        "ALTER TABLE brokerage.event DISABLE TRIGGER ALL",
        "UPDATE brokerage.event SET payload = set_byte(payload, 5, get_byte(payload, 5) # 1) WHERE position = 3",
        "ALTER TABLE brokerage.event ENABLE TRIGGER ALL",
        *(
            f"ALTER TABLE brokerage.event ENABLE ALWAYS TRIGGER {name}"
            for name in TRIGGER_NAMES
            if name.startswith("event_")
        ),
    )
    assert [(f.position, f.code) for f in verify_log(open_reader(database.staff)).findings] == [
        (3, "payload")
    ]


def test_reading_everything_needs_no_more_than_the_role_of_a_reader(whole: Database) -> None:
    with reader_engine(whole.staff).connect() as connection:
        for table in (*metadata.tables, *read_models.tables, "alembic_version"):
            connection.execute(text(f"SELECT * FROM {table}"))


def test_an_error_never_carries_a_row_or_a_password(whole: Database) -> None:
    engine = open_writer(whole.worker)
    with pytest.raises((IntegrityError, InternalError)) as refused, engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO command (number, id, stream, verb, outcome, record, hash)"
                " VALUES (9, 'x', 's', 'v', 'done', :secret, '')"
            ),
            {"secret": b"Angharad"},
        )
    assert "Angharad" not in str(refused.value)
