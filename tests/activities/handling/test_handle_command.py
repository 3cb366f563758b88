"""The one place where the log changes: who is heard, what is kept, what leaves no trace."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from activities.commands import case as case_commands
from activities.event_log.errors import LogBusyError
from activities.handle_command import CommandHandler
from activities.signing import public_key_text
from activities.vault import Vault
from domain.canonical import instant_text
from domain.case.waits import awaited
from domain.ids import case_reference, case_stream, deadline_command_id
from domain.messages import CaseStatus, Command, HandledCommand, Receipt, Refused
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from starter.sample.story import Story
from tests.activities.builders import ADMIN, WHOLE, Office, steps_of

HEAD, BROKER = "head.6990004", "broker.dylan"


@pytest.mark.parametrize("story", [*STORIES, *DEPED_STORIES], ids=lambda story: story.request)
def test_a_whole_story_ends_as_it_is_told_and_everything_agrees(office: Office, story: Story) -> None:
    receipts = office.tell(story)
    last = receipts[-1]
    assert last.status is not None
    assert (last.status.stage, last.version) == (story.ends, len(office.events()))
    assert last.status == office.standing()
    assert [kind for receipt in receipts for kind in receipt.events] == office.types()
    assert all(len(receipt.happened) == len(receipt.events) for receipt in receipts)
    row = office.row()
    assert row is not None
    assert (row["stage"], row["version"], row["position"]) == (story.ends, last.version, last.position)
    office.check()


def test_an_envelope_says_who_acted_in_which_post_under_which_rules_and_where(office: Office) -> None:
    office.tell(before="consent")
    office.now += timedelta(hours=3)
    office.done(HEAD, "consent", {"request_version": 1})
    envelope = office.events()[-2].envelope
    assert envelope.type == "HeadConsentGiven"
    assert envelope.actor.model_dump() == {
        "person": HEAD,
        "post": "head",
        "school": "6990004",
        "on_behalf_of": None,
    }
    assert envelope.programme is not None
    assert (envelope.programme.code, envelope.programme.version, envelope.calendar) == (
        "EAS",
        2,
        "wales@1",
    )
    assert envelope.engine is not None
    assert (envelope.engine.workflow, envelope.engine.run) == (office.stream, "run-1")
    assert envelope.occurred_at == envelope.recorded_at == office.now


# The same command again


def test_the_same_command_gets_the_same_answer_and_leaves_one_event(office: Office) -> None:
    office.tell(before="consent")
    command = office.sign(HEAD, "consent", {"request_version": 1})
    first = office.handle(command)
    before = office.size()
    office.done(BROKER, "triage", {"tier": "light"})
    office.days_pass(3)
    again = office.handle(command)
    assert again.answer == first.answer
    assert again.status == office.load(), "the answer is the old one, the status is today's"
    assert office.types().count("HeadConsentGiven") == 1
    assert office.size()[1] == before[1] + 1


def test_a_refusal_is_kept_and_is_the_answer_for_ever(office: Office) -> None:
    office.tell(before="consent")
    too_early = office.sign(BROKER, "triage", {"tier": "light"})
    first = office.handle(too_early).answer
    assert isinstance(first, Refused)
    assert first.code == "R-STAGE"
    assert {step.verb for step in first.next_steps} >= {"consent"}
    office.done(HEAD, "consent", {"request_version": 1})
    again = office.handle(too_early).answer
    assert isinstance(again, Refused)
    assert without_steps(again) == without_steps(first), "though it would be accepted by now"
    assert {step.verb for step in again.next_steps} >= {"triage"}, "what would help is today's"
    record = office.commands()[-2].record
    assert (record.outcome, record.answer) == ("refused", without_steps(first).model_dump(mode="json"))
    office.check()


def without_steps(answer: Refused) -> Refused:
    return answer.model_copy(update={"next_steps": ()})


def test_a_hint_that_fails_takes_nothing_from_the_refusal(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.tell(before="consent")

    def broken(*_: Any) -> None:
        # Who writes meanwhile is not held up: the lock is free.
        with office.log.transaction():
            raise LookupError("a bug in a hint")

    monkeypatch.setattr("activities.handle_command.hints_of", broken)
    monkeypatch.setattr("activities.event_log.append._LONGEST_WAIT_SECONDS", 0.01)
    refused = office.refused(BROKER, "triage", {"tier": "light"})
    assert (refused.code, refused.next_steps) == ("R-STAGE", ())
    assert office.commands()[-1].record.outcome == "refused"


def test_where_a_case_stands_is_read_without_the_lock(office: Office) -> None:
    office.tell(before="consent")
    with office.log.transaction():
        assert office.load().version


def test_without_a_reader_everything_works_by_turns(office: Office) -> None:
    office.handler = CommandHandler(office.log, office.vault, office.seed("system"), clock=lambda: office.now)
    office.tell(before="consent")
    assert office.load().version
    assert office.refused(BROKER, "triage", {"tier": "light"}).next_steps


@pytest.mark.parametrize(("person", "tier"), [(BROKER, "intensive"), ("broker.mali", "light")])
def test_a_key_of_another_command_is_refused_and_nothing_is_told_of_that(
    office: Office, person: str, tier: str
) -> None:
    office.tell(before="triage")
    office.done(BROKER, "triage", {"tier": "light"}, key="K-1")
    before = office.size()
    other = office.sign(person, "triage", {"tier": tier}, key="K-1")
    handled = office.handle(other)
    assert isinstance(handled.answer, Refused)
    assert (handled.answer.code, handled.answer.body_hash) == ("R-KEY", other.body_hash)
    assert (handled.answer.status, handled.status) == (None, CaseStatus())
    assert office.size() == before


@pytest.mark.parametrize("id", ["founding:1:person/system", "deadline:head_consent:0123", None])
def test_keys_of_the_system_are_nobody_elses(office: Office, id: str | None) -> None:
    """They follow from public facts: whoever took one first would have stopped the deadline for ever."""
    office.tell(before="consent")
    status, before = office.load(), office.size()
    assert status.next_deadline is not None
    assert status.next_wait is not None
    id = id or deadline_command_id(office.stream, status.next_wait, instant_text(status.next_deadline))
    assert office.refused(HEAD, "consent", key=id).code == "R-KEY"
    assert office.size() == before
    assert isinstance(office.pass_next_deadline().answer, Receipt)


def test_a_key_replaced_by_the_command_itself_still_answers_its_repetition(office: Office) -> None:
    """A worker killed between commit and completion repeats it; the old key is no longer on record then."""
    new = {"public_key": public_key_text(bytes(32))}
    command = office.sign(HEAD, "replace-key", new, stream=f"person/{HEAD}")
    first = office.handle(command).answer
    assert isinstance(first, Receipt)
    assert office.handle(command).answer == first


# When


def test_what_happened_earlier_says_so_and_is_recorded_now(office: Office) -> None:
    office.tell(before="consent")
    earlier = office.now - timedelta(days=2, microseconds=1)
    office.done(HEAD, "consent", occurred_at=earlier)
    envelope = office.events()[-1].envelope
    assert instant_text(envelope.occurred_at) == instant_text(earlier)
    assert envelope.recorded_at == office.now
    office.check()


@pytest.mark.parametrize("stream", [None, f"person/{ADMIN}"])
@pytest.mark.parametrize("when", [timedelta(seconds=1), timedelta(days=-365 * 1027)])
def test_nothing_happens_in_the_future_or_before_history(
    office: Office, stream: str | None, when: timedelta
) -> None:
    office.tell(before="consent")
    new = {"public_key": public_key_text(bytes(32))}
    person, verb, body = (ADMIN, "replace-key", new) if stream else (HEAD, "consent", None)
    assert office.refused(person, verb, body, stream=stream, occurred_at=office.now + when).code == "R-DATES"
    office.check()


def test_a_clock_that_runs_back_moves_no_recorded_instant_back(office: Office) -> None:
    office.tell(before="consent")
    last = office.events()[-1].envelope.recorded_at
    office.now -= timedelta(hours=1)
    office.done(HEAD, "consent")
    envelope = office.events()[-1].envelope
    assert (envelope.recorded_at, envelope.occurred_at) == (last, last)
    office.check()


def test_a_request_from_the_future_does_not_carry_the_log_there(office: Office) -> None:
    office.tell(before="consent")
    before, here, status = office.size(), office.now, office.load()
    office.clock = lambda: here
    office.now = here + timedelta(seconds=61)
    assert office.refused(HEAD, "consent").code == "R-CLOCK"
    office.now = here + timedelta(days=9999)
    assert office.pass_next_deadline().answer.kind == "refused"
    assert (office.size(), office.load()) == (before, status)
    office.now = here + timedelta(seconds=59)
    office.done(HEAD, "consent")


def test_a_request_from_the_past_lets_no_post_that_has_ended_act(office: Office) -> None:
    office.tell(before="consent")
    asked = office.now
    office.now += timedelta(days=9)
    here = office.now
    office.clock = lambda: here
    yesterday = (here - timedelta(days=1)).date().isoformat()
    office.now = asked + timedelta(hours=1)
    # Nothing else has happened since, as far as the log knows, when the post's end is what it holds last.
    ended = {"post": "head", "school": "6990004", "until": yesterday}
    office.done(ADMIN, "end-post", ended, stream=f"person/{HEAD}")
    assert office.commands()[-1].record.recorded_at == here
    assert office.refused(HEAD, "consent").code == "R-POST"


def test_without_later_entries_the_workers_clock_tells_that_a_request_is_old(office: Office) -> None:
    office.tell(before="consent")
    asked = office.now
    late = asked + timedelta(minutes=11)
    office.clock = lambda: late
    office.done(HEAD, "consent")
    assert office.events()[-1].envelope.recorded_at == late
    office.now = late - timedelta(minutes=9)
    office.clock = lambda: late + timedelta(seconds=1)
    office.done(BROKER, "triage", {"tier": "light"})
    assert office.events()[-1].envelope.recorded_at == late, "near enough, and never before what is there"


def test_an_expected_version_is_what_the_sender_has_read(office: Office) -> None:
    office.tell(before="consent")
    version = office.load().version
    refused = office.refused(HEAD, "consent", expected_version=version - 1)
    # How much mail waits is the workflow's business and no part of the answer.
    stands = office.load().model_copy(update={"unsent": 0})
    assert (refused.code, refused.status) == ("R-VERSION", stands)
    before = office.size()
    assert office.refused(HEAD, "consent", key="K-1", expected_version=1).code == "R-VERSION"
    assert office.size() == before, "the version is no part of what was signed: the key is still free"
    office.done(HEAD, "consent", key="K-1", expected_version=version)
    version = office.load().version
    office.done(BROKER, "triage", {"tier": "light"}, expected_version=version)
    assert office.refused(ADMIN, "register", {"name": "x", "email": "x"}, stream=f"person/{HEAD}", expected_version=9).code == "R-VERSION"  # fmt: skip


# Deadlines


def test_a_deadline_passes_once_by_the_system_and_names_its_owner(office: Office) -> None:
    office.tell(before="consent")
    status = office.load()
    handled = office.pass_next_deadline()
    again = office.handler.pass_deadline(office.deadline(status, office.now))
    assert handled.answer == again.answer
    passed = [each for each in office.events() if each.envelope.type == "DeadlinePassed"]
    assert [each.payload["owner"] for each in passed] == ["recipient_head"]
    assert passed[0].envelope.actor.person == "system"
    assert handled.status.next_wait == "escalation:1", "what is due next is word from whoever was told"
    assert handled.status.awaited, "overdue is still awaited"
    office.check()


def test_a_deadline_that_was_overtaken_is_logged_and_changes_nothing(office: Office) -> None:
    office.tell(before="consent")
    status = office.load()
    office.done(HEAD, "consent")
    assert status.next_deadline is not None
    office.now = status.next_deadline
    handled = office.handler.pass_deadline(office.deadline(status, office.now))
    assert isinstance(handled.answer, Receipt)
    assert handled.answer.events == ("TimerIgnored",)
    assert handled.status == office.load()
    assert handled.status.stage == "triage"
    office.check()


# At once, and when something breaks


def test_many_at_once_are_put_in_order(office: Office) -> None:
    office.tell(before="consent")
    openings = []
    for number, story in enumerate(STORIES[1:3]):
        opening = steps_of(story, office.now.date())[0]
        stream = case_stream(case_reference("EAS", f"at-once-{number}"))
        body = office.body_of(opening)
        openings.append(office.sign(opening.person, "open", body, stream=stream))
    consents = [office.sign(HEAD, "consent", key=f"K-{number}") for number in range(4)]
    gate = threading.Barrier(6)

    def send(command: Command) -> HandledCommand:
        gate.wait()
        return office.handle(command)

    with ThreadPoolExecutor(6) as threads:
        handled = list(threads.map(send, [*openings, *consents]))
    assert [h.answer.kind for h in handled[:2]] == ["receipt", "receipt"]
    assert sorted(h.answer.kind for h in handled[2:]) == ["receipt", "refused", "refused", "refused"]
    assert office.types().count("HeadConsentGiven") == 1
    office.check()


def test_one_command_sent_twice_at_once_is_one(office: Office) -> None:
    office.tell(before="consent")
    command = office.sign(HEAD, "consent")
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(office.handle, [command, command])
    assert first == second
    assert office.types().count("HeadConsentGiven") == 1


def test_a_vault_that_fails_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.tell(before="scope")
    before, status = office.size(), office.load()
    step = next(step for step in WHOLE.steps if step.verb == "scope")
    calls = 0
    seal = Vault.seal_model

    def failing(self: Vault, *arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        sealed = seal(self, *arguments)
        if calls == 1:
            raise OSError("the disk is full")
        return sealed

    monkeypatch.setattr(Vault, "seal_model", failing)
    command = office.sign(step.person, "scope", office.body_of(step))
    with pytest.raises(OSError, match="full"):
        office.handle(command)
    assert (office.size(), office.load()) == (before, status)
    assert isinstance(office.handle(command).answer, Receipt)
    office.check()


@pytest.mark.parametrize("where", ["decide", "write_case"])
def test_an_exception_leaves_nothing_and_the_log_free(
    office: Office, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    office.tell(before="consent")
    before, row = office.size(), office.row()
    command = office.sign(HEAD, "consent")

    def broken(*_: Any, **__: Any) -> None:
        raise LookupError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(case_commands, where, broken)
        with pytest.raises(LookupError):
            office.handle(command)
    assert (office.size(), office.row()) == (before, row)
    assert isinstance(office.handle(command).answer, Receipt)
    office.check()


def test_a_log_that_somebody_holds_is_busy_not_broken(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.event_log.append._LONGEST_WAIT_SECONDS", 0.01)
    command = office.sign(HEAD, "consent")
    with office.log.transaction(), pytest.raises(LogBusyError):
        office.handle(command)


def test_what_is_awaited_is_never_without_a_deadline_or_a_hint(office: Office) -> None:
    """Seen through the real facts: at every step of a case somebody owes something and can do it."""
    for step in steps_of(WHOLE, office.now.date()):
        office.done(step.person, step.verb, office.body_of(step))
        state = office.state()
        assert all(state.deadline(item.wait) is not None for item in awaited(state))
    assert office.load().awaited is False


@pytest.mark.parametrize(
    ("stream", "verb", "body"),
    [
        ("person/Bad_Id", "register", {"name": "Anna", "email": "anna@office.example"}),
        ("school/abc", "register", {"name": "Ysgol", "authority": "Enfys", "phase": "primary"}),
        ("provider/12", "record-offer", {"programme": "EAS", "area": "numeracy", "languages": ["en"], "quarter_days": 4}),
        ("programme/eas", "publish", {}),
        ("case/EAS-0000000-1", "submit", {}),
    ],
)  # fmt: skip
def test_a_stream_that_no_entry_could_stand_in_is_refused_and_not_tried_for_ever(
    untouched: Office, stream: str, verb: str, body: dict[str, Any]
) -> None:
    assert untouched.refused(ADMIN, verb, body, stream=stream).code == "R-BODY"
