"""Decide where it commits: one command, one lock, one transaction.

Who sent it is proven first; what cannot be proven leaves no trace in the log. Then, under the log's
lock: a known command gets its old answer; otherwise the stream is folded, facts are read, the pure
`decide` answers, and events, read models and the answer are committed together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from pydantic import ValidationError

from activities.event_log.append import EventLog, LogTransaction
from activities.event_log.drafts import CommandDraft, EventDraft, Placement
from activities.kill_points import kill_point
from activities.read_models.facts import FactReader
from activities.read_models.update import write_case, write_directory
from activities.signing import public_key_text, sign_command, signature_fits
from activities.vault import Vault
from domain.canonical import canonical_bytes, instant_text, plain
from domain.case import decide as case_rules
from domain.case.commands import SYSTEM_VERBS, CaseCommand, Open
from domain.case.events import CaseEvent, read_case_event
from domain.case.situation import Decision, Refusal
from domain.case.state import CaseState, fold
from domain.case.status import case_status
from domain.case.suggest import next_steps
from domain.directory.base import DirectoryCommand
from domain.envelope import ActingPerson, EngineRef, ProgrammeRef
from domain.ids import SYSTEM_PERSON, case_stream, deadline_command_id, stream_key, stream_kind
from domain.messages import (
    LARGEST_COMMAND_BYTES,
    Answer,
    CaseStatus,
    Command,
    HandleCommand,
    HandledCommand,
    LoadCase,
    NextStep,
    PassDeadline,
    Receipt,
    Refused,
)
from domain.parties import RECORDING_POSTS, HeldPost
from domain.personal import Personal, map_personal
from domain.streams import CASE, DIRECTORY, command_model
from domain.text.english import Voice, sentence

_log = structlog.get_logger(__name__)

UNRECORDED: Final = frozenset({"R-SIGNATURE", "R-REFERENCE", "R-BODY"})
"""Refusals that leave no trace: not proven to be anybody's, or not a command that could ever be kept."""


@dataclass(frozen=True)
class _Outcome:
    """What a stream's rules made of a command, before it is written."""

    events: tuple[EventDraft, ...]
    expected_version: int
    receipt: Any
    """From the placement of the events to the receipt."""
    write: Any
    """Writes the read models, given the position of the last event."""
    status: CaseStatus


