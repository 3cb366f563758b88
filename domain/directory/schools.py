"""Schools as their register gives them."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.case.situation import Refusal
from domain.case.values import Phase, SchoolId, Value
from domain.characters import holds_controls, is_blank
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, may_administer


def _readable(text: str) -> str:
    if is_blank(text):
        raise PydanticCustomError("text_empty", "must not be empty")
    if holds_controls(text):
        raise PydanticCustomError("text_control", "must not hold control characters")
    return text


Line = Annotated[str, AfterValidator(_readable), Field(max_length=120)]
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
