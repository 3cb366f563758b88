"""What can have happened to a case's money. Every amount is by fund and year, so that a fund's account follows."""

from datetime import date
from typing import ClassVar, Literal

from domain.case.event_base import CaseEvent
from domain.case.money_shape import FundShare
from domain.case.values import AreaCode, PersonId, Value, VisitId
from domain.parties import Party
from domain.personal import FreeText


class MoneyEvent(CaseEvent):
    """One that moves money of a fund: `shares` says how much of which."""

    currency: str
    shares: tuple[FundShare, ...]

    @property
    def amount_minor(self) -> int:
        """All of it."""
        return sum(share.amount_minor for share in self.shares)


class BudgetReserved(MoneyEvent):
    """Set aside for an agreement that is not in force yet, or for its extension."""

    schema_version: ClassVar[int] = 2
    agreement_version: int
    mode: Literal["arrears", "advance"]
    """How the programme paid when the agreement was drafted."""
    last_after_review: bool
    """Whether it held back the last payment then, until both sides have reviewed."""


class BudgetReleased(MoneyEvent):
    """Free again for others."""

    held_as: Literal["reserved", "committed"]
    cause: Literal[
        "funding-returned", "changes-requested", "lapsed", "withdrawn", "varied", "moved", "settled"
    ]


class BudgetCommitted(MoneyEvent):
    """Owed, if the support is given."""

    agreement_version: int


class ClaimedVisit(Value):
    """A visit that is claimed, and what it is worth at the rate of its day."""

    visit: VisitId
    on: date
    quarter_days: int
    day_rate_minor: int | None
    """None where the agreement rests on no rate card, and its own price of a day counts."""
    worth_minor: int


class ClaimSubmitted(MoneyEvent):
    schema_version: ClassVar[int] = 2
    claim: str
    visits: tuple[ClaimedVisit, ...]
    cover_minor: int
    travel_minor: int
    supplies_minor: int
    claimed_as: Party
    claimed_by: PersonId
    recorded_by: PersonId
    approver: Party
    late: bool
    """After the fund's last day for claims: then it is the principal adviser's to approve."""
    other_years_minor: int | None
    """Of it, what is paid from another financial year than that of its days: then, too. None where that was not kept."""


class ClaimReturned(MoneyEvent):
    schema_version: ClassVar[int] = 2
    claim: str
    returned_as: Party
    reason: FreeText
    told: bool
    """Whether the provider's head is told by mail; of what was returned before that was so, nobody is told late."""


class ClaimApproved(MoneyEvent):
    claim: str
    approved_as: Party
    approved_by: PersonId


class PaymentRecorded(MoneyEvent):
    claim: str
    payment: str
    """Number of the payment where it was made."""
    paid_on: date


class FundsReleased(MoneyEvent):
    """An advance was paid out."""

    payment: str
    paid_on: date


class LiquidationEntry(Value):
    """What part of an advance was spent on, and the paper that proves it."""

    use: AreaCode
    amount_minor: int
    document: str


class FundsLiquidated(CaseEvent):
    """The provider accounted for what it spent; finance has not decided on it yet."""

    liquidation: str
    entries: tuple[LiquidationEntry, ...]
    currency: str
    submitted_as: Party
    submitted_by: PersonId
    recorded_by: PersonId

    @property
    def amount_minor(self) -> int:
        """All of it."""
        return sum(entry.amount_minor for entry in self.entries)


class LiquidationReturned(CaseEvent):
    schema_version: ClassVar[int] = 2
    liquidation: str
    reason: FreeText
    told: bool
    """As of a claim that was returned."""


class LiquidationAccepted(MoneyEvent):
    liquidation: str


class FundsReturned(MoneyEvent):
    """Unspent money came back."""

    receipt: str
    received_on: date


class FundsWrittenOff(MoneyEvent):
    """Given up: paid in advance, and neither accounted for nor paid back in time."""

    written_off_as: Party
    written_off_by: PersonId
    reason: FreeText


class OpenVisit(Value):
    """A visit of which the last word was not said when the money was settled."""

    visit: VisitId
    because: Literal["not-recorded", "not-confirmed", "not-claimed"]


class BudgetReconciled(CaseEvent):
    """The case's money is settled: nothing is promised, owed or unaccounted for any more."""

    schema_version: ClassVar[int] = 2
    currency: str
    paid_minor: int
    returned_minor: int
    released_minor: int
    """Committed and never used: given back now or before, as when the case was withdrawn or varied to fewer days."""
    left_open: tuple[OpenVisit, ...]
    """Visits that are not paid for, since nobody recorded, confirmed or claimed them in time."""
