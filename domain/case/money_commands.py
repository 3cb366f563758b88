"""What people may ask of a case's money. As in commands.py, flags, help and JSON Schema come from here."""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.case.command_base import CaseCommand
from domain.case.values import AreaCode, Day, Money, Value, VisitId
from domain.funding.amounts import Currency, PaperRef, Sum
from domain.personal import FreeText

ClaimId = Annotated[str, Field(pattern=r"^C[1-9][0-9]{0,3}$", description="e.g. C1")]
LiquidationId = Annotated[str, Field(pattern=r"^L[1-9][0-9]{0,3}$", description="e.g. L1")]
Year = Annotated[str, Field(pattern=r"^20[0-9]{2}(-[0-9]{2})?$", description="e.g. 2026-27")]


class Spent(Value):
    """What a part of an advance was spent on."""

    use: AreaCode
    amount_minor: Sum
    document: PaperRef


class MoneyCommand(CaseCommand):
    """Base of the commands about money."""

    group: ClassVar[str] = "Money"


class SubmitClaim(MoneyCommand):
    """Claim, for the provider, what its confirmed visits are worth, and what travel and supplies cost."""

    verb: ClassVar[str] = "claim"
    visits: tuple[VisitId, ...] = Field(
        default=(), max_length=200, description="Visits that are claimed, e.g. V1; all that can be if none."
    )
    amount_minor: Sum | None = Field(
        default=None,
        description="What the school claims for the days, e.g. 440.00; what they are worth if none.",
    )
    travel_minor: Money = Field(default=0, description="What travel cost, e.g. 60.00.")
    supplies_minor: Money = Field(default=0, description="What supplies cost, e.g. 60.00.")
    currency: Currency | None = Field(default=None, description="Currency of the amounts, to be checked.")


class ReturnClaim(MoneyCommand):
    """Send a claim back to the school; its visits can be claimed again."""

    verb: ClassVar[str] = "return-claim"
    claim: ClaimId = Field(description="Number of the claim, e.g. C1.")
    reason: FreeText = Field(description="What must change.")


class ApproveClaim(MoneyCommand):
    """Approve a claim for payment."""

    verb: ClassVar[str] = "approve-claim"
    claim: ClaimId = Field(description="Number of the claim, e.g. C1.")


class RecordPayment(MoneyCommand):
    """Record that an approved claim was paid."""

    verb: ClassVar[str] = "record-payment"
    claim: ClaimId = Field(description="Number of the claim, e.g. C1.")
    payment: PaperRef = Field(description="Number of the payment, e.g. BACS-2027-0412.")
    paid_on: Day = Field(description="Day on which it was paid.")


class ReleaseFunds(MoneyCommand):
    """Record that money was paid to the provider in advance."""

    verb: ClassVar[str] = "release-funds"
    amount_minor: Sum | None = Field(
        default=None, description="How much, e.g. 70000.00; all that is committed if none."
    )
    currency: Currency | None = Field(default=None, description="Currency of the amount, to be checked.")
    payment: PaperRef = Field(description="Number of the payment, e.g. ADA-2026-0412.")
    paid_on: Day = Field(description="Day on which it was paid.")


class Liquidate(MoneyCommand):
    """Account, for the provider, for what an advance was spent on."""

    verb: ClassVar[str] = "liquidate"
    spent: tuple[Spent, ...] = Field(
        min_length=1,
        max_length=60,
        description="What it was spent on: 'use | amount | document', e.g. 'pedagogy | 1200.00 | OR-118'.",
    )
    currency: Currency | None = Field(default=None, description="Currency of the amounts, to be checked.")


class AcceptLiquidation(MoneyCommand):
    """Accept an account of what an advance was spent on."""

    verb: ClassVar[str] = "accept-liquidation"
    liquidation: LiquidationId = Field(description="Number of the account, e.g. L1.")


class ReturnLiquidation(MoneyCommand):
    """Send an account back to the school."""

    verb: ClassVar[str] = "return-liquidation"
    liquidation: LiquidationId = Field(description="Number of the account, e.g. L1.")
    reason: FreeText = Field(description="What must change.")


class ReturnFunds(MoneyCommand):
    """Record that unspent money of an advance was paid back."""

    verb: ClassVar[str] = "return-funds"
    amount_minor: Sum = Field(description="How much came back, e.g. 1500.00.")
    currency: Currency | None = Field(default=None, description="Currency of the amount, to be checked.")
    receipt: PaperRef = Field(description="Number of the receipt, e.g. OR-2026-331.")
    received_on: Day = Field(description="Day on which it came back.")


class WriteOff(MoneyCommand):
    """Write off what of an advance was neither accounted for nor paid back, and will not be any more."""

    verb: ClassVar[str] = "write-off"
    amount_minor: Sum | None = Field(
        default=None, description="How much, e.g. 1500.00; all that is not accounted for if none."
    )
    currency: Currency | None = Field(default=None, description="Currency of the amount, to be checked.")
    reason: FreeText = Field(description="Why it is given up, and what was done to get it back.")


class MoveMoney(MoneyCommand):
    """Move what is committed for one financial year to another, where support is given later than was planned."""

    verb: ClassVar[str] = "move-money"
    from_year: Year = Field(description="Financial year that it is committed for, e.g. 2026-27.")
    to_year: Year = Field(description="Financial year in which it is needed, e.g. 2027-28.")
    amount_minor: Sum = Field(description="How much, e.g. 220.00.")
    currency: Currency | None = Field(default=None, description="Currency of the amount, to be checked.")


class Settle(MoneyCommand):
    """Settle the money of a case that has ended: what is left goes back to its fund, and the case may be archived."""

    verb: ClassVar[str] = "settle"
