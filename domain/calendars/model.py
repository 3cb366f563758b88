"""What a calendar file may say. A wrong file is refused with its name, the key and the reason.

A calendar is published whole: public holidays, school years with their terms, and for those authorities
that go their own way in a year the terms they have instead.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.calendars.counting import SATURDAY
from domain.canonical import canonical_bytes, sha256_hex
from domain.data_files import NotReadableError, problem_in, read_toml
from domain.ids import CALENDAR_CODE_PATTERN

YearLabel = Annotated[str, Field(pattern=r"^20[0-9]{2}-[0-9]{2}$")]
_Line = Annotated[str, Field(min_length=1, max_length=240)]

LONGEST_GAP: Final = 90
"""Days between terms, or a term and its year's end. Beyond that a term is missing: the year is half known."""


class CalendarError(ValueError):
    """A calendar file is wrong; each problem is 'file: key: reason'."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Strict(BaseModel):
    """A part of a calendar: nothing in it changes, and it has no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Title(Strict):
    """What a calendar is called, in the languages of its country."""

    en: str = Field(min_length=1, max_length=80)
    cy: str | None = Field(default=None, min_length=1, max_length=80)
    fil: str | None = Field(default=None, min_length=1, max_length=80)


class Span(Strict):
    """Days from the first to the last, both in it."""

    name: str = Field(min_length=1, max_length=40)
    first: date
    last: date

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"ends ({self.last}) before it begins ({self.first})")
        return self

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class Term(Span):
    """Days on which schools are open, but for the breaks in it; a half term is a break."""

    breaks: tuple[Span, ...] = ()

    @model_validator(mode="after")
    def _breaks_lie_inside(self) -> Self:
        for one in self.breaks:
            if one.first <= self.first or one.last >= self.last:
                raise ValueError(f"{one.name} ({one.first} to {one.last}) does not lie inside the term")
        in_order("breaks", self.breaks)
        return self


