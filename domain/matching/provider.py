"""What is on record of one school as a provider, as the rules of a case are given it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from domain.calendars.half_terms import order_of
from domain.matching.inspection import Inspection


@dataclass(frozen=True)
class Designation:
    """For which areas a school is designated, from a day on."""

    areas: frozenset[str]
    since: date
    until: date | None

    def holds(self, area: str, day: date) -> bool:
        """Whether it is designated for that area on that day."""
        return area in self.areas and self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class DeclaredSpan:
    """Quarter-days that a school has in each half term from the first to the last; without a last, on and on."""

    first: str
    last: str | None
    quarter_days: int

    def holds(self, order: int) -> bool:
        """Whether the half term in that place is one of them."""
        return order_of(self.first) <= order and (self.last is None or order <= order_of(self.last))


@dataclass(frozen=True)
class Use:
    """What one case takes of a school in one half term."""

    reference: str
    period: str
    taken: int
    """Quarter-days held, committed or given."""
    by: str | None
    """Who offered the case to the school."""
    given: int = 0
    """How many of them were given: visits that slipped may take days that nobody had agreed for that half term."""


SUCCESS: Final = 700
"""From here on a case counts as one that went well, in per mille: objectives met more often than not."""


@dataclass(frozen=True)
class PastCases:
    """All cases in which the school was the provider."""

    accepted_on: date
    """When it accepted the last of them."""
    known: int = 0
    """How many were validated."""
    per_mille: int = 0
    """How far the objectives of those were met, added up."""
    well: int = 0
    """How many of them, in the area that is sought, went well."""


@dataclass(frozen=True)
class Provider:
    """One school of the pool. `uses` are of other cases than the one that is decided on."""

    number: str
    designations: tuple[Designation, ...] = ()
    """Spans that do not overlap, in order."""
    suspended: str | None = None
    """Why it is offered no new cases, as a code."""
    inspection: Inspection | None = None
    """The one announced last, which may be over."""
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Languages of delivery by area that it offers."""
    capacity: tuple[DeclaredSpan, ...] = ()
    uses: tuple[Use, ...] = ()
    conflict: bool = False
    """Whether a conflict between it and the recipient is on record; what it is nobody needs to know here."""
    objected_on: date | None = None
    """When the recipient's head last objected to it, in another case."""
    past: PastCases | None = None

    def designation(self, day: date) -> Designation | None:
        """The designation that counts on a day: the one in force, else the next to come, else the last one that was."""
        standing = (one for one in self.designations if one.until is None or day <= one.until)
        return next(standing, self.designations[-1] if self.designations else None)

    def declared(self, period: str) -> int:
        """Quarter-days that it has in a half term; none where nothing was declared."""
        order = order_of(period)
        return next((span.quarter_days for span in self.capacity if span.holds(order)), 0)

    def taken(self, period: str) -> int:
        """Quarter-days that other cases take in a half term."""
        return sum(use.taken for use in self.uses if use.period == period)

    def free(self, period: str) -> int:
        """Quarter-days that are left in a half term."""
        return max(0, self.declared(period) - self.taken(period))

    def promised(self) -> "Provider":
        """The school with no more taken of it than cases hold or have agreed: what their visits took is left out."""
        uses = (replace(use, taken=use.taken - use.given, given=0) for use in self.uses)
        return replace(self, uses=tuple(use for use in uses if use.taken))

    def languages(self, area: str) -> frozenset[str]:
        """Languages in which it helps: those of its offer in the area, or of all its offers where it has none there."""
        own = self.offers.get(area)
        return frozenset(own) if own else frozenset(lang for given in self.offers.values() for lang in given)
