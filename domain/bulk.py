"""One line of one person about many cases or entries: how it travels, and what became of each command.

Each case gets a signed command of its own, whose id follows from the id of the whole and the case's
reference: every history proves whose decision it was, and however often the line is repeated, each
case takes it once.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from pydantic import Field

from domain.messages import Command, Message

BULK_WORKFLOW: Final = "Bulk"
SUBMIT_BATCH: Final = "submit_batch"

BULK_ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$"
"""No dot: what stands behind the first one in a command's id is the case."""

LARGEST_PART: Final = 500
LARGEST_PART_BYTES: Final = 512 * 1024
"""Commands of one workflow, and their size together: well under the 2 MB that Temporal takes at once."""

BATCH: Final = 40
"""Commands of one activity: what is at most asked again where a worker dies under it."""

OutcomeKind = Literal["done", "refused", "failed", "unknown"]


class BulkPart(Message):
    """Input of one workflow: as many of the commands as it can carry."""

    bulk: str = Field(pattern=BULK_ID_PATTERN)
    commands: tuple[Command, ...] = Field(min_length=1, max_length=LARGEST_PART)


class Batch(Message):
    """Input of one activity: commands to be handed to their cases, each in any order."""

    commands: tuple[Command, ...]


class CaseOutcome(Message):
    """What became of one command."""

    command_id: str
    kind: OutcomeKind
    """`failed`: a worker could not handle it; `unknown`: no answer came, it may have been done."""
    code: str = ""
    message: str = ""
    hint: str = ""
    same: bool = False
    """Done without an event: it stood so on record already."""


class Outcomes(Message):
    """What became of the commands of an activity or a workflow, in the order in which they were given."""

    outcomes: tuple[CaseOutcome, ...]


class BulkProgress(Message):
    """How far a part has come, in answer to its query."""

    total: int
    answered: int


def bulk_command_id(bulk: str, reference: str, about: str | None = None) -> str:
    """Id of the command to that case; see `COMMAND_ID_PATTERN`. `about` tells several to one case apart."""
    return f"{command_id_prefix(bulk)}{reference}" + (f".{about}" if about else "")


def command_id_prefix(bulk: str) -> str:
    """What the ids of all its commands begin with, and no other bulk's."""
    return f"{bulk}."


def part_workflow_id(part: BulkPart) -> str:
    """The same for the same commands: a line that is repeated joins the workflow that still runs."""
    ids = "\n".join(command.command_id for command in part.commands)
    return f"{part_id_prefix(part.bulk)}{hashlib.sha256(ids.encode()).hexdigest()[:16]}"


def part_id_prefix(bulk: str) -> str:
    """What the workflow ids of all its parts begin with, and no other bulk's."""
    return f"bulk/{bulk}/"


def bulk_queue(task_queue: str) -> str:
    """Task queue of the activities that hand commands to cases, beside that of the cases themselves.

    They wait for cases, whose own activities must never have to wait behind them for a free place.
    """
    return f"{task_queue}-bulk"


def parts_of(
    bulk: str,
    commands: Iterable[Command],
    most: int = LARGEST_PART,
    most_bytes: int = LARGEST_PART_BYTES,
) -> Iterator[BulkPart]:
    """The commands in as few parts as can be carried; a single command always fits (see `check_size`)."""
    held: list[Command] = []
    size = 0
    for command in commands:
        own = len(command.model_dump_json().encode())
        if held and (len(held) == most or size + own > most_bytes):
            yield BulkPart(bulk=bulk, commands=tuple(held))
            held, size = [], 0
        held.append(command)
        size += own
    if held:
        yield BulkPart(bulk=bulk, commands=tuple(held))


def batches_of(commands: Sequence[Command], most: int = BATCH) -> Iterator[Batch]:
    """The commands, so many at a time."""
    for start in range(0, len(commands), most):
        yield Batch(commands=tuple(commands[start : start + most]))
