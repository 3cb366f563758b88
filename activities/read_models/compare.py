"""Whether the rows equal the fold of the log: what `audit verify` says of the lists people work from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, Table, create_engine, select

from activities.event_log.read import RecordedEvent
from activities.read_models.schema import DERIVED, metadata
from activities.read_models.update import rebuild


@dataclass
class Comparison:
    """Rows of a database held against rows that were folded from its log."""

    equal: dict[str, int] = field(default_factory=dict)
    """By table, how many rows are the same."""
    differing: dict[str, list[str]] = field(default_factory=dict)
    """By table, the keys of rows that are missing, too many or different."""

    @property
    def lines(self) -> list[str]:
        """One line for each row that differs."""
        return [
            f"the list entry {table} {key} is not what the log says"
            for table, keys in self.differing.items()
            for key in keys
        ]


def differences(connection: Connection, events: Iterator[RecordedEvent]) -> list[str]:
    """One line for each row that differs from what the log says it should be; none where all are equal.

    Where somebody may write meanwhile, the events come from the same open transaction as the rows
    (`read.all_events`). A log that cannot be folded is a finding, whatever the fold trips over.
    """
    reached = 0

    def watched() -> Iterator[RecordedEvent]:
        nonlocal reached
        for recorded in events:
            reached = recorded.position
            yield recorded

    with empty_rows() as fresh:
        try:
            rebuild(fresh, watched())
        except Exception as error:
            words = f"{type(error).__name__}: {error}".partition("\n")[0]
            return [
                f"the lists cannot be derived from the log; the fold stopped at position {reached}: {words}"
            ]
        return compare(connection, fresh).lines


def compare(connection: Connection, fresh: Connection) -> Comparison:
    """Hold every row behind the one connection against those behind the other."""
    found = Comparison()
    for table in DERIVED:
        keys = [column.name for column in table.primary_key]
        kept = {tuple(row[: len(keys)]): tuple(row) for row in connection.execute(_ordered(table, keys))}
        folded = {tuple(row[: len(keys)]): tuple(row) for row in fresh.execute(_ordered(table, keys))}
        wrong = [
            key for key in sorted(kept.keys() | folded.keys(), key=str) if kept.get(key) != folded.get(key)
        ]
        found.equal[table.name] = len(kept.keys() | folded.keys()) - len(wrong)
        found.differing[table.name] = [" ".join(str(part) for part in key) for key in wrong]
    return found


@contextmanager
def empty_rows() -> Iterator[Connection]:
    """Tables of read models in memory, without a row; they are gone when the block ends."""
    memory = create_engine("sqlite://")
    metadata.create_all(memory)
    try:
        with memory.begin() as fresh:
            yield fresh
    finally:
        memory.dispose()


def _ordered(table: Table, keys: list[str]) -> Select[*tuple[Any, ...]]:
    """All rows with the key columns first."""
    others = [column for column in table.c if column.name not in keys]
    return select(*(table.c[key] for key in keys), *others)
