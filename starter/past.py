"""Looking back: an office as its log stood at a moment, and as things had happened by a time.

There are two axes. `--as-of` asks what was on record: a beginning of the log, nothing after it. `--valid-at`
asks, of what was on record, what had happened by then: events that people entered late count from when
they occurred. Everything that reads an office reads such a one by the same code.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import delete, select

from activities.business_clock import business_now
from activities.event_log.past import event_at, events_of_kind, position_by
from activities.event_log.read import RecordedEvent, all_events, last_command, last_position
from activities.read_models.compare import empty_rows
from activities.read_models.schema import case_row, fund, fund_use, paper_use
from activities.read_models.schema import programme as programme_table
from activities.read_models.update import Fold
from domain.case.effective import NotTellableError, Telling
from domain.case.events import read_case_event
from domain.funding.funds import FundOpened
from domain.ids import case_stream, stream_key, stream_kind
from domain.streams import CASE
from starter.back import Back, look_words
from starter.days import days_from
from starter.failures import Exit, Failure
from starter.moments import Day, Place, read_moment, read_time
from starter.output import show_time
from starter.reading import Look, Office, programme_of

_DIRECTORIES = ("programme", "school", "calendar")
"""What a case is shown with, beside its own events."""


@contextmanager
def case_back(office: Office, reference: str, back: Back) -> Iterator[Office]:
    """The office as one of its cases is to be looked at.

    Raises Failure: exit 2 for a moment that has not come or is nowhere, exit 3 where the case was not open.
    """
    code = programme_of(reference)
    events = list(office.log.events(stream=case_stream(reference)))
    look = _Ruler(office, events).look(code, back)
    seen = _seen(events, look)
    if not seen:
        first = events[0]
        opened = first.envelope.occurred_at if first.position <= look.position else first.envelope.recorded_at
        raise Failure(
            Exit.NOT_FOUND,
            "E-AS-OF",
            f"{reference} was not open yet {look_words(look, None)}.",
            (f"It was opened on {show_time(opened, None, look.zone)} (event 1, position {first.position}).",),
            (f"brokerage case history {reference}",),
        )
    with _remembered(office, _directories(office, look.position), {code: look}) as then:
        yield then


@contextmanager
def cases_back(office: Office, back: Back) -> Iterator[Office]:
    """The office as the list of its cases, or of its funds, is to be looked at, with every row derived anew.

    This folds the log from its beginning to the moment: it costs as much as a rebuild up to there. A day
    ends for each case in its programme's time zone; directories are those of the last of these ends.
    """
    ruler = _Ruler(office, None)
    looks = {code: ruler.look(code, back) for code in _zones(office)}
    end = max((look.position for look in looks.values()), default=0)
    told = _Told(looks, _funds(office))
    events = takewhile(lambda recorded: recorded.position <= end, all_events(office.connection))
    with _remembered(office, filter(told.counts, events), looks) as then:
        told.leave_out(then)
        yield then


class _Ruler:
    """Where moments lie in this log. `events` are those of the case that is looked at, if it is one."""

    def __init__(self, office: Office, events: list[RecordedEvent] | None) -> None:
        self._connection = office.connection
        self._events = events
        self._zones = _zones(office)
        self._head = last_position(office.connection)
        last = last_command(office.connection)
        # A log on the demonstration's clock may lie ahead of ours.
        now = business_now(office.settings)
        self._now = max(now, last.record.recorded_at) if last else now

    def look(self, code: str, back: Back) -> Look:
        """What is looked at in cases of that programme, where days are counted. Raises Failure."""
        with days_from(self._now.astimezone(ZoneInfo(self._zones[code]))):
            return self._look(code, back)

    def _look(self, code: str, back: Back) -> Look:
        position, at = self._head, self._now
        if back.as_of is not None:
            moment = read_moment("--as-of", back.as_of)
            if isinstance(moment, Place):
                found = self._event(moment)
                position, at = found.position, found.envelope.recorded_at
            else:
                at = self._past("--as-of", back.as_of, moment, code)
                position = position_by(self._connection, at)
        if back.valid_at is None:
            return Look(position, at, None, self._zones[code])
        valid_at = self._past("--valid-at", back.valid_at, read_time("--valid-at", back.valid_at), code)
        # Nothing that is on record at a moment occurred after it.
        return Look(position, at, min(valid_at, at), self._zones[code])

    def _past(self, flag: str, text: str, moment: Day | datetime, code: str) -> datetime:
        """The instant, today's end being now; refused where it has not come."""
        zone = self._zones[code]
        begin, end = (
            (moment, moment) if isinstance(moment, datetime) else (moment.begin(zone), moment.end(zone))
        )
        if begin > self._now:
            raise Failure(
                Exit.USAGE,
                "E-AS-OF",
                f"{flag}: {text} has not come yet; nobody knows what the log will hold then.",
                (f"It is {show_time(self._now, None, zone)} now.",),
            )
        return min(end, self._now)

    def _event(self, place: Place) -> RecordedEvent:
        if place.kind == "event" and self._events is not None:
            if place.number <= len(self._events):
                return self._events[place.number - 1]
            last = f"Its last event is event:{len(self._events)}."
        else:
            if place.number <= self._head:
                return event_at(self._connection, place.number)
            last = f"The log ends at position:{self._head}."
        raise Failure(Exit.USAGE, "E-AS-OF", f"--as-of: there is no {place} yet.", (last,))


