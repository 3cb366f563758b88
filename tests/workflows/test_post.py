"""Mail beside the commands: it waits for its server as long as it takes, and nobody waits for it."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.handle_command import CommandHandler
from domain.ids import stream_key
from domain.messages import (
    CASE_WORKFLOW,
    DELIVER_MAIL,
    NUDGE_SIGNAL,
    CaseInput,
    CaseStatus,
    DeliverMail,
    HandleCommand,
    HandledCommand,
    LoadCase,
)
from tests.activities.builders import WHOLE, Office, steps_of
from tests.workflows.lab import Lab
from tests.workflows.test_case import persistently

HEAD, BROKER = "head.6990004", "broker.dylan"


class Letters(CommandHandler):
    """A handler whose cases have a letter to send after each of their events."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.log, office.vault, office.seed("system"), clock=office.clock)
        self.sent_up_to = 0
        """Version of the case whose letters are all sent."""

    def counted(self, status: CaseStatus) -> CaseStatus:
        """The status with the letters that wait."""
        return status.model_copy(update={"unsent": max(status.version - self.sent_up_to, 0)})

    def handle(self, request: HandleCommand) -> HandledCommand:
        """As ours."""
        handled = super().handle(request)
        return handled.model_copy(update={"status": self.counted(handled.status)})

    def load(self, request: LoadCase) -> CaseStatus:
        """As ours."""
        return self.counted(super().load(request))


class PostOffice:
    """Where letters go. `way` is what becomes of an attempt; by default all that waits is sent."""

    def __init__(self, lab: Lab) -> None:
        self.letters = Letters(lab.office)
        self.way: Callable[[], None] = lambda: None
        self.sends = True
        self.attempts = 0
        self.at_once = 0
        self.most_at_once = 0
        self._turn = threading.Lock()

    @activity.defn(name=DELIVER_MAIL)
    def deliver(self, request: DeliverMail) -> CaseStatus:
        """One attempt."""
        with self._turn:
            self.attempts += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            found = self.letters.load(LoadCase(reference=request.reference))
            self.way()
            if self.sends:
                self.letters.sent_up_to = found.version
            return self.letters.counted(found)
        finally:
            with self._turn:
                self.at_once -= 1


async def posted(lab: Lab) -> PostOffice:
    """The office's worker, replaced by one that sends letters."""
    post = PostOffice(lab)
    lab.more_activities = [post.deliver]
    await lab.replace_worker(post.letters)
    return post


@pytest.fixture
async def post(lab: Lab) -> PostOffice:
    """A post office that works."""
    return await posted(lab)


async def until(met: Callable[[], bool]) -> None:
    """Wait for something that a worker does by itself."""
    for _ in range(500):
        if met():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come to that")


async def all_sent(lab: Lab, post: PostOffice) -> None:
    """Wait until no letter waits, and the workflow knows it."""
    await until(lambda: post.letters.sent_up_to == lab.office.load().version)
    for _ in range(250):
        if not (await lab.status()).unsent:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"the workflow believes otherwise: {await lab.status()}")


async def test_what_there_is_to_tell_is_delivered_without_being_asked(lab: Lab, post: PostOffice) -> None:
    await lab.tell(before="consent")
    await all_sent(lab, post)
    assert 1 <= post.attempts <= 3
    await asyncio.sleep(0.3)
    assert post.attempts <= 3, "and where nothing waits nobody goes to the post"


async def test_a_command_does_not_wait_for_the_mail(lab: Lab, post: PostOffice) -> None:
    go_on = threading.Event()
    post.way = lambda: assert_true(go_on.wait(20))
    await lab.tell(before="consent")
    await until(lambda: post.at_once == 1)
    await lab.done(HEAD, "consent")
    assert post.letters.sent_up_to == 0
    version = (await lab.status()).version
    go_on.set()
    await all_sent(lab, post)
    assert (await lab.status()).version == version, "the delivery knew an older one, which does not come back"
    assert post.most_at_once == 1


def assert_true(met: bool) -> None:
    assert met


def refused_for_now() -> None:
    raise ConnectionRefusedError("the mail server is down")


async def test_a_mail_server_that_is_down_leaves_nothing_in_the_history(lab: Lab, post: PostOffice) -> None:
    post.way = refused_for_now
    await lab.tell(before="consent")
    await until(lambda: post.attempts >= 2)
    before = await lab.history()
    attempts = post.attempts
    await until(lambda: post.attempts > attempts)
    assert await lab.history() == before
    post.way = lambda: None
    await lab.done(HEAD, "consent")
    await all_sent(lab, post)
    assert (await lab.history())["ACTIVITY_TASK_SCHEDULED"] <= 4, (
        "the load, and deliveries one after the other"
    )


