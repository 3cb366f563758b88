"""Schools as their register gives them."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.case.situation import Refusal
from domain.case.values import Day, Phase, SchoolId, Value
from domain.characters import holds_controls, is_blank
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, last_today, may_administer


def readable(text: str) -> str:
    """A public text that shows something and hides nothing; a pydantic error otherwise."""
    if is_blank(text):
        raise PydanticCustomError("text_empty", "must not be empty")
    if holds_controls(text):
        raise PydanticCustomError("text_control", "must not hold control characters")
    return text


Line = Annotated[str, AfterValidator(readable), Field(max_length=120)]
"""A line of a register: what is shown in lists and on terminals."""


Degree = Annotated[int, Field(ge=-180_000_000, le=180_000_000)]
"""Millionths of a degree, whole: about a tenth of a metre."""


class LanguageCategory(Value):
    """One of the language categories that a school has; the law of 2025 lets it have several at once."""

    category: Line
    since: Day | None = None
    """First day; None where the register never said."""


class RegisterSchool(DirectoryCommand):
    """Enter a school as its register gives it, or bring its entry up to date."""

    verb: ClassVar[str] = "register"
    kind: ClassVar[str] = "school"
    name: Line
    authority: Line
    phase: Phase
    sector: Line | None = None
    governance: Line | None = None
    language_categories: tuple[LanguageCategory, ...] = Field(default=(), max_length=6)
    town: Line | None = None
    postcode: Line | None = Field(default=None, max_length=12)
    pupils: int | None = Field(default=None, ge=0, le=100_000)
    federation: Line | None = None
    unit: bool = False
    """Whether it is a unit, such as one for pupils who are out of school, and no school of its own."""
    urn: Line | None = Field(default=None, max_length=20)
    """Unique reference number, where another register gives one."""
    lea: Line | None = Field(default=None, max_length=20)
    """Number of its authority, where the register gives one."""
    latitude: Annotated[Degree, Field(ge=-90_000_000, le=90_000_000)] | None = None
    longitude: Degree | None = None
    status: Literal["open", "closed"] | None = None
    """What the register says of it; None where the register says nothing of that."""
    closed_on: Day | None = None
    """Last day, where the register says that it is closed and since when."""

    @model_validator(mode="before")
    @classmethod
    def _one_category_as_it_was_given_before(cls, given: Any) -> Any:
        """A command of the version before may still be on its way: it gives one category as a text."""
        if isinstance(given, dict) and "language_category" in given:
            category = given["language_category"]
            others = {name: value for name, value in given.items() if name != "language_category"}
            return others | {"language_categories": [{"category": category}] if category else []}
        return given

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError("half_place", "latitude and longitude are given together")
        if self.closed_on is not None and self.status != "closed":
            raise PydanticCustomError("not_closed", "a last day is given of a school that is closed")
        names = [one.category for one in self.language_categories]
        if len(set(names)) < len(names):
            raise PydanticCustomError("category_twice", "a language category stands there twice")
        return self


class CloseSchool(DirectoryCommand):
    """Record that a school has closed; its open cases go to those who must see to them."""

    verb: ClassVar[str] = "close"
    kind: ClassVar[str] = "school"
    on: Day = Field(description="Last day on which it was open.")
    successor: SchoolId | None = Field(default=None, description="School that takes over, if one does.")
    reason: Line | None = Field(default=None, description="Why, in a few words that everybody may read.")


class ReopenSchool(DirectoryCommand):
    """Record that a school that was closed, or missing from its register, is open."""

    verb: ClassVar[str] = "reopen"
    kind: ClassVar[str] = "school"
    on: Day = Field(description="First day on which it is open again.")


class MarkMissing(DirectoryCommand):
    """Record that a school is not in a whole register any more: it is inactive until it is there again."""

    verb: ClassVar[str] = "mark-missing"
    kind: ClassVar[str] = "school"
    register_name: Line = Field(description="The register, e.g. wales.")


class SchoolRegistered(DirectoryEvent):
    schema_version: ClassVar[int] = 2
    number: SchoolId
    name: str
    authority: str
    phase: Phase
    sector: str | None
    governance: str | None
    language_categories: tuple[LanguageCategory, ...]
    town: str | None
    postcode: str | None
    pupils: int | None
    federation: str | None
    unit: bool
    urn: str | None
    lea: str | None
    latitude: int | None
    longitude: int | None


class SchoolClosed(DirectoryEvent):
    on: date
    successor: SchoolId | None
    reason: str | None
    by_register: bool
    """Whether its register said so; then the register also says when it is open again."""


class SchoolReopened(DirectoryEvent):
    on: date


class SchoolMissing(DirectoryEvent):
    register_name: str


class SchoolState(Value):
    """The entry as it stands, and why the school is inactive, where it is."""

    version: int = 0
    entry: SchoolRegistered | None = None
    closed: SchoolClosed | None = None
    missing: SchoolMissing | None = None

    @property
    def open(self) -> bool:
        """Whether cases may be opened for it and offers made to it."""
        return self.closed is None and self.missing is None


def evolve(state: SchoolState, event: DirectoryEvent) -> SchoolState:
    """The school after the event; a later entry replaces the earlier one as a whole, and ends its absence."""
    change: dict[str, Any] = {"version": state.version + 1}
    match event:
        case SchoolRegistered():
            change |= {"entry": event, "missing": None}
        case SchoolClosed():
            change["closed"] = event
        case SchoolReopened():
            change |= {"closed": None, "missing": None}
        case SchoolMissing():
            change["missing"] = event
    return state.model_copy(update=change)


def decide(
    state: SchoolState, command: DirectoryCommand, facts: DirectoryFacts, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `school/…`; none where it is all on record already."""
    refused = may_administer(facts)
    if refused is not None:
        return refused
    if isinstance(command, RegisterSchool):
        return registered(state, command, number, facts.now)
    if state.entry is None:
        return Refusal(
            "R-SCHOOL", f"School {number} is not in the register.", "Enter it first: brokerage school import"
        )
    match command:
        case CloseSchool():
            return _close(state, command, facts, number)
        case ReopenSchool():
            return _reopen(state, command, facts)
        case MarkMissing():
            return (SchoolMissing(register_name=command.register_name),) if state.open else ()
    raise TypeError(f"not a command to a school: {type(command).__name__}")


