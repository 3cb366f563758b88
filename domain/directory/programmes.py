"""Programmes on record: each version by its whole content, so that old decisions keep their rules."""

from typing import Any, ClassVar

from domain.case.situation import Refusal
from domain.case.values import Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, may_administer
from domain.programmes.model import Programme


class PublishProgramme(DirectoryCommand):
    """Put a version of a programme in force."""

    verb: ClassVar[str] = "publish"
    kind: ClassVar[str] = "programme"
    content: Programme


class ProgrammePublished(DirectoryEvent):
    schema_version: ClassVar[int] = 2
    content: Programme
    content_hash: str

    def payload(self) -> dict[str, Any]:
        return {"content": self.content.model_dump(mode="json"), "content_hash": self.content_hash}


class ProgrammeState(Value):
    """The version in force."""

    version: int = 0
    current: Programme | None = None


def evolve(state: ProgrammeState, event: DirectoryEvent) -> ProgrammeState:
    """The programme after the event."""
    change: dict[str, Any] = {"version": state.version + 1}
    if isinstance(event, ProgrammePublished):
        change["current"] = event.content
    return state.model_copy(update=change)


def decide(
    state: ProgrammeState, command: DirectoryCommand, facts: DirectoryFacts, code: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `programme/…`; none where this very content is in force."""
    refused = may_administer(facts)
    if refused is not None:
        return refused
    if not isinstance(command, PublishProgramme):
        raise TypeError(f"not a command to a programme: {type(command).__name__}")
    content = command.content
    if content.code != code:
        return Refusal("R-PROGRAMME", f"The content is that of {content.code}, not of {code}.")
    if state.current is not None and content.content_hash() == state.current.content_hash():
        return ()
    expected = state.current.version + 1 if state.current else 1
    if content.version != expected:
        return Refusal(
            "R-PROGRAMME", f"Version {content.version} of {code} was given; the next one is {expected}."
        )
    return (ProgrammePublished(content=content, content_hash=content.content_hash()),)
