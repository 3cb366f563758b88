"""Business time on the real server: a clock that is moved makes months pass, for those who are told."""

from datetime import datetime, timedelta

from temporalio.testing import WorkflowEnvironment

from activities.business_clock import offset_file
from domain.messages import NUDGE_SIGNAL
from tests.activities.builders import Office
from tests.workflows.lab import Lab
from tests.workflows.test_time import due, eventually, passed

HEAD = "head.6990004"


async def move(lab: Lab, to: datetime) -> None:
    ahead = to - await lab.now()
    offset_file(lab.office.settings).write_text(f"{int(ahead.total_seconds()) + 1}", "ascii")


async def test_a_case_that_is_nudged_lets_pass_what_is_due_by_the_moved_clock(
    server: WorkflowEnvironment, demo_office: Office
) -> None:
    async with Lab(server, demo_office) as lab:
        await lab.tell(before="consent")
        moment = await due(lab)
        assert moment - await lab.now() > timedelta(days=3)
        await move(lab, moment)
        await lab.case.signal(NUDGE_SIGNAL)
        await eventually(lab, "DeadlinePassed")
        assert passed(demo_office) == [("head_consent", "recipient_head", "system")]
        at = demo_office.events()[-1].envelope.occurred_at
        assert moment <= at < moment + timedelta(minutes=1)
        receipt = await lab.done(HEAD, "consent")
        assert receipt.status is not None
        assert receipt.status.next_deadline is not None
        assert receipt.status.next_deadline > moment
        await lab.settled()
        demo_office.check()


async def test_a_clock_that_was_moved_unnoticed_counts_for_commands_all_the_same(
    server: WorkflowEnvironment, demo_office: Office
) -> None:
    async with Lab(server, demo_office) as lab:
        await lab.tell(before="consent")
        later = await lab.now() + timedelta(days=1)
        await move(lab, later)
        await lab.done(HEAD, "consent")
        assert demo_office.events()[-1].envelope.occurred_at >= later


async def test_a_timer_that_was_set_before_the_clock_was_moved_is_set_anew(
    server: WorkflowEnvironment, demo_office: Office
) -> None:
    """The next deadline is then seconds away in place of days, and nobody has to nudge again."""
    async with Lab(server, demo_office) as lab:
        await lab.tell(before="consent")
        moment = await due(lab)
        await move(lab, moment - timedelta(seconds=3))
        await lab.case.signal(NUDGE_SIGNAL)
        await eventually(lab, "DeadlinePassed")
        assert demo_office.events()[-1].envelope.occurred_at >= moment


async def test_workers_that_come_back_after_days_chase_each_wait_once(
    server: WorkflowEnvironment, demo_office: Office
) -> None:
    """Reminders, the deadline and its escalation were missed: one chase does the strongest, and says what it missed."""
    async with Lab(server, demo_office) as lab:
        await lab.tell(before="consent")
        moment = await due(lab)
        await lab.stop_worker()
        await move(lab, moment + timedelta(minutes=1))
        await lab.case.signal(NUDGE_SIGNAL)
        await lab.start_worker()
        await eventually(lab, "EscalationRaised")
        await lab.settled()
        assert passed(demo_office) == [("head_consent", "recipient_head", "system")]
        (raised,) = [e.payload for e in demo_office.events() if e.envelope.type == "EscalationRaised"]
        assert raised["missed"] == 2
        assert "ReminderIssued" not in demo_office.types()
        demo_office.check()
