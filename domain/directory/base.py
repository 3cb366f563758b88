"""What all directory streams share: small states, the same kinds of answer, one rule of who may write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from domain.canonical import plain
from domain.case.situation import Refusal
from domain.case.values import Value
from domain.funding.facts import FundFact
from domain.ids import SYSTEM_PERSON
from domain.parties import HeldPost, Post


class DirectoryCommand(Value):
    """Base of commands to a directory stream. The docstring of each is its help."""

    verb: ClassVar[str]
    kind: ClassVar[str]
    """Kind of stream it belongs to."""
    givers: ClassVar[frozenset[Post]] = frozenset()
    """Posts whose holders may give it beside administrators: those of the programme that it names, if it does."""


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
    authorities: frozenset[str] = frozenset()
    """Those authorities named in the command that schools of the register are of."""
    areas: Mapping[str, frozenset[str]] | None = None
    """Areas of support by programme."""
    taken: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Quarter-days that cases hold, have agreed or were given of a provider, by programme and half term; where it is asked."""
    currencies: Mapping[str, str] = field(default_factory=dict)
    """Currency of each programme."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Time zone of each programme."""
    years: Mapping[str, str] = field(default_factory=dict)
    """Month in which each programme's financial year begins."""
    funds: Mapping[str, FundFact] = field(default_factory=dict)
    """Those funds that the command is about or names, by 'code.year'."""
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


def may_give(command: DirectoryCommand, facts: DirectoryFacts) -> Refusal | None:
    """Administrators may, and those whose post the command names; before there is one, the system itself."""
    refused = may_administer(facts)
    if refused is None or entitling_post(command, facts) is not None:
        return None
    if not command.givers:
        return refused
    posts = " or ".join(
        ["an administrator", *(f"a {post.replace('_', ' ')}" for post in sorted(command.givers))]
    )
    return Refusal(
        "R-POST", f"Only {posts} of the programme may do that.", f"{facts.person} holds no such post today."
    )


def entitling_post(command: DirectoryCommand, facts: DirectoryFacts) -> HeldPost | None:
    """The post in which somebody gives a directory command: an administrator's, or one that it names."""
    administrator = next((held for held in facts.posts if held.post is Post.ADMINISTRATOR), None)
    programme = getattr(command, "programme", None)
    of_the_programme = (
        held
        for held in facts.posts
        if held.post in command.givers and (programme is None or held.programme in {None, programme})
    )
    return administrator or next(of_the_programme, None)
