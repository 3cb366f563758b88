"""The result of an import as a file: every row as it was given, and what became of it."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from starter.failures import Exit, Failure
from starter.files import write_file
from starter.register.table import Table

REQUEST_COLUMNS: Final = ("status", "reference", "code", "message")
"""What became of a request."""
NOT_OPENED: Final = frozenset({"would be opened", "refused", "failed", "wrong", "unknown", "not sent"})
"""What the column `status` says of a request that has no case of its own: its reference is that of another."""


def result_path(file: Path) -> Path:
    """'schools.result.csv' beside 'schools.csv'."""
    return file.with_name(f"{file.stem}.result.csv")


def check_result(path: Path, file: Path) -> None:
    """Raise Failure (exit 2) where a result could not be written there: said before anything is sent."""
    if path.exists() and path.samefile(file):
        raise Failure(Exit.USAGE, "E-FILE", f"{path} is the file that is read; it is never written over.")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise Failure(Exit.USAGE, "E-FILE", f"{path} cannot be written: see --result.")


def write_result(path: Path, table: Table, columns: Sequence[str], told: Mapping[int, Sequence[str]]) -> None:
    """Write the rows that something is told of, their cells as they were and then these columns.

    The file is there whole or not at all, and nobody may read it who may not read the other. It has the separator of the file that was read, and is UTF-8 with
    a byte order mark, as spreadsheets know it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=table.separator)
    writer.writerow([*table.header, *columns])
    width = len(table.header)
    for line in table.lines:
        if line.number in told:
            cells = [*line.cells, *[""] * (width - len(line.cells))]
            writer.writerow([*cells[:width], *told[line.number]])
    write_file(path, text.getvalue().encode("utf-8-sig"), table.mode)
