"""Around a partnership: orientation, those who are to be heard, focal persons, technical assistance.

What a route asks for stands in the case's duties; a route that asks for nothing goes on without.
"""

from typing import Final

from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.intake import overview_problem
from domain.case.situation import Refusal, Situation
from domain.parties import Party

_SIDES: Final = ("recipient", "provider")
_NAMED_BY: Final = {
    Party.RECIPIENT_LEAD: Party.RECIPIENT_HEAD,
    Party.PROVIDER_LEAD: Party.PROVIDER_HEAD,
}
"""Whose person each lead is to name."""


def orientation_is_asked_for(s: Situation) -> Refusal | None:
    if not s.state.duties.orientation:
        return Refusal("R-ORIENTATION", f"On the route '{s.route.title.en}' no orientation is recorded.")
    return None


def orientation_has_been(s: Situation) -> Refusal | None:
    on = expect(s.command, c.RecordOrientation).on
    if on > s.facts.today:
        return Refusal("R-DATES", f"The orientation of {on.isoformat()} has not been held yet.")
    return None


def orientation_adds_a_side(s: Situation) -> Refusal | None:
    if set(expect(s.command, c.RecordOrientation).oriented) <= set(s.state.oriented):
        return Refusal("R-ALREADY", "The orientation of these schools is on record already.")
    return None


def both_sides_are_oriented(s: Situation) -> Refusal | None:
    """Where the route asks for it, nobody assesses a need before both schools know what is asked of them."""
    missing = [side for side in _SIDES if side not in s.state.oriented] if s.state.duties.orientation else []
    if not missing:
        return None
    words = " and the ".join(s.noun("recipient" if side == "recipient" else "provider") for side in missing)
    return Refusal(
        "R-ORIENTATION",
        f"The orientation of the {words} is not on record.",
        f"The {s.word(Party.SIP)} or the {s.word(Party.BROKER)} records it: brokerage case record-orientation {s.state.reference}",
    )


def plan_is_cited(s: Situation) -> Refusal | None:
    """Where the route asks for it, the need is assessed from a document, and the record says which."""
    if s.state.duties.plan_cited and expect(s.command, c.Scope).plan is None:
        return Refusal(
            "R-PLAN",
            f"On this route the need is assessed from the {s.noun('overview')}.",
            "Cite it: --plan SIP-2026",
        )
    return None


def contribution_is_whole(s: Situation) -> Refusal | None:
    command = expect(s.command, c.Contribute)
    if (command.priority is None) != (command.overview_version is None):
        return Refusal(
            "R-OVERVIEW",
            f"A priority of the {s.noun('overview')} is cited together with the version that was read.",
            "Give both, or neither.",
        )
    if command.priority is None or command.overview_version is None:
        return None
    return overview_problem(s, command.priority, command.overview_version)


def those_to_be_heard_were_heard(s: Situation) -> Refusal | None:
    """A provider that has nobody in that post is not waited for."""
    school = s.facts.schools.get(s.state.provider or "")
    for party in s.state.duties.consulted:
        if party in s.state.contributed or school is None or not school.curriculum_partners:
            continue
        return Refusal(
            "R-CONSULTED",
            f"On this route the {s.word(party)} is heard before the {s.noun('agreement')} is drafted.",
            f"They say what they have to say, or it is recorded for them: brokerage case contribute {s.state.reference}",
        )
    return None


def person_is_ones_own_to_name(s: Situation) -> Refusal | None:
    party = expect(s.command, c.NamePerson).party
    named_by = _NAMED_BY.get(party)
    if named_by is None:
        words = " or the ".join(s.word(lead) for lead in _NAMED_BY)
        return Refusal("R-PARTY", f"Only the {words} is named anew.")
    if s.party is not named_by:
        return Refusal("R-POST", f"The {s.word(party)} is named by the {s.word(named_by)}.")
    return None


def person_is_of_that_school(s: Situation) -> Refusal | None:
    command = expect(s.command, c.NamePerson)
    number = s.state.provider if command.party is Party.PROVIDER_LEAD else s.state.recipient
    school = s.facts.schools.get(number or "")
    if school is not None and command.person not in school.staff:
        return Refusal(
            "R-PERSON",
            f"At {school.name} {command.person} holds no post today.",
            "An administrator records posts: brokerage person post",
        )
    return None


def person_is_another(s: Situation) -> Refusal | None:
    command = expect(s.command, c.NamePerson)
    if command.person == _lead(s, command.party):
        return Refusal("R-ALREADY", f"The {s.word(command.party)} is {command.person} already.")
    return None


def assistance_has_been(s: Situation) -> Refusal | None:
    on = expect(s.command, c.NoteAssistance).on
    if on > s.facts.today:
        return Refusal("R-DATES", f"The assistance of {on.isoformat()} has not been given yet.")
    return None


def record_orientation(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.RecordOrientation)
    return (e.OrientationRecorded(on=command.on, oriented=command.oriented, recorded_as=s.party),)


def contribute(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.Contribute)
    event = e.ContributionRecorded(
        party=s.party,
        priority=command.priority,
        overview_version=command.overview_version,
        note=command.note,
    )
    return (event,)


def name_person(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.NamePerson)
    event = e.NamedPersonChanged(
        party=command.party, was=_lead(s, command.party), person=command.person, named_as=s.party
    )
    return (event,)


def note_assistance(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.NoteAssistance)
    return (e.AssistanceNoted(given_by=command.given_by, on=command.on, note=command.note),)


def _lead(s: Situation, party: Party) -> str:
    if s.state.agreement is None:
        raise ValueError("the log is not a lawful history: no agreement in this stage")
    return s.state.agreement.lead_of(party)
