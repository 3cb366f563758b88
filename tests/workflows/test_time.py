"""Months in a moment: what passes, who is named for it, and when a run ends."""

import asyncio
from datetime import datetime, timedelta

import pytest

from activities.event_log.errors import LogDamagedError
from activities.handle_command import CommandHandler
from domain.case.stages import Stage
from domain.ids import stream_key
from domain.messages import (
    CASE_WORKFLOW,
    CaseInput,
    CaseStatus,
    HandledCommand,
    PassDeadline,
    Receipt,
    Refused,
)
from starter.sample.story import Step
from tests.activities.builders import WHOLE, Office, steps_of
from tests.workflows.lab import Lab
from workflows.options import ASK_AGAIN, ORPHAN_GRACE

HEAD, BROKER, SIP = "head.6990004", "broker.dylan", "sip.carys"
MOMENT = timedelta(seconds=1)


def passed(office: Office) -> list[tuple[str, str, str]]:
    """Wait, owner and recorder of every deadline that passed."""
    return [
        (recorded.payload["wait"], recorded.payload["owner"], recorded.envelope.actor.person)
        for recorded in office.events()
        if recorded.envelope.type == "DeadlinePassed"
    ]


async def eventually(lab: Lab, kind: str, times: int = 1) -> None:
    """Wait until the log holds events of that type; the skip itself does not wait for the worker."""
    for _ in range(200):
        if lab.office.types().count(kind) >= times:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"{kind} is not in the log: {lab.office.types()}")


async def ended(lab: Lab) -> CaseStatus:
    """The result of the run that ends by itself."""
    return await asyncio.wait_for(lab.case.result(follow_runs=False), 10)


async def due(lab: Lab) -> datetime:
    status = await lab.status()
    assert status.next_deadline is not None
    return status.next_deadline


async def chased(lab: Lab) -> datetime:
    """When something next happens by itself: a reminder, or more."""
    status = await lab.status()
    assert status.chase_at is not None
    return status.chase_at


async def test_a_deadline_passes_and_the_system_says_who_was_owed(skip_lab: Lab) -> None:
    await skip_lab.tell(before="consent")
    moment = await due(skip_lab)
    await skip_lab.sleep_until(moment + MOMENT)
    await eventually(skip_lab, "DeadlinePassed")
    assert passed(skip_lab.office) == [("head_consent", "recipient_head", "system")]
    event = skip_lab.office.events()[-1].envelope
    assert moment <= event.occurred_at <= moment + timedelta(minutes=1)
    assert event.engine is not None
    assert event.engine.workflow == skip_lab.office.stream
    status = await skip_lab.status()
    assert (status.stage, status.awaited) == (Stage.AWAITING_HEAD_CONSENT, True)
    skip_lab.office.check()


async def test_an_answer_in_time_lets_nothing_pass(skip_lab: Lab) -> None:
    await skip_lab.tell(before="consent")
    moment = await due(skip_lab)
    await skip_lab.sleep_until(moment - timedelta(hours=1))
    await skip_lab.done(HEAD, "consent")
    await skip_lab.sleep_until(moment + timedelta(hours=1))
    await asyncio.sleep(0.2)
    assert passed(skip_lab.office) == []
    assert (await skip_lab.status()).stage == Stage.TRIAGE
    await skip_lab.sleep_until(await due(skip_lab) + MOMENT)
    await eventually(skip_lab, "DeadlinePassed")
    assert passed(skip_lab.office) == [("triage", "broker", "system")]


async def test_an_offer_that_nobody_answers_expires_and_the_search_goes_on(skip_lab: Lab) -> None:
    await skip_lab.tell(before="decline-offer")
    await skip_lab.sleep_until(await due(skip_lab) + MOMENT)
    await eventually(skip_lab, "OfferExpired")
    status = await skip_lab.status()
    assert (status.stage, status.next_wait) == (Stage.MATCHING, "first_offer")
    assert status == skip_lab.office.load()
    await skip_lab.done(BROKER, "offer", {"provider": "6990103", "reason": "…"})


async def test_deadlines_of_one_instant_pass_one_after_the_other(skip_lab: Lab) -> None:
    await skip_lab.tell(before="sign")
    await skip_lab.sleep_until(await due(skip_lab) + MOMENT)
    await eventually(skip_lab, "DeadlinePassed", 3)
    owners = ["provider_head", "recipient_head", "sip"]
    assert sorted(passed(skip_lab.office)) == [(f"signature:{owner}", owner, "system") for owner in owners]
    status = await skip_lab.status()
    assert status.awaited
    assert "WORKFLOW_EXECUTION_COMPLETED" not in await skip_lab.history()


