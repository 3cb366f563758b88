"""Schools as their register gives them, and what providers among them offer."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.case.situation import Refusal
from domain.case.values import AreaCode, Phase, QuarterDays, SchoolId, Value
from domain.characters import holds_controls, is_blank
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, may_administer
from domain.personal import FreeText


def readable(text: str) -> str:
    """A public text that shows something and hides nothing; a pydantic error otherwise."""
    if is_blank(text):
        raise PydanticCustomError("text_empty", "must not be empty")
    if holds_controls(text):
        raise PydanticCustomError("text_control", "must not hold control characters")
    return text


Line = Annotated[str, AfterValidator(readable), Field(max_length=120)]
"""A line of a register: what is shown in lists and on terminals."""


class RegisterSchool(DirectoryCommand):
    """Enter a school as its register gives it, or bring its entry up to date."""

    verb: ClassVar[str] = "register"
    kind: ClassVar[str] = "school"
    name: Line
    authority: Line
    phase: Phase
    sector: Line | None = None
    governance: Line | None = None
    language_category: Line | None = None
    town: Line | None = None
    postcode: Line | None = Field(default=None, max_length=12)
    pupils: int | None = Field(default=None, ge=0, le=10_000)
    federation: Line | None = None


class SchoolRegistered(DirectoryEvent):
    number: SchoolId
    name: str
    authority: str
    phase: Phase
    sector: str | None
    governance: str | None
    language_category: str | None
    town: str | None
    postcode: str | None
    pupils: int | None
    federation: str | None


class SchoolState(Value):
    """The entry as it stands."""

    version: int = 0
    entry: SchoolRegistered | None = None


def evolve(state: SchoolState, event: DirectoryEvent) -> SchoolState:
    """The school after the event; a later entry replaces the earlier one as a whole."""
    change: dict[str, Any] = {"version": state.version + 1}
    if isinstance(event, SchoolRegistered):
        change["entry"] = event
    return state.model_copy(update=change)


def decide(
    state: SchoolState, command: DirectoryCommand, facts: DirectoryFacts, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `school/…`; none where the entry says the same already."""
    refused = may_administer(facts)
    if refused is not None:
        return refused
    if not isinstance(command, RegisterSchool):
        raise TypeError(f"not a command to a school: {type(command).__name__}")
    entry = SchoolRegistered(number=number, **command.model_dump())
    return () if entry == state.entry else (entry,)


class RecordOffer(DirectoryCommand):
    """Record what a school offers to others in one area."""

    verb: ClassVar[str] = "record-offer"
    kind: ClassVar[str] = "provider"
    programme: str = Field(pattern=r"^[A-Z]{2,8}$")
    area: AreaCode
    languages: tuple[Literal["cy", "en", "fil"], ...] = Field(min_length=1, max_length=3)
    quarter_days: QuarterDays
    """Days it could give in a term."""
    note: FreeText | None = None


class OfferRecorded(DirectoryEvent):
    programme: str
    area: AreaCode
    languages: tuple[Literal["cy", "en", "fil"], ...]
    quarter_days: int
    note: FreeText | None


class ProviderState(Value):
    """What a school offers, by programme and area."""

    version: int = 0
    offers: tuple[OfferRecorded, ...] = ()


def evolve_provider(state: ProviderState, event: DirectoryEvent) -> ProviderState:
    """The offers after the event; a later offer in the same area replaces the earlier one."""
    change: dict[str, Any] = {"version": state.version + 1}
    if isinstance(event, OfferRecorded):
        others = tuple(o for o in state.offers if (o.programme, o.area) != (event.programme, event.area))
        change["offers"] = (*others, event)
    return state.model_copy(update=change)


def decide_provider(
    state: ProviderState, command: DirectoryCommand, facts: DirectoryFacts, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `provider/…`; none where the same offer is on record already."""
    refused = may_administer(facts)
    if refused is not None:
        return refused
    if not isinstance(command, RecordOffer):
        raise TypeError(f"not a command to a provider: {type(command).__name__}")
    if number not in facts.schools:
        return Refusal("R-SCHOOL", f"School {number} is not in the register.", "See: brokerage school list")
    known = (facts.areas or {}).get(command.programme)
    if known is None:
        return Refusal("R-PROGRAMME", f"No programme {command.programme} is on record.")
    if command.area not in known:
        return Refusal(
            "R-AREA",
            f"{command.programme} has no area {command.area!r}.",
            _where_instead(command.area, facts.areas or {}) or f"Its areas are: {', '.join(sorted(known))}.",
        )
    for offer in state.offers:
        same = (offer.programme, offer.area, offer.languages, offer.quarter_days)
        if same == (command.programme, command.area, command.languages, command.quarter_days):
            return ()
    return (
        OfferRecorded(
            programme=command.programme,
            area=command.area,
            languages=command.languages,
            quarter_days=command.quarter_days,
            note=command.note,
        ),
    )


def _where_instead(area: str, areas: Mapping[str, frozenset[str]]) -> str:
    """Which other programmes have the area; nothing where none has it."""
    having = sorted(code for code, known in areas.items() if area in known)
    if not having:
        return ""
    return f"{' and '.join(having)} {'have' if len(having) > 1 else 'has'} it: --programme {having[0]}."
