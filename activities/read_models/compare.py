"""Whether the rows equal the fold of the log: what `audit verify` says of the lists people work from."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, Table, create_engine, select

from activities.event_log.read import RecordedEvent
from activities.read_models.schema import metadata
from activities.read_models.update import rebuild


def differences(connection: Connection, events: Iterator[RecordedEvent]) -> list[str]:
    """One line for each row that differs from what the log says it should be; none where all are equal.

    Where somebody may write meanwhile, the events come from the same open transaction as the rows
    (`read.all_events`). A log that cannot be folded is a finding, whatever the fold trips over.
    """
    found: list[str] = []
    reached = 0

    def watched() -> Iterator[RecordedEvent]:
        nonlocal reached
        for recorded in events:
            reached = recorded.position
            yield recorded

    memory = create_engine("sqlite://")
    metadata.create_all(memory)
    with memory.begin() as fresh:
        try:
            rebuild(fresh, watched())
        except Exception as error:
            words = f"{type(error).__name__}: {error}".partition("\n")[0]
            return [
                f"the lists cannot be derived from the log; the fold stopped at position {reached}: {words}"
            ]
        for table in metadata.sorted_tables:
            keys = [column.name for column in table.primary_key]
            kept = {tuple(row[: len(keys)]): tuple(row) for row in connection.execute(_ordered(table, keys))}
            folded = {tuple(row[: len(keys)]): tuple(row) for row in fresh.execute(_ordered(table, keys))}
            for key in sorted(kept.keys() | folded.keys(), key=str):
                if kept.get(key) != folded.get(key):
                    name = " ".join(str(part) for part in key)
                    found.append(f"the list entry {table.name} {name} is not what the log says")
    return found


def _ordered(table: Table, keys: list[str]) -> Select[*tuple[Any, ...]]:
    """All rows with the key columns first."""
    others = [column for column in table.c if column.name not in keys]
    return select(*(table.c[key] for key in keys), *others)
