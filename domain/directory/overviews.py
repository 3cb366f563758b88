"""Support overviews: what was agreed to matter at a school, version by version. EAS's School Support Overview is one.

Each version is recorded when it is read. Its texts are sealed; what rules compare is which priorities it has, in
which area, and since which version their words stand.
"""

from collections import Counter
from typing import Any, ClassVar

from pydantic import Field

from domain.case.situation import Refusal
from domain.case.values import AreaCode, Day, OverviewVersion, PriorityRef, Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, last_today
from domain.parties import HeldPost, Post
from domain.personal import FreeText


class Priority(Value):
    """One priority of one version."""

    ref: PriorityRef
    area: AreaCode
    text: FreeText | None = None
    """Its words; None where they stand as in the version before."""


class RecordOverview(DirectoryCommand):
    """Record a version of a school's support overview as it was read."""

    verb: ClassVar[str] = "record"
    kind: ClassVar[str] = "overview"
    version: OverviewVersion
    read_on: Day
    priorities: tuple[Priority, ...] = Field(min_length=1, max_length=20)


class OverviewRecorded(DirectoryEvent):
    version: OverviewVersion
    read_on: Day
    priorities: tuple[Priority, ...]


class StandingPriority(Value):
    """A priority of a version, and since which version its words stand."""

    ref: PriorityRef
    area: AreaCode
    since: OverviewVersion


class OverviewState(Value):
    """Every version on record, the latest last."""

    version: int = 0
    versions: tuple[tuple[OverviewVersion, tuple[StandingPriority, ...]], ...] = ()

    @property
    def latest(self) -> dict[str, StandingPriority]:
        """The priorities of the latest version; empty before there is one."""
        return {one.ref: one for one in self.versions[-1][1]} if self.versions else {}


def version_order(version: str) -> tuple[int, int]:
    """'2026-10' comes after '2026-9'."""
    year, _, number = version.partition("-")
    return int(year), int(number)


def evolve(state: OverviewState, event: DirectoryEvent) -> OverviewState:
    """The overview after the event."""
    change: dict[str, Any] = {"version": state.version + 1}
    if isinstance(event, OverviewRecorded):
        before = state.latest
        standing = tuple(
            before[one.ref]
            if one.text is None and one.ref in before
            else StandingPriority(ref=one.ref, area=one.area, since=event.version)
            for one in event.priorities
        )
        change["versions"] = (*state.versions, (event.version, standing))
    return state.model_copy(update=change)


def may_record(posts: tuple[HeldPost, ...], number: str) -> HeldPost | None:
    """The post that lets its holder record the overview of that school: its SIP, the adviser, an administrator."""
    mine = [held for held in posts if held.post is Post.SIP and held.school == number]
    others = [held for held in posts if held.post in {Post.PRINCIPAL_ADVISER, Post.ADMINISTRATOR}]
    return next(iter((*mine, *others)), None)


def decide(
    state: OverviewState, command: DirectoryCommand, facts: DirectoryFacts, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """The event of a command to `overview/…`."""
    if not isinstance(command, RecordOverview):
        raise TypeError(f"not a command to an overview: {type(command).__name__}")
    if may_record(facts.posts, number) is None:
        return Refusal(
            "R-POST",
            "A support overview is recorded by the school's improvement partner, the principal adviser or an administrator.",
            f"{facts.person} holds no such post today.",
        )
    if number not in facts.schools:
        return Refusal("R-SCHOOL", f"School {number} is not in the register.", "See: brokerage school list")
    if state.versions and version_order(command.version) <= version_order(state.versions[-1][0]):
        return Refusal(
            "R-OVERVIEW",
            f"Version {command.version} does not come after {state.versions[-1][0]}, which is on record.",
        )
    if command.read_on > last_today(facts.now):
        return Refusal("R-DATES", f"{command.read_on.isoformat()} lies ahead; nobody has read it then.")
    twice = [ref for ref, count in Counter(one.ref for one in command.priorities).items() if count > 1]
    if twice:
        return Refusal("R-OVERVIEW", f"The priority {twice[0]} stands there twice.")
    wrong = next(filter(None, (_astray(one, state, facts) for one in command.priorities)), None)
    if wrong is not None:
        return wrong
    return (
        OverviewRecorded(version=command.version, read_on=command.read_on, priorities=command.priorities),
    )


def _astray(one: Priority, state: OverviewState, facts: DirectoryFacts) -> Refusal | None:
    known = frozenset[str]().union(*(facts.areas or {}).values())
    if one.area not in known:
        return Refusal("R-AREA", f"No programme has the area '{one.area}' of {one.ref}.")
    before = state.latest.get(one.ref)
    if one.text is None and (before is None or before.area != one.area):
        return Refusal(
            "R-OVERVIEW",
            f"The words of {one.ref} are not given, and the version before has no such priority in {one.area}.",
            "Leave words out only where they stand as before.",
        )
    return None
