"""The request itself: what may be asked for, by whom, and how it is corrected. Transition 1."""

from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from domain.case import commands as c
from domain.case import events as e
from domain.case.matching import barred_provider
from domain.case.situation import Refusal, Situation
from domain.case.stages import Stage
from domain.parties import Duties, Party
from domain.programmes.model import Route


def programme_is_known(s: Situation) -> Refusal | None:
    command = _of(s, c.Open)
    if command.programme != s.programme.code:
        return Refusal(
            "R-PROGRAMME", f"No programme {command.programme} is on record.", "See: brokerage programme list"
        )
    return None


def area_is_offered(s: Situation) -> Refusal | None:
    return _area_problem(s, _of(s, c.Open).area)


def route_is_ours(s: Situation) -> Refusal | None:
    command = _of(s, c.Open)
    route = s.programme.route(command.route)
    if route is None:
        known = ", ".join(known.code for known in s.programme.routes)
        return Refusal(
            "R-ROUTE", f"{s.programme.code} has no route '{command.route}'.", f"Its routes are: {known}."
        )
    if s.party not in route.opened_by:
        allowed = " or ".join(s.word(party) for party in route.opened_by)
        return Refusal(
            "R-POST",
            f"On the route '{route.title.en}' a request is opened by the {allowed}, not by the {s.word(s.party)}.",
        )
    return None


def recipient_is_open(s: Situation) -> Refusal | None:
    command = _of(s, c.Open)
    return _school_problem(s, command.recipient)


def preferred_provider_is_another_school(s: Situation) -> Refusal | None:
    command = _of(s, c.Open)
    if command.preferred_provider == command.recipient:
        return Refusal("R-SAME-SCHOOL", "A school cannot be its own partner.")
    return _school_problem(s, command.preferred_provider) if command.preferred_provider else None


def provider_begins_where_the_route_says(s: Situation) -> Refusal | None:
    """On such a route the provider is fixed from the start, so whatever bars a partner bars it here."""
    command = _of(s, c.Open)
    route = s.programme.route(command.route)
    if route is None or route.provider == "matched":
        if command.provider is not None:
            return Refusal(
                "R-PROVIDER",
                f"On the route '{command.route}' the {s.word(Party.BROKER)} finds the {s.noun('provider')}.",
                "A school one has in mind is given with --preferred-provider.",
            )
        return None
    if command.preferred_provider is not None:
        return Refusal(
            "R-PROVIDER", f"The {s.noun('provider')} is fixed on this route; nobody else is asked."
        )
    return barred_provider(s, command.provider, command.recipient) if command.provider else None


def schools_share_an_authority(s: Situation) -> Refusal | None:
    command = _of(s, c.Open)
    route = s.programme.route(command.route)
    if route is None or command.provider is None:
        return None
    return authority_problem(s, route, command.recipient, command.provider)


def authority_problem(s: Situation, route: Route, recipient_number: str, number: str) -> Refusal | None:
    """Where the route asks for one authority: why these two schools are not of one today."""
    recipient, provider = s.facts.schools[recipient_number], s.facts.schools[number]
    if not route.same_authority or recipient.authority == provider.authority:
        return None
    return Refusal(
        "R-AUTHORITY",
        f"{recipient.name} is of the {s.noun('authority')} {recipient.authority}, {provider.name} of {provider.authority}.",
        f"On this route both are of one {s.noun('authority')}.",
    )


def languages_are_the_programmes(s: Situation) -> Refusal | None:
    command = _of(s, c.Open)
    return _language_problem(s, command.support_language)


def start_is_ahead(s: Situation) -> Refusal | None:
    command = _of(s, c.Open)
    return _past_start(s, command.desired_start) if command.desired_start < s.facts.today else None


def phase_fits_recipient(s: Situation) -> Refusal | None:
    command = _of(s, c.Open)
    return _phase_problem(s, command.recipient, command.phase)


def overview_is_whole(s: Situation) -> Refusal | None:
    """A priority without the version it was read in cannot be found again."""
    command = _of(s, c.Open)
    return _overview_problem(s, command.priority, command.overview_version)


def amended_by_the_route(s: Situation) -> Refusal | None:
    """A draft by those who may open it; a submitted request only by those who may submit it."""
    route = s.route
    entitled = route.opened_by if s.state.stage is Stage.DRAFT else route.submitted_by
    if s.party in entitled:
        return None
    allowed = " or ".join(s.word(party) for party in entitled)
    return Refusal("R-POST", f"On the route '{route.title.en}' only the {allowed} may amend the request now.")


def amendment_changes_something(s: Situation) -> Refusal | None:
    command = _of(s, c.Amend)
    if not command.model_fields_set:
        return Refusal("R-NOTHING", "The amendment would change nothing.", "Give what should be different.")
    return None


