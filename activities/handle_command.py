"""Decide where it commits: one command, one lock, one transaction.

Who sent it is proven first; what cannot be proven leaves no trace in the log. Then, under the log's
lock: a known command gets its old answer; otherwise the stream is folded, facts are read, the pure
`decide` answers, and events, read models and the answer are committed together. What would help after a
refusal is worked out afterwards, when the log is free again: it is no part of the answer that is kept.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Engine

from activities.commands.case import hints_of, status_of, with_unsent
from activities.commands.deciding import (
    KEY_TAKEN,
    decide_command,
    keeps_a_trace,
    read_given,
    unfit,
    without_key,
)
from activities.commands.outcome import Declined, Question, receipt, refused
from activities.event_log import read
from activities.event_log.append import EventLog, LogTransaction
from activities.event_log.command_record import CommandRecord
from activities.event_log.drafts import CommandDraft, Placement
from activities.kill_points import kill_point
from activities.read_models.facts import FactReader
from activities.read_models.wakes import count_wakes
from activities.signing import public_key_text, sign_command, signature_fits
from activities.vault import SubjectErasedError, Vault
from domain.canonical import instant_text, plain
from domain.case.commands import Told
from domain.case.situation import Refusal
from domain.envelope import EngineRef
from domain.ids import SYSTEM_PERSON, case_stream, deadline_command_id, stream_kind
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
from domain.streams import CASE

_log = structlog.get_logger(__name__)

_AHEAD: Final = timedelta(seconds=60)
_BEHIND: Final = timedelta(minutes=10)


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class CommandHandler:
    """Handles commands for one log. Safe to use from many threads; the log's lock puts them in order.

    The instant that counts is the workflow's: a command is taken up when its task starts, a timer fires
    by the server's clock, and repeating an attempt must not decide otherwise. But what a request says is
    believed only within bounds. It never lies before what the log holds already. On a log of the real
    clock it may lie a minute ahead of this worker's clock, lest one request carry the log into the
    future for good; and where it lies more than ten minutes back, after an outage or because no workflow
    of ours wrote it, this worker's clock counts, lest a post that has ended act once more. On the
    demonstration's clock business time is `offset` seconds ahead of this worker's: nothing is recorded
    before it, once it has been moved.

    `reading` opens the same log for those who only read; without it, reading takes a turn of the writer.
    """

    def __init__(
        self,
        log: EventLog,
        vault: Vault,
        system_key: bytes,
        *,
        clock: Callable[[], datetime] = _wall_clock,
        reading: Engine | None = None,
        offset: Callable[[], int] = lambda: 0,
    ) -> None:
        self._event_log = log
        self._vault = vault
        self._system_key = system_key
        self._clock = clock
        self._read_engine = reading
        self._offset = offset

    @property
    def system_public_key(self) -> str:
        """The public key of the person `system`."""
        return public_key_text(self._system_key)

    @property
    def vault(self) -> Vault:
        """What seals and opens texts of this log."""
        return self._vault

    def handle(self, request: HandleCommand) -> HandledCommand:
        """The answer to a command; committed before this returns, or nothing was."""
        command = request.command
        problem = unfit(command)
        if problem is not None:
            return _turned_away(command, problem)
        with self._event_log.transaction() as held:
            handled = self._handle_under_lock(held, request)
            if handled.status.version:
                status = with_unsent(held.connection, handled.status, command.stream)
                handled = handled.model_copy(update={"status": status})
            if stream_kind(command.stream) != CASE:
                # Also for a command that was answered before: whoever answered may have died just then.
                handled = handled.model_copy(update={"wakes": count_wakes(held.connection)})
            kill_point("before_commit")
        kill_point("after_commit")
        handled = handled.model_copy(update={"status": self._on_its_clock(handled.status)})
        return self._with_steps(request, handled)

    def load(self, request: LoadCase) -> CaseStatus:
        """Where a case stands; version 0 where the log knows of none."""
        with self.reading() as connection:
            return self._on_its_clock(status_of(connection, case_stream(request.reference)))

    def pass_deadline(self, request: PassDeadline) -> HandledCommand:
        """Record, as the system, that a deadline passed; the same deadline is the same command."""
        stream, due_at = case_stream(request.reference), instant_text(request.due_at)
        command_id = deadline_command_id(stream, request.wait, due_at)
        body = {"wait": request.wait, "due_at": due_at}
        command = self.system_command(stream, "pass-deadline", body, command_id)
        return self.handle(
            HandleCommand(command=command, now=request.now, workflow=request.workflow, run=request.run)
        )

    def record_delivery(
        self, reference: str, event: str, place: int, told: Sequence[Told], run: str
    ) -> HandledCommand:
        """Record, as the system, what became of one notice; the same notice is the same command."""
        stream = case_stream(reference)
        body = {"mails": [plain(mail.model_dump()) for mail in told]}
        command = self.system_command(stream, "record-delivery", body, f"mail:{event}.{place}")
        return self.handle(HandleCommand(command=command, now=self._clock(), workflow=stream, run=run))

    def handle_as_system(
        self, stream: str, verb: str, body: dict[str, Any], command_id: str, now: datetime
    ) -> Answer:
        """A command of the system itself, given outside any workflow: founding entries."""
        command = self.system_command(stream, verb, body, command_id)
        request = HandleCommand(command=command, now=now, workflow="founding", run="")
        return self.handle(request).answer

    def system_command(self, stream: str, verb: str, body: dict[str, Any], command_id: str) -> Command:
        """A command of the system itself, signed; the id follows from what is asked."""
        return sign_command(
            seed=self._system_key,
            command_id=command_id,
            stream=stream,
            verb=verb,
            body=body,
            person=SYSTEM_PERSON,
        )

    def _handle_under_lock(self, held: LogTransaction, request: HandleCommand) -> HandledCommand:
        command = request.command
        facts = FactReader(held.connection)
        known = held.find_command(command.command_id)
        if known is not None and _is_repeated(command, known.record):
            return _answered_before(held, command, known.record)
        public_key = self._key_of(command, facts)
        if public_key is None or not signature_fits(command, public_key):
            _log.warning("command turned away: signature", stream=command.stream, person=command.person)
            return _turned_away(command, _not_proven(command, public_key))
        if known is not None and _is_same(command, known.record):
            return _answered_before(held, command, known.record)
        if known is not None:
            return _turned_away(command, KEY_TAKEN)
        now = self._instant(held, request.now)
        if now is None:
            _log.warning("command turned away: clock", stream=command.stream, asked=request.now.isoformat())
            return _turned_away(command, _AHEAD_OF_TIME)
        request = request.model_copy(update={"now": now})
        given = read_given(command)
        if isinstance(given, Refusal):
            return _turned_away(command, given)
        try:
            body = self._vault.seal_model(given, lambda _path: command.stream, command.command_id)
        except SubjectErasedError:
            return _turned_away(command, _ERASED)
        return self._decide_and_record(held, facts, request, body, public_key)

    def _decide_and_record(
        self, held: LogTransaction, facts: FactReader, request: HandleCommand, body: Any, public_key: str
    ) -> HandledCommand:
        command = request.command
        question = Question(command, request.now, EngineRef(workflow=request.workflow, run=request.run))
        outcome = decide_command(held.connection, facts, question, body)
        draft = CommandDraft(
            id=command.command_id,
            stream=command.stream,
            verb=command.verb,
            person=command.person,
            body=plain(body.model_dump()),
            body_hash=command.body_hash,
            signature=command.signature,
            public_key=public_key,
            on_behalf_of=command.on_behalf_of,
            occurred_at=command.occurred_at,
            facts=facts.positions,
        )
        if isinstance(outcome, Declined):
            no = refused(command, outcome.refusal, outcome.status)
            if keeps_a_trace(outcome.refusal):
                held.refuse(draft, request.now, no.model_dump(mode="json"))
            return HandledCommand(answer=no, status=no.status or _status(held, command.stream))
        given: list[Receipt] = []

        def answer(placement: Placement) -> dict[str, Any]:
            given.append(receipt(command, placement, outcome))
            return given[0].model_dump(mode="json")

        appended = held.append(
            command.stream, outcome.expected_version, outcome.events, draft, request.now, answer
        )
        if appended.events:
            outcome.write(held.connection, appended.events)
        return HandledCommand(answer=given[0], status=outcome.status)

    def _instant(self, held: LogTransaction, asked: datetime) -> datetime | None:
        """When this happens, in the log's words; None where the request is ahead of time."""
        identity, last = read.read_identity(held.connection), held.head.recorded_at
        if identity is not None and identity.clock == "real":
            here = self._clock()
            if asked > here + _AHEAD:
                return None
            if asked < here - _BEHIND:
                asked = here
        elif ahead := self._offset():
            # The run that asks may not know yet that the clock was moved.
            asked = max(asked, self._clock() + timedelta(seconds=ahead))
        return asked if last is None else max(asked, last)

    def _on_its_clock(self, status: CaseStatus) -> CaseStatus:
        ahead = self._offset()
        return status.model_copy(update={"clock_offset": ahead}) if ahead else status

    def _with_steps(self, request: HandleCommand, handled: HandledCommand) -> HandledCommand:
        """The refusal with what would help now. A hint that fails is left out: the refusal stands."""
        answer, command = handled.answer, request.command
        if answer.kind == "receipt" or not keeps_a_trace(answer) or not handled.status.version:
            return handled
        try:
            with self.reading() as connection:
                steps = hints_of(connection, command.stream, request.now)
        except Exception:
            _log.exception("no next steps could be named", stream=command.stream)
            return handled
        return handled.model_copy(update={"answer": answer.model_copy(update={"next_steps": steps})})

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the log, to be read."""
        if self._read_engine is None:
            with self._event_log.transaction() as held:
                yield held.connection
        else:
            with self._read_engine.begin() as connection:
                yield connection

    def _key_of(self, command: Command, facts: FactReader) -> str | None:
        """The sender's key on record; for the very first entry, the system's own."""
        on_record = facts.public_key(command.person)
        if on_record is None and command.person == SYSTEM_PERSON:
            return self.system_public_key
        return on_record


_AHEAD_OF_TIME = Refusal(
    "R-CLOCK",
    "The clocks do not agree just now: the command comes from more than a minute ahead. Nothing was recorded.",
    "Send it again when they do: brokerage doctor",
)
_ERASED = Refusal(
    "R-ERASED", "What was written here about this person or case was erased; nothing can be added."
)


def _status(held: LogTransaction, stream: str) -> CaseStatus:
    return status_of(held.connection, stream) if stream_kind(stream) == CASE else CaseStatus()


def _turned_away(command: Command, refusal: Refusal) -> HandledCommand:
    """A refusal that leaves no trace. Its status is empty: it says nothing of the case."""
    return HandledCommand(answer=refused(command, refusal), status=CaseStatus())


def _is_repeated(command: Command, record: CommandRecord) -> bool:
    """Whether this is the very command on record: what was proven then stays proven.

    The key may have been replaced since, even by the command itself.
    """
    return command.body_hash == record.body_hash and signature_fits(command, record.public_key)


def _is_same(command: Command, record: CommandRecord) -> bool:
    """Whether a proven command is the one on record. The system's id alone says what it is to do, so that
    founding can be finished on a later day.
    """
    if command.person == record.person == SYSTEM_PERSON:
        return True
    return command.body_hash == record.body_hash


def _answered_before(held: LogTransaction, command: Command, record: CommandRecord) -> HandledCommand:
    return HandledCommand(answer=_kept_answer(record.answer), status=_status(held, command.stream))


def _not_proven(command: Command, public_key: str | None) -> Refusal:
    if public_key is None:
        return without_key(command.person)
    return Refusal(
        "R-SIGNATURE",
        f"The command is not signed with the key of {command.person} that is on record.",
        "See which key this profile holds: brokerage doctor",
    )


def _kept_answer(answer: dict[str, Any]) -> Receipt | Refused:
    return Receipt.model_validate(answer) if answer["kind"] == "receipt" else Refused.model_validate(answer)
