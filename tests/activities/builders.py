"""A broker's office on a real log and a real vault: sample schools and people, a clock, one case at a time.

`give` is how everybody speaks: the command is signed with the person's own key and goes through the real
handler. No server is needed; what a workflow would add is the time and the run, which stand here as values.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import as_file, files
from itertools import chain, count
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from activities.business_clock import running_offset
from activities.event_log.append import EventLog
from activities.event_log.engine import open_reader, open_writer
from activities.event_log.migrations import migrate
from activities.event_log.read import LogReader, RecordedCommand, RecordedEvent
from activities.event_log.schema import command, event
from activities.event_log.verify import verify_log
from activities.founding import found
from activities.handle_command import CommandHandler
from activities.home_files import read_key
from activities.read_models.compare import differences
from activities.read_models.schema import case_row
from activities.settings import Settings
from activities.signing import public_key_text, sign_command
from activities.vault import Vault, open_vault
from domain.canonical import plain
from domain.case.commands import COMMANDS
from domain.case.events import read_case_event
from domain.case.state import CaseState, fold
from domain.envelope import Clock, OnBehalfOf
from domain.ids import case_reference, case_stream, stream_key
from domain.messages import (
    Answer,
    CaseStatus,
    Command,
    HandleCommand,
    HandledCommand,
    LoadCase,
    PassDeadline,
    Receipt,
    Refused,
)
from starter.home import create_home
from starter.register.csv_file import RowT, parse_rows, read_rows
from starter.register.leaders import LeaderRow
from starter.register.networks import NetworkRow
from starter.register.profile import shipped
from starter.register.providers import ProviderRow
from starter.register.schools import SchoolRow
from starter.register.wales import OfferRow, PersonRow, RequestRow
from starter.sample.money import money_entries
from starter.sample.stories import STORIES
from starter.sample.story import SAMPLES, Step, Story
from tests.domain.case.office import deped
from tests.postgres import Database
from tests.telling import at_once

ADMIN: Final = "admin"
FOUNDED: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
NOW: Final = datetime(2026, 9, 15, 9, 0, tzinfo=ZoneInfo("Europe/London"))
"""A Tuesday in term."""

WHOLE: Final = STORIES[0]
"""From draft to archive, with a declined offer and a text that changes after a signature."""


class Office:
    """One office, in SQLite or in a PostgreSQL database as a worker. `stream` is the case that people speak
    about; `now` is moved by hand."""

    def __init__(
        self, home: Path, now: datetime = NOW, database: Database | None = None, clock: Clock = "real"
    ) -> None:
        self.settings = Settings(home=home)
        self.now = now
        self.database = database
        if database is None:
            self.engine = open_writer(self.settings.log_file)
            migrate(self.engine)
            self.reading = open_reader(self.settings.log_file)
            self._vault_engine = open_vault(self.settings.vault_file)
        else:
            self.settings.database_file.write_text(
                f'database_url = "{database.staff}"\nvault_url = "{database.vault}"\n', "utf-8"
            )
            self.engine = open_writer(database.worker)
            self.reading = open_reader(database.worker)
            self._vault_engine = open_vault(database.vault)
        self.log = EventLog(self.engine, clock)
        self.reader = LogReader(self.reading)
        self.vault = Vault(self._vault_engine, read_key(self.settings.vault_key_file), lambda: self.now)
        self.clock: Callable[[], datetime] = lambda: self.now
        """The worker's own clock; a laboratory sets it to the server's."""
        self.handler = CommandHandler(
            self.log,
            self.vault,
            read_key(self.settings.worker_key_file),
            clock=lambda: self.clock(),
            reading=self.reading,
            offset=running_offset(self.settings),
        )
        self.tag = ""
        """In references and keys, where several offices speak to one server."""
        self.speak_of(WHOLE)
        self._keys = count(sum(1 for _ in self.reader.commands()) + 1)

    def close(self) -> None:
        """Let go of the files; what was in a write-ahead log moves into its database."""
        self.reading.dispose()
        self.engine.dispose()
        self._vault_engine.dispose()

    # Speaking

    def seed(self, person: str) -> bytes:
        """The key that person signs with."""
        if person == ADMIN:
            return read_key(self.settings.profiles / f"{ADMIN}.key")
        return read_key(self.settings.worker_key_file) if person == "system" else seed_of(person)

    def sign(
        self,
        person: str,
        verb: str,
        /,
        body: dict[str, Any] | None = None,
        *,
        stream: str | None = None,
        key: str | None = None,
        seed: bytes | None = None,
        on_behalf_of: OnBehalfOf | None = None,
        occurred_at: datetime | None = None,
        expected_version: int | None = None,
    ) -> Command:
        """A command as that person would send it."""
        return sign_command(
            seed=seed or self.seed(person),
            command_id=key or f"key-{next(self._keys)}{self.tag}",
            stream=stream or self.stream,
            verb=verb,
            body=body or {},
            person=person,
            on_behalf_of=on_behalf_of,
            occurred_at=occurred_at,
            expected_version=expected_version,
        )

    def handle(self, sent: Command) -> HandledCommand:
        """What the handler makes of it now."""
        return self.handler.handle(
            HandleCommand(command=sent, now=self.now, workflow=sent.stream, run="run-1")
        )

    def give(self, person: str, verb: str, /, body: dict[str, Any] | None = None, **how: Any) -> Answer:
        """The answer to a command of that person."""
        return self.handle(self.sign(person, verb, body, **how)).answer

    def done(self, person: str, verb: str, /, body: dict[str, Any] | None = None, **how: Any) -> Receipt:
        """The receipt of a command that is expected to be accepted."""
        answer = self.give(person, verb, body, **how)
        assert isinstance(answer, Receipt), f"{verb} by {person}: {answer.code} {answer.message}"
        return answer

    def refused(self, person: str, verb: str, /, body: dict[str, Any] | None = None, **how: Any) -> Refused:
        """The refusal of a command that is expected to be refused."""
        answer = self.give(person, verb, body, **how)
        assert isinstance(answer, Refused), f"{verb} by {person} was accepted: {answer.events}"
        return answer

    # Stories

    def tell(self, story: Story = WHOLE, *, before: str = "") -> list[Receipt]:
        """Tell a story up to, and without, the first step of that verb; all of it where none is named."""
        self.speak_of(story)
        receipts: list[Receipt] = []
        for step in steps_of(story, self.now.date()):
            if step.verb == before:
                break
            receipts.append(self.done(step.person, step.verb, self.body_of(step)))
        return receipts

    def speak_of(self, story: Story) -> None:
        """From now on people speak about the case of that story."""
        self.stream = case_stream(case_reference(story.programme, story.request + self.tag))

    def body_of(self, step: Step) -> dict[str, Any]:
        """The values of a step, where the case stands now."""
        values = step.values(self.now.date())
        agreement = self.state().agreement
        if step.verb == "sign" and agreement is not None:
            values = {"content_hash": agreement.content_hash}
        if step.verb == "record-payment" and self.tag:
            # A provider's other cases have papers of their own.
            values["payment"] += f"/{stream_key(self.stream)}"
        body: dict[str, Any] = plain(COMMANDS[step.verb].model_validate(values).model_dump())
        return body

    # Time

    def days_pass(self, days: int) -> None:
        """That many weekdays later; nothing falls due by itself."""
        while days:
            self.now += timedelta(days=1)
            days -= self.now.weekday() < 5

    def pass_next_deadline(self) -> HandledCommand:
        """The moment the next deadline passes, as the workflow would record it."""
        status = self.load()
        assert status.next_deadline is not None
        self.now = max(self.now, status.next_deadline)
        return self.handler.pass_deadline(self.deadline(status, self.now))

    def deadline(self, status: CaseStatus, now: datetime) -> PassDeadline:
        """What the workflow would send when the next deadline of that status has come."""
        assert status.next_deadline is not None
        assert status.next_wait is not None
        return PassDeadline(
            reference=stream_key(self.stream),
            wait=status.next_wait,
            due_at=status.next_deadline,
            now=now,
            workflow=self.stream,
            run="run-1",
        )

    # Looking

    def load(self) -> CaseStatus:
        """What a workflow that starts now is told."""
        return self.handler.load(LoadCase(reference=stream_key(self.stream)))

    def standing(self) -> CaseStatus:
        """The same but for the mail that waits: what is known before the events of an answer have a place."""
        return self.load().model_copy(update={"unsent": 0})

    def events(self, stream: str | None = None) -> list[RecordedEvent]:
        """The events of the case, or of another stream."""
        return list(self.reader.events(stream or self.stream))

    def types(self, stream: str | None = None) -> list[str]:
        """Their types."""
        return [recorded.envelope.type for recorded in self.events(stream)]

    def commands(self) -> list[RecordedCommand]:
        """All commands of the log, refusals included."""
        return list(self.reader.commands())

    def state(self) -> CaseState:
        """The fold of the case."""
        return fold(
            (read_case_event(r.envelope.type, r.envelope.schema_version, r.payload), r.envelope.occurred_at)
            for r in self.events()
        )

    def row(self) -> dict[str, Any] | None:
        """The row of the case in the lists people work from."""
        with self.reading.connect() as connection:
            query = select(case_row).where(case_row.c.reference == stream_key(self.stream))
            found_row = connection.execute(query).mappings().one_or_none()
        return None if found_row is None else dict(found_row)

    def size(self) -> tuple[int, int]:
        """Number of events and of commands: what must stay the same where nothing is to be left."""
        with self.reading.connect() as connection:
            events = connection.execute(select(func.count()).select_from(event)).scalar_one()
            return events, connection.execute(select(func.count()).select_from(command)).scalar_one()

    def check(self) -> None:
        """The log is whole, every signature fits, and every row is what the log says."""
        report = verify_log(self.reading)
        assert report.clean, report.findings
        assert report.signatures == report.commands
        with self.reading.connect() as connection:
            assert differences(connection, self.reader.events()) == []


NewOffice = Callable[[Path], AbstractContextManager[Office]]
"""Opens an office of one's own, with the sample registers, in a home that is made at that path."""


