"""Where a provider begins the request itself: whether it is designated to, today. Transitions 1, 3 and 28."""

from domain.case import commands as c
from domain.case.candidates import why_not
from domain.case.matching_events import ExcludedSchool
from domain.case.situation import Refusal, Situation
from domain.matching.filters import standing
from domain.matching.provider import Provider
from domain.parties import Party


def provider_is_designated(s: Situation) -> Refusal | None:
    """Asked when a request is opened, submitted and opened again: a designation may have ended meanwhile."""
    opening = s.command if isinstance(s.command, c.Open) else None
    route = s.programme.route(opening.route if opening else s.state.route)
    number = opening.provider if opening else s.state.provider
    if route is None or not route.designated or number is None:
        return None
    area = opening.area if opening else s.state.area
    provider = s.facts.providers.get(number, Provider(number))
    found = next(standing(provider, area, s.facts.today), None)
    if found is None:
        return None
    code, message = why_not(ExcludedSchool(school=number, code=found[0], figures=found[1]), s)
    if code == "R-INSPECTION":
        return Refusal(code, message, "It can begin a new case from that day on; cases that run go on.")
    return Refusal(
        code,
        message,
        f"The {s.word(Party.PRINCIPAL_ADVISER)} or an administrator says who is: brokerage provider designate {number}",
    )
