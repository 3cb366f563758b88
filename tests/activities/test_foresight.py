"""A dry-run is the decision itself: what it foresees is exactly what the handler then does, and it leaves nothing."""

import re
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.event_log.drafts import EventDraft
from activities.event_log.read import RecordedEvent
from activities.foresight import Foreseen, WasAnswered, WouldBeDone, WouldBeRefused, foresee
from domain.canonical import instant_text, plain
from domain.case.commands import COMMANDS, SYSTEM_VERBS
from domain.messages import SIGNATURE_BYTES, Command, HandledCommand, Receipt, Refused, UnsignedCommand
from domain.personal import SEALED_KEY
from tests.activities.builders import ADMIN, WHOLE, Office, steps_of
from tests.activities.test_read_models import MOVES, make, programme

BROKER, HEAD, SIP = "broker.dylan", "head.6990004", "sip.carys"
PEOPLE: Final = (BROKER, HEAD, SIP, "head.6990103", "finance.gwilym", ADMIN, "nobody.known")
VERBS: Final = tuple(verb for verb in COMMANDS if verb not in SYSTEM_VERBS)


def unsigned(command: Command) -> UnsignedCommand:
    """What is left of a command without its sender's key."""
    return UnsignedCommand(**{name: getattr(command, name) for name in UnsignedCommand.model_fields})


def foreseen_by(office: Office, command: Command, unwritten: tuple[EventDraft, ...] = ()) -> Foreseen:
    with office.reading.connect() as connection:
        return foresee(connection, unsigned(command), office.now, unwritten)


class WatchedOffice(Office):
    """An office in which whatever is sent is foreseen first, and compared with what is then done."""

    compared = 0

    def handle(self, sent: Command) -> HandledCommand:
        size = self.size()
        foreseen = foreseen_by(self, sent)
        assert self.size() == size, "looking ahead wrote something"
        handled = super().handle(sent)
        check(self, sent, foreseen, handled)
        self.compared += 1
        return handled


def check(office: Office, sent: Command, foreseen: Foreseen, handled: HandledCommand) -> None:
    """That the answer is the one foreseen, to the last field that does not hang on a key."""
    answer = handled.answer
    if isinstance(answer, Refused):
        assert isinstance(foreseen, WouldBeRefused), (foreseen, answer)
        said = (answer.code, answer.message, answer.hint)
        assert (foreseen.refusal.code, foreseen.refusal.message, foreseen.refusal.hint) == said
        assert (foreseen.status, foreseen.next_steps) == (answer.status, answer.next_steps)
        return
    assert isinstance(foreseen, WouldBeDone), (foreseen, answer)
    accepted = foreseen.accepted
    assert tuple(draft.type for draft in accepted.events) == answer.events
    assert (accepted.happened, foreseen.version) == (without_hash_of_texts(answer), answer.version)
    assert accepted.status == handled.status.model_copy(update={"unsent": 0})
    recorded = office.events(sent.stream)[answer.version - len(answer.events) :]
    for draft, event in zip(accepted.events, recorded, strict=True):
        check_event(draft, event)


def without_hash_of_texts(receipt: Receipt) -> tuple[str, ...]:
    """What happened, but for the hash of a drafted agreement, which covers its texts as they are sealed."""
    return tuple(
        re.sub(r" \([0-9a-f]{8}\)", "", words) if kind == "AgreementDrafted" else words
        for kind, words in zip(receipt.events, receipt.happened, strict=True)
    )


def check_event(draft: EventDraft, event: RecordedEvent) -> None:
    envelope = event.envelope
    assert (draft.schema_version, draft.actor, draft.programme) == (
        envelope.schema_version,
        envelope.actor,
        envelope.programme,
    )
    assert (draft.calendar, draft.reason, draft.language) == (
        envelope.calendar,
        envelope.reason,
        envelope.language,
    )
    assert instant_text(draft.occurred_at) == instant_text(envelope.occurred_at)
    expected = dict(draft.payload)
    if draft.type == "AgreementDrafted":
        assert expected["content_hash"] is None
        expected["content_hash"] = event.payload["content_hash"]
    assert masked(expected, event.payload) == event.payload


