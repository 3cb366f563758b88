"""Bring the rows up to a state that was just committed, or rebuild them all from the log."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, Table, delete, insert

from activities.event_log.read import RecordedEvent
from activities.read_models import schema
from activities.read_models.networks import network_use_values, network_values
from activities.read_models.outbox import Unsent, after_event, write_unsent
from activities.read_models.overviews import overview_values
from activities.read_models.provider_rows import (
    objection_values,
    partnership_values,
    provider_values,
    use_values,
)
from domain.canonical import canonical_bytes, instant_text
from domain.case.state import CaseState, evolve
from domain.case.status import is_open, waiting_on, waiting_parties
from domain.case.waits import awaited, next_wait, stuck_because
from domain.directory.base import DirectoryEvent
from domain.directory.calendars import CalendarState
from domain.directory.networks import NetworkState
from domain.directory.overviews import OverviewState
from domain.directory.people import PersonState
from domain.directory.programmes import ProgrammeState
from domain.directory.providers import ProviderState
from domain.directory.schools import SchoolRegistered, SchoolState
from domain.funding.funds import FundState
from domain.funding.rates import RateCardState
from domain.ids import stream_key, stream_kind
from domain.programmes.model import Programme
from domain.streams import CASE, DIRECTORY, read_event


def case_values(state: CaseState, programme: Programme, position: int) -> dict[str, Any]:
    """The row of a case, as the fold gives it."""
    upcoming = next_wait(state)
    deadline = upcoming[1] if upcoming else None
    return {
        "reference": state.reference,
        "programme": state.programme,
        "route": state.route,
        "recipient": state.recipient,
        "provider": state.provider,
        "authority": state.authority,
        "area": state.area,
        "phase": state.phase,
        "support_language": state.support_language,
        "stage": state.stage.value if state.stage else "",
        "paused": state.paused,
        "open": is_open(state),
        "waiting_on": waiting_on(state, programme),
        "waiting_parties": " ".join(waiting_parties(state)),
        "wait": upcoming[0].wait if upcoming else None,
        "due_at": instant_text(deadline.due_at) if deadline and deadline.kept_days is None else None,
        "overdue": any(d.passed for d in state.deadlines),
        "agreed_quarter_days": state.agreement.all_quarter_days if state.agreement else None,
        "counted_quarter_days": state.counted_quarter_days,
        "opened_at": instant_text(state.opened_at) if state.opened_at else "",
        "version": state.version,
        "position": position,
        "next_at": instant_text(chase[0]) if (chase := state.next_chase) else None,
    }


def wait_values(state: CaseState, position: int) -> list[dict[str, Any]]:
    """A row for everything that is awaited. `paused` says that nothing happens to it; `stuck`, why it needs help."""
    rows = []
    for item in awaited(state):
        d = state.deadline(item.wait)
        if d is None:  # as of an event before the last of its command, or begun in a pause
            continue
        row = {
            "reference": state.reference,
            "wait": item.wait,
            "owner": item.owner.value,
            "person": state.assigned(item.owner),
            "school": d.school,
            "verb": item.verb,
            "due_at": instant_text(d.due_at),
            "next_at": instant_text(d.next_at) if d.next_at else None,
            "unit": d.unit,
            "days": d.days,
            "calendar": d.calendar,
            "began": d.began.isoformat() if d.began else None,
            "provisional": d.provisional,
            "overdue": d.passed,
            "paused": d.kept_days is not None,
            "stuck": stuck_because(state, d),
            "position": position,
        }
        rows.append(row)
    return rows


def assignment_values(state: CaseState, position: int) -> list[dict[str, Any]]:
    """A row for each part of the case that is somebody's in particular."""
    return [
        {
            "reference": state.reference,
            "party": given.party.value,
            "person": given.person,
            "position": position,
        }
        for given in state.assignments
    ]


def fund_use_values(state: CaseState, position: int) -> list[dict[str, Any]]:
    """A row for each fund and year that the case has or had money of."""
    return [
        {
            "reference": state.reference,
            "programme": state.programme,
            "authority": state.authority,
            "provider": state.provider,
            "position": position,
            **share.model_dump(),
        }
        for share in (state.money.shares if state.money else ())
    ]


