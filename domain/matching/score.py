"""How well a school would suit: seven criteria, each in per mille of its weight, each with its reason.

Whole numbers only. What is not known earns half, and says that it is not known.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from domain.case.matching_events import CriterionName, Line
from domain.case.situation import SchoolFact
from domain.matching.filters import ALL_AGE, Wanted
from domain.matching.provider import Provider
from domain.matching.travel import place, travel_minutes
from domain.programmes.model import Matching

WHOLE: Final = 1000
HALF: Final = 500

_OFFERED: Final = 700
_DESIGNATED_ONLY: Final = 400
_PER_SUCCESS: Final = 100
_SUCCESSES_COUNTED: Final = 3
_WEIGHT_OF_THE_MEAN: Final = 3
"""A school's record counts as if so many cases with the mean of all schools were among its own."""


class Compared:
    """What all schools of a pool are held against."""

    def __init__(self, rules: Matching, wanted: Wanted, pool: Sequence[Provider]) -> None:
        self.rules = rules
        self.wanted = wanted
        past = [one.past for one in pool if one.past is not None]
        known = sum(one.known for one in past)
        self.mean = sum(one.per_mille for one in past) // known if known else HALF


def lines_of(provider: Provider, school: SchoolFact, compared: Compared) -> tuple[Line, ...]:
    """A line for each criterion, in the order of the weights."""
    return tuple(score(provider, school, compared) for score in CRITERIA.values())


def milli_points(lines: Sequence[Line], rules: Matching) -> int:
    """All lines together, in thousandths of a point of a hundred."""
    weights = (getattr(rules.weights, name) for name in CRITERIA)
    return sum(weight * line.per_mille for weight, line in zip(weights, lines, strict=True))


def _expertise(provider: Provider, _school: SchoolFact, compared: Compared) -> Line:
    """Offers the very area, and how often it has done well there."""
    area = compared.wanted.area
    well = provider.past.well if provider.past else 0
    more = min(well, _SUCCESSES_COUNTED) * _PER_SUCCESS
    if area in provider.offers:
        return Line(per_mille=_OFFERED + more, code="offers_area", figures=(well,))
    return Line(per_mille=_DESIGNATED_ONLY + more, code="designated_only", figures=(well,))


def _context(_provider: Provider, school: SchoolFact, compared: Compared) -> Line:
    """Alike in phase, in size and in language."""
    recipient = compared.wanted.recipient
    parts = (
        _alike_phase(school.phase, compared.wanted.phase),
        _alike_size(school.pupils, recipient.pupils),
        _alike_language(school.language_category, recipient.language_category),
    )
    return Line(per_mille=sum(parts) // len(parts), code="alike", figures=parts)


def _alike_phase(one: str, other: str) -> int:
    return WHOLE if one == other else HALF if ALL_AGE in {one, other} else 0


def _alike_size(one: int | None, other: int | None) -> int:
    if not one or not other:
        return HALF
    return WHOLE * min(one, other) // max(one, other)


def _alike_language(one: str | None, other: str | None) -> int:
    if one is None or other is None:
        return HALF
    return WHOLE if one == other else 0


def _stage_proximity(_provider: Provider, _school: SchoolFact, _compared: Compared) -> Line:
    """Nothing is on record of where schools stand in their own improvement."""
    return Line(per_mille=HALF, code="stage_unknown")


def _travel(_provider: Provider, school: SchoolFact, compared: Compared) -> Line:
    recipient, rules = compared.wanted.recipient, compared.rules
    there, here = place(school.latitude, school.longitude), place(recipient.latitude, recipient.longitude)
    if there is None or here is None:
        return Line(per_mille=HALF, code="way_unknown")
    minutes = travel_minutes(here, there)
    span = rules.far_minutes - rules.near_minutes
    left = min(span, max(0, rules.far_minutes - minutes))
    return Line(per_mille=WHOLE * left // span, code="minutes", figures=(minutes,))


def _availability(provider: Provider, _school: SchoolFact, compared: Compared) -> Line:
    """How much of what is needed it has free at once: in the first half term that is wanted."""
    wanted = compared.wanted
    first = wanted.periods[0]
    free = provider.free(first)
    share = WHOLE * min(free, wanted.quarter_days) // max(1, wanted.quarter_days)
    return Line(per_mille=share, code="free_at_once", figures=(free, wanted.quarter_days, first))


def _track_record(provider: Provider, _school: SchoolFact, compared: Compared) -> Line:
    """Validated outcomes of earlier cases, drawn to the mean of all schools where there are few."""
    past = provider.past
    if past is None or not past.known:
        return Line(per_mille=compared.mean, code="no_record", figures=(compared.mean,))
    drawn = (past.per_mille + _WEIGHT_OF_THE_MEAN * compared.mean) // (past.known + _WEIGHT_OF_THE_MEAN)
    return Line(per_mille=drawn, code="record", figures=(past.known, past.per_mille // past.known))


def _load(provider: Provider, _school: SchoolFact, compared: Compared) -> Line:
    """The smaller the part of its days that others have this year, the sooner it is asked."""
    declared, taken = burden(provider, compared.wanted)
    if not declared:
        return Line(per_mille=HALF, code="load_unknown")
    return Line(
        per_mille=WHOLE - min(WHOLE, WHOLE * taken // declared), code="load", figures=(taken, declared)
    )


def burden(provider: Provider, wanted: Wanted) -> tuple[int, int]:
    """Quarter-days declared for the financial year, and those that other cases take of them."""
    declared = sum(provider.declared(period) for period in wanted.year)
    return declared, sum(use.taken for use in provider.uses if use.period in wanted.year)


CRITERIA: Final[Mapping[CriterionName, Callable[[Provider, SchoolFact, Compared], Line]]] = {
    "expertise": _expertise,
    "context": _context,
    "stage_proximity": _stage_proximity,
    "travel": _travel,
    "availability": _availability,
    "track_record": _track_record,
    "load": _load,
}
