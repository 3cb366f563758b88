"""Amounts of money: minor units with a currency, how they are typed, said and divided."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from domain.case.values import minor_units
from domain.ids import FUND_CODE_PATTERN, FUND_KEY_PATTERN, RATE_CARD_PATTERN

Currency = Literal["GBP", "PHP"]
FundCode = Annotated[str, Field(pattern=FUND_CODE_PATTERN, description="e.g. laeg")]
FundKey = Annotated[str, Field(pattern=FUND_KEY_PATTERN, description="e.g. laeg.2026-27")]
RateCardCode = Annotated[str, Field(pattern=RATE_CARD_PATTERN, description="e.g. eas-2026")]
PaperRef = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9./_-]{0,39}$", description="e.g. BACS-2027-0412")
]
"""The number of a paper outside: a payment, a receipt, a document. No words about people."""
Sum = Annotated[int, BeforeValidator(minor_units), Field(ge=1, le=999_999_999_99)]
"""An amount that is not nothing, typed as 250 or 250.00."""

MOST_NAMED: Final = 3
"""How many cases a refusal names of those that hold a fund's money."""


def money_words(minor: int, currency: str) -> str:
    """'GBP 1,250.00': how rules say an amount; sentences say it in their language."""
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), 100)
    return f"{currency} {sign}{whole:,}.{part:02d}"


def divided(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """The amount in parts in proportion to the weights; exact, by the largest remainder, ties to the first.

    Raises ValueError where there is no weight at all.
    """
    total = sum(weights)
    if total <= 0:
        raise ValueError("nothing to divide by")
    parts = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in order[: amount - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def largest_first(holders: Sequence[tuple[str, int]], more: int, currency: str) -> str:
    """'EAS-… (GBP 20,000.00) and 4 more': who holds a fund's money; `more` are those who are not named."""
    named = [f"{name} ({money_words(amount, currency)})" for name, amount in holders]
    return ", ".join(named) + (f" and {more} more" if more else "")