def paper_values(state: CaseState, position: int) -> list[dict[str, Any]]:
    """A row for each number of a paper that stands for money of the case."""
    papers = state.money.papers if state.money else ()
    return [
        {
            "reference": state.reference,
            "number": number,
            "programme": state.programme,
            "provider": state.provider,
            "position": position,
        }
        for number in dict.fromkeys(paper.number.casefold() for paper in papers)
    ]


def write_case(connection: Connection, state: CaseState, programme: Programme, position: int) -> None:
    """Replace the rows of one case."""
    key = {"reference": state.reference}
    _replace(connection, schema.case_row, key, [case_values(state, programme, position)])
    _replace(connection, schema.wait_row, key, wait_values(state, position))
    _replace(connection, schema.assignment, key, assignment_values(state, position))
    if state.offers:
        _replace(connection, schema.capacity_use, key, use_values(state, position))
        _replace(connection, schema.partnership, key, partnership_values(state, programme, position))
    if state.objections:
        _replace(connection, schema.objection, key, objection_values(state, programme, position))
    if state.money is not None:
        _replace(connection, schema.fund_use, key, fund_use_values(state, position))
        _replace(connection, schema.paper_use, key, paper_values(state, position))
    if state.ended:
        _replace(connection, schema.network_use, key, network_use_values(state, position))


def school_values(number: str, entry: SchoolRegistered, state: SchoolState) -> dict[str, Any]:
    """The row of a school, its position aside."""
    closed = state.closed
    return {
        "number": number,
        "name": entry.name,
        "authority": entry.authority,
        "phase": entry.phase,
        "town": entry.town,
        "language_category": "; ".join(one.category for one in entry.language_categories) or None,
        "federation": entry.federation,
        "open": state.open,
        "pupils": entry.pupils,
        "latitude": entry.latitude,
        "longitude": entry.longitude,
        "inactive": "closed" if closed else "missing" if state.missing else None,
        "inactive_since": closed.on.isoformat() if closed else None,
        "successor": closed.successor if closed else None,
        "by_register": closed.by_register if closed else False,
        "content": _text(entry),
    }


def write_directory(
    connection: Connection, kind: str, key: str, state: Any, position: int, before: Any = None
) -> None:
    """Replace the rows of one directory stream; of many, those that changed since `before`, where that is given."""
    match state:
        case PersonState():
            row = {
                "person": key,
                "language": state.language,
                "public_key": state.public_key,
                "position": position,
            }
            _replace(connection, schema.person, {"person": key}, [row])
            posts = [
                {
                    "person": key,
                    "place": place,
                    "post": held.post.value,
                    "school": held.school,
                    "since": held.since.isoformat(),
                    "until": held.until.isoformat() if held.until else None,
                    "position": position,
                    "programme": held.programme,
                }
                for place, held in enumerate(state.posts)
            ]
            _replace(connection, schema.post, {"person": key}, posts)
        case SchoolState() if state.entry is not None:
            row = school_values(key, state.entry, state) | {"position": position}
            _replace(connection, schema.school, {"number": key}, [row])
        case ProviderState():
            for table, rows in provider_values(key, state, position).items():
                _replace(connection, table, {"school": key}, rows)
        case FundState() if state.declared is not None:
            _write_fund(connection, key, state, position)
        case RateCardState():
            rates = [
                {
                    "code": key,
                    "since": rate.since.isoformat(),
                    "until": rate.until.isoformat() if rate.until else None,
                    "programme": rate.programme,
                    "day_rate_minor": rate.day_rate_minor,
                    "currency": rate.currency,
                    "position": position,
                }
                for rate in state.rates
            ]
            _replace(connection, schema.rate_card, {"code": key}, rates)
        case NetworkState():
            _replace(connection, schema.network, {"code": key}, network_values(key, state, position))
        case OverviewState():
            _replace(connection, schema.overview, {"school": key}, overview_values(key, state, position))
        case ProgrammeState() if state.current is not None:
            row = {
                "code": key,
                "version": state.current.version,
                "content": _text(state.current),
                "position": position,
            }
            _replace(connection, schema.programme, {"code": key}, [row])
        case CalendarState() if state.current is not None:
            row = {
                "code": key,
                "version": state.version,
                "content": _text(state.current),
                "position": position,
            }
            _replace(connection, schema.calendar, {"code": key}, [row])
            known = before.schools if isinstance(before, CalendarState) else {}
            if not known:
                connection.execute(delete(schema.calendar_school).where(schema.calendar_school.c.code == key))
            for school, days in sorted(state.schools.items()):
                if known.get(school) is not days:
                    own = {"code": key, "school": school}
                    _replace(connection, schema.calendar_school, own, [own | {"days": _text(days)}])
        case _:
            raise TypeError(f"no read model for {kind}/{key}")


