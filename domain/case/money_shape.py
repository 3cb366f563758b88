"""What a case has of money: by fund and year, its claims, its advance. Part of the case's shape."""

from datetime import date
from typing import Literal

from domain.case.values import PersonId, Value, VisitId
from domain.parties import Party


class FundShare(Value):
    """An amount of one fund in one financial year."""

    fund: str
    year: str
    amount_minor: int


class Share(Value):
    """What the case has of one fund in one year, in minor units."""

    fund: str
    year: str
    reserved: int = 0
    committed: int = 0
    """Committed and not yet paid."""
    claimed: int = 0
    """Claimed and not returned to the school, what was paid included."""
    paid: int = 0
    """Paid and not paid back."""
    advanced: int = 0
    """Ever released in advance."""
    liquidated: int = 0
    """Accounted for, and accepted."""
    returned: int = 0
    """Paid back unspent."""
    written_off: int = 0
    """Given up: neither accounted for nor paid back."""

    @property
    def taken(self) -> int:
        """What the case takes of the fund: promised or paid; what came back unspent is no part of it."""
        return self.reserved + self.committed + self.paid

    @property
    def agreed(self) -> int:
        """What the agreement was given of it and not relieved of."""
        return self.committed + self.paid + self.returned

    @property
    def unclaimed(self) -> int:
        """Committed, and no claim is under way for it."""
        return self.committed - max(0, self.claimed - self.paid)

    @property
    def unaccounted(self) -> int:
        """Advanced, and neither accounted for, nor paid back, nor given up."""
        return self.advanced - self.liquidated - self.returned - self.written_off


class Claim(Value):
    """One claim of the provider for visits that were confirmed."""

    id: str
    status: Literal["submitted", "approved", "paid", "returned"] = "submitted"
    visits: tuple[VisitId, ...]
    cover_minor: int
    travel_minor: int
    supplies_minor: int
    shares: tuple[FundShare, ...]
    claimed_by: PersonId
    recorded_by: PersonId
    approver: Party

    @property
    def amount_minor(self) -> int:
        """What is claimed."""
        return self.cover_minor + self.travel_minor + self.supplies_minor


class Liquidation(Value):
    """One account of what an advance was spent on."""

    id: str
    status: Literal["submitted", "accepted", "returned"] = "submitted"
    amount_minor: int
    submitted_by: PersonId
    recorded_by: PersonId


class Paper(Value):
    """The number of a paper that stands for money of the case, and for what."""

    number: str
    use: Literal["payment", "advance", "account", "return"]
    of: str = ""
    """The claim that was paid, or the account that names it."""


class Money(Value):
    """The money of one case; a case has none before its first reservation."""

    mode: Literal["arrears", "advance"]
    last_after_review: bool = False
    """Whether what is still to be paid when delivery ends waits for the final reviews of both sides."""
    currency: str
    shares: tuple[Share, ...] = ()
    claims: tuple[Claim, ...] = ()
    liquidations: tuple[Liquidation, ...] = ()
    papers: tuple[Paper, ...] = ()
    """Those that stand: of an account that was returned, none."""
    advanced_on: date | None = None
    """Day on which the first part of an advance was paid out."""
    released: int = 0
    """Committed and given back, what was moved to another year aside."""
    settled: bool = False

    def total(self, name: str) -> int:
        """Over all funds and years: 'reserved', 'committed', 'claimed', 'paid', 'advanced', …"""
        return sum(getattr(share, name) for share in self.shares)

    def claim(self, claim_id: str) -> Claim | None:
        """The claim with that id."""
        return next((claim for claim in self.claims if claim.id == claim_id), None)

    def liquidation(self, liquidation_id: str) -> Liquidation | None:
        """The account with that id."""
        return next((one for one in self.liquidations if one.id == liquidation_id), None)

    @property
    def live_claims(self) -> tuple[Claim, ...]:
        """Claims that were not returned."""
        return tuple(claim for claim in self.claims if claim.status != "returned")

    @property
    def in_account(self) -> int:
        """Accounted for, and not decided on yet."""
        return sum(one.amount_minor for one in self.liquidations if one.status == "submitted")

    @property
    def outstanding(self) -> int:
        """Advanced, and neither accounted for, nor in an account under way, nor paid back, nor given up."""
        return self.total("unaccounted") - self.in_account
