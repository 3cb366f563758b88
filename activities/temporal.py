"""The activities as Temporal sees them: names, correlation of log lines, nothing else."""

from collections.abc import Callable
from typing import Any

import structlog
from temporalio import activity

from activities.handle_command import CommandHandler
from activities.kill_points import kill_point
from domain.ids import case_stream
from domain.messages import (
    HANDLE_COMMAND,
    LOAD_CASE,
    PASS_DEADLINE,
    CaseStatus,
    HandleCommand,
    HandledCommand,
    LoadCase,
    PassDeadline,
)

_log = structlog.get_logger(__name__)


class CaseActivities:
    """Sync activities; Temporal runs them on the worker's threads."""

    def __init__(self, handler: CommandHandler) -> None:
        self._handler = handler

    def all(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.load_case, self.handle_command, self.pass_deadline]

    @activity.defn(name=LOAD_CASE)
    def load_case(self, request: LoadCase) -> CaseStatus:
        """Where a case stands."""
        return self._handler.load(request)

    @activity.defn(name=HANDLE_COMMAND)
    def handle_command(self, request: HandleCommand) -> HandledCommand:
        """Decide a command and commit what it causes."""
        command = request.command
        with structlog.contextvars.bound_contextvars(
            stream=command.stream, command=command.command_id, verb=command.verb
        ):
            handled = self._handler.handle(request)
            _log_answer(handled)
        kill_point("before_completion")
        return handled

    @activity.defn(name=PASS_DEADLINE)
    def pass_deadline(self, request: PassDeadline) -> HandledCommand:
        """Record that a deadline passed."""
        with structlog.contextvars.bound_contextvars(
            stream=case_stream(request.reference), wait=request.wait
        ):
            handled = self._handler.pass_deadline(request)
            _log_answer(handled)
        kill_point("before_completion")
        return handled


def _log_answer(handled: HandledCommand) -> None:
    answer = handled.answer
    if answer.kind == "receipt":
        _log.info("command done", version=answer.version, events=list(answer.events))
    else:
        _log.info("command refused", code=answer.code)
