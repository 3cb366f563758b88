"""What all directory streams share: small states, the same kinds of answer, one rule of who may write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from domain.canonical import plain
from domain.case.situation import Refusal
from domain.case.values import Value
from domain.ids import SYSTEM_PERSON
from domain.parties import HeldPost, Post


class DirectoryCommand(Value):
    """Base of commands to a directory stream. The docstring of each is its help."""

    verb: ClassVar[str]
    kind: ClassVar[str]
    """Kind of stream it belongs to."""


class DirectoryEvent(Value):
    """Base of events of a directory stream."""

    schema_version: ClassVar[int] = 1

    def payload(self) -> dict[str, Any]:
        """The payload as plain JSON values."""
        return plain(self.model_dump())  # type: ignore[no-any-return]


@dataclass(frozen=True)
class DirectoryFacts:
    """What a directory rule may look at beside its own stream."""

    now: datetime
    person: str
    posts: tuple[HeldPost, ...]
    founding: bool
    """Whether nobody holds the post of administrator yet: then the system may make the first entries."""
    schools: frozenset[str] = frozenset()
    """Those schools named in the command that are in the register."""
    areas: Mapping[str, frozenset[str]] | None = None
    """Areas of support by programme."""
    languages: Mapping[str, frozenset[str]] | None = None
    """Languages by programme."""
    places_taken: int = 0
    """Of a network: how many of its places are taken."""


def may_administer(facts: DirectoryFacts) -> Refusal | None:
    """Directories are kept by administrators; before there is one, by the system itself."""
    if any(held.post is Post.ADMINISTRATOR for held in facts.posts):
        return None
    if facts.founding and facts.person == SYSTEM_PERSON:
        return None
    return Refusal(
        "R-POST", "Only an administrator may do that.", f"{facts.person} holds no such post today."
    )