def amendment_keeps_its_area(s: Situation) -> Refusal | None:
    """Open requests for one need are found by school and area, so the area is settled by submitting."""
    command = _of(s, c.Amend)
    if command.area in {None, s.state.area}:
        return None
    if s.state.stage is not Stage.DRAFT:
        return Refusal(
            "R-AREA",
            "The area of a submitted request stays as it is.",
            "Withdraw this request and open another for the other area.",
        )
    return _area_problem(s, str(command.area))


def amendment_fits_recipient(s: Situation) -> Refusal | None:
    command = _of(s, c.Amend)
    provider = command.preferred_provider
    if provider is not None and provider == s.state.recipient:
        return Refusal("R-SAME-SCHOOL", "A school cannot be its own partner.")
    if provider is not None and s.state.provider_began:
        return Refusal(
            "R-PROVIDER", f"The {s.noun('provider')} is fixed on this route; nobody else is asked."
        )
    if command.desired_start is not None and command.desired_start < s.facts.today:
        return _past_start(s, command.desired_start)
    after = _amended(s)
    return (
        (_school_problem(s, provider) if provider else None)
        or (_phase_problem(s, s.state.recipient, after["phase"]) if command.phase else None)
        or _language_problem(s, after["support_language"])
        or _overview_problem(s, after["priority"], after["overview_version"])
    )


def draft(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The draft, with the authority the school has today."""
    command = _of(s, c.Open)
    fields = command.model_dump(exclude={"need"})
    route = s.programme.route(command.route)
    event = e.CaseDrafted(
        **fields,
        need=command.need,
        duties=route.duties if route else Duties(),
        reference="",  # the engine knows it; see decide()
        authority=s.facts.schools[command.recipient].authority,
        drafted_by=s.party,
    )
    return (event,)


def amend(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The request as it now reads; from submission on it is a new version, and consent must name it."""
    version = s.state.request_version
    event = e.RequestAmended(
        **_amended(s),
        request_version=version if s.state.stage is Stage.DRAFT else version + 1,
        need=_of(s, c.Amend).need,
        amended_as=s.party,
    )
    return (event,)


_AMENDABLE = (
    "area", "phase", "support_language", "urgency", "desired_start", "priority", "overview_version",
    "preferred_provider",
)  # fmt: skip


def _amended(s: Situation) -> dict[str, Any]:
    """Every field of the request but its words: as given now, or else as it stands."""
    command = _of(s, c.Amend)
    return {
        name: getattr(s.state if getattr(command, name) is None else command, name) for name in _AMENDABLE
    }


def _area_problem(s: Situation, code: str) -> Refusal | None:
    if s.programme.area(code) is not None:
        return None
    known = [area.code for area in s.programme.areas]
    near = [area for area in known if area.startswith(code[:4])] or get_close_matches(code, known, 1)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    return Refusal(
        "R-AREA",
        f"{s.programme.code} has no area of support '{code}'.",
        f"{meant}Its areas are: {', '.join(known)}.",
    )


_PHASES_TAUGHT: Final = {
    "nursery": {"nursery"},
    "primary": {"nursery", "primary"},
    "middle": {"nursery", "primary", "middle", "secondary"},
    "secondary": {"secondary"},
    "special": {"nursery", "primary", "middle", "secondary", "special"},
}
"""Phases that each kind of school teaches; a middle school is one for all ages."""


def _phase_problem(s: Situation, number: str, phase: str) -> Refusal | None:
    school = s.facts.schools[number]
    if phase in _PHASES_TAUGHT.get(school.phase, {school.phase}):
        return None
    return Refusal("R-PHASE", f"{school.name} is a {school.phase} school; the request says {phase}.")


def _language_problem(s: Situation, language: str) -> Refusal | None:
    known = s.programme.languages
    if language == "either" or language in known:
        return None
    return Refusal(
        "R-LANGUAGE",
        f"{s.programme.code} gives no support in the language '{language}'.",
        f"It gives it in: {', '.join(known)}, either.",
    )


def _overview_problem(s: Situation, priority: str | None, version: str | None) -> Refusal | None:
    if (priority is None) == (version is None):
        return None
    return Refusal(
        "R-OVERVIEW",
        f"A priority of the {s.noun('overview')} is cited together with the version that was read.",
        "Give both, or neither.",
    )


def _past_start(s: Situation, day: date) -> Refusal:
    return Refusal(
        "R-DATES",
        f"Support cannot be wanted from {day.isoformat()}: today is {s.facts.today.isoformat()}.",
    )


def _school_problem(s: Situation, number: str) -> Refusal | None:
    school = s.facts.schools.get(number)
    if school is None:
        return Refusal("R-SCHOOL", f"School {number} is not in the register.", "See: brokerage school list")
    if not school.open:
        return Refusal("R-SCHOOL", f"{school.name} ({number}) is not open in the register.")
    return None


def _of(s: Situation, kind: type[c.CommandT]) -> c.CommandT:
    return c.expect(s.command, kind)
