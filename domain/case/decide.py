"""decide(state, command, facts) → what happens, or why not. Pure, and the only way a case changes."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from pydantic import BaseModel

from domain.case import commands as c
from domain.case import events as e
from domain.case.budget import with_money
from domain.case.chasing import held_lapses
from domain.case.commands import SYSTEM_VERBS, CaseCommand, Open
from domain.case.dating import deadline_set
from domain.case.lifecycle import Row, row_at, rows_for
from domain.case.situation import Decision, Facts, Refusal, Situation, parties_of
from domain.case.stages import Stage
from domain.case.state import CaseState, evolve
from domain.case.waits import awaited, falling_due
from domain.ids import SYSTEM_PERSON
from domain.parties import HeldPost, Party

_FIRST_DAY: Final = date(2000, 1, 1)


def decide(state: CaseState, command: CaseCommand, facts: Facts, reference: str) -> Decision | Refusal:
    """The events this command causes in this state, deadlines included; or the rule it is against.

    `reference` is the case's own; it is part of the first event. No events is a lawful answer only for
    a deadline that something else has overtaken.
    """
    stage = state.stage
    if stage is None and command.verb != "open":
        return Refusal("R-NO-CASE", f"There is no case {reference}.", "See: brokerage case list")
    if stage is not None and command.verb == "open":
        return Refusal("R-REFERENCE", f"The reference {reference} is taken by another case.")
    row = row_at(stage, command.verb)
    if row is None:
        return _wrong_stage(state, command)
    if state.paused and not row.while_paused:
        return Refusal(
            "R-PAUSED",
            f"{reference} is paused until it is resumed.",
            "Paused waits keep the days they had left.",
        )
    astray = _date_astray(command, facts.today) or _school_missing(command, facts)
    if astray is not None:
        return astray
    played = _played(state, command, facts)
    entitled = [party for party in row.who if party in played]
    if not entitled:
        return _wrong_post(row, command, facts)
    situations = [Situation(state, facts, command, p) for p in _awaited_first(state, command, entitled)]
    refusals = [_refusal(row, situation) for situation in situations]
    if all(refusals):
        # Who has several parts hears what stands in the way, not that another of their parts may not.
        said = [refusal for refusal in refusals if refusal is not None]
        return next((refusal for refusal in said if refusal.code != "R-POST"), said[0])
    situation = situations[refusals.index(None)]
    events = with_money(state, _with_reference(row.act(situation), reference), facts)
    if not events:
        return Decision((), played[situation.party])
    return Decision(_with_deadlines(state, events, facts), played[situation.party])


def _date_astray(command: CaseCommand, today: date) -> Refusal | None:
    """A mistyped year: no day of a case lies before 2000 or more than three years ahead."""
    last = today + timedelta(days=3 * 366)
    for day in _days_in(command):
        if not _FIRST_DAY <= day <= last:
            return Refusal(
                "R-DATES",
                f"{day.isoformat()} is out of reach.",
                f"Days of a case lie between {_FIRST_DAY.isoformat()} and {last.isoformat()}.",
            )
    return None


def _days_in(value: object) -> Iterator[date]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _days_in(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _days_in(item)
    elif isinstance(value, date) and not isinstance(value, datetime):
        yield value


def _school_missing(command: CaseCommand, facts: Facts) -> Refusal | None:
    """Said first: of a school that is not named or not in the register nobody holds a post."""
    if not isinstance(command, Open):
        return None
    for number in (command.recipient, command.provider):
        if number is not None and number not in facts.schools:
            return Refusal(
                "R-SCHOOL", f"School {number} is not in the register.", "See: brokerage school list"
            )
    route = facts.programme.route(command.route)
    if route is not None and route.provider == "opener" and command.provider is None:
        provider = facts.programme.noun("provider")
        return Refusal(
            "R-PROVIDER",
            f"On the route '{route.title.en}' the {provider} begins: say which it is.",
            "Add --provider.",
        )
    return None


def _played(state: CaseState, command: CaseCommand, facts: Facts) -> dict[Party, HeldPost | None]:
    if command.verb in SYSTEM_VERBS:
        return {Party.SYSTEM: None} if facts.person == SYSTEM_PERSON else {}
    played: dict[Party, HeldPost | None] = dict(parties_of(state, command, facts))
    for item in awaited(state):
        # Who stands in for another answers in that other's part.
        if item.part is not None and item.verb == command.verb and item.owner in played:
            played[item.part] = played[item.owner]
    return played


def _awaited_first(state: CaseState, command: CaseCommand, entitled: list[Party]) -> list[Party]:
    """The parts one person plays; those this command is awaited from come first, then the table's order."""
    owners = {item.owner for item in awaited(state) if item.verb == command.verb}
    return sorted(entitled, key=lambda party: party not in owners)


