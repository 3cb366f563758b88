"""A table as offices save it: its encoding and its separator are found out, and its cells are kept as they are."""

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from domain.characters import is_blank
from starter.failures import Exit, Failure
from starter.files import read_bytes

_SEPARATORS: Final = ",;\t"
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ONLY_UTF8: Final = re.compile(
    rb"[\xc2-\xc5][\x80-\xbf]|\xe1[\xb8-\xbb][\x80-\xbf]|\xe2[\x80-\x82][\x80-\xbf]"
)
"""Accented letters, dashes, quotation and currency marks in UTF-8. In Windows-1252 these bytes would be an accented
capital with a sign right behind it, which no name has."""
_WORDS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}


class Line(NamedTuple):
    """One row: the number of its last line in the file, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file of rows under a header."""

    path: Path
    header: tuple[str, ...]
    lines: tuple[Line, ...]
    encoding: str
    separator: str
    mode: int = 0o600
    """Who may read the file, as the system says it; the same may read what is written about it."""
    broken: str | None = None
    """Why the file could not be read to its end, with the line; then nothing in it can be relied upon."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out and is not as usual: the encoding, the separator."""
        found = []
        if self.encoding != "UTF-8":
            found.append(f"{self.path.name} is read as {self.encoding}. Look at a name with an accent.")
        if self.separator != ",":
            found.append(f"{self.path.name} is separated by {_WORDS[self.separator]}.")
        return tuple(found)


def read_table(path: Path) -> Table:
    """The table in a file. Raises Failure (exit 2) where it is no text.

    UTF-8 with or without a byte order mark; UTF-16 with one; else Windows-1252, as older programs save. Rows of
    nothing but separators are no rows. Within a cell, lines end alike, whatever program wrote them.
    """
    text, encoding = _decoded(path, read_bytes(path))
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[Line] = []
    header: tuple[str, ...] = ()
    broken = None
    try:
        header = tuple(name.strip() for name in next(reader, []))
        lines += (
            Line(reader.line_num, tuple(cell.replace("\r\n", "\n") for cell in cells))
            for cells in reader
            if not all(is_blank(cell) for cell in cells)
        )
    except csv.Error as error:
        broken = f"{path.name}:{reader.line_num} · {_csv_words(error)}"
    mode = path.stat().st_mode & 0o666
    return Table(path, header, tuple(lines), encoding, separator, mode, broken)


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    if content.startswith(_WIDE):
        try:
            return content.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise _no_text(path, error.start) from None
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        if b"\0" in content:
            raise _no_text(path, error.start) from None
        # Python counts from behind the mark.
        mark = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
        if mark or _ONLY_UTF8.search(content):
            raise _mixed(path, content, mark + error.start) from None
    try:
        return content.decode("cp1252"), "Windows-1252 (cp1252)"
    except UnicodeDecodeError as error:
        raise _no_text(path, error.start) from None


def _mixed(path: Path, content: bytes, byte: int) -> Failure:
    line = len((content[:byte] + b".").splitlines())
    return Failure(
        Exit.USAGE,
        "E-FILE",
        f"{path}:{line} · byte {byte} (0x{content[byte]:02X}) is no UTF-8, and other letters of the file are. "
        "Nothing was sent.",
        (
            "Read as anything else, those letters would come out wrong.",
            "Mend that line, or save it as CSV UTF-8.",
        ),
    )


def _no_text(path: Path, byte: int) -> Failure:
    return Failure(
        Exit.USAGE,
        "E-FILE",
        f"{path} is no text that can be read: neither UTF-8 nor Windows-1252 (byte {byte}).",
        ("Save it as CSV UTF-8.",),
    )


def _separator(text: str) -> str:
    """That which parts the header into most cells; a comma where none does."""
    header = io.StringIO(text, newline="").readline()
    try:
        return max(_SEPARATORS, key=lambda one: len(next(csv.reader([header], delimiter=one), [])))
    except csv.Error:
        return ","


def _csv_words(error: csv.Error) -> str:
    if "field larger than" in str(error):
        return "a cell is too long"
    if "end of data" in str(error):
        return "a quotation mark is opened and not closed"
    return str(error)
