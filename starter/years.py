"""Financial years as they are typed: in the programme's own form, and in no other."""

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
