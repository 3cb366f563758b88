"""Workflows as a careless change would leave them: each breaks runs that are open, and the gate must say so."""

from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import (
        CASE_WORKFLOW,
        COMMAND_WORKFLOW,
        HANDLE_COMMAND,
        SUBMIT_UPDATE,
        Answer,
        CaseInput,
        Command,
        HandleCommand,
        HandledCommand,
    )
    from domain.messages import CaseStatus as Status
    from workflows.case import CaseWorkflow
    from workflows.command import CommandWorkflow
    from workflows.options import ACTIVITY_TIMEOUT


@workflow.defn(name=CASE_WORKFLOW)
class SleepsFirst(CaseWorkflow):
    """Waits a moment before it reads the log."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> Status:
        """As ours."""
        return await super().run(case)

    async def _load(self) -> None:
        await workflow.sleep(1)
        await super()._load()


@workflow.defn(name=CASE_WORKFLOW)
class AsksInAnotherWay(CaseWorkflow):
    """Takes commands through a normal activity."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> Status:
        """As ours."""
        return await super().run(case)

    @workflow.update(name=SUBMIT_UPDATE)
    async def submit(self, command: Command) -> Answer:  # type: ignore[override]
        """The same answer, by another way."""
        await workflow.wait_condition(lambda: self._loaded)
        info = workflow.info()
        request = HandleCommand(
            command=command, now=workflow.now(), workflow=info.workflow_id, run=info.run_id
        )
        handled: HandledCommand = await workflow.execute_activity(
            HANDLE_COMMAND, request, result_type=HandledCommand, start_to_close_timeout=ACTIVITY_TIMEOUT
        )
        self._take(handled.status)
        return handled.answer


@workflow.defn(name=CASE_WORKFLOW)
class ShowsNothing(CaseWorkflow):
    """Leaves the search attributes alone."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> Status:
        """As ours."""
        return await super().run(case)

    def _take(self, status: Status) -> None:
        self._changes += 1
        self._status = status


@workflow.defn(name=CASE_WORKFLOW)
class ArmsEachTime(CaseWorkflow):
    """Arms its timer anew after every command."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> Status:
        """As ours."""
        return await super().run(case)

    def _set_alarm(self) -> None:
        self._alarm._set_for = datetime.max.replace(tzinfo=UTC)
        super()._set_alarm()


@workflow.defn(name=COMMAND_WORKFLOW)
class WaitsAMoment(CommandWorkflow):
    """Waits before it answers."""

    @workflow.run
    async def run(self, command: Command) -> Answer:
        """The same answer, later."""
        answer = await super().run(command)
        await workflow.sleep(timedelta(seconds=1))
        return answer


CHANGED: Final[dict[type, str]] = {
    SleepsFirst: "whole-case",
    AsksInAnotherWay: "whole-case",
    ShowsNothing: "late-command",
    ArmsEachTime: "school-route",
    WaitsAMoment: "command-done",
}
"""Each with a history that it cannot have led to."""
