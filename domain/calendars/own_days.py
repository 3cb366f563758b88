"""What one school has of its own: INSET days, closures, and terms where it sets them itself."""

from datetime import date
from typing import Final, Self

from pydantic import Field, model_validator

from domain.calendars.model import Calendar, Strict, Term, YearLabel, check_terms
from domain.case.values import Day


class Closure(Strict):
    """Days on which the school is shut; a reason is said to everybody."""

    first: Day
    last: Day
    reason: str = Field(default="school closed", min_length=1, max_length=60)

    @model_validator(mode="after")
    def _forwards_and_not_for_ever(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the closure ends ({self.last}) before it begins ({self.first})")
        if (self.last - self.first).days > 366:
            raise ValueError(f"the closure from {self.first} to {self.last} is longer than a year")
        return self

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class OwnTerms(Strict):
    """The terms of a school that sets them itself, in one year."""

    year: YearLabel
    terms: tuple[Term, ...] = Field(min_length=1)


class OwnDays(Strict):
    """One school's own days, as a whole: what is recorded next replaces all of it."""

    inset: tuple[Day, ...] = Field(default=(), max_length=60)
    closures: tuple[Closure, ...] = Field(default=(), max_length=60)
    years: tuple[OwnTerms, ...] = Field(default=(), max_length=10)

    @model_validator(mode="after")
    def _each_once_in_order(self) -> Self:
        if len(set(self.inset)) < len(self.inset):
            twice = next(day for day in self.inset if self.inset.count(day) > 1)
            raise ValueError(f"INSET on {twice} stands there twice")
        if len({own.year for own in self.years}) < len(self.years):
            raise ValueError("a year's own terms stand there twice")
        return self

    def terms_in(self, calendar: Calendar, authority: str | None) -> tuple[tuple[Term, ...], ...]:
        """The terms of each year of the calendar: the school's own, else its authority's, else everybody's."""
        own = {one.year: one.terms for one in self.years}
        default = calendar.terms_of(authority)
        return tuple(own.get(year.label, default[n]) for n, year in enumerate(calendar.years))

    def problem_in(self, calendar: Calendar) -> str | None:
        """Why these days do not fit the calendar, in words; None where they do."""
        for own in self.years:
            year = calendar.year(own.year)
            if year is None:
                return f"{calendar.code} has no year {own.year}."
            try:
                check_terms(own.terms, year)
            except ValueError as error:
                return f"{str(error)[:1].upper()}{str(error)[1:]}."
        for day in (*self.inset, *(shut.first for shut in self.closures)):
            if not calendar.first <= day <= calendar.last:
                return (
                    f"{day} lies outside the years of {calendar.code} ({calendar.first} to {calendar.last})."
                )
        return None


NO_OWN_DAYS: Final = OwnDays()
