"""Networks, courses and programmes that schools can join, beside support of their own.

They are public: the catalogue prints every line of them. So nobody is named in one, and nothing is sealed.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from domain.case.situation import Refusal
from domain.case.values import AreaCode, Day, Phase, ProgrammeCode, SchoolId, Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, may_administer
from domain.directory.schools import readable
from domain.programmes.model import Language

Form = Literal["network", "course", "programme"]
"""Meets again and again; is given once; or is a longer way with several parts."""
MOST_PLACES: Final = 9999

Text = Annotated[str, AfterValidator(readable), Field(max_length=300)]


class Said(Value):
    """A public text in each language of its programme; English always."""

    en: Text
    cy: Text | None = None
    fil: Text | None = None

    def languages(self) -> frozenset[str]:
        """The languages it is said in."""
        return frozenset(name for name in ("cy", "en", "fil") if getattr(self, name) is not None)

    def said(self, language: Language) -> str:
        """It in that language; in English where it is not said in it."""
        text: str | None = getattr(self, language)
        return text or self.en


class NetworkEntry(Value):
    """What is on offer, as the catalogue prints it."""

    programme: ProgrammeCode
    form: Form
    title: Said
    areas: tuple[AreaCode, ...] = Field(min_length=1, max_length=20)
    phases: tuple[Phase, ...] = Field(default=(), max_length=5)
    """Phases it is for; none named means all."""
    languages: tuple[Language, ...] = Field(min_length=1, max_length=3)
    """Languages it is given in."""
    host: SchoolId | None = None
    """The school that hosts it; None where the service does."""
    dates: tuple[Day, ...] = Field(default=(), max_length=40)
    places: int | None = Field(default=None, ge=1, le=MOST_PLACES)
    """Places there are; None where nobody counts them."""
    how: Said
    """How to join."""

    @property
    def last_date(self) -> date | None:
        """The last day on which it is held, where its days are known."""
        return max(self.dates, default=None)


class OpenNetwork(NetworkEntry, DirectoryCommand):
    """Offer a network, course or programme to schools, or bring what stands about it up to date as a whole."""

    verb: ClassVar[str] = "open"
    kind: ClassVar[str] = "network"


class ChangeNetwork(DirectoryCommand):
    """Change some of what stands about a network; what is not given stays."""

    verb: ClassVar[str] = "change"
    kind: ClassVar[str] = "network"
    title: Said | None = None
    areas: tuple[AreaCode, ...] | None = Field(default=None, min_length=1, max_length=20)
    phases: tuple[Phase, ...] | None = Field(default=None, max_length=5)
    languages: tuple[Language, ...] | None = Field(default=None, min_length=1, max_length=3)
    host: SchoolId | None = None
    dates: tuple[Day, ...] | None = Field(default=None, max_length=40)
    places: int | None = Field(default=None, ge=1, le=MOST_PLACES)
    how: Said | None = None


class CloseNetwork(DirectoryCommand):
    """Take no more schools; those enrolled stay enrolled."""

    verb: ClassVar[str] = "close"
    kind: ClassVar[str] = "network"


class NetworkOpened(DirectoryEvent):
    entry: NetworkEntry


class NetworkChanged(DirectoryEvent):
    """The entry as it now reads, whole."""

    entry: NetworkEntry


class NetworkClosed(DirectoryEvent):
    pass


class NetworkState(Value):
    """The entry as it stands, and whether schools may still join."""

    version: int = 0
    entry: NetworkEntry | None = None
    open: bool = False


def evolve(state: NetworkState, event: DirectoryEvent) -> NetworkState:
    """The network after the event."""
    change: dict[str, Any] = {"version": state.version + 1}
    match event:
        case NetworkOpened():
            change |= {"entry": event.entry, "open": True}
        case NetworkChanged():
            change |= {"entry": event.entry}
        case NetworkClosed():
            change |= {"open": False}
    return state.model_copy(update=change)


def stands(state: NetworkState, command: DirectoryCommand) -> bool:
    """Whether the record says already what the command that opens the network says."""
    return (
        isinstance(command, OpenNetwork)
        and state.open
        and state.entry == NetworkEntry.model_validate(command.model_dump())
    )


def decide(
    state: NetworkState, command: DirectoryCommand, facts: DirectoryFacts, code: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `network/…`; none where the entry says the same already."""
    refused = may_administer(facts)
    if refused is not None:
        return refused
    match command:
        case OpenNetwork():
            entry = NetworkEntry.model_validate(command.model_dump())
        case ChangeNetwork() if state.entry is not None:
            given = {name: value for name, value in command.model_dump().items() if value is not None}
            entry = NetworkEntry.model_validate(state.entry.model_dump() | given)
        case ChangeNetwork() | CloseNetwork() if state.entry is None:
            return Refusal("R-OFFER", f"There is no network {code}.", "See: brokerage network list")
        case CloseNetwork():
            return (NetworkClosed(),) if state.open else ()
        case _:
            raise TypeError(f"not a command to a network: {type(command).__name__}")
    wrong = _astray(entry, state, facts, code)
    if wrong is not None:
        return wrong
    if not state.open and isinstance(command, OpenNetwork):
        return (NetworkOpened(entry=entry),)
    return () if entry == state.entry else (NetworkChanged(entry=entry),)


def _astray(entry: NetworkEntry, state: NetworkState, facts: DirectoryFacts, code: str) -> Refusal | None:
    """What the entry names that is not there, and places that are taken already."""
    known, spoken = (facts.areas or {}).get(entry.programme), (facts.languages or {}).get(entry.programme)
    if known is None or spoken is None:
        return Refusal("R-PROGRAMME", f"No programme {entry.programme} is on record.")
    if state.entry is not None and state.entry.programme != entry.programme:
        return Refusal(
            "R-PROGRAMME", f"The network {code} is of the programme {state.entry.programme} and stays so."
        )
    if astray := sorted(set(entry.areas) - known):
        return Refusal(
            "R-AREA",
            f"{entry.programme} has no area '{astray[0]}'.",
            f"Its areas are: {', '.join(sorted(known))}.",
        )
    host_before = state.entry.host if state.entry else None
    if entry.host not in {None, host_before} and entry.host not in facts.schools:
        return Refusal(
            "R-SCHOOL", f"School {entry.host} is not in the register.", "See: brokerage school list"
        )
    if entry.places is not None and entry.places < facts.places_taken:
        return Refusal(
            "R-PLACES",
            f"The network {code} cannot have {entry.places} places: {facts.places_taken} are taken.",
        )
    return _unsaid(entry, spoken)


def _unsaid(entry: NetworkEntry, spoken: frozenset[str]) -> Refusal | None:
    """Languages are equals: what is offered is said in each of the programme's."""
    texts: Mapping[str, Said] = {"title": entry.title, "way to join": entry.how}
    for name, text in texts.items():
        if text.languages() != spoken:
            return Refusal(
                "R-LANGUAGE",
                f"The {name} is said in {', '.join(sorted(text.languages()))}; "
                f"the languages of {entry.programme} are {', '.join(sorted(spoken))}.",
            )
    if outside := sorted(set(entry.languages) - spoken):
        return Refusal(
            "R-LANGUAGE",
            f"{entry.programme} gives nothing in the language '{outside[0]}'.",
            f"Its languages are: {', '.join(sorted(spoken))}.",
        )
    return None
