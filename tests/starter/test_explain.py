"""`brokerage case explain`: every day of the way to a due date, on the calendar that the due date cites."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.ids import stream_key, wake_command_id
from domain.messages import Refused
from tests.activities.builders import ADMIN, NewOffice, Office
from tests.domain.calendars.files import WALES, day, with_holiday
from tests.starter.shell import typed

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as own:
        yield own


def explained(office: Office, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = typed(
        office, "case", "explain", stream_key(office.stream), "--json", *words
    ).json
    return found


def in_scoping(office: Office, on: str) -> dict[str, Any]:
    """A case whose scoping meeting is awaited since that day; how its due date came to be."""
    office.now = datetime.fromisoformat(f"{on}T09:00").replace(tzinfo=LONDON)
    office.tell(before="scope")
    return next(one for one in explained(office) if one["wait"] == "scoping")


def test_days_are_numbered_and_days_that_do_not_count_say_why(office: Office) -> None:
    (turn,) = in_scoping(office, "2026-10-14")["turns"]
    assert (turn["cause"], turn["calendar"], turn["began"]) == ("set", "wales@1", "2026-10-14")
    told = {each["day"]: each["number"] or each["why_not"] for each in turn["counted"]}
    assert told["2026-10-15"] == 1
    assert told["2026-10-17"] == "weekend"
    assert told["2026-10-26"] == "half term"
    assert told["2026-11-02"] == 8
    assert turn["agrees"] is True
    assert [n for n in told.values() if isinstance(n, int)] == list(range(1, turn["days"] + 1))


def test_what_stands_on_the_terminal_says_the_same(office: Office) -> None:
    in_scoping(office, "2026-10-14")
    out = typed(office, "case", "explain", stream_key(office.stream), "--wait", "scoping").out
    assert "Set on 2026-10-14, on wales@1, on the days of school" in out
    assert "  2026-10-26\tMon\t–\thalf term" in out
    assert "  2026-11-02\tMon\t8\t" in out


def test_a_due_date_is_explained_on_the_version_it_was_counted_on(office: Office) -> None:
    before = in_scoping(office, "2026-10-14")["turns"]
    content = with_holiday(WALES, day("2026-11-03")).model_dump(mode="json")
    office.done(ADMIN, "publish", {"content": content}, stream="calendar/wales")
    after = next(one for one in explained(office) if one["wait"] == "scoping")["turns"]
    assert after[0] == before[0]


def looks_again(office: Office) -> None:
    """What the waker would have the case do after the calendar's last event."""
    position = office.events("calendar/wales")[-1].position
    reference = stream_key(office.stream)
    answer = office.handler.handle_as_system(
        office.stream, "recount", {"position": position}, wake_command_id(reference, position), office.now
    )
    assert not isinstance(answer, Refused), answer


def test_a_change_of_calendar_moves_the_due_date_by_an_event_and_is_counted_out_anew(office: Office) -> None:
    before = in_scoping(office, "2026-10-14")
    content = with_holiday(WALES, day("2026-11-03")).model_dump(mode="json")
    office.done(ADMIN, "publish", {"content": content}, stream="calendar/wales")
    looks_again(office)
    assert office.types()[-1] == "DeadlineMoved"
    after = next(one for one in explained(office) if one["wait"] == "scoping")
    assert after["due_at"] > before["due_at"]
    set_then, moved = after["turns"]
    assert (set_then["calendar"], moved["calendar"], moved["cause"]) == ("wales@1", "wales@2", "calendar")
    assert (moved["began"], moved["days"], moved["agrees"]) == (set_then["began"], set_then["days"], True)
    assert {"day": "2026-11-03", "number": None, "why_not": "extra"} in moved["counted"]
    out = typed(office, "case", "explain", stream_key(office.stream)).out
    assert "Counted anew on 2026-10-14, on wales@2" in out
    office.check()


def test_a_date_beyond_the_published_years_is_provisional_until_the_next_year_is_published(
    office: Office,
) -> None:
    before = in_scoping(office, "2027-07-12")
    assert before["provisional"] is True
    assert "Provisional: it lies beyond" in typed(office, "case", "explain", stream_key(office.stream)).out
    content = WALES.model_dump(mode="json")
    content["years"].append(
        {
            "label": "2027-28",
            "first": "2027-09-01",
            "last": "2028-08-31",
            "source": "a test",
            "terms": [
                {"name": "autumn term", "first": "2027-09-06", "last": "2027-12-17"},
                {"name": "spring term", "first": "2028-01-04", "last": "2028-04-07"},
                {"name": "summer term", "first": "2028-04-24", "last": "2028-07-21"},
            ],
        }
    )
    office.done(ADMIN, "publish", {"content": content}, stream="calendar/wales")
    looks_again(office)
    after = next(one for one in explained(office) if one["wait"] == "scoping")
    assert after["provisional"] is False
    assert after["due_at"] > before["due_at"]


def test_a_pause_shows_the_days_that_were_left_and_the_new_count(office: Office) -> None:
    in_scoping(office, "2026-10-14")
    office.now = datetime(2026, 10, 20, 9, tzinfo=LONDON)
    office.done("broker.dylan", "pause", {"reason_code": "inspection", "review_on": "2026-11-05"})
    paused = next(one for one in explained(office) if one["wait"] == "scoping")
    assert paused["paused"] is True
    assert [turn["cause"] for turn in paused["turns"]] == ["set", "paused"]
    left = paused["turns"][1]["days"]
    assert left == paused["turns"][0]["days"] - 4
    office.now = datetime(2026, 11, 4, 9, tzinfo=LONDON)
    office.done("broker.dylan", "resume")
    turns = next(one for one in explained(office) if one["wait"] == "scoping")["turns"]
    assert [turn["cause"] for turn in turns] == ["set", "paused", "resumed"]
    assert (turns[2]["began"], turns[2]["days"]) == ("2026-11-04", left)
    assert turns[2]["agrees"] is True


def test_a_wait_that_is_not_there_is_said_with_those_that_are(office: Office) -> None:
    in_scoping(office, "2026-10-14")
    done = typed(office, "case", "explain", stream_key(office.stream), "--wait", "scopng")
    assert done.code == 3
    assert "Did you mean scoping?" in done.err
    assert "It waits for: scoping" in done.err