class CommandHandler:
    """Handles commands for one log. Safe to use from many threads; the log's lock puts them in order."""

    def __init__(self, log: EventLog, vault: Vault, system_key: bytes) -> None:
        self._event_log = log
        self._vault = vault
        self._system_key = system_key

    def handle(self, request: HandleCommand) -> HandledCommand:
        """The answer to a command; committed before this returns, or nothing was."""
        command = request.command
        if len(canonical_bytes(plain(command.model_dump()))) > LARGEST_COMMAND_BYTES:
            return self._unrecorded(command, _TOO_LARGE)
        with self._event_log.transaction() as held:
            facts = FactReader(held.connection)
            public_key = self._key_of(command, facts)
            if public_key is None or not signature_fits(command, public_key):
                _log.warning("command turned away: signature", stream=command.stream, person=command.person)
                return self._unrecorded(command, _not_proven(command, public_key))
            known = held.find_command(command.command_id)
            if known is not None:
                answer = _read_answer(known.answer)
                return HandledCommand(answer=answer, status=self._status(held, command.stream))
            handled = self._decide(held, facts, request, public_key)
            kill_point("before_commit")
        kill_point("after_commit")
        return handled

    def load(self, request: LoadCase) -> CaseStatus:
        """Where a case stands; version 0 where the log knows of none."""
        with self._event_log.transaction() as held:
            return self._status(held, case_stream(request.reference))

    def pass_deadline(self, request: PassDeadline) -> HandledCommand:
        """Record, as the system, that a deadline passed; the same deadline is the same command."""
        stream = case_stream(request.reference)
        due_at = instant_text(request.due_at)
        command = sign_command(
            seed=self._system_key,
            command_id=deadline_command_id(stream, request.wait, due_at),
            stream=stream,
            verb="pass-deadline",
            body={"wait": request.wait, "due_at": due_at},
            person=SYSTEM_PERSON,
        )
        return self.handle(
            HandleCommand(command=command, now=request.now, workflow=request.workflow, run=request.run)
        )

    def handle_as_system(self, stream: str, verb: str, body: dict[str, Any], command_id: str) -> Answer:
        """A command of the system itself, given outside any workflow: founding entries."""
        command = sign_command(
            seed=self._system_key,
            command_id=command_id,
            stream=stream,
            verb=verb,
            body=body,
            person=SYSTEM_PERSON,
        )
        now = datetime.now(UTC)
        return self.handle(HandleCommand(command=command, now=now, workflow="founding", run="")).answer

    @property
    def system_public_key(self) -> str:
        """The public key of the person `system`."""
        return public_key_text(self._system_key)

    def _key_of(self, command: Command, facts: FactReader) -> str | None:
        """The sender's key on record; for the very first entry, the system's own."""
        on_record = facts.public_key(command.person)
        if on_record is None and command.person == SYSTEM_PERSON:
            return self.system_public_key
        return on_record

    def _decide(
        self, held: LogTransaction, facts: FactReader, request: HandleCommand, public_key: str
    ) -> HandledCommand:
        command = request.command
        kind = stream_kind(command.stream)
        model = command_model(kind, command.verb)
        if model is None:
            return self._unrecorded(
                command, Refusal("R-BODY", f"There is no command '{command.verb}' for {kind}/….")
            )
        try:
            body = model.model_validate(command.body)
        except ValidationError as error:
            return self._unrecorded(command, _bad_body(error))
        outcome: _Outcome | Refused
        sealed = map_personal(body, lambda text, path: self._seal(command, text, path))
        if isinstance(sealed, DirectoryCommand):
            outcome = self._decide_directory(held, facts, request, sealed)
        else:
            outcome = self._decide_case(held, facts, request, sealed)
        draft = CommandDraft(
            id=command.command_id,
            stream=command.stream,
            verb=command.verb,
            person=command.person,
            body=plain(sealed.model_dump()),
            body_hash=command.body_hash,
            signature=command.signature,
            public_key=public_key,
            on_behalf_of=command.on_behalf_of,
            occurred_at=command.occurred_at,
            facts=facts.positions,
        )
        if isinstance(outcome, Refused):
            if outcome.code not in UNRECORDED:
                held.refuse(draft, request.now, outcome.model_dump(mode="json"))
            return HandledCommand(answer=outcome, status=outcome.status or CaseStatus())
        receipts: list[Receipt] = []

        def answer(placement: Placement) -> dict[str, Any]:
            receipts.append(outcome.receipt(placement))
            return receipts[0].model_dump(mode="json")

        appended = held.append(
            command.stream, outcome.expected_version, outcome.events, draft, request.now, answer
        )
        if appended.events:
            outcome.write(appended.events[-1].position)
        return HandledCommand(answer=receipts[0], status=outcome.status)

    def _decide_case(
        self, held: LogTransaction, facts: FactReader, request: HandleCommand, body: CaseCommand
    ) -> "_Outcome | Refused":
        command, now = request.command, request.now
        reference = stream_key(command.stream)
        state, code = self._fold(held, command.stream), None
        code = state.programme or (body.programme if isinstance(body, Open) else "")
        programme = facts.programme(code)
        if programme is None:
            missing = Refusal("R-NO-CASE", f"There is no case {reference}.", "See: brokerage case list")
            if isinstance(body, Open):
                missing = Refusal(
                    "R-PROGRAMME", f"No programme {code} is on record.", "See: brokerage programme list"
                )
            return _refused(command, missing)
        status = case_status(state, programme)
        if command.expected_version is not None and command.expected_version != state.version:
            stale = Refusal(
                "R-VERSION",
                f"{reference} is at version {state.version}, not at {command.expected_version}.",
                f"Read it again: brokerage case show {reference}",
            )
            return _refused(command, stale, status)
        decider = _decider(command)

        def facts_of(person: str, schools: tuple[str, ...], recorder: str | None = None) -> Any:
            return facts.case_facts(
                state=state,
                programme_in_force=programme,
                person_id=person,
                recorder=recorder or person,
                now=now,
                named_schools=(*schools, *_named_schools(body)),
                named_persons=_named_persons(body),
                need=(state.recipient, state.area) if body.verb == "submit" else None,
            )

        wrong = self._wrong_recorder(facts, command, programme.time_zone, now) or _wrong_time(command, now)
        if wrong is not None:
            return _refused(command, wrong, status)
        decided = case_rules.decide(state, body, facts_of(decider, (), command.person), reference)
        if isinstance(decided, Refusal):
            hints = FactReader(held.connection)
            steps = (
                next_steps(state, _hint_facts(hints, state, programme, now), hints.candidates(state))
                if state.version
                else ()
            )
            return _refused(command, decided, status, steps)
        return self._case_outcome(request, state, decided, programme, facts, held)

    def _case_outcome(
        self,
        request: HandleCommand,
        state: CaseState,
        decided: Decision,
        programme: Any,
        facts: FactReader,
        held: LogTransaction,
    ) -> _Outcome:
        command = request.command
        occurred = command.occurred_at or request.now
        after = fold(((event, occurred) for event in decided.events), state)
        status = case_status(after, programme)
        drafts = tuple(
            _draft(
                event,
                type(event).__name__,
                request,
                decided.acting,
                ProgrammeRef(code=programme.code, version=programme.version),
                programme.calendar,
            )
            for event in decided.events
        )
        names = {
            n: s.name
            for n, s in facts.schools(
                (after.recipient, after.provider or "", *_schools_in(decided.events)), request.now.date()
            ).items()
        }
        voice = Voice(programme, names)
        happened = tuple(sentence(event, voice) for event in decided.events)

        def receipt(placement: Placement) -> Receipt:
            return _receipt(command, placement, happened, status)

        def write(position: int) -> None:
            write_case(held.connection, after, programme, position)

        return _Outcome(drafts, state.version, receipt, write, status)

    def _decide_directory(
        self, held: LogTransaction, facts: FactReader, request: HandleCommand, body: DirectoryCommand
    ) -> "_Outcome | Refused":
        command = request.command
        kind, key = stream_kind(command.stream), stream_key(command.stream)
        rules = DIRECTORY[kind]
        state = rules.state()
        for recorded in held.read_stream(command.stream):
            model = rules.events[recorded.envelope.type]
            state = rules.evolve(state, model.model_validate(recorded.payload))
        if command.on_behalf_of is not None:
            return _refused(command, Refusal("R-BEHALF", "Directory entries are made in one's own name."))
        if command.expected_version is not None and command.expected_version != state.version:
            return _refused(
                command,
                Refusal(
                    "R-VERSION",
                    f"{command.stream} is at version {state.version}, not at {command.expected_version}.",
                ),
            )
        named = (*_named_schools(body), *((key,) if kind == "provider" else ()))
        known = facts.directory_facts(person_id=command.person, now=request.now, named_schools=named)
        decided = rules.decide(state, body, known, key)
        if isinstance(decided, Refusal):
            return _refused(command, decided)
        after = state
        for event in decided:
            after = rules.evolve(after, event)
        acting = next((held_post for held_post in known.posts if held_post.post == "administrator"), None)
        drafts = tuple(_draft(event, type(event).__name__, request, acting, None, None) for event in decided)
        happened = tuple(_directory_sentence(type(event).__name__, command.stream) for event in decided)

        def receipt(placement: Placement) -> Receipt:
            return _receipt(command, placement, happened, None)

        def write(position: int) -> None:
            write_directory(held.connection, kind, key, after, position)

        return _Outcome(drafts, state.version, receipt, write, CaseStatus())

    def _wrong_recorder(
        self, facts: FactReader, command: Command, zone: str, now: datetime
    ) -> Refusal | None:
        """Only certain posts may record a decision for somebody else, and not for the system."""
        behalf = command.on_behalf_of
        if command.person == SYSTEM_PERSON and command.verb not in SYSTEM_VERBS:
            return Refusal("R-POST", "The system acts only by rules.")
        if behalf is None:
            return None
        if behalf.person == SYSTEM_PERSON or behalf.person == command.person:
            return Refusal("R-BEHALF", f"Nothing can be recorded for {behalf.person}.")
        posts = facts.posts(command.person, now.astimezone(ZoneInfo(zone)).date())
        if not any(held.post in RECORDING_POSTS for held in posts):
            return Refusal(
                "R-BEHALF",
                f"{command.person} holds no post that may record a decision for somebody else.",
                "A broker, a school improvement partner or a principal adviser may.",
            )
        return None

    def _seal(self, command: Command, text: Personal, path: str) -> Personal:
        if text.clear is None:
            raise ValueError(f"{path}: a command arrives with its texts in clear")
        kind, key = stream_kind(command.stream), stream_key(command.stream)
        subject = f"person/{key}" if kind == "person" else command.stream
        return Personal(self._vault.seal(subject, f"{command.command_id}#{path}", text.clear))

    def _fold(self, held: LogTransaction, stream: str) -> CaseState:
        return fold(
            (
                read_case_event(r.envelope.type, r.envelope.schema_version, r.payload),
                r.envelope.occurred_at,
            )
            for r in held.read_stream(stream)
        )

    def _status(self, held: LogTransaction, stream: str) -> CaseStatus:
        if stream_kind(stream) != CASE:
            return CaseStatus()
        state = self._fold(held, stream)
        programme = FactReader(held.connection).programme(state.programme) if state.version else None
        return case_status(state, programme) if programme else CaseStatus()

    def _unrecorded(self, command: Command, refusal: Refusal) -> HandledCommand:
        return HandledCommand(answer=_refused(command, refusal), status=CaseStatus())


