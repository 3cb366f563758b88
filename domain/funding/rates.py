"""Rate cards: what a provider's day costs, by the day on which it is given."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.case.situation import Refusal
from domain.case.values import Day, Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts
from domain.funding.amounts import Currency, Sum, money_words
from domain.funding.keepers import may_keep_money
from domain.ids import PROGRAMME_CODE_PATTERN


class PublishRate(DirectoryCommand):
    """Put a day rate in force from a day on; days that have passed keep theirs."""

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
    if published in state.rates:
        return ()
    today = facts.now.astimezone(ZoneInfo(facts.zones.get(command.programme, "UTC"))).date()
    return _past_changed(state, published, today, code) or (published,)


def _past_changed(state: RateCardState, new: RatePublished, today: date, code: str) -> Refusal | None:
    """What a day cost that has passed stays so: visits of that day may be claimed yet, and others were.

    A day that had no rate may be given one; nothing was priced by none.
    """
    after = evolve(state, new).rates
    begins = {rate.since for rate in after} | {
        rate.until + timedelta(days=1)
        for rate in (*state.rates, *after)
        if rate.until is not None and rate.until < date.max
    }
    for day in sorted(begins):
        was, now = _rate_on(state.rates, day), _rate_on(after, day)
        if day < today and was is not None and now != was:
            return Refusal(
                "R-RATE-CARD",
                f"On {day.isoformat()} a day cost {money_words(was, new.currency)} by {code}; what is past keeps its price.",
                f"Another rate holds from today on at the earliest: --since {today.isoformat()}",
            )
    return None


def _rate_on(rates: Iterable[RatePublished], day: date) -> int | None:
    held = [rate for rate in rates if rate.since <= day and (rate.until is None or day <= rate.until)]
    return max(held, key=lambda rate: rate.since).day_rate_minor if held else None
