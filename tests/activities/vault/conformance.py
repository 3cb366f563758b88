"""What every backend of the vault must do. A backend's test class inherits it and says where its vault is."""

import base64
import multiprocessing
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from activities.vault import Look, SealBrokenError, SubjectErasedError, Vault, open_vault, read_looks
from activities.vault.store import Place, writing
from domain.personal import FreeText, LongestText, Personal, PersonName, Sealed

KEK = bytes(range(32))
NOW = datetime(2026, 9, 16, 8, 30, tzinfo=UTC)
NAME = "Angharad Llywelyn-Ferrier"


class Contact(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: PersonName
    note: Annotated[Personal, LongestText(80)] | None = None


class Letter(BaseModel):
    model_config = ConfigDict(frozen=True)
    subject: str
    sender: Contact
    others: tuple[Contact, ...]
    words: FreeText


def looks(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT number, at, reader, purpose, subject FROM look ORDER BY 1"))
        return [tuple(row) for row in rows]


class VaultConformance:
    """Inherit it, and override `place` with where a fresh vault is."""

    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError("a backend says where its vault is")

    @pytest.fixture
    def engine(self, place: Place) -> Iterator[Engine]:
        engine = open_vault(place)
        yield engine
        engine.dispose()

    @pytest.fixture
    def vault(self, engine: Engine) -> Vault:
        return Vault(engine, KEK, lambda: NOW)

    def test_what_was_sealed_opens(self, vault: Vault) -> None:
        sealed = vault.seal("person/p.jones", "c-1:name", NAME)

        assert sealed.subject == "person/p.jones"
        assert NAME not in sealed.model_dump_json()
        assert vault.open(sealed, "s.auditor", "audit") == NAME

    def test_the_same_text_is_never_sealed_alike(self, vault: Vault) -> None:
        one, two = (vault.seal("person/a", "c-1:name", NAME) for _ in range(2))
        assert one.nonce != two.nonce
        assert one.text != two.text

    def test_a_subject_has_one_key(self, vault: Vault, engine: Engine) -> None:
        for place in ("c-1:name", "c-2:name"):
            vault.seal("person/a", place, NAME)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM subject_key")).scalar() == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"place": "c-1:other"},
            {"subject": "person/b"},
            {"text": base64.b64encode(b"\0" * 40).decode()},
            {"text": "not base64"},
            {"nonce": base64.b64encode(b"\0" * 12).decode()},
            {"nonce": ""},
        ],
    )
    def test_an_altered_or_moved_text_does_not_open(self, vault: Vault, change: dict[str, str]) -> None:
        vault.seal("person/b", "c-0:name", "somebody else")
        sealed = vault.seal("person/a", "c-1:name", NAME).model_copy(update=change)

        with pytest.raises(SealBrokenError):
            vault.open(sealed, "s.auditor", "audit")

    def test_another_master_key_opens_nothing(self, vault: Vault, engine: Engine) -> None:
        sealed = vault.seal("person/a", "c-1:name", NAME)
        stranger = Vault(engine, bytes(32), lambda: NOW)
        with pytest.raises(SealBrokenError):
            stranger.open(sealed, "x", "y")
        with pytest.raises(SealBrokenError):
            stranger.seal("person/a", "c-2:name", NAME)
        with pytest.raises(ValueError, match="32 bytes"):
            Vault(engine, b"short", lambda: NOW)

    def test_a_wrapped_key_cannot_stand_for_another_subject(self, vault: Vault, engine: Engine) -> None:
        vault.seal("person/a", "c-1:name", NAME)
        with writing(engine).begin() as connection:
            connection.execute(
                text("INSERT INTO subject_key SELECT 'person/b', wrapped_key, created_at FROM subject_key")
            )
        with pytest.raises(SealBrokenError):
            vault.seal("person/b", "c-2:name", NAME)

    def test_every_opening_is_on_record(self, vault: Vault, engine: Engine) -> None:
        sealed = vault.seal("person/a", "c-1:name", NAME)
        vault.open(sealed, "s.auditor", "audit")
        vault.open(sealed, "b.broker", "case page")

        at = "2026-09-16T08:30:00.000Z"
        assert looks(engine) == [
            (1, at, "s.auditor", "audit", "person/a"),
            (2, at, "b.broker", "case page", "person/a"),
        ]

    def test_a_reading_is_one_look_per_subject(self, vault: Vault, engine: Engine) -> None:
        texts = [vault.seal(f"person/{n % 2}", f"c-{n}:name", f"name {n}") for n in range(6)]
        with vault.reading("s.auditor", "audit") as reading:
            assert reading.open(texts[0]) == "name 0"
            assert reading.open_all(texts) == [f"name {n}" for n in range(6)]
        assert [row[4] for row in looks(engine)] == ["person/0", "person/1"]

    def test_the_look_is_kept_though_the_text_does_not_open(self, vault: Vault, engine: Engine) -> None:
        sealed = vault.seal("person/a", "c-1:name", NAME).model_copy(update={"place": "elsewhere"})
        with pytest.raises(SealBrokenError):
            vault.open(sealed, "x", "y")
        assert len(looks(engine)) == 1

    def test_the_look_is_committed_before_the_key_is_unwrapped(
        self, vault: Vault, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sealed = vault.seal("person/a", "c-1:name", NAME)
        seen: list[int] = []

        def unwrap(self: Vault, subject: str, wrapped: bytes) -> AESGCM:
            seen.append(len(looks(engine)))
            raise SealBrokenError(subject)

        monkeypatch.setattr(Vault, "_unwrap", unwrap)
        with pytest.raises(SealBrokenError):
            vault.open(sealed, "x", "y")
        assert seen == [1]

    def test_what_was_erased_reads_as_nothing(self, vault: Vault, engine: Engine) -> None:
        gone, kept = vault.seal("person/a", "c-1:name", NAME), vault.seal("person/b", "c-2:name", "B")

        assert vault.erase("person/a")
        assert not vault.erase("person/a"), "erased before"

        assert vault.open(gone, "x", "y") is None
        assert vault.open(kept, "x", "y") == "B"
        assert [row[4] for row in looks(engine)] == ["person/a", "person/b"]

    def test_erasure_is_final(self, vault: Vault, engine: Engine) -> None:
        vault.erase("person/a")
        with pytest.raises(SubjectErasedError):
            vault.seal("person/a", "c-2:name", NAME)
        with pytest.raises(IntegrityError, match="erasure is final"), writing(engine).begin() as connection:
            connection.execute(text("INSERT INTO subject_key VALUES ('person/a', '', '')"))

    def test_a_key_goes_only_with_its_erasure_on_record(self, vault: Vault, engine: Engine) -> None:
        sealed = vault.seal("person/a", "c-1:name", NAME)
        vault.erase("person/gone")
        with pytest.raises(IntegrityError, match="never removed"), writing(engine).begin() as connection:
            connection.execute(text("DELETE FROM subject_key"))
        assert vault.open(sealed, "x", "y") == NAME

    def test_looks_are_read_without_a_key_while_the_vault_is_in_use(self, place: Place, vault: Vault) -> None:
        texts = [vault.seal(f"person/{n}", f"c-{n}:name", NAME) for n in range(3)]
        for n, sealed in enumerate(texts):
            vault.open(sealed, "s.auditor", f"audit {n}")
        at = "2026-09-16T08:30:00.000Z"
        assert read_looks(place) == [
            Look(n + 1, at, "s.auditor", f"audit {n}", f"person/{n}") for n in range(3)
        ]

    def test_a_model_is_sealed_and_opened_as_a_whole(self, vault: Vault, engine: Engine) -> None:
        letter = Letter.model_validate(
            {
                "subject": "visit",
                "sender": {"name": NAME, "note": "mornings"},
                "others": [{"name": "Second Name"}],
                "words": "dear all",
            }
        )

        def subject_of(path: str) -> str:
            return "person/second" if path.startswith("others.0") else "person/sender"

        sealed = vault.seal_model(letter, subject_of, "c-1")

        assert isinstance(sealed.sender.name.sealed, Sealed)
        assert sealed.sender.name.sealed.place == "c-1:sender.name"
        assert not any(word in sealed.model_dump_json() for word in (NAME, "mornings", "Second", "dear all"))
        assert vault.seal_model(sealed, subject_of, "c-2") == sealed, "sealed once is sealed"
        with vault.reading("x", "y") as reading:
            assert reading.open_model(sealed) == letter
        assert len(looks(engine)) == 2

        vault.erase("person/second")
        with vault.reading("x", "y") as reading:
            opened = reading.open_model(sealed)
        assert opened.sender == letter.sender
        assert opened.others == sealed.others

    def test_many_who_seal_for_a_new_subject_at_once_end_with_one_key(
        self, place: Place, vault: Vault
    ) -> None:
        context = multiprocessing.get_context("spawn")
        answers: Any = context.Queue()
        processes = [
            context.Process(target=seal_from_threads, args=(place, number, answers), daemon=True)
            for number in range(3)
        ]
        for process in processes:
            process.start()
        given = [Sealed.model_validate(one) for _ in processes for one in answers.get(timeout=60)]
        for process in processes:
            process.join(timeout=10)

        assert len(given) == 3 * 4 * 5
        with vault.reading("x", "y") as reading:
            assert set(reading.open_all(given)) == {NAME}

    def test_looks_of_many_at_once_are_all_on_record_without_a_gap(self, place: Place, vault: Vault) -> None:
        texts = [vault.seal(f"person/{number}", "c-1:name", NAME) for number in range(3)]

        def look() -> None:
            for _ in range(5):
                with vault.reading("s.auditor", "audit") as reading:
                    assert set(reading.open_all(texts)) == {NAME}

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [found.number for found in read_looks(place)] == list(range(1, 4 * 5 * 3 + 1))


def seal_from_threads(place: Place, process: int, answers: Any) -> None:
    """Four threads that seal for the same new subjects at once."""
    vault = Vault(open_vault(place), KEK, lambda: NOW)
    sealed: list[Sealed] = []

    def seal(thread: int) -> None:
        for number in range(5):
            sealed.append(vault.seal(f"person/{number}", f"p{process}-t{thread}", NAME))

    threads = [threading.Thread(target=seal, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put([one.model_dump() for one in sealed])
