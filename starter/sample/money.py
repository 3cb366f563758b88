"""The money of the demonstration: a fund and a rate card of EAS, the grant of DepEd, for a day's financial year."""

from datetime import date
from typing import Any, Final

MoneyEntry = tuple[str, str, dict[str, Any]]
"""Stream, verb and body of a command."""

_WORDS: Final = {
    "EAS": ("School improvement grant, partner schools", "Award letter of the grant"),
    "DEPED": ("School-to-School Partnership grant", "Sub-allotment of the central office"),
}


def money_entries(today: date) -> tuple[list[MoneyEntry], ...]:
    """What is entered one after the other: funds of the financial years around that day, with the day rate; what
    the year before left, carried forward; and the end of that year.
    """
    spring = today.year if today.month >= 4 else today.year - 1
    before, now, ahead = (f"laeg.{year}-{(year + 1) % 100:02d}" for year in (spring - 1, spring, spring + 1))
    opened = [
        _fund("EAS", before, "GBP", 4_000_00),
        _fund("EAS", now, "GBP", 60_000_00),
        _fund("EAS", ahead, "GBP", 60_000_00),
        *(_fund("DEPED", f"s2s.{year}", "PHP", 560_000_00) for year in (today.year, today.year + 1)),
    ]
    rate = {"programme": "EAS", "since": f"{spring}-04-01", "day_rate_minor": 220_00, "currency": "GBP"}
    carried = {"from_fund": before, "amount_minor": 2_500_00, "source": "Letter of the grant's carry-over"}
    return (
        [*opened, ("ratecard/eas-2026", "publish", rate)],
        [(f"fund/{now}", "carry-forward", carried)],
        [(f"fund/{before}", "close", {})],
    )


def _fund(programme: str, key: str, currency: str, amount: int) -> MoneyEntry:
    title, source = _WORDS[programme]
    body = {
        "programme": programme,
        "title": title,
        "currency": currency,
        "amount_minor": amount,
        "source": source,
    }
    return f"fund/{key}", "open", body
