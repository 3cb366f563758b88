"""Reading a CSV file: every problem with its line and column, nothing sent while there is one."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.characters import holds_controls, is_blank
from domain.problems import in_words
from starter.failures import Exit, Failure
from starter.files import read_text

RowT = TypeVar("RowT", bound="CsvRow")

_MOST_PROBLEMS = 20


class CsvRow(BaseModel):
    """One row; field aliases are the file's column names."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True, populate_by_name=True)


def read_rows(
    path: Path, model: type[RowT], *once: str, others: Mapping[str, type[CsvRow]] | None = None
) -> list[tuple[int, RowT]]:
    """The rows with their line numbers. Raises Failure (exit 2) naming every line and column that is wrong.

    Two rows that say the same in all the fields of `once` are wrong: nobody knows which of them is meant.
    `others` are other kinds of files, each by the flag that asks for it: one may have been meant.
    """
    text = read_text(path, ("Save it as CSV UTF-8.",))
    reader = csv.DictReader(io.StringIO(text), strict=True)
    found = reader.fieldnames or ()
    columns = _columns(model)
    missing = _missing(model, found)
    if missing:
        meant = next((flag for flag, other in (others or {}).items() if not _missing(other, found)), None)
        raise Failure(
            Exit.USAGE,
            "E-COLUMNS",
            f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}.",
            (f"Found: {', '.join(found) or 'no header line'}",)
            + ((f"These are the columns of another kind: {meant}",) if meant else ()),
        )
    twice = [name for name, count in Counter(found).items() if count > 1 and name in columns]
    if twice:
        raise Failure(Exit.USAGE, "E-COLUMNS", f"{path} has the column {twice[0]} twice.")
    rows: list[tuple[int, RowT]] = []
    first: dict[tuple[Any, ...], int] = {}
    problems: list[str] = []
    try:
        for values in reader:
            line = reader.line_num
            if None in values:
                problems.append(f"{path.name}:{line} · more cells than columns")
                continue
            unreadable = [name for name, cell in values.items() if cell and holds_controls(cell)]
            if unreadable:
                problems += [
                    f"{path.name}:{line} · {n} · must not hold control characters" for n in unreadable
                ]
                continue
            try:
                row = model.model_validate(_given(values))
            except ValidationError as error:
                problems += [
                    f"{path.name}:{line} · {_column(item)} · {in_words(item)}" for item in error.errors()
                ]
            else:
                rows.append((line, row))
                said = tuple(getattr(row, name) for name in once)
                if once and first.setdefault(said, line) != line:
                    problems.append(f"{path.name}:{line} · says again what line {first[said]} is about")
    except csv.Error as error:
        problems.append(f"{path.name}:{reader.line_num} · {_csv_words(error)}")
    if problems:
        shown = tuple(problems[:_MOST_PROBLEMS])
        more = len(problems) - len(shown)
        raise Failure(
            Exit.USAGE,
            "E-ROWS",
            f"{path} has {len(problems)} problem{'s' * (len(problems) > 1)}; nothing was sent.",
            (*shown, f"… and {more} more") if more else shown,
        )
    return rows


def header_of(path: Path) -> tuple[str, ...]:
    """The names of a file's columns; none where it has no line. Raises Failure (exit 2) where it cannot be read."""
    text = read_text(path, ("Save it as CSV UTF-8.",))
    return tuple(next(csv.reader(io.StringIO(text)), ()))


def _columns(model: type[CsvRow]) -> dict[str, bool]:
    """The file's columns, and whether each is needed."""
    return {field.alias or name: field.is_required() for name, field in model.model_fields.items()}


def _missing(model: type[CsvRow], found: Sequence[str]) -> list[str]:
    return [name for name, needed in _columns(model).items() if needed and name not in found]


def _given(values: dict[Any, Any]) -> dict[str, str]:
    """The cells that hold something: an empty cell is no value."""
    return {name: cell for name, cell in values.items() if cell is not None and not is_blank(cell)}


def _column(item: Any) -> str:
    return str(item["loc"][0]) if item["loc"] else "row"


def _csv_words(error: csv.Error) -> str:
    if "field larger than" in str(error):
        return "a cell is too long"
    if "end of data" in str(error):
        return "a quotation mark is opened and not closed"
    return str(error)