def _write_fund(connection: Connection, key: str, state: FundState, position: int) -> None:
    declared = state.declared
    if declared is None:
        raise TypeError(f"no read model for fund/{key}")
    code, _, year = key.partition(".")
    which = {"code": code, "year": year}
    row = {
        **which,
        "programme": declared.programme,
        "title": declared.title,
        "currency": declared.currency,
        "authorities": _text_list(declared.authorities),
        "claims_until": declared.claims_until.isoformat() if declared.claims_until else None,
        "open": state.open,
        "allocated": state.allocated + sum(part.amount for part in state.carried),
        "position": position,
    }
    _replace(connection, schema.fund, which, [row])
    carried = [
        {
            **which,
            "from_code": part.from_fund.partition(".")[0],
            "from_year": part.from_fund.partition(".")[2],
            "amount": part.amount,
            "position": position,
        }
        for part in state.carried
    ]
    _replace(connection, schema.fund_carried, which, carried)


class Fold:
    """The rows that a log makes, event by event; written when asked for."""

    def __init__(self) -> None:
        self.count = 0
        self.position = 0
        """Position of the last event that was added."""
        self._states: dict[str, Any] = {}
        self._positions: dict[str, int] = {}
        self._rules: dict[str, Programme] = {}
        self._unsent: dict[str, tuple[Unsent, ...]] = {}
        self._unwritten: dict[str, None] = {}

    def add(self, recorded: RecordedEvent) -> None:
        """One more event. Raises UnknownEventError for what this code does not know: nothing is guessed."""
        envelope = recorded.envelope
        stream, kind = envelope.stream, stream_kind(envelope.stream)
        event = read_event(kind, envelope.type, envelope.schema_version, recorded.payload)
        before = self._states.get(stream)
        if isinstance(event, DirectoryEvent):
            self._states[stream] = DIRECTORY[kind].evolve(before or DIRECTORY[kind].state(), event)
        else:
            state = evolve(before or CaseState(), event, envelope.occurred_at)
            self._states[stream] = state
            self._unsent[stream] = after_event(self._unsent.get(stream, ()), event, recorded, state)
            # A row is in the words of the rules under which it was last written, not of those since.
            self._rules[stream] = self._states[f"programme/{state.programme}"].current
        self._positions[stream] = self.position = recorded.position
        self._unwritten[stream] = None
        self.count += 1

    def write(self, connection: Connection) -> None:
        """Replace the rows of every stream that got events since they were last written."""
        for stream in self._unwritten:
            kind, key = stream_kind(stream), stream_key(stream)
            state, position = self._states[stream], self._positions[stream]
            if kind == CASE:
                write_case(connection, state, self._rules[stream], position)
                write_unsent(connection, key, self._unsent[stream])
            else:
                write_directory(connection, kind, key, state, position)
        self._unwritten.clear()


def rebuild(connection: Connection, events: Iterable[RecordedEvent]) -> int:
    """Empty every row and write all of them again from the log; returns the number of events read.

    Raises UnknownEventError where the log holds what this code does not know: nothing is guessed.
    """
    fold = Fold()
    for recorded in events:
        fold.add(recorded)
    for table in schema.DERIVED:
        connection.execute(delete(table))
    fold.write(connection)
    return fold.count


def _text(document: BaseModel) -> str:
    """A whole document as one text, always the same for the same content."""
    return canonical_bytes(document.model_dump(mode="json")).decode()


def _text_list(items: Iterable[str]) -> str:
    """Names as one text, a line each: names of authorities hold commas and spaces."""
    return "\n".join(items)


def _replace(connection: Connection, table: Table, key: dict[str, str], rows: list[dict[str, Any]]) -> None:
    connection.execute(delete(table).where(*(table.c[name] == value for name, value in key.items())))
    if rows:
        connection.execute(insert(table), rows)
