"""Who may do what in PostgreSQL: the logins of workers, staff and vault, and those that a worker refuses to use."""

import contextlib
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text

from activities.database_url import DatabaseUrl
from activities.event_log.append import EventLog
from activities.event_log.engine import open_reader, open_writer
from activities.event_log.errors import DatabaseUnfitError
from activities.event_log.postgresql import owner_engine
from activities.event_log.postgresql_roles import require_writer
from activities.event_log.verify import verify_log
from activities.migrate import migrate_log
from activities.vault import Vault, open_vault
from activities.vault.postgresql import writing
from tests.activities.event_log.builders import NOW, append, small_log
from tests.postgres import Database, Server

REFUSED = (errors.InsufficientPrivilege, errors.IntegrityConstraintViolation)


@pytest.fixture(scope="module")
def whole(postgres: Server) -> Iterator[Database]:
    """A small log and a vault with one key, one look and one erasure."""
    with postgres.fresh() as database:
        engine, kept = open_writer(database.worker), open_vault(database.vault)
        small_log(engine)
        vault = Vault(kept, bytes(32), lambda: NOW)
        vault.open(vault.seal("person/a", "c-1:name", "A"), "s.auditor", "audit")
        vault.erase("person/b")
        engine.dispose()
        kept.dispose()
        yield database


def attempt(url: DatabaseUrl, *statements: str) -> None:
    """Run them as whoever has that login could with any program, in one transaction that is not kept."""
    with psycopg.connect(str(url)) as connection:
        for statement in statements:
            connection.execute(statement.encode())
        connection.rollback()


CHANGES = [
    "UPDATE brokerage.{0} SET {1} = {1}",
    "UPDATE brokerage.{0} SET {1} = {1} WHERE false",
    "DELETE FROM brokerage.{0}",
    "TRUNCATE brokerage.{0}",
    "TRUNCATE brokerage.{0} CASCADE",
    "INSERT INTO brokerage.{0} SELECT * FROM brokerage.{0} ON CONFLICT DO NOTHING",
    "INSERT INTO brokerage.{0} SELECT * FROM brokerage.{0} ON CONFLICT ({1}) DO UPDATE SET {1} = EXCLUDED.{1}",
    "MERGE INTO brokerage.{0} t USING brokerage.{0} s ON t.{1} = s.{1} WHEN MATCHED THEN DELETE",
    "MERGE INTO brokerage.{0} t USING brokerage.{0} s ON t.{1} = s.{1} WHEN MATCHED THEN UPDATE SET {1} = s.{1}",
    "SELECT * FROM brokerage.{0} FOR UPDATE",
    "LOCK TABLE brokerage.{0} IN ACCESS EXCLUSIVE MODE",
    "ALTER TABLE brokerage.{0} DISABLE TRIGGER ALL",
    "ALTER TABLE brokerage.{0} DISABLE TRIGGER {0}_no_update",
    "ALTER TABLE brokerage.{0} ADD COLUMN more text",
    "ALTER TABLE brokerage.{0} RENAME TO other",
    "ALTER TABLE brokerage.{0} OWNER TO CURRENT_USER",
    "ALTER TABLE brokerage.{0} ENABLE ROW LEVEL SECURITY",
    "DROP TRIGGER {0}_no_delete ON brokerage.{0}",
    "DROP TABLE brokerage.{0}",
    "CREATE TRIGGER mine BEFORE INSERT ON brokerage.{0} FOR EACH ROW EXECUTE FUNCTION brokerage.refuse('no')",
    "CREATE RULE mine AS ON INSERT TO brokerage.{0} DO INSTEAD NOTHING",
    "CREATE INDEX mine ON brokerage.{0} ({1})",
    # Of rights that are not ours to give, only a warning comes back.
    "GRANT UPDATE ON brokerage.{0} TO CURRENT_USER; UPDATE brokerage.{0} SET {1} = {1}",
]
ANYWHERE = [
    "SET session_replication_role TO replica",
    "CREATE VIEW brokerage.mine AS SELECT 1 AS a",
    "CREATE TABLE brokerage.mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE TEMPORARY TABLE event (a int)",
    "CREATE OR REPLACE FUNCTION brokerage.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    "ALTER FUNCTION brokerage.event_insert_guard() SECURITY DEFINER",
    "ALTER SCHEMA brokerage RENAME TO mine",
    "DROP SCHEMA brokerage CASCADE",
    "UPDATE brokerage.alembic_version SET version_num = '9999'",
    "SET ROLE owner",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION owner",
    "CREATE ROLE mine SUPERUSER",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "COPY brokerage.event TO PROGRAM 'cat'",
    "SELECT pg_read_file('postgresql.conf')",
]
TABLES = [("event", "position"), ("command", "number"), ("log_identity", "log")]


