"""Financial years by their names: 2026-27 begins in April, 2026 in January."""

from datetime import date, timedelta


def days_of_year(year: str) -> tuple[date, date]:
    """First and last day of a financial year. Its name must be one that a programme's years may have."""
    month, begins = 4 if "-" in year else 1, int(year[:4])
    return date(begins, month, 1), date(begins + 1, month, 1) - timedelta(days=1)