def forged(command: Command, **changes: Any) -> Command:
    """A command as a liar would send it: these things changed after it was signed."""
    return command.model_copy(update=changes)


def seed_of(person: str) -> bytes:
    """The same key for the same person in every office of the tests."""
    return hashlib.sha256(f"test key of {person}".encode()).digest()


def founded_home(home: Path, database: Database | None = None, clock: Clock = "real") -> Path:
    """A new home, founded, with the sample registers entered by its administrator; nothing holds it open."""
    create_home(Settings(home=home), ADMIN, clock)
    office = Office(home, FOUNDED, database, clock)
    found(office.handler, office.settings, FOUNDED)
    for stream, verb, body in _entries():
        office.done(ADMIN, verb, body, stream=stream)
    office.close()
    return home


def _entries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for register in SAMPLES.values():
        with as_file(files("starter.sample") / register / "schools.csv") as path:
            for _line, school in parse_rows(path, SchoolRow, profile=shipped(register)).rows:
                yield f"school/{school.number}", "register", school.body()
    for programme, folder in SAMPLES.items():
        yield from _people_and_offers(programme, folder)
    yield from chain(*money_entries(NOW.date()))
    for network in _rows("wales/networks.csv", NetworkRow):
        yield f"network/{network.code}", "open", network.body("EAS")


