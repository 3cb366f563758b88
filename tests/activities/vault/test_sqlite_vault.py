"""The vault in a file of SQLite: the conformance suite, what the file holds, and who opens it."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from activities.vault import Vault, VaultUnavailableError, open_vault, read_looks
from activities.vault.store import Place
from tests.activities.vault.conformance import KEK, NAME, NOW, VaultConformance


class TestSqliteVault(VaultConformance):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return tmp_path / "vault.db"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.db"


@pytest.fixture
def engine(path: Path) -> Engine:
    return open_vault(path)


@pytest.fixture
def vault(engine: Engine) -> Vault:
    return Vault(engine, KEK, lambda: NOW)


def all_bytes(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


def test_no_file_holds_a_text_in_clear_or_an_erased_key(vault: Vault, engine: Engine, path: Path) -> None:
    sealed = vault.seal("person/a", "c-1:name", NAME)
    vault.open(sealed, "s.auditor", "audit")
    with engine.connect() as connection:
        wrapped = connection.execute(text("SELECT wrapped_key FROM subject_key")).scalar_one()
    key = AESGCM(KEK).decrypt(wrapped[:12], wrapped[12:], b"person/a")
    assert wrapped in all_bytes(path), "the search itself works"

    vault.erase("person/a")

    left = all_bytes(path)
    for secret in (NAME.encode(), NAME.encode("utf-16-le"), key, KEK, wrapped):
        assert secret not in left
    assert sealed.text.encode() not in left, "texts live in the log, not here"


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE look SET reader = 'nobody'",
        "DELETE FROM look",
        "INSERT OR REPLACE INTO look SELECT * FROM look",
        "INSERT INTO look VALUES (9, '', '', '', '')",
        "UPDATE subject_key SET wrapped_key = x''",
        "INSERT OR REPLACE INTO subject_key SELECT * FROM subject_key",
        "DELETE FROM erasure",
        "UPDATE erasure SET at = ''",
        "INSERT OR REPLACE INTO erasure SELECT * FROM erasure",
    ],
)
def test_the_record_of_looks_and_erasures_is_append_only(vault: Vault, engine: Engine, attack: str) -> None:
    vault.open(vault.seal("person/a", "c-1:name", NAME), "x", "y")
    vault.erase("person/gone")
    with pytest.raises(IntegrityError, match=r"append-only|never"), engine.begin() as connection:
        connection.execute(text(attack))


def test_a_vault_made_before_that_guard_gets_it(path: Path, engine: Engine, vault: Vault) -> None:
    vault.seal("person/a", "c-1:name", NAME)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER subject_key_no_loss"))
    again = open_vault(path)
    with pytest.raises(IntegrityError, match="never removed"), again.begin() as connection:
        connection.execute(text("DELETE FROM subject_key"))


def test_who_only_opens_makes_no_file(path: Path) -> None:
    with pytest.raises(VaultUnavailableError):
        open_vault(path, create=False)
    with pytest.raises(VaultUnavailableError, match="no vault"):
        read_looks(path)
    assert not path.exists()
    open_vault(path).dispose()
    open_vault(path, create=False).dispose()
    assert read_looks(path) == []


def test_a_foreign_file_is_no_vault(path: Path) -> None:
    path.write_bytes(b"something else entirely, and long enough to be read" * 100)
    with pytest.raises(VaultUnavailableError):
        open_vault(path)
    with pytest.raises(VaultUnavailableError, match="cannot be read as a vault"):
        read_looks(path)


def open_when_told(path: Path, start: Any, answers: Any) -> None:
    start.wait(30)
    open_vault(path)
    answers.put("opened")


def test_many_may_open_a_new_vault_at_once(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(4), context.Queue()
    processes = [
        context.Process(target=open_when_told, args=(path, start, answers), daemon=True) for _ in range(4)
    ]
    for process in processes:
        process.start()
    assert [answers.get(timeout=60) for _ in processes] == ["opened"] * 4
    for process in processes:
        process.join(timeout=10)
