"""Sealing, opening and erasing personal text. AES-256-GCM under one key per subject.

A subject's key is kept wrapped by the vault's master key (KEK), bound to the subject; a text is bound
to its subject and its place, so neither a key nor a text can be moved to stand for another. Keys are
never kept in memory longer than one `seal_model` or one reading: an erased one is gone everywhere.
"""

import base64
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel
from sqlalchemy import Connection, Engine, delete, func, insert, select

from activities.vault import store
from activities.vault.errors import ErasureIncompleteError, SealBrokenError, SubjectErasedError
from activities.vault.store import erasure, look, subject_key
from domain.canonical import canonical_bytes, instant_text
from domain.personal import Personal, Sealed, map_personal

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12

ModelT = TypeVar("ModelT", bound=BaseModel)


class Vault:
    """One vault; safe to share between threads, and its file between processes.

    `kek` are the 32 bytes of the master key; without it the file opens nothing. `clock` gives the
    instant of looks, keys and erasures.
    """

    def __init__(self, engine: Engine, kek: bytes, clock: Callable[[], datetime]) -> None:
        if len(kek) != _KEY_BYTES:
            raise ValueError("the vault's master key has 32 bytes")
        self._reads = engine
        self._writes = store.writing(engine)
        self._kek = AESGCM(kek)
        self._clock = clock

    def seal(self, subject: str, place: str, text: str) -> Sealed:
        """Seal a text under the key of its subject, made at first use.

        `place` (command id and path) is bound to the text: at any other it does not open.
        Raises SubjectErasedError, and SealBrokenError where the master key is not this vault's.
        """
        return _seal(self._key_for_sealing(subject), subject, place, text)

    def seal_model(self, model: ModelT, subject_of: Callable[[str], str], place: str) -> ModelT:
        """A copy of the model with every text in clear sealed; those already sealed stay as they are.

        `subject_of(path)` says whose text the field at that path holds; `place` is prefixed to the
        path, as 'command-id:path'. Raises as `seal` does.
        """
        keys: dict[str, AESGCM] = {}

        def sealed(personal: Personal, path: str) -> Personal:
            if personal.clear is None:
                return personal
            subject = subject_of(path)
            if subject not in keys:
                keys[subject] = self._key_for_sealing(subject)
            return Personal(_seal(keys[subject], subject, f"{place}:{path}", personal.clear))

        return map_personal(model, sealed)

    def open(self, sealed: Sealed, reader: str, purpose: str) -> str | None:
        """The text, or None where its key was erased. The look is on record before the key is used.

        Raises SealBrokenError where the text was altered or moved.
        """
        with self.reading(reader, purpose) as reading:
            return reading.open(sealed)

    @contextmanager
    def reading(self, reader: str, purpose: str) -> Iterator["Reading"]:
        """Open many texts for one purpose: one look per subject, keys forgotten at the end of the block."""
        reading = Reading(self, reader, purpose)
        try:
            yield reading
        finally:
            reading.close()

    def erase(self, subject: str) -> bool:
        """Delete the key of a subject for good; False where they were erased before.

        Everything sealed under it is unreadable from then on, in every copy of the log, and the bytes
        of the key are overwritten. Also fixes that no key is ever made for the subject again, whether
        there was one or not. Raises ErasureIncompleteError where the old bytes could not be wiped yet.
        """
        with self._writes.begin() as connection:
            first = not _is_erased(connection, subject)
            if first:
                # First: the database lets go of a key only where its erasure is on record.
                connection.execute(insert(erasure), {"subject": subject, "at": self._now()})
            connection.execute(delete(subject_key).where(subject_key.c.subject == subject))
        if not store.forget_old_pages(self._reads):
            raise ErasureIncompleteError(f"the key of {subject} is deleted, its old bytes are still held")
        return first

    def keys_after_looks(
        self, subjects: Iterable[str], reader: str, purpose: str
    ) -> dict[str, AESGCM | None]:
        """Record one look per subject, commit, and only then unwrap their keys; None for an erased one."""
        wanted = tuple(dict.fromkeys(subjects))
        with self._writes.begin() as connection:
            number = connection.execute(select(func.max(look.c.number))).scalar() or 0
            at = self._now()
            looks = [
                {"number": number + place, "at": at, "reader": reader, "purpose": purpose, "subject": subject}
                for place, subject in enumerate(wanted, start=1)
            ]
            if looks:
                connection.execute(insert(look), looks)
            wrapped = {subject: _wrapped_key(connection, subject) for subject in wanted}
        return {
            subject: None if key is None else self._unwrap(subject, key) for subject, key in wrapped.items()
        }

    def _key_for_sealing(self, subject: str) -> AESGCM:
        with self._reads.begin() as connection:
            wrapped = _wrapped_key(connection, subject)
        if wrapped is None:
            # Asked again under the write lock: of two who come at once, the second finds the first's key.
            with self._writes.begin() as connection:
                if _is_erased(connection, subject):
                    raise SubjectErasedError(f"{subject} was erased; nothing is sealed under that name")
                wrapped = _wrapped_key(connection, subject)
                if wrapped is None:
                    wrapped = self._wrap(subject, AESGCM.generate_key(8 * _KEY_BYTES))
                    row = {"subject": subject, "wrapped_key": wrapped, "created_at": self._now()}
                    connection.execute(insert(subject_key), row)
        return self._unwrap(subject, wrapped)

    def _wrap(self, subject: str, key: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._kek.encrypt(nonce, key, subject.encode())

    def _unwrap(self, subject: str, wrapped: bytes) -> AESGCM:
        try:
            return AESGCM(self._kek.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], subject.encode()))
        except (InvalidTag, ValueError):
            raise SealBrokenError(
                f"the key of {subject} does not open: altered, or wrapped by another master key"
            ) from None

    def _now(self) -> str:
        return instant_text(self._clock())