async def test_a_follow_up_that_nobody_made_archives_the_case_and_ends_its_run(skip_lab: Lab) -> None:
    await skip_lab.tell(before="record-follow-up")
    assert (await skip_lab.status()).stage == Stage.CLOSED
    await skip_lab.sleep_until(await due(skip_lab) + MOMENT)
    result = await ended(skip_lab)
    assert result == skip_lab.office.load()
    assert (result.stage, result.awaited) == (Stage.ARCHIVED, False)
    assert skip_lab.office.types()[-3:] == ["DeadlinePassed", "FollowUpMissed", "CaseArchived"]
    skip_lab.office.check()


async def test_a_late_command_starts_a_short_run_and_gets_its_refusal(skip_lab: Lab) -> None:
    await skip_lab.tell()
    result, run = await ended(skip_lab), await skip_lab.run_id()
    answer = await skip_lab.give(HEAD, "withdraw", {"reason": "…"})
    assert isinstance(answer, Refused)
    assert answer.code == "R-STAGE"
    assert await ended(skip_lab) == result
    assert await skip_lab.run_id() != run
    assert (await skip_lab.history())["TIMER_STARTED"] == 0


async def test_the_timer_is_lazy(skip_lab: Lab) -> None:
    """A later deadline leaves it; it wakes, reads, and sleeps on. An earlier one moves it."""
    await skip_lab.tell(before="submit")
    draft = await due(skip_lab)
    assert (await skip_lab.history())["TIMER_STARTED"] == 1
    await skip_lab.done(SIP, "submit")
    consent = await due(skip_lab)
    assert consent < draft
    assert (await skip_lab.history())["TIMER_STARTED"] == 2
    assert (await skip_lab.history())["TIMER_CANCELED"] == 1
    await skip_lab.done(HEAD, "consent")
    await skip_lab.done(BROKER, "triage", {"tier": "light"})
    scoping = await due(skip_lab)
    assert scoping > consent, "later than what the timer is set for"
    counts = await skip_lab.history()
    # Triage is due before consent was; scoping, again later, cost nothing.
    assert (counts["TIMER_STARTED"], counts["TIMER_CANCELED"]) == (3, 2)
    wakes = await chased(skip_lab) - timedelta(hours=1)
    await skip_lab.sleep_until(wakes)
    await asyncio.sleep(0.2)
    counts = await skip_lab.history()
    assert (counts["TIMER_STARTED"], counts["TIMER_FIRED"]) == (4, 1)
    assert "ReminderIssued" not in skip_lab.office.types()
    assert passed(skip_lab.office) == []


async def test_a_refused_opening_closes_its_run(skip_lab: Lab) -> None:
    await skip_lab.today()
    body = skip_lab.office.body_of(opening(skip_lab))
    answer = await skip_lab.give(BROKER, "open", body)
    assert isinstance(answer, Refused)
    assert await ended(skip_lab) == CaseStatus()
    assert "TIMER_FIRED" not in await skip_lab.history()
    await skip_lab.done(SIP, "open", body)
    assert (await skip_lab.status()).stage == Stage.DRAFT


async def test_a_run_that_nobody_opens_ends_after_its_grace(skip_lab: Lab) -> None:
    reference = stream_key(skip_lab.office.stream)
    handle = await skip_lab.client.start_workflow(
        CASE_WORKFLOW,
        CaseInput(reference=reference),
        id=skip_lab.office.stream,
        task_queue=skip_lab.queue,
        result_type=CaseStatus,
    )
    assert await asyncio.wait_for(handle.result(), 10) == CaseStatus()
    (timer,) = [
        event.timer_started_event_attributes
        for event in (await handle.fetch_history()).events
        if event.HasField("timer_started_event_attributes")
    ]
    assert timer.start_to_fire_timeout.ToTimedelta() == ORPHAN_GRACE
    assert skip_lab.office.events() == []


