"""The grants of a programme's providers in one fund: so much for each school, and each school once."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from domain.case.situation import Refusal
from domain.case.values import SchoolId, Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts
from domain.directory.schools import readable
from domain.funding.amounts import Currency, Sum, money_words

Source = Annotated[str, AfterValidator(readable), Field(max_length=200)]
"""The paper that gives or takes money, such as an award letter. It is public, as the fund's title is: it stands in
clear in the log and in every statement, outlives whoever wrote it, and so holds no words about people.
"""

MOST_GRANTS: Final = 1000
"""Schools of one command."""
_MOST_NAMED: Final = 3


class AllocateGrants(DirectoryCommand):
    """Put the grant of each of these schools into a fund; a school whose grant is there already gets no second."""

    verb: ClassVar[str] = "allocate-grants"
    kind: ClassVar[str] = "fund"
    schools: tuple[SchoolId, ...] = Field(min_length=1, max_length=MOST_GRANTS)
    each_minor: Sum
    currency: Currency | None = None
    source: Source


class GrantsAllocated(DirectoryEvent):
    """Money that was put in, and for which schools; how much of it a school draws stands in its cases."""

    schools: tuple[SchoolId, ...]
    each_minor: int
    amount_minor: int
    currency: Currency
    source: str


class Grant(Value):
    """The grant of one school that was put into a fund."""

    school: str
    amount: int


def grants_allocated(
    had: tuple[Grant, ...],
    command: AllocateGrants,
    programme: str,
    currency: Currency,
    facts: DirectoryFacts,
    key: str,
) -> tuple[GrantsAllocated, ...] | Refusal:
    """The event for those schools that have no grant in the fund yet; none where all of them have theirs."""
    known = {grant.school: grant.amount for grant in had}
    refused = (
        _above_the_programmes(command.each_minor, facts.grants.get(programme), currency)
        or _not_in_the_register(command.schools, facts)
        or _another_amount(command, known, currency, key)
    )
    if refused is not None:
        return refused
    new = tuple(sorted(set(command.schools) - known.keys()))
    if not new:
        return ()
    event = GrantsAllocated(
        schools=new,
        each_minor=command.each_minor,
        amount_minor=command.each_minor * len(new),
        currency=currency,
        source=command.source,
    )
    return (event,)


def _above_the_programmes(each: int, most: int | None, currency: str) -> Refusal | None:
    if most is None or each <= most:
        return None
    return Refusal(
        "R-GRANT",
        f"{money_words(each, currency)} for each school is more than the programme's grant, {money_words(most, currency)}.",
    )


def _not_in_the_register(schools: tuple[str, ...], facts: DirectoryFacts) -> Refusal | None:
    unknown = sorted(set(schools) - facts.schools)
    if not unknown:
        return None
    return Refusal("R-SCHOOL", f"Not in the register: {_some(unknown)}.", "See: brokerage school list")


def _another_amount(
    command: AllocateGrants, known: Mapping[str, int], currency: str, key: str
) -> Refusal | None:
    """What a school was given is never changed in passing: that is a decision, with a paper of its own."""
    other = sorted(
        school for school in set(command.schools) & known.keys() if known[school] != command.each_minor
    )
    if not other:
        return None
    return Refusal(
        "R-GRANT",
        f"{key} holds another grant of {_some(other)}: {money_words(known[other[0]], currency)}, "
        f"not {money_words(command.each_minor, currency)}.",
        f"More or less money is put in or taken out by itself: brokerage fund allocate {key}",
    )


def _some(schools: list[str]) -> str:
    more = len(schools) - _MOST_NAMED
    return ", ".join(schools[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