def _people_and_offers(programme: str, folder: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    people = _rows(f"{folder}/people.csv", PersonRow)
    for row in {row.person: row for row in people}.values():
        identity = {"name": row.name, "email": row.email, "language": row.language}
        yield (
            f"person/{row.person}",
            "register",
            identity | {"public_key": public_key_text(seed_of(row.person))},
        )
    for row in people:
        held = {
            "post": row.post.value,
            "school": row.school,
            "programme": row.programme,
            "since": row.since.isoformat(),
        }
        yield f"person/{row.person}", "assign-post", held
    for offer in _rows(f"{folder}/offers.csv", OfferRow):
        body = {"programme": programme} | offer.model_dump(mode="json", exclude={"school"})
        yield f"provider/{offer.school}", "record-offer", body
    if programme == "EAS":
        for provider in _rows(f"{folder}/providers.csv", ProviderRow):
            for verb, body in provider.commands(programme):
                yield f"provider/{provider.school}", verb, body
    else:  # whose schools choose their partners themselves
        for leader in _rows(f"{folder}/leaders.csv", LeaderRow):
            yield f"provider/{leader.school}", "designate", leader.body(deped())


def _rows(name: str, model: type[RowT]) -> list[RowT]:
    with as_file(files("starter.sample") / name) as path:
        return [row for _line, row in read_rows(path, model)]


@lru_cache(maxsize=1)
def _requests() -> dict[str, RequestRow]:
    return {
        row.key: row for folder in SAMPLES.values() for row in _rows(f"{folder}/requests.csv", RequestRow)
    }


def steps_of(story: Story, today: date) -> tuple[Step, ...]:
    """The steps of a story, its opening included; a start that has passed is a fortnight ahead."""
    request = _requests()[story.request]
    start = max(request.desired_start, today + timedelta(days=14))
    opening = request.body(story.programme) | {"desired_start": start}
    return (Step(story.opener, "open", lambda _today: opening), *at_once(story))
