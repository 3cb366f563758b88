"""School days are counted as somebody with the calendar on the wall would count them."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.counting import Unit
from domain.calendars.due import days_left, due_on
from domain.calendars.model import Calendar
from domain.calendars.own_days import Closure, OwnDays, OwnTerms
from domain.calendars.school_days import SchoolDays
from tests.domain.calendars.files import (
    PHILIPPINES,
    WALES,
    day,
    every_day,
    philippines,
    wales,
    with_holiday,
)

ONE = timedelta(days=1)
UNITS: tuple[Unit, ...] = ("school_days", "working_days", "calendar_days")
QUICK = settings(max_examples=150, deadline=None, derandomize=True, database=None)
KNOWN = st.dates(day("2025-09-01"), day("2027-08-31"))
ANY = st.dates(day("2000-01-01"), day("2100-12-31"))


def on_the_wall(calendar: Calendar, unit: Unit) -> set[date]:
    """Every counted day of the published years, taken straight from the file."""
    days = {d for d in every_day(calendar.first, calendar.last) if d.weekday() < 5}
    days -= set(calendar.holiday_names)
    if unit == "working_days":
        return days
    terms = [term for year in calendar.years for term in year.terms]
    return {d for d in days if any(d in t and not any(d in pause for pause in t.breaks) for t in terms)}


@pytest.mark.parametrize("unit", ["school_days", "working_days"])
@pytest.mark.parametrize("calendar", [WALES, PHILIPPINES], ids=lambda c: c.code)
def test_counting_agrees_with_a_finger_on_the_wall_for_every_day_and_length(
    calendar: Calendar, unit: Unit
) -> None:
    days = SchoolDays(calendar, 1)
    counted = on_the_wall(calendar, unit)
    for start in every_day(calendar.first - ONE, calendar.last):
        assert days.after(start, 0, unit) == start
        number, finger = 0, start
        while number < 80 and finger < calendar.last:
            finger += ONE
            if finger in counted:
                number += 1
                assert days.after(start, number, unit) == finger
        assert days.between(start, finger, unit) == number


@QUICK
@given(
    start=ANY,
    number=st.integers(0, 200),
    unit=st.sampled_from(UNITS),
    school=st.sampled_from([wales, philippines]),
)
def test_as_many_days_lie_between_as_were_counted_in_any_year(
    start: date, number: int, unit: Unit, school: Callable[[], SchoolDays]
) -> None:
    days = school()
    due = days.after(start, number, unit)
    assert days.between(start, due, unit) == number
    assert days.between(due, start, unit) == 0
    assert number == 0 or days.why_not(due, unit) is None
    assert days.clear_of_edges(due) >= due
    assert days.clear_of_edges(days.clear_of_edges(due)) == days.clear_of_edges(due)


@QUICK
@given(
    start=KNOWN,
    number=st.integers(1, 80),
    extra=st.dates(day("2025-09-01"), day("2028-12-31")),
    unit=st.sampled_from(UNITS),
)
def test_one_more_holiday_never_brings_a_due_date_forward(
    start: date, number: int, extra: date, unit: Unit
) -> None:
    before, after = wales(), SchoolDays(with_holiday(WALES, extra), 2)
    due, due_then = before.after(start, number, unit), after.after(start, number, unit)
    assert due_then >= due
    assert after.clear_of_edges(due_then) >= before.clear_of_edges(due)


@QUICK
@given(
    start=KNOWN,
    number=st.integers(1, 80),
    shut=st.tuples(KNOWN, st.integers(0, 30)),
    inset=st.sets(KNOWN, max_size=6),
)
def test_closures_and_inset_days_never_bring_a_due_date_forward(
    start: date, number: int, shut: tuple[date, int], inset: set[date]
) -> None:
    first, length = shut
    own = OwnDays(
        inset=tuple(sorted(inset)),
        closures=(Closure(first=first, last=first + timedelta(days=length), reason="snow"),),
    )
    before, after = wales(), wales(own=own)
    due, due_then = before.after(start, number, "school_days"), after.after(start, number, "school_days")
    assert due_then >= due
    assert after.clear_of_edges(due_then) >= before.clear_of_edges(due)


def test_half_terms_have_the_lengths_that_schools_know() -> None:
    days = wales()
    found = [
        length
        for term in WALES.years[0].terms
        for length in (
            days.between(term.first - ONE, term.breaks[0].first, "school_days"),
            days.between(term.breaks[0].last, term.last, "school_days"),
        )
    ]
    assert found == [40, 35, 30, 25, 29, 36]


@pytest.mark.parametrize("year", ["2025-26", "2026-27"])
@pytest.mark.parametrize("authority", ["Newport", "Powys"])
def test_a_year_has_195_days_whoever_sets_it(year: str, authority: str) -> None:
    of = WALES.year(year)
    assert of is not None
    assert wales(authority).between(of.first - ONE, of.last, "school_days") == 195


@pytest.mark.parametrize(
    ("asked", "working", "school"),
    [
        ("2025-12-12", "2025-12-30", "2026-01-09"),
        ("2026-03-20", "2026-04-07", "2026-04-17"),
        ("2026-07-10", "2026-07-24", "2026-09-04"),
    ],
)
def test_ten_days_before_a_holiday_are_two_weeks_or_eight(asked: str, working: str, school: str) -> None:
    assert wales().after(day(asked), 10, "working_days") == day(working)
    assert wales().after(day(asked), 10, "school_days") == day(school)


@pytest.mark.parametrize(
    ("what", "start", "number", "unit", "due"),
    [
        ("alignment", "2025-09-16", 5, "working_days", "2025-09-23"),
        ("scoping", "2025-09-26", 15, "school_days", "2025-10-17"),
        ("the first offer", "2025-10-14", 5, "school_days", "2025-10-21"),
        ("the second offer, over the half term", "2025-10-21", 5, "school_days", "2025-11-04"),
        ("signatures", "2025-11-14", 10, "school_days", "2025-11-28"),
        ("reminder of a signature", "2025-11-14", 5, "school_days", "2025-11-21"),
        ("second reminder of a signature", "2025-11-14", 8, "school_days", "2025-11-26"),
        ("a visit's note", "2025-12-16", 5, "working_days", "2025-12-23"),
        ("mid review", "2026-01-28", 10, "school_days", "2026-02-11"),
        ("evaluation, over the half term", "2026-05-20", 15, "school_days", "2026-06-17"),
        ("validation", "2026-06-10", 10, "school_days", "2026-06-24"),
        ("follow-up in the next year", "2026-06-22", 60, "school_days", "2026-11-02"),
    ],
)  # fmt: skip
def test_the_dates_of_the_worked_case(what: str, start: str, number: int, unit: Unit, due: str) -> None:
    assert wales("Newport").after(day(start), number, unit) == day(due), what


@pytest.mark.parametrize(
    ("on", "unit", "reason"),
    [
        ("2025-09-01", "school_days", None),
        ("2025-10-25", "school_days", "weekend"),
        ("2025-10-27", "school_days", "half term"),
        ("2025-10-27", "working_days", None),
        ("2025-12-25", "school_days", "Christmas Day"),
        ("2025-12-25", "working_days", "Christmas Day"),
        ("2025-12-25", "calendar_days", None),
        ("2025-12-29", "school_days", "school holiday"),
        ("2026-12-28", "working_days", "Boxing Day (substitute day)"),
        ("2026-05-04", "school_days", "early May bank holiday"),
        ("2026-01-06", "school_days", "INSET day"),
        ("2026-01-06", "working_days", None),
        ("2026-01-08", "school_days", "closed: snow"),
    ],
)
def test_why_a_day_does_not_count_is_said(on: str, unit: Unit, reason: str | None) -> None:
    own = OwnDays(
        inset=(day("2026-01-06"),),
        closures=(Closure(first=day("2026-01-07"), last=day("2026-01-08"), reason="snow"),),
    )
    assert wales(own=own).why_not(day(on), unit) == reason


@pytest.mark.parametrize(
    ("due", "moved"),
    [
        ("2025-09-01", "2025-09-04"),
        ("2025-09-03", "2025-09-04"),
        ("2025-09-04", "2025-09-04"),
        ("2025-10-24", "2025-10-24"),
        ("2025-11-03", "2025-11-03"),
        ("2025-12-16", "2025-12-16"),
        ("2025-12-17", "2026-01-08"),
        ("2025-12-25", "2026-01-08"),
        ("2026-01-07", "2026-01-08"),
        ("2026-07-16", "2026-09-04"),
    ],
)
def test_nothing_falls_due_in_the_first_and_last_three_days_of_a_term(due: str, moved: str) -> None:
    assert wales().clear_of_edges(day(due)) == day(moved)


def test_terms_without_a_holiday_between_them_have_no_edge_there() -> None:
    days = philippines()
    assert days.clear_of_edges(day("2026-09-15")) == day("2026-09-15")
    assert days.clear_of_edges(day("2026-12-16")) == day("2027-01-07")


def test_three_terms_of_the_philippines_have_the_class_days_of_the_order() -> None:
    days = philippines()
    lengths = [days.between(t.first - ONE, t.last, "school_days") for t in PHILIPPINES.years[1].terms]
    assert lengths == [69, 65, 67]


def test_beyond_the_last_published_day_a_date_is_provisional_and_like_the_year_before() -> None:
    days = wales()
    assert not days.is_provisional(day("2027-08-31"))
    assert days.is_provisional(day("2027-09-01"))
    assert days.is_provisional(day("2025-08-31"))
    assert days.counts(day("2027-09-06"), "school_days"), "as 7 September 2026"
    assert days.why_not(day("2027-10-25"), "school_days") == "half term"
    assert days.why_not(day("2027-12-27"), "working_days") == "Christmas Day (substitute day)"
    assert days.after(day("2027-07-10"), 60, "school_days") > day("2027-08-31")


def test_a_school_that_sets_its_own_terms_is_counted_on_them() -> None:
    year = WALES.years[0]
    autumn = year.terms[0].model_copy(update={"breaks": ()})
    own = OwnDays(years=(OwnTerms(year=year.label, terms=(autumn, *year.terms[1:])),))
    assert wales(own=own).counts(day("2025-10-27"), "school_days")
    assert not wales().counts(day("2025-10-27"), "school_days")


def test_powys_has_two_days_more_before_christmas_and_two_less_before_summer() -> None:
    assert wales("Powys").counts(day("2026-12-22"), "school_days")
    assert not wales("Newport").counts(day("2026-12-22"), "school_days")
    assert not wales("Powys").counts(day("2027-07-19"), "school_days")


def test_a_due_day_ends_at_five_local_time_across_both_changes_of_the_clock() -> None:
    due_days = {"2025-10-24": 16, "2025-11-03": 17, "2026-03-27": 17, "2026-04-13": 16}
    for text, hour in due_days.items():
        assert due_on(day(text), "Europe/London").astimezone(UTC).hour == hour
    assert due_on(day("2026-06-15"), "Asia/Manila").astimezone(UTC).hour == 9


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2025-10-22T09:00", 4),
        ("2025-10-24T23:59", 2),
        ("2025-10-30T09:00", 2),
        ("2025-11-04T16:59", 0),
        ("2025-11-04T17:01", -1),
        ("2025-11-05T09:00", -1),
        ("2025-11-06T09:00", -2),
    ],
)
def test_days_left_are_school_days_and_negative_when_overdue(now: str, left: int) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Europe/London"))
    assert days_left(wales(), moment, due_on(day("2025-11-04"), "Europe/London"), "school_days") == left


@pytest.mark.parametrize(
    ("calendar", "known"),
    [
        (WALES, lambda year: holidays.country_holidays("GB", subdiv="WLS", years=year)),
        (PHILIPPINES, lambda year: holidays.country_holidays("PH", years=year)),
    ],
    ids=["wales", "philippines"],
)
def test_public_holidays_are_those_of_a_library_that_others_keep(
    calendar: Calendar, known: Callable[[int], Mapping[date, str]]
) -> None:
    spoken = calendar.holidays
    for year in range(spoken.first.year, spoken.last.year + 1):
        theirs = {
            d
            for d, name in known(year).items()
            if d.weekday() < 5 and spoken.first <= d and "estimated" not in name
        }
        ours = {h.on for h in spoken.days if h.on.year == year and h.on.weekday() < 5}
        assert ours == theirs, year
