"""What every list prints: a table, JSON, JSON lines or CSV, all of the same fields."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
from cyclopts import Group, Parameter

from starter.failures import Exit, Failure
from starter.output import choose_fields, say, say_json, say_table

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@Parameter(name="*", group=Group("Output", sort_key=8))
@dataclass(frozen=True, kw_only=True)
class RowOptions:
    """Flags of everything that prints rows."""

    json: Annotated[
        str | None, Parameter(help="Print JSON: --json for every field, --json=a,b for some.")
    ] = None
    jsonl: Annotated[bool, Parameter(negative="", show_default=False, help="Print a line of JSON a row.")] = (
        False
    )
    csv: Annotated[
        bool, Parameter(negative="", show_default=False, help="Print CSV (RFC 4180, UTF-8) with a header.")
    ] = False
    columns: Annotated[
        str | None, Parameter(help="Show these fields, comma-separated; a wrong one lists them all.")
    ] = None

    @property
    def for_programs(self) -> bool:
        """Whether anything but a table is asked for."""
        return self.json is not None or self.jsonl or self.csv

    def fields(self, known: Sequence[str]) -> tuple[str, ...]:
        """The fields that are asked for, all where none is named. Raises Failure (exit 2)."""
        if (self.json is not None) + self.jsonl + self.csv > 1:
            raise Failure(Exit.USAGE, "E-USAGE", "Give one of --json, --jsonl and --csv.")
        typed = ",".join(filter(None, ("" if self.json == "all" else self.json, self.columns)))
        (chosen,) = choose_fields([dict.fromkeys(known)], typed, known)
        return tuple(chosen)


@dataclass(frozen=True)
class Column:
    """One column of a table, and what stands in it."""

    field: str
    header: str
    cell: Callable[[Mapping[str, Any]], str]
    whole: bool = False
    """Whether its words are never cut, however narrow the terminal, such as a state."""


def say_rows(
    rows: Sequence[Mapping[str, Any]],
    known: Sequence[str],
    options: RowOptions,
    table: Sequence[Column],
    spare: int = 0,
) -> None:
    """Print rows as asked. `spare` columns at the end of the table may be left out on a narrow terminal."""
    fields = options.fields(known)
    if options.json is not None:
        say_json([{name: row[name] for name in fields} for row in rows])
    elif options.jsonl:
        for row in rows:
            say_line({name: row[name] for name in fields})
    elif options.csv:
        say_csv(rows, fields)
    else:
        columns = list(table)
        if options.columns is not None:
            own = {column.field: column for column in table}
            columns = [own.get(name) or _plain_column(name) for name in fields]
            spare = 0
        say_table(
            ([column.cell(row) for column in columns] for row in rows),
            [column.header for column in columns],
            spare,
            {place for place, column in enumerate(columns) if column.whole},
        )


def say_line(value: Mapping[str, Any]) -> None:
    """One JSON document on one line."""
    say(orjson.dumps(value).decode())


def say_csv(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> None:
    """Print what `csv_text` makes of the rows."""
    say(csv_text(rows, fields).removesuffix("\n"))


def csv_text(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> str:
    """The same values as in JSON: lists and the like as JSON text, nothing as an empty cell.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(fields)
    writer.writerows([_cell(row[name]) for name in fields] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return orjson.dumps(value).decode()


def _plain_column(name: str) -> Column:
    def cell(row: Mapping[str, Any]) -> str:
        value = row[name]
        if value is None:
            return "–"
        return value if isinstance(value, str) else orjson.dumps(value).decode()

    return Column(name, name.replace("_", " ").upper(), cell)
