"""What a case has told to whom, and what became of it: from the log's events, and from what still waits."""

from typing import Any, Final

from activities.read_models.outbox import read_unsent
from domain.canonical import instant_text
from domain.case import events as e
from domain.case.events import read_case_event
from starter.reading import Office

FATE_FIELDS: Final = (
    "at", "template", "person", "party", "language", "outcome", "wait", "mail",
)  # fmt: skip


def fates(office: Office, reference: str) -> list[dict[str, Any]]:
    """A row for each mail of the case, the oldest first; last what waits for delivery."""
    rows = []
    for recorded in office.case_events(reference):
        envelope = recorded.envelope
        event = read_case_event(envelope.type, envelope.schema_version, recorded.payload)
        if isinstance(event, e.MailAccepted):
            rows.append(_fate(event, envelope.recorded_at, event.language, "accepted"))
        elif isinstance(event, e.MailFailed):
            rows.append(_fate(event, envelope.recorded_at, None, f"failed: {event.reason}"))
    waiting = [
        {
            "at": row.occurred_at,
            "template": row.template,
            "person": None,
            "party": row.party,
            "language": None,
            "outcome": "waits",
            "wait": row.wait,
            "mail": row.event_id,
        }
        for row in read_unsent(office.connection, reference)
    ]
    return [*rows, *waiting]


def _fate(
    event: e.MailAccepted | e.MailFailed, at: Any, language: str | None, outcome: str
) -> dict[str, Any]:
    return {
        "at": instant_text(at),
        "template": event.template,
        "person": event.person,
        "party": event.party.value,
        "language": language,
        "outcome": outcome,
        "wait": event.wait,
        "mail": event.mail,
    }
