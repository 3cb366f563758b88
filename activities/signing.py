"""Ed25519: how a command is signed by its sender and checked by the worker."""

import base64
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.canonical import plain
from domain.envelope import Language, OnBehalfOf
from domain.messages import Command, body_hash, command_salt, signed_bytes


def public_key_text(seed: bytes) -> str:
    """The public key that belongs to a 32-byte seed, base64."""
    return base64.b64encode(
        Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    ).decode()


def sign_command(
    *,
    seed: bytes,
    command_id: str,
    stream: str,
    verb: str,
    body: dict[str, Any],
    person: str,
    on_behalf_of: OnBehalfOf | None = None,
    occurred_at: datetime | None = None,
    expected_version: int | None = None,
    language: Language = "en",
) -> Command:
    """The command as it may be sent: with its salt, its hash and the sender's signature."""
    salt = command_salt(seed, command_id)
    fingerprint = body_hash(
        verb=verb,
        stream=stream,
        person=person,
        on_behalf_of=on_behalf_of,
        occurred_at=occurred_at,
        body=body,
        salt=salt,
    )
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(signed_bytes(command_id, fingerprint))
    return Command(
        command_id=command_id,
        stream=stream,
        verb=verb,
        body=plain(body),
        person=person,
        on_behalf_of=on_behalf_of,
        occurred_at=occurred_at,
        expected_version=expected_version,
        language=language,
        salt=salt,
        body_hash=fingerprint,
        signature=base64.b64encode(signature).decode(),
    )


def signature_fits(command: Command, public_key: str) -> bool:
    """Whether that key signed this very command: its hash fits its content, the signature fits the hash."""
    if command.fingerprint() != command.body_hash:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        signature = base64.b64decode(command.signature, validate=True)
        key.verify(signature, signed_bytes(command.command_id, command.body_hash))
    except (InvalidSignature, ValueError):
        return False
    return True