_TOO_LARGE = Refusal(
    "R-BODY",
    f"The command is larger than {LARGEST_COMMAND_BYTES // 1024} KiB.",
    "Put long texts into documents.",
)


def _decider(command: Command) -> str:
    return command.on_behalf_of.person if command.on_behalf_of else command.person


def _hint_facts(reader: FactReader, state: CaseState, programme: Any, now: datetime) -> Any:
    def facts_of(person: str, schools: tuple[str, ...]) -> Any:
        return reader.case_facts(
            state=state,
            programme_in_force=programme,
            person_id=person,
            recorder=person,
            now=now,
            named_schools=schools,
            named_persons=_everyone(reader, state, programme, now),
            need=(state.recipient, state.area),
        )

    return facts_of


def _everyone(reader: FactReader, state: CaseState, programme: Any, now: datetime) -> tuple[str, ...]:
    day = now.astimezone(ZoneInfo(programme.time_zone)).date()
    schools = reader.schools((state.recipient, state.provider or ""), day)
    return tuple(person for school in schools.values() for person in (*school.staff, *school.sips))


def _wrong_time(command: Command, now: datetime) -> Refusal | None:
    if command.occurred_at is not None and command.occurred_at > now:
        return Refusal(
            "R-DATES", f"{instant_text(command.occurred_at)} lies ahead; it cannot have happened yet."
        )
    return None


