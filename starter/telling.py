"""Telling a demonstration's stories in business time: months pass, and everything happens on its day.

People speak on the days that their stories give them. Between them time passes from one due instant to the
next, so reminders, escalations, mails and missed deadlines come as they would have come in an office.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from activities.business_clock import business_now
from activities.event_log.read import read_stream
from activities.read_models.schema import case_row
from activities.settings import Settings
from domain.canonical import plain
from domain.case.commands import COMMANDS
from domain.case.events import read_case_event
from domain.ids import SYSTEM_PERSON, case_reference, case_stream
from domain.text.sentences import sentence
from domain.text.voice import Voice
from starter.clock import pass_time
from starter.failures import Exit, Failure
from starter.home import profile_seed
from starter.reading import Office, programme_of, reading
from starter.register.wales import RequestRow
from starter.sample.story import Step, Story
from starter.sending import Sender, accept, deliver
from starter.views.case import read_case

if TYPE_CHECKING:
    from temporalio.client import Client

_OFFICE_OPENS: Final = time(9, 30)
_BETWEEN_STORIES: Final = timedelta(minutes=7)
_BETWEEN_STEPS: Final = timedelta(minutes=1)
_ZONES: Final = {"EAS": ZoneInfo("Europe/London"), "DEPED": ZoneInfo("Asia/Manila")}
_QUIET: Final = frozenset({*((12, day) for day in range(24, 32)), (1, 1), (1, 2)})
_SHOWN_OF_SYSTEM: Final = "Brokerage"
_UNSAID: Final = frozenset({"DeadlineSet", "MailAccepted"})
"""Told and proven like all others, and too many to be printed."""


@dataclass(order=True)
class _Turn:
    """When somebody speaks next in a story."""

    at: datetime
    number: int
    place: int = field(compare=False)


@dataclass(frozen=True)
class _Heard:
    """One event of a case as it is told."""

    position: int
    reference: str
    type: str
    day: date
    person: str
    sentence: str


class Telling:
    """The stories told side by side in one home, and what was heard of each case."""

    def __init__(
        self,
        settings: Settings,
        client: "Client",
        requests: dict[str, RequestRow],
        say: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._client = client
        self._requests = requests
        self._say = say
        self._day: date | None = None
        self.told: dict[str, list[str]] = {}
        """Every sentence of each case so far, by its reference."""

    async def tell(self, stories: Sequence[Story]) -> None:
        """Tell them all to their ends. Raises Failure where one does not go as it should."""
        with reading(self._settings) as office:
            await self._tell(office, stories)

    def hear_the_rest(self) -> None:
        """Print what happened after the last word, once nothing more can: its mail leaves while others speak."""
        with reading(self._settings) as office:
            self._hear(office)

    async def _tell(self, office: Office, stories: Sequence[Story]) -> None:
        first = _weekday_after(business_now(self._settings).astimezone(_ZONES["EAS"]).date(), 1)
        turns = [
            _Turn(_instant(_weekday_after(first, story.begins), story, number), number, 0)
            for number, story in enumerate(stories)
        ]
        heapq.heapify(turns)
        while turns:
            turn = heapq.heappop(turns)
            await self._pass_time(office, turn.at)
            story = stories[turn.number]
            await self._speak(office, story, turn)
            steps = _steps(story)
            if turn.place + 1 < len(steps):
                wait = steps[turn.place + 1].after
                at = turn.at + _BETWEEN_STEPS
                if wait:
                    zone = _ZONES[story.programme]
                    at = _instant(_weekday_after(turn.at.astimezone(zone).date(), wait), story, turn.number)
                heapq.heappush(turns, _Turn(at, turn.number, turn.place + 1))
        for story in stories:
            _require_end(office, story)

    async def _pass_time(self, office: Office, to: datetime) -> None:
        if to <= business_now(self._settings):
            return
        await pass_time(office, self._client, to)
        self._hear(office)

    async def _speak(self, office: Office, story: Story, turn: _Turn) -> None:
        reference = case_reference(story.programme, story.request)
        today = turn.at.astimezone(_ZONES[story.programme]).date()
        if turn.place == 0:
            self.told[reference] = []
            self._say("")
            self._say(f"{turn.number + 1}. {reference}: {story.title}")
            request = self._requests[story.request]
            wanted = max(request.desired_start, today + timedelta(days=14))
            step = Step(
                story.opener, "open", lambda _day: request.body(story.programme) | {"desired_start": wanted}
            )
        else:
            step = _steps(story)[turn.place]
        body = step.values(today)
        if step.verb == "sign":
            body = {"content_hash": _text_that_stands(office, reference)}
        key = f"{story.request}:{turn.place}" if turn.place else story.request
        await self._give(reference, step, body, key)
        self._hear(office)

    async def _give(self, reference: str, step: Step, body: dict[str, Any], key: str) -> None:
        sender = Sender(
            settings=self._settings, person=step.person, seed=profile_seed(self._settings, step.person)
        )
        checked = plain(COMMANDS[step.verb].model_validate(body).model_dump(exclude_unset=True))
        command = sender.sign(stream=case_stream(reference), verb=step.verb, body=checked, command_id=key)
        accept(
            command, await deliver(self._client, command, sender.timeout, lambda: "brokerage demo --fresh")
        )

    def _hear(self, office: Office) -> None:
        """Print what has happened since, in all cases, in the order in which it happened."""
        with office.now_again() as now:
            new: list[_Heard] = []
            for reference, version in now.connection.execute(
                select(case_row.c.reference, case_row.c.version)
            ):
                sentences = self.told[reference]
                if version > len(sentences):
                    heard = list(self._heard(now, reference, after=len(sentences)))
                    sentences += [each.sentence for each in heard]
                    new += heard
        for each in sorted(new, key=lambda heard: heard.position):
            if each.type not in _UNSAID:
                self._print(each)

    def _heard(self, office: Office, reference: str, after: int) -> Iterator["_Heard"]:
        """What happened in a case after that version, in the words in which it is replayed."""
        code = programme_of(reference)
        rules = office.facts.programme(code)
        if rules is None:
            raise Failure(Exit.BUG, "B-STORY", f"No programme {code} is on record.")
        voice = Voice(rules, office.school_names())
        for recorded in read_stream(office.connection, case_stream(reference), after):
            envelope = recorded.envelope
            event = read_case_event(envelope.type, envelope.schema_version, recorded.payload)
            yield _Heard(
                recorded.position,
                reference,
                envelope.type,
                envelope.occurred_at.astimezone(_ZONES[code]).date(),
                envelope.actor.person,
                sentence(event, voice),
            )

    def _print(self, heard: "_Heard") -> None:
        if heard.day != self._day:
            self._say(f"{heard.day:%a} {heard.day.day} {heard.day:%b %Y}")
            self._day = heard.day
        person = _SHOWN_OF_SYSTEM if heard.person == SYSTEM_PERSON else heard.person
        self._say(f"   {heard.reference:<15} {person:<20} {heard.sentence}")


def _text_that_stands(office: Office, reference: str) -> str:
    with office.now_again() as now:
        agreement = read_case(now, reference).state.agreement
    return agreement.content_hash if agreement else ""


def _require_end(office: Office, story: Story) -> None:
    reference = case_reference(story.programme, story.request)
    with office.now_again() as now:
        stage = read_case(now, reference).state.stage
    if stage != story.ends:
        raise Failure(Exit.BUG, "B-STORY", f"{reference} ended in {stage}, not in {story.ends}.")


def _steps(story: Story) -> tuple[Step, ...]:
    return (Step(story.opener, "open"), *story.steps)


def _weekday_after(day: date, number: int) -> date:
    """The day itself for 0, or the next weekday where it is none."""
    days = _weekdays_from(day)
    found = next(days)
    for _ in range(number):
        found = next(days)
    return found


def _weekdays_from(day: date) -> Iterator[date]:
    """Days on which somebody speaks: weekdays, and nobody between Christmas Eve and the second of January."""
    while True:
        if day.weekday() < 5 and (day.month, day.day) not in _QUIET:
            yield day
        day += timedelta(days=1)


def _instant(day: date, story: Story, number: int) -> datetime:
    return datetime.combine(day, _OFFICE_OPENS, _ZONES[story.programme]) + number * _BETWEEN_STORIES
