"""Why a school cannot be asked. The first reason found is the one that is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.case.matching_events import ExcludedSchool, Figures
from domain.case.situation import SchoolFact
from domain.matching.provider import Provider

ALL_AGE: Final = "middle"
"""The phase of schools from three to sixteen: they count for both sides."""


@dataclass(frozen=True)
class Wanted:
    """What a case asks for, and what it has come to already."""

    reference: str
    recipient: SchoolFact
    area: str
    phase: str
    language: str
    """'either' where it does not matter."""
    quarter_days: int
    periods: tuple[str, ...]
    """The half terms in which the days are wanted."""
    year: tuple[str, ...]
    """All half terms of the financial year, by which the burden of schools is compared."""
    today: date
    rested_on: date
    """Who was objected to after this day is not proposed again yet."""
    preferred: str | None = None
    objected: frozenset[str] = frozenset()
    answered: Mapping[str, str] | None = None
    """Schools that were offered the case, with what became of it."""
    barred: Mapping[str, str] | None = None
    """Schools that rules beyond matching bar, with the code of the reason."""


def free_days(provider: Provider, wanted: Wanted) -> int:
    """Quarter-days that the school has left in all the half terms that are wanted."""
    return sum(provider.free(period) for period in wanted.periods)


def exclusion(
    provider: Provider, school: SchoolFact | None, wanted: Wanted, *, days: bool = True
) -> ExcludedSchool | None:
    """Why the school cannot be asked; None where it can.

    Without `days` its capacity is not looked at: where a broker says which half terms, that is checked by itself.
    """
    reasons = _reasons(provider, school, wanted)
    if days:
        reasons = _with_days(reasons, provider, wanted)
    found = next(reasons, None)
    return ExcludedSchool(school=provider.number, code=found[0], figures=found[1]) if found else None


def _with_days(
    reasons: Iterator[tuple[str, Figures]], provider: Provider, wanted: Wanted
) -> Iterator[tuple[str, Figures]]:
    yield from reasons
    free = free_days(provider, wanted)
    if free < wanted.quarter_days:
        declared = sum(provider.declared(period) for period in wanted.periods)
        yield "days", (free, declared, wanted.quarter_days)


def _reasons(provider: Provider, school: SchoolFact | None, wanted: Wanted) -> Iterator[tuple[str, Figures]]:
    number = provider.number
    if school is None or not school.open:
        yield "closed", ()
        return
    if number == wanted.recipient.number:
        yield "itself", ()
    if number in wanted.objected:
        yield "objected", ()
    if (outcome := (wanted.answered or {}).get(number)) is not None:
        yield "answered", (outcome,)
    if (code := (wanted.barred or {}).get(number)) is not None:
        yield code, ()
    yield from standing(provider, wanted.area, wanted.today)
    if not phases_fit(school.phase, wanted.phase):
        yield "phase", (school.phase, wanted.phase)
    spoken = provider.languages(wanted.area)
    if wanted.language != "either" and wanted.language not in spoken:
        yield "language", (wanted.language, " ".join(sorted(spoken)))
    if provider.conflict:
        yield "conflict", ()
    if provider.objected_on is not None and provider.objected_on > wanted.rested_on:
        yield "rests", (provider.objected_on.isoformat(),)


def standing(provider: Provider, area: str, today: date) -> Iterator[tuple[str, Figures]]:
    """Why it is not designated, or may be given nothing new, on that day; nothing where it may."""
    designation = provider.designation(today)
    if designation is None:
        yield "not-designated", ()
    elif area not in designation.areas:
        yield "area", (area,)
    elif today < designation.since:
        yield "not-yet", (designation.since.isoformat(),)
    elif not designation.holds(area, today):
        yield "expired", (designation.until.isoformat() if designation.until else "",)
    if provider.suspended is not None:
        yield "suspended", (provider.suspended,)
    inspection = provider.inspection
    if inspection is not None and inspection.bars(today):
        days = (inspection.since, inspection.until, inspection.free_from)
        yield "inspection", tuple(day.isoformat() for day in days)


def offers_nothing(out: ExcludedSchool) -> bool:
    """Whether a school was left out for its language only because no offer of it is on record, and so no language."""
    return out.code == "language" and not out.figures[1]


def phases_fit(provider: str, wanted: str) -> bool:
    """Whether a school of that phase can help in the other; a school of all ages counts for both."""
    return provider == wanted or ALL_AGE in {provider, wanted}
