"""Small logs for tests: signed commands and plain events, as an office would leave them."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from activities.event_log.append import Appended, EventLog
from activities.event_log.command_record import CommandRecord
from activities.event_log.drafts import CommandDraft, EventDraft, Placement
from activities.event_log.engine import open_writer
from activities.event_log.migrations import migrate
from domain.envelope import ActingPerson, EngineRef, ProgrammeRef
from domain.messages import body_hash, signed_bytes

NOW: Final = datetime(2026, 9, 16, 8, 30, tzinfo=UTC)
CASE: Final = "case/EAS-K7QX4MZ-R"
OTHER_CASE: Final = "case/EAS-0000001-2"

_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_PUBLIC: Final = base64.b64encode(_KEY.public_key().public_bytes_raw()).decode()


def fresh_log(path: Path) -> Engine:
    """The writer's engine of a new, migrated SQLite log."""
    engine = open_writer(path)
    migrate(engine)
    return engine


def signed_command(
    id: str,
    stream: str = CASE,
    *,
    verb: str = "note",
    body: dict[str, Any] | None = None,
    facts: tuple[int, ...] = (),
) -> CommandDraft:
    """A command of p.jones with a signature that holds."""
    body = body if body is not None else {"text": id}
    fingerprint = body_hash(
        verb=verb,
        stream=stream,
        person="p.jones",
        on_behalf_of=None,
        occurred_at=None,
        body=body,
        salt="0" * 64,
    )
    return CommandDraft(
        id=id,
        stream=stream,
        verb=verb,
        person="p.jones",
        body=body,
        body_hash=fingerprint,
        signature=base64.b64encode(_KEY.sign(signed_bytes(id, fingerprint))).decode(),
        public_key=_PUBLIC,
        facts=facts,
    )


def noted(text: str = "seen", occurred_at: datetime = NOW) -> EventDraft:
    """An event with every optional part of its envelope filled."""
    return EventDraft(
        type="Noted",
        schema_version=1,
        payload={"text": text},
        occurred_at=occurred_at,
        actor=ActingPerson(person="p.jones", post="head", school="6701234"),
        programme=ProgrammeRef(code="EAS", version=1),
        calendar="calendar/wales@2",
        reason="asked",
        language="cy",
        engine=EngineRef(workflow=CASE, run="run-1"),
    )


def receipt(placement: Placement) -> dict[str, Any]:
    """An answer that says where the command stands."""
    return {"kind": "receipt", "version": placement.version, "position": placement.position}


def append(
    log: EventLog,
    id: str,
    *texts: str,
    stream: str = CASE,
    expected_version: int | None = None,
    now: datetime = NOW,
    command: CommandDraft | None = None,
) -> Appended:
    """One command with one event per text, in a transaction of its own."""
    with log.transaction() as transaction:
        if expected_version is None:
            expected_version = len(transaction.read_stream(stream))
        return transaction.append(
            stream,
            expected_version,
            [noted(text) for text in texts],
            command or signed_command(id, stream),
            now,
            receipt,
        )


def refuse(log: EventLog, id: str, *, stream: str = CASE, now: datetime = NOW) -> CommandRecord:
    """One refused command, in a transaction of its own."""
    with log.transaction() as transaction:
        return transaction.refuse(
            signed_command(id, stream), now, {"kind": "refused", "code": "R-TEST"}
        ).record


def small_log(engine: Engine) -> EventLog:
    """Seven events of two streams, one command with nothing to do, two refusals in between."""
    log = EventLog(engine, "real")
    append(log, "open-1", "opened", "named")
    append(log, "open-2", "opened", stream=OTHER_CASE)
    refuse(log, "no-1")
    append(log, "work-1", "asked", "answered")
    append(log, "idle-1")
    refuse(log, "no-2", stream=OTHER_CASE)
    append(log, "work-2", "Gŵyl Ŵy – ‘größe’", stream=OTHER_CASE)
    append(log, "work-3", "signed", command=signed_command("work-3", facts=(3,)))
    return log
