"""Sending a command: signed, sent as an update, answered or left in a state that is safe to repeat.

A command whose id the log knows already is answered from the log, with Temporal or without. A person
who gets no answer in time gets the line that repeats the command under the same key.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from activities.settings import Settings
from domain.case.situation import Refusal
from domain.envelope import Language, OnBehalfOf
from domain.ids import TASK_QUEUE, command_workflow_id, stream_kind
from domain.messages import (
    COMMAND_WORKFLOW,
    LARGEST_COMMAND_BYTES,
    SIGNATURE_BYTES,
    Answer,
    CaseStatus,
    Command,
    NextStep,
    Receipt,
    Refused,
    UnsignedCommand,
)
from starter.failures import Exit, Failure
from starter.output import note, show_time
from starter.reading import Office

if TYPE_CHECKING:
    from temporalio.client import Client

TASK_TIMEOUT: Final = timedelta(seconds=3)
_FIRST_WORD_AFTER: Final = 3.0
_TRIES: Final = 4
_NOT_LET_IN: Final = ("PERMISSION_DENIED", "UNAUTHENTICATED")
"""How Temporal's front door turns somebody away, by the name of the status."""
_SAFE_TO_REPEAT: Final = "Safe to repeat: this line does it once, however often."
_ANSWER: Any = Answer
"""The SDK's signature wants a class; its converter takes any type that pydantic does."""


@dataclass(frozen=True)
class Sender:
    """Who sends, and how long they wait."""

    settings: Settings
    person: str
    seed: bytes
    timeout: float = 20.0
    language: Language = "en"

    def sign(
        self,
        *,
        stream: str,
        verb: str,
        body: dict[str, Any],
        command_id: str,
        on_behalf_of: OnBehalfOf | None = None,
        occurred_at: Any = None,
        expected_version: int | None = None,
    ) -> Command:
        """The signed command. Raises Failure where it is too large to be sent."""
        from activities.signing import sign_command

        command = sign_command(
            seed=self.seed,
            command_id=command_id,
            stream=stream,
            verb=verb,
            body=body,
            person=self.person,
            on_behalf_of=on_behalf_of,
            occurred_at=occurred_at,
            expected_version=expected_version,
            language=self.language,
        )
        check_size(command)
        return command


def check_size(command: UnsignedCommand) -> None:
    """Raise Failure where the command, once it is signed, is too large to be sent."""
    signature = 0 if isinstance(command, Command) else SIGNATURE_BYTES
    if len(command.model_dump_json().encode()) + signature > LARGEST_COMMAND_BYTES:
        raise Failure(
            Exit.USAGE,
            "E-SIZE",
            f"The command is larger than {LARGEST_COMMAND_BYTES // 1024} KiB. Nothing was sent.",
            ("Put long texts into documents and refer to them.",),
        )


@dataclass(frozen=True)
class Sent:
    """A receipt, and whether the log held it before this process asked."""

    receipt: Receipt
    already: bool


def send(sender: Sender, command: Command, office: Office, again: Callable[[], str]) -> Sent:
    """The receipt of the command. Raises Failure for a refusal, an unreachable server, an unknown outcome.

    `again` gives the line that repeats this very command.
    """
    known = office.log.command(command.command_id)
    if known is not None:
        if known.body_hash != command.body_hash:
            raise key_taken(command, f"'{known.record.verb}' of {known.record.stream.partition('/')[2]}")
        answer = known.answer
        if answer["kind"] == "refused":
            raise refused_before(Refused.model_validate(answer), known.record.recorded_at)
        return Sent(Receipt.model_validate(answer), already=True)
    try:
        answered = asyncio.run(_send(sender, command, again))
    except KeyboardInterrupt:
        raise Failure(
            Exit.INTERRUPTED,
            "U-INTERRUPTED",
            "Interrupted. It may have been sent, and done.",
            (_SAFE_TO_REPEAT,),
            (again(),),
        ) from None
    return Sent(accept(command, answered), already=False)


def accept(command: Command, answer: Answer) -> Receipt:
    """The receipt, if the answer is one and is to this very command."""
    if answer.body_hash != command.body_hash:
        raise key_taken(command)
    if isinstance(answer, Refused):
        raise _refused(answer)
    return answer


async def _send(sender: Sender, command: Command, again: Callable[[], str]) -> Answer:
    from starter.connection import connect

    client = await connect(sender.settings, person=sender.person)
    loop = asyncio.get_running_loop()
    patience = loop.call_later(_FIRST_WORD_AFTER, note, "… still waiting for a worker to answer")
    try:
        return await deliver(client, command, sender.timeout, again)
    finally:
        patience.cancel()


