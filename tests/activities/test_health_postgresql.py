"""What the doctor finds in PostgreSQL: each finding by its fault, with the line that mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from activities.database_url import DatabaseUrl
from activities.health import Check, check_log
from activities.migrate import migrate_log
from activities.settings import Settings
from tests.postgres import Database, Server


@dataclass
class Office:
    """A home whose log and vault are in a database."""

    home: Path
    database: Database

    def checks(self, *, worker: bool = True, log: str = "", vault: str = "vault") -> dict[str, Check]:
        """The findings by name, of whoever has these logins."""
        settings = Settings(
            home=self.home,
            database_url=self.database.url(log or ("worker" if worker else "staff")),
            vault_url=self.database.url(vault),
        )
        return by_name(settings, worker)

    def only_finding(self, *, worker: bool = True, log: str = "", vault: str = "vault") -> Check:
        """The one thing that is wrong."""
        (found,) = [c for c in self.checks(worker=worker, log=log, vault=vault).values() if not c.ok]
        return found


def by_name(settings: Settings, worker: bool) -> dict[str, Check]:
    checks = check_log(settings, worker=worker)
    assert len({check.name for check in checks}) == len(checks)
    return {check.name: check for check in checks}


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    (tmp_path / "clock").write_text("real", "ascii")
    return Office(tmp_path, database)


@pytest.mark.parametrize("worker", [True, False])
def test_a_database_as_it_should_be_is_well(office: Office, worker: bool) -> None:
    checks = office.checks(worker=worker)
    assert [name for name, check in checks.items() if not check.ok] == []
    asked = {
        "log",
        "schema",
        "lists",
        "triggers",
        "login",
        "clock",
        "vault",
        "vault-triggers",
        "silence",
        "calendars",
    }
    assert checks.keys() == asked | ({"vault-login"} if worker else set())
    assert "all 23 guards" in checks["triggers"].what


def test_a_server_that_does_not_answer(office: Office) -> None:
    nowhere = DatabaseUrl("postgresql://worker@127.0.0.1:9/brokerage")
    checks = by_name(Settings(home=office.home, database_url=nowhere, vault_url=nowhere), True)
    assert {name: check.ok for name, check in checks.items()} == {"log": False, "vault": False}
    assert "refused" in checks["log"].what
    assert "brokerage up" in checks["log"].fix


@pytest.mark.parametrize("known", [True, False])
def test_a_login_whose_password_is_wrong_or_missing_names_the_file_it_belongs_into(
    office: Office, tmp_path: Path, known: bool
) -> None:
    passwords = tmp_path / "pgpass"
    passwords.write_text("*:*:*:worker:wrong\n*:*:*:vault:wrong\n" if known else "", "ascii")
    passwords.chmod(0o600)
    database = Database(office.database.name, office.database.port, passwords)
    checks = Office(office.home, database).checks()
    assert {name: check.ok for name, check in checks.items()} == {"log": False, "vault": False}
    for check in checks.values():
        assert ("authentication failed" if known else "no password supplied") in check.what
        assert all(words in check.fix for words in ("passfile", "PGPASSFILE", "~/.pgpass"))
        assert "brokerage up" not in check.fix + check.what
        assert "admin migrate" not in check.fix


@pytest.fixture
def empty(postgres: Server, tmp_path: Path) -> Iterator[Office]:
    with postgres.empty() as database:
        yield Office(tmp_path, database)


def test_a_database_that_nobody_migrated_and_the_line_that_does(empty: Office, postgres: Server) -> None:
    checks = empty.checks()
    assert not checks["log"].ok
    assert not checks["vault"].ok
    assert "BROKERAGE_OWNER_URL=… brokerage admin migrate" in checks["log"].fix
    assert "BROKERAGE_OWNER_URL=… brokerage admin migrate" in checks["vault"].fix
    postgres.migrate(empty.database)
    assert all(check.ok for check in empty.checks().values())


def test_an_older_schema_and_the_line_that_mends_it(office: Office) -> None:
    office.database.as_superuser("UPDATE brokerage.alembic_version SET version_num = '0001'")
    found = office.only_finding()
    assert (found.name, found.needed) == ("schema", True)
    assert "older (revision 0001)" in found.what
    assert "brokerage admin migrate" in found.fix


def test_a_newer_schema_asks_for_a_newer_program(office: Office) -> None:
    office.database.as_superuser("UPDATE brokerage.alembic_version SET version_num = '9999'")
    found = office.only_finding()
    assert "newer (revision 9999)" in found.what
    assert found.fix == "Use the version of Brokerage that brought it up to date, or a later one."


@pytest.mark.parametrize(
    ("statement", "name", "named"),
    [
        ("ALTER TABLE brokerage.event DISABLE TRIGGER event_no_update", "triggers", "event_no_update"),
        ("CREATE VIEW brokerage.mine AS SELECT 1 AS a", "triggers", "the view mine"),
        ("DROP TRIGGER look_gapless ON vault.look", "vault-triggers", "look_gapless"),
        ("ALTER TABLE brokerage.event DROP CONSTRAINT event_id_unique", "triggers", "event_id_unique"),
        ("ALTER TABLE brokerage.event SET UNLOGGED", "triggers", "the unlogged table event"),
        (
            "CREATE FUNCTION vault.peep() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT '' $$",
            "vault-triggers",
            "the function peep()",
        ),
        (
            "ALTER TABLE vault.subject_key DROP CONSTRAINT subject_key_pkey",
            "vault-triggers",
            "subject_key_pkey",
        ),
        ("ALTER TABLE vault.look ENABLE ROW LEVEL SECURITY", "vault-triggers", "row security on look"),
    ],
)
def test_guards_that_somebody_changed(office: Office, statement: str, name: str, named: str) -> None:
    office.database.as_superuser(statement)
    found = office.only_finding()
    assert (found.name, found.needed) == (name, True)
    assert named in found.what
    assert "brokerage audit verify" in found.fix


def test_a_worker_that_logs_in_as_owner(office: Office) -> None:
    found = office.only_finding(log="owner")
    assert (found.name, found.needed) == ("login", True)
    assert "owns tables" in found.what
    assert "CREATE ROLE <login> LOGIN IN ROLE brokerage_writer" in found.fix


def test_a_worker_that_may_not_write(office: Office) -> None:
    found = office.only_finding(log="staff")
    assert found.name == "login"
    assert found.fix == "As the owner: GRANT brokerage_writer TO staff"


def test_staff_who_log_in_as_owner_are_told_to_take_another_login(office: Office) -> None:
    found = office.only_finding(worker=False, log="owner")
    assert (found.name, found.needed) == ("login", False)
    assert "CREATE ROLE <login> LOGIN IN ROLE brokerage_reader" in found.fix


@pytest.mark.parametrize(
    ("login", "role"),
    [
        ("worker", "brokerage_vault"),
        ("worker", "pg_read_all_data"),
        ("worker", "pg_read_server_files"),
        ("vault", "brokerage_reader"),
        ("vault", "brokerage_writer"),
    ],
)
def test_a_login_of_a_worker_that_reads_what_log_and_vault_keep_from_each_other(
    office: Office, login: str, role: str
) -> None:
    office.database.as_superuser(f"GRANT {role} TO {login}")
    try:
        found = office.only_finding()
    finally:
        office.database.as_superuser(f"REVOKE {role} FROM {login}")
    assert (found.name, found.needed) == ("login" if login == "worker" else "vault-login", True)
    assert f"is a member of {role}" in found.what
    assert "CREATE ROLE <login> LOGIN IN ROLE" in found.fix


def test_staff_who_could_open_the_vault_with_their_login_of_the_log_are_told(office: Office) -> None:
    office.database.as_superuser("GRANT brokerage_vault TO staff")
    try:
        found = office.only_finding(worker=False)
    finally:
        office.database.as_superuser("REVOKE brokerage_vault FROM staff")
    assert (found.name, found.needed) == ("login", False)
    assert "is a member of brokerage_vault" in found.what


def test_a_vault_that_is_opened_as_its_owner(office: Office) -> None:
    found = office.only_finding(vault="owner")
    assert (found.name, found.needed) == ("vault-login", True)
    assert "CREATE ROLE <login> LOGIN IN ROLE brokerage_vault" in found.fix


def test_a_vault_that_this_login_may_not_open(office: Office) -> None:
    found = office.only_finding(vault="staff")
    assert found.name == "vault"
    assert "no vault" in found.what


@pytest.mark.parametrize("worker", [True, False])
def test_a_vault_of_which_nobody_says_where_it_is(office: Office, worker: bool) -> None:
    settings = Settings(home=office.home, database_url=office.database.staff)
    found = by_name(settings, worker)["vault"]
    assert (found.ok, found.needed) == (False, worker)
    assert "BROKERAGE_VAULT_URL" in found.fix


def test_a_file_that_does_not_say_where_the_log_is(tmp_path: Path) -> None:
    (tmp_path / "database.toml").write_text("nothing", "utf-8")
    (found,) = check_log(Settings(home=tmp_path), worker=False)
    assert not found.ok
    assert found.fix == "Write it anew: brokerage up"


def test_a_guard_that_is_gone_stays_gone_until_somebody_looks(office: Office) -> None:
    """A migration does not quietly put back what somebody took away."""
    office.database.as_superuser("DROP TRIGGER event_no_delete ON brokerage.event")
    migrate_log(office.database.owner)
    assert office.only_finding().name == "triggers"


def test_a_login_without_a_password_is_shown_where_passwords_belong(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(office.home / "none"))
    bare = DatabaseUrl(str(office.database.staff).partition("?")[0])
    checks = by_name(Settings(home=office.home, database_url=bare, vault_url=bare), False)
    for name in ("log", "vault"):
        assert not checks[name].ok
        assert "~/.pgpass" in checks[name].fix
