"""Every kind of stream with its commands, its events and its rules, so that one engine handles them all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from domain.case.commands import COMMANDS, CaseCommand
from domain.case.events import CASE_EVENT_TYPES, CaseEvent
from domain.case.situation import Refusal
from domain.directory import (
    calendars,
    earlier_forms,
    networks,
    overviews,
    people,
    programmes,
    providers,
    schools,
)
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts
from domain.funding import funds, grants, rates
from domain.upcasting import EventTypes, UnknownEventError, Upcaster


@dataclass(frozen=True)
class DirectoryKind:
    """How one kind of directory stream works."""

    state: type[Any]
    evolve: Callable[[Any, DirectoryEvent], Any]
    decide: Callable[[Any, DirectoryCommand, DirectoryFacts, str], tuple[DirectoryEvent, ...] | Refusal]
    commands: dict[str, type[DirectoryCommand]]
    events: EventTypes[DirectoryEvent]


def _kind(
    state: type[Any],
    evolve: Callable[[Any, DirectoryEvent], Any],
    decide: Callable[[Any, DirectoryCommand, DirectoryFacts, str], tuple[DirectoryEvent, ...] | Refusal],
    commands: tuple[type[DirectoryCommand], ...],
    events: tuple[type[DirectoryEvent], ...],
    upcasters: tuple[Upcaster, ...] = (),
) -> DirectoryKind:
    """A kind of stream; `upcasters` are the functions that read earlier versions of its events."""
    types = EventTypes(commands[0].kind, events, upcasters)
    return DirectoryKind(state, evolve, decide, {c.verb: c for c in commands}, types)


DIRECTORY: Final[dict[str, DirectoryKind]] = {
    "person": _kind(
        people.PersonState,
        people.evolve,
        people.decide,
        (people.RegisterPerson, people.ChangePerson, people.AssignPost, people.EndPost, people.ReplaceKey),
        (people.PersonRegistered, people.PostAssigned, people.PostEnded, people.KeyReplaced),
        earlier_forms.PEOPLE,
    ),
    "school": _kind(
        schools.SchoolState,
        schools.evolve,
        schools.decide,
        (schools.RegisterSchool, schools.CloseSchool, schools.ReopenSchool, schools.MarkMissing),
        (schools.SchoolRegistered, schools.SchoolClosed, schools.SchoolReopened, schools.SchoolMissing),
        earlier_forms.SCHOOLS,
    ),
    "provider": _kind(
        providers.ProviderState,
        providers.evolve,
        providers.decide,
        providers.COMMANDS,
        providers.EVENTS,
    ),
    "programme": _kind(
        programmes.ProgrammeState,
        programmes.evolve,
        programmes.decide,
        (programmes.PublishProgramme,),
        (programmes.ProgrammePublished,),
        earlier_forms.PROGRAMMES,
    ),
    "calendar": _kind(
        calendars.CalendarState,
        calendars.evolve,
        calendars.decide,
        (calendars.PublishCalendar, calendars.SetSchoolDays),
        (calendars.CalendarPublished, calendars.SchoolDaysSet),
    ),
    "fund": _kind(
        funds.FundState,
        funds.evolve,
        funds.decide,
        (
            funds.OpenFund,
            funds.Allocate,
            grants.AllocateGrants,
            funds.Reduce,
            funds.CarryForward,
            funds.CloseFund,
        ),
        (
            funds.FundOpened,
            funds.FundAllocated,
            grants.GrantsAllocated,
            funds.FundReduced,
            funds.FundCarriedForward,
            funds.FundClosed,
        ),
        earlier_forms.FUNDS,
    ),
    "ratecard": _kind(
        rates.RateCardState,
        rates.evolve,
        rates.decide,
        (rates.PublishRate,),
        (rates.RatePublished,),
    ),
    "network": _kind(
        networks.NetworkState,
        networks.evolve,
        networks.decide,
        (networks.OpenNetwork, networks.ChangeNetwork, networks.CloseNetwork),
        (networks.NetworkOpened, networks.NetworkChanged, networks.NetworkClosed),
    ),
    "overview": _kind(
        overviews.OverviewState,
        overviews.evolve,
        overviews.decide,
        (overviews.RecordOverview,),
        (overviews.OverviewRecorded,),
    ),
}

CASE: Final = "case"


def command_model(kind: str, verb: str) -> type[CaseCommand] | type[DirectoryCommand] | None:
    """The model of a verb on a kind of stream, if there is one."""
    if kind == CASE:
        return COMMANDS.get(verb)
    directory = DIRECTORY.get(kind)
    return directory.commands.get(verb) if directory else None


def event_types(kind: str) -> EventTypes[CaseEvent] | EventTypes[DirectoryEvent]:
    """What may be stored in streams of a kind, in all versions; raises KeyError where there is no such kind."""
    return CASE_EVENT_TYPES if kind == CASE else DIRECTORY[kind].events


def read_event(
    kind: str, type_name: str, schema_version: int, payload: dict[str, Any]
) -> CaseEvent | DirectoryEvent:
    """The event a stored payload is; raises UnknownEventError for what this code does not know."""
    if kind != CASE and kind not in DIRECTORY:
        raise UnknownEventError(
            f"event type {type_name} version {schema_version} in a {kind} stream is not known to this code"
        )
    return event_types(kind).read(type_name, schema_version, payload)
