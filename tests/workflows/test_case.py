"""The life of a case on the real server: one answer per command, one order, one truth, whatever breaks."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.event_log.errors import (
    DuplicateCommandError,
    LogDamagedError,
    VersionConflictError,
    WrongClockError,
)
from activities.handle_command import CommandHandler
from activities.vault import SealBrokenError
from domain.case.stages import Stage
from domain.ids import BadReferenceError, case_reference, case_stream, command_workflow_id
from domain.messages import (
    CASE_WORKFLOW,
    COMMAND_WORKFLOW,
    DELIVER_MAIL,
    HANDLE_COMMAND,
    LOAD_CASE,
    SUBMIT_UPDATE,
    CaseInput,
    CaseStatus,
    Command,
    HandleCommand,
    HandledCommand,
    LoadCase,
    Receipt,
    Refused,
)
from domain.upcasting import UnknownEventError
from tests.activities.builders import ADMIN, WHOLE, Office, steps_of
from tests.workflows.lab import ANSWER, Lab

HEAD, BROKER, SIP = "head.6990004", "broker.dylan", "sip.carys"
MARKER = "Xylophone-Jane-4711"


async def end_of(lab: Lab) -> CaseStatus:
    return await asyncio.wait_for(lab.case.result(), 10)


# Commands and answers


async def test_an_answer_is_what_the_log_keeps_and_the_update_names_the_command(lab: Lab) -> None:
    receipts = await lab.tell()
    for receipt in receipts:
        recorded = lab.office.reader.command(receipt.command_id)
        assert recorded is not None
        assert recorded.record.answer == receipt.model_dump(mode="json")
    accepted = [
        event.workflow_execution_update_accepted_event_attributes.protocol_instance_id
        for event in (await lab.case.fetch_history()).events
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    ]
    assert accepted == [f"{receipt.command_id}#{receipt.body_hash[:16]}" for receipt in receipts]
    assert await end_of(lab) == lab.office.load()
    lab.office.check()


async def test_the_query_and_the_log_agree_at_every_step(lab: Lab) -> None:
    lab.office.speak_of(WHOLE)
    for step in steps_of(WHOLE, await lab.today()):
        receipt = await lab.done(step.person, step.verb, lab.office.body_of(step))
        await lab.settled()
        if receipt.status is not None and receipt.status.awaited:
            status = await lab.status()
            assert (status.stage, status.next_deadline) == (
                receipt.status.stage,
                receipt.status.next_deadline,
            )


async def test_the_same_command_again_gets_the_same_answer(lab: Lab) -> None:
    await lab.tell(before="consent")
    command = lab.office.sign(HEAD, "consent")
    first = await lab.send(command)
    await lab.settled()
    size = lab.office.size()
    assert await lab.send(command) == first
    assert lab.office.size() == size
    await lab.case.terminate("an operator's mistake")
    assert await lab.send(command) == first, "by a new run, from the log"
    assert (await lab.status()) == lab.office.load()
    assert lab.office.size() == size


async def test_commands_that_come_at_once_take_their_turn(lab: Lab) -> None:
    await lab.tell(before="consent")
    answers = await asyncio.gather(*(lab.give(HEAD, "consent") for _ in range(5)))
    assert sorted(answer.kind for answer in answers) == ["receipt"] + ["refused"] * 4
    assert lab.office.types().count("HeadConsentGiven") == 1
    await lab.settled()
    lab.office.check()


async def test_a_command_to_another_case_is_not_taken(lab: Lab) -> None:
    await lab.tell(before="consent")
    size, status = lab.office.size(), await lab.status()
    command = lab.office.sign(HEAD, "consent")
    elsewhere = case_stream(case_reference("EAS", "elsewhere"))
    for wrong in (
        lab.office.sign(HEAD, "consent", stream=elsewhere),
        lab.office.sign(ADMIN, "register", {"name": "x", "email": "x"}, stream="person/x"),
    ):
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await lab.case.execute_update(SUBMIT_UPDATE, wrong, id=wrong.command_id, result_type=ANSWER)
        assert isinstance(failed.value.cause, ApplicationError)
        assert failed.value.cause.type == "WrongStream"
    with pytest.raises(WorkflowFailureError) as ended:
        await lab.client.execute_workflow(
            COMMAND_WORKFLOW, command, id=f"command/{command.command_id}", task_queue=lab.queue
        )
    assert isinstance(ended.value.cause, ApplicationError)
    assert (lab.office.size(), await lab.status()) == (size, status)


async def test_a_case_runs_under_no_other_id(lab: Lab) -> None:
    with pytest.raises(WorkflowFailureError, match="failed"):
        await lab.client.execute_workflow(
            CASE_WORKFLOW, CaseInput(reference="EAS-K7QX4MZ-R"), id="case/mine", task_queue=lab.queue
        )


async def test_other_streams_take_commands_through_a_short_run(lab: Lab) -> None:
    command = lab.office.sign(ADMIN, "register", {"name": MARKER, "email": "x"}, stream="person/new")

    async def send() -> Any:
        return await lab.client.execute_workflow(
            COMMAND_WORKFLOW,
            command,
            id=command_workflow_id(command.command_id),
            task_queue=lab.queue,
            result_type=ANSWER,
        )

    first = await send()
    assert first.events == ("PersonRegistered",)
    assert await send() == first, "the second is a new run, answered from the log"
    assert lab.office.types("person/new") == ["PersonRegistered"]


# Across runs


async def test_a_case_goes_on_in_new_runs_as_if_it_were_one(
    forgetful: WorkflowEnvironment, office: Office
) -> None:
    async with Lab(forgetful, office) as lab:
        office.speak_of(WHOLE)
        sent: list[Command] = []
        answers: list[Any] = []
        runs: set[str] = set()
        for step in steps_of(WHOLE, await lab.today()):
            sent.append(office.sign(step.person, step.verb, office.body_of(step)))
            answers.append(await lab.send(sent[-1]))
            runs.add(await lab.run_id())
        assert len(runs) > 4
        assert [answer.kind for answer in answers] == ["receipt"] * len(sent)
        assert await end_of(lab) == office.load()
        done = [r.record.id for r in office.commands() if r.record.stream == office.stream]
        assert [id for id in done if not id.startswith("mail:")] == [command.command_id for command in sent]
        size = office.size()
        for number in (0, 1, 10, len(sent) - 1):
            assert await lab.send(sent[number]) == answers[number]
        assert office.size() == size
        office.check()


async def test_commands_at_once_survive_the_change_of_runs(
    forgetful: WorkflowEnvironment, office: Office
) -> None:
    async with Lab(forgetful, office) as lab:
        await lab.tell(before="consent")
        answers, before = [], office.size()[1]
        for _ in range(3):
            both = [lab.office.sign(HEAD, "amend", {"need": "…"}) for _ in range(4)]
            answers += await asyncio.gather(*(persistently(lab, command) for command in both))
        assert {answer.kind for answer in answers} == {"refused"}
        assert office.size()[1] == before + 12
        await lab.settled()
        office.check()


async def persistently(lab: Lab, command: Command) -> Any:
    """As the doors do: an update that falls between two runs is sent again."""
    for _ in range(4):
        try:
            return await lab.send(command)
        except WorkflowUpdateFailedError:
            await asyncio.sleep(0.1)
    raise AssertionError("no run took it")


async def test_a_reset_leaves_no_new_row(lab: Lab) -> None:
    await lab.tell(before="offer")
    size, status = lab.office.size(), await lab.status()
    run = (await lab.case.describe()).run_id
    tasks = [
        event.event_id
        for event in (await lab.case.fetch_history()).events
        if event.HasField("workflow_task_completed_event_attributes")
    ]
    for task in (tasks[0], tasks[len(tasks) // 2]):
        await lab.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=lab.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=lab.office.stream, run_id=run),
                reason="test",
                request_id=f"reset-{task}",
                workflow_task_finish_event_id=task,
            )
        )
        assert (await lab.case.describe()).run_id != run
        await lab.settled()
        assert await lab.status() == status
        assert lab.office.size() == size
    await lab.done(BROKER, "offer", {"provider": "6990103", "reason": "…"})
    lab.office.check()


async def test_with_temporal_lost_a_case_goes_on_from_the_log(
    server: WorkflowEnvironment, office: Office
) -> None:
    """The log was written elsewhere; this server has never heard of the case."""
    async with Lab(server, office) as lab:
        office.tell(before="consent")
        await lab.done(HEAD, "consent")
        assert (await lab.status()).stage == Stage.TRIAGE


async def test_a_worker_that_remembers_nothing_between_tasks(lab: Lab) -> None:
    await lab.replace_worker(max_cached_workflows=0)
    await lab.tell(before="record-visit")
    assert await lab.status() == lab.office.load()
    lab.office.check()


# What Temporal shows


async def test_search_attributes_change_with_the_stage_and_only_then(lab: Lab) -> None:
    lab.office.speak_of(WHOLE)
    stages: list[str] = []
    for step in steps_of(WHOLE, await lab.today()):
        receipt = await lab.done(step.person, step.verb, lab.office.body_of(step))
        status = receipt.status
        assert status is not None
        assert status.stage is not None
        if [status.stage] != stages[-1:]:
            stages.append(status.stage)
        if step.verb == "triage":
            assert await shown(lab) == {
                "CaseStage": "scoping",
                "CaseWaitingOn": "school improvement partner",
                "CaseDueAt": status.next_deadline,
                "CaseProgramme": "EAS",
                "CaseAuthority": status.authority,
            }
    assert (await lab.history())["UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"] == len(stages)
    last = await shown(lab)
    assert last["CaseStage"] == "archived"
    assert "CaseDueAt" not in last, "nothing is due any more"


async def shown(lab: Lab) -> dict[str, Any]:
    """Our search attributes as the server has them."""
    pairs = (await lab.case.describe()).typed_search_attributes
    return {pair.key.name: pair.value for pair in pairs if pair.key.name.startswith("Case")}


async def test_temporals_page_says_who_is_awaited_and_nothing_personal(lab: Lab) -> None:
    await lab.today()
    lab.office.speak_of(WHOLE)
    body = lab.office.body_of(steps_of(WHOLE, lab.office.now.date())[0])
    await lab.done(SIP, "open", body | {"need": MARKER})
    await lab.done(SIP, "submit")
    await lab.give(HEAD, "refuse-consent", {"reason": MARKER * 200})
    await lab.give(HEAD, "withdraw", {"reason": MARKER}, seed=bytes(32))
    description = await lab.case.describe()
    details = await description.static_summary()
    assert details == f"Case {lab.office.stream.removeprefix('case/')}"
    page = await lab.case.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert "awaiting head consent" in page.current_details
    assert "headteacher" in page.current_details
    raw = (await lab.case.fetch_history()).to_json() + str(description.raw_description) + str(page)
    for secret in (MARKER, "Prosser", "Anwen", '"need"', "request_version"):
        assert secret not in raw


async def test_a_whole_case_costs_no_more_than_its_budget(lab: Lab) -> None:
    """Temporal counts what is paid for: starts, updates, activities, timers, changes of search attributes."""
    receipts = await lab.tell()
    counts = await lab.history()
    commands = len(receipts)
    stages = counts["UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"]
    deadlines = sum(kind == "DeadlineSet" for kind in lab.office.types())
    parts = {
        "starts": counts["WORKFLOW_EXECUTION_STARTED"],
        "updates": counts["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"],
        "local activities": counts["MARKER_RECORDED"],
        "activities": counts["ACTIVITY_TASK_SCHEDULED"],
        "timers": counts["TIMER_STARTED"],
        "search attributes": stages,
    }
    actions, budget = sum(parts.values()), 1 + 2 * commands + stages + deadlines
    assert actions <= budget, f"{actions} actions, {budget} allowed: {parts}"
    assert parts["timers"] < deadlines // 2, f"the timer is lazy: {parts}, {deadlines} deadlines"
    asked = await lab.asked()
    assert asked[LOAD_CASE] == 1, "the log is read once"
    assert asked[DELIVER_MAIL] <= commands, "the mails of a command go out together"


# What breaks


class Troubled(CommandHandler):
    """A handler over a database that is away, or with a bug, a number of times."""

    def __init__(self, office: Office, error: Exception, times: int) -> None:
        super().__init__(office.log, office.vault, office.seed("system"), clock=office.clock)
        self.error, self.left, self.asked = error, times, 0

    def handle(self, request: HandleCommand) -> HandledCommand:
        """Trouble first, then the answer."""
        self.asked += 1
        self._trouble()
        return super().handle(request)

    def load(self, request: LoadCase) -> CaseStatus:
        """Trouble first, then the status."""
        self._trouble()
        return super().load(request)

    def _trouble(self) -> None:
        if self.left:
            self.left -= 1
            raise self.error


def away() -> Exception:
    return OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked"))


def invalid() -> Exception:
    try:
        Command.model_validate({"body": MARKER})
    except ValidationError as error:
        return error
    raise AssertionError


async def test_a_log_that_is_away_is_waited_for_and_nothing_is_lost(lab: Lab) -> None:
    await lab.tell(before="consent")
    troubled = Troubled(lab.office, away(), 5)
    await lab.replace_worker(troubled)
    before, asked = await lab.history(), await lab.asked()
    receipt = await lab.done(HEAD, "consent")
    assert receipt.events[0] == "HeadConsentGiven"
    assert (troubled.left, troubled.asked) == (0, 6)
    assert lab.office.types().count("HeadConsentGiven") == 1
    grown = await lab.history() - before
    assert (await lab.asked() - asked)[HANDLE_COMMAND] == 1, "Temporal's page shows it, with its error"
    assert grown["TIMER_STARTED"] <= 1, "and its retries leave nothing in the history"
    assert sum(grown.values()) < 25
    lab.office.check()


async def test_a_log_that_is_away_when_a_case_begins(lab: Lab) -> None:
    await lab.replace_worker(Troubled(lab.office, away(), 2))
    await lab.tell(before="consent")
    assert (await lab.status()).stage == Stage.AWAITING_HEAD_CONSENT


async def test_a_log_that_answers_on_a_second_attempt_costs_nothing_more(lab: Lab) -> None:
    await lab.tell(before="consent")
    await lab.replace_worker(Troubled(lab.office, away(), 1))
    await lab.done(HEAD, "consent")
    assert (await lab.asked())[HANDLE_COMMAND] == 0


BUGS: dict[str, Exception] = {
    "TypeError": TypeError(MARKER),
    "ValidationError": invalid(),
    "BadReferenceError": BadReferenceError(MARKER),
    "SealBrokenError": SealBrokenError(MARKER),
    "VersionConflictError": VersionConflictError(1, 2),
    "DuplicateCommandError": DuplicateCommandError(MARKER),
    "LogDamagedError": LogDamagedError(MARKER),
    "UnknownEventError": UnknownEventError(MARKER),
    "WrongClockError": WrongClockError(MARKER),
}


@pytest.mark.parametrize("kind", BUGS)
async def test_a_bug_met_by_one_command_is_told_to_its_sender_and_stops_nobody_else(
    lab: Lab, kind: str
) -> None:
    await lab.tell(before="consent")
    size = lab.office.size()
    await lab.replace_worker(Troubled(lab.office, BUGS[kind], 1))
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await lab.give(HEAD, "consent")
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == kind
    assert MARKER not in str(failed.value.cause)
    assert lab.office.size() == size
    assert MARKER not in (await lab.case.fetch_history()).to_json(), "messages of failures are encrypted"
    await lab.done(HEAD, "consent")
    lab.office.check()


class Slow(CommandHandler):
    """A handler that takes its time, so that something can happen meanwhile."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.log, office.vault, office.seed("system"), clock=office.clock)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def handle(self, request: HandleCommand) -> HandledCommand:
        """The answer, once it may go on."""
        self.begun.set()
        assert self.go_on.wait(10)
        return super().handle(request)


