"""A fund in one financial year: what was put in, taken out, carried on; what cases have of it stands in the cases."""

from datetime import date, timedelta
from typing import Any, ClassVar, Final, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from domain.case.situation import Refusal
from domain.case.values import Day, Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts
from domain.directory.schools import Line
from domain.funding.amounts import Currency, FundKey, Sum, largest_first, money_words
from domain.funding.facts import FundFact
from domain.funding.grants import AllocateGrants, Grant, GrantsAllocated, Source, grants_allocated
from domain.funding.keepers import may_keep_money
from domain.funding.papers import FundEntry, paper_is_new
from domain.funding.years import days_of_year
from domain.ids import PROGRAMME_CODE_PATTERN


class OpenFund(DirectoryCommand):
    """Open a fund for one financial year, with its first money if that is known."""

    verb: ClassVar[str] = "open"
    kind: ClassVar[str] = "fund"
    programme: str = Field(pattern=PROGRAMME_CODE_PATTERN)
    title: Line
    currency: Currency
    authorities: tuple[Line, ...] = Field(default=(), max_length=60)
    """Authorities of the register that it may pay for; none for all."""
    claims_until: Day | None = None
    """Last day on which claims on it are approved as usual; given again with another day, it is corrected."""
    amount_minor: Sum | None = None
    """What is put in at once, if anything."""
    source: Source | None = None

    @model_validator(mode="after")
    def _money_has_a_source(self) -> Self:
        if (self.amount_minor is None) != (self.source is None):
            raise PydanticCustomError(
                "source",
                "--amount and --source must be given together: the amount and the paper that gives it",
            )
        return self


class Allocate(DirectoryCommand):
    """Put money into a fund."""

    verb: ClassVar[str] = "allocate"
    kind: ClassVar[str] = "fund"
    amount_minor: Sum
    currency: Currency | None = None
    source: Source


class Reduce(DirectoryCommand):
    """Take money out of a fund that nobody was promised."""

    verb: ClassVar[str] = "reduce"
    kind: ClassVar[str] = "fund"
    amount_minor: Sum
    currency: Currency | None = None
    source: Source


class CarryForward(DirectoryCommand):
    """Bring what an earlier fund has left into this one."""

    verb: ClassVar[str] = "carry-forward"
    kind: ClassVar[str] = "fund"
    from_fund: FundKey
    amount_minor: Sum
    currency: Currency | None = None
    source: Source


class CloseFund(DirectoryCommand):
    """Close a fund: it takes no new reservation; what is committed is claimed and paid to its end."""

    verb: ClassVar[str] = "close"
    kind: ClassVar[str] = "fund"


class FundOpened(DirectoryEvent):
    programme: str
    title: str
    currency: Currency
    authorities: tuple[str, ...]
    claims_until: date | None


class FundAllocated(DirectoryEvent):
    amount_minor: int
    currency: Currency
    source: str


class FundReduced(DirectoryEvent):
    amount_minor: int
    currency: Currency
    source: str


class FundCarriedForward(DirectoryEvent):
    """Money that the earlier fund has no more from here on."""

    schema_version: ClassVar[int] = 2

    from_fund: FundKey
    amount_minor: int
    currency: Currency
    source: str | None
    """The paper that allows it; none was asked for before version 2."""


class FundClosed(DirectoryEvent):
    pass


class CarriedIn(Value):
    """What came from one earlier fund."""

    from_fund: str
    amount: int
    entries: tuple[FundEntry, ...] = ()
    """The parts of it that rest on a paper."""


class FundState(Value):
    """The fund as it was declared."""

    version: int = 0
    declared: FundOpened | None = None
    allocated: int = 0
    """Put in and not taken out, what was carried in aside."""
    carried: tuple[CarriedIn, ...] = ()
    grants: tuple[Grant, ...] = ()
    """Whose grants are among what was put in."""
    entries: tuple[FundEntry, ...] = ()
    """What was put in and taken out, each on its paper; grants aside."""
    open: bool = False


def evolve(state: FundState, event: DirectoryEvent) -> FundState:
    """The fund after the event."""
    change: dict[str, Any] = {"version": state.version + 1}
    match event:
        case FundOpened():
            change |= {"declared": event, "open": True}
        case FundAllocated():
            entry = FundEntry(amount=event.amount_minor, source=event.source)
            change |= {"allocated": state.allocated + entry.amount, "entries": (*state.entries, entry)}
        case GrantsAllocated():
            new = tuple(Grant(school=school, amount=event.each_minor) for school in event.schools)
            change |= {"allocated": state.allocated + event.amount_minor, "grants": (*state.grants, *new)}
        case FundReduced():
            entry = FundEntry(amount=-event.amount_minor, source=event.source)
            change |= {"allocated": state.allocated + entry.amount, "entries": (*state.entries, entry)}
        case FundCarriedForward():
            others = tuple(part for part in state.carried if part.from_fund != event.from_fund)
            change["carried"] = (*others, _carried_in(state, event))
        case FundClosed():
            change["open"] = False
    return state.model_copy(update=change)