class SchoolYear(Strict):
    """One school year, known from its first day to its last."""

    label: YearLabel
    first: date
    last: date
    source: _Line
    assumed: tuple[_Line, ...] = ()
    """What was not read anywhere, in words; shown wherever the year is."""
    terms: tuple[Term, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not timedelta(days=360) <= self.last - self.first <= timedelta(days=371):
            raise ValueError(f"is no year: it runs from {self.first} to {self.last}")
        if f"{self.first.year}-{(self.first.year + 1) % 100:02d}" != self.label:
            raise ValueError(f"begins on {self.first} and is called {self.label}")
        check_terms(self.terms, self)
        return self


class OwnYear(Strict):
    """The terms that one authority has in a year instead of those that stand for all others."""

    name: _Line
    """The authority, as its register of schools writes it."""
    year: YearLabel
    source: _Line
    assumed: tuple[_Line, ...] = ()
    terms: tuple[Term, ...] = Field(min_length=1)


class Holiday(Strict):
    """A public holiday: no school day, no working day."""

    on: date
    name: str = Field(min_length=1, max_length=60)


class Holidays(Strict):
    """All public holidays between two days. Beyond them the last known year's are taken."""

    first: date
    last: date
    source: _Line
    assumed: tuple[_Line, ...] = ()
    days: tuple[Holiday, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once_and_inside(self) -> Self:
        if self.last - self.first < timedelta(days=364):
            raise ValueError(f"less than a year is known: {self.first} to {self.last}")
        seen: dict[date, str] = {}
        for one in self.days:
            if one.on in seen:
                raise ValueError(f"{one.on} stands there twice: {seen[one.on]}, {one.name}")
            if not self.first <= one.on <= self.last:
                raise ValueError(f"{one.name} ({one.on}) lies outside {self.first} to {self.last}")
            seen[one.on] = one.name
        return self


class Calendar(Strict):
    """One version of the calendar of one country."""

    code: str = Field(pattern=CALENDAR_CODE_PATTERN)
    title: Title
    time_zone: Literal["Europe/London", "Asia/Manila"]
    holidays: Holidays
    years: tuple[SchoolYear, ...] = Field(min_length=1)
    authorities: tuple[OwnYear, ...] = ()

    @model_validator(mode="after")
    def _years_follow_one_another(self) -> Self:
        for before, after in pairwise(self.years):
            if after.first != before.last + timedelta(days=1):
                raise ValueError(
                    f"years: {after.label} begins on {after.first}; the year before it ends on {before.last}"
                )
        first, last = self.years[0].first, self.years[-1].last
        if first < self.holidays.first or last > self.holidays.last:
            raise ValueError(
                f"holidays: known from {self.holidays.first} to {self.holidays.last}, "
                f"and the years run from {first} to {last}"
            )
        return self

    @model_validator(mode="after")
    def _own_years_are_of_this_calendar(self) -> Self:
        seen: set[tuple[str, str]] = set()
        for own in self.authorities:
            if (own.name, own.year) in seen:
                raise ValueError(f"authorities: {own.name} has two years {own.year}")
            seen.add((own.name, own.year))
            year = self.year(own.year)
            if year is None:
                raise ValueError(f"authorities: {own.name}: there is no year {own.year}")
            try:
                check_terms(own.terms, year)
            except ValueError as error:
                raise ValueError(f"authorities: {own.name} {own.year}: {error}") from None
        return self

    @property
    def first(self) -> date:
        """The first day that is published."""
        return self.years[0].first

    @property
    def last(self) -> date:
        """The last day that is published; beyond it every date is provisional."""
        return self.years[-1].last

    def year(self, label: str) -> SchoolYear | None:
        """The year of that name."""
        return next((year for year in self.years if year.label == label), None)

    def terms_of(self, authority: str | None) -> tuple[tuple[Term, ...], ...]:
        """The terms of each year as they stand for an authority: its own where it has some."""
        own = {one.year: one.terms for one in self.authorities if one.name == authority}
        return tuple(own.get(year.label, year.terms) for year in self.years)

    @cached_property
    def holiday_names(self) -> dict[date, str]:
        """Public holidays by day."""
        return {one.on: one.name for one in self.holidays.days}

    def content_hash(self) -> str:
        """SHA-256 of the canonical content: two files that say the same have the same hash."""
        return sha256_hex(canonical_bytes(self.model_dump(mode="json")))


def check_terms(terms: Sequence[Term], year: SchoolYear) -> None:
    """Terms of a year: inside it, in order, apart, and without a hole in which one is missing.

    Raises ValueError.
    """
    in_order("terms", terms)
    for term in terms:
        if term.first < year.first or term.last > year.last:
            raise ValueError(f"terms: {term.name} ({term.first} to {term.last}) lies outside {year.label}")
        if not _weekdays(term):
            raise ValueError(f"terms: {term.name} has no school day")
    ends = [year.first, *(term.last for term in terms)]
    begins = [*(term.first for term in terms), year.last]
    for end, begin in zip(ends, begins, strict=True):
        if (begin - end).days > LONGEST_GAP:
            raise ValueError(f"terms: {year.label} is known by half: no term between {end} and {begin}")


def in_order(key: str, spans: Sequence[Span]) -> None:
    """Raises ValueError where one does not begin after the one before has ended."""
    for before, after in pairwise(spans):
        if after.first <= before.last:
            raise ValueError(
                f"{key}: {after.name} begins on {after.first}, and {before.name} ends on {before.last}"
            )


def _weekdays(term: Term) -> bool:
    days = (term.first + timedelta(days=n) for n in range((term.last - term.first).days + 1))
    return any(day.weekday() < SATURDAY and not any(day in one for one in term.breaks) for day in days)


def parse_calendar(text: str, file: str) -> Calendar:
    """Read a calendar file's text; raises CalendarError with every problem as 'file: key: reason'."""
    try:
        data = read_toml(text, file)
    except NotReadableError as error:
        raise CalendarError([str(error)]) from None
    try:
        return Calendar.model_validate(data)
    except ValidationError as error:
        raise CalendarError(
            [problem_in(file, "calendar", data, dict(item)) for item in error.errors()]
        ) from None