@pytest.mark.parametrize("login", ["worker", "staff", "vault"])
@pytest.mark.parametrize("statement", [s.format(*table) for s in CHANGES for table in TABLES] + ANYWHERE)
def test_no_login_of_ours_can_change_what_is_recorded(whole: Database, login: str, statement: str) -> None:
    with pytest.raises(REFUSED):
        attempt(whole.url(login), statement)


def test_after_all_these_attempts_the_log_is_what_it_was(whole: Database) -> None:
    report = verify_log(open_reader(whole.staff))
    assert report.findings == []
    assert report.events == 7


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO brokerage.event SELECT * FROM brokerage.event",
        "INSERT INTO brokerage.case_row SELECT * FROM brokerage.case_row",
        "UPDATE brokerage.case_row SET stage = 'closed'",
        "DELETE FROM brokerage.post",
        "TRUNCATE brokerage.person",
    ],
)
def test_staff_only_read(whole: Database, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        attempt(whole.staff, statement)


@pytest.mark.parametrize("login", ["worker", "staff"])
@pytest.mark.parametrize("table", ["subject_key", "look", "erasure"])
def test_who_reads_the_log_sees_nothing_of_the_vault(whole: Database, login: str, table: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        attempt(whole.url(login), f"SELECT * FROM vault.{table}")


@pytest.mark.parametrize("table", ["event", "command", "case_row", "person"])
def test_who_keeps_the_vault_sees_nothing_of_the_log(whole: Database, table: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        attempt(whole.vault, f"SELECT * FROM brokerage.{table}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vault.subject_key SET wrapped_key = ''",
        "INSERT INTO vault.subject_key SELECT * FROM vault.subject_key ON CONFLICT (subject) DO UPDATE SET wrapped_key = ''",
        "DELETE FROM vault.subject_key",
        "TRUNCATE vault.subject_key",
        "UPDATE vault.look SET reader = 'nobody'",
        "DELETE FROM vault.look",
        "TRUNCATE vault.look",
        "DELETE FROM vault.erasure",
        "ALTER TABLE vault.look DISABLE TRIGGER ALL",
        "DROP TABLE vault.look",
        "CREATE TABLE vault.mine (a int)",
    ],
)
def test_who_keeps_the_vault_cannot_unmake_what_it_keeps(whole: Database, statement: str) -> None:
    with pytest.raises(REFUSED):
        attempt(whole.vault, statement)


# Who may hold up whom

MODES = ("ACCESS EXCLUSIVE", "EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE", "SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE", "ROW SHARE", "ACCESS SHARE")  # fmt: skip


@pytest.mark.parametrize("login", ["staff", "vault"])
def test_whatever_lock_a_login_that_writes_nothing_there_may_hold_others_go_on(
    database: Database, login: str
) -> None:
    writer = open_writer(database.worker)
    small_log(writer)
    with psycopg.connect(str(database.url(login))) as holder:
        schema = "brokerage" if login == "vault" else "vault"
        tables = holder.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = 'brokerage' OR schemaname = %s",
            (schema,),
        ).fetchall()
        assert ("brokerage.write_lock",) in tables
        for (table,) in tables:
            for mode in MODES:
                with contextlib.suppress(errors.InsufficientPrivilege), holder.transaction():
                    holder.execute(f"LOCK TABLE {table} IN {mode} MODE".encode())

        with writer.connect() as connection:
            connection.execute(text("SET lock_timeout TO 200"))
            connection.commit()
        append(EventLog(writer, "real"), "c-meanwhile", "a")
        if login == "staff":
            kept = open_vault(database.vault)
            assert Vault(kept, bytes(32), lambda: NOW).seal("person/z", "c-9:name", "Z")
            kept.dispose()
    writer.dispose()
    assert verify_log(open_reader(database.staff)).clean


def test_nobody_of_ours_waits_for_a_lock_that_everybody_may_take(database: Database) -> None:
    kept = open_vault(database.vault)
    for engine in (open_writer(database.worker), owner_engine(database.owner), writing(kept)):
        with engine.begin() as connection:
            locks = text("SELECT locktype, mode FROM pg_locks WHERE pid = pg_backend_pid() AND granted")
            held = [tuple(row) for row in connection.execute(locks)]
        assert ("relation", "ExclusiveLock") in held
        assert "advisory" not in dict(held)
        engine.dispose()


# Whom a worker refuses to be


@pytest.fixture
def login(database: Database) -> Iterator[str]:
    """A login with the role of a writer, to be given more."""
    name = f"more_{database.name}"
    password = database.passwords.read_text("ascii").split("\n")[0].rsplit(":", 1)[1]
    database.as_superuser(
        f"CREATE ROLE {name} LOGIN PASSWORD '{password}' IN ROLE brokerage_writer",
        f"GRANT CONNECT ON DATABASE {database.name} TO {name}",
    )
    with database.passwords.open("a") as file:
        file.write(f"127.0.0.1:*:*:{name}:{password}\n")
    yield name
    database.as_superuser(f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def refusal(database: Database, login: str) -> str:
    engine = open_reader(database.url(login))
    with engine.connect() as connection, pytest.raises(DatabaseUnfitError) as refused:
        require_writer(connection)
    engine.dispose()
    return f"{refused.value} {refused.value.fix}"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("ALTER ROLE {login} SUPERUSER", "it is a superuser"),
        ("GRANT postgres TO {login}", "it is a member of postgres, which is a superuser"),
        ("ALTER ROLE {login} CREATEROLE", "it may make roles"),
        ("ALTER ROLE {login} BYPASSRLS", "it may replicate or bypass row security"),
        ("ALTER ROLE {login} REPLICATION", "it may replicate or bypass row security"),
        ("GRANT owner TO {login}", "it may create things beside the tables"),
        ("ALTER TABLE brokerage.event OWNER TO {login}", "it owns tables"),
        ("ALTER DATABASE {database} OWNER TO {login}", "it owns tables, schema or database"),
        ("GRANT CREATE ON SCHEMA brokerage TO {login}", "it may create things beside the tables"),
        ("GRANT UPDATE ON brokerage.event TO {login}", "it may do more than insert"),
        ("GRANT UPDATE (payload) ON brokerage.event TO {login}", "it may do more than insert"),
        ("GRANT DELETE ON brokerage.command TO PUBLIC", "it may do more than insert"),
        ("GRANT TRIGGER ON brokerage.log_identity TO {login}", "it may do more than insert"),
        (
            "GRANT pg_write_all_data TO {login}",
            "it may do more than insert",
        ),
        ("GRANT pg_execute_server_program TO {login}", "which may write files of the server or run programs"),
    ],
)
def test_a_worker_refuses_a_login_that_could_change_the_log(
    database: Database, login: str, more: str, named: str
) -> None:
    database.as_superuser(more.format(login=login, database=database.name))
    said = refusal(database, login)
    assert f"The login {login} could change what is recorded" in said
    assert named in said.replace(f"a member of {login}, which ", "")
    assert "CREATE ROLE <login> LOGIN IN ROLE brokerage_writer" in said
    database.as_superuser(f"ALTER DATABASE {database.name} OWNER TO owner")


