"""What crosses a process boundary: commands in, answers out, and the names Temporal knows them by.

Messages only grow: a new field has a default, and no field changes its meaning.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.canonical import canonical_bytes, instant_text, plain
from domain.envelope import Language, OnBehalfOf
from domain.ids import COMMAND_ID_PATTERN, PERSON_ID_PATTERN

CASE_WORKFLOW: Final = "Case"
COMMAND_WORKFLOW: Final = "Command"
WAKES_WORKFLOW: Final = "Wakes"
NIGHTLY_WORKFLOW: Final = "Nightly"
SUBMIT_UPDATE: Final = "submit"
LOAD_CASE: Final = "load_case"
HANDLE_COMMAND: Final = "handle_command"
PASS_DEADLINE: Final = "pass_deadline"  # noqa: S105 – the activity's name
DELIVER_MAIL: Final = "deliver_mail"
CALL_WAKES: Final = "call_wakes"
DELIVER_WAKES: Final = "deliver_wakes"
SWEEP: Final = "sweep"
NUDGE_SIGNAL: Final = "nudge"
"""To a case: read the log again; to the wakes: there are more. It carries nothing, so it can say nothing wrong."""

SYSTEM_COMMAND_PREFIXES: Final = ("deadline:", "founding:", "wake:", "mail:")
"""Command ids that the system gives its own commands; they follow from public facts, so nobody else may take one."""

LARGEST_COMMAND_BYTES: Final = 64 * 1024
"""A larger one is refused before it is sent: past 2 MB Temporal would stall the case's workflow."""

SIGNATURE_BYTES: Final = 256
"""What salt, hash and signature add to a command's JSON, so that the size is known before there is a key."""

_SIGNED_PREFIX: Final = b"brokerage-command-v1\n"


class Message(BaseModel):
    """Base of all messages: immutable, closed to unknown fields, never echoing input in its errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class UnsignedCommand(Message):
    """What somebody asks of one stream: all that is decided on. `body` is validated by the verb's own model."""

    command_id: str = Field(pattern=COMMAND_ID_PATTERN)
    stream: str = Field(pattern=r"^[a-z]+/[A-Za-z0-9._-]{1,80}$")
    verb: str = Field(pattern=r"^[a-z][a-z-]{1,39}$")
    body: dict[str, Any] = Field(repr=False)
    person: str = Field(pattern=PERSON_ID_PATTERN)
    on_behalf_of: OnBehalfOf | None = None
    occurred_at: datetime | None = None
    """When it happened, where the person says so; otherwise it happened when it was recorded."""
    expected_version: int | None = Field(default=None, ge=0)
    language: Language = "en"


class Command(UnsignedCommand):
    """The same with the sender's signature, as it is sent."""

    salt: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    body_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    signature: str = Field(pattern=r"^[A-Za-z0-9+/]{86}==$")
    """Ed25519 over `signed_bytes(command_id, body_hash)`, base64."""

    def fingerprint(self) -> str:
        """The body hash that this command ought to carry."""
        return body_hash(
            verb=self.verb,
            stream=self.stream,
            person=self.person,
            on_behalf_of=self.on_behalf_of,
            occurred_at=self.occurred_at,
            body=self.body,
            salt=self.salt,
        )


def command_salt(private_key: bytes, command_id: str) -> str:
    """HMAC of the command id under the sender's private key: the sender can repeat it, nobody can guess it.

    With it in the hash, a short personal text cannot be found by trying once its key is erased.
    """
    return hmac.new(private_key, b"brokerage-salt-v1\n" + command_id.encode(), hashlib.sha256).hexdigest()


def body_hash(
    *,
    verb: str,
    stream: str,
    person: str,
    on_behalf_of: OnBehalfOf | None,
    occurred_at: datetime | None,
    body: dict[str, Any],
    salt: str,
) -> str:
    """SHA-256 over what the person gave, and only that; nothing that a client fills in by itself."""
    given = {
        "verb": verb,
        "stream": stream,
        "person": person,
        "on_behalf_of": on_behalf_of.model_dump() if on_behalf_of else None,
        "occurred_at": instant_text(occurred_at) if occurred_at else None,
        "body": plain(body),
        "salt": salt,
    }
    return hashlib.sha256(canonical_bytes(given)).hexdigest()


