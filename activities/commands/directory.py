"""A command to a school, a person, a provider or a programme."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from activities.commands.outcome import (
    Accepted,
    Declined,
    Outcome,
    Question,
    event_draft,
    named_schools,
    stale,
    untimely,
)
from activities.event_log import read
from activities.event_log.drafts import EventDraft
from activities.event_log.read import RecordedEvent
from activities.read_models.facts import FactReader
from activities.read_models.update import write_directory
from activities.read_models.wakes import wake_for
from domain.case.situation import Refusal
from domain.directory.base import DirectoryCommand, DirectoryEvent
from domain.directory.overviews import may_record
from domain.ids import stream_key, stream_kind
from domain.parties import Post
from domain.streams import DIRECTORY, read_event

_SENTENCES: Final = {
    "PersonRegistered": "{} is on record.",
    "PostAssigned": "A post was recorded for {}.",
    "PostEnded": "The end of a post was recorded for {}.",
    "KeyReplaced": "The key of {} was replaced.",
    "SchoolRegistered": "{} is in the register.",
    "OfferRecorded": "An offer of {} was recorded.",
    "ProgrammePublished": "{} is in force.",
    "CalendarPublished": "{} is in force.",
    "OverviewRecorded": "A version of {} was recorded.",
    "NetworkOpened": "{} is open to schools.",
    "NetworkChanged": "{} was changed.",
    "NetworkClosed": "{} takes no more schools.",
    "SchoolDaysSet": "The own days of a school were recorded in {}.",
}


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
    state = _folded(connection, command.stream, unwritten)
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
        write_directory(connection, kind, key, after, position)
        for event in decided:
            wake_for(connection, key, event, position)

    if kind == "overview":
        acting = may_record(known.posts, key)
    else:
        acting = next((post for post in known.posts if post.post is Post.ADMINISTRATOR), None)
    return Accepted(
        events=tuple(event_draft(event, question, acting) for event in decided),
        expected_version=state.version,
        happened=tuple(_SENTENCES[type(event).__name__].format(command.stream) for event in decided),
        write=write,
    )


def _folded(connection: Connection, stream: str, unwritten: Sequence[EventDraft]) -> Any:
    kind = stream_kind(stream)
    rules = DIRECTORY[kind]
    state = rules.state()
    told = [
        *(
            (r.envelope.type, r.envelope.schema_version, r.payload)
            for r in read.read_stream(connection, stream)
        ),
        *((draft.type, draft.schema_version, draft.payload) for draft in unwritten),
    ]
    for type_name, schema_version, payload in told:
        event = read_event(kind, type_name, schema_version, payload)
        if isinstance(event, DirectoryEvent):
            state = rules.evolve(state, event)
    return state
