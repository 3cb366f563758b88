"""Facts for decisions, read from the rows of other streams in the transaction that commits the decision."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from activities.read_models.days import DaysReader
from activities.read_models.money_facts import funds_named, read_money
from activities.read_models.networks import network_fact, places_taken
from activities.read_models.overviews import overview_facts
from activities.read_models.providers import ProviderReader, Seeking
from activities.read_models.schema import (
    case_row,
    person,
    post,
    programme,
    provider_offer,
    school,
)
from domain.calendars.counting import Days
from domain.calendars.half_terms import periods_of_year
from domain.case.situation import Facts, NetworkFact, OverviewFact, SchoolFact
from domain.case.stages import Stage
from domain.case.state import CaseState
from domain.directory.base import DirectoryFacts
from domain.funding.facts import NO_MONEY, FundFact, MoneyFacts
from domain.matching.provider import Provider
from domain.parties import HeldPost, Party, Post, parties_played
from domain.programmes.model import Programme

_DIRECTORY_ZONE = "Europe/London"
"""Zone in which 'today' is read for directories; a programme's own zone counts inside its cases."""

_STAFF = frozenset({Post.HEAD, Post.LEAD, Post.CURRICULUM_PARTNER})


@dataclass(frozen=True)
class Pool:
    """Schools as providers, with what the register says of them."""

    providers: Mapping[str, Provider] = field(default_factory=dict)
    schools: Mapping[str, SchoolFact] = field(default_factory=dict)


