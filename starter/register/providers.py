"""The office's list of providers: for what each school is designated, and the days it has in a half term."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.calendars.half_terms import Period, order_of
from domain.case.values import AreaCode, Day, DeclaredDays, SchoolId
from starter.register.cells import parts
from starter.register.contradictions import said_otherwise
from starter.register.csv_file import CsvRow


class ProviderRow(CsvRow):
    """One school: its designation, its days, or both."""

    school: SchoolId = Field(alias="School Number")
    areas: Annotated[tuple[AreaCode, ...], BeforeValidator(parts)] = Field(
        default=(), alias="Areas", max_length=60
    )
    since: Day | None = Field(default=None, alias="Designated From")
    until: Day | None = Field(default=None, alias="Designated To")
    first: Period | None = Field(default=None, alias="Half Term From")
    last: Period | None = Field(default=None, alias="Half Term To")
    quarter_days: DeclaredDays | None = Field(default=None, alias="Days Per Half Term")

    @model_validator(mode="after")
    def _says_something_whole(self) -> Self:
        if bool(self.areas) != (self.since is not None):
            raise PydanticCustomError("designation", "areas and the day they are designated from go together")
        if self.until is not None and (self.since is None or self.until < self.since):
            raise PydanticCustomError("designation_span", "a designation ends after it has begun")
        if (self.first is None) != (self.quarter_days is None):
            raise PydanticCustomError("capacity", "days and the half term they are declared from go together")
        if self.last is not None and (self.first is None or order_of(self.last) < order_of(self.first)):
            raise PydanticCustomError("capacity_span", "the last half term does not come before the first")
        if not self.areas and self.first is None:
            raise PydanticCustomError("nothing", "says neither areas nor days")
        return self

    def commands(self, programme: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Verb and body of each command that the line stands for."""
        said = self.model_dump(mode="json", exclude_none=True)
        if self.areas:
            yield "designate", {"programme": programme} | _only(said, "areas", "since", "until")
        if self.first is not None:
            yield "declare-capacity", {"programme": programme} | _only(said, "first", "last", "quarter_days")


def _only(said: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


def contradictions(rows: Sequence[tuple[int, ProviderRow]]) -> Iterator[tuple[int, str, str]]:
    """Line, field and what is wrong, of lines about one school of which not all can be meant.

    The entries of a file go to the log in no order. So two lines must not declare days of the same half term,
    and a file designates a school in one way, from one day on.
    """
    designating = [(line, row) for line, row in rows if row.areas]
    yield from said_otherwise(designating, "school", "areas", "since", "until")
    declaring: dict[str, list[tuple[int, int, ProviderRow]]] = {}
    for line, row in rows:
        if row.first is not None:
            declaring.setdefault(row.school, []).append((order_of(row.first), line, row))
    for own in declaring.values():
        yield from _overlapping(own)


def _overlapping(rows: Sequence[tuple[int, int, ProviderRow]]) -> Iterator[tuple[int, str, str]]:
    """Lines are held against the one that reaches furthest of those that begin before."""
    furthest: tuple[float, int] | None = None
    for begin, line, row in sorted(rows, key=lambda one: one[:2]):
        end = inf if row.last is None else order_of(row.last)
        if furthest is not None and furthest[0] >= begin:
            yield line, "first", f"the half terms of line {furthest[1]} reach into these"
            yield furthest[1], "last", f"these half terms reach into those of line {line}"
        if furthest is None or end > furthest[0]:
            furthest = end, line
