"""The address of somebody to whom a mail goes: sealed in the log, opened by the vault, kept nowhere."""

from sqlalchemy import Connection

from activities.event_log import read
from activities.mail.addresses import BadAddressError, Mailbox, parse_address
from activities.vault import Vault
from domain.directory.people import PersonRegistered
from domain.ids import SYSTEM_PERSON
from domain.streams import read_event


def sealed_entry(connection: Connection, person: str) -> PersonRegistered | None:
    """Somebody's last entry in the log, name and address sealed; None where they are not on record."""
    entry = None
    for recorded in read.read_stream(connection, f"person/{person}"):
        envelope = recorded.envelope
        event = read_event("person", envelope.type, envelope.schema_version, recorded.payload)
        if isinstance(event, PersonRegistered):
            entry = event
    return entry


def opened_address(entry: PersonRegistered | None, vault: Vault, purpose: str) -> Mailbox | None:
    """Somebody's name and address; None where they were erased, or no mail can go there.

    The look is on record before the address is read.
    """
    if entry is None:
        return None
    with vault.reading(SYSTEM_PERSON, purpose) as reading:
        known = reading.open_model(entry)
    if known.email.clear is None:
        return None
    try:
        return parse_address(known.email.clear, known.name.clear or "")
    except BadAddressError:
        return None