class FactReader:
    """Reads facts on one connection; nothing is kept between transactions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._positions: set[int] = set()

    @property
    def positions(self) -> tuple[int, ...]:
        """Positions of the entries that were read so far: what a decision rested on."""
        return tuple(sorted(self._positions))

    def programme(self, code: str) -> Programme | None:
        """The version of a programme in force."""
        row = self._connection.execute(select(programme).where(programme.c.code == code)).one_or_none()
        if row is None:
            return None
        self._positions.add(row.position)
        return _parsed(row.content)

    def days_of(self, rules: Programme, number: str | None) -> Days:
        """The days on which that programme counts for that school, or for an office where none is named.

        Weekdays, where the programme's calendar is not on record.
        """
        return self._days(rules, (number,))[number or ""]

    def _days(self, rules: Programme, numbers: Iterable[str | None]) -> dict[str, Days]:
        """The days of each of these schools, by number; the empty text stands for no school."""
        wanted = {number or "" for number in numbers}
        reader = DaysReader(self._connection)
        if (position := reader.position(rules.calendar)) is not None:
            self._positions.add(position)
        return {number: reader.days_of(rules.calendar, rules.time_zone, number or None) for number in wanted}

    def public_key(self, person_id: str) -> str | None:
        """The key a person's commands are checked against."""
        row = self._connection.execute(select(person).where(person.c.person == person_id)).one_or_none()
        if row is None:
            return None
        self._positions.add(row.position)
        return row.public_key  # type: ignore[no-any-return]

    def posts(self, person_id: str, day: date) -> tuple[HeldPost, ...]:
        """Posts a person holds on that day."""
        rows = self._connection.execute(
            select(post).where(post.c.person == person_id, *_held_on(day)).order_by(post.c.place)
        ).all()
        self._positions.update(row.position for row in rows)
        return tuple(
            HeldPost(post=Post(row.post), school=row.school, programme=row.programme) for row in rows
        )

    def posts_now(self, person_id: str, now: datetime) -> tuple[HeldPost, ...]:
        """Posts a person holds now: one of a programme on the day there, any other on the day of any of them."""
        rules = (_parsed(row.content) for row in self._connection.execute(select(programme)))
        zones = {known.code: known.time_zone for known in rules}
        found: dict[HeldPost, None] = {}
        for zone in sorted({_DIRECTORY_ZONE, *zones.values()}):
            held = self.posts(person_id, now.astimezone(ZoneInfo(zone)).date())
            found |= dict.fromkeys(one for one in held if zones.get(one.programme or "", zone) == zone)
        return tuple(found)

    def schools(self, numbers: Iterable[str], day: date) -> dict[str, SchoolFact]:
        """What the register says of these schools, with who holds their posts on that day."""
        wanted = sorted({number for number in numbers if number})
        if not wanted:
            return {}
        held = self._connection.execute(
            select(post).where(post.c.school.in_(wanted), *_held_on(day)).order_by(post.c.person)
        ).all()
        entries = self._connection.execute(select(school).where(school.c.number.in_(wanted))).all()
        self._positions.update(row.position for row in (*held, *entries))
        posts: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in held:
            posts[row.school].append(row)
        return {
            entry.number: SchoolFact(
                number=entry.number,
                name=entry.name,
                open=entry.open,
                authority=entry.authority,
                phase=entry.phase,
                federation=entry.federation,
                heads=_persons(posts[entry.number], {Post.HEAD}),
                sips=_persons(posts[entry.number], {Post.SIP}),
                staff=_persons(posts[entry.number], _STAFF),
                language_category=entry.language_category,
                curriculum_partners=_persons(posts[entry.number], {Post.CURRICULUM_PARTNER}),
                pupils=entry.pupils,
                latitude=entry.latitude,
                longitude=entry.longitude,
            )
            for entry in entries
        }

    def case_facts(
        self,
        *,
        state: CaseState,
        programme_in_force: Programme,
        person_id: str,
        recorder: str,
        now: datetime,
        named_schools: Iterable[str] = (),
        named_persons: Iterable[str] = (),
        need: tuple[str, str] | None = None,
        giver: str | None = None,
        with_holders: bool = False,
        pool: "Pool | None" = None,
        money: MoneyFacts = NO_MONEY,
        named_network: str | None = None,
        cites_overview: bool = False,
    ) -> Facts:
        """Everything a decision in one case rests on.

        `need` is (recipient, area) where a duplicate matters, `giver` a provider whose other cases do. Who
        holds the other parts is read where work is assigned, and where hints are to name them. `pool` are
        schools as providers, read before by `pool` or `provider` for the verbs that ask for them.
        """
        known = pool or _NOBODY
        day = now.astimezone(ZoneInfo(programme_in_force.time_zone)).date()
        return Facts(
            now=now,
            person=person_id,
            posts=self.posts(person_id, day),
            recorder=recorder,
            programme=programme_in_force,
            schools={
                **known.schools,
                **self.schools((state.recipient, state.provider or "", *named_schools), day),
            },
            open_same_need=self._open_cases(
                case_row.c.recipient == need[0], case_row.c.area == need[1], other_than=state.reference
            )
            if need
            else (),
            open_as_provider=self._open_cases(case_row.c.provider == giver, other_than=state.reference)
            if giver
            else (),
            known_persons=self._known(named_persons),
            holders=self._holders(state, day) if with_holders else {},
            days=self._days(programme_in_force, (None, state.recipient, state.provider, *named_schools)),
            providers=known.providers,
            money=money,
            networks=self._network(named_network, state.recipient) if named_network else {},
            overviews=self._overviews(state.recipient) if cites_overview else (),
        )

    def money(self, rules: Programme, state: CaseState, verbs: Iterable[str]) -> MoneyFacts:
        """Funds, rate cards and earlier advances, as far as commands of these verbs ask about them."""
        figures = read_money(self._connection, rules, state, frozenset(verbs))
        self._positions.update(figures.positions)
        return figures.facts

    def pool(self, state: CaseState, rules: Programme, now: datetime) -> "Pool":
        """Every school that might be offered the case, with what other cases take of it."""
        reader = ProviderReader(self._connection)
        wished = (state.preferred_provider,) if state.preferred_provider else ()
        day = now.astimezone(ZoneInfo(rules.time_zone)).date()
        # Days are wanted from today on, and the burden of schools is compared over the financial year.
        since = periods_of_year(rules.financial_year, self.days_of(rules, None).period_of(day))[0]
        providers = reader.pool(Seeking(rules, state.reference, state.recipient, state.area, since), wished)
        self._positions |= reader.positions
        return Pool(providers, self.schools(providers, day))

    def provider(self, state: CaseState, rules: Programme) -> "Pool":
        """The days of the case's own provider, with what other cases take of them."""
        if state.provider is None:
            return _NOBODY
        reader = ProviderReader(self._connection)
        providers = reader.one(Seeking(rules, state.reference), state.provider)
        self._positions |= reader.positions
        return Pool(providers)

    def standing(self, rules: Programme, number: str) -> "Pool":
        """Whether that school is designated, and may be given anything new."""
        reader = ProviderReader(self._connection)
        provider = reader.standing(Seeking(rules), number)
        self._positions |= reader.positions
        return Pool({number: provider})

    def directory_facts(
        self,
        *,
        person_id: str,
        now: datetime,
        named_schools: Iterable[str] = (),
        taken_of: str | None = None,
        named_funds: Iterable[str] = (),
        named_authorities: Iterable[str] = (),
        own_network: str | None = None,
    ) -> DirectoryFacts:
        """What a rule of a directory stream rests on.

        `taken_of` is a school whose days cases may hold, `own_network` the network that the command is about.
        """
        reader = ProviderReader(self._connection)
        taken = reader.taken(taken_of) if taken_of else {}
        self._positions |= reader.positions
        day = now.astimezone(ZoneInfo(_DIRECTORY_ZONE)).date()
        wanted = sorted({number for number in named_schools if number})
        known = self._connection.execute(select(school.c.number).where(school.c.number.in_(wanted))).scalars()
        administrators = self._connection.execute(
            select(post.c.person).where(post.c.post == Post.ADMINISTRATOR.value).limit(1)
        ).one_or_none()
        rules = {row.code: _parsed(row.content) for row in self._connection.execute(select(programme))}
        return DirectoryFacts(
            now=now,
            person=person_id,
            posts=self.posts(person_id, day),
            founding=administrators is None,
            schools=frozenset(known) if wanted else frozenset(),
            authorities=self._authorities(named_authorities),
            areas={code: frozenset(area.code for area in known.areas) for code, known in rules.items()},
            currencies={code: known.currency for code, known in rules.items()},
            zones={code: known.time_zone for code, known in rules.items()},
            grants={
                code: known.finance.grant_minor
                for code, known in rules.items()
                if known.finance and known.finance.grant_minor
            },
            years={code: known.financial_year for code, known in rules.items()},
            languages={code: frozenset(known.languages) for code, known in rules.items()},
            funds=self._funds(named_funds),
            taken=taken,
            places_taken=places_taken(self._connection, own_network) if own_network else 0,
        )

    def _funds(self, keys: Iterable[str]) -> dict[str, FundFact]:
        figures = funds_named(self._connection, keys)
        self._positions.update(figures.positions)
        return {found.name: found for found in figures.facts.funds}

    def _authorities(self, names: Iterable[str]) -> frozenset[str]:
        wanted = sorted(set(names))
        if not wanted:
            return frozenset()
        rows = self._connection.execute(
            select(school.c.authority, func.max(school.c.position).label("position"))
            .where(school.c.authority.in_(wanted))
            .group_by(school.c.authority)
        ).all()
        self._positions.update(row.position for row in rows)
        return frozenset(row.authority for row in rows)

    def offering(self, state: CaseState) -> tuple[str, ...]:
        """Schools that might be offered a case where nobody ranks them: those that offer its area first."""
        offering = self._connection.execute(
            select(provider_offer.c.school)
            .where(provider_offer.c.programme == state.programme, provider_offer.c.area == state.area)
            .order_by(provider_offer.c.school)
        ).scalars()
        others = self._connection.execute(
            select(school.c.number).where(school.c.open.is_(True)).order_by(school.c.number).limit(20)
        ).scalars()
        return tuple(dict.fromkeys((*offering, *others)))

    def _network(self, code: str, school: str) -> dict[str, NetworkFact]:
        found = network_fact(self._connection, code, school)
        if found is None:
            return {}
        self._positions.add(found[1])
        return {code: found[0]}

    def _overviews(self, number: str) -> tuple[OverviewFact, ...]:
        found, positions = overview_facts(self._connection, number)
        self._positions.update(positions)
        return found

    def _open_cases(self, *which: ColumnElement[bool], other_than: str) -> tuple[str, ...]:
        rows = self._connection.execute(
            select(case_row.c.reference, case_row.c.position)
            .where(
                *which,
                case_row.c.open.is_(True),
                case_row.c.stage != Stage.DRAFT.value,
                case_row.c.reference != other_than,
            )
            .order_by(case_row.c.position)
        ).all()
        self._positions.update(row.position for row in rows)
        return tuple(row.reference for row in rows)

    def _known(self, persons: Iterable[str]) -> frozenset[str]:
        wanted = sorted({one for one in persons if one})
        if not wanted:
            return frozenset()
        rows = self._connection.execute(
            select(person.c.person, person.c.position).where(person.c.person.in_(wanted))
        ).all()
        self._positions.update(row.position for row in rows)
        return frozenset(row.person for row in rows)

    def _holders(self, state: CaseState, day: date) -> dict[Party, tuple[str, ...]]:
        """Who plays each part; for hints only, so nothing is added to what the decision rested on."""
        schools = [number for number in (state.recipient, state.provider) if number]
        rows = self._connection.execute(
            select(post)
            .where(or_(post.c.school.is_(None), post.c.school.in_(schools)), *_held_on(day))
            .order_by(post.c.person)
        ).all()
        holders: dict[Party, tuple[str, ...]] = {}
        for row in rows:
            held = HeldPost(post=Post(row.post), school=row.school, programme=row.programme)
            for party in parties_played((held,), state.recipient, state.provider, state.programme):
                holders[party] = (*holders.get(party, ()), row.person)
        return holders


def _held_on(day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    text = day.isoformat()
    return post.c.since <= text, or_(post.c.until.is_(None), post.c.until >= text)


def _persons(rows: Iterable[Row[Any]], posts: Iterable[Post]) -> tuple[str, ...]:
    """Who holds one of these posts, of the rows of one school."""
    wanted = {one.value for one in posts}
    return tuple(dict.fromkeys(row.person for row in rows if row.post in wanted))


_NOBODY: Final = Pool()


@lru_cache(maxsize=64)
def _parsed(content: str) -> Programme:
    return Programme.model_validate_json(content)