async def test_what_an_attempt_leaves_lying_waits_for_a_change_or_a_nudge(lab: Lab, post: PostOffice) -> None:
    """No mail server is named anywhere, say: asking on and on would fill the history."""
    post.sends = False
    await lab.tell(before="consent")
    version = lab.office.load().version
    await until(lambda: post.attempts >= 1)
    await asyncio.sleep(0.5)
    attempts = post.attempts
    assert attempts <= version
    await asyncio.sleep(0.5)
    assert post.attempts == attempts
    await lab.done(HEAD, "consent")
    await until(lambda: post.attempts == attempts + 1)
    post.sends = True
    await lab.case.signal(NUDGE_SIGNAL)
    await all_sent(lab, post)


async def test_a_bug_in_the_delivery_ends_no_run(lab: Lab, post: PostOffice) -> None:
    def bug() -> None:
        raise ApplicationError("a bug", type="TypeError", non_retryable=True)

    post.way = bug
    await lab.tell(before="consent")
    await until(lambda: post.attempts >= 1)
    post.way = lambda: None
    await lab.done(HEAD, "consent")
    await all_sent(lab, post)


async def test_a_case_that_has_ended_stays_until_everything_is_told(lab: Lab, post: PostOffice) -> None:
    post.sends = False
    await lab.tell()
    assert not lab.office.load().awaited
    assert (await lab.status()).unsent
    await asyncio.sleep(0.3)
    assert "WORKFLOW_EXECUTION_COMPLETED" not in await lab.history()
    post.sends = True
    await lab.case.signal(NUDGE_SIGNAL)
    result = await asyncio.wait_for(lab.case.result(follow_runs=False), 10)
    assert (result.unsent, result.awaited) == (0, False)


async def test_mail_that_cannot_be_delivered_stops_no_change_of_runs(
    forgetful: WorkflowEnvironment, office: Office
) -> None:
    """A run leaves what it could not deliver to the next; two runs never deliver at once."""
    async with Lab(forgetful, office) as lab:
        post = await posted(lab)
        post.way = refused_for_now
        office.speak_of(WHOLE)
        runs: set[str] = set()
        for step in steps_of(WHOLE, await lab.today()):
            await persistently(lab, office.sign(step.person, step.verb, office.body_of(step)))
            runs.add(await lab.run_id())
        assert len(runs) > 3
        assert post.letters.sent_up_to == 0
        post.way = lambda: None
        await lab.case.signal(NUDGE_SIGNAL)
        await asyncio.wait_for(lab.case.result(), 20)
        assert post.letters.sent_up_to == office.load().version
        assert post.most_at_once == 1
        office.check()


async def test_an_attempt_under_way_is_waited_for_when_runs_change(
    forgetful: WorkflowEnvironment, office: Office
) -> None:
    async with Lab(forgetful, office) as lab:
        post = await posted(lab)
        go_on = threading.Event()
        post.way = lambda: assert_true(go_on.wait(20))
        await lab.tell(before="triage")
        first = await lab.run_id()
        for _ in range(6):
            await lab.give(HEAD, "amend", {"need": "…"})
        await until(lambda: post.at_once == 1)
        assert await lab.run_id() == first
        go_on.set()
        await all_sent(lab, post)
        await lab.done(BROKER, "triage", {"tier": "light"})
        assert await lab.run_id() != first
        assert post.most_at_once == 1


async def test_a_nudge_makes_a_case_read_what_was_written_elsewhere(lab: Lab) -> None:
    """As after a log was written by hand of another server: nobody told the run."""
    await lab.tell(before="consent")
    lab.office.done(HEAD, "consent")
    assert (await lab.status()).version < lab.office.load().version
    await lab.case.signal(NUDGE_SIGNAL)
    await lab.settled()


async def test_a_nudge_that_starts_a_run_is_worth_one_reading(lab: Lab) -> None:
    lab.office.tell(before="consent")
    stream = lab.office.stream
    await lab.client.start_workflow(
        CASE_WORKFLOW,
        CaseInput(reference=stream_key(stream)),
        id=stream,
        task_queue=lab.queue,
        start_signal=NUDGE_SIGNAL,
    )
    await lab.settled()
    assert (await lab.history())["ACTIVITY_TASK_SCHEDULED"] == 1
    await lab.case.terminate("the test is over")