class _Told:
    """The events that a list is derived from: of each case those on record and, if asked, that had occurred."""

    def __init__(self, looks: Mapping[str, Look], funds: Mapping[str, str]) -> None:
        self._looks = looks
        self._funds = funds
        self._opened: set[str] = set()
        self._cases: dict[str, Telling] = {}
        self._withheld: dict[str, str] = {}

    def leave_out(self, office: Office) -> None:
        """Take the cases that cannot be told from the rows, and say so in `untold`."""
        for table in (case_row, fund_use, paper_use):
            office.connection.execute(delete(table).where(table.c.reference.in_(list(self._withheld))))
        office.untold.extend(f"{reference}: {why}" for reference, why in self._withheld.items())

    def counts(self, recorded: RecordedEvent) -> bool:
        """Whether the event is one of those."""
        stream = recorded.envelope.stream
        if stream_kind(stream) == "fund":
            return self._counts_in_fund(recorded)
        if stream_kind(stream) != CASE:
            return stream_kind(stream) in _DIRECTORIES
        reference = stream_key(stream)
        look = self._looks[programme_of(reference)]
        if recorded.position > look.position or reference in self._withheld:
            return False
        if look.valid_at is None:
            return True
        if recorded.envelope.occurred_at > look.valid_at:
            return False
        try:
            _tell(self._cases.setdefault(reference, Telling()), recorded)
        except NotTellableError as error:
            self._withheld[reference] = _untold(recorded, error)
            return False
        return True

    def _counts_in_fund(self, recorded: RecordedEvent) -> bool:
        """Of a fund that had not been opened by then nothing is told."""
        envelope = recorded.envelope
        look = self._looks[self._funds[stream_key(envelope.stream)]]
        if recorded.position > look.position:
            return False
        if look.valid_at is not None and envelope.occurred_at > look.valid_at:
            return False
        if envelope.type == FundOpened.__name__:
            self._opened.add(envelope.stream)
        return envelope.stream in self._opened


def _seen(events: list[RecordedEvent], look: Look) -> list[RecordedEvent]:
    """The events of one case that count. Raises Failure where what had occurred makes no case."""
    seen = look.of(events)
    if look.valid_at is None:
        return seen
    telling = Telling()
    for recorded in seen:
        try:
            _tell(telling, recorded)
        except NotTellableError as error:
            reference = stream_key(recorded.envelope.stream)
            raise Failure(
                Exit.REFUSED,
                "R-VALID-AT",
                f"{reference} cannot be told as it was then: {_untold(recorded, error)}.",
                ("Events were entered in another order than they occurred in.",),
                (f"brokerage case history {reference} --json",),
            ) from None
    return seen


def _tell(telling: Telling, recorded: RecordedEvent) -> None:
    envelope = recorded.envelope
    event = read_case_event(envelope.type, envelope.schema_version, recorded.payload)
    telling.add(envelope.command, event, envelope.occurred_at)


def _untold(recorded: RecordedEvent, error: Exception) -> str:
    return f"event {recorded.envelope.version}: {error}"


def _directories(office: Office, position: int) -> Iterator[RecordedEvent]:
    for kind in _DIRECTORIES:
        found = events_of_kind(office.connection, kind)
        yield from (recorded for recorded in found if recorded.position <= position)


@contextmanager
def _remembered(
    office: Office, events: Iterator[RecordedEvent], looks: Mapping[str, Look]
) -> Iterator[Office]:
    """The office with rows derived from these events only."""
    with empty_rows() as rows:
        fold = Fold()
        for recorded in events:
            fold.add(recorded)
        fold.write(rows)
        yield replace(office, connection=rows, looks=looks, untold=[])


def _funds(office: Office) -> dict[str, str]:
    """The programme of each fund, by 'code.year'."""
    rows = office.connection.execute(select(fund.c.code, fund.c.year, fund.c.programme))
    return {f"{row.code}.{row.year}": row.programme for row in rows}


def _zones(office: Office) -> dict[str, str]:
    rows = office.connection.execute(select(programme_table.c.code, programme_table.c.content))
    return {row.code: orjson.loads(row.content)["time_zone"] for row in rows}
