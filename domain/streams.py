"""Every kind of stream with its commands, its events and its rules, so that one engine handles them all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from domain.case.commands import COMMANDS, CaseCommand
from domain.case.events import CaseEvent, UnknownEventError, read_case_event
from domain.case.situation import Refusal
from domain.directory import people, programmes, schools
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts


@dataclass(frozen=True)
class DirectoryKind:
    """How one kind of directory stream works."""

    state: type[Any]
    evolve: Callable[[Any, DirectoryEvent], Any]
    decide: Callable[[Any, DirectoryCommand, DirectoryFacts, str], tuple[DirectoryEvent, ...] | Refusal]
    commands: dict[str, type[DirectoryCommand]]
    events: dict[str, type[DirectoryEvent]]


def _kind(
    state: type[Any],
    evolve: Callable[[Any, DirectoryEvent], Any],
    decide: Callable[[Any, DirectoryCommand, DirectoryFacts, str], tuple[DirectoryEvent, ...] | Refusal],
    commands: tuple[type[DirectoryCommand], ...],
    events: tuple[type[DirectoryEvent], ...],
) -> DirectoryKind:
    return DirectoryKind(
        state, evolve, decide, {c.verb: c for c in commands}, {e.__name__: e for e in events}
    )


DIRECTORY: Final[dict[str, DirectoryKind]] = {
    "person": _kind(
        people.PersonState,
        people.evolve,
        people.decide,
        (people.RegisterPerson, people.AssignPost, people.EndPost, people.ReplaceKey),
        (people.PersonRegistered, people.PostAssigned, people.PostEnded, people.KeyReplaced),
    ),
    "school": _kind(
        schools.SchoolState,
        schools.evolve,
        schools.decide,
        (schools.RegisterSchool,),
        (schools.SchoolRegistered,),
    ),
    "provider": _kind(
        schools.ProviderState,
        schools.evolve_provider,
        schools.decide_provider,
        (schools.RecordOffer,),
        (schools.OfferRecorded,),
    ),
    "programme": _kind(
        programmes.ProgrammeState,
        programmes.evolve,
        programmes.decide,
        (programmes.PublishProgramme,),
        (programmes.ProgrammePublished,),
    ),
}

CASE: Final = "case"


def command_model(kind: str, verb: str) -> type[CaseCommand] | type[DirectoryCommand] | None:
    """The model of a verb on a kind of stream, if there is one."""
    if kind == CASE:
        return COMMANDS.get(verb)
    directory = DIRECTORY.get(kind)
    return directory.commands.get(verb) if directory else None


def read_event(
    kind: str, type_name: str, schema_version: int, payload: dict[str, Any]
) -> CaseEvent | DirectoryEvent:
    """The event a stored payload is; raises UnknownEventError for what this code does not know."""
    if kind == CASE:
        return read_case_event(type_name, schema_version, payload)
    model = DIRECTORY[kind].events.get(type_name) if kind in DIRECTORY else None
    if model is None or model.schema_version != schema_version:
        raise UnknownEventError(
            f"event type {type_name} version {schema_version} in a {kind} stream is not known to this code"
        )
    return model.model_validate(payload)
