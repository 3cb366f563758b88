"""Who could be asked in this case: the ranking as the rules give it now, and why a school is not in it."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from domain.calendars.half_terms import periods_from, periods_of_year
from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.matching import barred_provider
from domain.case.matching_events import ExcludedSchool, Figures
from domain.case.situation import Facts, Refusal, Situation
from domain.case.state import CaseState
from domain.matching.filters import Wanted, exclusion, offers_nothing
from domain.matching.ranking import rank
from domain.parties import Party
from domain.programmes.model import Programme

AHEAD: Final = 4
"""Half terms from the desired start on in which a provider's free days count."""


def matching_is_ranked(s: Situation) -> Refusal | None:
    if s.programme.matching is not None:
        return None
    return Refusal(
        "R-MATCHING",
        f"Version {s.programme.version} of {s.programme.code} does not say how schools are ranked.",
        f"Offer the case to a school by name: brokerage case offer {s.state.reference}",
    )


def score(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The whole pool as it stands now, kept with every reason."""
    return (ranked_now(s),)


def provider_suits(s: Situation) -> Refusal | None:
    """Designated, neither suspended nor inspected, of a fitting phase and language, and nothing between the schools."""
    if s.programme.matching is None:
        return None
    number = expect(s.command, c.Offer).provider
    provider = s.facts.providers.get(number)
    if provider is None:
        return _said(ExcludedSchool(school=number, code="not-designated"), s)
    out = exclusion(provider, s.facts.schools.get(number), wanted_of(s), days=False)
    return _said(out, s) if out is not None else None


def ranked_now(s: Situation) -> e.MatchCandidatesScored:
    """The pool ranked by the facts of this moment."""
    return rank(s.programme, wanted_of(s), tuple(s.facts.providers.values()), s.facts.schools)


def candidates_of(state: CaseState, facts: Facts) -> tuple[str, ...]:
    """The schools that could be asked now, the best first."""
    ranked = ranked_now(Situation(state, facts, c.Match(), Party.BROKER))
    return tuple(each.school for each in ranked.candidates)


def best_but(s: Situation, number: str) -> str | None:
    """The best school that could be asked now, that one aside."""
    return next((each.school for each in ranked_now(s).candidates if each.school != number), None)


def wanted_of(s: Situation) -> Wanted:
    """What the case asks for, as matching needs it."""
    state, facts = s.state, s.facts
    periods = wanted_periods(s)
    bars = {
        number: _BARS.get(refusal.code, "closed")
        for number in facts.providers
        if number in facts.schools and (refusal := barred_provider(s, number, state.recipient)) is not None
    }
    return Wanted(
        reference=state.reference,
        recipient=facts.schools[state.recipient],
        area=state.area,
        phase=state.phase,
        language=state.support_language,
        quarter_days=state.estimated_quarter_days,
        periods=periods,
        year=periods_of_year(s.programme.financial_year, periods[0]),
        today=facts.today,
        rested_on=rested_since(s.programme, facts.today),
        preferred=state.preferred_provider,
        objected=frozenset(state.objected),
        answered={o.provider: o.outcome for o in state.offers if o.outcome != "rescinded"},
        barred=bars,
    )


def rested_since(programme: Programme, day: date) -> date:
    """Who was objected to after this day still rests on that one."""
    return _months_before(day, programme.matching.rest_months if programme.matching else 0)


def wanted_periods(s: Situation) -> tuple[str, ...]:
    """The half terms in which the days are looked for: from the desired start on, or from now where it has passed."""
    start = max(s.state.desired_start or s.facts.today, s.facts.today)
    return periods_from(s.facts.days_of(None).period_of(start), AHEAD)


_BARS: Final = {
    "R-SAME-SCHOOL": "itself",
    "R-SAME-HEAD": "same-head",
    "R-VACANT": "no-head",
    "R-SEPARATION": "sip-there",
}
"""Reasons of the rules on two schools, as codes of exclusion."""

_REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "not-designated": ("R-DESIGNATION", "{name} is not designated as a {provider} in {programme}."),
    "area": ("R-DESIGNATION", "{name} is not designated for '{0}'."),
    "not-yet": ("R-DESIGNATION", "{name} is designated from {0} on."),
    "expired": ("R-DESIGNATION", "The designation of {name} ended on {0}."),
    "suspended": ("R-SUSPENDED", "{name} is offered no new cases for the time being ({0})."),
    "inspection": (
        "R-INSPECTION",
        "{name} has had notice of an inspection since {0}; the visit ends on {1}, and it can be asked from {2} on.",
    ),
    "phase": ("R-PHASE", "{name} is a {0} school; the support is for the phase {1}."),
    "language": ("R-LANGUAGE", "{name} does not help in '{0}'; it helps in: {1}."),
    "conflict": ("R-CONFLICT", "A conflict between {name} and {recipient} is on record."),
    "rests": ("R-EXCLUDED", "The {head} objected to {name} on {0}, in another case."),
}
"""What is said of a school that is left out, where no other rule has said it."""


def _said(out: ExcludedSchool, s: Situation) -> Refusal:
    code, message = why_not(out, s)
    if offers_nothing(out):
        return Refusal(
            code, message, "An administrator records what it offers: brokerage provider import offers.csv"
        )
    return Refusal(code, message, f"Who could be asked: brokerage case match {s.state.reference}")


def why_not(out: ExcludedSchool, s: Situation) -> tuple[str, str]:
    """Code and words of the refusal of a school that is left out."""
    code, words = _REFUSALS.get(out.code, ("R-EXCLUDED", "{name} cannot be asked."))
    if offers_nothing(out):
        words = "{name} offers nothing yet, so no language is on record in which it helps; the support is to be in '{0}'."
    message = words.format(
        *_shown(out.figures),
        name=_name(s, out.school),
        recipient=_name(s, s.state.recipient),
        programme=s.programme.code,
        provider=s.noun("provider"),
        head=s.word(Party.RECIPIENT_HEAD),
    )
    return code, message


def _shown(figures: Figures) -> list[str]:
    return [str(figure) or "none" for figure in figures]


def _name(s: Situation, number: str) -> str:
    school = s.facts.schools.get(number)
    return f"{school.name} ({number})" if school else f"School {number}"


@lru_cache(maxsize=64)
def _months_before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
