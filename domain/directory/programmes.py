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
    schema_version: ClassVar[int] = 5
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
    # A log may begin with any version and leave some out: an office knows those of the releases that it had.
    if state.current and content.version <= state.current.version:
        return Refusal(
            "R-PROGRAMME",
            f"Version {content.version} of {code} was given, and version {state.current.version} is in force: "
            f"a next one is numbered {state.current.version + 1} or higher.",
        )
    lost = _lost(state.current, content) if state.current else ""
    if lost:
        return Refusal(
            "R-PROGRAMME",
            f"Version {content.version} of {code} has no {lost} any more, and running cases may come to it.",
            "A version may add routes and waits and change what they say; it keeps those there are.",
        )
    return (ProgrammePublished(content=content, content_hash=content.content_hash()),)


def _lost(before: Programme, after: Programme) -> str:
    """What a running case may rest on and would find gone: routes, waits, areas, ways of working."""
    groups: dict[str, tuple[set[str], set[str]]] = {
        "route": ({r.code for r in before.routes}, {r.code for r in after.routes}),
        "wait": (set(before.waits), set(after.waits)),
        "area": ({a.code for a in before.areas}, {a.code for a in after.areas}),
        "way of working": ({m.code for m in before.work_modes}, {m.code for m in after.work_modes}),
        "language": (set(before.languages), set(after.languages)),
    }
    gone = ((what, sorted(old - new)) for what, (old, new) in groups.items())
    return ", ".join(f"{what} '{name}'" for what, names in gone for name in names)
