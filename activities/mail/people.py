"""To whom a notice goes: those who play the part today, in which language, at which address."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from activities.event_log import read
from activities.mail.addresses import BadAddressError, Mailbox, parse_address
from activities.read_models.facts import FactReader
from activities.read_models.schema import person
from activities.vault import Vault
from domain.case.shape import CaseState
from domain.directory.people import PersonRegistered
from domain.ids import SYSTEM_PERSON
from domain.parties import Party
from domain.programmes.model import Programme
from domain.streams import read_event


@dataclass(frozen=True)
class Recipient:
    """Somebody a notice goes to, and the language they wish to be written to in."""

    person: str
    language: str


def recipients(
    connection: Connection, state: CaseState, programme: Programme, party: Party, now: datetime
) -> tuple[Recipient, ...]:
    """Who plays that part at that moment: whom the work was given to and nobody else, where it was.

    Who has left gets nothing, though the work is still theirs on paper.
    """
    facts = FactReader(connection).case_facts(
        state=state, programme_in_force=programme, person_id="", recorder="", now=now, with_holders=True
    )
    holding = facts.holders.get(party, ())
    given = state.assigned(party)
    people = (given,) if given in holding else holding
    rows = connection.execute(select(person).where(person.c.person.in_(people))).all()
    wishes = {row.person: row.language for row in rows}
    return tuple(Recipient(one, wishes.get(one, "both")) for one in people if one and one != SYSTEM_PERSON)


def opened_address(connection: Connection, vault: Vault, person_id: str, purpose: str) -> Mailbox | None:
    """Somebody's name and address; None where they were erased, or no mail can go there.

    The look is on record before the address is read.
    """
    entry = _entry(connection, person_id)
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


def _entry(connection: Connection, person_id: str) -> PersonRegistered | None:
    for recorded in read.read_stream(connection, f"person/{person_id}"):
        envelope = recorded.envelope
        event = read_event("person", envelope.type, envelope.schema_version, recorded.payload)
        if isinstance(event, PersonRegistered):
            return event
    return None
