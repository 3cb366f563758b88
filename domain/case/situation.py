"""What a rule may look at: the case, the command, who gives it, and facts read under the same lock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.calendars.counting import Days
from domain.calendars.weekdays import Weekdays
from domain.case.commands import CaseCommand
from domain.case.events import CaseEvent
from domain.case.state import CaseState
from domain.case.values import Value
from domain.funding.facts import NO_MONEY, MoneyFacts
from domain.matching.provider import Provider
from domain.parties import HeldPost, Party, Post, parties_played
from domain.programmes.model import Noun, Programme, Route


class SchoolFact(Value):
    """What the register says of a school now."""

    number: str
    name: str
    open: bool
    authority: str
    phase: str
    federation: str | None
    heads: tuple[str, ...] = ()
    """Persons who hold the post of head there today."""
    sips: tuple[str, ...] = ()
    """Persons who are its school improvement partner today."""
    staff: tuple[str, ...] = ()
    """Persons who hold a post of the school itself today: head, lead or curriculum partner."""
    language_category: str | None = None
    pupils: int | None = None
    latitude: int | None = None
    """In millionths of a degree."""
    longitude: int | None = None
    curriculum_partners: tuple[str, ...] = ()
    """Persons who are its curriculum partner today."""


class NetworkFact(Value):
    """What is on record of a network or course now, and of those enrolled in it."""

    code: str
    programme: str
    open: bool
    areas: tuple[str, ...]
    phases: tuple[str, ...]
    last_date: date | None
    places: int | None
    taken: int = 0
    """Places that are taken, by every school together."""
    enrolled: tuple[str, ...] = ()
    """References of cases by which the case's own school is enrolled there."""


class OverviewFact(Value):
    """A version of the recipient's support overview that is on record."""

    version: str
    priorities: Mapping[str, str]
    """Its priorities, each with the version since which its words stand."""


@dataclass(frozen=True)
class Facts:
    """Everything outside the case that a decision rests on, read in the transaction that commits it."""

    now: datetime
    person: str
    """Whose decision it is: the signer, or the person they record for."""
    posts: tuple[HeldPost, ...]
    """Posts that person holds today."""
    recorder: str
    """Who signed the command; the same person unless a decision is recorded for another."""
    programme: Programme
    schools: Mapping[str, SchoolFact] = field(default_factory=dict)
    open_same_need: tuple[str, ...] = ()
    """References of other open cases of the same school in the same area."""
    open_as_provider: tuple[str, ...] = ()
    """References of other open cases in which the same school is the provider."""
    known_persons: frozenset[str] = frozenset()
    """Those persons named in the command who are on record."""
    holders: Mapping[Party, tuple[str, ...]] = field(default_factory=dict)
    """Who plays each part in this case today."""
    days: Mapping[str, Days] = field(default_factory=dict)
    """The days that each school of the case counts on."""
    providers: Mapping[str, Provider] = field(default_factory=dict)
    """Schools as providers: the whole pool where one is looked for, the case's own where its days matter."""
    money: MoneyFacts = NO_MONEY
    """Funds, rate cards and earlier advances; read only for commands that ask about them."""
    networks: Mapping[str, NetworkFact] = field(default_factory=dict)
    """The network or course that the command names."""
    overviews: tuple[OverviewFact, ...] = ()
    """The recipient's support overviews on record, the latest last; read where the command cites one."""

    @property
    def today(self) -> date:
        """Today in the programme's time zone."""
        return self.now.astimezone(self.zone).date()

    @property
    def zone(self) -> ZoneInfo:
        """The programme's time zone."""
        return ZoneInfo(self.programme.time_zone)

    def days_of(self, school: str | None) -> Days:
        """The days that a school counts on; weekdays, where no calendar is on record."""
        known = self.days.get(school or "")
        return known if known is not None else Weekdays(self.programme.time_zone, school)


@dataclass(frozen=True)
class Refusal:
    """The command is against a rule: which one, why, and what would help."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Decision:
    """What happens: events in order, and the post in which the person acted."""

    events: tuple[CaseEvent, ...]
    acting: HeldPost | None


@dataclass(frozen=True)
class Situation:
    """One command in one case."""

    state: CaseState
    facts: Facts
    command: CaseCommand
    party: Party
    """The part in which the person acts here."""

    @property
    def programme(self) -> Programme:
        """The programme's rules in force."""
        return self.facts.programme

    @property
    def route(self) -> Route:
        """The route of a case that has begun; no version of a programme loses one."""
        route = self.programme.route(self.state.route)
        if route is None:
            raise ValueError(
                f"{self.programme.code} {self.programme.version} has lost route {self.state.route}"
            )
        return route

    def word(self, party: Party) -> str:
        """What the programme calls a party."""
        return self.programme.word(party)

    def noun(self, name: Noun) -> str:
        """What the programme calls a thing."""
        return self.programme.noun(name)

    def post(self, post: Post) -> str:
        """What the programme calls a post."""
        return self.programme.posts[post].en


def parties_of(state: CaseState, command: CaseCommand, facts: Facts) -> dict[Party, HeldPost]:
    """The parts that the deciding person plays in this case today."""
    recipient = state.recipient or getattr(command, "recipient", None)
    provider = state.provider
    if state.stage is None:
        provider = getattr(command, "provider", None)
    return parties_played(facts.posts, recipient, provider, facts.programme.code)
