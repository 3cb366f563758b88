"""Whether somebody says now what the log holds of them: texts are sealed there, the hash of what was said is not."""

from typing import Any

from activities.event_log.command_record import CommandRecord
from domain.canonical import plain
from domain.messages import body_hash, command_salt
from domain.personal import SEALED_KEY


def said_this(record: CommandRecord, seed: bytes, body: dict[str, Any]) -> bool:
    """Whether that very body was signed there with the key of this seed, texts included."""
    salt = command_salt(seed, record.id)
    given = plain(body)
    forms = (given, {name: value for name, value in given.items() if value is not None})
    return any(
        body_hash(
            verb=record.verb,
            stream=record.stream,
            person=record.person,
            on_behalf_of=record.on_behalf_of,
            occurred_at=record.occurred_at,
            body=form,
            salt=salt,
        )
        == record.body_hash
        for form in forms
    )


def differing_fields(record: CommandRecord, body: dict[str, Any]) -> list[str]:
    """Fields in which the body is another than the recorded one, as far as that can be read: texts cannot."""
    recorded = {name: value for name, value in record.body.items() if not _is_sealed(value)}
    return [name for name, value in plain(body).items() if name in recorded and value != recorded[name]]


def _is_sealed(value: Any) -> bool:
    return isinstance(value, dict) and SEALED_KEY in value
