"""Reading without Temporal: the log and its read models, opened read-only."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DatabaseError

from activities.business_clock import business_now
from activities.event_log.engine import open_reader
from activities.event_log.errors import LogDamagedError, LogUnavailableError, SchemaError
from activities.event_log.migrations import require_known_schema
from activities.event_log.read import LogReader, RecordedEvent
from activities.places import ClosedHomeError, PlaceError, log_place, stopped_server
from activities.read_models.schema import post, school
from activities.settings import Settings
from domain.ids import BadReferenceError, case_stream, parse_reference, stream_kind
from domain.parties import Post
from domain.upcasting import UnknownEventError
from starter.access import no_access
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean, known_people, near_person, near_reference, near_school

if TYPE_CHECKING:
    from activities.read_models.facts import FactReader


@dataclass(frozen=True)
class Look:
    """What is looked at: a beginning of the log, and of it what had happened by a time."""

    position: int
    """The last position that was on record."""
    at: datetime
    """The moment of the record."""
    valid_at: datetime | None
    """Only events that had occurred by then count, where that was asked."""
    zone: str
    """The programme's time zone."""

    @property
    def now(self) -> datetime:
        """The moment from which days are counted."""
        return self.valid_at or self.at

    def of(self, events: Iterable[RecordedEvent]) -> list[RecordedEvent]:
        """Those of the events that count."""
        return [
            r
            for r in events
            if r.position <= self.position
            and (self.valid_at is None or r.envelope.occurred_at <= self.valid_at)
        ]


@dataclass(frozen=True)
class Office:
    """An open, read-only view of one home's log: as it is, or as it was (`looks`, by programme)."""

    settings: Settings
    engine: Engine
    log: LogReader
    connection: Connection
    """The rows: those of the database, or those derived for the moment that is looked at."""
    looks: Mapping[str, Look] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)
    """A line for each case that cannot be told as it was."""

    @contextmanager
    def now_again(self) -> Iterator["Office"]:
        """The same log as it is by now, for whoever looks often."""
        with self.engine.connect() as connection:
            yield replace(self, connection=connection)

    def case_events(self, reference: str) -> tuple[RecordedEvent, ...]:
        """The events of a case that count. Raises LogDamagedError."""
        events = self.log.events(stream=case_stream(reference))
        look = self.looks.get(programme_of(reference))
        return tuple(look.of(events) if look else events)

    def now(self, programme: str) -> datetime:
        """The moment from which days are counted in cases of that programme."""
        look = self.looks.get(programme)
        return look.now if look else business_now(self.settings)

    @property
    def facts(self) -> "FactReader":
        """Facts as the rules would read them."""
        from activities.read_models.facts import FactReader

        return FactReader(self.connection)

    def school_names(self) -> dict[str, str]:
        """Names of all schools on the register, by number."""
        rows = self.connection.execute(select(school.c.number, school.c.name))
        return {row.number: row.name for row in rows}


@contextmanager
def reading(settings: Settings | None = None) -> Iterator[Office]:
    """Open the home's log for reading.

    Raises Failure: exit 6 where there is no log or it cannot be read, exit 8 where what was read is damaged
    or is of a kind that this version does not know.
    """
    settings = settings or Settings()
    try:
        engine = open_reader(log_place(settings))
    except SchemaError as error:
        raise _another_version(settings, error) from error
    except ClosedHomeError as error:
        raise no_access(settings.home) from error
    except PlaceError as error:
        raise Failure(
            Exit.UNREACHABLE, "U-LOG", str(error), (error.fix,), ("brokerage up", "brokerage doctor")
        ) from error
    except LogUnavailableError as error:
        if isinstance(place := log_place(settings), Path) and _is_closed(place):
            raise no_access(place) from error
        if stopped := stopped_server(settings):
            raise Failure(
                Exit.UNREACHABLE, "U-LOG", f"{stopped}.", (), ("brokerage up", "brokerage doctor")
            ) from error
        raise Failure(
            Exit.UNREACHABLE,
            "U-LOG",
            f"{error}.".replace("there is", "There is", 1),
            (*((error.fix,) if error.fix else ()), f"Home: {settings.home}"),
            ("brokerage doctor",)
            if error.fix or settings.database_url
            else ("brokerage up", "brokerage doctor"),
        ) from error
    try:
        with engine.connect() as connection:
            yield Office(settings, engine, LogReader(engine), connection)
    except DatabaseError as error:
        raise _unreadable(settings, engine, error) from error
    except LogDamagedError as error:
        raise Failure(
            Exit.AUDIT_FAILED, "A-DAMAGED", f"The log is damaged: {error}.", (), ("brokerage audit verify",)
        ) from error
    except UnknownEventError as error:
        position = _position_of(engine, error)
        where = "" if position is None else f"position {position}: "
        raise Failure(
            Exit.AUDIT_FAILED,
            "A-UNKNOWN",
            f"The log holds what this version does not know: {where}{error}.",
            ("Nothing is guessed. A newer version of Brokerage may have written it.",),
            ("brokerage audit verify",),
        ) from error
    finally:
        engine.dispose()