def masked(foreseen: Any, recorded: Any) -> Any:
    """What was foreseen, with the sealed form of each text in place of its words."""
    if isinstance(recorded, dict) and set(recorded) == {SEALED_KEY}:
        # Texts that stand in the log already are carried over as they are.
        assert isinstance(foreseen, str) or foreseen == recorded
        return recorded
    if isinstance(foreseen, dict) and isinstance(recorded, dict):
        return {name: masked(value, recorded.get(name)) for name, value in foreseen.items()}
    if isinstance(foreseen, list) and isinstance(recorded, list) and len(foreseen) == len(recorded):
        return [masked(one, other) for one, other in zip(foreseen, recorded, strict=True)]
    return foreseen


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    moves=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(MOVES), st.integers(0, 9)),
            st.tuples(st.just("ask"), st.integers(0, len(PEOPLE) * len(VERBS) - 1)),
        ),
        min_size=20,
        max_size=35,
    )
)
def test_what_is_foreseen_is_what_then_happens(registered_home: Path, moves: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(registered_home, Path(folder) / "home")
        office = WatchedOffice(Path(folder) / "home")
        rules = programme(office)
        bodies = bodies_of_the_story(office)
        office.tell(before="submit")
        for move, number in moves:
            if move == "ask":
                verb = VERBS[number // len(PEOPLE)]
                office.give(PEOPLE[number % len(PEOPLE)], verb, bodies.get(verb, {}))
            else:
                make(office, rules, move, number)
        office.check()
        office.close()
        assert office.compared > sum(move == "ask" for move, _ in moves)


def bodies_of_the_story(office: Office) -> dict[str, dict[str, Any]]:
    """A body for each verb that the story uses; other verbs are asked for without one, and refused."""
    today = office.now.date()
    return {step.verb: plain(step.values(today)) for step in steps_of(WHOLE, today)}


def test_the_whole_story_is_foreseen_step_by_step(registered_home: Path, tmp_path: Path) -> None:
    shutil.copytree(registered_home, tmp_path / "home")
    office = WatchedOffice(tmp_path / "home")
    receipts = office.tell()
    office.close()
    assert office.compared == len(receipts) > 20


SCHOOL: Final = {"name": "Ysgol Newydd", "authority": "Cwm Enfys", "phase": "primary"}
PERSON: Final = {"name": "Nia", "email": "nia@cwm.example", "language": "cy", "public_key": None}
POST: Final = {"post": "broker", "school": None, "since": "2026-09-01", "until": None}


@pytest.mark.parametrize(
    ("stream", "verb", "body"),
    [
        ("school/6990777", "register", SCHOOL),
        ("school/6990004", "register", {"name": ""}),
        ("person/nia", "register", PERSON),
        ("person/sip.carys", "register", PERSON),
        ("person/nia", "assign-post", POST),
        ("person/sip.carys", "assign-post", POST),
        ("provider/6990103", "record-offer", {"programme": "EAS", "area": "knitting"}),
        ("programme/XYZ", "publish", {"content": {}}),
        ("person/nia", "no-such-verb", {}),
        ("fund/nothing", "register", {}),
    ],
)
@pytest.mark.parametrize("person", [ADMIN, HEAD, "nobody.known"])
def test_directory_commands_are_foreseen_too(
    registered_home: Path, tmp_path: Path, stream: str, verb: str, body: dict[str, Any], person: str
) -> None:
    shutil.copytree(registered_home, tmp_path / "home")
    office = WatchedOffice(tmp_path / "home")
    office.give(person, verb, body, stream=stream)
    office.close()


@pytest.mark.parametrize(
    "how",
    [
        {"expected_version": 1},
        {"occurred_at": timedelta(days=1)},
        {"occurred_at": timedelta(days=-2)},
        {"key": "deadline:mine"},
    ],
)
def test_what_a_command_carries_beside_its_body_counts(
    registered_home: Path, tmp_path: Path, how: dict[str, Any]
) -> None:
    shutil.copytree(registered_home, tmp_path / "home")
    office = WatchedOffice(tmp_path / "home")
    office.tell(before="triage")
    if "occurred_at" in how:
        how = {"occurred_at": office.now + how["occurred_at"]}
    office.give(BROKER, "triage", {"tier": "light"}, **how)
    office.close()


def test_a_later_command_of_a_line_counts_on_the_earlier_ones(office: Office) -> None:
    register = office.sign(ADMIN, "register", PERSON, stream="person/nia")
    assign = office.sign(ADMIN, "assign-post", POST, stream="person/nia")
    alone = foreseen_by(office, assign)
    assert isinstance(alone, WouldBeRefused)
    assert alone.refusal.code == "R-PERSON"
    first = foreseen_by(office, register)
    assert isinstance(first, WouldBeDone)
    second = foreseen_by(office, assign, first.accepted.events)
    assert isinstance(second, WouldBeDone)
    assert [draft.type for draft in second.accepted.events] == ["PostAssigned"]
    assert second.version == 2


def test_a_known_key_is_known_with_its_texts_said_otherwise_but_nothing_else(office: Office) -> None:
    office.tell(before="triage")
    told = office.sign(HEAD, "withdraw", {"reason": "We found help."}, key="K-1")
    assert isinstance(office.handle(told).answer, Receipt)
    seen = foreseen_by(office, told)
    assert isinstance(seen, WasAnswered)
    assert seen.same
    others = (
        office.sign(HEAD, "consent", key="K-1"),
        office.sign(BROKER, "withdraw", {"reason": "We found help."}, key="K-1"),
        office.sign(HEAD, "withdraw", {"reason": "We found help."}, key="K-1", occurred_at=office.now),
        office.sign(HEAD, "withdraw", {"reason": 7}, key="K-1"),
    )
    for other in others:
        found = foreseen_by(office, other)
        assert isinstance(found, WasAnswered)
        assert not found.same, other.verb


def test_a_signature_adds_what_is_counted_for_it(office: Office) -> None:
    command = office.sign(HEAD, "consent")
    added = len(command.model_dump_json()) - len(unsigned(command).model_dump_json())
    assert added == SIGNATURE_BYTES
