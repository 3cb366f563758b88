"""Lines of a file that cannot all be meant: what is wrong with each, and what with the lines beside it."""

from collections.abc import Iterator, Sequence
from typing import Any

from starter.register.csv_file import CsvRow


def said_otherwise(
    rows: Sequence[tuple[int, CsvRow]], about: str, *fields: str
) -> Iterator[tuple[int, str, str]]:
    """Line, field and what is wrong, of lines about one and the same thing that do not agree in a field.

    Which of them is meant nobody knows. Of cells with several parts the order does not matter.
    """
    for field in fields:
        said: dict[Any, dict[int, Any]] = {}
        for line, row in rows:
            value = getattr(row, field)
            value = frozenset(value) if isinstance(value, tuple) else value
            said.setdefault(getattr(row, about), {})[line] = value
        for values in said.values():
            first = next(iter(values))
            other = next((line for line, value in values.items() if value != values[first]), None)
            if other is not None:
                for line, value in values.items():
                    against = other if value == values[first] else first
                    yield line, field, f"line {against} says otherwise"