def _carried_in(state: FundState, event: FundCarriedForward) -> CarriedIn:
    before = next((part for part in state.carried if part.from_fund == event.from_fund), None)
    entries = () if before is None else before.entries
    if event.source is not None:
        entries = (*entries, FundEntry(amount=event.amount_minor, source=event.source))
    amount = event.amount_minor + (0 if before is None else before.amount)
    return CarriedIn(from_fund=event.from_fund, amount=amount, entries=entries)


def decide(
    state: FundState, command: DirectoryCommand, facts: DirectoryFacts, key: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `fund/…`."""
    programme = command.programme if isinstance(command, OpenFund) else None
    if state.declared is not None:
        programme = state.declared.programme
    refused = may_keep_money(facts, programme)
    if refused is not None:
        return refused
    if isinstance(command, OpenFund):
        return _opened(state, command, facts, key)
    if state.declared is None:
        return Refusal("R-FUND", f"There is no fund {key}.", "See: brokerage fund list")
    if not state.open and not isinstance(command, Reduce):
        return Refusal(
            "R-FUND",
            f"Fund {key} is closed.",
            "It takes no more money; what it has left can be carried forward, or taken out of it.",
        )
    currency = state.declared.currency
    given = getattr(command, "currency", None)
    if given is not None and given != currency:
        return Refusal("R-CURRENCY", f"Fund {key} is kept in {currency}, not in {given}.")
    twice = _paper_given_twice(state, command, currency, key)
    if twice is not None:
        return twice
    match command:
        case Allocate():
            return (
                FundAllocated(amount_minor=command.amount_minor, currency=currency, source=command.source),
            )
        case AllocateGrants():
            return grants_allocated(state.grants, command, state.declared.programme, currency, facts, key)
        case Reduce():
            return _reduced(command, facts, key, currency)
        case CarryForward():
            return _carried(command, state.declared, facts, key)
        case CloseFund():
            return _closed(facts.funds[key])
    raise TypeError(f"not a command to a fund: {type(command).__name__}")


def _opened(
    state: FundState, command: OpenFund, facts: DirectoryFacts, key: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    declared = FundOpened(
        programme=command.programme,
        title=command.title,
        currency=command.currency,
        authorities=command.authorities,
        claims_until=command.claims_until,
    )
    if state.declared is not None:
        return _opened_again(state, state.declared, command, declared, key)
    known = facts.currencies.get(command.programme)
    if known is None:
        return Refusal(
            "R-PROGRAMME", f"No programme {command.programme} is on record.", "See: brokerage programme list"
        )
    if known != command.currency:
        return Refusal("R-CURRENCY", f"{command.programme} counts in {known}, not in {command.currency}.")
    year, named = key.partition(".")[2], facts.years.get(command.programme, "april")
    if (named == "april") != ("-" in year):
        example = "2026-27" if named == "april" else "2026"
        return Refusal(
            "R-FUND", f"Financial years of {command.programme} are named as {example}, not {year}."
        )
    first, _, second = year.partition("-")
    if second and (int(first) + 1) % 100 != int(second):
        return Refusal("R-FUND", f"{year} is no financial year: two following years, such as 2026-27.")
    astray = _claims_day_astray(command.claims_until, key)
    if astray is not None:
        return astray
    unknown = next((name for name in command.authorities if name not in facts.authorities), None)
    if unknown is not None:
        return Refusal(
            "R-AUTHORITY",
            f"No school of the register is of the authority '{unknown}'; a fund for it could pay nobody.",
            "Authorities are spelt as the register spells them: brokerage school list",
        )
    if command.amount_minor is None or command.source is None:
        return (declared,)
    put_in = FundAllocated(
        amount_minor=command.amount_minor, currency=command.currency, source=command.source
    )
    return declared, put_in


def _opened_again(
    state: FundState, was: FundOpened, command: OpenFund, now: FundOpened, key: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Nothing where all of it is on record; another last day for claims, given by itself, corrects that day."""
    if not state.open:
        return _opened_already(was, now, key, still=False)
    if was == now:
        return _money_not_on_record(state, command, key) or ()
    corrected = now.model_copy(update={"claims_until": was.claims_until})
    if corrected == was and command.claims_until is not None and command.amount_minor is None:
        return _claims_day_astray(command.claims_until, key) or (now,)
    return _opened_already(was, now, key, still=True)


def _opened_already(was: FundOpened, now: FundOpened, key: str, *, still: bool) -> Refusal:
    """The fund as it was opened, where the command says otherwise, and whether it was closed."""
    words = {
        "programme": "of programme {}",
        "title": "with the title '{}'",
        "currency": "in {}",
        "authorities": "for {}",
        "claims_until": "with claims until {}",
    }
    before, after = was.model_dump(mode="json"), now.model_dump(mode="json")
    said = [
        words[name].format(_whom(tuple(value)) if name == "authorities" else value or "no day")
        for name, value in before.items()
        if name in words and value != after[name]
    ]
    as_it_was = f", {' and '.join(said)}" if said else ""
    if not still:
        return Refusal("R-FUND", f"Fund {key} was opened already{as_it_was}, and is closed since.")
    return Refusal("R-FUND", f"Fund {key} was opened already{as_it_was}.", "See: brokerage fund list")


def _claims_day_astray(on: date | None, key: str) -> Refusal | None:
    """Claims on a year's money end in that year, or shortly after it."""
    first, ends = days_of_year(key.partition(".")[2])
    last = ends + _CLAIMS_AFTER_ITS_YEAR
    if on is None or first <= on <= last:
        return None
    return Refusal(
        "R-DATES",
        f"{on.isoformat()} is no last day for claims on {key}: it lies between {first.isoformat()} and "
        f"{last.isoformat()}.",
    )


def _reduced(
    command: Reduce, facts: DirectoryFacts, key: str, currency: Currency
) -> tuple[DirectoryEvent, ...] | Refusal:
    short = _short_of(facts.funds[key], command.amount_minor)
    if short is not None:
        return short
    return (FundReduced(amount_minor=command.amount_minor, currency=currency, source=command.source),)


def _carried(
    command: CarryForward, declared: FundOpened, facts: DirectoryFacts, key: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    earlier = facts.funds.get(command.from_fund)
    if earlier is None:
        return Refusal("R-FUND", f"There is no fund {command.from_fund}.", "See: brokerage fund list")
    if (earlier.programme, earlier.currency) != (declared.programme, declared.currency):
        return Refusal(
            "R-FUND",
            f"Fund {earlier.name} is of {earlier.programme} in {earlier.currency}, {key} of {declared.programme} in {declared.currency}.",
        )
    if earlier.year >= key.partition(".")[2]:
        return Refusal("R-FUND", f"Fund {earlier.name} is not of an earlier year than {key}.")
    if set(earlier.authorities) != set(declared.authorities):
        return Refusal(
            "R-AUTHORITY",
            f"Fund {earlier.name} is for {_whom(earlier.authorities)}, {key} for {_whom(declared.authorities)}: what is "
            "left goes on to those it was for.",
            "A paper that gives it to others takes it out and puts it in: brokerage fund reduce, then allocate",
        )
    short = _short_of(earlier, command.amount_minor)
    if short is not None:
        return short
    event = FundCarriedForward(
        from_fund=command.from_fund,
        amount_minor=command.amount_minor,
        currency=declared.currency,
        source=command.source,
    )
    return (event,)


def _whom(authorities: tuple[str, ...]) -> str:
    return " and ".join(sorted(authorities)) or "all authorities"


def _closed(fund: FundFact) -> tuple[DirectoryEvent, ...] | Refusal:
    """What is committed runs on; what is only reserved could not be committed any more, so it stands in the way."""
    if fund.reserved:
        return Refusal(
            "R-FUND",
            f"{money_words(fund.reserved, fund.currency)} of {fund.name} are reserved for agreements that are not signed yet.",
            f"Cases that have most of that: {largest_first(fund.reserving, fund.other_reserving, fund.currency)}.",
        )
    return (FundClosed(),)


def _money_not_on_record(state: FundState, command: OpenFund, key: str) -> Refusal | None:
    """Money that is given with a fund that is there already is no news, or it is not dropped in silence."""
    amount, source = command.amount_minor, command.source
    if amount is None or source is None:
        return None
    if any(entry.amount == amount and entry.rests_on(source) for entry in state.entries):
        return None
    return Refusal(
        "R-FUND",
        f"Fund {key} is open already, and {money_words(amount, command.currency)} on '{source}' are not on record of it.",
        f"More is put in by itself: brokerage fund allocate {key}",
    )


def _paper_given_twice(
    state: FundState, command: DirectoryCommand, currency: str, key: str
) -> Refusal | None:
    if isinstance(command, CarryForward):
        had = next((part.entries for part in state.carried if part.from_fund == command.from_fund), ())
        return paper_is_new(had, FundEntry(amount=command.amount_minor, source=command.source), currency, key)
    if not isinstance(command, Allocate | Reduce):
        return None
    sign = 1 if isinstance(command, Allocate) else -1
    entry = FundEntry(amount=sign * command.amount_minor, source=command.source)
    return paper_is_new(state.entries, entry, currency, key)


def _short_of(fund: FundFact, amount: int) -> Refusal | None:
    if amount <= fund.available:
        return None
    return Refusal(
        "R-FUND",
        f"{fund.left()}; {money_words(amount, fund.currency)} are asked for.",
        f"{_HELD} {largest_first(fund.holders, fund.other_holders, fund.currency)}." if fund.holders else "",
    )


_CLAIMS_AFTER_ITS_YEAR: Final = timedelta(days=183)
_HELD: Final = "Cases that have most of it:"
