"""Financial years as they are typed: in the programme's own form, and in no other."""

from datetime import date, timedelta

from domain.case.terms import names_a_year
from domain.programmes.model import Programme
from starter.failures import Exit, Failure


def check_year(flag: str, typed: str, programme: Programme) -> str:
    """The year, where the programme writes its financial years so. Raises Failure (exit 2)."""
    if names_a_year(programme, typed):
        return typed
    form = "2026" if programme.financial_year == "january" else "2026-27"
    raise Failure(
        Exit.USAGE,
        "E-YEAR",
        f"{flag}: {typed!r} is no financial year of {programme.code}; they are written as {form}.",
    )


def days_of_year(year: str, programme: Programme) -> tuple[date, date]:
    """First and last day of a financial year of the programme, as `check_year` gives it."""
    month, first_year = 1 if programme.financial_year == "january" else 4, int(year[:4])
    return date(first_year, month, 1), date(first_year + 1, month, 1) - timedelta(days=1)
