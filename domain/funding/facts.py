"""What rules about money look at beside their own stream: funds with what is left, rate cards, earlier advances."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.case.values import Value
from domain.funding.amounts import money_words


class FundFact(Value):
    """One fund in one financial year, with what cases have of it."""

    code: str
    year: str
    programme: str
    title: str
    currency: str
    authorities: tuple[str, ...] = ()
    """Authorities whose schools it may pay for; none where it may pay for all."""
    claims_until: date | None = None
    """Last day on which a claim on it is the finance officer's to approve."""
    open: bool = True
    """Whether it takes new reservations."""
    allocated: int = 0
    """What was put in, and carried in from the year before, less what was taken out or carried on."""
    reserved: int = 0
    committed: int = 0
    """Committed and not yet paid."""
    paid: int = 0
    holders: tuple[tuple[str, int], ...] = ()
    """The cases that have most of it, with how much."""
    other_holders: int = 0
    """How many cases have some of it beside those."""
    reserving: tuple[tuple[str, int], ...] = ()
    """The cases that have most of what is reserved, with how much of that."""
    other_reserving: int = 0

    @property
    def name(self) -> str:
        """'laeg.2026-27'."""
        return f"{self.code}.{self.year}"

    @property
    def available(self) -> int:
        """What can still be promised."""
        return self.allocated - self.reserved - self.committed - self.paid

    def may_pay(self, authority: str) -> bool:
        """Whether it may pay for schools of that authority."""
        return not self.authorities or authority in self.authorities

    def left(self) -> str:
        """'Fund laeg.2026-27 has GBP 1,200.00 left of GBP 50,000.00'."""
        return (
            f"Fund {self.name} has {money_words(self.available, self.currency)} left of "
            f"{money_words(self.allocated, self.currency)}"
        )


class RateFact(Value):
    """One version of a rate card."""

    code: str
    programme: str
    since: date
    until: date | None
    day_rate_minor: int
    currency: str

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


class GrantUse(Value):
    """What another case of the same provider has of one financial year."""

    reference: str
    year: str
    amount: int


class OpenAdvance(Value):
    """What another case of the same provider got in advance and has not accounted for."""

    reference: str
    amount: int


class PaperElsewhere(Value):
    """A paper that stands for money of another case of the same provider."""

    reference: str
    number: str
    """As it is compared: in small letters."""


@dataclass(frozen=True)
class MoneyFacts:
    """Everything a decision about a case's money rests on; empty for commands that move none."""

    funds: tuple[FundFact, ...] = ()
    """Funds of the programme, in all years. What cases have of a fund is counted where the command could be paid
    from it, or moves its money; of others only what was declared stands here.
    """
    rates: tuple[RateFact, ...] = ()
    """Rate cards of the programme, all versions."""
    grants: tuple[GrantUse, ...] = ()
    open_advances: tuple[OpenAdvance, ...] = ()
    papers: tuple[PaperElsewhere, ...] = ()

    def fund(self, code: str, year: str) -> FundFact | None:
        """The fund of that code in that year."""
        return next((fund for fund in self.funds if (fund.code, fund.year) == (code, year)), None)

    def rate(self, code: str, day: date) -> RateFact | None:
        """The version of a rate card that is in force on a day: of several, the one that began last."""
        held = [rate for rate in self.rates if rate.code == code and rate.holds_on(day)]
        return max(held, key=lambda rate: rate.since, default=None)

    def rate_codes(self) -> tuple[str, ...]:
        """The rate cards on record, each once."""
        return tuple(sorted({rate.code for rate in self.rates}))

    def granted(self, year: str) -> Iterable[GrantUse]:
        """What the provider's other cases have of that year."""
        return (use for use in self.grants if use.year == year and use.amount)


NO_MONEY = MoneyFacts()
