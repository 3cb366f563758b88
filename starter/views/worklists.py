"""Worklists: the open waits of the whole office, chosen by one query each; the oldest due comes first.

A wait that a pause has frozen is on no list: nothing is owed until the case is resumed, and that its pause
be looked at again is a wait of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, false, func, or_, select, union

from activities.read_models.schema import case_row, post, school, wait_row
from domain.canonical import instant_from_text, instant_text
from domain.parties import SCHOOL_PARTIES, HeldPost, Party, Post, parties_played
from starter.reading import Office
from starter.views.case_list import time_zones
from starter.views.days_left import DaysLeft

Worklist = Literal[
    "mine", "unassigned", "overdue", "due-this-week", "waiting-on-school", "waiting-on-provider", "stuck"
]

FIELDS: Final = (
    "reference", "wait", "owner", "person", "due_at", "days_left", "unit", "overdue", "stuck", "provisional",
    "next_at", "verb", "programme", "authority", "recipient", "recipient_name", "provider", "provider_name",
    "area", "stage",
)  # fmt: skip
"""Flat and stable: what is added goes to the end. `days_left` counts in `unit`, on the days of who is waited for."""

STAFF: Final = frozenset(set(Party) - SCHOOL_PARTIES - {Party.SYSTEM})
AT_RECIPIENT: Final = frozenset({Party.RECIPIENT_HEAD, Party.RECIPIENT_LEAD})
AT_PROVIDER: Final = SCHOOL_PARTIES - AT_RECIPIENT

_RECIPIENT: Final = school.alias("recipient_school")
_PROVIDER: Final = school.alias("provider_school")
_W, _C = wait_row.c, case_row.c


@dataclass(frozen=True)
class _Part:
    """A post, and the party that its holder plays in a case at that place."""

    post: Post
    party: Party
    school: ColumnElement[Any] | None
    """The school of the case where the post must be held; None for posts of no school."""


def _parts() -> Iterator[_Part]:
    for held in Post:
        unscoped = parties_played((HeldPost(post=held),), None, None, "")
        yield from (_Part(held, party, None) for party in unscoped)
        at = HeldPost(post=held, school="here")
        for party in parties_played((at,), "here", None, "").keys() - unscoped.keys():
            yield _Part(held, party, _C.recipient)
        for party in parties_played((at,), None, "here", "").keys() - unscoped.keys():
            yield _Part(held, party, _C.provider)


_PARTS: Final = tuple(_parts())


@dataclass(frozen=True)
class _Times:
    """Now, as each programme of the office has it."""

    now: Mapping[str, datetime]
    zones: Mapping[str, str]

    def each(self, moment: Callable[[datetime, ZoneInfo], datetime]) -> dict[str, str]:
        """A moment by programme, as the rows have it."""
        return {code: instant_text(moment(now, ZoneInfo(self.zones[code]))) for code, now in self.now.items()}

    def days(self) -> dict[str, str]:
        """Today by programme."""
        return {c: now.astimezone(ZoneInfo(self.zones[c])).date().isoformat() for c, now in self.now.items()}


def worklist(
    office: Office,
    name: Worklist,
    *,
    person: str = "",
    programme: str | None = None,
    authority: str | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Rows of a worklist, the oldest due first; `person` says whose list 'mine' is."""
    query = worklist_query(office, name, person=person, programme=programme, authority=authority, limit=limit)
    found = office.connection.execute(query).all()
    left = DaysLeft(office.connection)
    for code in {row.programme for row in found}:
        left.look_up(code, {row.school for row in found if row.programme == code})
    return [_row(office, row, left) for row in found]


def worklist_query(
    office: Office,
    name: Worklist,
    *,
    person: str = "",
    programme: str | None = None,
    authority: str | None = None,
    limit: int | None = None,
) -> Any:
    """The one query of a worklist."""
    zones = time_zones(office)
    times = _Times({code: office.now(code) for code in zones}, zones)
    chosen: list[ColumnElement[bool]] = [_W.paused.is_(False)]
    if programme is not None:
        chosen.append(_C.programme == programme)
    if authority is not None:
        chosen.append(_C.authority == authority)
    every = [branch.where(*chosen) for branch in _branches(name, person, times)]
    query = union(*every).subquery("worklist") if len(every) > 1 else every[0].subquery("worklist")
    return select(query).order_by(query.c.due_at, query.c.reference, query.c.wait).limit(limit)


