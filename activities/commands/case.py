"""A command to a case: fold it, read the facts, decide, and say what must be written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from activities.commands.outcome import (
    Accepted,
    Declined,
    Outcome,
    Question,
    event_draft,
    named_persons,
    named_schools,
    stale,
    untimely,
)
from activities.event_log import read
from activities.event_log.read import RecordedEvent
from activities.read_models.facts import FactReader, Pool
from activities.read_models.outbox import count_unsent, update_unsent
from activities.read_models.update import write_case
from domain.case import events as e
from domain.case.candidates import candidates_of
from domain.case.commands import (
    SYSTEM_VERBS,
    AcceptOffer,
    AgreeVariation,
    Align,
    Assign,
    CaseCommand,
    Contribute,
    DraftAgreement,
    Enrol,
    Extend,
    Match,
    Offer,
    Open,
    ProposeVariation,
    Reopen,
    Signpost,
    Submit,
)
from domain.case.decide import decide
from domain.case.events import read_case_event
from domain.case.situation import Decision, Facts, Refusal
from domain.case.stages import Stage
from domain.case.state import CaseState, fold
from domain.case.status import case_status
from domain.case.suggest import next_steps, verbs_tried
from domain.envelope import ProgrammeRef
from domain.ids import SYSTEM_PERSON, stream_key
from domain.messages import CaseStatus, NextStep, UnsignedCommand
from domain.parties import HeldPost, Party, recording_post
from domain.programmes.model import Programme
from domain.text.sentences import sentence
from domain.text.voice import Voice


def fold_case(connection: Connection, stream: str) -> CaseState:
    """The case as its stream has it. Raises UnknownEventError where this code does not know an event."""
    return fold(
        (read_case_event(r.envelope.type, r.envelope.schema_version, r.payload), r.envelope.occurred_at)
        for r in read.read_stream(connection, stream)
    )


def status_of(connection: Connection, stream: str) -> CaseStatus:
    """Where a case stands; version 0 where the log knows of none."""
    state = fold_case(connection, stream)
    programme = FactReader(connection).programme(state.programme) if state.version else None
    return with_unsent(connection, case_status(state, programme), stream) if programme else CaseStatus()


def with_unsent(connection: Connection, status: CaseStatus, stream: str) -> CaseStatus:
    """The status with how many notices wait for delivery."""
    unsent = count_unsent(connection, stream_key(stream))
    return status.model_copy(update={"unsent": unsent}) if unsent else status


def hints_of(connection: Connection, stream: str, now: datetime) -> tuple[NextStep, ...]:
    """What the case would take now. Nothing rests on it, so it needs no lock."""
    facts, state = FactReader(connection), fold_case(connection, stream)
    programme = facts.programme(state.programme) if state.version else None
    return steps_for(facts, state, programme, now) if programme else ()


def decide_case(connection: Connection, facts: FactReader, question: Question, body: CaseCommand) -> Outcome:
    """What the rules of a case make of the command. A refusal names no next steps: those are no part of
    what is decided and kept, and are worked out once the log is free again.
    """
    command = question.command
    reference, state = stream_key(command.stream), fold_case(connection, command.stream)
    code = body.programme if isinstance(body, Open) and not state.version else state.programme
    programme = facts.programme(code)
    if programme is None:
        return Declined(_no_such_case(body, reference, code))
    status = case_status(state, programme)
    recording = _recording_post(facts, question, state, body, programme)
    wrong = (
        stale(command, _version_to_know(connection, command, state.version))
        or _recorder_problem(command, recording, programme)
        or untimely(command, question.now)
    )
    if wrong is not None:
        return Declined(wrong, status)
    behalf = command.on_behalf_of
    known = facts.case_facts(
        state=state,
        programme_in_force=programme,
        person_id=behalf.person if behalf else command.person,
        recorder=command.person,
        now=question.now,
        named_schools=named_schools(body),
        named_persons=named_persons(body),
        need=(state.recipient, state.area) if isinstance(body, Submit | Reopen) else None,
        giver=state.provider if isinstance(body, Submit | Reopen) else None,
        with_holders=isinstance(body, Assign),
        pool=_providers_for(facts, state, body, programme, question.now),
        money=facts.money(programme, state, (body.verb,)),
        named_network=_named_network(body),
        cites_overview=isinstance(body, Align | Contribute),
    )
    decided = decide(state, body, known, reference)
    if isinstance(decided, Refusal):
        return Declined(decided, status)
    return _accepted(question, state, known, decided, recording)


def _providers_for(
    facts: FactReader, state: CaseState, body: CaseCommand, programme: Programme, now: datetime
) -> Pool | None:
    """Schools as providers, where the command asks who could help, or what days one school has left."""
    if isinstance(body, Open | Submit | Reopen):
        opening = body if isinstance(body, Open) else state
        return _beginning(facts, programme, opening.route, opening.provider)
    if programme.matching is None:
        return None
    if isinstance(body, Match | Offer):
        return facts.pool(state, programme, now)
    if isinstance(body, AcceptOffer | DraftAgreement | Extend | ProposeVariation | AgreeVariation):
        return facts.provider(state, programme)
    return None


def _beginning(facts: FactReader, programme: Programme, code: str, number: str | None) -> Pool | None:
    """Whether the school that begins is designated, where its route asks for that."""
    route = programme.route(code)
    return facts.standing(programme, number) if route and route.designated and number else None


def _named_network(body: CaseCommand) -> str | None:
    """The network or course in which the command would end the case."""
    match body:
        case Signpost():
            return body.offer
        case Enrol():
            return body.network
    return None


def _version_to_know(connection: Connection, command: UnsignedCommand, version: int) -> int:
    """The version that a sender must have read: that mail went out since changes nothing they decide on."""
    read_before = command.expected_version
    if read_before is None or not 0 < read_before < version:
        return version
    since = read.read_stream(connection, command.stream)[read_before:]
    return read_before if {r.envelope.type for r in since} <= _UNHEARD else version


_UNHEARD: Final = frozenset({e.MailAccepted.type_name(), e.TimerIgnored.type_name()})


def steps_for(
    facts: FactReader, state: CaseState, programme: Programme, now: datetime
) -> tuple[NextStep, ...]:
    """What would be accepted now, and from whom. Tried with the rules; nothing is written."""
    if not state.version:
        return ()
    holders = facts.case_facts(
        state=state, programme_in_force=programme, person_id="", recorder="", now=now, with_holders=True
    ).holders
    money = facts.money(programme, state, verbs_tried(state))
    everyone = tuple(person for persons in holders.values() for person in persons)
    pool = _pool_of_stage(facts, state, programme, now)

    def facts_of(person: str, schools: tuple[str, ...]) -> Facts:
        return facts.case_facts(
            state=state,
            programme_in_force=programme,
            person_id=person,
            recorder=person,
            now=now,
            named_schools=schools,
            named_persons=everyone,
            need=(state.recipient, state.area),
            giver=state.provider,
            with_holders=True,
            pool=pool,
            money=money,
            cites_overview=state.stage is Stage.AWAITING_ALIGNMENT,
        )

    return next_steps(state, facts_of, _candidates(facts, state, facts_of("", ())))


def _pool_of_stage(facts: FactReader, state: CaseState, programme: Programme, now: datetime) -> Pool | None:
    """Schools as providers, in the stages whose next step asks for them."""
    if state.stage is Stage.DRAFT:
        return _beginning(facts, programme, state.route, state.provider)
    if programme.matching is None:
        return None
    if state.stage is Stage.MATCHING:
        return facts.pool(state, programme, now)
    planned = state.stage in _PLANNED or state.variation is not None
    return facts.provider(state, programme) if planned else None


def _candidates(facts: FactReader, state: CaseState, known: Facts) -> tuple[str, ...]:
    """Schools that might be offered the case, best first."""
    if state.stage is not Stage.MATCHING:
        return ()
    return candidates_of(state, known) if known.programme.matching else facts.offering(state)


_PLANNED: Final = frozenset({Stage.PARTNER_OFFERED, Stage.AGREEMENT_DRAFTING})


def _accepted(
    question: Question,
    state: CaseState,
    known: Facts,
    decided: Decision,
    recording: HeldPost | None,
) -> Accepted:
    programme = known.programme
    occurred = question.command.occurred_at or question.now
    after = fold(((event, occurred) for event in decided.events), state)

    def write(connection: Connection, recorded: Sequence[RecordedEvent]) -> None:
        write_case(connection, after, programme, recorded[-1].position)
        update_unsent(connection, state, decided.events, recorded)

    voice = Voice(programme, {number: school.name for number, school in known.schools.items()})
    rules = ProgrammeRef(code=programme.code, version=programme.version)
    calendar = known.days_of(after.recipient).calendar
    return Accepted(
        events=tuple(
            event_draft(event, question, decided.acting, rules, calendar, recording)
            for event in decided.events
        ),
        expected_version=state.version,
        happened=tuple(sentence(event, voice) for event in decided.events),
        write=write,
        status=case_status(after, programme),
    )


def _no_such_case(body: CaseCommand, reference: str, code: str) -> Refusal:
    if isinstance(body, Open):
        return Refusal("R-PROGRAMME", f"No programme {code} is on record.", "See: brokerage programme list")
    return Refusal("R-NO-CASE", f"There is no case {reference}.", "See: brokerage case list")


def _recording_post(
    facts: FactReader, question: Question, state: CaseState, body: CaseCommand, programme: Programme
) -> HeldPost | None:
    """The post in which the sender records somebody else's decision in this case, if they hold one."""
    if question.command.on_behalf_of is None:
        return None
    day = question.now.astimezone(ZoneInfo(programme.time_zone)).date()
    recipient = state.recipient or getattr(body, "recipient", None)
    return recording_post(
        facts.posts(question.command.person, day), recipient, state.provider, programme.code
    )


def _recorder_problem(
    command: UnsignedCommand, recording: HeldPost | None, programme: Programme
) -> Refusal | None:
    """The system acts only by rules; only certain posts may record what somebody else decided."""
    if command.person == SYSTEM_PERSON and command.verb not in SYSTEM_VERBS:
        return Refusal("R-POST", "The system acts only by rules.")
    behalf = command.on_behalf_of
    if behalf is None:
        return None
    if behalf.person in {SYSTEM_PERSON, command.person}:
        return Refusal("R-BEHALF", f"Nothing can be recorded for {behalf.person}.")
    if recording is not None:
        return None
    return Refusal(
        "R-BEHALF",
        f"{command.person} holds no post that may record a decision for somebody else in this case.",
        f"The {programme.word(Party.BROKER)}, the {programme.word(Party.PRINCIPAL_ADVISER)} and the school's own "
        f"{programme.word(Party.SIP)} may.",
    )