def update_id(command: Command) -> str:
    """Temporal's id of the update that carries the command: its id, and what exactly is asked under it.

    Within a run Temporal itself answers an update id it knows. So that nobody gets the answer to another
    command, and a corrected expected version is asked anew, the id says what was asked; that one command
    id is done once is the log's to ensure.
    """
    expected = "" if command.expected_version is None else f"@{command.expected_version}"
    return f"{command.command_id}#{command.body_hash[:16]}{expected}"


def signed_bytes(command_id: str, fingerprint: str) -> bytes:
    """The bytes under a command's signature.

    With the command id among them, nobody who sees a signed command can give it again as another one.
    """
    return _SIGNED_PREFIX + f"{command_id}\n{fingerprint}".encode()


class NextStep(Message):
    """A command that would be accepted now, and whose it is to give."""

    verb: str
    stream: str
    party: str
    """Role in the case, e.g. 'recipient_head'."""
    person: str | None = None
    """Who holds that role today, where somebody does."""
    values: dict[str, Any] = Field(default_factory=dict)


class CaseStatus(Message):
    """What a case's workflow needs to know, and nothing personal."""

    version: int = 0
    stage: str | None = None
    waiting_on: str | None = None
    """The party that owes the next step, in words."""
    next_deadline: datetime | None = None
    next_wait: str | None = None
    """Key of the wait whose deadline comes next."""
    chase_at: datetime | None = None
    """When something next happens by itself: a reminder, an escalation, a deadline. The timer is for this."""
    chase_wait: str | None = None
    """Key of the wait it happens to."""
    unsent: int = 0
    """Notices of this case that wait for delivery."""
    clock_offset: int = 0
    """Seconds by which the business clock of a demonstration is ahead; 0 everywhere else."""
    awaited: bool = False
    """Whether anything is still awaited; when not, the run may end."""
    programme: str | None = None
    authority: str | None = None
    details: str = ""
    """Markdown for Temporal's own page: stage, who is awaited, until when."""


class Receipt(Message):
    """The command is in the log."""

    kind: Literal["receipt"] = "receipt"
    command_id: str
    body_hash: str
    stream: str
    version: int
    position: int
    """Position of the command's last event; of the log's head where it needed none."""
    events: tuple[str, ...] = ()
    """Types of the events it caused."""
    happened: tuple[str, ...] = ()
    """The same in sentences."""
    status: CaseStatus | None = None
    next_steps: tuple[NextStep, ...] = ()


class Refused(Message):
    """The command is not in the log; why, and what would help."""

    kind: Literal["refused"] = "refused"
    command_id: str
    body_hash: str
    stream: str
    code: str
    message: str
    hint: str = ""
    next_steps: tuple[NextStep, ...] = ()
    status: CaseStatus | None = None


Answer = Annotated[Receipt | Refused, Field(discriminator="kind")]


class CaseInput(Message):
    """Input of a case's workflow: nothing but its reference; the rest is in the log."""

    reference: str


class HandleCommand(Message):
    """Input of the activity that decides and appends, in one transaction."""

    command: Command
    now: datetime
    """When the workflow took the command up; the handler takes it within bounds, see `CommandHandler`."""
    workflow: str
    run: str


class LoadCase(Message):
    """Input of the activity that reads where a case stands."""

    reference: str


class DeliverMail(Message):
    """Input of the activity that delivers what a case has to tell; it answers with the status afterwards."""

    reference: str


class PassDeadline(Message):
    """Input of the activity that records, as the system, that a deadline has passed."""

    reference: str
    wait: str
    due_at: datetime
    now: datetime
    workflow: str
    run: str


class HandledCommand(Message):
    """What the activity answers: the sender's answer and the case as it stands now."""

    answer: Answer
    status: CaseStatus
    wakes: int = 0
    """How many cases are to be woken because of this or an earlier command to another stream."""


class Swept(Message):
    """What the nightly sweep found and did, counted in cases."""

    woken: int = 0
    """Looked again, because of a change elsewhere that they had not been told of."""
    nudged: int = 0
    """Made to read the log anew, for one or more of the next three reasons."""
    unsent: int = 0
    """Had something to tell for more than an hour."""
    late: int = 0
    """Had let an instant pass at which something was to happen by itself."""
    lost: int = 0
    """Ought to have had a run, and had none."""
    unreached: int = 0
    """Could not be nudged."""
    silent: int = 0
    """Open, and nothing is awaited from anybody by any day. There must be none."""
    silent_cases: tuple[str, ...] = ()
    """The first of those."""