class Reading:
    """Opens texts for one reader and one purpose. Valid inside the block that yielded it."""

    def __init__(self, vault: Vault, reader: str, purpose: str) -> None:
        self._vault = vault
        self._reader = reader
        self._purpose = purpose
        self._keys: dict[str, AESGCM | None] = {}

    def open(self, sealed: Sealed) -> str | None:
        """The text, or None where its key was erased; raises SealBrokenError."""
        return self.open_all([sealed])[0]

    def open_all(self, texts: Iterable[Sealed]) -> list[str | None]:
        """The texts in their order, None for each whose key was erased; all new looks in one transaction."""
        wanted = list(texts)
        new = [sealed.subject for sealed in wanted if sealed.subject not in self._keys]
        if new:
            self._keys |= self._vault.keys_after_looks(new, self._reader, self._purpose)
        return [_open(self._keys[sealed.subject], sealed) for sealed in wanted]

    def open_model(self, model: ModelT) -> ModelT:
        """A copy of the model with every sealed text in clear; those of erased subjects stay sealed."""
        found: list[Sealed] = []

        def note(personal: Personal, _: str) -> Personal:
            if personal.sealed is not None:
                found.append(personal.sealed)
            return personal

        map_personal(model, note)
        texts = iter(self.open_all(found))

        def clear(personal: Personal, _: str) -> Personal:
            text = None if personal.sealed is None else next(texts)
            return personal if text is None else Personal(text)

        return map_personal(model, clear)

    def close(self) -> None:
        """Forget the keys; a text opened after it is another look."""
        self._keys.clear()


def _wrapped_key(connection: Connection, subject: str) -> bytes | None:
    return connection.execute(
        select(subject_key.c.wrapped_key).where(subject_key.c.subject == subject)
    ).scalar()


def _is_erased(connection: Connection, subject: str) -> bool:
    return (
        connection.execute(select(erasure.c.subject).where(erasure.c.subject == subject)).scalar() is not None
    )


def _bound_to(subject: str, place: str) -> bytes:
    return canonical_bytes([subject, place])


def _seal(key: AESGCM, subject: str, place: str, text: str) -> Sealed:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    data = key.encrypt(nonce, text.encode(), _bound_to(subject, place))
    return Sealed(
        subject=subject,
        place=place,
        nonce=base64.b64encode(nonce).decode(),
        text=base64.b64encode(data).decode(),
    )


def _open(key: AESGCM | None, sealed: Sealed) -> str | None:
    if key is None:
        return None
    try:
        nonce = base64.b64decode(sealed.nonce, validate=True)
        data = base64.b64decode(sealed.text, validate=True)
        return key.decrypt(nonce, data, _bound_to(sealed.subject, sealed.place)).decode()
    except (InvalidTag, ValueError):
        raise SealBrokenError(f"the text at {sealed.place} was altered or moved") from None
