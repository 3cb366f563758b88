"""Calendars on record: each version by its whole content, and beside it what single schools have of their own.

A due date cites the version of the stream, such as wales@3, so every one of these events is a version: who
asks later why a day counted finds the very days that counted then.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.calendars.counting import UNIT_WORDS
from domain.calendars.model import Calendar
from domain.calendars.own_days import NO_OWN_DAYS, OwnDays
from domain.calendars.school_days import SchoolDays
from domain.case.situation import Refusal
from domain.case.values import SchoolId, Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, may_administer


class PublishCalendar(DirectoryCommand):
    """Put a version of a calendar in force; open deadlines are counted anew."""

    verb: ClassVar[str] = "publish"
    kind: ClassVar[str] = "calendar"
    content: Calendar
    corrects_past: bool = False
    """Whether it is meant that days before today count otherwise than they did."""


class SetSchoolDays(DirectoryCommand):
    """Record a school's own INSET days, closures and terms, all of them; what was on record is replaced."""

    verb: ClassVar[str] = "set-school-days"
    kind: ClassVar[str] = "calendar"
    school: SchoolId
    days: OwnDays


class CalendarPublished(DirectoryEvent):
    content: Calendar
    content_hash: str

    def payload(self) -> dict[str, Any]:
        return {"content": self.content.model_dump(mode="json"), "content_hash": self.content_hash}


class SchoolDaysSet(DirectoryEvent):
    school: SchoolId
    days: OwnDays

    def payload(self) -> dict[str, Any]:
        return {"school": self.school, "days": self.days.model_dump(mode="json")}


class CalendarState(Value):
    """The version in force, and the own days of schools."""

    version: int = 0
    current: Calendar | None = None
    schools: Mapping[str, OwnDays] = Field(default_factory=dict)


def evolve(state: CalendarState, event: DirectoryEvent) -> CalendarState:
    """The calendar after the event."""
    change: dict[str, Any] = {"version": state.version + 1}
    if isinstance(event, CalendarPublished):
        change["current"] = event.content
    elif isinstance(event, SchoolDaysSet):
        change["schools"] = {**state.schools, event.school: event.days}
    return state.model_copy(update=change)


def decide(
    state: CalendarState, command: DirectoryCommand, facts: DirectoryFacts, code: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `calendar/…`; none where this very content is in force."""
    refused = may_administer(facts)
    if refused is not None:
        return refused
    match command:
        case PublishCalendar():
            return _publish(state, command, facts, code)
        case SetSchoolDays():
            return _set_days(state, command, facts, code)
    raise TypeError(f"not a command to a calendar: {type(command).__name__}")


def _publish(
    state: CalendarState, command: PublishCalendar, facts: DirectoryFacts, code: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    content, current = command.content, state.current
    if content.code != code:
        return Refusal("R-CALENDAR", f"The content is that of {content.code}, not of {code}.")
    if current is not None and content.content_hash() == current.content_hash():
        return ()
    if current is not None:
        wrong = _not_a_next_version(current, content)
        if wrong is None and not command.corrects_past:
            wrong = _changed_past(current, content, facts)
        if wrong is not None:
            return wrong
    for school, own in sorted(state.schools.items()):
        if problem := own.problem_in(content):
            return Refusal(
                "R-CALENDAR",
                f"The own days of school {school} would not fit any more: {problem}",
                f"Change them first: brokerage calendar set-days {code} --school {school}",
            )
    return (CalendarPublished(content=content, content_hash=content.content_hash()),)


def _not_a_next_version(current: Calendar, content: Calendar) -> Refusal | None:
    if content.time_zone != current.time_zone:
        return Refusal("R-CALENDAR", f"{content.code} keeps its time zone: {current.time_zone}.")
    gone = sorted({year.label for year in current.years} - {year.label for year in content.years})
    if gone:
        return Refusal(
            "R-CALENDAR",
            f"The year {gone[0]} is missing, and due dates rest on it.",
            "A version may add years and change them; it keeps those there are.",
        )
    return None


def _changed_past(current: Calendar, content: Calendar, facts: DirectoryFacts) -> Refusal | None:
    """The refusal where a day that is over would count otherwise, unless that is said to be meant."""
    today = facts.now.astimezone(ZoneInfo(content.time_zone)).date()
    names = {own.name for calendar in (current, content) for own in calendar.authorities}
    for authority in (None, *sorted(names)):
        before, after = SchoolDays(current, 1, authority), SchoolDays(content, 2, authority)
        changed = _first_difference(before, after, current.first, today)
        if changed is not None:
            whose = f" in {authority}" if authority else ""
            return Refusal(
                "R-PAST",
                f"{changed.isoformat()} is over and would count otherwise than it did{whose}.",
                "Due dates that have passed stay as they are, open ones are counted anew. "
                "If it is a correction: --corrects-past",
            )
    return None


def _first_difference(before: SchoolDays, after: SchoolDays, first: date, end: date) -> date | None:
    for number in range((end - first).days):
        day = first + timedelta(days=number)
        if any(before.counts(day, unit) != after.counts(day, unit) for unit in UNIT_WORDS):
            return day
    return None


def _set_days(
    state: CalendarState, command: SetSchoolDays, facts: DirectoryFacts, code: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    if state.current is None:
        return Refusal("R-CALENDAR", f"No calendar {code} is on record.", "See: brokerage calendar list")
    if command.school not in facts.schools:
        return Refusal(
            "R-SCHOOL", f"School {command.school} is not in the register.", "See: brokerage school list"
        )
    if command.days == state.schools.get(command.school, NO_OWN_DAYS):
        return ()
    problem = command.days.problem_in(state.current)
    if problem is not None:
        return Refusal("R-DATES", problem)
    return (SchoolDaysSet(school=command.school, days=command.days),)
