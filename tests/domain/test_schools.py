"""Schools close, open again, go missing from their register and come back; language categories have days."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.directory.schools import RegisterSchool, SchoolState
from tests.domain.test_directory import ADMIN, Stream

ENTRY: dict[str, Any] = {"name": "Hill Primary", "authority": "Cwm Enfys", "phase": "primary"}
FACTS = replace(ADMIN, schools=frozenset({"6990002"}))


def school(**more: Any) -> Stream:
    stream = Stream("school", "6990001")
    assert stream.say("register", **ENTRY, **more) == ["SchoolRegistered"]
    return stream


def test_a_school_that_closed_is_not_open_until_it_opens_again() -> None:
    hill = school()
    closing = {"on": "2026-08-31", "successor": "6990002", "reason": "merged"}
    assert hill.say("close", FACTS, **closing) == ["SchoolClosed"]
    assert (hill.state.open, hill.state.closed.successor) == (False, "6990002")
    assert hill.say("close", FACTS, **closing) == []
    assert hill.say("close", FACTS, on="2026-07-31") == "R-ALREADY"
    assert hill.say("reopen", on="2026-08-31") == "R-DATES"
    assert hill.say("reopen", on="2026-09-01") == ["SchoolReopened"]
    assert hill.state.open
    assert hill.say("reopen", on="2026-09-01") == []


def test_what_cannot_be_of_a_closure_is_refused() -> None:
    hill = school()
    assert hill.say("close", on="2027-08-31") == "R-DATES"
    assert hill.say("close", on="2026-08-31", successor="6990001") == "R-SCHOOL"
    assert hill.say("close", on="2026-08-31", successor="6990009") == "R-SCHOOL"
    assert Stream("school", "6990009").say("close", on="2026-08-31") == "R-SCHOOL"


def test_a_school_that_is_missing_is_inactive_until_its_register_has_it_again() -> None:
    hill = school()
    assert hill.say("mark-missing", register_name="wales") == ["SchoolMissing"]
    assert hill.say("mark-missing", register_name="wales") == []
    assert not hill.state.open
    assert hill.say("register", **ENTRY) == ["SchoolRegistered"]
    assert hill.state.open
    assert hill.say("register", **ENTRY) == []


def test_what_its_register_closed_the_register_opens_again_and_nothing_else() -> None:
    hill = school()
    assert hill.say("register", **ENTRY, status="closed", closed_on="2026-08-31") == ["SchoolClosed"]
    assert hill.say("register", **ENTRY, status="closed") == []
    assert hill.say("register", **ENTRY) == []
    assert not hill.state.open
    assert hill.say("register", **ENTRY, status="open") == ["SchoolReopened"]
    hill.say("close", on="2026-08-31")
    assert hill.say("register", **ENTRY, status="open") == []
    assert not hill.state.open


def categories(hill: Stream) -> list[tuple[str, str | None]]:
    return [(c.category, c.since and c.since.isoformat()) for c in hill.state.entry.language_categories]


def test_a_language_category_keeps_its_day_and_a_new_one_begins_today() -> None:
    hill = school(language_categories=[{"category": "Dual", "since": "2024-09-01"}])
    assert hill.say("register", **ENTRY, language_categories=[{"category": "Dual"}]) == []
    both = [{"category": "Dual"}, {"category": "Primarily Welsh"}]
    assert hill.say("register", **ENTRY, language_categories=both) == ["SchoolRegistered"]
    assert categories(hill) == [("Dual", "2024-09-01"), ("Primarily Welsh", "2026-09-15")]
    assert hill.say("register", **ENTRY, language_categories=both) == []


def test_when_a_first_category_began_is_not_guessed() -> None:
    assert categories(school(language_categories=[{"category": "Dual"}])) == [("Dual", None)]


def test_a_command_of_the_version_before_is_still_read() -> None:
    read = RegisterSchool.model_validate(ENTRY | {"language_category": "Dual"})
    assert [one.category for one in read.language_categories] == ["Dual"]
    assert RegisterSchool.model_validate(ENTRY | {"language_category": None}).language_categories == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": 51_000_000},
        {"latitude": 91_000_000, "longitude": 0},
        {"latitude": 51.5, "longitude": -3.0},
        {"closed_on": "2026-08-31"},
        {"language_categories": [{"category": "Dual"}, {"category": "Dual"}]},
    ],
)
def test_an_entry_that_cannot_be_is_no_command(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RegisterSchool.model_validate(ENTRY | wrong)


said = st.one_of(
    st.tuples(
        st.just("register"),
        st.fixed_dictionaries(
            {"name": st.sampled_from(["A", "B"]), "status": st.sampled_from([None, "open", "closed"])}
        ),
    ),
    st.tuples(st.just("close"), st.just({"on": "2026-08-31"})),
    st.tuples(st.just("reopen"), st.just({"on": "2026-09-10"})),
    st.tuples(st.just("mark-missing"), st.just({"register_name": "wales"})),
)


@given(st.lists(said, max_size=12))
def test_whatever_is_said_twice_changes_nothing_the_second_time(orders: list[tuple[str, Any]]) -> None:
    hill = Stream("school", "6990001")
    for verb, values in orders:
        body = {k: v for k, v in (ENTRY | values).items() if v is not None} if verb == "register" else values
        hill.say(verb, **body)
        before: SchoolState = hill.state
        assert hill.say(verb, **body) in ([], "R-ALREADY", "R-SCHOOL", "R-DATES")
        assert hill.state == before


def test_the_day_is_that_of_the_place_where_it_comes_first() -> None:
    """In Manila it is tomorrow already when London goes to bed."""
    late = replace(ADMIN, now=datetime(2026, 8, 30, 17, tzinfo=UTC))
    assert school().say("close", late, on="2026-08-31") == ["SchoolClosed"]