def test_a_worker_refuses_to_be_owner_or_superuser(database: Database) -> None:
    assert "it owns tables" in refusal(database, "owner")
    assert "it is a superuser" in refusal(database, "postgres")


def test_a_worker_says_what_its_login_lacks(database: Database) -> None:
    assert "may not add to brokerage.log_identity. As the owner: GRANT brokerage_writer TO staff" in refusal(
        database, "staff"
    )


def test_a_worker_takes_the_login_that_was_made_for_it(database: Database) -> None:
    with open_writer(database.worker).connect() as connection:
        require_writer(connection)


def test_a_worker_that_may_not_take_its_turn_is_told_so(database: Database) -> None:
    database.as_superuser("REVOKE UPDATE ON brokerage.write_lock FROM brokerage_writer")
    assert "may not add to brokerage.write_lock" in refusal(database, "worker")


def test_an_owner_who_may_not_make_roles_is_told_which_are_missing(postgres: Server) -> None:
    with postgres.empty() as database:
        engine = owner_engine(database.owner)
        with engine.connect() as connection:
            from activities.event_log.postgresql_roles import prepare

            with pytest.raises(DatabaseUnfitError, match="brokerage_missing is missing") as refused:
                prepare(connection, ("brokerage_missing",))
        assert "CREATE ROLE brokerage_missing NOLOGIN" in refused.value.fix
        engine.dispose()


def test_an_owner_who_may_make_roles_needs_nobody_else(
    postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On a server where there are none yet; another database of the same server finds them."""
    with Server(tmp_path_factory.mktemp("bare")) as server, server.empty() as first, server.empty() as second:
        first.as_superuser(
            "ALTER ROLE owner CREATEROLE",
            "DROP DATABASE brokerage",
            *(f"DROP ROLE brokerage_{role}" for role in ("writer", "reader", "vault")),
        )
        for database in (first, second):
            server.migrate(database)
        first.as_superuser("GRANT brokerage_writer TO worker", "GRANT brokerage_reader TO staff")
        for database in (first, second):
            small_log(open_writer(database.worker))
            assert verify_log(open_reader(database.staff)).clean


def test_rights_that_were_given_by_hand_are_taken_back_by_a_migration(database: Database) -> None:
    database.as_superuser("GRANT ALL ON ALL TABLES IN SCHEMA brokerage TO brokerage_reader, PUBLIC")
    attempt(database.staff, "DELETE FROM brokerage.case_row")
    migrate_log(database.owner)
    with pytest.raises(errors.InsufficientPrivilege):
        attempt(database.staff, "DELETE FROM brokerage.case_row")
