"""Half terms: what they are called, which one a day is in, and that they never run backwards."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars.counting import Days
from domain.calendars.half_terms import (
    order_of,
    period_at,
    periods_between,
    periods_from,
    periods_of_year,
)
from domain.calendars.weekdays import Weekdays
from tests.domain.calendars.files import philippines, wales

PERIODS = st.integers(order_of("2001-spring-1"), order_of("2098-autumn-2")).map(period_at)


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2026, 9, 1), "2026-autumn-1"),
        (date(2026, 10, 23), "2026-autumn-1"),
        (date(2026, 10, 28), "2026-autumn-2"),
        (date(2026, 12, 25), "2027-spring-1"),
        (date(2027, 2, 10), "2027-spring-2"),
        (date(2027, 4, 5), "2027-summer-1"),
        (date(2027, 8, 1), "2027-autumn-1"),
    ],
)
def test_a_day_is_in_its_half_term_and_a_holiday_in_the_one_that_comes(day: date, period: str) -> None:
    assert wales().period_of(day) == period


@pytest.mark.parametrize("day", [date(2099, 12, 31), date(2150, 6, 1), date(9999, 12, 31)])
def test_a_day_far_away_is_in_a_half_term_too_and_others_follow_on_it(day: date) -> None:
    for days in (wales(), philippines(), Weekdays("Europe/London")):
        ahead = periods_from(days.period_of(day), 8)
        assert [order_of(period) - order_of(ahead[0]) for period in ahead] == list(range(8))


@pytest.mark.parametrize(
    "days",
    [wales(), philippines(), Weekdays("Europe/London")],
    ids=["wales", "philippines", "weekdays"],
)
def test_half_terms_never_run_backwards_in_or_beyond_what_is_published(days: Days) -> None:
    orders = [order_of(days.period_of(date(2024, 1, 1) + timedelta(days=n))) for n in range(3650)]
    assert orders == sorted(orders)
    beyond = [date(2033, 1, 1) + timedelta(days=n) for n in range(366)]
    assert {days.period_of(day) for day in beyond} >= set(periods_between("2033-spring-1", "2033-summer-2"))


@given(PERIODS)
def test_every_half_term_has_its_place(period: str) -> None:
    assert period_at(order_of(period)) == period
    assert periods_between(period, period) == periods_from(period, 1) == (period,)


def test_half_terms_follow_one_another_over_the_turn_of_the_year() -> None:
    assert periods_from("2026-autumn-2", 3) == ("2026-autumn-2", "2027-spring-1", "2027-spring-2")
    assert periods_between("2027-summer-1", "2027-spring-1") == ()


@pytest.mark.parametrize(
    "text", ["2027-winter-1", "2027-spring-3", "27-spring-1", "", "1999-spring-1", "2027-spring"]
)
def test_what_is_no_half_term_has_no_place(text: str) -> None:
    with pytest.raises(ValueError, match="half term"):
        order_of(text)


@given(PERIODS)
def test_a_half_term_is_in_its_financial_year_whichever_month_that_begins_in(period: str) -> None:
    assert period in periods_of_year("april", period)
    assert period in periods_of_year("january", period)


def test_the_spring_of_a_welsh_financial_year_is_the_last_of_it() -> None:
    assert periods_of_year("april", "2027-spring-1") == periods_between("2026-summer-1", "2027-spring-2")
    assert periods_of_year("january", "2027-spring-1") == periods_between("2027-spring-1", "2027-autumn-2")