def _not_proven(command: Command, public_key: str | None) -> Refusal:
    if public_key is None:
        return Refusal(
            "R-SIGNATURE",
            f"{command.person} is not on record with a key; nobody can act as them.",
            "An administrator adds people: brokerage person add",
        )
    return Refusal(
        "R-SIGNATURE",
        f"The command is not signed with the key of {command.person} that is on record.",
        "See which key this profile holds: brokerage doctor",
    )


def _bad_body(error: ValidationError) -> Refusal:
    problems = "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'body'}: {item['msg']}"
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    )
    return Refusal("R-BODY", f"The command is not well formed: {problems}.")


def _refused(
    command: Command,
    refusal: Refusal,
    status: CaseStatus | None = None,
    steps: tuple[NextStep, ...] = (),
) -> Refused:
    return Refused(
        command_id=command.command_id,
        body_hash=command.body_hash,
        stream=command.stream,
        code=refusal.code,
        message=refusal.message,
        hint=refusal.hint,
        next_steps=steps,
        status=status,
    )


def _receipt(
    command: Command, placement: Placement, happened: tuple[str, ...], status: CaseStatus | None
) -> Receipt:
    return Receipt(
        command_id=command.command_id,
        body_hash=command.body_hash,
        stream=command.stream,
        version=placement.version,
        position=placement.position,
        events=tuple(placed.type for placed in placement.events),
        happened=happened,
        status=status,
    )


def _read_answer(answer: Mapping[str, Any]) -> Receipt | Refused:
    model = Receipt if answer["kind"] == "receipt" else Refused
    return model.model_validate(answer)


def _draft(
    event: Any,
    type_name: str,
    request: HandleCommand,
    acting: HeldPost | None,
    programme: ProgrammeRef | None,
    calendar: str | None,
) -> EventDraft:
    command = request.command
    payload = event.payload()
    return EventDraft(
        type=type_name,
        schema_version=event.schema_version,
        payload=payload,
        occurred_at=command.occurred_at or request.now,
        actor=ActingPerson(
            person=command.person,
            post=acting.post.value if acting else None,
            school=acting.school if acting else None,
            on_behalf_of=command.on_behalf_of,
        ),
        programme=programme,
        calendar=calendar,
        reason=payload.get("reason_code"),
        language=command.language,
        engine=EngineRef(workflow=request.workflow, run=request.run),
    )


def _named_schools(body: Any) -> tuple[str, ...]:
    names = ("recipient", "provider", "preferred_provider", "school")
    return tuple(number for name in names if isinstance(number := getattr(body, name, None), str))


def _named_persons(body: Any) -> tuple[str, ...]:
    terms = getattr(body, "terms", None)
    if terms is None:
        return ()
    names = ("provider_lead", "recipient_lead", "provider_deputy", "recipient_deputy", "safeguarding_contact")
    return tuple(person for name in names if (person := getattr(terms, name)) is not None)


def _schools_in(events: tuple[CaseEvent, ...]) -> tuple[str, ...]:
    return tuple(number for event in events if isinstance(number := getattr(event, "provider", None), str))


def _directory_sentence(type_name: str, stream: str) -> str:
    words = {
        "PersonRegistered": "{} is on record.",
        "PostAssigned": "A post was recorded for {}.",
        "PostEnded": "The end of a post was recorded for {}.",
        "KeyReplaced": "The key of {} was replaced.",
        "SchoolRegistered": "{} is in the register.",
        "OfferRecorded": "An offer of {} was recorded.",
        "ProgrammePublished": "{} is in force.",
    }
    return words[type_name].format(stream)
