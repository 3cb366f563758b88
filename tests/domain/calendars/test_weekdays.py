"""Due dates are counted in weekdays, end at five in the afternoon local time, and can be counted back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.due import days_left, due_on, local_day
from domain.calendars.weekdays import Weekdays

LONDON = "Europe/London"
EARLIEST, LATEST = datetime(2020, 1, 1), datetime(2040, 1, 1)  # noqa: DTZ001 – hypothesis adds the zone


def due_after(start: datetime, days: int, zone: str) -> datetime:
    """17:00 local on that many weekdays after the day of `start`."""
    return due_on(Weekdays(zone).after(local_day(start, zone), days, "working_days"), zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(LONDON))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-09-15T09:00", 5, "2026-09-22T17:00"),
        ("2026-09-18T23:59", 1, "2026-09-21T17:00"),
        ("2026-09-19T12:00", 1, "2026-09-21T17:00"),
        ("2026-09-15T09:00", 0, "2026-09-15T17:00"),
        ("2026-10-23T12:00", 1, "2026-10-26T17:00"),
        ("2027-03-26T12:00", 1, "2027-03-29T17:00"),
    ],
)
def test_a_number_of_weekdays_later_at_five(start: str, days: int, due: str) -> None:
    assert due_after(at(start), days, LONDON) == at(due)


def test_the_day_it_begins_is_the_local_one() -> None:
    just_after_midnight = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert due_after(just_after_midnight, 1, LONDON).date() == date(2026, 6, 3)


def test_five_in_the_afternoon_is_local_in_summer_and_winter() -> None:
    assert due_on(date(2026, 7, 1), LONDON).astimezone(UTC).hour == 16
    assert due_on(date(2026, 12, 1), LONDON).astimezone(UTC).hour == 17
    assert due_on(date(2026, 12, 1), "Asia/Manila").astimezone(UTC).hour == 9


@pytest.mark.parametrize(
    ("now", "due", "left"),
    [
        ("2026-09-15T09:00", "2026-09-22T17:00", 5),
        ("2026-09-22T17:00", "2026-09-22T17:00", 0),
        ("2026-09-22T17:01", "2026-09-22T17:00", -1),
        ("2026-09-23T09:00", "2026-09-22T17:00", -1),
        ("2026-09-26T09:00", "2026-09-25T17:00", -1),
        ("2026-09-27T09:00", "2026-09-25T17:00", -1),
        ("2026-09-28T09:00", "2026-09-25T17:00", -1),
        ("2026-09-29T09:00", "2026-09-25T17:00", -2),
        ("2026-09-19T09:00", "2026-09-21T17:00", 1),
    ],
)
def test_days_left_are_none_on_the_day_and_negative_when_overdue(now: str, due: str, left: int) -> None:
    assert days_left(Weekdays(LONDON), at(now), at(due), "school_days") == left


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    start=st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)),
    days=st.integers(1, 200),
    zone=st.sampled_from([LONDON, "Asia/Manila"]),
)
def test_as_many_days_are_left_as_were_given(start: datetime, days: int, zone: str) -> None:
    due = due_after(start, days, zone)
    assert due.weekday() < 5
    assert days_left(Weekdays(zone), start, due, "working_days") == days
    assert days_left(Weekdays(zone), due + timedelta(seconds=1), due, "working_days") == -1
