"""The life of a case: it takes commands one at a time, keeps the next deadline, and ends when nothing is awaited.

The input is the case's reference and nothing else. `run` starts by loading the log, so a start, a
continue-as-new, a reset and a lost Temporal server are one path. Decisions are made in the activity that
commits them; nothing here depends on a rule, so no change of rules can break a replay.
"""

import asyncio
from datetime import datetime

from temporalio import workflow

from workflows.options import ACTIVITY_TIMEOUT, LOCAL_RETRY_THRESHOLD, ORPHAN_GRACE, RETRY

with workflow.unsafe.imports_passed_through():
    from domain.messages import (
        CASE_WORKFLOW,
        HANDLE_COMMAND,
        LOAD_CASE,
        PASS_DEADLINE,
        SUBMIT_UPDATE,
        Answer,
        CaseInput,
        CaseStatus,
        Command,
        HandleCommand,
        HandledCommand,
        LoadCase,
        PassDeadline,
    )
    from workflows.search_attributes import updates_for


@workflow.defn(name=CASE_WORKFLOW)
class CaseWorkflow:
    """One case."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        self._reference = case.reference
        self._status = CaseStatus()
        self._loaded = False
        self._turn = asyncio.Lock()
        self._changes = 0
        self._seen = 0
        self._timer: asyncio.Task[None] | None = None
        self._armed_for: datetime | None = None

    @workflow.run
    async def run(self, case: CaseInput) -> CaseStatus:
        """From wherever the log says the case stands, until nothing is awaited any more."""
        await self._load()
        if not self._status.version and not await self._is_opened():
            return self._status
        while self._status.awaited and not workflow.info().is_continue_as_new_suggested():
            self._arm()
            self._seen = self._changes
            await workflow.wait_condition(lambda: self._changes != self._seen or self._timer_fired())
            if self._timer_fired():
                await self._pass_deadline()
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._status.awaited:
            workflow.continue_as_new(case)
        return self._status

    @workflow.update(name=SUBMIT_UPDATE, description="A signed command to this case.")
    async def submit(self, command: Command) -> Answer:
        """Take a command in its turn; the answer says whether it is in the log, or why not."""
        await workflow.wait_condition(lambda: self._loaded)
        async with self._turn:
            handled = await self._handle(command)
            self._take(handled.status)
            return handled.answer

    @workflow.query(name="status", description="Where the case stands, as its workflow knows it.")
    def status(self) -> CaseStatus:
        """For operators and for reconciliation; people's lists come from the log."""
        return self._status

    async def _load(self) -> None:
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
        try:
            await workflow.wait_condition(lambda: self._changes > 1, timeout=ORPHAN_GRACE)
        except TimeoutError:
            return False
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._status.version > 0

    async def _handle(self, command: Command) -> HandledCommand:
        info = workflow.info()
        handled: HandledCommand = await workflow.execute_local_activity(
            HANDLE_COMMAND,
            HandleCommand(command=command, now=workflow.now(), workflow=info.workflow_id, run=info.run_id),
            result_type=HandledCommand,
            start_to_close_timeout=ACTIVITY_TIMEOUT,
            local_retry_threshold=LOCAL_RETRY_THRESHOLD,
            retry_policy=RETRY,
            summary=command.verb,
        )
        return handled

    async def _pass_deadline(self) -> None:
        """The timer fired: record what is due now, or sleep on, where the deadline has moved meanwhile."""
        self._timer = None
        async with self._turn:
            due_at, wait = self._status.next_deadline, self._status.next_wait
            if due_at is None or wait is None or due_at > workflow.now():
                return
            info = workflow.info()
            handled = await workflow.execute_local_activity(
                PASS_DEADLINE,
                PassDeadline(
                    reference=self._reference,
                    wait=wait,
                    due_at=due_at,
                    now=workflow.now(),
                    workflow=info.workflow_id,
                    run=info.run_id,
                ),
                result_type=HandledCommand,
                start_to_close_timeout=ACTIVITY_TIMEOUT,
                local_retry_threshold=LOCAL_RETRY_THRESHOLD,
                retry_policy=RETRY,
                summary=f"overdue: {wait}",
            )
            self._take(handled.status)

    def _take(self, status: CaseStatus) -> None:
        """Know the new status, and show it on Temporal's own page when the stage has changed."""
        moved = status.stage != self._status.stage
        self._status = status
        self._changes += 1
        if moved:
            workflow.upsert_search_attributes(updates_for(status))
        workflow.set_current_details(status.details)

    def _arm(self) -> None:
        """One timer for the earliest deadline. A later deadline does not move it: it wakes, reads, sleeps on."""
        due_at = self._status.next_deadline
        if due_at is None:
            return
        if self._timer is not None:
            if self._armed_for is not None and self._armed_for <= due_at:
                return
            self._timer.cancel()
        self._armed_for = due_at
        delay = max((due_at - workflow.now()).total_seconds(), 0)
        self._timer = asyncio.create_task(workflow.sleep(delay, summary=f"due: {self._status.next_wait}"))

    def _timer_fired(self) -> bool:
        return self._timer is not None and self._timer.done()
