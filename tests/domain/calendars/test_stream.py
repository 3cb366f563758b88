"""A calendar on record: who may publish it, what its next version may not do, and what schools have of their own."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.calendars.model import Calendar
from domain.case.situation import Refusal
from domain.parties import HeldPost, Post
from domain.streams import DIRECTORY, command_model
from tests.domain.calendars.files import PHILIPPINES, WALES, day, with_holiday
from tests.domain.test_directory import ADMIN, Stream

IN_MAY = replace(ADMIN, now=datetime(2026, 5, 6, 8, tzinfo=UTC))
CONTENT: dict[str, Any] = WALES.model_dump(mode="json")
INSET = {"inset": ["2026-06-05"]}


def wales() -> Stream:
    stream = Stream("calendar", "wales")
    assert stream.say("publish", IN_MAY, content=CONTENT) == ["CalendarPublished"]
    return stream


def changed(**changes: Any) -> dict[str, Any]:
    return CONTENT | changes


def hint_of(stream: Stream, verb: str, **values: Any) -> str:
    model = command_model("calendar", verb)
    assert model is not None
    answer = DIRECTORY["calendar"].decide(stream.state, model.model_validate(values), IN_MAY, "wales")  # type: ignore[arg-type]
    assert isinstance(answer, Refusal)
    return f"{answer.message} {answer.hint}"


def test_an_administrator_publishes_a_calendar_and_the_same_one_only_once() -> None:
    stream = wales()
    assert stream.say("publish", IN_MAY, content=CONTENT) == []
    assert stream.state.version == 1
    broker = replace(IN_MAY, posts=(HeldPost(post=Post.BROKER),))
    assert Stream("calendar", "wales").say("publish", broker, content=CONTENT) == "R-POST"
    assert stream.say("set-school-days", broker, school="6990001", days=INSET) == "R-POST"


def test_a_calendar_goes_where_its_code_says() -> None:
    assert Stream("calendar", "cymru").say("publish", IN_MAY, content=CONTENT) == "R-CALENDAR"


def test_a_next_version_adds_a_holiday_that_is_still_to_come() -> None:
    stream = wales()
    more = with_holiday(WALES, day("2026-06-15"))
    assert stream.say("publish", IN_MAY, content=more.model_dump(mode="json")) == ["CalendarPublished"]
    assert stream.state.version == 2
    assert stream.state.current == more


@pytest.mark.parametrize("on", ["2026-05-05", "2026-03-02"])
def test_a_day_that_is_over_counts_otherwise_only_where_that_is_said_to_be_meant(on: str) -> None:
    stream, more = wales(), with_holiday(WALES, day(on)).model_dump(mode="json")
    assert f"{on} is over and would count otherwise than it did. " in hint_of(stream, "publish", content=more)
    assert stream.say("publish", IN_MAY, content=more) == "R-PAST"
    assert stream.say("publish", IN_MAY, content=more, corrects_past=True) == ["CalendarPublished"]


def test_today_may_still_become_a_holiday() -> None:
    more = with_holiday(WALES, day("2026-05-06")).model_dump(mode="json")
    assert wales().say("publish", IN_MAY, content=more) == ["CalendarPublished"]


def test_the_past_of_one_authority_counts_too() -> None:
    terms = [term.model_dump(mode="json") for term in WALES.years[0].terms]
    terms[1]["last"] = "2026-03-26"
    own = {"name": "Torfaen", "year": "2025-26", "source": "letter", "terms": terms}
    more = changed(authorities=[*CONTENT["authorities"], own])
    stream = wales()
    assert "2026-03-27 is over and would count otherwise than it did in Torfaen." in hint_of(
        stream, "publish", content=more
    )


def test_a_next_version_keeps_its_years_and_its_time_zone() -> None:
    stream = wales()
    assert "The year 2025-26 is missing" in hint_of(
        stream, "publish", content=changed(years=CONTENT["years"][1:])
    )
    assert stream.say("publish", IN_MAY, content=changed(years=CONTENT["years"][1:])) == "R-CALENDAR"
    assert stream.say("publish", IN_MAY, content=changed(time_zone="Asia/Manila")) == "R-CALENDAR"


def test_a_school_records_its_own_days_whole_and_each_of_them_is_a_version() -> None:
    stream = wales()
    assert stream.say("set-school-days", IN_MAY, school="6990001", days=INSET) == ["SchoolDaysSet"]
    assert stream.say("set-school-days", IN_MAY, school="6990001", days=INSET) == []
    assert stream.say("set-school-days", IN_MAY, school="6990001", days={}) == ["SchoolDaysSet"]
    assert stream.state.schools["6990001"].inset == ()
    assert stream.state.version == 3


def test_a_school_without_days_of_its_own_that_records_none_changes_nothing() -> None:
    assert wales().say("set-school-days", IN_MAY, school="6990001", days={}) == []


def test_own_days_are_those_of_a_school_on_the_register_in_a_year_of_the_calendar() -> None:
    stream = wales()
    assert stream.say("set-school-days", IN_MAY, school="6990009", days=INSET) == "R-SCHOOL"
    late = {"inset": ["2031-06-05"]}
    assert stream.say("set-school-days", IN_MAY, school="6990001", days=late) == "R-DATES"
    empty = Stream("calendar", "wales")
    assert empty.say("set-school-days", IN_MAY, school="6990001", days=INSET) == "R-CALENDAR"


def test_a_next_version_does_not_leave_a_school_with_days_that_fit_no_more() -> None:
    stream = wales()
    terms = [term.model_dump(mode="json") for term in WALES.years[1].terms]
    terms[0]["first"] = "2026-09-01"
    own = {"years": [{"year": "2026-27", "terms": terms}]}
    assert stream.say("set-school-days", IN_MAY, school="6990001", days=own) == ["SchoolDaysSet"]
    content = WALES.model_dump(mode="json")
    content["years"][0]["last"], content["years"][1]["first"] = "2026-09-04", "2026-09-05"
    for part in (content["years"][1], content["authorities"][0]):
        part["terms"][0]["first"] = "2026-09-07"
    assert Calendar.model_validate(content)
    assert "The own days of school 6990001 would not fit any more" in hint_of(
        stream, "publish", content=content
    )


def test_the_philippines_are_published_the_same_way() -> None:
    stream = Stream("calendar", "philippines")
    assert stream.say("publish", content=PHILIPPINES.model_dump(mode="json")) == ["CalendarPublished"]