def _branches(name: Worklist, person: str, times: _Times) -> Iterator[Select[Any]]:
    match name:
        case "mine":
            yield from _mine(person, times)
        case "unassigned":
            yield from _unassigned(times)
        case "overdue":
            yield _waits().where(_due_before(times.each(lambda now, _zone: now)))
        case "due-this-week":
            begin, end = times.each(lambda now, _zone: now), times.each(_week_end)
            yield _waits().where(_due_before(end), ~_due_before(begin))
        case "waiting-on-school":
            yield _waits().where(_W.owner.in_(sorted(AT_RECIPIENT)))
        case "waiting-on-provider":
            yield _waits().where(_W.owner.in_(sorted(AT_PROVIDER)))
        case "stuck":
            # Not "is not null": that would not lead in through the index.
            yield _waits().where(_W.stuck > "")


def _mine(person: str, times: _Times) -> Iterator[Select[Any]]:
    """Assigned to them; or nobody's in particular and of their post at their school, or of a post that only
    they hold.
    """
    yield _waits().where(_W.person == person)
    own = post.alias("own_post")
    theirs = and_(own.c.person == person, _held(own, times), _W.person.is_(None))
    for place in (_C.recipient, _C.provider):
        parts = [part for part in _PARTS if part.school is place]
        yield _waits().join(own, own.c.school == place).where(theirs, _plays(own, parts))
    unscoped = [part for part in _PARTS if part.school is None]
    yield (
        _waits()
        .join(own, or_(own.c.programme.is_(None), own.c.programme == _C.programme))
        .where(theirs, _plays(own, unscoped), _holders(times) == 1)
    )


def _unassigned(times: _Times) -> Iterator[Select[Any]]:
    """Staff's waits that nobody in particular sees to: of a post that several hold, or nobody does; or
    assigned to somebody who does not hold it any more.
    """
    of_staff = _W.owner.in_(sorted(STAFF))
    yield _waits().where(of_staff, _W.person.is_(None), _holders(times) != 1)
    yield _waits().where(of_staff, _W.person.is_not(None), _holders(times, _W.person) == 0)


def _waits() -> Select[Any]:
    return (
        select(
            wait_row,
            *(_C[name] for name in ("programme", "authority", "recipient", "provider", "area", "stage")),
            _RECIPIENT.c.name.label("recipient_name"),
            _PROVIDER.c.name.label("provider_name"),
        )
        .join(case_row, _C.reference == _W.reference)
        .outerjoin(_RECIPIENT, _RECIPIENT.c.number == _C.recipient)
        .outerjoin(_PROVIDER, _PROVIDER.c.number == _C.provider)
    )


def _holders(times: _Times, person: ColumnElement[Any] | None = None) -> ColumnElement[int]:
    """How many people play the owner's part in the case today; only that person, where one is given."""
    held = post.alias("held_post")
    query = select(func.count(held.c.person.distinct())).where(_held(held, times), _plays(held, _PARTS))
    if person is not None:
        query = query.where(held.c.person == person)
    return query.correlate(wait_row, case_row).scalar_subquery()


def _plays(held: FromClause, parts: Iterable[_Part]) -> ColumnElement[bool]:
    """Whether the post makes its holder the owner of the wait in this case."""
    return or_(
        false(),
        *(
            and_(
                _W.owner == part.party.value,
                held.c.post == part.post.value,
                held.c.school == part.school
                if part.school is not None
                else or_(held.c.programme.is_(None), held.c.programme == _C.programme),
            )
            for part in parts
        ),
    )


def _held(held: FromClause, times: _Times) -> ColumnElement[bool]:
    """Whether the post is held on the day that it is where the case's programme is."""
    return or_(
        false(),
        *(
            and_(
                _C.programme == code,
                held.c.since <= day,
                or_(held.c.until.is_(None), held.c.until >= day),
            )
            for code, day in times.days().items()
        ),
    )


def _due_before(moments: Mapping[str, str]) -> ColumnElement[bool]:
    """Due before a moment that may differ from programme to programme."""
    if not moments:
        return false()
    # The latest of all says nothing more, but lets the database begin at the index of due times.
    return and_(
        _W.due_at < max(moments.values()),
        or_(*(and_(_C.programme == code, _W.due_at < moment) for code, moment in moments.items())),
    )


def _week_end(now: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of next Monday."""
    today: date = now.astimezone(zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    return datetime.combine(monday, time(), zone)


def _row(office: Office, row: Row[Any], left: DaysLeft) -> dict[str, Any]:
    now, due_at = office.now(row.programme), instant_from_text(row.due_at)
    derived = {
        "days_left": left.of(row.programme, now, due_at, row.unit, row.school),
        "unit": row.unit or "school_days",
        "overdue": due_at < now,
    }
    return {name: derived[name] if name in derived else getattr(row, name) for name in FIELDS}
