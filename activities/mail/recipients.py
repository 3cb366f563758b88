"""To whom a notice goes: those who play the part today, and in which languages each is written to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from activities.read_models.facts import FactReader
from activities.read_models.schema import person
from domain.case.shape import CaseState
from domain.ids import SYSTEM_PERSON
from domain.parties import Party
from domain.programmes.model import Language, Programme

_ORDER: Final[tuple[Language, ...]] = ("cy", "en", "fil")


@dataclass(frozen=True)
class Recipient:
    """Somebody a notice goes to, and the language they wish for."""

    person: str
    wish: str
    """'cy', 'en', 'fil' or 'both', as they were asked once."""

    def languages(self, programme: Programme) -> tuple[Language, ...]:
        """The languages they are written to in: the one they wish, else all that the programme writes in."""
        written = tuple(language for language in _ORDER if language in programme.languages)
        return tuple(language for language in written if language == self.wish) or written


_INSTEAD: Final = {Party.RECIPIENT_LEAD: Party.RECIPIENT_HEAD, Party.PROVIDER_LEAD: Party.PROVIDER_HEAD}


def recipients(
    connection: Connection, state: CaseState, programme: Programme, party: Party, now: datetime
) -> tuple[Recipient, ...]:
    """Who plays that part at that moment: whom the work was given to and nobody else, where it was.

    Who has left gets nothing, though the work is still theirs on paper. What is a lead's to do is told to the
    head where the school has no lead: the head may do it.
    """
    facts = FactReader(connection).case_facts(
        state=state, programme_in_force=programme, person_id="", recorder="", now=now, with_holders=True
    )
    holding = facts.holders.get(party, ()) or facts.holders.get(_INSTEAD.get(party, party), ())
    given = state.assigned(party)
    people = (given,) if given in holding else holding
    rows = connection.execute(select(person).where(person.c.person.in_(people))).all()
    wishes = {row.person: row.language for row in rows}
    return tuple(Recipient(one, wishes.get(one, "both")) for one in people if one and one != SYSTEM_PERSON)
