"""The days of a financial year follow from its name."""

from datetime import date

import pytest

from domain.funding.years import days_of_year


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [
        ("2026-27", date(2026, 4, 1), date(2027, 3, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2099-00", date(2099, 4, 1), date(2100, 3, 31)),
    ],
)
def test_a_financial_year_has_the_days_that_its_name_says(year: str, first: date, last: date) -> None:
    assert days_of_year(year) == (first, last)
