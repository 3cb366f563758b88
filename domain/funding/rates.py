"""Rate cards: what a provider's day costs, by the day on which it is given."""

from datetime import date
from typing import Any, ClassVar

from pydantic import Field

from domain.case.situation import Refusal
from domain.case.values import Day, Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts
from domain.funding.amounts import Currency, Sum
from domain.funding.keepers import may_keep_money
from domain.ids import PROGRAMME_CODE_PATTERN


class PublishRate(DirectoryCommand):
    """Put a day rate in force from a day on; visits of earlier days keep theirs."""

    verb: ClassVar[str] = "publish"
    kind: ClassVar[str] = "ratecard"
    programme: str = Field(pattern=PROGRAMME_CODE_PATTERN)
    since: Day
    until: Day | None = None
    day_rate_minor: Sum
    """Of one provider's day, in minor units."""
    currency: Currency


class RatePublished(DirectoryEvent):
    programme: str
    since: date
    until: date | None
    day_rate_minor: int
    currency: Currency


class RateCardState(Value):
    """All versions, in the order of the days on which they begin."""

    version: int = 0
    rates: tuple[RatePublished, ...] = ()


def evolve(state: RateCardState, event: DirectoryEvent) -> RateCardState:
    """The card after the event; a version that begins on the same day replaces the one before."""
    change: dict[str, Any] = {"version": state.version + 1}
    if isinstance(event, RatePublished):
        others = [rate for rate in state.rates if rate.since != event.since]
        change["rates"] = tuple(sorted((*others, event), key=lambda rate: rate.since))
    return state.model_copy(update=change)


def decide(
    state: RateCardState, command: DirectoryCommand, facts: DirectoryFacts, code: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `ratecard/…`; none where this very version is on record."""
    if not isinstance(command, PublishRate):
        raise TypeError(f"not a command to a rate card: {type(command).__name__}")
    refused = may_keep_money(facts, command.programme)
    if refused is not None:
        return refused
    known = facts.currencies.get(command.programme)
    if known is None:
        return Refusal(
            "R-PROGRAMME", f"No programme {command.programme} is on record.", "See: brokerage programme list"
        )
    if known != command.currency:
        return Refusal("R-CURRENCY", f"{command.programme} counts in {known}, not in {command.currency}.")
    owner = next((rate.programme for rate in state.rates), command.programme)
    if owner != command.programme:
        return Refusal("R-RATE-CARD", f"Rate card {code} is one of {owner}, not of {command.programme}.")
    if command.until is not None and command.until < command.since:
        return Refusal(
            "R-DATES",
            f"The rate would end ({command.until.isoformat()}) before it begins ({command.since.isoformat()}).",
        )
    published = RatePublished(**dict(command))
    return () if published in state.rates else (published,)
