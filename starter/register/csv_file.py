"""Reading a table row by row: every problem with its line and column, every good row as its model has it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.characters import holds_controls, is_blank
from domain.problems import in_words
from starter.failures import Exit, Failure
from starter.nearest import nearest
from starter.register.profile import ANYTHING_ELSE, SHIPPED, Profile
from starter.register.table import Line, Table, read_table

RowT = TypeVar("RowT", bound="CsvRow")

MOST_PROBLEMS: Final = 20
"""Problems that are shown one by one; the rest is counted."""


class CsvRow(BaseModel):
    """One row; field aliases are the file's column names, however they are cased and spaced."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True, populate_by_name=True)

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Other names under which columns may stand, by field."""
    days: ClassVar[frozenset[str]] = frozenset()
    """Fields that are days, and written as the profile says."""


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong with a cell, or with a whole row."""

    line: int
    column: str
    message: str

    def words(self, file: str) -> str:
        """'schools.csv:19 · Phase · is missing'."""
        return " · ".join(filter(None, (f"{file}:{self.line}", self.column, self.message)))


@dataclass(frozen=True)
class Parsed(Generic[RowT]):
    """What a file says: the rows that are good, and what is wrong with the others."""

    table: Table
    rows: tuple[tuple[int, RowT], ...]
    problems: tuple[Problem, ...]
    unread: tuple[str, ...]
    """Columns that say nothing to us."""
    places: Mapping[str, int]
    """By field, the place of its column; a field that the file has not is left out."""
    absent: tuple[str, ...]
    """Columns that would say something, and that the file has not."""

    def said(self, field: str) -> dict[int, str]:
        """By line, what stands in the column of that field, wrong rows included; without the space around it."""
        place = self.places[field]
        return {
            line.number: line.cells[place].strip() if place < len(line.cells) else ""
            for line in self.table.lines
        }

    def but(self, found: Iterable[tuple[int, str, str]]) -> "Parsed[RowT]":
        """The same where more is wrong: of each the line, the field and why; such lines are no good rows."""
        columns = {field: self.table.header[place] for field, place in self.places.items()}
        more = tuple(Problem(line, columns.get(field, field), words) for line, field, words in found)
        bad = {problem.line for problem in more}
        rows = tuple((line, row) for line, row in self.rows if line not in bad)
        return replace(self, rows=rows, problems=(*self.problems, *more))

    @property
    def bad(self) -> frozenset[int]:
        """Lines with a problem."""
        return frozenset(problem.line for problem in self.problems)

    def refuse_problems(self) -> None:
        """Raise Failure (exit 2) where there is one: nothing of such a file is to be sent."""
        if not self.problems:
            return
        file, count = self.table.path, len(self.problems)
        raise Failure(
            Exit.USAGE,
            "E-ROWS",
            f"{file} has {count} problem{'s' * (count > 1)}; nothing was sent.",
            shown_problems(file.name, self.problems),
        )


def shown_problems(file: str, problems: Sequence[Problem]) -> tuple[str, ...]:
    """The first of them in words, and how many more there are."""
    shown = tuple(problem.words(file) for problem in sorted(problems)[:MOST_PROBLEMS])
    more = len(problems) - len(shown)
    return (*shown, f"… and {more} more") if more else shown


def read_rows(
    path: Path, model: type[RowT], *once: str, others: Mapping[str, type[CsvRow]] | None = None
) -> list[tuple[int, RowT]]:
    """The rows with their line numbers. Raises Failure (exit 2) naming every line and column that is wrong."""
    parsed = parse_rows(path, model, *once, others={flag: (of, None) for flag, of in (others or {}).items()})
    parsed.refuse_problems()
    return list(parsed.rows)


