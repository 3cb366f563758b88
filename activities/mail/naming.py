"""How a mail is known again: by its Message-ID, and by the case that it names."""

from typing import Final

CASE_HEADER: Final = "X-Brokerage-Case"


def message_id(event_id: str, person: str, host: str) -> str:
    """The same event to the same person is the same message, however often it is sent."""
    return f"<{event_id}.{person}@{host}>"


def read_message_id(text: str) -> tuple[str, str] | None:
    """(event id, person) of a Message-ID of ours; None for another."""
    event_id, _, rest = text.strip().strip("<>").partition(".")
    person, at, _host = rest.rpartition("@")
    return (event_id, person) if at and person else None
