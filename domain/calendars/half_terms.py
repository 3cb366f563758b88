"""Half terms by name, such as 2027-spring-1: how a provider's capacity is declared, held and spent.

A half term has a place in one endless order, so that spans of them can be compared and counted whatever
calendar they were named by. A day between two half terms belongs to the one that comes.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from domain.calendars.model import Span, Term

PERIOD_PATTERN: Final = r"^20[0-9]{2}-(autumn|spring|summer)-[12]$"
"""What may be declared. Days far away lie in half terms, too: those have a place in the order, and a name like these."""
_NAME: Final = r"^([2-9][0-9]{3}|1[0-9]{4})-(autumn|spring|summer)-[12]$"
Period = Annotated[str, Field(pattern=PERIOD_PATTERN, description="e.g. 2027-spring-1")]

_SEASONS: Final = ("spring", "summer", "autumn")
"""As they follow one another in a calendar year."""
_HALVES_A_YEAR: Final = 6


class HalfTerm(NamedTuple):
    """A half term with its days; what lies between it and the one before belongs to it too."""

    season: str
    half: int
    first: date
    last: date

    def name(self, shift: timedelta = timedelta()) -> str:
        """Its name, where it is taken so much later than it was published.

        The year is that of its middle, which stays clear of the turn of the year.
        """
        middle = self.first + (self.last - self.first) // 2 + shift
        return f"{middle.year}-{self.season}-{self.half}"


@lru_cache(maxsize=1024)
def order_of(period: str) -> int:
    """The place of a half term among all. Raises ValueError for what is no name of one."""
    if not re.fullmatch(_NAME, period):
        raise ValueError(f"{period!r} is no half term, such as 2027-spring-1")
    year, season, half = period.split("-")
    return int(year) * _HALVES_A_YEAR + _SEASONS.index(season) * 2 + int(half) - 1


def period_at(order: int) -> str:
    """The half term in that place; the inverse of `order_of`."""
    year, rest = divmod(order, _HALVES_A_YEAR)
    return f"{year}-{_SEASONS[rest // 2]}-{rest % 2 + 1}"


def periods_between(first: str, last: str) -> tuple[str, ...]:
    """The half terms from the first to the last, both among them; none where the last comes before."""
    return tuple(period_at(order) for order in range(order_of(first), order_of(last) + 1))


def periods_from(first: str, number: int) -> tuple[str, ...]:
    """So many half terms, that one first."""
    return tuple(period_at(order_of(first) + n) for n in range(number))


def period_words(period: str) -> str:
    """'2027 spring 1', for people."""
    return period.replace("-", " ")


def periods_of_year(financial_year: str, period: str) -> tuple[str, ...]:
    """All half terms of the financial year that this one falls in.

    `financial_year` is the month in which it begins: 'april', or 'january' where it is the calendar year.
    Spring terms lie before April.
    """
    year, season, _ = period.split("-")
    if financial_year == "january":
        return periods_between(f"{year}-spring-1", f"{year}-autumn-2")
    first = int(year) - 1 if season == "spring" else int(year)
    return periods_between(f"{first}-summer-1", f"{first + 1}-spring-2")


def half_terms(terms: Iterable[Term]) -> tuple[HalfTerm, ...]:
    """The two halves of each term, in order: parted by the break nearest its middle, or by the middle itself."""
    found: list[HalfTerm] = []
    for term in terms:
        season = _season(term.first)
        middle = term.first + (term.last - term.first) // 2
        parting = min(term.breaks, key=lambda one: abs(_middle(one) - middle), default=None)
        end = parting.first - timedelta(days=1) if parting else middle
        begin = parting.last + timedelta(days=1) if parting else middle + timedelta(days=1)
        found += (HalfTerm(season, 1, term.first, end), HalfTerm(season, 2, begin, term.last))
    return tuple(found)


def half_term_on(found: tuple[HalfTerm, ...], day: date) -> HalfTerm | None:
    """The half term that the day lies in, or the next to come; None where it lies behind them all."""
    place = bisect_left(found, day, key=lambda one: one.last)
    return found[place] if place < len(found) else None


def _season(first: date) -> str:
    """By the month in which a term begins, whatever its country calls it."""
    if first.month in {8, 9, 10, 11}:
        return "autumn"
    return "summer" if 4 <= first.month <= 7 else "spring"


def _middle(span: Span) -> date:
    return span.first + (span.last - span.first) // 2
