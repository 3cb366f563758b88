"""Looking back: whatever was on record at a moment is shown as it was shown then, by every way of asking."""

import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from domain.canonical import instant_text
from domain.case.events import read_case_event
from domain.case.state import fold
from domain.ids import stream_key
from starter.back import Back
from starter.past import case_back, cases_back
from starter.reading import Office as ReadOffice
from starter.reading import reading
from starter.sample.stories import STORIES
from starter.views.case import case_json, read_case
from starter.views.case_list import list_cases
from tests.activities.builders import ADMIN, NOW, NewOffice, Office
from tests.activities.test_read_models import MOVES, make, programme
from tests.starter.shell import typed

COUNTED_FROM_NOW = frozenset({"school_days_left", "overdue"})


def rows(office: ReadOffice) -> dict[str, dict[str, Any]]:
    """The list, without what depends on the moment from which days are counted."""
    return {
        row["reference"]: {name: value for name, value in row.items() if name not in COUNTED_FROM_NOW}
        for row in list_cases(office)
    }


# Whatever happens

Seen = dict[int, tuple[dict[str, Any], dict[str, Any] | None]]
"""By position: the list as it was, and the case as it was shown."""


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 9)), min_size=12, max_size=30))
def test_every_beginning_of_the_log_is_shown_as_it_was(
    new_office: NewOffice, moves: list[tuple[str, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, new_office(Path(folder) / "home") as office:
        rules = programme(office)
        office.tell(STORIES[1], before="triage")
        office.tell(before="submit")
        seen: Seen = {}
        for move, number in moves:
            office.now += timedelta(minutes=number)
            make(office, rules, move, number)
            look(office, seen)
        note(f"{moves}")
        look_back(office, seen)


def look(office: Office, seen: Seen) -> None:
    """Keep what is shown now, by the present lists."""
    reference = stream_key(office.stream)
    with reading(office.settings) as live:
        seen[live.log.head().position] = (rows(live), timeless(case_json(live, read_case(live, reference))))


def timeless(view: dict[str, Any]) -> dict[str, Any]:
    away = {"school_days_left", "as_of", "as_of_position", "valid_at"}
    return {name: value for name, value in view.items() if name not in away}


def look_back(office: Office, seen: Seen) -> None:
    """What is shown as of each of these positions is what was shown at it; and of each event, its fold."""
    reference = stream_key(office.stream)
    with reading(office.settings) as live:
        events = list(live.log.events())
        for position, (listed, shown) in seen.items():
            with cases_back(live, Back(as_of=f"position:{position}")) as then:
                assert rows(then) == listed
            with case_back(live, reference, Back(as_of=f"position:{position}")) as then:
                assert timeless(case_json(then, read_case(then, reference))) == shown
        own = [r for r in events if r.envelope.stream == office.stream]
        pairs = [
            (read_case_event(r.envelope.type, r.envelope.schema_version, r.payload), r.envelope.occurred_at)
            for r in own
        ]
        for number in range(1, len(own) + 1, 3):
            with case_back(live, reference, Back(as_of=f"event:{number}")) as then:
                record = read_case(then, reference)
                assert record.state == fold(pairs[:number])
                assert then.now("EAS") == own[number - 1].envelope.recorded_at
        for instant, group in groupby(events[-40:], key=lambda r: r.envelope.recorded_at):
            last = list(group)[-1].position
            at = instant_text(instant)
            with cases_back(live, Back(as_of=at)) as then:
                assert then.looks["EAS"].position == last
            if last < own[0].position:
                continue
            # Nothing was entered late here: what was on record then is what had happened by then.
            with case_back(live, reference, Back(as_of=at)) as then:
                on_record = read_case(then, reference).state
            with case_back(live, reference, Back(valid_at=at)) as then:
                assert read_case(then, reference).state == on_record
        with cases_back(live, Back(as_of="today")) as then:
            assert rows(then) == rows(live)


# What is typed


@pytest.fixture
def told(office: Office) -> Office:
    """A case that was opened on Tuesday 15 September 2026, and closed; another of a week later."""
    office.tell(before="consent")
    office.now += timedelta(days=2)
    office.done("head.6990004", "consent")
    office.now = NOW + timedelta(days=7)
    office.tell(STORIES[1], before="triage")
    office.speak_of(STORIES[0])
    return office


def test_a_case_is_shown_as_it_stood_at_the_end_of_a_day(told: Office) -> None:
    reference = stream_key(told.stream)
    on_tuesday = typed(told, "case", "show", reference, "--json", "--as-of", "2026-09-15").json
    assert on_tuesday["stage"] == "awaiting_head_consent"
    assert on_tuesday["as_of"] == "2026-09-15T22:59:59.999Z"
    assert on_tuesday["school_days_left"] == 10
    after = typed(told, "case", "show", reference, "--json", "--as-of", "2026-09-18").json
    assert after["stage"] == "triage"
    page = typed(told, "case", "show", reference, "--as-of", "2026-09-15", "--time", "local")
    assert "Stage\tawaiting head consent\n" in page.out
    assert page.err.startswith("As of Tue 15 Sep 2026 23:59, position ")
    assert "Next:" not in page.out


def test_the_same_moment_can_be_named_in_four_ways(told: Office) -> None:
    reference = stream_key(told.stream)
    third = told.events()[2]
    position = third.position
    views = [
        typed(told, "case", "show", reference, "--json", "--as-of", moment).json
        for moment in ("event:3", f"position:{position}")
    ]
    assert views[0] == views[1]
    assert views[0]["version"] == 3
    last = told.events()[-1].envelope.recorded_at
    later = [
        typed(told, "case", "show", reference, "--json=version,stage", "--as-of", moment).json
        for moment in ("2026-09-17", last.astimezone(UTC).isoformat(), "2026-09-17T12:00+01:00")
    ]
    assert later[0] == later[1] == later[2]


def test_history_and_replay_end_where_they_are_cut(told: Office) -> None:
    reference = stream_key(told.stream)
    history = typed(told, "case", "history", reference, "--json", "--as-of", "event:3").json
    assert [entry["version"] for entry in history] == [1, 2, 3]
    assert typed(told, "audit", "replay", reference, "--json", "--as-of", "event:3").json == history
    whole = typed(told, "audit", "replay", reference, "--as-of", "event:3")
    assert f"{reference}: 3 events, stage submitted." in whole.out


def test_names_are_those_of_that_time(told: Office) -> None:
    reference = stream_key(told.stream)
    before = typed(told, "case", "show", reference, "--json=recipient_name").json["recipient_name"]
    entry = typed(told, "school", "list", "--json").json[3]
    assert entry["number"] == "6990004"
    told.now += timedelta(days=1)
    renamed = {
        name: entry[name] for name in ("authority", "phase", "town", "language_category", "federation")
    } | {"name": "Ysgol Newydd"}
    told.done(ADMIN, "register", renamed, stream="school/6990004")
    assert typed(told, "case", "show", reference, "--json=recipient_name").json == {
        "recipient_name": "Ysgol Newydd"
    }
    then = ("--as-of", "2026-09-22", "--json=recipient_name")
    assert typed(told, "case", "show", reference, *then).json["recipient_name"] == before
    assert {row["recipient_name"] for row in typed(told, "case", "list", *then).json} >= {before}
    assert before in typed(told, "case", "history", reference, "--as-of", "event:1").out


def test_rules_are_those_of_that_time(told: Office) -> None:
    reference = stream_key(told.stream)
    content = programme(told).model_dump(mode="json")
    content["version"] += 1
    content["vocabulary"]["broker"]["en"] = "matchmaker"
    told.now += timedelta(days=1)
    told.done(ADMIN, "publish", {"content": content}, stream="programme/EAS")
    assert "matchmaker" in typed(told, "case", "show", reference).out
    assert "matchmaker" not in typed(told, "case", "show", reference, "--as-of", "2026-09-22").out


def test_the_list_takes_every_filter_in_the_past_too(told: Office) -> None:
    first = stream_key(told.stream)
    listed = typed(told, "case", "list", "--json=reference,stage", "--as-of", "2026-09-16").json
    assert listed == [{"reference": first, "stage": "awaiting_head_consent"}]
    assert len(typed(told, "case", "list", "--json").json) == 2
    assert typed(told, "case", "list", "--stage", "triage", "--json", "--as-of", "2026-09-16").json == []
    due = ("--due-before", "2026-09-29", "--as-of", "2026-09-16", "--json=reference")
    assert typed(told, "case", "list", *due).json == []
    due = ("--due-before", "2026-09-30", "--as-of", "2026-09-16", "--json=reference")
    assert typed(told, "case", "list", *due).json == [{"reference": first}]


@pytest.mark.parametrize(
    ("words", "code", "stable", "phrase"),
    [
        (("--as-of", "2026-09-14"), 3, "E-AS-OF", "was not open yet as of"),
        (("--as-of", "2999-01-01"), 2, "E-AS-OF", "has not come yet"),
        (("--as-of", "+1d"), 2, "E-AS-OF", "has not come yet"),
        (("--valid-at", "2999-01-01"), 2, "E-AS-OF", "--valid-at: 2999-01-01 has not come yet"),
        (("--as-of", "event:99"), 2, "E-AS-OF", "Its last event is event:"),
        (("--as-of", "position:9999"), 2, "E-AS-OF", "The log ends at position:"),
        (("--as-of", "event:0"), 2, "E-TIME", "events are numbered 1, 2, 3"),
        (("--as-of", "event:-1"), 2, "E-TIME", "events are numbered 1, 2, 3"),
        (("--as-of", "2026-09-31"), 2, "E-TIME", "is no day, and no time with its offset"),
        (("--as-of", "2026-09-15T10:00"), 2, "E-TIME", "no time with its offset"),
        (("--as-of", ""), 2, "E-TIME", "no time with its offset"),
        (("--as-of", "1900-01-01"), 3, "E-AS-OF", "was not open yet"),
        (("--as-of", "0001-01-01"), 2, "E-TIME", "is no day"),
        (("--as-of", "0001-01-01T00:00+14:00"), 2, "E-TIME", "is no day"),
        (("--as-of", "9999-12-31"), 2, "E-TIME", "is no day"),
        (("--as-of", "9999-12-31T23:59-14:00"), 2, "E-TIME", "is no day"),
        (("--as-of", "-99999d"), 2, "E-TIME", "is no day"),
        (("--as-of", "-999w"), 3, "E-AS-OF", "was not open yet"),
        (("--as-of", "position:99999999999999999999"), 2, "E-TIME", "events are numbered"),
        (("--valid-at", "event:3"), 2, "E-TIME", "--valid-at: 'event:3' is no day"),
        (("--valid-at", "2026-09-14"), 3, "E-AS-OF", "It was opened on 2026-09-15T09:00:00+01:00 (event 1"),
        (("--as-of", "event:3", "--watch"), 2, "E-USAGE", "leave one out"),
    ],
)
def test_a_moment_that_cannot_be_looked_at_is_refused_in_words(
    told: Office, words: tuple[str, ...], code: int, stable: str, phrase: str
) -> None:
    done = typed(told, "case", "show", stream_key(told.stream), *words)
    assert (done.code, phrase in done.err, f"  {stable}\n" in done.err) == (code, True, True), done
    assert done.out == ""


@pytest.mark.parametrize("machine", ["Etc/GMT+12", "Pacific/Kiritimati"])
def test_days_are_counted_where_the_case_is_wherever_the_line_is_typed(
    told: Office, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one of these machines it is another day than in Wales, whatever the time is."""
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    try:
        shown = typed(told, "case", "show", stream_key(told.stream), "--as-of", "yesterday")
    finally:
        monkeypatch.undo()
        time.tzset()
    yesterday = datetime.now(ZoneInfo("Europe/London")).date() - timedelta(days=1)
    assert shown.err.startswith(f"As of {yesterday}T23:59:59")


def test_a_list_before_the_first_case_is_empty(told: Office) -> None:
    assert typed(told, "case", "list", "--json", "--as-of", "2020-01-01").json == []
    assert typed(told, "case", "list", "--json", "--as-of", "position:1").json == []


# As things had happened


def test_what_is_entered_late_counts_from_when_it_occurred(told: Office) -> None:
    """The broker triages on Friday 18 and enters it on Tuesday 22."""
    reference = stream_key(told.stream)
    occurred = datetime(2026, 9, 18, 9, 0, tzinfo=UTC)
    told.done("broker.dylan", "triage", {"tier": "standard"}, occurred_at=occurred)
    show = ("case", "show", reference, "--json=stage,school_days_left,as_of_position,valid_at")
    assert typed(told, *show, "--as-of", "2026-09-18").json["stage"] == "triage"
    valid = typed(told, *show, "--valid-at", "2026-09-18").json
    assert valid["stage"] == "scoping"
    assert valid["valid_at"] == "2026-09-18T22:59:59.999Z"
    assert typed(told, *show, "--valid-at", "2026-09-17").json["stage"] == "triage"
    both = typed(told, *show, "--as-of", "2026-09-21", "--valid-at", "2026-09-18").json
    assert both["stage"] == "triage", "nobody knew of it on Monday"
    listed = typed(told, "case", "list", "--valid-at", "2026-09-18", "--json=reference,stage").json
    assert listed == [{"reference": reference, "stage": "scoping"}]
    page = typed(told, "case", "history", reference, "--valid-at", "2026-09-18")
    assert "; valid at 2026-09-18T23:59:59+01:00." in page.err


def test_a_case_that_cannot_be_told_is_refused_and_named_in_the_list(told: Office) -> None:
    """Entered as of a day on which the case had not even been opened."""
    reference = stream_key(told.stream)
    told.done("broker.dylan", "triage", {"tier": "standard"}, occurred_at=NOW - timedelta(days=3))
    done = typed(told, "case", "show", reference, "--valid-at", "2026-09-14")
    assert (done.code, done.out) == (4, "")
    assert "R-VALID-AT" in done.err
    assert "TriageAccepted had occurred, but what it rests on occurred later" in done.err
    listed = typed(told, "case", "list", "--json=reference", "--valid-at", "2026-09-14")
    assert (listed.code, listed.out) == (7, "[]\n")
    assert f"✗ {reference}: event " in listed.err
    assert typed(told, "case", "show", reference, "--valid-at", "2026-09-22", "--json=stage").json == {
        "stage": "scoping"
    }


def test_a_day_ends_in_the_programmes_own_time_zone(told: Office) -> None:
    """At 23:30 in London of the 15th the day has not ended there; at 00:30 of the 16th it has."""
    reference = stream_key(told.stream)
    entries = typed(told, "case", "history", reference, "--json").json
    assert date.fromisoformat(entries[0]["recorded_at"][:10]) == date(2026, 9, 15)
    view = typed(told, "case", "show", reference, "--as-of", "2026-09-15T23:30+01:00", "--json").json
    end = typed(told, "case", "show", reference, "--as-of", "2026-09-15", "--json").json
    assert view["as_of"] < end["as_of"] < "2026-09-15T23:30:00.000Z"
