"""The vault in PostgreSQL: the conformance suite, what its guards refuse, and who opens it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from activities.database_url import DatabaseUrl
from activities.event_log.postgresql import owner_engine
from activities.migrate import migrate_vault
from activities.vault import Vault, VaultUnavailableError, open_vault, postgresql, read_looks
from activities.vault.store import Place
from tests.activities.vault.conformance import KEK, NAME, NOW, VaultConformance
from tests.postgres import Database, Server


class TestPostgresqlVault(VaultConformance):
    @pytest.fixture
    def place(self, database: Database) -> Place:
        return database.vault


@pytest.fixture(scope="module")
def kept(postgres: Server) -> Iterator[Database]:
    """A vault with a key, a look and an erasure."""
    with postgres.fresh() as database:
        engine = open_vault(database.vault)
        vault = Vault(engine, KEK, lambda: NOW)
        vault.open(vault.seal("person/a", "c-1:name", NAME), "x", "y")
        vault.erase("person/gone")
        engine.dispose()
        yield database


@pytest.fixture
def owner(kept: Database) -> Iterator[Engine]:
    """Who owns the tables: no right is missing here, only the guards refuse."""
    engine = owner_engine(kept.owner, postgresql.SCHEMA)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE look SET reader = 'nobody'",
        "DELETE FROM look",
        "TRUNCATE look",
        "INSERT INTO look SELECT * FROM look ON CONFLICT DO NOTHING",
        "INSERT INTO look SELECT * FROM look ON CONFLICT (number) DO UPDATE SET reader = 'nobody'",
        "INSERT INTO look VALUES (9, '', '', '', '')",
        "INSERT INTO look (at, reader, purpose, subject) VALUES ('', '', '', '')",
        "UPDATE subject_key SET wrapped_key = ''",
        "INSERT INTO subject_key SELECT * FROM subject_key ON CONFLICT DO NOTHING",
        "INSERT INTO subject_key VALUES ('person/gone', '', '')",
        "DELETE FROM subject_key",
        "TRUNCATE subject_key",
        "MERGE INTO subject_key k USING erasure e ON true WHEN MATCHED THEN UPDATE SET wrapped_key = ''",
        "DELETE FROM erasure",
        "UPDATE erasure SET at = ''",
        "TRUNCATE erasure",
        "INSERT INTO erasure SELECT * FROM erasure ON CONFLICT DO NOTHING",
    ],
)
def test_not_even_its_owner_changes_what_the_vault_keeps(owner: Engine, attack: str) -> None:
    with (
        pytest.raises(IntegrityError, match=r"append-only|never|erasure is final"),
        owner.begin() as connection,
    ):
        connection.execute(text(attack))


@pytest.mark.parametrize("name", postgresql.TRIGGER_NAMES)
def test_a_missing_guard_is_found_and_a_migration_puts_it_back(database: Database, name: str) -> None:
    def missing() -> list[str]:
        with open_vault(database.vault).connect() as connection:
            return postgresql.changed_guards(connection)[0]

    assert missing() == []
    table = next(table for table in ("subject_key", "erasure", "look") if name.startswith(table))
    database.as_superuser(f"DROP TRIGGER {name} ON vault.{table}")
    assert missing() == [name]
    migrate_vault(database.owner)
    assert missing() == []


def test_who_only_opens_makes_nothing(postgres: Server) -> None:
    with postgres.empty() as database:
        for opening in (open_vault, read_looks):
            with pytest.raises(VaultUnavailableError, match="there is no vault"):
                opening(database.vault)
        with pytest.raises(VaultUnavailableError, match=r"cannot be opened as a vault: .*refused"):
            read_looks(DatabaseUrl("postgresql://vault@127.0.0.1:9/brokerage"))


def test_a_login_of_the_log_opens_no_vault(kept: Database) -> None:
    for login in ("worker", "staff"):
        with pytest.raises(VaultUnavailableError, match=r"no vault at .* that this login may open"):
            open_vault(kept.url(login))


def test_the_database_never_holds_a_text_nor_a_key_in_clear(kept: Database) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with open_vault(kept.vault).connect() as connection:
        rows = connection.execute(text("SELECT subject, wrapped_key FROM subject_key")).all()
        everything = str([connection.execute(text(f"SELECT * FROM {t}")).all() for t in ("look", "erasure")])
    for subject, wrapped in rows:
        key = AESGCM(KEK).decrypt(wrapped[:12], wrapped[12:], subject.encode())
        assert key not in wrapped
    assert NAME not in everything