def parse_rows(
    path: Path,
    model: type[RowT],
    *once: str,
    profile: Profile | None = None,
    others: Mapping[str, tuple[type[CsvRow], Profile | None]] | None = None,
) -> Parsed[RowT]:
    """The good rows with their line numbers, and every problem of the others.

    Rows that say the same in all the fields of `once` are wrong: nobody knows which of them is meant.
    `others` are other kinds of files, each by the flag that asks for it: one may have been meant. Raises
    Failure (exit 2) where the file has not the columns, or cannot be read to its end.
    """
    table = read_table(path)
    places = _places(table, model, profile, others or {})
    if table.broken is not None:
        raise Failure(Exit.USAGE, "E-ROWS", f"{path} has 1 problem; nothing was sent.", (table.broken,))
    reader = _RowReader(table, model, profile, places)
    rows: list[tuple[int, RowT]] = []
    problems: list[Problem] = []
    for line in table.lines:
        row = reader.row(line)
        if isinstance(row, list):
            problems += row
        else:
            rows.append((line.number, row))
    problems += _said_again(rows, once)
    bad = {problem.line for problem in problems}
    used = set(places.values())
    return Parsed(
        table,
        tuple((line, row) for line, row in rows if line not in bad),
        tuple(problems),
        tuple(name for place, name in enumerate(table.header) if place not in used and name),
        places,
        tuple(names[0] for field, names, _needed in _columns(model, profile) if field not in places),
    )


class _RowReader(Generic[RowT]):
    """Makes rows of one kind from the lines of one table."""

    def __init__(
        self, table: Table, model: type[RowT], profile: Profile | None, places: Mapping[str, int]
    ) -> None:
        self._header, self._model, self._places = table.header, model, places
        self._profile = profile or Profile(code="none", columns={})
        self._values = {
            field: {word.casefold(): meaning for word, meaning in words.items()}
            for field, words in self._profile.values.items()
        }
        self._shown = {
            name: table.header[place]
            for field, place in places.items()
            for name in (field, model.model_fields[field].alias or field)
        }

    def row(self, line: Line) -> RowT | list[Problem]:
        """The row, or what is wrong with it."""
        cells = line.cells
        if len(cells) > len(self._header):
            return [Problem(line.number, "", "more cells than columns")]
        steering = [name for name, cell in zip(self._header, cells, strict=False) if holds_controls(cell)]
        if steering:
            return [Problem(line.number, name, "must not hold control characters") for name in steering]
        given: dict[str, str] = {}
        problems: list[Problem] = []
        for field, place in self._places.items():
            cell = cells[place].strip() if place < len(cells) else ""
            if is_blank(cell):
                continue  # an empty cell is no value
            try:
                given[field] = self._meant(field, cell)
            except ValueError as error:
                problems.append(Problem(line.number, self._header[place], str(error)))
        try:
            row = self._model.model_validate(given)
        except ValidationError as error:
            told = {problem.column for problem in problems}
            items = error.errors()
            parts = {item["loc"][0] for item in items if len(item["loc"]) > 1}
            others = [
                Problem(line.number, self._column(item), _part_in_words(item))
                for item in items
                # A part that is wrong is no part to pydantic; that it is wrong is said.
                if item["type"] != "too_short" or item["loc"][0] not in parts
            ]
            return [*problems, *(problem for problem in others if problem.column not in told)]
        return problems or row

    def _meant(self, field: str, cell: str) -> str:
        """What the cell means. Raises ValueError in the words that are shown."""
        words = self._values.get(field)
        if words is not None:
            meaning = words.get(cell.casefold(), words.get(ANYTHING_ELSE))
            if meaning is None:
                *others, last = self._profile.values[field]
                known = f"{', '.join(others)} or {last}" if others else last
                own = self._profile.code not in SHIPPED
                mend = f"; a line under [values.{field}] of the profile says what it means" if own else ""
                raise ValueError(f"must be {known}, not {cell!r}{mend}")
            return meaning
        form = self._profile.forms.get(field)
        if form is not None and not re.fullmatch(form, cell):
            raise ValueError(in_words({"type": "string_pattern_mismatch", "ctx": {"pattern": form}}))
        if field in self._model.days and self._profile.day != "%Y-%m-%d":
            try:
                return datetime.strptime(cell, self._profile.day).date().isoformat()  # noqa: DTZ007 – a day
            except ValueError:
                example = datetime(2026, 11, 20).strftime(self._profile.day)  # noqa: DTZ001 – a day
                raise ValueError(f"must be a day such as {example}") from None
        return cell

    def _column(self, item: Any) -> str:
        name = str(item["loc"][0]) if item["loc"] else ""
        return self._shown.get(name, name or "row")


