"""What would come of a command now: decided by the worker's own code, on a reader's connection.

Nothing is written, and no key is asked for: texts may stand in clear, because no rule reads them. Three
things can therefore not be foreseen: whether the sender's signature will fit, whether what is written
about the case or person was erased, and hashes that rest on sealed texts (of a drafted agreement).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from activities.commands.case import fold_case, hints_of, status_of
from activities.commands.deciding import Given, decide_command, keeps_a_trace, read_given, unfit, without_key
from activities.commands.outcome import Accepted, Declined, Question
from activities.event_log import read
from activities.event_log.command_record import CommandRecord
from activities.event_log.drafts import EventDraft
from activities.mail.recipients import recipients
from activities.read_models.facts import FactReader
from activities.read_models.outbox import acted_parties
from domain.canonical import instant_text, plain
from domain.case.events import AgreementDrafted, read_case_event
from domain.case.notices import Notice, is_wanted, notices
from domain.case.situation import Refusal
from domain.case.state import evolve
from domain.ids import stream_kind
from domain.messages import CaseStatus, NextStep, UnsignedCommand
from domain.parties import Party
from domain.personal import SEALED_KEY
from domain.streams import CASE


@dataclass(frozen=True)
class WouldBeSent:
    """A mail that would go out: which text, and to whom, as the posts are held now; nobody where none is."""

    template: str
    party: Party
    people: tuple[str, ...]


@dataclass(frozen=True)
class WouldBeDone:
    """It would be recorded."""

    accepted: Accepted
    version: int
    """Of the stream afterwards."""
    before: CaseStatus
    """The case as it stands now; empty where the stream is no case."""
    mails: tuple[WouldBeSent, ...] = ()


@dataclass(frozen=True)
class WouldBeRefused:
    """A rule is against it; what would help, as the worker would say it."""

    refusal: Refusal
    status: CaseStatus | None = None
    next_steps: tuple[NextStep, ...] = ()


@dataclass(frozen=True)
class WasAnswered:
    """A command of this id is in the log: the same one, as far as can be told of sealed texts, or another."""

    record: CommandRecord
    same: bool


Foreseen = WouldBeDone | WouldBeRefused | WasAnswered


def foresee(
    connection: Connection, command: UnsignedCommand, now: datetime, unwritten: Sequence[EventDraft] = ()
) -> Foreseen:
    """What would come of the command at that instant, or at the log's last where that is later.

    `unwritten` are events that earlier commands to the same directory stream would have caused.
    """
    problem = unfit(command)
    if problem is not None:
        return WouldBeRefused(problem)
    given = read_given(command)
    known = read.find_command(connection, command.command_id)
    if known is not None:
        return WasAnswered(known.record, _is_same(command, given, known.record))
    facts = FactReader(connection)
    if facts.public_key(command.person) is None:
        return WouldBeRefused(without_key(command.person))
    if isinstance(given, Refusal):
        return WouldBeRefused(given)
    last = read.last_command(connection)
    question = Question(command, max(now, last.record.recorded_at) if last else now)
    outcome = decide_command(connection, facts, question, given, unwritten)
    before = status_of(connection, command.stream) if stream_kind(command.stream) == CASE else CaseStatus()
    if isinstance(outcome, Declined):
        helps = keeps_a_trace(outcome.refusal) and before.version
        steps = hints_of(connection, command.stream, now) if helps else ()
        return WouldBeRefused(outcome.refusal, outcome.status, steps)
    version = outcome.expected_version + len(outcome.events)
    mails = _mails(connection, command.stream, outcome, question.now)
    return WouldBeDone(_without_hash_of_texts(outcome), version, before, mails)


def _mails(connection: Connection, stream: str, accepted: Accepted, now: datetime) -> tuple[WouldBeSent, ...]:
    if stream_kind(stream) != CASE:
        return ()
    state = fold_case(connection, stream)
    told: list[Notice] = []
    for draft in accepted.events:
        event = read_case_event(draft.type, draft.schema_version, draft.payload)
        state = evolve(state, event, draft.occurred_at)
        told += notices(event, state, acted_parties(draft.actor, state))
    programme = FactReader(connection).programme(state.programme)
    if programme is None:
        return ()
    return tuple(
        WouldBeSent(
            notice.template,
            notice.party,
            tuple(one.person for one in recipients(connection, state, programme, notice.party, now)),
        )
        for notice in told
        if is_wanted(notice, state)
    )


def _without_hash_of_texts(accepted: Accepted) -> Accepted:
    """The same without the hash of an agreement: it covers the texts as they will be sealed."""
    events, happened = list(accepted.events), list(accepted.happened)
    for place, draft in enumerate(events):
        if draft.type != AgreementDrafted.__name__:
            continue
        events[place] = replace(draft, payload=draft.payload | {"content_hash": None})
        happened[place] = happened[place].replace(f" ({draft.payload['content_hash'][:8]})", "")
    return replace(accepted, events=tuple(events), happened=tuple(happened))


def _is_same(command: UnsignedCommand, given: Given | Refusal, record: CommandRecord) -> bool:
    return (
        not isinstance(given, Refusal)
        and (command.stream, command.verb, command.person, command.on_behalf_of)
        == (record.stream, record.verb, record.person, record.on_behalf_of)
        and _text_of(command.occurred_at) == _text_of(record.occurred_at)
        and _says_the_same(plain(given.model_dump()), record.body)
    )


def _text_of(instant: datetime | None) -> str | None:
    return instant_text(instant) if instant else None


def _says_the_same(given: Any, recorded: Any) -> bool:
    """Whether two bodies agree in everything but their texts, which are sealed in the record."""
    if isinstance(recorded, dict) and set(recorded) == {SEALED_KEY}:
        return isinstance(given, str)
    if isinstance(recorded, dict) and isinstance(given, dict):
        return given.keys() == recorded.keys() and all(_says_the_same(given[k], recorded[k]) for k in given)
    if isinstance(recorded, list) and isinstance(given, list):
        return len(given) == len(recorded) and all(map(_says_the_same, given, recorded))
    return bool(given == recorded)