async def deliver(client: "Client", command: Command, timeout: float, again: Callable[[], str]) -> Answer:
    """Send over an open connection; retries what is safe to retry within the time. Raises Failure."""
    from temporalio.client import (
        WorkflowFailureError,
        WorkflowUpdateFailedError,
        WorkflowUpdateRPCTimeoutOrCancelledError,
    )
    from temporalio.service import RPCError, RPCStatusCode

    from activities.submitting import RUN_ENDED

    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    problem = f"no answer in {timeout:g} s"
    for attempt in range(_TRIES):
        left = end - loop.time()
        if left <= 0:
            break
        try:
            async with asyncio.timeout(left):
                return await _request(client, command, timedelta(seconds=left))
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError):
            _stop_if_cancelled()
            break
        except WorkflowUpdateFailedError as error:
            if getattr(error.cause, "type", None) != RUN_ENDED:
                raise _worker_failed(error.cause) from None
            # The run ended under the update: nothing is awaited any more there, a new run takes it.
            problem = str(error.cause)
        except WorkflowFailureError as error:
            problem = str(error.cause)
            break
        except RPCError as error:
            problem = error.message
            if error.status in {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}:
                problem = f"no answer in {timeout:g} s"
                break
            no_namespace = error.status is RPCStatusCode.NOT_FOUND and "amespace" in error.message
            if not attempt and (no_namespace or error.status.name in _NOT_LET_IN):
                raise Failure(
                    Exit.UNREACHABLE,
                    "U-TEMPORAL",
                    f"Temporal does not take it: {error.message.rstrip('.')}. Nothing was sent.",
                    next_lines=("brokerage doctor",),
                ) from None
            if error.status is RPCStatusCode.INVALID_ARGUMENT:
                raise Failure(
                    Exit.USAGE, "E-TEMPORAL", f"Temporal does not take the command: {error.message}"
                ) from None
        await asyncio.sleep(0.1 * 2**attempt)
    raise Failure(
        Exit.UNKNOWN_OUTCOME,
        "U-TIMEOUT",
        f"Sent, but not answered ({problem}). It may have been done.",
        ("Is a worker running? brokerage doctor", _SAFE_TO_REPEAT),
        (again(),),
    )


def _worker_failed(cause: BaseException) -> Failure:
    """A bug that the command would meet again: its transaction was rolled back, and it is not tried again."""
    deepest = cause
    while deepest.__cause__ is not None:
        deepest = deepest.__cause__
    return Failure(
        Exit.BUG,
        "B-WORKER",
        f"The worker could not handle the command; nothing was recorded. It says: {str(deepest)[:200]}",
        ("Its log has the details: run/worker.log in the home of the stack.",),
        ("brokerage doctor",),
    )


def _stop_if_cancelled() -> None:
    """The SDK has one error for our time-out and for Ctrl-C; they must not be mistaken for each other."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _request(client: "Client", command: Command, timeout: timedelta) -> Answer:
    from temporalio.common import WorkflowIDConflictPolicy

    from activities.submitting import submit_to_case

    if stream_kind(command.stream) != "case":
        answer: Answer = await client.execute_workflow(
            COMMAND_WORKFLOW,
            command,
            id=command_workflow_id(command.command_id),
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=TASK_TIMEOUT,
            result_type=_ANSWER,
            static_summary=f"{command.verb} {stream_kind(command.stream)}",
            rpc_timeout=timeout,
        )
        return answer
    return await submit_to_case(
        client, command, task_queue=TASK_QUEUE, task_timeout=TASK_TIMEOUT, timeout=timeout
    )


def already_answered(subject: str, position: int) -> str:
    """What is printed where the log holds the command already."""
    return f"✓ Already done: {subject} (position {position})."


def refusal_failure(
    refused: Refused | Refusal, status: CaseStatus | None, next_steps: Sequence[NextStep]
) -> Failure:
    """A refusal in the words of the terminal."""
    from starter.hints import step_lines

    details = [refused.hint] if refused.hint else []
    if status is not None and status.waiting_on and refused.code != "R-VERSION":
        due = f", due {status.next_deadline:%Y-%m-%d}" if status.next_deadline else ""
        details.append(f"Waiting on: {status.waiting_on}{due}.")
    code = Exit.CONFLICT if refused.code == "R-VERSION" else Exit.REFUSED
    if refused.code == "R-NO-CASE":
        code = Exit.NOT_FOUND
    return Failure(code, refused.code, refused.message, tuple(details), step_lines(next_steps))


def _refused(refused: Refused) -> Failure:
    return refusal_failure(refused, refused.status, refused.next_steps)


def refused_before(refused: Refused, recorded_at: datetime) -> Failure:
    """The refusal as the log keeps it: what it rested on may have changed since, the answer does not."""
    failure = _refused(refused)
    kept = f"That was answered on {show_time(recorded_at, None)}; the answer is kept. To ask again use another --key."
    failure.details = (*failure.details, kept)
    return failure


def repeat_line(command_id: str | None = None, typed: Sequence[str] | None = None) -> str:
    """The line that was typed, with the command's key, so that typing it again repeats that very command."""
    from starter.flags import absolute_days, command_line

    words = ["brokerage", *absolute_days(sys.argv[1:] if typed is None else typed)]
    if command_id is not None and not any(w == "--key" or w.startswith("--key=") for w in words):
        words += ["--key", command_id]
    return command_line(words)


def key_taken(command: UnsignedCommand, other: str = "another command") -> Failure:
    """The failure of a command whose key stands for another one."""
    return Failure(
        Exit.REFUSED,
        "R-KEY",
        f"The key {command.command_id} was used for {other}; this one was not done.",
        ("One key stands for one command, from one person, with the same content.",),
    )
