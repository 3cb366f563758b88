"""Notices that wait for delivery: what the events of a case tell whom, less what was told or has lost its point.

A row follows from the events alone: it begins with the event that it tells of, and is settled when the log
says what became of its mail. Kept in the transaction that appends, made anew from the log by the same steps.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from activities.event_log.read import RecordedEvent
from activities.read_models.schema import outbox
from domain.canonical import instant_text
from domain.case import events as e
from domain.case.notices import Notice, is_wanted, notices
from domain.case.shape import CaseState
from domain.case.state import evolve
from domain.envelope import ActingPerson
from domain.parties import HeldPost, Party, Post, parties_played

_OF_CASE: Final = (
    select(outbox)
    .where(outbox.c.reference == bindparam("reference"))
    .order_by(outbox.c.position, outbox.c.place)
)
_HOW_MANY: Final = (
    select(func.count()).select_from(outbox).where(outbox.c.reference == bindparam("reference"))
)


@dataclass(frozen=True)
class Unsent:
    """One notice that waits for delivery."""

    event_id: str
    place: int
    reference: str
    template: str
    party: str
    wait: str | None
    occurred_at: str
    position: int

    @property
    def notice(self) -> Notice:
        """What it tells whom."""
        return Notice(self.template, Party(self.party), self.wait)


def after_event(
    unsent: tuple[Unsent, ...], event: e.CaseEvent, recorded: RecordedEvent, after: CaseState
) -> tuple[Unsent, ...]:
    """What is unsent after one more event of the case; `after` is the case then."""
    if isinstance(event, e.MailAccepted | e.MailFailed):
        unsent = tuple(row for row in unsent if not _is_settled(row, event))
    unsent = tuple(row for row in unsent if is_wanted(row.notice, after))
    envelope = recorded.envelope
    new = notices(event, after, acted_parties(envelope.actor, after))
    return (
        *unsent,
        *(
            Unsent(
                event_id=envelope.id,
                place=place,
                reference=after.reference,
                template=notice.template,
                party=notice.party.value,
                wait=notice.wait,
                occurred_at=instant_text(envelope.occurred_at),
                position=recorded.position,
            )
            for place, notice in enumerate(new)
        ),
    )


def update_unsent(
    connection: Connection, state: CaseState, events: Iterable[e.CaseEvent], recorded: Iterable[RecordedEvent]
) -> None:
    """Bring the rows of a case up to events that are being appended; `state` is the case before them."""
    reference = None
    before: tuple[Unsent, ...] = ()
    unsent = before
    for event, placed in zip(events, recorded, strict=True):
        state = evolve(state, event, placed.envelope.occurred_at)
        if reference is None:
            reference = state.reference
            before = unsent = read_unsent(connection, reference)
        unsent = after_event(unsent, event, placed, state)
    if reference is not None and unsent != before:
        write_unsent(connection, reference, unsent)


def read_unsent(connection: Connection, reference: str) -> tuple[Unsent, ...]:
    """What is unsent of a case, the oldest first."""
    rows = connection.execute(_OF_CASE, {"reference": reference}).mappings()
    return tuple(Unsent(**row) for row in rows)


def count_unsent(connection: Connection, reference: str) -> int:
    """How many notices of a case wait for delivery."""
    return connection.execute(_HOW_MANY, {"reference": reference}).scalar() or 0


def write_unsent(connection: Connection, reference: str, unsent: tuple[Unsent, ...]) -> None:
    """Replace the rows of a case."""
    connection.execute(delete(outbox).where(outbox.c.reference == reference))
    if unsent:
        connection.execute(insert(outbox), [asdict(row) for row in unsent])


def _is_settled(row: Unsent, event: e.MailAccepted | e.MailFailed) -> bool:
    """Whether that mail was the row's: one row may be several mails, which are recorded together."""
    told = event.mail.partition(".")[0]
    return (row.event_id, row.template, row.party) == (told, event.template, event.party.value)


def acted_parties(actor: ActingPerson, state: CaseState) -> frozenset[Party]:
    """The parts of those who caused an event: of whoever decided, and of whoever recorded it for them."""
    held = [(actor.post, actor.school)]
    if actor.on_behalf_of is not None:
        held.append((actor.on_behalf_of.post, actor.on_behalf_of.school))
    posts = [HeldPost(post=Post(post), school=school) for post, school in held if post is not None]
    return frozenset(parties_played(posts, state.recipient, state.provider, state.programme))