@pytest.mark.parametrize("how", ["forged", "malformed", "too large"])
async def test_what_is_nobodys_command_does_not_stop_the_clock(skip_lab: Lab, how: str) -> None:
    """Its answer says nothing of the case; taken for one, it would end the run and forget the deadline."""
    await skip_lab.tell(before="consent")
    before = await skip_lab.status()
    sign = skip_lab.office.sign
    command = {
        "forged": lambda: sign(HEAD, "consent", seed=bytes(32)),
        "malformed": lambda: sign(HEAD, "consent", {"request_version": "?"}),
        "too large": lambda: sign(HEAD, "refuse-consent", {"reason": "x" * 66_000}),
    }[how]()
    assert isinstance(await skip_lab.send(command), Refused)
    assert await skip_lab.status() == before
    await skip_lab.sleep_until(await due(skip_lab) + MOMENT)
    await eventually(skip_lab, "DeadlinePassed")


class Stubborn(CommandHandler):
    """A handler that does not let deadlines pass: the worker's key is not the one on record, say."""

    asked = 0
    stubborn = True

    def pass_deadline(self, request: PassDeadline) -> HandledCommand:
        """No."""
        if not self.stubborn:
            return super().pass_deadline(request)
        self.asked += 1
        no = Refused(command_id="deadline:x", body_hash="", stream="x", code="R-SIGNATURE", message="no")
        return HandledCommand(answer=no, status=CaseStatus())


async def test_a_deadline_that_the_log_does_not_take_is_asked_again_but_not_without_end(
    skip_lab: Lab,
) -> None:
    office = skip_lab.office
    stubborn = Stubborn(office.log, office.vault, office.seed("system"), clock=office.clock)
    await skip_lab.replace_worker(stubborn)
    await skip_lab.tell(before="consent")
    moment = await chased(skip_lab)
    for hours in range(4):
        await skip_lab.sleep_until(moment + timedelta(hours=hours, minutes=1))
        await asyncio.sleep(0.1)
    assert 3 <= stubborn.asked <= 5
    stubborn.stubborn = False
    await skip_lab.sleep_until(moment + timedelta(hours=6))
    await eventually(skip_lab, "ReminderIssued")


class Broken(CommandHandler):
    """A handler with a bug that only deadlines meet."""

    asked = 0

    def pass_deadline(self, request: PassDeadline) -> HandledCommand:
        """Once, and then no more."""
        self.asked += 1
        if self.asked == 1:
            raise LogDamagedError("position 7")
        return super().pass_deadline(request)


async def test_a_bug_that_a_deadline_meets_does_not_end_the_run(skip_lab: Lab) -> None:
    office = skip_lab.office
    broken = Broken(office.log, office.vault, office.seed("system"), clock=office.clock)
    await skip_lab.replace_worker(broken)
    await skip_lab.tell(before="consent")
    moment = await chased(skip_lab)
    await skip_lab.sleep_until(moment + MOMENT)
    await asyncio.sleep(0.3)
    assert (broken.asked, skip_lab.office.types().count("ReminderIssued")) == (1, 0)
    await skip_lab.sleep_until(moment + ASK_AGAIN + timedelta(minutes=1))
    await eventually(skip_lab, "ReminderIssued")
    assert broken.asked == 2
    assert isinstance(await skip_lab.done(HEAD, "consent"), Receipt), "and the case goes on"


async def test_no_stage_of_a_case_is_silent(skip_lab: Lab) -> None:
    """Nobody ever answers: each wait passes in the name of its owner, and somebody is chased for it for ever."""
    await skip_lab.tell(before="mid-review")
    owed = {deadline.wait for deadline in skip_lab.office.state().deadlines}
    for _ in range(60):
        if owed <= {wait for wait, _, _ in passed(skip_lab.office)}:
            break
        before = len(skip_lab.office.types())
        await skip_lab.sleep_until(await chased(skip_lab) + MOMENT)
        await grown(skip_lab, before)
        await skip_lab.settled()
    else:
        pytest.fail(f"never passed: {owed - {wait for wait, _, _ in passed(skip_lab.office)}}")
    assert await chased(skip_lab) > skip_lab.office.now
    assert {recorder for _, _, recorder in passed(skip_lab.office)} == {"system"}
    skip_lab.office.check()


async def grown(lab: Lab, events: int) -> None:
    """Wait until the case has more events than that; the skip itself does not wait for the worker."""
    for _ in range(500):
        if len(lab.office.types()) > events:
            return
        await asyncio.sleep(0.02)
    pytest.fail("what is due does not happen")


def opening(lab: Lab) -> Step:
    lab.office.speak_of(WHOLE)
    return steps_of(WHOLE, lab.office.now.date())[0]
