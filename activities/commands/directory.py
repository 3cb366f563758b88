"""A command to a school, a person, a provider or a programme."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from activities.commands.directory_sentences import told
from activities.commands.folding import evolved, fold_directory
from activities.commands.outcome import (
    Accepted,
    Declined,
    Outcome,
    Question,
    event_draft,
    named_funds,
    named_schools,
    stale,
    untimely,
)
from activities.event_log.drafts import EventDraft
from activities.event_log.read import RecordedEvent
from activities.read_models.facts import FactReader
from activities.read_models.update import write_directory
from activities.read_models.wakes import wake_for
from domain.case.situation import Refusal
from domain.directory.base import DirectoryCommand, DirectoryFacts, entitling_post
from domain.directory.overviews import may_record
from domain.directory.providers import DeclareCapacity
from domain.funding.funds import FundState, OpenFund
from domain.funding.keepers import keeping_post
from domain.ids import stream_key, stream_kind
from domain.parties import HeldPost
from domain.streams import DIRECTORY


def decide_directory(
    connection: Connection,
    facts: FactReader,
    question: Question,
    body: DirectoryCommand,
    unwritten: Sequence[EventDraft] = (),
) -> Outcome:
    """What the rules of a directory stream make of the command.

    `unwritten` are events of this stream that are taken as if they stood in the log behind its last one:
    those of earlier commands, where a whole list is tried and none of it written.
    """
    command = question.command
    kind, key = stream_kind(command.stream), stream_key(command.stream)
    rules = DIRECTORY[kind]
    state = evolved(
        command.stream,
        fold_directory(connection, command.stream),
        ((draft.type, draft.schema_version, draft.payload) for draft in unwritten),
    )
    if command.on_behalf_of is not None:
        return Declined(Refusal("R-BEHALF", "Directory entries are made in one's own name."))
    wrong = stale(command, state.version) or untimely(command, question.now)
    if wrong is not None:
        return Declined(wrong)
    own = (key,) if kind in {"provider", "overview"} else ()
    known = facts.directory_facts(
        person_id=command.person,
        now=question.now,
        named_schools=(*named_schools(body), *own),
        taken_of=key if isinstance(body, DeclareCapacity) else None,
        named_funds=(key, *named_funds(body)) if kind == "fund" else (),
        named_authorities=body.authorities if isinstance(body, OpenFund) else (),
        own_network=key if kind == "network" else None,
    )
    decided = rules.decide(state, body, known, key)
    if isinstance(decided, Refusal):
        return Declined(decided)
    after = state
    for event in decided:
        after = rules.evolve(after, event)

    def write(connection: Connection, recorded: Sequence[RecordedEvent]) -> None:
        position = recorded[-1].position
        write_directory(connection, kind, key, after, position, state)
        for event in decided:
            wake_for(connection, key, event, position, state)

    acting = may_record(known.posts, key) if kind == "overview" else _acting(kind, known, state, body)
    return Accepted(
        events=tuple(event_draft(event, question, acting) for event in decided),
        expected_version=state.version,
        happened=tuple(told(kind, key, event, after) for event in decided),
        write=write,
    )


def _acting(kind: str, known: DirectoryFacts, state: Any, body: DirectoryCommand) -> HeldPost | None:
    """The post that entitled the sender; of funds and rate cards finance before administrator."""
    if kind in {"fund", "ratecard"}:
        declared = state.declared if isinstance(state, FundState) else None
        programme = declared.programme if declared is not None else getattr(body, "programme", None)
        return keeping_post(known, programme)
    return entitling_post(body, known)
