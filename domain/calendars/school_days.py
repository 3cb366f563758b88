"""A published calendar as it counts for one school: terms, half terms, holidays, INSET days and closures.

Beyond what is published a day is like the day 52 weeks earlier, as often as it takes; before it, like the
day 52 weeks later. Public holidays that are known for the day itself count there too.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from domain.calendars.counting import SATURDAY, UNIT_WORDS, Unit, counted_after, counted_between
from domain.calendars.half_terms import HalfTerm, half_term_on, half_terms
from domain.calendars.model import Calendar, Term
from domain.calendars.own_days import NO_OWN_DAYS, OwnDays

_YEAR: Final = 364
"""52 weeks: the same weekday one year earlier or later."""
_EDGE: Final = 3
"""School days at either end of a term in which nothing falls due."""
_COPIES_TRIED: Final = 4
"""Years in which a term with room between its edges is looked for."""


class SchoolDays:
    """The days of one school, or of an office where no school is named.

    One object answers for one version; what it finds it remembers.
    """

    def __init__(
        self,
        calendar: Calendar,
        version: int,
        authority: str | None = None,
        school: str | None = None,
        own: OwnDays = NO_OWN_DAYS,
    ) -> None:
        self.calendar = f"{calendar.code}@{version}"
        self.zone: str = calendar.time_zone
        self.school = school
        self._of = calendar
        self._own = own
        self._terms = tuple(term for year in own.terms_in(calendar, authority) for term in year)
        self._inset = frozenset(own.inset)
        self._reasons: dict[Unit, dict[date, str | None]] = {unit: {} for unit in UNIT_WORDS}
        self._rooms: dict[int, tuple[tuple[date, date], ...]] = {}

    def counts(self, day: date, unit: Unit) -> bool:
        """Whether the day is one of that unit."""
        return self.why_not(day, unit) is None

    def after(self, start: date, days: int, unit: Unit) -> date:
        """The day on which that many days are counted after `start`."""
        return counted_after(self, start, days, unit)

    def between(self, first: date, last: date, unit: Unit) -> int:
        """How many days are counted after `first` up to and with `last`."""
        return counted_between(self, first, last, unit)

    def why_not(self, day: date, unit: Unit) -> str | None:
        """Why the day does not count: weekend, a public holiday by its name, and for schools their own."""
        reasons = self._reasons[unit]
        try:
            return reasons[day]
        except KeyError:
            reasons[day] = reason = self._found_reason(day, unit)
            return reason

    def is_provisional(self, day: date) -> bool:
        """Whether the day lies outside the published years."""
        return not self._of.first <= day <= self._of.last

    def clear_of_edges(self, day: date) -> date:
        """The day itself, or the next one that is clear of a term's first and last three school days.

        A half term is no edge, and where one term follows another without a holiday there is none.
        """
        copy = self._copy(day)
        for number in range(copy, copy + _COPIES_TRIED):
            for begin, end in self._rooms_of(number):
                if begin <= day <= end:
                    return day
                if begin > day:
                    return begin
        return day

    def period_of(self, day: date) -> str:
        """The half term that the day lies in, or the next one, by the terms of whose days these are."""
        copy = self._copy(day)
        found = half_term_on(self._halves, day - timedelta(days=_YEAR * copy))
        if found is None:  # the summer after the last year: the next one begins as this one did
            copy += 1
            found = half_term_on(self._halves, day - timedelta(days=_YEAR * copy))
        return found.name(timedelta(days=_YEAR * copy)) if found else ""

    @cached_property
    def _halves(self) -> tuple[HalfTerm, ...]:
        return half_terms(self._terms)

    def _found_reason(self, day: date, unit: Unit) -> str | None:
        if unit == "calendar_days":
            return None
        if day.weekday() >= SATURDAY:
            return "weekend"
        if holiday := self._holiday(day):
            return holiday
        return self._why_no_school(day) if unit == "school_days" else None

    def _why_no_school(self, day: date) -> str | None:
        """Why schools are shut on a weekday that is no public holiday."""
        like = day - timedelta(days=_YEAR * self._copy(day))
        term = next((term for term in self._terms if like in term), None)
        if term is None:
            return "school holiday"
        for one in term.breaks:
            if like in one:
                return one.name
        if day in self._inset:
            return "INSET day"
        return next((f"closed: {shut.reason}" for shut in self._own.closures if day in shut), None)

    def _holiday(self, day: date) -> str | None:
        known = self._of.holidays
        like = day - timedelta(days=_YEAR * _copies(day, known.first, known.last))
        return self._of.holiday_names.get(like)

    def _copy(self, day: date) -> int:
        return _copies(day, self._of.first, self._of.last)

    def _rooms_of(self, copy: int) -> tuple[tuple[date, date], ...]:
        """In that copy of the published years, the spans that are clear of the edges of terms."""
        if copy not in self._rooms:
            self._rooms[copy] = tuple(self._found_rooms(copy))
        return self._rooms[copy]

    def _found_rooms(self, copy: int) -> Iterator[tuple[date, date]]:
        shift = timedelta(days=_YEAR * copy)
        for run in _runs(self._terms):
            first, last = run[0].first + shift, run[-1].last + shift
            days = [
                day
                for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
                if self._copy(day) == copy and self.counts(day, "school_days")
            ]
            if len(days) > 2 * _EDGE:
                yield days[_EDGE], days[-_EDGE - 1]


def _copies(day: date, first: date, last: date) -> int:
    """How many times 52 weeks the day lies beyond the span, so that it is inside when they are taken off."""
    if day > last:
        return -((last - day).days // _YEAR)
    if day < first:
        return (day - first).days // _YEAR
    return 0


def _runs(terms: tuple[Term, ...]) -> Iterator[list[Term]]:
    """Terms that follow one another without a holiday between them, together."""
    run: list[Term] = []
    for term in terms:
        if run and (term.first - run[-1].last).days > (3 if run[-1].last.weekday() == SATURDAY - 1 else 1):
            yield run
            run = []
        run.append(term)
    if run:
        yield run
