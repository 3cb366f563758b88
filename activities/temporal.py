"""The activities as Temporal sees them: who may ask, which errors are final, correlation of log lines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from temporalio import activity
from temporalio.exceptions import ApplicationError, FailureError

from activities.event_log.errors import LogBusyError, LogUnavailableError, SchemaError
from activities.handle_command import CommandHandler
from activities.kill_points import kill_point
from activities.mail.deliver import HandedOver, MailWaitsError, Postman
from activities.vault import VaultUnavailableError
from domain.ids import case_stream, command_workflow_id, stream_kind
from domain.messages import (
    CASE_WORKFLOW,
    COMMAND_WORKFLOW,
    DELIVER_MAIL,
    HANDLE_COMMAND,
    LOAD_CASE,
    PASS_DEADLINE,
    CaseStatus,
    DeliverMail,
    HandleCommand,
    HandledCommand,
    LoadCase,
    PassDeadline,
)
from domain.streams import CASE

_log = structlog.get_logger(__name__)

TRANSIENT: Final = (
    OperationalError, NoConnectionError, LogBusyError, LogUnavailableError, VaultUnavailableError,
)  # fmt: skip
"""What passes by itself: tried again for as long as it takes. Everything else a command would meet again."""


class CaseActivities:
    """Sync activities; Temporal runs them on the worker's threads.

    Whoever reaches the server can have an activity run with any input, so each runs only for the workflow
    whose business it is.

    None is interrupted: an exception that Temporal threw into the thread of an attempt it gave up could fall
    between taking the log's lock and letting it go. Such an attempt ends by itself, within the waits of the
    database, and what it committed answers the next one.
    """

    def __init__(
        self,
        handler: CommandHandler,
        outdated: Callable[[SchemaError], None] = lambda _: None,
        postman: Postman | None = None,
    ) -> None:
        """`outdated` is told, on a thread of the worker, when the log has become one of another version.

        What was asked is tried again, by a worker of the right version once this one has ended. Without a
        `postman` mail is left where it is.
        """
        self._handler = handler
        self._outdated = outdated
        self._postman = postman

    def all(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.load_case, self.handle_command, self.pass_deadline, self.deliver_mail]

    @activity.defn(name=LOAD_CASE, no_thread_cancel_exception=True)
    def load_case(self, request: LoadCase) -> CaseStatus:
        """Where a case stands. No error of it is final: without a status a run cannot do anything."""
        _require_caller(CASE_WORKFLOW, case_stream(request.reference))
        with self._told_safely(final=False):
            return self._handler.load(request)

    @activity.defn(name=HANDLE_COMMAND, no_thread_cancel_exception=True)
    def handle_command(self, request: HandleCommand) -> HandledCommand:
        """Decide a command and commit what it causes."""
        command = request.command
        if stream_kind(command.stream) == CASE:
            _require_caller(CASE_WORKFLOW, command.stream, request.workflow)
        else:
            _require_caller(COMMAND_WORKFLOW, command_workflow_id(command.command_id), request.workflow)
        with structlog.contextvars.bound_contextvars(
            stream=command.stream, command=command.command_id, verb=command.verb
        ):
            with self._told_safely(final=True):
                handled = self._handler.handle(request)
            _log_answer(handled)
        kill_point("before_completion")
        return handled

    @activity.defn(name=PASS_DEADLINE, no_thread_cancel_exception=True)
    def pass_deadline(self, request: PassDeadline) -> HandledCommand:
        """Record that a deadline passed."""
        stream = case_stream(request.reference)
        _require_caller(CASE_WORKFLOW, stream, request.workflow)
        with structlog.contextvars.bound_contextvars(stream=stream, wait=request.wait):
            with self._told_safely(final=True):
                handled = self._handler.pass_deadline(request)
            _log_answer(handled)
        kill_point("before_completion")
        return handled

    @activity.defn(name=DELIVER_MAIL, no_thread_cancel_exception=True)
    def deliver_mail(self, request: DeliverMail) -> CaseStatus:
        """Deliver what a case has to tell. No error of it is final: a notice waits until its fate is known."""
        stream = case_stream(request.reference)
        _require_caller(CASE_WORKFLOW, stream)
        with structlog.contextvars.bound_contextvars(stream=stream), self._told_safely(final=False):
            if self._postman is None:
                return self._handler.load(LoadCase(reference=request.reference))
            info = activity.info()
            details = info.heartbeat_details
            earlier = {mail for mail in (details[0] if details else ()) if isinstance(mail, str)}
            handed_over = HandedOver(earlier, activity.heartbeat, info.attempt)
            try:
                return self._postman.deliver(request.reference, info.workflow_run_id or "", handed_over)
            except MailWaitsError as error:
                raise ApplicationError(str(error), type="MailWaits") from None

    @contextmanager
    def _told_safely(self, *, final: bool) -> Iterator[None]:
        """An error that does not pass by itself is told by its name only: its words may be somebody's.

        Where it is `final` it is not tried again: a command that meets one would meet it for ever, and hold
        the case's turn meanwhile.
        """
        try:
            yield
        except SchemaError as error:
            _log.error("the log is of another version", why=str(error), fix=error.fix)
            self._outdated(error)
            raise
        except (FailureError, *TRANSIENT):
            raise
        except Exception as error:
            name = type(error).__name__
            _log.exception("activity failed", error=name)
            raise ApplicationError(
                "the worker's log has the details", type=name, non_retryable=final
            ) from None


def _require_caller(workflow: str, id: str, said: str | None = None) -> None:
    """Raises where another workflow asks, or none, or it calls itself by another name."""
    info = activity.info()
    if (info.workflow_type, info.workflow_id) != (workflow, id) or said not in {None, id}:
        _log.warning("activity turned away: not asked by its own workflow", asked_by=info.workflow_id)
        raise ApplicationError("not asked by its own workflow", type="WrongCaller", non_retryable=True)


def _log_answer(handled: HandledCommand) -> None:
    answer = handled.answer
    if answer.kind == "receipt":
        _log.info("command done", version=answer.version, events=list(answer.events))
    else:
        _log.info("command refused", code=answer.code)
