"""Inspections of schools as they are announced, corrected and withdrawn."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.directory.inspections import AnnounceInspection, InspectionAnnounced
from tests.domain.test_directory import ADMIN, Stream

NOTICE, VISIT = "2026-09-10", "2026-09-18"


def inspected() -> Stream:
    """A school with notice of an inspection."""
    school = Stream("provider", "6990001")
    assert school.say("announce-inspection", since=NOTICE, until=VISIT) == ["InspectionAnnounced"]
    return school


def test_an_inspection_is_announced_once() -> None:
    assert inspected().say("announce-inspection", since=NOTICE, until=VISIT) == []


def test_other_days_stand_in_the_place_of_those_before() -> None:
    school = inspected()
    assert school.say("announce-inspection", since=NOTICE, until="2026-09-25") == ["InspectionAnnounced"]
    assert school.state.inspection == InspectionAnnounced(since=date(2026, 9, 10), until=date(2026, 9, 25))


def test_what_was_withdrawn_stands_no_longer_and_may_be_announced_again() -> None:
    school = inspected()
    assert school.say("withdraw-inspection") == ["InspectionWithdrawn"]
    assert school.state.inspection is None
    assert school.say("withdraw-inspection") == "R-NOTHING"
    assert school.say("announce-inspection", since=NOTICE, until=VISIT) == ["InspectionAnnounced"]


def test_nobody_has_notice_of_a_day_that_lies_ahead_wherever_the_school_lies() -> None:
    """Half past seven in the morning of the 16th in Manila is still the 15th in UTC."""
    school = Stream("provider", "6990001")
    ahead: dict[str, Any] = {"since": "2026-09-16", "until": "2026-09-18"}
    assert school.say("announce-inspection", **ahead) == "R-DATES"
    morning = replace(ADMIN, now=datetime(2026, 9, 15, 23, 30, tzinfo=UTC))
    assert school.say("announce-inspection", morning, **ahead) == ["InspectionAnnounced"]


def test_a_visit_that_was_is_entered_late() -> None:
    assert Stream("provider", "6990001").say(
        "announce-inspection", since="2026-08-31", until="2026-09-11"
    ) == ["InspectionAnnounced"]


def test_only_a_school_of_the_register_is_inspected() -> None:
    nowhere = Stream("provider", "6990009")
    assert nowhere.say("announce-inspection", since=NOTICE, until=VISIT) == "R-SCHOOL"


def test_an_inspection_leaves_everything_else_on_record() -> None:
    school = Stream("provider", "6990001")
    assert school.say("suspend", programme="EAS", reason_code="inspection") == ["ProviderSuspended"]
    before = school.state
    school.say("announce-inspection", since=NOTICE, until=VISIT)
    school.say("withdraw-inspection")
    assert school.state == before.model_copy(update={"version": before.version + 2})


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-400, 800))
def test_a_visit_ends_on_the_day_of_the_notice_or_later_and_within_a_year_of_it(
    since: date, length: int
) -> None:
    until = since + timedelta(days=length)
    if 0 <= length <= 366:
        assert AnnounceInspection(since=since, until=until).until == until
    else:
        with pytest.raises(ValidationError, match="within a year"):
            AnnounceInspection(since=since, until=until)


def test_the_last_day_of_all_is_a_day_like_any_other() -> None:
    assert AnnounceInspection(since=date.max, until=date.max).until == date.max


@pytest.mark.parametrize("until", ["2026-09-18T00:00:00", "18/09/2026", 20260918, ""])
def test_a_day_is_typed_as_a_day(until: object) -> None:
    with pytest.raises(ValidationError, match="a day such as"):
        AnnounceInspection.model_validate({"since": NOTICE, "until": until})
