"""A year of a case in a moment, with every mail at a real server: nobody answers in time, and nothing is silent."""

import asyncio
import csv
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from activities.read_models.facts import FactReader
from domain.calendars.counting import Days
from domain.case import events as e
from domain.case.events import CaseEvent, read_case_event
from tests.activities.builders import WHOLE, steps_of
from tests.workflows.lab import Lab

pytestmark = pytest.mark.timeout(300)

HEAD, SIP, ADVISER, BROKER = "head.6990004", "sip.carys", "adviser.meinir", "broker.dylan"
ZONE: Final = ZoneInfo("Europe/London")
MOMENT: Final = timedelta(seconds=1)
CHASES: Final = (e.ReminderIssued, e.EscalationRaised)
Seen = Callable[[Lab], Awaitable[None]]


def told(lab: Lab) -> list[tuple[CaseEvent, str, datetime]]:
    """Every event of the case with its id and its time."""
    return [
        (
            read_case_event(r.envelope.type, r.envelope.schema_version, r.payload),
            r.envelope.id,
            r.envelope.recorded_at,
        )
        for r in lab.office.events()
    ]


def about(lab: Lab, wait: str) -> list[str]:
    """What was done about a wait, and for whom, in order."""
    kinds = (*CHASES, e.DeadlinePassed, e.WaitReassigned, e.CaseLapsed, e.FollowUpMissed)
    return [
        f"{type(event).__name__} {getattr(event, 'to', '')}".strip()
        for event, _, _ in told(lab)
        if isinstance(event, kinds) and getattr(event, "wait", wait) == wait
    ]


async def until(lab: Lab, over: Callable[[], bool], noticed: bool = True) -> None:
    """Let time pass from one thing that happens by itself to the next; whoever is told takes notice."""
    for _ in range(60):
        if over():
            return
        status = await lab.status()
        assert status.chase_at is not None, "nobody is chased any more"
        version = status.version
        await lab.sleep_until(status.chase_at + MOMENT)
        await _grown(lab, version)
        await lab.settled()
        if noticed:
            await _take_notice(lab)
    pytest.fail(f"it does not come to that: {about(lab, '')}")


async def _grown(lab: Lab, version: int) -> None:
    for _ in range(500):
        if lab.office.load().version > version:
            return
        await asyncio.sleep(0.02)
    pytest.fail("what is due does not happen")


async def _take_notice(lab: Lab) -> None:
    who = {"sip": SIP, "principal_adviser": ADVISER, "broker": BROKER, "finance": "finance.gwilym"}
    for raised in lab.office.state().escalations:
        if not raised.acknowledged:
            await lab.done(who[raised.to], "acknowledge", {"escalation": raised.number})
    await lab.settled()


async def step(lab: Lab, verb: str, nth: int = 0) -> None:
    """The step of the whole story with that verb, said today."""
    steps = [one for one in steps_of(WHOLE, await lab.today()) if one.verb == verb]
    await lab.done(steps[nth].person, verb, lab.office.body_of(steps[nth]))


def languages() -> dict[str, str]:
    """Everybody's recorded wish."""
    with files("starter.sample.wales").joinpath("people.csv").open(encoding="utf-8") as file:
        wishes = {row["person"]: row["language"] for row in csv.DictReader(file)}
    return {person: "cy+en" if wish == "both" else wish for person, wish in wishes.items()}


