"""The pool in order: who could be asked, the best first, and who was left out and why.

The same pool gives the same order, in whatever order it is given. Schools alike in points: the one with less
to do comes first, then the one not used for longest, then who is drawn; the seed of the draw is kept.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

from domain.case.matching_events import Criterion, MatchCandidatesScored, ScoredSchool
from domain.case.situation import SchoolFact
from domain.matching.filters import Wanted, exclusion
from domain.matching.provider import Provider
from domain.matching.score import CRITERIA, Compared, burden, lines_of, milli_points
from domain.programmes.model import Programme


def rank(
    programme: Programme, wanted: Wanted, pool: Sequence[Provider], schools: Mapping[str, SchoolFact]
) -> MatchCandidatesScored:
    """Every school of the pool, scored or left out. Raises ValueError where the programme ranks nobody."""
    rules = programme.matching
    if rules is None:
        raise ValueError(f"{programme.code} {programme.version} ranks no providers")
    seed = wanted.reference
    compared = Compared(rules, wanted, pool)
    excluded = []
    ranked: list[tuple[tuple[int, int, str, str], ScoredSchool]] = []
    for provider in pool:
        school = schools.get(provider.number)
        out = exclusion(provider, school, wanted)
        if out is not None or school is None:
            excluded += [out] if out else []
            continue
        lines = lines_of(provider, school, compared)
        scored = ScoredSchool(
            school=provider.number,
            milli_points=milli_points(lines, rules),
            preferred=provider.number == wanted.preferred,
            lines=lines,
        )
        ranked.append((_order(scored, provider, wanted, seed), scored))
    return MatchCandidatesScored(
        programme_version=programme.version,
        criteria=tuple(Criterion(name=name, weight=getattr(rules.weights, name)) for name in CRITERIA),
        seed=seed,
        periods=wanted.periods,
        quarter_days=wanted.quarter_days,
        candidates=tuple(scored for _, scored in sorted(ranked, key=lambda each: each[0])),
        excluded=tuple(sorted(excluded, key=lambda each: each.school)),
    )


def _order(scored: ScoredSchool, provider: Provider, wanted: Wanted, seed: str) -> tuple[int, int, str, str]:
    last = provider.past.accepted_on if provider.past else date.min
    return -scored.milli_points, burden(provider, wanted)[1], last.isoformat(), _draw(seed, provider.number)


def _draw(seed: str, number: str) -> str:
    return sha256(f"{seed}\n{number}".encode()).hexdigest()
