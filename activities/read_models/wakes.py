"""Cases that are to look again because of an event in another stream: whom, and who has looked."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from activities.read_models.schema import wake


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
