"""Reading a CSV file: every problem with its line and column, nothing sent while there is one."""

import csv
import io
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from starter.failures import Exit, Failure
from starter.problems import in_words

RowT = TypeVar("RowT", bound="CsvRow")

_MOST_PROBLEMS = 20


class CsvRow(BaseModel):
    """One row; field aliases are the file's column names."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True, populate_by_name=True)


def read_rows(path: Path, model: type[RowT]) -> list[tuple[int, RowT]]:
    """The rows with their line numbers. Raises Failure (exit 2) naming every line and column that is wrong."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Failure(Exit.USAGE, "E-FILE", f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise Failure(
            Exit.USAGE,
            "E-FILE",
            f"{path} is not UTF-8 text (byte {error.start}).",
            ("Save it as CSV UTF-8.",),
        ) from None
    reader = csv.DictReader(io.StringIO(text), strict=True)
    columns = {field.alias or name: field.is_required() for name, field in model.model_fields.items()}
    missing = [
        name for name, required in columns.items() if required and name not in (reader.fieldnames or ())
    ]
    if missing:
        raise Failure(
            Exit.USAGE,
            "E-COLUMNS",
            f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}.",
            (f"Found: {', '.join(reader.fieldnames or ()) or 'no header line'}",),
        )
    rows: list[tuple[int, RowT]] = []
    problems: list[str] = []
    try:
        for values in reader:
            line = reader.line_num
            if None in values:
                problems.append(f"{path.name}:{line} · more cells than columns")
                continue
            try:
                rows.append((line, model.model_validate(_given(values))))
            except ValidationError as error:
                problems += [
                    f"{path.name}:{line} · {_column(item)} · {in_words(item)}" for item in error.errors()
                ]
    except csv.Error as error:
        problems.append(f"{path.name}:{reader.line_num} · {error}")
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


def _given(values: dict[Any, Any]) -> dict[str, str]:
    """The cells that hold something: an empty cell is no value."""
    return {name: cell for name, cell in values.items() if cell is not None and cell.strip()}


def _column(item: Any) -> str:
    return str(item["loc"][0]) if item["loc"] else "row"
