"""The rows people work from: written with the events, equal to their fold, rebuilt from nothing but the log."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from activities.commands.case import steps_for
from activities.read_models import schema
from activities.read_models.compare import differences
from activities.read_models.facts import FactReader
from activities.read_models.sweeping import silent_cases
from activities.read_models.update import case_values, rebuild
from domain.case.status import case_status
from domain.ids import stream_key
from domain.messages import NextStep, Receipt
from domain.parties import Party, Post
from domain.programmes.model import Programme
from domain.upcasting import UnknownEventError
from starter.sample.stories import STORIES
from tests.activities.builders import ADMIN, WHOLE, NewOffice, Office, steps_of


@pytest.fixture(scope="module")
def told(new_office: NewOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with every story told; what tests do to its rows is rolled back."""
    with new_office(tmp_path_factory.mktemp("told") / "home") as shared:
        for story in STORIES:
            shared.tell(story)
        shared.speak_of(next(story for story in STORIES if story.ends == "awaiting_alignment"))
        shared.done("broker.dylan", "assign", {"party": "broker", "to": "broker.mali"})
        read = {"ref": "SSO-3", "area": "expressive-arts", "text": "Drama and music."}
        version = {"version": "2026-1", "read_on": "2026-09-01", "priorities": [read]}
        shared.done("sip.tomos", "record", version, stream="overview/6990023")
        closed = {"inset": ["2026-11-06"]}
        shared.done(ADMIN, "set-school-days", {"school": "6990004", "days": closed}, stream="calendar/wales")
        for verb, body in (
            ("suspend", {"programme": "EAS", "reason_code": "staffing"}),
            ("declare-conflict", {"school": "6990004", "note": "A governor of both."}),
            ("announce-inspection", {"since": "2026-09-10", "until": "2026-09-18"}),
        ):
            shared.done(ADMIN, verb, body, stream="provider/6990110")
        shared.tag = "-again"
        shared.tell(WHOLE, before="offer")
        shared.done("head.6990004", "object-to", {"provider": "6990107", "reason": "…"})
        shared.tag = ""
        shared.check()
        yield shared
        shared.check()


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as own:
        yield own


def test_a_post_is_held_from_midnight_to_midnight_where_the_programme_is(office: Office) -> None:
    """Four in the afternoon, UTC, is midnight in Manila."""
    held = {"post": "broker", "programme": "DEPED", "since": "2026-09-21"}
    office.done(ADMIN, "assign-post", held, stream="person/sip.carys")
    ended = {"post": "finance", "programme": "DEPED"}
    office.done(ADMIN, "assign-post", ended | {"since": "2026-09-01"}, stream="person/sip.carys")
    office.done(ADMIN, "end-post", ended | {"until": "2026-09-20"}, stream="person/sip.carys")
    midnight = datetime(2026, 9, 20, 16, tzinfo=UTC)
    with office.reading.connect() as connection:
        facts = FactReader(connection)
        after = {held.post for held in facts.posts_now("sip.carys", midnight)}
        before = {held.post for held in facts.posts_now("sip.carys", midnight - timedelta(minutes=1))}
    assert (after - before, before - after) == ({Post.BROKER}, {Post.FINANCE})
    assert after & before == {Post.SIP}


def rows_of(connection: Any) -> dict[str, list[Any]]:
    return {
        table.name: sorted(map(tuple, connection.execute(select(table))), key=str)
        for table in schema.metadata.sorted_tables
    }


def test_a_rebuild_gives_the_same_rows(told: Office) -> None:
    events = list(told.reader.events())
    with told.engine.begin() as connection:
        before = rows_of(connection)
        assert rebuild(connection, iter(events)) == len(events)
        assert rows_of(connection) == before
    assert len(before["case_row"]) == len(STORIES) + 1
    assert all(before[table.name] for table in schema.DERIVED)


