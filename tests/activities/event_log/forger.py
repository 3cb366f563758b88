"""A forger of tests: commands and events that nobody gave, put at the end of an office's log."""

import base64
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activities.event_log.drafts import CommandDraft, EventDraft
from activities.event_log.verify import verify_log
from activities.signing import public_key_text
from domain.envelope import ActingPerson, OnBehalfOf, RecordedFor
from domain.messages import body_hash, signed_bytes
from tests.activities.builders import ADMIN, NOW, Office
from tests.activities.event_log.builders import receipt


def command(seed: bytes, **changes: Any) -> CommandDraft:
    """A command by the administrator, whose signature holds under the key that stands beside it."""
    stream, body = "person/sip.carys", {"post": "broker"}
    fingerprint = body_hash(
        verb="assign-post",
        stream=stream,
        person=ADMIN,
        on_behalf_of=None,
        occurred_at=None,
        body=body,
        salt="0" * 64,
    )
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(signed_bytes("forged", fingerprint))
    draft = CommandDraft(
        id="forged",
        stream=stream,
        verb="assign-post",
        person=ADMIN,
        body=body,
        body_hash=fingerprint,
        signature=base64.b64encode(signature).decode(),
        public_key=public_key_text(seed),
    )
    return replace(draft, **changes)


def event(person: str = ADMIN, on_behalf_of: OnBehalfOf | None = None) -> EventDraft:
    recorded_for = (
        RecordedFor(**on_behalf_of.model_dump(), post="head", school=None) if on_behalf_of else None
    )
    return EventDraft(
        type="PostAssigned",
        schema_version=1,
        payload={"post": "broker", "school": None, "since": "2026-09-01", "until": None},
        occurred_at=NOW,
        actor=ActingPerson(person=person, post=None, school=None, on_behalf_of=recorded_for),
        programme=None,
        calendar=None,
        reason=None,
        language="en",
        engine=None,
    )


def insert(office: Office, draft: CommandDraft, *events: EventDraft) -> list[tuple[str, str | None]]:
    """Put it at the end of the log as whoever owns the database can; codes and streams of what is found."""
    with office.log.transaction() as transaction:
        version = len(transaction.read_stream(draft.stream))
        transaction.append(draft.stream, version, list(events), draft, office.now, receipt)
    return [(finding.code, finding.stream) for finding in verify_log(office.reading).findings]
