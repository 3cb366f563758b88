"""What becomes of a command, from its first look to the last rule: nothing here writes, nothing needs a key.

The worker asks under the log's lock and writes the answer; a dry-run asks the same and writes nothing.
"""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection

from activities.commands.case import decide_case
from activities.commands.directory import decide_directory
from activities.commands.outcome import Outcome, Question, not_well_formed
from activities.event_log.drafts import EventDraft
from activities.read_models.facts import FactReader
from domain.canonical import NotCanonicalError, canonical_bytes, plain
from domain.case.commands import CaseCommand
from domain.case.situation import Refusal
from domain.directory.base import DirectoryCommand
from domain.ids import SYSTEM_PERSON, stream_is_well_named, stream_kind
from domain.messages import LARGEST_COMMAND_BYTES, SYSTEM_COMMAND_PREFIXES, Refused, UnsignedCommand
from domain.personal import Personal, map_personal
from domain.streams import command_model

Given = CaseCommand | DirectoryCommand
"""What a command's body says, read by the model of its verb; texts as its sender gave them."""

UNRECORDED: Final = frozenset({"R-SIGNATURE", "R-REFERENCE", "R-BODY", "R-KEY", "R-CLOCK", "R-VERSION"})
"""Refusals that leave no trace: not proven to be anybody's; no command that could be kept; a key that is
another command's; an instant that cannot be; and what is tried again as the same command: an opening
whose reference is taken, and a command whose sender had read an older version, which is no part of what
was signed."""

KEY_TAKEN: Final = Refusal(
    "R-KEY",
    "This key was used for another command; this one was not done.",
    "One key stands for one command, from one person, with the same content.",
)
_NOT_CANONICAL: Final = Refusal(
    "R-BODY",
    "The command cannot be written in one way only.",
    "Numbers are whole, texts are Unicode NFC, keys are ASCII, instants have a time zone.",
)
_TOO_LARGE: Final = Refusal(
    "R-BODY",
    f"The command is larger than {LARGEST_COMMAND_BYTES // 1024} KiB.",
    "Put long texts into documents.",
)
_SYSTEMS_KEY: Final = Refusal(
    "R-KEY",
    "Keys of that kind are the system's own; the command was not done.",
    "Leave --key out, or take another.",
)


def unfit(command: UnsignedCommand) -> Refusal | None:
    """Why the command is turned away before anything is looked up; None where it is not."""
    if command.command_id.startswith(SYSTEM_COMMAND_PREFIXES) and command.person != SYSTEM_PERSON:
        return _SYSTEMS_KEY
    try:
        size = len(canonical_bytes(plain(command.model_dump())))
    except (NotCanonicalError, OverflowError):
        return _NOT_CANONICAL
    return _TOO_LARGE if size > LARGEST_COMMAND_BYTES else None


def keeps_a_trace(refusal: Refusal | Refused) -> bool:
    """Whether the log keeps the refusal, as the answer to that command for good."""
    return refusal.code not in UNRECORDED


def without_key(person: str) -> Refusal:
    """The refusal of a command in the name of somebody who has no key on record."""
    return Refusal(
        "R-SIGNATURE",
        f"{person} is not on record with a key; nobody can act as them.",
        "An administrator adds people: brokerage person add — or gives a key to those who are on record: "
        f"brokerage person replace-key {person} --public-key KEY",
    )


def read_given(command: UnsignedCommand) -> Given | Refusal:
    """The command's body as the model of its verb reads it, or why there is no such command."""
    model: Any = command_model(stream_kind(command.stream), command.verb)
    if model is None or not stream_is_well_named(command.stream):
        return Refusal("R-BODY", f"There is no command {command.verb!r} for {command.stream}.")
    try:
        given: Given = map_personal(model.model_validate(command.body), _in_clear)
    except ValidationError as error:
        return not_well_formed(error)
    except _NotInClearError as error:
        return Refusal("R-BODY", f"The command is not well formed: {error}.")
    return given


def decide_command(
    connection: Connection,
    facts: FactReader,
    question: Question,
    given: Given,
    unwritten: Sequence[EventDraft] = (),
) -> Outcome:
    """What the rules make of the command; `unwritten` as in `decide_directory`."""
    if isinstance(given, DirectoryCommand):
        return decide_directory(connection, facts, question, given, unwritten)
    return decide_case(connection, facts, question, given)


class _NotInClearError(Exception):
    """A command came with a sealed text: of what somebody sealed elsewhere nobody knows what it says."""


def _in_clear(text: Personal, path: str) -> Personal:
    """Raises _NotInClearError where the text is not given in clear."""
    if text.clear is None:
        raise _NotInClearError(f"{path}: a text is given in clear, never sealed")
    return text
