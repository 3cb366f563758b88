"""How each open due date of a case came to be, counted out again on the very calendars it cites."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from activities.read_models.schema import school
from domain.calendars.counting import UNIT_WORDS, Days
from domain.calendars.due import local_day
from domain.calendars.explain import CountedOut, count_out
from domain.calendars.own_days import NO_OWN_DAYS
from domain.calendars.school_days import SchoolDays
from domain.calendars.weekdays import Weekdays
from domain.canonical import instant_text
from domain.case.due_story import Turn, due_stories
from domain.case.events import read_case_event
from domain.case.shape import Deadline
from domain.case.waits import awaited
from domain.directory.base import DirectoryEvent
from domain.directory.calendars import CalendarState, evolve
from domain.parties import Party
from domain.streams import read_event
from domain.text.voice import wait_words
from starter.reading import Office
from starter.views.case import CaseRecord

_CALENDAR: Final = "calendar"


@dataclass(frozen=True)
class ExplainedTurn:
    """One turn of a due date, with the days that were counted where any were."""

    turn: Turn
    counted: CountedOut | None


@dataclass(frozen=True)
class ExplainedWait:
    """One open wait and how its due date came to be."""

    wait: str
    what: str
    owner: Party
    deadline: Deadline
    turns: tuple[ExplainedTurn, ...]


def explain_case(office: Office, record: CaseRecord) -> list[ExplainedWait]:
    """Every open wait of the case that has a due date, the way forward first."""
    stories = due_stories(
        (
            read_case_event(r.envelope.type, r.envelope.schema_version, r.payload),
            r.envelope.occurred_at,
        )
        for r in record.events
    )
    calendars = _CalendarsThen(office, record.programme.time_zone)
    return [
        ExplainedWait(
            wait=item.wait,
            what=wait_words(item.wait, record.programme),
            owner=item.owner,
            deadline=deadline,
            turns=tuple(ExplainedTurn(turn, calendars.count(turn)) for turn in stories[item.wait]),
        )
        for item in awaited(record.state)
        if (deadline := record.state.deadline(item.wait)) is not None and item.wait in stories
    ]


def explained_json(found: list[ExplainedWait]) -> list[dict[str, Any]]:
    """The same for programs: flat where it can be, a list of turns for each wait."""
    return [
        {
            "wait": one.wait,
            "what": one.what,
            "owner": one.owner.value,
            "due_at": instant_text(one.deadline.due_at),
            "overdue": one.deadline.passed,
            "paused": one.deadline.kept_days is not None,
            "provisional": one.deadline.provisional,
            "turns": [_turn_json(each) for each in one.turns],
            "to_come": [
                {"at": instant_text(step.at), "do": step.do, "to": step.to.value if step.to else None}
                for step in one.deadline.steps
            ],
        }
        for one in found
    ]


def _turn_json(each: ExplainedTurn) -> dict[str, Any]:
    turn, counted = each.turn, each.counted
    return {
        "at": instant_text(turn.at),
        "cause": turn.cause,
        "calendar": turn.calendar,
        "school": turn.school,
        "began": turn.began.isoformat() if turn.began else None,
        "days": turn.days,
        "unit": turn.unit,
        "due_at": instant_text(turn.due_at) if turn.due_at else None,
        "moved_clear_of_edge": counted.moved_clear if counted else None,
        "agrees": counted.agrees if counted else None,
        "counted": [
            {"day": day.day.isoformat(), "number": day.number, "why_not": day.why_not} for day in counted.days
        ]
        if counted
        else [],
    }


def turn_words(each: ExplainedTurn, zone: str) -> Iterator[str]:
    """What happened, as sentences; the days that were counted are told beside them."""
    turn, counted = each.turn, each.counted
    on = _day(turn.at, zone)
    number = f"{turn.days} {_units(turn)}" if turn.days is not None else ""
    match turn.cause:
        case "paused":
            yield f"Paused on {on} with {turn.days} counted days left. No day counts while it is paused."
        case "lapse-in-sight":
            yield f"On {on} what comes after the due date was set; the due date stayed."
        case "resumed" if turn.due_at is not None and turn.days is None:
            yield f"Resumed on {on}; due on {_day(turn.due_at, zone)}."
        case "set" | "resumed" | "calendar" if turn.due_at is not None:
            verb = {"set": "Set", "resumed": "Resumed", "calendar": "Counted anew"}[turn.cause]
            if turn.days is None:
                yield f"{verb} on {on}: the day itself was agreed, {_day(turn.due_at, zone)}."
            else:
                where = f", on the days of school {turn.school}" if turn.school else ""
                yield f"{verb} on {on}, on {turn.calendar}{where}: {number} after {turn.began}."
    if counted is not None and counted.moved_clear:
        yield f"Full on {counted.full_on}, which is {_EDGE}; so it is due on {counted.due}."
    elif counted is not None and not counted.agrees:
        yield f"Full on {counted.full_on}; due on {counted.due}, the next counted day when that was over."
    if turn.provisional:
        yield "Provisional: it lies beyond what the calendar knew, and moves when the next one is published."


_EDGE: Final = "among the first or last three school days of a term"


def _units(turn: Turn) -> str:
    one, many = UNIT_WORDS[turn.unit or "school_days"]
    return one if turn.days == 1 else many


def _day(instant: datetime, zone: str) -> str:
    return instant.astimezone(ZoneInfo(zone)).date().isoformat()


class _CalendarsThen:
    """Calendars as they stood in the versions that due dates cite, folded from the log."""

    def __init__(self, office: Office, zone: str) -> None:
        self._office = office
        self._zone = zone
        self._states: dict[str, CalendarState] = {}

    def count(self, turn: Turn) -> CountedOut | None:
        """The days of a turn; None where none were counted, or what they were counted on is not on record."""
        if turn.calendar is None or turn.began is None or turn.days is None or turn.due_at is None:
            return None
        days = self._days(turn.calendar, turn.school)
        if days is None:
            return None
        unit = turn.unit or "working_days"
        return count_out(days, turn.began, turn.days, unit, local_day(turn.due_at, days.zone))

    def _days(self, cited: str, number: str | None) -> Days | None:
        code, _, version = cited.partition("@")
        if not version:
            return Weekdays(self._zone, number)
        state = self._states.get(cited)
        if state is None:
            state = self._states[cited] = self._state(code, int(version))
        if state.current is None:
            return None
        own = state.schools.get(number or "", NO_OWN_DAYS)
        return SchoolDays(state.current, state.version, self._authority(number), number, own)

    def _state(self, code: str, version: int) -> CalendarState:
        state = CalendarState()
        for recorded in self._office.log.events(stream=f"{_CALENDAR}/{code}", limit=version):
            envelope = recorded.envelope
            event = read_event(_CALENDAR, envelope.type, envelope.schema_version, recorded.payload)
            if isinstance(event, DirectoryEvent):
                state = evolve(state, event)
        return state

    def _authority(self, number: str | None) -> str | None:
        query = select(school.c.authority).where(school.c.number == number)
        return self._office.connection.execute(query).scalar()