async def test_a_year_of_a_case(skip_lab: Lab) -> None:
    lab = skip_lab
    await lab.tell(before="submit")
    await until(lab, lambda: about(lab, "draft").count("ReminderIssued") == 2)
    await step(lab, "submit")
    await lab.settled()

    # A head who never answers: reminded, escalated, lapsed; the broker takes it up again.
    await until(lab, lambda: lab.office.state().ended)
    assert about(lab, "head_consent") == [
        "ReminderIssued",
        "ReminderIssued",
        "DeadlinePassed",
        "EscalationRaised sip",
        "EscalationRaised principal_adviser",
        "CaseLapsed",
    ]
    await lab.done(BROKER, "reopen", {"reason": "The head has come back from leave."})
    await step(lab, "consent")
    for verb in ("triage", "scope"):
        await step(lab, verb)

    # A pause over a holiday: no day is lost, and nothing is sent but about the pause.
    await lab.settled()
    before = len(told(lab))
    left = await days_left(lab, "first_offer")
    review = await days_ahead(lab, 10)
    await lab.done(BROKER, "pause", {"reason_code": "weather", "review_on": review.isoformat()})
    await lab.sleep_until(datetime.combine(review, time(8), ZONE))
    await lab.settled()
    during = [event for event, _, _ in told(lab)[before:] if isinstance(event, CHASES)]
    assert {event.wait for event in during} <= {"pause_review"}
    await lab.done(BROKER, "resume")
    assert await days_left(lab, "first_offer") == left

    # A SIP who never signs: reminded, escalated, relieved; the adviser signs in their place.
    await step(lab, "offer", 1)
    for verb, nth in (("accept-offer", 0), ("contribute", 0), ("draft-agreement", 1), ("approve-funding", 0)):
        await step(lab, verb, nth)
    for person in (HEAD, "head.6990103"):
        await sign(lab, person)
    await until(lab, lambda: "WaitReassigned principal_adviser" in about(lab, "signature:sip"))
    assert about(lab, "signature:sip") == [
        "ReminderIssued",
        "ReminderIssued",
        "DeadlinePassed",
        "EscalationRaised broker",
        "EscalationRaised principal_adviser",
        "WaitReassigned principal_adviser",
    ]
    assert not lab.office.state().ended, "what staff let lie ends no case"
    await sign(lab, ADVISER)

    # To its end: nobody makes the follow-up, and the case is archived without it.
    for verb in ("schedule-visit", "reschedule-visit"):
        await step(lab, verb)
    for nth in range(3):
        await step(lab, "record-visit", nth)
        await lab.done("lead.6990004", "confirm-visit", {"visit": f"V{nth + 1}"})
        if nth == 1:
            await step(lab, "mid-review")
    await step(lab, "complete")
    await until(lab, lambda: "EscalationRaised sip" in about(lab, "final_review:provider_head"))
    for verb, nth in (("review", 0), ("review", 1)):
        await step(lab, verb, nth)
    await until(lab, lambda: "WaitReassigned principal_adviser" in about(lab, "validation"))
    for verb in ("validate", "close"):
        await step(lab, verb)
    # A provider who does not claim is reminded; finance settles what was claimed, in time for the follow-up.
    await until(lab, lambda: "ReminderIssued" in about(lab, "claim"))
    # The days slipped into the next financial year: that this year's money pays them is the adviser's to approve.
    await step(lab, "claim")
    await lab.done(ADVISER, "approve-claim", {"claim": "C1"})
    for verb in ("record-payment", "settle"):
        await step(lab, verb)
    await until(lab, lambda: lab.office.state().ended)
    assert about(lab, "follow_up")[-2:] == ["DeadlinePassed", "FollowUpMissed"]
    first, last = told(lab)[0][2], told(lab)[-1][2]
    assert last - first > timedelta(days=270)
    lab.office.check()
    everything_was_told(lab)


def everything_was_told(lab: Lab) -> None:
    """Every chase went out by mail, every mail that the log says was accepted is at the server, in the right language."""
    events = told(lab)
    accepted = [event for event, _, _ in events if isinstance(event, e.MailAccepted)]
    assert not [event for event, _, _ in events if isinstance(event, e.MailFailed)]
    told_of = {mail.mail.partition(".")[0] for mail in accepted}
    for event, id, _ in events:
        if isinstance(event, CHASES):
            assert id in told_of, f"nobody was told: {event}"
    arrived = [
        str(message["Message-ID"]).strip().strip("<>").partition("@")[0] for _, message in lab.mail.taken
    ]
    assert sorted(arrived) == sorted(mail.mail for mail in accepted), "each once"
    wishes = languages()
    assert {mail.person: mail.language for mail in accepted} == {
        mail.person: wishes[mail.person] for mail in accepted
    }
    said = {str(message["Content-Language"]) for _, message in lab.mail.taken}
    assert said == {"cy", "en", "cy, en"}
    entries = [
        part.get_param("method")
        for _, message in lab.mail.taken
        for part in message.walk()
        if part.get_content_type() == "text/calendar"
    ]
    assert set(entries) == {"REQUEST"}


async def sign(lab: Lab, person: str) -> None:
    agreement = lab.office.state().agreement
    assert agreement is not None
    await lab.done(person, "sign", {"content_hash": agreement.content_hash})


async def days_left(lab: Lab, wait: str) -> int:
    """Counted days that a wait has left today."""
    deadline = lab.office.state().deadline(wait)
    assert deadline is not None
    assert deadline.unit is not None
    return days_of(lab).between(await lab.today(), deadline.due_at.astimezone(ZONE).date(), deadline.unit)


async def days_ahead(lab: Lab, number: int) -> date:
    """The day so many school days ahead."""
    return days_of(lab).after(await lab.today(), number, "school_days")


def days_of(lab: Lab) -> Days:
    """The days of the recipient school, on the calendar in force."""
    with lab.office.engine.connect() as connection:
        facts = FactReader(connection)
        rules = facts.programme("EAS")
        assert rules is not None
        return facts.days_of(rules, "6990004")