async def test_a_worker_that_is_told_to_stop_finishes_what_it_holds(lab: Lab) -> None:
    await lab.tell(before="consent")
    slow = Slow(lab.office)
    await lab.replace_worker(slow)
    sending = asyncio.create_task(lab.give(HEAD, "consent"))
    assert await asyncio.to_thread(slow.begun.wait, 10)
    stopping = asyncio.create_task(lab.stop_worker())
    await asyncio.sleep(0.2)
    assert not stopping.done()
    slow.go_on.set()
    await stopping
    await lab.start_worker()
    assert isinstance(await sending, Receipt)
    assert lab.office.types().count("HeadConsentGiven") == 1
    await lab.settled()
    lab.office.check()


async def test_a_payload_that_is_no_command_is_its_senders_problem(lab: Lab) -> None:
    await lab.tell(before="consent")
    good = lab.office.sign(HEAD, "consent").model_dump(mode="json")
    for number, poison in enumerate((17, MARKER, None, {"kind": MARKER}, good | {"person": MARKER})):
        with pytest.raises(WorkflowUpdateFailedError):
            await lab.case.execute_update(SUBMIT_UPDATE, poison, id=f"poison-{number}")
    with pytest.raises(WorkflowUpdateFailedError, match="failed"):
        await lab.case.execute_update("sumbit", good, id="poison-name")
    assert MARKER not in (await lab.case.fetch_history()).to_json()
    assert (await lab.case.describe()).status == WorkflowExecutionStatus.RUNNING
    await lab.done(HEAD, "consent")


async def test_a_poisoned_start_closes_itself(lab: Lab) -> None:
    answer = await lab.give(HEAD, "consent", {"request_version": "?"})
    assert isinstance(answer, Refused)
    assert await end_of(lab) == CaseStatus()


async def test_an_impatient_sender_finds_the_answer_later(lab: Lab) -> None:
    """Nobody answered in time; the line may be repeated, and the command is done once."""
    await lab.tell(before="consent")
    slow = Slow(lab.office)
    await lab.replace_worker(slow)
    command = lab.office.sign(HEAD, "consent")
    with pytest.raises(Exception, match=r"(?i)timeout|cancel"):
        await lab.send(command, seconds=0.3)
    slow.go_on.set()
    assert isinstance(await lab.send(command), Receipt)
    assert lab.office.types().count("HeadConsentGiven") == 1
    assert (await lab.now()) - lab.office.events()[-1].envelope.recorded_at < timedelta(seconds=10)
