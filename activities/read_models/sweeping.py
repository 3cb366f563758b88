"""What the nightly sweep asks of the rows: who ought to be at work, who has something to tell, who is silent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from activities.read_models.schema import case_row, outbox, wait_row
from domain.canonical import instant_text


@dataclass(frozen=True)
class AwaitedCase:
    """A case of which something is awaited, or that is open and ought to have something awaited."""

    reference: str
    late: bool
    """Whether something was to happen by itself by then, and has not."""


def awaited_cases(connection: Connection, by: datetime, after: str, limit: int) -> list[AwaitedCase]:
    """The next of them, in the order of their references."""
    query = (
        select(case_row.c.reference, case_row.c.next_at)
        .where(case_row.c.reference > after, _ought_to_go_on())
        .order_by(case_row.c.reference)
        .limit(limit)
    )
    moment = instant_text(by)
    return [
        AwaitedCase(row.reference, row.next_at is not None and row.next_at <= moment)
        for row in connection.execute(query)
    ]


def untold_cases(connection: Connection, by: datetime, after: str, limit: int) -> list[str]:
    """The next of the cases that have had something to tell since then."""
    query = (
        select(outbox.c.reference)
        .where(outbox.c.reference > after, outbox.c.occurred_at <= instant_text(by))
        .group_by(outbox.c.reference)
        .order_by(outbox.c.reference)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def due_cases(connection: Connection, by: datetime) -> list[str]:
    """The cases of which something was to happen by itself by then."""
    query = select(case_row.c.reference).where(case_row.c.next_at <= instant_text(by))
    return list(connection.execute(query.order_by(case_row.c.next_at, case_row.c.reference)).scalars())


def next_instant(connection: Connection) -> datetime | None:
    """When, of all cases, something next happens by itself."""
    text = connection.execute(select(func.min(case_row.c.next_at))).scalar()
    return None if text is None else datetime.fromisoformat(text)


def silent_cases(connection: Connection, most: int) -> tuple[int, list[str]]:
    """How many cases there are in which nothing more would happen by itself, and the first of them, of those that are
    open or of which something is awaited, such as the money of one that has ended. There must be none.

    To a wait that a pause has frozen nothing happens; to the review of the pause something does.
    """
    awaited = exists().where(wait_row.c.reference == case_row.c.reference, wait_row.c.next_at.is_not(None))
    silent = select(case_row.c.reference).where(_ought_to_go_on(), ~awaited)
    count = connection.execute(select(func.count()).select_from(silent.subquery())).scalar_one()
    return count, list(connection.execute(silent.order_by(case_row.c.reference).limit(most)).scalars())


def _ought_to_go_on() -> ColumnElement[bool]:
    """The case is open, or something is awaited of it."""
    return or_(case_row.c.open.is_(True), case_row.c.wait.is_not(None))
