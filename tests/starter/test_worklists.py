"""Worklists are filters of the folds: every list, over histories that nobody planned, on both databases."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text
from sqlalchemy.dialects import postgresql, sqlite

from activities.event_log.read import LogReader
from activities.read_models.schema import post as post_table
from domain.case.events import read_case_event
from domain.case.shape import CaseState, Deadline
from domain.case.state import fold
from domain.case.waits import Awaited, awaited, stuck_because
from domain.ids import stream_key
from domain.parties import DatedPost, Party, Post, parties_played
from starter.reading import Look
from starter.reading import Office as Reading
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from starter.views.worklists import FIELDS, Worklist, worklist, worklist_query
from tests.activities.builders import NewOffice, Office, steps_of
from tests.starter.shell import typed
from tests.telling import at_once

ALL: Final = (*STORIES, *DEPED_STORIES)
ZONES: Final = {"EAS": "Europe/London", "DEPED": "Asia/Manila"}
BROKERS: Final = ("broker.dylan", "broker.mali")
PEOPLE: Final = (
    *BROKERS,
    "adviser.meinir",
    "sip.carys",
    "sip.nerys",
    "head.6990004",
    "head.6990103",
    "finance.gwilym",
)
LISTS: Final[tuple[Worklist, ...]] = get_args(Worklist)


@dataclass(frozen=True)
class Told:
    """What happened: how far each story was told, and what was done to the cases afterwards."""

    steps: tuple[int, ...]
    done: tuple[tuple[str, int, int], ...]


histories: st.SearchStrategy[Told] = st.builds(
    Told,
    st.tuples(*(st.integers(1, len(at_once(story)) + 1) for story in ALL)),
    st.lists(
        st.tuples(
            st.sampled_from(("days", "pause", "resume", "assign", "leave")),
            st.integers(0, len(ALL) - 1),
            st.integers(0, 20),
        ),
        max_size=8,
    ).map(tuple),
)


def live(office: Office, told: Told) -> None:
    """Let it happen. What a rule refuses has not happened; deadlines pass as the days go by."""
    streams = []
    for story, steps in zip(ALL, told.steps, strict=True):
        office.speak_of(story)
        streams.append(office.stream)
        for step in steps_of(story, office.now.date())[:steps]:
            office.give(step.person, step.verb, office.body_of(step))
    for what, place, number in told.done:
        office.stream = streams[place]
        match what:
            case "days":
                office.days_pass(number)
                chase(office, streams)
            case "pause":
                on = (office.now + timedelta(days=1 + number)).date().isoformat()
                office.give(_staff(place), "pause", {"reason_code": "weather", "review_on": on})
            case "resume":
                office.give(_staff(place), "resume")
            case "assign":
                party, to = (("broker", BROKERS[number % 2]), ("sip", "sip.carys"))[number % 3 == 0]
                office.give("adviser.meinir", "assign", {"party": party, "to": to})
            case "leave":
                person = BROKERS[number % 2]
                body = {"post": "broker", "programme": "EAS", "until": office.now.date().isoformat()}
                office.give("admin", "end-post", body, stream=f"person/{person}")


def chase(office: Office, streams: Iterable[str]) -> None:
    """What is due by now, as the workflows would have it done."""
    for stream in streams:
        office.stream = stream
        for _ in range(20):
            status = office.load()
            if status.next_deadline is None or status.next_deadline > office.now:
                break
            office.handler.pass_deadline(office.deadline(status, office.now))


def _staff(place: int) -> str:
    return "coordinator.nena" if ALL[place].programme == "DEPED" else "broker.dylan"


@contextmanager
def reading(office: Office) -> Iterator[Reading]:
    """The office as its staff read it, at the moment of the test."""
    with office.reading.connect() as connection:
        looks = {code: Look(0, office.now, None, zone) for code, zone in ZONES.items()}
        yield Reading(office.settings, office.reading, LogReader(office.reading), connection, looks)


# The same lists, without any row


Wait = tuple[CaseState, Awaited, Deadline]


def naive(office: Office, name: Worklist, person: str) -> list[tuple[str, str]]:
    """The list as the folds of all cases give it: a wait after the other, looked at on its own."""
    with office.reading.connect() as connection:
        posts = _posts(connection)
    waits = [
        (state, item, d)
        for state in states(office)
        for item in awaited(state)
        if (d := state.deadline(item.wait)) is not None and d.kept_days is None
    ]
    chosen = [wait for wait in waits if _belongs(office, name, person, wait, posts)]
    chosen.sort(key=lambda wait: (wait[2].due_at, wait[0].reference, wait[1].wait))
    return [(state.reference, item.wait) for state, item, _ in chosen]


def states(office: Office) -> Iterator[CaseState]:
    for stream in office.reader.streams("case"):
        yield fold(
            (read_case_event(r.envelope.type, r.envelope.schema_version, r.payload), r.envelope.occurred_at)
            for r in office.reader.events(stream)
        )


def _posts(connection: Connection) -> dict[str, list[DatedPost]]:
    posts: dict[str, list[DatedPost]] = {}
    for row in connection.execute(select(post_table)).mappings():
        held = DatedPost(
            post=Post(row["post"]), school=row["school"], programme=row["programme"], since=row["since"], until=row["until"]
        )  # fmt: skip
        posts.setdefault(row["person"], []).append(held)
    return posts


def _belongs(
    office: Office, name: Worklist, person: str, wait: Wait, posts: dict[str, list[DatedPost]]
) -> bool:
    state, item, d = wait
    local = office.now.astimezone(ZoneInfo(ZONES[state.programme]))
    holders = {
        one
        for one, held in posts.items()
        if item.owner
        in parties_played(
            [each for each in held if each.holds_on(local.date())], state.recipient, state.provider, state.programme
        )
    }  # fmt: skip
    of_school = item.owner in {
        Party.RECIPIENT_HEAD, Party.RECIPIENT_LEAD, Party.PROVIDER_HEAD, Party.PROVIDER_LEAD, Party.CURRICULUM_PARTNER,
    }  # fmt: skip
    assignee = state.assigned(item.owner)
    match name:
        case "mine":
            at_a_school = of_school or item.owner is Party.SIP
            alone = holders == {person}
            return assignee == person or (assignee is None and person in holders and (at_a_school or alone))
        case "unassigned":
            if of_school:
                return False
            return len(holders) != 1 if assignee is None else assignee not in holders
        case "overdue":
            return d.due_at < office.now
        case "due-this-week":
            monday = local.date() + timedelta(days=7 - local.weekday())
            end = datetime.combine(monday, datetime.min.time(), local.tzinfo)
            return office.now <= d.due_at < end
        case "waiting-on-school":
            return item.owner in {Party.RECIPIENT_HEAD, Party.RECIPIENT_LEAD}
        case "waiting-on-provider":
            return of_school and item.owner not in {Party.RECIPIENT_HEAD, Party.RECIPIENT_LEAD}
        case "stuck":
            return stuck_because(state, d) is not None


_homes = count()


def told_on(new_office: NewOffice, tmp_path: Path, told: Told) -> None:
    with new_office(tmp_path / f"home-{next(_homes)}") as office:
        live(office, told)
        with reading(office) as read:
            for name in LISTS:
                for person in PEOPLE if name == "mine" else PEOPLE[:1]:
                    found = [(row["reference"], row["wait"]) for row in worklist(read, name, person=person)]
                    assert found == naive(office, name, person), (name, person)


@given(histories)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)  # fmt: skip
def test_every_list_is_a_filter_of_the_folds(new_office: NewOffice, tmp_path: Path, told: Told) -> None:
    told_on(new_office, tmp_path, told)


EVENTFUL: Final = Told(
    tuple(2 if number == 4 else 3 + number % 6 for number in range(len(ALL))),
    (
        ("assign", 0, 1),
        ("assign", 2, 2),
        ("leave", 0, 1),
        ("days", 0, 12),
        ("pause", 3, 9),
        ("days", 0, 3),
    ),
)
"""A history in which every list has something to show."""


@pytest.fixture
def eventful(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as office:
        live(office, EVENTFUL)
        yield office


def test_a_history_that_fills_every_list(eventful: Office) -> None:
    with reading(eventful) as read:
        for name in LISTS:
            rows = worklist(read, name, person="broker.dylan")
            assert rows, name
            assert [(row["reference"], row["wait"]) for row in rows] == naive(eventful, name, "broker.dylan")


def test_rows_are_flat_and_narrowed_by_programme_authority_and_number(eventful: Office) -> None:
    with reading(eventful) as read:
        rows = worklist(read, "overdue")
        assert all(tuple(row) == FIELDS for row in rows)
        assert {row["overdue"] for row in rows} == {True}
        assert all(row["days_left"] <= 0 for row in rows)
        for programme in ZONES:
            wanted = [row for row in rows if row["programme"] == programme]
            assert worklist(read, "overdue", programme=programme) == wanted
        authority = rows[0]["authority"]
        assert worklist(read, "overdue", authority=authority) == [
            row for row in rows if row["authority"] == authority
        ]
        assert worklist(read, "overdue", limit=2) == rows[:2]


@pytest.mark.parametrize("name", LISTS)
def test_no_list_reads_every_wait_there_is(eventful: Office, name: Worklist) -> None:
    """However many waits there are: the database is told not to read a table where an index leads in."""
    with reading(eventful) as read:
        query = worklist_query(read, name, person="broker.dylan", limit=50)
        dialect: Any = sqlite if read.connection.dialect.name == "sqlite" else postgresql
        sql = str(query.compile(dialect=dialect.dialect(), compile_kwargs={"literal_binds": True}))
        sqlite_here = dialect is sqlite
        if not sqlite_here:
            read.connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if sqlite_here else "EXPLAIN "
        plan = "\n".join(
            str(row[-1]) for row in read.connection.exec_driver_sql(explain + sql.replace("%", "%%"))
        )
    assert "wait_row" in plan
    for line in plan.splitlines():
        assert not line.strip().startswith("SCAN wait_row"), plan
        assert "Seq Scan on wait_row" not in line, plan


def test_what_is_typed_prints_every_form_and_says_what_cannot_be_meant(office: Office) -> None:
    office.tell(before="consent")
    reference = stream_key(office.stream)
    rows = typed(office, "work", "waiting-on-school", "--json").json
    assert [(row["reference"], row["wait"], row["owner"]) for row in rows] == [
        (reference, "head_consent", "recipient_head")
    ]
    assert typed(office, "work", "waiting-on-school", "--jsonl").lines == rows
    assert typed(office, "work", "mine", "--as-person", "head:6990004", "--json").json == rows
    assert typed(office, "work", "mine", "--json").json == []
    line = typed(office, "work", "overdue", "--programme", "eas").out
    assert line.split("\t")[:4] == [reference, rows[0]["recipient_name"], "head consent", "recipient head"]
    for words, code, stable in (
        (("mine", "--as-person", "sip.carsy"), 3, "Did you mean sip.carys?"),
        (("overdue", "--programme", "EASS"), 3, "Did you mean EAS?"),
        (("stuck", "--authority", "Cwm Enfs"), 3, "Did you mean Cwm Enfys?"),
        (("stuck", "--json=refrence"), 2, "E-FIELD"),
        (("stuck", "--limit", "0"), 2, "--limit must be at least 1."),
    ):
        done = typed(office, "work", *words)
        assert (done.code, stable in done.err) == (code, True), done