def registered(
    state: SchoolState, command: RegisterSchool, number: str, now: datetime
) -> tuple[DirectoryEvent, ...]:
    """What an entry of the register changes; nothing where it says what is on record.

    What the register itself closed it opens again. What the office closed stays closed until the office says
    otherwise: a register may be behind.
    """
    given = command.model_dump(exclude={"status", "closed_on", "language_categories"})
    today = now.astimezone(UTC).date()
    categories = _dated(state, command.language_categories, today)
    entry = SchoolRegistered(number=number, language_categories=categories, **given)
    events: list[DirectoryEvent] = []
    if entry != state.entry or state.missing is not None:
        events.append(entry)
    if command.status == "closed" and state.closed is None:
        on = command.closed_on or today
        events.append(SchoolClosed(on=on, successor=None, reason=None, by_register=True))
    if command.status == "open" and state.closed is not None and state.closed.by_register:
        events.append(SchoolReopened(on=today))
    return tuple(events)


def _dated(
    state: SchoolState, given: tuple[LanguageCategory, ...], today: date
) -> tuple[LanguageCategory, ...]:
    """The categories with the day since when: as given, as on record, or today where one is new to the school."""
    if state.entry is None:
        return given
    since = {one.category: one.since for one in state.entry.language_categories}
    return tuple(
        one if one.since is not None else one.model_copy(update={"since": since.get(one.category, today)})
        for one in given
    )


def _close(
    state: SchoolState, command: CloseSchool, facts: DirectoryFacts, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    event = SchoolClosed(**command.model_dump(), by_register=False)
    if state.closed is not None:
        if state.closed.model_copy(update={"by_register": False}) == event:
            return ()
        return Refusal("R-ALREADY", f"School {number} closed on {state.closed.on.isoformat()} already.")
    if command.on > last_today(facts.now):
        return Refusal("R-DATES", f"{command.on.isoformat()} has not come yet.", "Record it on that day.")
    if command.successor == number:
        return Refusal("R-SCHOOL", "A school cannot be its own successor.")
    if command.successor is not None and command.successor not in facts.schools:
        return Refusal(
            "R-SCHOOL", f"School {command.successor} is not in the register.", "See: brokerage school list"
        )
    return (event,)


def _reopen(
    state: SchoolState, command: ReopenSchool, facts: DirectoryFacts
) -> tuple[DirectoryEvent, ...] | Refusal:
    if state.open:
        return ()
    if command.on > last_today(facts.now):
        return Refusal("R-DATES", f"{command.on.isoformat()} has not come yet.", "Record it on that day.")
    if state.closed is not None and command.on <= state.closed.on:
        return Refusal("R-DATES", f"It was open until {state.closed.on.isoformat()}; it reopens after that.")
    return (SchoolReopened(on=command.on),)
