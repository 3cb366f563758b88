"""Reading without Temporal: the log and its read models, opened read-only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DatabaseError

from activities.event_log.engine import open_reader
from activities.event_log.errors import LogDamagedError, LogUnavailableError, SchemaError
from activities.event_log.read import LogReader
from activities.read_models.schema import post, school
from activities.settings import Settings
from domain.case.events import UnknownEventError
from domain.ids import BadReferenceError, case_stream, parse_reference, stream_kind
from domain.parties import Post
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean, known_people, near_person, near_reference, near_school

if TYPE_CHECKING:
    from activities.read_models.facts import FactReader


@dataclass(frozen=True)
class Office:
    """An open, read-only view of one home's log."""

    settings: Settings
    engine: Engine
    log: LogReader
    connection: Connection

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
        engine = open_reader(settings.log_file)
    except SchemaError as error:
        raise Failure(
            Exit.UNREACHABLE,
            "U-SCHEMA",
            f"{str(error).capitalize()}. Nothing was done.",
            (error.fix, f"Home: {settings.home}"),
            ("brokerage doctor",),
        ) from error
    except LogUnavailableError as error:
        raise Failure(
            Exit.UNREACHABLE,
            "U-LOG",
            f"{error}.".replace("there is", "There is", 1),
            (f"Home: {settings.home}",),
            ("brokerage up", "brokerage doctor"),
        ) from error
    try:
        with engine.connect() as connection:
            yield Office(settings, engine, LogReader(engine), connection)
    except DatabaseError as error:
        raise Failure(
            Exit.UNREACHABLE,
            "U-LOG",
            f"The log cannot be read now: {error.orig}.",
            (f"Home: {settings.home}",),
            ("brokerage doctor",),
        ) from error
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
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/London")).date().isoformat()
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
