"""Inspections of schools. Who has notice of one is offered no new case until it has rested from the visit.

On record are the day of the notice and the last day of the visit, no more: the day from which the school can be
asked again is counted on the calendar of who looks, and comes by itself. It is the school that is inspected, so
this holds in every programme.
"""

from datetime import timedelta
from typing import ClassVar, Final

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from domain.case.situation import Refusal
from domain.case.values import Day
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, last_today
from domain.parties import Post

_LONGEST: Final = timedelta(days=366)
"""Between notice and the end of the visit; more is a slip of the pen, and would keep a school out for years."""


class AnnounceInspection(DirectoryCommand):
    """Record that a school has notice of an inspection: no new case until it is over; those it has go on."""

    verb: ClassVar[str] = "announce-inspection"
    kind: ClassVar[str] = "provider"
    givers: ClassVar[frozenset[Post]] = frozenset({Post.BROKER, Post.PRINCIPAL_ADVISER})
    since: Day
    """Day of the notice."""
    until: Day
    """Last day of the visit."""

    @model_validator(mode="after")
    def _forwards(self) -> "AnnounceInspection":
        if not timedelta() <= self.until - self.since <= _LONGEST:
            raise PydanticCustomError(
                "inspection_span", "the visit ends on the day of the notice or later, and within a year of it"
            )
        return self


class WithdrawInspection(DirectoryCommand):
    """Say that the inspection on record will not be, or was entered in error."""

    verb: ClassVar[str] = "withdraw-inspection"
    kind: ClassVar[str] = "provider"
    givers: ClassVar[frozenset[Post]] = frozenset({Post.BROKER, Post.PRINCIPAL_ADVISER})


class InspectionAnnounced(DirectoryEvent):
    since: Day
    until: Day


class InspectionWithdrawn(DirectoryEvent):
    pass


def announced(
    standing: InspectionAnnounced | None, command: AnnounceInspection, facts: DirectoryFacts
) -> tuple[DirectoryEvent, ...] | Refusal:
    """The inspection as it stands from now on, in the place of the one before; none where it is on record."""
    if command.since > last_today(facts.now):
        return Refusal(
            "R-DATES", f"{command.since.isoformat()} lies ahead; nobody has notice of that day yet."
        )
    event = InspectionAnnounced(since=command.since, until=command.until)
    return () if event == standing else (event,)


def withdrawn(standing: InspectionAnnounced | None, number: str) -> tuple[DirectoryEvent, ...] | Refusal:
    """The end of the inspection that is on record."""
    if standing is None:
        return Refusal("R-NOTHING", f"No inspection of school {number} is on record.")
    return (InspectionWithdrawn(),)
