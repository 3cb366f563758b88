"""The life of a case: it takes commands one at a time, keeps the next deadline, delivers what it has to tell, and
ends when nothing is awaited.

The input is the case's reference and nothing else. `run` starts by loading the log, so a start, a
continue-as-new, a reset and a lost Temporal server are one path. Decisions are made in the activity that
commits them; nothing here depends on a rule, so no change of rules can break a replay.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.ids import case_stream
    from domain.messages import (
        CASE_WORKFLOW,
        HANDLE_COMMAND,
        LOAD_CASE,
        NUDGE_SIGNAL,
        PASS_DEADLINE,
        SUBMIT_UPDATE,
        Answer,
        CaseInput,
        CaseStatus,
        Command,
        HandleCommand,
        LoadCase,
        PassDeadline,
    )
    from workflows.alarm import Alarm, due_next
    from workflows.asking import ask_log
    from workflows.options import ACTIVITY_TIMEOUT, ASK_AGAIN, ORPHAN_GRACE, RETRY
    from workflows.post import Post
    from workflows.search_attributes import updates_for


@workflow.defn(name=CASE_WORKFLOW)
class CaseWorkflow:
    """One case."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        self._reference = case.reference
        self._status = CaseStatus()
        self._loaded = False
        self._nudged = False
        self._turn = asyncio.Lock()
        self._changes = 0
        self._seen = 0
        self._alarm = Alarm()
        self._post = Post(case.reference, self._take)
        self._asked: tuple[datetime, str] | None = None

    @workflow.run
    async def run(self, case: CaseInput) -> CaseStatus:
        """From wherever the log says the case stands, until nothing is awaited and everything is told."""
        if workflow.info().workflow_id != case_stream(self._reference):
            raise ApplicationError("a case runs under its own workflow id only", type="WrongStream")
        await self._load()
        if not self._status.version and not await self._is_opened():
            return self._status
        while self._goes_on() and not workflow.info().is_continue_as_new_suggested():
            self._set_alarm()
            self._post.attend(self._status)
            await self._something_happens()
            if self._nudged:
                await self._look_again()
            elif self._alarm.rings:
                await self._pass_deadline()
        await self._post.close()
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._goes_on():
            workflow.continue_as_new(case)
        return self._status

    @workflow.update(name=SUBMIT_UPDATE, description="A signed command to this case.")
    async def submit(self, command: Command) -> Answer:
        """Take a command in its turn; the answer says whether it is in the log, or why not."""
        await workflow.wait_condition(lambda: self._loaded)
        async with self._turn:
            info = workflow.info()
            request = HandleCommand(
                command=command, now=self._now(), workflow=info.workflow_id, run=info.run_id
            )
            handled = await ask_log(HANDLE_COMMAND, request, command.verb)
            self._take(handled.status)
            return handled.answer

    @submit.validator
    def _is_ours(self, command: Command) -> None:
        """Only a command to this very case: of another's, that case's own run would never learn."""
        if command.stream != case_stream(self._reference):
            raise ApplicationError(f"{command.stream} is not the case that was asked", type="WrongStream")

    @workflow.signal(
        name=NUDGE_SIGNAL, description="Read the log again: something outside this run has moved."
    )
    def nudge(self) -> None:
        """What is done about it is done by `run`, in its own time."""
        self._nudged = True

    @workflow.query(name="status", description="Where the case stands, as its workflow knows it.")
    def status(self) -> CaseStatus:
        """For operators and for reconciliation; people's lists come from the log."""
        return self._status

    def _goes_on(self) -> bool:
        return self._status.awaited or self._status.unsent > 0 or self._nudged

    def _now(self) -> datetime:
        """Business time."""
        return workflow.now() + self._ahead

    @property
    def _ahead(self) -> timedelta:
        return timedelta(seconds=self._status.clock_offset)

    async def _load(self) -> None:
        self._nudged = False
        status = await workflow.execute_activity(
            LOAD_CASE,
            LoadCase(reference=self._reference),
            result_type=CaseStatus,
            start_to_close_timeout=ACTIVITY_TIMEOUT,
            retry_policy=RETRY,
            summary="read the log",
        )
        self._take(status)
        self._loaded = True

    async def _is_opened(self) -> bool:
        """Wait for the opening command; a run whose command was refused closes itself."""
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self._changes > 1, timeout=ORPHAN_GRACE)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._status.version > 0

    async def _something_happens(self) -> None:
        self._seen = self._changes
        await workflow.wait_condition(
            lambda: self._nudged or self._changes != self._seen or self._alarm.rings
        )

    async def _look_again(self) -> None:
        """Somebody knows better than this run: nothing is left alone any longer."""
        self._asked = None
        self._post.try_again()
        await self._load()

    def _set_alarm(self) -> None:
        due = due_next(self._status)
        if due is not None:
            left_alone = self._asked == due
            instant = workflow.now() + ASK_AGAIN if left_alone else due[0] - self._ahead
            self._alarm.set(instant, f"due: {due[1]}", hurry=bool(self._ahead))

    async def _pass_deadline(self) -> None:
        """The timer fired: record what is due now, or sleep on, where the deadline has moved meanwhile."""
        self._alarm.stop()
        async with self._turn:
            due = due_next(self._status)
            if due is None or due[0] > self._now():
                return
            self._asked = due_at, wait = due
            info = workflow.info()
            request = PassDeadline(
                reference=self._reference,
                wait=wait,
                due_at=due_at,
                now=self._now(),
                workflow=info.workflow_id,
                run=info.run_id,
            )
            try:
                handled = await ask_log(PASS_DEADLINE, request, f"overdue: {wait}")
            except FailureError as error:
                if is_cancelled_exception(error):
                    raise
                # The run must outlive a bug: the deadline is asked for again after a while.
                workflow.logger.warning("the deadline was not recorded")
                return
            self._take(handled.status)

    def _take(self, status: CaseStatus) -> None:
        """Know the new status, and show it on Temporal's own page when the stage has changed.

        What comes from beside the turn may be late: a newer status stands. An answer without a version, to a
        command that was nobody's or no command, says nothing of the case.
        """
        self._changes += 1
        if not status.version or status.version < self._status.version:
            return
        moved = status.stage != self._status.stage
        self._status = status
        if moved:
            workflow.upsert_search_attributes(updates_for(status))
        workflow.set_current_details(status.details)
