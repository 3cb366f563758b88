"""A worker with the real handler on a log of its own, and people who speak to it through Temporal."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.business_clock import read_offset
from activities.handle_command import CommandHandler
from activities.mail.deliver import Postman
from activities.settings import Settings
from activities.sweeping import SweepActivities
from activities.temporal import CaseActivities
from activities.waking import WakeActivities
from domain.ids import reference_of
from domain.messages import (
    CASE_WORKFLOW,
    SUBMIT_UPDATE,
    Answer,
    CaseInput,
    CaseStatus,
    Command,
    Receipt,
    update_id,
)
from starter.sample.story import Story
from tests.activities.builders import WHOLE, Office, steps_of
from tests.mail_server import PostOffice
from workflows.options import TASK_TIMEOUT
from workflows.registry import WORKFLOWS

SANDBOX: Final = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_import_notification_policy(
        workflow.SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    )
)
ANSWER: Any = Answer


class Lab:
    """One office behind Temporal. Ends what runs when it is left."""

    def __init__(
        self, environment: WorkflowEnvironment, office: Office, client: Client | None = None
    ) -> None:
        self.environment = environment
        self.office = office
        self.client = client or environment.client
        # A server remembers workflows and updates by their ids, ended ones too.
        office.tag = f":{uuid4().hex[:12]}"
        office.speak_of(WHOLE)
        self.queue = f"queue{office.tag}"
        self.mail = PostOffice()
        """The mail server that everything is sent to."""
        self.postman: Postman | None = None
        """Who carries it there, where a test has one of its own."""
        self._threads = ThreadPoolExecutor(4)
        self._workers: list[Worker] = []
        self._started: set[str] = set()

    async def __aenter__(self) -> Self:
        self.office.now = await self.now()
        self._loop = asyncio.get_running_loop()
        self.office.clock = self._clock
        self.mail.open()
        await self.start_worker()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if error is None:
            await self.replay()
        for id in self._started:
            with suppress(RPCError):
                await self.client.get_workflow_handle(id).terminate("the test is over")
        await self.stop_worker()
        self.mail.close()
        self._threads.shutdown()

    async def start_worker(self, handler: CommandHandler | None = None, **options: Any) -> None:
        """A worker as in production, but with the sandbox on; an accidental import in a workflow is an error."""
        worker = Worker(
            self.client,
            task_queue=self.queue,
            workflows=WORKFLOWS,
            activities=self._activities(handler or self.office.handler),
            activity_executor=self._threads,
            workflow_runner=SANDBOX,
            workflow_failure_exception_types=[],
            graceful_shutdown_timeout=timedelta(seconds=20),
            **options,
        )
        await worker.__aenter__()
        self._workers.append(worker)

    def _activities(self, handler: CommandHandler) -> list[Callable[..., Any]]:
        return [
            *CaseActivities(handler, postman=self.postman or self._postman(handler)).all(),
            *WakeActivities(self.client, handler, self.office.log).all(),
            *SweepActivities(self.client, handler, self.business_now).all(),
        ]

    def _postman(self, handler: CommandHandler) -> Postman:
        return Postman(handler, self.mail_settings, self.business_now)

    @property
    def mail_settings(self) -> Settings:
        """The office's settings with the mail server in them."""
        server = {"smtp_host": "127.0.0.1", "smtp_port": self.mail.port, "smtp_tls": "none"}
        return self.office.settings.model_copy(update=server | {"mail_from": "brokerage@office.example"})

    async def stop_worker(self) -> None:
        """Drain it, as a deployment does."""
        while self._workers:
            await self._workers.pop().shutdown()

    async def replace_worker(self, handler: CommandHandler | None = None, **options: Any) -> None:
        """Another worker in its place, with another handler or other options."""
        await self.stop_worker()
        await self.start_worker(handler, **options)

    def watch(self, *ids: str) -> None:
        """Workflows that came about otherwise than by `send`: replayed and ended with the others."""
        self._started.update(ids)

    async def replay(self) -> None:
        """Every history that came about here runs again with the code as it is; raises where it would not."""
        replayer = Replayer(
            workflows=WORKFLOWS, workflow_runner=SANDBOX, data_converter=self.client.data_converter
        )
        for id in sorted(self._started):
            await replayer.replay_workflow(await self.client.get_workflow_handle(id).fetch_history())

    # Speaking

    async def send(self, command: Command, seconds: float = 20) -> Answer:
        """The answer to a command, as a door would send it."""
        self._started.add(command.stream)
        start: Any = WithStartWorkflowOperation(
            CASE_WORKFLOW,
            CaseInput(reference=reference_of(command.stream)),
            id=command.stream,
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=TASK_TIMEOUT,
            static_summary=f"Case {reference_of(command.stream)}",
        )
        try:
            answer: Answer = await self.client.execute_update_with_start_workflow(
                SUBMIT_UPDATE,
                command,
                start_workflow_operation=start,
                id=update_id(command),
                result_type=ANSWER,
                rpc_timeout=timedelta(seconds=seconds),
            )
        finally:
            # The SDK gives an error to the start's future too, and asyncio complains where nobody takes it.
            future = start._workflow_handle
            if future.done() and not future.cancelled():
                future.exception()
        return answer

    async def give(self, person: str, verb: str, /, body: dict[str, Any] | None = None, **how: Any) -> Answer:
        """The answer to a command of that person."""
        return await self.send(self.office.sign(person, verb, body, **how))

    async def done(
        self, person: str, verb: str, /, body: dict[str, Any] | None = None, **how: Any
    ) -> Receipt:
        """The receipt of a command that is expected to be accepted."""
        answer = await self.give(person, verb, body, **how)
        assert isinstance(answer, Receipt), f"{verb} by {person}: {answer.code} {answer.message}"
        return answer

    async def tell(self, story: Story = WHOLE, *, before: str = "") -> list[Receipt]:
        """Tell a story up to, and without, the first step of that verb; all of it where none is named.

        What there is to tell by mail is delivered then, unless a test has a postman of its own.
        """
        receipts: list[Receipt] = []
        self.office.speak_of(story)
        today = await self.today()
        steps = list(steps_of(story, today))
        for step in steps:
            if step.verb == before:
                break
            if step is steps[-1] and self.postman is None and self.environment.supports_time_skipping:
                # Where a run ends while a mail leaves, its delivery is cancelled. If that has just ended, the
                # time-skipping server has refused the run's end for good (ACTIVITY_UNKNOWN); seen once, and never
                # of the real server.
                await self.settled()
            receipts.append(await self.done(step.person, step.verb, self.office.body_of(step)))
        if self.postman is None:
            await self.settled()
        return receipts

    # Looking

    @property
    def case(self) -> WorkflowHandle[Any, CaseStatus]:
        """The case's workflow, its newest run."""
        return self.client.get_workflow_handle(self.office.stream, result_type=CaseStatus)

    async def status(self) -> CaseStatus:
        """Where the workflow thinks that the case stands."""
        status: CaseStatus = await self.case.query("status", result_type=CaseStatus)
        return status

    async def settled(self) -> None:
        """Wait until everything is told, and the workflow knows what the log says."""
        for _ in range(500):
            said = self.office.load()
            if not said.unsent and await self.status() == said:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"the workflow stays at {await self.status()}")

    async def history(self) -> "Counter[str]":
        """How many events of each type the newest run has, by name without its prefix."""
        events = (await self.case.fetch_history()).events
        return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in events)

    async def asked(self) -> "Counter[str]":
        """How many normal activities of each type the newest run has asked for."""
        return Counter(
            event.activity_task_scheduled_event_attributes.activity_type.name
            for event in (await self.case.fetch_history()).events
            if event.HasField("activity_task_scheduled_event_attributes")
        )

    async def run_id(self) -> str:
        """The newest run; from its history, since the server that skips time describes only some runs."""
        first = (await self.case.fetch_history()).events[0]
        return first.workflow_execution_started_event_attributes.original_execution_run_id

    # Time

    async def now(self) -> datetime:
        """The server's clock."""
        return (await self.environment.get_current_time()).astimezone(UTC)

    def _clock(self) -> datetime:
        """The worker's clock: the server's, as far as it can be asked from here."""
        if not self.environment.supports_time_skipping:
            return datetime.now(UTC)
        if threading.current_thread() is threading.main_thread():
            return self.office.now
        return asyncio.run_coroutine_threadsafe(self.now(), self._loop).result(10)

    def business_now(self) -> datetime:
        """Business time."""
        return self._clock() + timedelta(seconds=read_offset(self.office.settings))

    async def today(self) -> date:
        """Its day."""
        self.office.now = await self.now()
        return self.office.now.date()

    async def sleep_until(self, moment: datetime) -> None:
        """Let time pass, on the server that skips it."""
        # In pieces: what happens on the way takes real time, and the server's patience with a request ends.
        while (left := moment - await self.now()) > timedelta(0):
            await self.environment.sleep(min(left, timedelta(days=4)))
        self.office.now = await self.now()
