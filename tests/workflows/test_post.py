"""Mail beside the commands: it waits for its server as long as it takes, and nobody waits for it."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.mail.deliver import HandedOver, MailWaitsError, Postman
from domain.ids import stream_key
from domain.messages import (
    CASE_WORKFLOW,
    DELIVER_MAIL,
    LOAD_CASE,
    NUDGE_SIGNAL,
    CaseInput,
    CaseStatus,
    LoadCase,
)
from tests.activities.builders import WHOLE, Office, steps_of
from tests.workflows.lab import Lab
from tests.workflows.test_case import persistently

HEAD, BROKER = "head.6990004", "broker.dylan"


class Carrier(Postman):
    """Carries mail as ours does, and counts. `way` is what it meets on its way; without `sends` it leaves
    everything lying, as where no mail server is named.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab.office.handler, lab.mail_settings, lab.business_now)
        self.way: Callable[[], None] = lambda: None
        self.sends = True
        self.attempts = 0
        self.at_once = 0
        self.most_at_once = 0
        self._turn = threading.Lock()

    def deliver(self, reference: str, run: str, handed_over: HandedOver) -> CaseStatus:
        """One attempt."""
        with self._turn:
            self.attempts += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.way()
            if self.sends:
                return super().deliver(reference, run, handed_over)
            return self._handler.load(LoadCase(reference=reference))
        finally:
            with self._turn:
                self.at_once -= 1


async def carried(lab: Lab) -> Carrier:
    """The office's worker, replaced by one whose mail is watched."""
    lab.postman = carrier = Carrier(lab)
    await lab.replace_worker()
    return carrier


@pytest.fixture
async def carrier(lab: Lab) -> Carrier:
    """Somebody who carries mail, and is watched."""
    return await carried(lab)


async def until(met: Callable[[], bool]) -> None:
    """Wait for something that a worker does by itself."""
    for _ in range(500):
        if met():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come to that")


async def all_sent(lab: Lab) -> None:
    """Wait until nothing is unsent, and the workflow knows it."""
    await until(lambda: not lab.office.load().unsent)
    await lab.settled()


def refused_for_now() -> None:
    raise MailWaitsError("the mail server is down")


async def test_what_there_is_to_tell_is_delivered_without_being_asked(lab: Lab, carrier: Carrier) -> None:
    await lab.tell(before="consent")
    await all_sent(lab)
    attempts = carrier.attempts
    assert lab.office.types().count("MailAccepted") == len(lab.mail.taken) > 0
    await lab.give(BROKER, "consent")
    await asyncio.sleep(0.3)
    assert carrier.attempts == attempts, "and where nothing waits nobody goes to the post"


async def test_a_command_does_not_wait_for_the_mail(lab: Lab, carrier: Carrier) -> None:
    go_on = threading.Event()
    carrier.way = lambda: assert_true(go_on.wait(20))
    await lab.tell(before="consent")
    await until(lambda: carrier.at_once == 1)
    await lab.done(HEAD, "consent")
    assert lab.mail.taken == []
    go_on.set()
    await all_sent(lab)
    assert carrier.most_at_once == 1


def assert_true(met: bool) -> None:
    assert met


async def test_a_mail_server_that_is_down_leaves_nothing_in_the_history(lab: Lab, carrier: Carrier) -> None:
    lab.mail.close()
    await lab.tell(before="consent")
    await until(lambda: carrier.attempts >= 2)
    before = await lab.history()
    attempts = carrier.attempts
    await until(lambda: carrier.attempts > attempts)
    assert await lab.history() == before
    lab.mail.open()
    await all_sent(lab)
    assert (await lab.asked())[DELIVER_MAIL] == 1


async def test_what_an_attempt_leaves_lying_waits_for_a_change_or_a_nudge(lab: Lab, carrier: Carrier) -> None:
    """No mail server is named anywhere, say: asking on and on would fill the history."""
    carrier.sends = False
    await lab.tell(before="consent")
    await until(lambda: carrier.attempts >= 1)
    await asyncio.sleep(0.5)
    attempts = carrier.attempts
    await asyncio.sleep(0.5)
    assert carrier.attempts == attempts
    await lab.done(HEAD, "consent")
    await until(lambda: carrier.attempts == attempts + 1)
    carrier.sends = True
    await lab.case.signal(NUDGE_SIGNAL)
    await all_sent(lab)


async def test_a_bug_in_the_delivery_ends_no_run(lab: Lab, carrier: Carrier) -> None:
    def bug() -> None:
        raise ApplicationError("a bug", type="TypeError", non_retryable=True)

    carrier.way = bug
    await lab.tell(before="consent")
    await until(lambda: carrier.attempts >= 1)
    carrier.way = lambda: None
    await lab.done(HEAD, "consent")
    await all_sent(lab)


async def test_a_case_that_has_ended_stays_until_everything_is_told(lab: Lab, carrier: Carrier) -> None:
    carrier.sends = False
    await lab.tell()
    assert not lab.office.load().awaited
    assert (await lab.status()).unsent
    await asyncio.sleep(0.3)
    assert "WORKFLOW_EXECUTION_COMPLETED" not in await lab.history()
    carrier.sends = True
    await lab.case.signal(NUDGE_SIGNAL)
    result = await asyncio.wait_for(lab.case.result(follow_runs=False), 10)
    assert (result.unsent, result.awaited) == (0, False)


async def test_mail_that_cannot_be_delivered_stops_no_change_of_runs(
    forgetful: WorkflowEnvironment, office: Office
) -> None:
    """A run leaves what it could not deliver to the next; two runs never deliver at once."""
    async with Lab(forgetful, office) as lab:
        carrier = await carried(lab)
        carrier.way = refused_for_now
        office.speak_of(WHOLE)
        runs: set[str] = set()
        for step in steps_of(WHOLE, await lab.today()):
            await persistently(lab, office.sign(step.person, step.verb, office.body_of(step)))
            runs.add(await lab.run_id())
        assert len(runs) > 3
        assert lab.mail.taken == []
        carrier.way = lambda: None
        await lab.case.signal(NUDGE_SIGNAL)
        await asyncio.wait_for(lab.case.result(), 20)
        assert office.load().unsent == 0
        assert carrier.most_at_once == 1
        office.check()


async def test_an_attempt_under_way_is_waited_for_when_runs_change(
    forgetful: WorkflowEnvironment, office: Office
) -> None:
    async with Lab(forgetful, office) as lab:
        carrier = await carried(lab)
        go_on = threading.Event()
        carrier.way = lambda: assert_true(go_on.wait(20))
        await lab.tell(before="triage")
        first = await lab.run_id()
        for _ in range(6):
            await lab.give(HEAD, "amend", {"need": "…"})
        await until(lambda: carrier.at_once == 1)
        assert await lab.run_id() == first
        go_on.set()
        await all_sent(lab)
        await lab.done(BROKER, "triage", {"tier": "light"})
        assert await lab.run_id() != first
        assert carrier.most_at_once == 1


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
    assert (await lab.asked())[LOAD_CASE] == 1
    await lab.case.terminate("the test is over")
