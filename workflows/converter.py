"""How values travel through Temporal: pydantic JSON, encrypted before they leave the process.

Client, worker and replayer use the same converter. Keys come from the home's `payload.keys`; the first
is used for writing, all for reading, so that a key can be rotated while cases are open.
"""

import base64
import binascii
import dataclasses
import hashlib
import os
from collections.abc import Iterable, Sequence
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    PayloadCodec,
)

_ENCODING: Final = b"binary/encrypted"
_UNREADABLE: Final = b"binary/unreadable"
_METADATA_MESSAGE: Final = b"temporal.api.sdk.v1.WorkflowMetadata"
_NONCE_BYTES: Final = 12


class PayloadKeyError(ValueError):
    """A key file is wrong, or a payload was written under a key that this process does not have."""


@dataclasses.dataclass(frozen=True)
class PayloadKeys:
    """Keys by id, the current one first."""

    keys: tuple[tuple[str, bytes], ...]

    @classmethod
    def parse(cls, text: str) -> "PayloadKeys":
        """Read 'id base64' lines; raises PayloadKeyError."""
        keys = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            name, _, encoded = line.strip().partition(" ")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if len(key) != 32:
                raise PayloadKeyError(f"line {number}: not 'id key' with a key of 32 bytes in base64")
            keys.append((name, key))
        if not keys:
            raise PayloadKeyError("no key in it")
        return cls(tuple(keys))

    def fingerprints(self) -> tuple[str, ...]:
        """What tells the keys apart and gives none of them away, the current one first."""
        return tuple(hashlib.sha256(b"payload key\n" + key).hexdigest()[:12] for _, key in self.keys)


class EncryptingCodec(PayloadCodec):
    """AES-256-GCM over whole payloads, metadata included; the key's id stands beside the ciphertext."""

    def __init__(self, keys: PayloadKeys) -> None:
        self._current = keys.keys[0][0]
        self._ciphers = {name: AESGCM(key) for name, key in keys.keys}

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Encrypt each payload under the current key."""
        return [payload if _is_for_the_page(payload) else self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt what is encrypted. What is in clear was written by nobody who holds the key, and is not read."""
        return [
            payload if _is_for_the_page(payload) else self._decrypt_or_say(payload) for payload in payloads
        ]

    def _encrypt(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE_BYTES)
        name = self._current.encode()
        sealed = self._ciphers[self._current].encrypt(nonce, payload.SerializeToString(), name)
        return Payload(metadata={"encoding": _ENCODING, "key": name}, data=nonce + sealed)

    def _decrypt_or_say(self, payload: Payload) -> Payload:
        """The payload in clear, or one that says why not to whoever reads it.

        An error raised here would fail the whole workflow task, and so stop a case for everybody until
        the one who sent the payload gives up.
        """
        try:
            return self._decrypt(payload)
        except PayloadKeyError as error:
            return Payload(metadata={"encoding": _UNREADABLE}, data=str(error).encode())

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            raise PayloadKeyError("not encrypted: not written by a holder of the payload key")
        name = payload.metadata.get("key", b"")
        cipher = self._ciphers.get(name.decode(errors="replace"))
        if cipher is None:
            raise PayloadKeyError(
                f"written under the key {name.decode(errors='replace')!r}, which is not here"
            )
        try:
            clear = cipher.decrypt(payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:], name)
        except (InvalidTag, ValueError):
            raise PayloadKeyError(f"damaged, or not written under our key {name.decode()!r}") from None
        return Payload.FromString(clear)


class _UnreadableConverter(EncodingPayloadConverter):
    """Raises, where it is read, what the codec found wrong with a payload; writes nothing."""

    @property
    def encoding(self) -> str:
        return _UNREADABLE.decode()

    def to_payload(self, value: Any) -> Payload | None:  # noqa: ARG002 – the SDK's own signature
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:  # noqa: ARG002
        raise PayloadKeyError(payload.data.decode())


class _PayloadConverter(CompositePayloadConverter):
    """Pydantic's, and words for what could not be decrypted."""

    def __init__(self) -> None:
        super().__init__(*PydanticPayloadConverter().converters.values(), _UnreadableConverter())


def _is_for_the_page(payload: Payload) -> bool:
    """Whether Temporal's own page is to show it: summaries and current details, which hold nothing personal.

    A summary is a bare JSON string, and nothing else that travels is one: commands, answers and statuses
    are objects. Details come in the answer to the SDK's own metadata query.
    """
    encoding = payload.metadata.get("encoding")
    if encoding == b"json/plain":
        return payload.data.startswith(b'"')
    return encoding == b"json/protobuf" and payload.metadata.get("messageType") == _METADATA_MESSAGE


def data_converter(keys: PayloadKeys) -> DataConverter:
    """The converter for client, worker and replayer; error messages are encrypted too."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_converter_class=_PayloadConverter,
        payload_codec=EncryptingCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