TAMPERED: dict[str, tuple[Any, str]] = {
    "a stage": (
        update(schema.case_row).where(schema.case_row.c.stage == "withdrawn").values(stage="archived"),
        "case_row EAS-",
    ),
    "a due date": (
        update(schema.case_row).where(schema.case_row.c.stage == "partner_offered").values(due_at=None),
        "case_row EAS-",
    ),
    "a position": (
        update(schema.school).where(schema.school.c.number == "6990001").values(position=1),
        "school 6990001",
    ),
    "a key": (
        update(schema.person).where(schema.person.c.person == "sip.carys").values(public_key="A" * 43 + "="),
        "person sip.carys",
    ),
    "a post that nobody gave": (
        insert(schema.post).values(
            person="sip.carys", place=99, post="broker", since="2026-01-01", position=1
        ),
        "post sip.carys 99",
    ),
    "an offer taken away": (
        delete(schema.provider_offer).where(
            schema.provider_offer.c.school == "6990101", schema.provider_offer.c.area == "literacy"
        ),
        "provider_offer 6990101 EAS literacy",
    ),
    "a rule": (
        update(schema.programme).where(schema.programme.c.code == "EAS").values(content="{}"),
        "programme EAS",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_row_that_somebody_changed_is_named(told: Office, what: str) -> None:
    statement, name = TAMPERED[what]
    with told.engine.connect() as connection:
        connection.execute(statement)
        (line,) = differences(connection, told.reader.events())
        connection.rollback()
    assert line.startswith(f"the list entry {name}")


def test_a_case_missing_from_the_list_is_named(told: Office) -> None:
    with told.engine.connect() as connection:
        connection.execute(delete(schema.case_row))
        assert len(differences(connection, told.reader.events())) == len(STORIES) + 1
        connection.rollback()


def test_what_this_code_does_not_know_is_not_guessed(told: Office) -> None:
    events = list(told.reader.events())
    last = events[-1]
    events[-1] = last.__class__(
        last.position,
        last.envelope.model_copy(update={"type": "TeleportationGranted"}),
        last.payload,
        last.payload_bytes,
        last.envelope_bytes,
        last.hash,
    )
    with told.engine.connect() as connection, pytest.raises(UnknownEventError, match="Teleportation"):
        rebuild(connection, iter(events))


def test_rows_hold_nothing_personal(told: Office) -> None:
    with told.engine.connect() as connection:
        text = str(rows_of(connection))
    assert not [name for name in ("Prosser", ".example", "$sealed", "reasoning") if name in text]


def test_rows_keep_the_words_of_the_rules_they_were_written_under(office: Office) -> None:
    """A programme's new words change no case until something happens in it."""
    office.tell(before="consent")
    content = programme(office).model_dump(mode="json")
    content["version"] += 1
    content["vocabulary"]["recipient_head"]["en"] = "principal"
    office.done(ADMIN, "publish", {"content": content}, stream="programme/EAS")
    office.check()
    row = office.row()
    assert row is not None
    assert row["waiting_on"] == "recipient school's headteacher"
    office.done("head.6990004", "pause", {"reason_code": "inspection", "review_on": "2026-09-22"})
    office.done("broker.dylan", "resume")
    row = office.row()
    assert row is not None
    assert row["waiting_on"] == "principal"
    office.check()


def programme(office: Office) -> Programme:
    with office.reading.connect() as connection:
        found = FactReader(connection).programme("EAS")
    assert found is not None
    return found


def test_a_case_that_has_ended_is_silent_where_nothing_more_would_happen_to_its_money(office: Office) -> None:
    office.tell(before="mid-review")
    office.done("head.6990004", "withdraw", {"reason": "…"})
    with office.engine.connect() as connection:
        assert silent_cases(connection, 3) == (0, [])
        frozen = update(schema.wait_row).where(schema.wait_row.c.reference == stream_key(office.stream))
        assert connection.execute(frozen.values(next_at=None)).rowcount
        assert silent_cases(connection, 3) == (1, [stream_key(office.stream)])
        connection.rollback()


# Whatever happens: the row is the fold is the status

DETOURS: dict[str, tuple[Party, dict[str, Any]]] = {
    "amend": (Party.SIP, {"need": "said otherwise"}),
    "object-to": (Party.RECIPIENT_HEAD, {"provider": "6990105", "reason": "…"}),
    "decline-offer": (Party.PROVIDER_HEAD, {"reason_code": "capacity", "reason": "…"}),
    "rescind-offer": (Party.BROKER, {"reason": "…"}),
    "return-funding": (Party.FINANCE, {"reason": "…"}),
    "request-changes": (Party.PROVIDER_HEAD, {"reason": "…"}),
    "dispute-visit": (Party.RECIPIENT_HEAD, {"visit": "V1", "reason": "…"}),
    "refuse-variation": (Party.PROVIDER_HEAD, {"reason": "…"}),
    "resume": (Party.BROKER, {}),
    "withdraw": (Party.RECIPIENT_HEAD, {"reason": "…"}),
    "complete": (Party.PROVIDER_HEAD, {}),
}
MOVES = ["on", "on", "on", "on", "on", "later", "later", "pause", "visit", "vary", *DETOURS]


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 9)), min_size=25, max_size=40))
def test_row_fold_and_status_never_part(new_office: NewOffice, moves: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder, new_office(Path(folder) / "home") as office:
        rules = programme(office)
        office.tell(before="submit")
        for move, number in moves:
            note(f"{move} {number} at {office.load().stage}, version {office.load().version}")
            make(office, rules, move, number)
            state, status, row = office.state(), office.standing(), office.row()
            assert row is not None
            assert status == case_status(state, rules)
            assert row == case_values(state, rules, row["position"])
            assert (state.version, state.opened_at) == (
                len(office.events()),
                office.events()[0].envelope.occurred_at,
            )
        office.check()


def make(office: Office, rules: Programme, move: str, number: int) -> None:
    """One move of somebody: the way forward, a detour, or time."""
    today = office.now.date()
    if move == "later":
        office.days_pass(number)
        while (due := office.load().next_deadline) is not None and due <= office.now:
            before = office.load().version
            handled = office.handler.pass_deadline(office.deadline(office.load(), office.now))
            assert handled.status.version > before, "a deadline that is due would be asked for without end"
        return
    with office.reading.connect() as connection:
        facts, state = FactReader(connection), office.state()
        steps = steps_for(facts, state, rules, office.now)
        holders = facts.case_facts(
            state=state,
            programme_in_force=rules,
            person_id="",
            recorder="",
            now=office.now,
            with_holders=True,
        ).holders
    if move == "on":
        if steps:
            step: NextStep = steps[number % len(steps)]
            assert step.person is not None
            answer = office.give(step.person, step.verb, step.values)
            assert isinstance(answer, Receipt), f"what was offered is refused: {step} {answer}"
        return
    party, body = DETOURS.get(move, (Party.BROKER, {}))
    if move == "pause":
        body = {"reason_code": "inspection", "review_on": (today + timedelta(days=number + 1)).isoformat()}
    elif move == "visit":
        move = "schedule-visit"
        body = {"on": (today + timedelta(days=number)).isoformat(), "quarter_days": 2}
    elif move == "vary":
        move = "propose-variation"
        body = {"end": (today + timedelta(weeks=number)).isoformat(), "reason": "…"}
    for person in holders.get(party, ())[:1]:
        office.give(person, move, body)


def test_the_story_is_one_such_walk(office: Office) -> None:
    """What the property says of any walk, it says of the one that people read."""
    rules = programme(office)
    for step in steps_of(WHOLE, office.now.date()):
        receipt = office.done(step.person, step.verb, office.body_of(step))
        assert receipt.status == case_status(office.state(), rules) == office.standing()
