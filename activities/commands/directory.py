"""A command to a school, a person, a provider or a programme."""

from typing import Final

from activities.commands.outcome import (
    Accepted,
    Outcome,
    event_draft,
    named_schools,
    refused,
    stale,
    untimely,
)
from activities.event_log.append import LogTransaction
from activities.read_models.facts import FactReader
from activities.read_models.update import write_directory
from domain.case.situation import Refusal
from domain.directory.base import DirectoryCommand, DirectoryEvent
from domain.ids import stream_key, stream_kind
from domain.messages import HandleCommand
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
}


def decide_directory(
    held: LogTransaction, facts: FactReader, request: HandleCommand, body: DirectoryCommand
) -> Outcome:
    """What the rules of a directory stream make of the command."""
    command = request.command
    kind, key = stream_kind(command.stream), stream_key(command.stream)
    rules = DIRECTORY[kind]
    state = rules.state()
    for recorded in held.read_stream(command.stream):
        envelope = recorded.envelope
        event = read_event(kind, envelope.type, envelope.schema_version, recorded.payload)
        if isinstance(event, DirectoryEvent):
            state = rules.evolve(state, event)
    if command.on_behalf_of is not None:
        return refused(command, Refusal("R-BEHALF", "Directory entries are made in one's own name."))
    wrong = stale(command, state.version) or untimely(command, request.now)
    if wrong is not None:
        return refused(command, wrong)
    own = (key,) if kind == "provider" else ()
    known = facts.directory_facts(
        person_id=command.person, now=request.now, named_schools=(*named_schools(body), *own)
    )
    decided = rules.decide(state, body, known, key)
    if isinstance(decided, Refusal):
        return refused(command, decided)
    after = state
    for event in decided:
        after = rules.evolve(after, event)
    acting = next((post for post in known.posts if post.post is Post.ADMINISTRATOR), None)
    return Accepted(
        events=tuple(event_draft(event, request, acting) for event in decided),
        expected_version=state.version,
        happened=tuple(_SENTENCES[type(event).__name__].format(command.stream) for event in decided),
        write=lambda position: write_directory(held.connection, kind, key, after, position),
    )
