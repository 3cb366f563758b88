"""The mails of one notice: what each says to whom, and how the log speaks of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Final, Literal, cast

from sqlalchemy import Connection

from activities.event_log import read
from activities.mail.addresses import Mailbox
from activities.mail.invitations import Invitation, VisitTime, invitation, visit_uid
from activities.mail.letters import letter
from activities.mail.message import build_message
from activities.mail.naming import message_id
from activities.mail.opening import sealed_entry
from activities.mail.recipients import Recipient, recipients
from activities.mail.server import MailServer
from activities.mail.wording import Subject, worded
from activities.read_models.facts import FactReader
from activities.read_models.networks import network_entry
from activities.read_models.outbox import Unsent
from domain.calendars.due import local_day
from domain.case import events as e
from domain.case.commands import Told
from domain.case.mail_templates import INVITATIONS, TEMPLATE_VERSION
from domain.case.state import CaseState, fold
from domain.directory.people import PersonRegistered
from domain.ids import case_stream
from domain.programmes.model import Programme
from domain.streams import read_event
from domain.text.mail import MailText, as_plain, as_subject

Failed = Literal["refused", "no-address", "nobody", "unreachable"]

MOST_PEOPLE: Final = 50
"""To whom one notice goes at the most; a command records no more."""


@dataclass(frozen=True)
class CaseMail:
    """One notice, with the case as it stands now, and the people it goes to."""

    row: Unsent
    subject: Subject
    people: tuple[Recipient, ...]
    entries: Mapping[str, PersonRegistered | None]
    """Their entries in the log, sealed."""
    at: datetime
    """When the log took the event in: the date of its mails, also of one that goes out twice."""
    sequence: int
    """Changes so far to the visit it tells of."""
    log: str
    accepted: frozenset[str]
    """Mails of this case that a server took, as the log knows."""

    def id(self, one: Recipient) -> str:
        """The mail's name left of the @: the same for whoever plays two parts in a case."""
        return f"{self.row.event_id}.{one.person}"

    def told(self, one: Recipient | None, failed: Failed | None = None, *, in_vain: bool = False) -> Told:
        """What the log is to say of one person's mail; with `in_vain` that nobody was told of the wait."""
        written = one.languages(self.subject.programme) if one and not failed else ()
        return Told(
            mail=self.id(one) if one else self.row.event_id,
            template=self.row.template,
            template_version=TEMPLATE_VERSION,
            party=self.subject.notice.party,
            person=one.person if one else None,
            language=cast("Literal['cy', 'en', 'fil', 'cy+en', 'en+fil'] | None", "+".join(written) or None),
            wait=self.row.wait if in_vain or not failed else None,
            failed=failed,
        )

    def message(self, one: Recipient, to: Mailbox, server: MailServer) -> EmailMessage:
        """The mail to one person."""
        texts = [worded(self.subject, each) for each in one.languages(self.subject.programme)]
        return build_message(
            letter(texts),
            id=message_id(self.row.event_id, one.person, server.sender.domain),
            at=self.at,
            sender=server.sender,
            to=to,
            reference=self.row.reference,
            invitation=self._invitation(texts, to, server) if self.row.template in INVITATIONS else None,
        )

    def _invitation(self, texts: Sequence[MailText], to: Mailbox, server: MailServer) -> Invitation:
        event, state = self.subject.event, self.subject.state
        if not isinstance(event, e.VisitScheduled | e.VisitRescheduled | e.VisitCancelled):
            raise TypeError(f"{type(event).__name__} plans no visit")
        return invitation(
            uid=visit_uid(state.reference, event.visit, self.log),
            sequence=self.sequence,
            method="CANCEL" if isinstance(event, e.VisitCancelled) else "REQUEST",
            at=self.at,
            when=VisitTime(event.on, self.subject.programme.time_zone),
            summary=as_subject(texts),
            description=as_plain(texts),
            place=self.subject.schools.get(state.recipient, ""),
            organizer=server.sender,
            attendee=to,
        )


def read_case_mail(connection: Connection, row: Unsent, now: datetime) -> CaseMail:
    """The notice with everything that its mails need. Raises LookupError where the log has no such event."""
    recorded = read.read_stream(connection, case_stream(row.reference))
    told = [
        (cast("e.CaseEvent", read_event("case", r.envelope.type, r.envelope.schema_version, r.payload)), r)
        for r in recorded
    ]
    state = fold((event, r.envelope.occurred_at) for event, r in told)
    event, place = next((event, r) for event, r in told if r.envelope.id == row.event_id)
    # Of an offer that is over, the school that was asked is no longer in the case.
    if isinstance(event, e.OfferRescinded | e.OfferExpired):
        state = state.model_copy(update={"provider": event.provider})
    facts = FactReader(connection)
    programme = facts.programme(state.programme)
    identity = read.read_identity(connection)
    if programme is None or identity is None:
        raise LookupError(f"the log knows nothing of the programme {state.programme}")
    people = recipients(connection, state, programme, row.notice.party, now)[:MOST_PEOPLE]
    return CaseMail(
        row=row,
        subject=Subject(
            row.notice,
            event,
            state,
            programme,
            _school_names(facts, state, programme, now),
            network_entry(connection, state),
        ),
        people=people,
        entries={one.person: sealed_entry(connection, one.person) for one in people},
        at=place.envelope.recorded_at,
        sequence=_changes(event, [earlier for earlier, r in told if r.position <= place.position]),
        log=identity.log,
        accepted=frozenset(event.mail for event, _ in told if isinstance(event, e.MailAccepted)),
    )


def _school_names(facts: FactReader, state: CaseState, programme: Programme, now: datetime) -> dict[str, str]:
    numbers = [number for number in (state.recipient, state.provider) if number]
    known = facts.schools(numbers, local_day(now, programme.time_zone))
    return {number: school.name for number, school in known.items()}


def _changes(event: e.CaseEvent, so_far: Sequence[e.CaseEvent]) -> int:
    """How often the visit that an event is about had been moved or cancelled, that event included."""
    visit = getattr(event, "visit", None)
    changes = [one for one in so_far if isinstance(one, e.VisitRescheduled | e.VisitCancelled)]
    return sum(one.visit == visit for one in changes)