def _is_closed(file: Path) -> bool:
    return file.exists() and not os.access(file, os.R_OK)


def _unreadable(settings: Settings, engine: Engine, error: DatabaseError) -> Failure:
    """Why the database does not answer: perhaps its schema has become another since it was opened."""
    try:
        require_known_schema(engine)
    except SchemaError as changed:
        return _another_version(settings, changed)
    except DatabaseError:
        pass
    return Failure(
        Exit.UNREACHABLE,
        "U-LOG",
        f"The log cannot be read now: {error.orig}.",
        (f"Home: {settings.home}",),
        ("brokerage doctor",),
    )


def _another_version(settings: Settings, error: SchemaError) -> Failure:
    return Failure(
        Exit.UNREACHABLE,
        "U-SCHEMA",
        f"{str(error).capitalize()}. Nothing was done.",
        (error.fix, f"Home: {settings.home}"),
        ("brokerage doctor",),
    )


def _position_of(engine: Engine, error: UnknownEventError) -> int | None:
    """Where the first event stands over which this very error is raised."""
    from domain.streams import read_event

    try:
        for recorded in LogReader(engine).events():
            envelope = recorded.envelope
            try:
                read_event(
                    stream_kind(envelope.stream), envelope.type, envelope.schema_version, recorded.payload
                )
            except UnknownEventError as same:
                if str(same) == str(error):
                    return recorded.position
    except (LogDamagedError, DatabaseError):
        return None
    return None


def programme_of(reference: str) -> str:
    """The code of the programme whose case it is, which every reference begins with."""
    return reference.partition("-")[0]


def known_reference(office: Office, text: str) -> str:
    """The case reference that was typed, if there is such a case. Raises Failure (exit 3)."""
    try:
        reference = parse_reference(text)
    except BadReferenceError as error:
        raise Failure(
            Exit.NOT_FOUND,
            "E-REFERENCE",
            f"{error}. Nothing was sent.{near_reference(office, text)}",
            (),
            ("brokerage case list",),
        ) from None
    if next(iter(office.log.events(stream=case_stream(reference), limit=1)), None) is None:
        raise Failure(
            Exit.NOT_FOUND,
            "E-REFERENCE",
            f"There is no case {reference}. Nothing was sent.{near_reference(office, reference)}",
            (),
            ("brokerage case list",),
        )
    return reference


def person_named(office: Office, text: str) -> str:
    """A person id, or 'head:6990004' for whoever holds that post at that school today."""
    post_name, colon, number = text.partition(":")
    if not colon:
        if text not in known_people(office):
            raise Failure(
                Exit.NOT_FOUND,
                "E-PERSON",
                f"There is nobody {text!r} on record.{near_person(office, text)}",
                (),
                ("brokerage person list",),
            )
        return text
    today = business_now(office.settings).astimezone(ZoneInfo("Europe/London")).date().isoformat()
    wanted = Post(post_name) if post_name in set(Post) else None
    rows = office.connection.execute(
        select(post.c.person)
        .where(
            post.c.post == (wanted or ""),
            post.c.school == number,
            post.c.since <= today,
            (post.c.until.is_(None)) | (post.c.until >= today),
        )
        .order_by(post.c.person)
    ).scalars()
    held = tuple(rows)
    if len(held) != 1:
        found = f"{len(held)} people hold" if held else "nobody holds"
        meant = "" if wanted else did_you_mean(post_name, Post)
        if wanted and not held and number not in (known := office.school_names()):
            meant = near_school(office, number) if known else ""
        raise Failure(
            Exit.NOT_FOUND,
            "E-PERSON",
            f"{text!r}: {found} that post there today.{meant}",
            (),
            ("brokerage person list",),
        )
    return str(held[0])