def _part_in_words(item: Any) -> str:
    """What is wrong with a cell, or with one of the parts of a cell that holds several."""
    words = in_words(item)
    if len(item["loc"]) < 2 or item["type"] != "string_pattern_mismatch":
        return words
    return f"{words}, not {str(item['input'])!r}; several are parted by semicolons"


def _places(
    table: Table,
    model: type[CsvRow],
    profile: Profile | None,
    others: Mapping[str, tuple[type[CsvRow], Profile | None]],
) -> dict[str, int]:
    """By field, the place of its column. Raises Failure (exit 2) where one is missing, or there twice."""
    found, missing = _found(table.header, model, profile)
    path = table.path
    if missing:
        meant = next((flag for flag, (of, by) in others.items() if not _found(table.header, of, by)[1]), None)
        raise Failure(
            Exit.USAGE,
            "E-COLUMNS",
            f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}.",
            _meant(missing, [name for place, name in enumerate(table.header) if place not in found.values()])
            + (f"Found: {', '.join(table.header) or 'no header line'}",)
            + ((f"These are the columns of another kind: {meant}",) if meant else ()),
        )
    names = Counter(map(_plain, table.header))
    for place in found.values():
        if names[_plain(table.header[place])] > 1:
            raise Failure(Exit.USAGE, "E-COLUMNS", f"{path} has the column {table.header[place]} twice.")
    return found


def _meant(missing: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Which of the other columns may be one that is missing."""
    near = ((name, nearest(name, others)) for name in missing)
    return tuple(f"Is {other} the column {name}?" for name, other in near if other)


def nearest_kind(header: Sequence[str], kinds: Sequence[type[CsvRow]]) -> type[CsvRow]:
    """The kind of row whose columns the header has most of, less those that it would need and has not."""

    def fit(kind: type[CsvRow]) -> int:
        found, missing = _found(header, kind, None)
        return len(found) - len(missing)

    return max(kinds, key=fit)


def _found(
    header: Sequence[str], model: type[CsvRow], profile: Profile | None
) -> tuple[dict[str, int], list[str]]:
    """Where the fields stand, and the columns that are needed and not there."""
    at: dict[str, int] = {}
    for place, name in enumerate(header):
        at.setdefault(_plain(name), place)
    found: dict[str, int] = {}
    missing: list[str] = []
    for field, names, needed in _columns(model, profile):
        there = [at[_plain(name)] for name in names if _plain(name) in at]
        if there:
            found[field] = there[0]
        elif needed:
            missing.append(names[0])
    return found, missing


def _columns(model: type[CsvRow], profile: Profile | None) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """The fields with the names under which they may stand, and whether each is needed."""
    for field, info in model.model_fields.items():
        if profile is None:
            yield field, (info.alias or field, *model.also.get(field, ())), info.is_required()
        elif field in profile.columns:
            yield field, profile.columns[field], info.is_required()


def is_column(name: str, column: str) -> bool:
    """Whether a header's name is that of the column, however it is cased and spaced."""
    return _plain(name) == _plain(column)


def last_place(table: Table, name: str) -> int | None:
    """Where the last column of that name stands, however it is cased and spaced; what we write comes last."""
    places = [place for place, head in enumerate(table.header) if _plain(head) == _plain(name)]
    return places[-1] if places else None


def _plain(name: str) -> str:
    """'school_number' and 'School Number' are the same column."""
    return re.sub(r"[\W_]+", "", name.casefold())


def _said_again(rows: Sequence[tuple[int, CsvRow]], once: Sequence[str]) -> Iterator[Problem]:
    if not once:
        return
    said: dict[tuple[Any, ...], list[int]] = {}
    for line, row in rows:
        said.setdefault(tuple(getattr(row, name) for name in once), []).append(line)
    for lines in said.values():
        for line in lines[1:]:
            yield Problem(line, "", f"says again what line {lines[0]} is about")
        if len(lines) > 1:
            yield Problem(lines[0], "", f"line {lines[1]} says again what this one is about")