def _refusal(row: Row, situation: Situation) -> Refusal | None:
    return next((no for guard in row.guards if (no := guard(situation)) is not None), None)


def _wrong_stage(state: CaseState, command: CaseCommand) -> Refusal:
    stage = state.stage or Stage.DRAFT
    if state.ended:
        return Refusal(
            "R-STAGE",
            f"{state.reference} has ended: it is {stage.words}.",
            f"See: brokerage case history {state.reference}",
        )
    places = sorted(
        {place.words for row in rows_for(command.verb) for place in row.stages if place is not None}
    )
    return Refusal(
        "R-STAGE",
        f"'{command.verb}' does not fit here: {state.reference} is in the stage {stage.words}.",
        f"It fits in: {', '.join(places)}." if len(places) < 6 else "",
    )


def _wrong_post(row: Row, command: CaseCommand, facts: Facts) -> Refusal:
    words = [facts.programme.word(party) for party in row.who]
    allowed = " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    posts = sorted(facts.posts, key=lambda held: held.post)
    held = "; ".join(_posts_words(list(same), facts) for _post, same in groupby(posts, key=lambda h: h.post))
    return Refusal(
        "R-POST",
        f"Only the {allowed} may do that{_for_school(command, facts)}."
        if row.who != (Party.SYSTEM,)
        else f"Only {allowed} does that.",
        f"{facts.person} holds today: {held or 'no post'}.",
    )


def _for_school(command: CaseCommand, facts: Facts) -> str:
    """' for Ysgol Cwm Enfys (6990001)' where a case is opened: there is none yet that would say for which school."""
    if not isinstance(command, c.Open):
        return ""
    school = facts.schools.get(command.recipient)
    return f" for {school.name} ({school.number})" if school else f" for school {command.recipient}"


def _posts_words(same: list[HeldPost], facts: Facts) -> str:
    """'headteacher at Ysgol Cwm Enfys', 'school improvement partner at 9 schools'."""
    post = facts.programme.posts[same[0].post].en
    numbers = [held.school for held in same if held.school is not None]
    if not numbers:
        elsewhere = sorted({held.programme for held in same if held.programme} - {facts.programme.code})
        return f"{post} in {' and '.join(elsewhere)} only" if len(elsewhere) == len(same) else post
    if len(numbers) > 3:
        return f"{post} at {len(numbers)} schools"
    known = facts.schools
    names = [known[number].name if number in known else f"school {number}" for number in numbers]
    return f"{post} at {' and '.join(names)}"


def _with_reference(events: tuple[e.CaseEvent, ...], reference: str) -> tuple[e.CaseEvent, ...]:
    return tuple(
        event.model_copy(update={"reference": reference}) if isinstance(event, e.CaseDrafted) else event
        for event in events
    )


def _with_deadlines(
    state: CaseState, events: tuple[e.CaseEvent, ...], facts: Facts
) -> tuple[e.CaseEvent, ...]:
    """The events, and a deadline for every wait that begins with them: none is ever without one, but in a pause.

    A lapse that was held gets its day as soon as nothing holds it any more.
    """
    for event in events:
        state = evolve(state, event, facts.now)
    begun = (item for item in falling_due(state) if state.deadline(item.wait) is None)
    return (*events, *(deadline_set(item, state, facts) for item in begun), *held_lapses(state, facts))
