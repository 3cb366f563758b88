"""Cases that are to look again because of an event in another stream: whom, and who has looked."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Select, delete, func, insert, literal, or_, select

from activities.read_models.schema import case_row, programme, wait_row, wake
from domain.directory.base import DirectoryEvent
from domain.directory.calendars import CalendarPublished, SchoolDaysSet
from domain.directory.people import PostAssigned, PostEnded
from domain.directory.schools import (
    SchoolClosed,
    SchoolMissing,
    SchoolRegistered,
    SchoolReopened,
    SchoolState,
)
from domain.programmes.model import Programme


@dataclass(frozen=True)
class Wake:
    """One case to wake, because of the event at that position."""

    reference: str
    position: int


def count_wakes(connection: Connection) -> int:
    """How many cases are to be woken."""
    return connection.execute(select(func.count()).select_from(wake)).scalar_one()


def read_wakes(connection: Connection, after: str, limit: int) -> list[Wake]:
    """The next of them, in the order of their references."""
    query = select(wake).where(wake.c.reference > after).order_by(wake.c.reference).limit(limit)
    return [Wake(row.reference, row.position) for row in connection.execute(query)]


def forget_wakes(connection: Connection, looked: Iterable[Wake]) -> None:
    """These have looked. A row that a later event has written meanwhile stays."""
    for one in looked:
        connection.execute(
            delete(wake).where(wake.c.reference == one.reference, wake.c.position <= one.position)
        )


def wake_for(
    connection: Connection, key: str, event: DirectoryEvent, position: int, before: object = None
) -> None:
    """Leave word for every case whose open waits the event may move; one row each, the latest position.

    `key` is that of the event's stream, `before` its state as it was. Whoever looks and finds its dates
    unchanged records nothing.
    """
    match event:
        case PostAssigned() | PostEnded() if event.school is not None:
            _wake(connection, _waiting_at(event.school), position)
        case SchoolClosed() | SchoolReopened() | SchoolMissing():
            _wake(connection, _waiting_at(key), position)
        case SchoolRegistered() if _is_another_school(event, before):
            _wake(connection, _waiting_at(key), position)
        case CalendarPublished():
            _wake(connection, _counted_on(connection, key), position)
        case SchoolDaysSet():
            theirs = or_(case_row.c.recipient == event.school, case_row.c.provider == event.school)
            _wake(connection, _counted_on(connection, key).where(theirs), position)


def _is_another_school(event: SchoolRegistered, before: object) -> bool:
    """Whether it went to another authority, whose days may differ, or is in its register again."""
    if not isinstance(before, SchoolState) or before.entry is None:
        return False
    return before.entry.authority != event.authority or before.missing is not None


def _waiting_at(number: str) -> Select[tuple[str]]:
    """References of cases that wait for something and in which the school takes part."""
    return (
        select(wait_row.c.reference)
        .join(case_row, case_row.c.reference == wait_row.c.reference)
        .where(or_(case_row.c.recipient == number, case_row.c.provider == number))
        .distinct()
    )


def _counted_on(connection: Connection, code: str) -> Select[tuple[str]]:
    """References of cases that wait for something and whose programme counts on that calendar.

    By programme, not by what the waits cite: where the calendar was not on record before, they cite weekdays.
    """
    rows = connection.execute(select(programme.c.code, programme.c.content))
    programmes = [row.code for row in rows if Programme.model_validate_json(row.content).calendar == code]
    return (
        select(wait_row.c.reference)
        .join(case_row, case_row.c.reference == wait_row.c.reference)
        .where(
            or_(
                case_row.c.programme.in_(programmes),
                wait_row.c.calendar.startswith(f"{code}@", autoescape=True),
            )
        )
        .distinct()
    )


def _wake(connection: Connection, which: Select[tuple[str]], position: int) -> None:
    connection.execute(delete(wake).where(wake.c.reference.in_(which)))
    named = which.subquery()
    rows = select(named.c.reference, literal(position))
    connection.execute(insert(wake).from_select(["reference", "position"], rows))
