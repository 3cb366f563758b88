"""What is on record of schools as providers: what they offer, for what they are designated, the days they have.

All of it is declared, by people, from a day or a half term on. What cases take of it stands in those cases.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar, Final, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from domain.calendars.half_terms import Period, order_of, period_at, period_words
from domain.case.situation import Refusal
from domain.case.values import AreaCode, DeclaredDays, ProgrammeCode, QuarterDays, SchoolId, Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, last_today, may_give
from domain.directory.inspections import (
    AnnounceInspection,
    InspectionAnnounced,
    InspectionWithdrawn,
    WithdrawInspection,
    announced,
    withdrawn,
)
from domain.parties import Post
from domain.personal import FreeText

SuspensionReason = Literal["inspection", "staffing", "own-request", "other"]


class _OfProvider(DirectoryCommand):
    kind: ClassVar[str] = "provider"


class RecordOffer(_OfProvider):
    """Record what a school offers to others in one area."""

    verb: ClassVar[str] = "record-offer"
    programme: str = Field(pattern=r"^[A-Z]{2,8}$")
    area: AreaCode
    languages: tuple[Literal["cy", "en", "fil"], ...] = Field(min_length=1, max_length=3)
    quarter_days: QuarterDays
    """Days it could give in a term."""
    note: FreeText | None = None


class Designate(_OfProvider):
    """Designate a school as a provider for some areas, from a day on; an earlier designation ends the day before."""

    verb: ClassVar[str] = "designate"
    givers: ClassVar[frozenset[Post]] = frozenset({Post.PRINCIPAL_ADVISER})
    programme: ProgrammeCode
    areas: tuple[AreaCode, ...] = Field(min_length=1, max_length=60)
    since: date
    until: date | None = None
    """Last day of it; None while no end is known."""

    @model_validator(mode="after")
    def _forwards(self) -> "Designate":
        if self.until is not None and self.until < self.since:
            raise PydanticCustomError("designation_span", "must not end before it begins")
        return self


class EndDesignation(_OfProvider):
    """End the designation in a programme with a day; one that would begin later is dropped."""

    verb: ClassVar[str] = "end-designation"
    givers: ClassVar[frozenset[Post]] = frozenset({Post.PRINCIPAL_ADVISER})
    programme: ProgrammeCode
    until: date


class DeclareCapacity(_OfProvider):
    """Declare how many days a school has for others in each half term of a span."""

    verb: ClassVar[str] = "declare-capacity"
    givers: ClassVar[frozenset[Post]] = frozenset({Post.BROKER, Post.PRINCIPAL_ADVISER})
    programme: ProgrammeCode
    first: Period
    last: Period | None = None
    """Last half term it holds for; None until something else is declared."""
    quarter_days: DeclaredDays

    @model_validator(mode="after")
    def _forwards(self) -> "DeclareCapacity":
        if self.last is not None and order_of(self.last) < order_of(self.first):
            raise PydanticCustomError("capacity_span", "must not end before it begins")
        return self


class DeclareConflict(_OfProvider):
    """Declare that a school cannot help another, because somebody is close to both."""

    verb: ClassVar[str] = "declare-conflict"
    givers: ClassVar[frozenset[Post]] = frozenset({Post.BROKER, Post.PRINCIPAL_ADVISER})
    school: SchoolId
    note: FreeText
    """What stands between them. It tells of people who are close to each other, so it is sealed, all of it: rules
    ask only whether a conflict is on record.
    """


class ClearConflict(_OfProvider):
    """Say that a declared conflict stands no longer."""

    verb: ClassVar[str] = "clear-conflict"
    givers: ClassVar[frozenset[Post]] = frozenset({Post.BROKER, Post.PRINCIPAL_ADVISER})
    school: SchoolId


class Suspend(_OfProvider):
    """Offer a school no new cases for the time being; those it has go on."""

    verb: ClassVar[str] = "suspend"
    givers: ClassVar[frozenset[Post]] = frozenset({Post.PRINCIPAL_ADVISER})
    programme: ProgrammeCode
    reason_code: SuspensionReason


class Resume(_OfProvider):
    """Offer a suspended school cases again."""

    verb: ClassVar[str] = "resume"
    givers: ClassVar[frozenset[Post]] = frozenset({Post.PRINCIPAL_ADVISER})
    programme: ProgrammeCode


class OfferRecorded(DirectoryEvent):
    programme: str
    area: AreaCode
    languages: tuple[Literal["cy", "en", "fil"], ...]
    quarter_days: int
    note: FreeText | None


class ProviderDesignated(DirectoryEvent):
    programme: str
    areas: tuple[AreaCode, ...]
    since: date
    until: date | None


class DesignationEnded(DirectoryEvent):
    programme: str
    until: date


class CapacityDeclared(DirectoryEvent):
    programme: str
    first: str
    last: str | None
    quarter_days: int


class ConflictDeclared(DirectoryEvent):
    school: SchoolId
    note: FreeText


class ConflictCleared(DirectoryEvent):
    school: SchoolId


class ProviderSuspended(DirectoryEvent):
    programme: str
    reason_code: str


class ProviderResumed(DirectoryEvent):
    programme: str


COMMANDS: Final[tuple[type[DirectoryCommand], ...]] = (
    RecordOffer, Designate, EndDesignation, DeclareCapacity, DeclareConflict, ClearConflict, Suspend, Resume,
    AnnounceInspection, WithdrawInspection,
)  # fmt: skip
EVENTS: Final[tuple[type[DirectoryEvent], ...]] = (
    OfferRecorded, ProviderDesignated, DesignationEnded, CapacityDeclared,
    ConflictDeclared, ConflictCleared, ProviderSuspended, ProviderResumed,
    InspectionAnnounced, InspectionWithdrawn,
)  # fmt: skip


class ProviderState(Value):
    """What is on record of one school as a provider."""

    version: int = 0
    offers: tuple[OfferRecorded, ...] = ()
    designations: tuple[ProviderDesignated, ...] = ()
    """Spans that do not overlap within a programme, by programme and first day: each ends, at the latest, the day
    before the next."""
    capacity: tuple[CapacityDeclared, ...] = ()
    """What stands declared, in spans that do not overlap, by programme and first half term."""
    conflicts: tuple[ConflictDeclared, ...] = ()
    suspended: tuple[ProviderSuspended, ...] = ()
    inspection: InspectionAnnounced | None = None
    """The one announced last, also when it is over; None where none was, or it was withdrawn."""

    def designation(self, programme: str, day: date) -> ProviderDesignated | None:
        """The designation in that programme that began last, on that day or before; it may be over by then."""
        begun = (one for one in self.designations if one.programme == programme and one.since <= day)
        return max(begun, key=lambda one: one.since, default=None)


def evolve(state: ProviderState, event: DirectoryEvent) -> ProviderState:
    """The record after the event; a later entry about the same thing replaces the earlier one.

    A designation is about the days from its first on, so one with another first day stands beside it. That holds
    for old logs, too: what they said of this year stays true of this year, whatever they said of the next. An end is
    the end of all: no designation in that programme is left for a later day until one is said anew.
    """
    change: dict[str, Any] = {"version": state.version + 1}
    match event:
        case OfferRecorded():
            others = tuple(o for o in state.offers if (o.programme, o.area) != (event.programme, event.area))
            change["offers"] = (*others, event)
        case ProviderDesignated():
            change["designations"] = with_designated(state.designations, event)
        case DesignationEnded():
            change["designations"] = _ended(state, event)
        case CapacityDeclared():
            change["capacity"] = with_declared(state.capacity, event)
        case ConflictDeclared():
            others_left = tuple(one for one in state.conflicts if one.school != event.school)
            change["conflicts"] = (*others_left, event)
        case ConflictCleared():
            change["conflicts"] = tuple(one for one in state.conflicts if one.school != event.school)
        case ProviderSuspended():
            change["suspended"] = (*_but(state.suspended, event.programme), event)
        case ProviderResumed():
            change["suspended"] = _but(state.suspended, event.programme)
        case InspectionAnnounced():
            change["inspection"] = event
        case InspectionWithdrawn():
            change["inspection"] = None
    return state.model_copy(update=change)


def decide(
    state: ProviderState, command: DirectoryCommand, facts: DirectoryFacts, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `provider/…`; none where the same is on record already."""
    refused = may_give(command, facts) or _school_problem(number, facts)
    if refused is not None:
        return refused
    match command:
        case RecordOffer():
            return _areas_problem((command.area,), command.programme, facts) or _offer(state, command)
        case Designate():
            return _areas_problem(command.areas, command.programme, facts) or _designation(state, command)
        case EndDesignation():
            return _end(state, command, facts, number)
        case DeclareCapacity():
            return _programme_problem(command.programme, facts) or _capacity(state, command, facts, number)
        case DeclareConflict():
            return _conflict(command, facts, number)
        case ClearConflict():
            return _cleared(state, command, number)
        case Suspend():
            return _programme_problem(command.programme, facts) or _suspension(state, command)
        case Resume():
            return _resumed(state, command, number)
        case AnnounceInspection():
            return announced(state.inspection, command, facts)
        case WithdrawInspection():
            return withdrawn(state.inspection, number)
    raise TypeError(f"not a command to a provider: {type(command).__name__}")


def stands(state: ProviderState, command: DirectoryCommand) -> bool | None:
    """Whether the record says already what the command says; None where a note may differ, which is sealed."""
    match command:
        case RecordOffer():
            return _offer_stands(state, command)
        case Designate():
            return with_designated(state.designations, _designated(command)) == state.designations
        case DeclareCapacity():
            return with_declared(state.capacity, CapacityDeclared(**dict(command))) == state.capacity
    return False


def _offer_stands(state: ProviderState, command: RecordOffer) -> bool | None:
    for offer in state.offers:
        same = (offer.programme, offer.area, offer.languages, offer.quarter_days)
        if same == (command.programme, command.area, command.languages, command.quarter_days):
            if offer.note is not None and command.note is not None:
                return None
            return offer.note is None and command.note is None
    return False


def _designated(command: Designate) -> ProviderDesignated:
    return ProviderDesignated(**dict(command) | {"areas": tuple(sorted(set(command.areas)))})


def _offer(state: ProviderState, command: RecordOffer) -> tuple[DirectoryEvent, ...]:
    """A note that is given is always written: nobody here can read whether it is the same."""
    return () if stands(state, command) else (OfferRecorded(**dict(command)),)


def _designation(state: ProviderState, command: Designate) -> tuple[DirectoryEvent, ...]:
    return () if stands(state, command) else (_designated(command),)


def _end(
    state: ProviderState, command: EndDesignation, facts: DirectoryFacts, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """What has begun already is not undone: it ends on its first day at the earliest."""
    own = [one for one in state.designations if one.programme == command.programme]
    if not own:
        return Refusal("R-DESIGNATION", f"School {number} is not designated in {command.programme}.")
    standing = state.designation(command.programme, command.until)
    later = [one for one in own if one.since > command.until]
    begun = next((one for one in later if one.since <= last_today(facts.now)), None)
    if begun is not None:
        return Refusal(
            "R-DATES",
            f"The designation begins on {begun.since.isoformat()}; it cannot end on {command.until.isoformat()}.",
            ""
            if standing is None
            else f"An earlier one is given its last day by: brokerage provider designate {number} "
            f"--since {standing.since.isoformat()} --until {command.until.isoformat()}",
        )
    if not later and standing is not None and standing.until is not None:
        if standing.until == command.until:
            return ()
        if standing.until < command.until:
            return Refusal(
                "R-DATES",
                f"The designation ended on {standing.until.isoformat()}; none is in force on {command.until.isoformat()}.",
                f"A longer one is given anew: brokerage provider designate {number} --since {standing.since.isoformat()}",
            )
    last = command.until if standing is None or standing.until is None else min(standing.until, command.until)
    return (DesignationEnded(programme=command.programme, until=last),)


def with_designated(
    spans: tuple[ProviderDesignated, ...], new: ProviderDesignated
) -> tuple[ProviderDesignated, ...]:
    """The spans with a new one: one with the same first day is corrected by it, and each ends before the next begins.

    In whichever order they are said, the same stands in the end, in the same order.
    """
    own = [one for one in spans if one.programme == new.programme and one.since != new.since]
    own = sorted((*own, new), key=lambda one: one.since)
    ends = [one.since - timedelta(days=1) for one in own[1:]]
    closed = (
        one if one.until is not None and one.until <= end else one.model_copy(update={"until": end})
        for one, end in zip(own, ends, strict=False)
    )
    return tuple(sorted((*_but(spans, new.programme), *closed, own[-1]), key=_programme))


def _ended(state: ProviderState, end: DesignationEnded) -> tuple[ProviderDesignated, ...]:
    """The spans without those that begin after the end, which is the last day of the one before it.

    In old logs an end may also be later than the one that was on record.
    """
    ending = state.designation(end.programme, end.until)
    return tuple(
        one.model_copy(update={"until": end.until}) if one is ending else one
        for one in state.designations
        if one.programme != end.programme or one.since <= end.until
    )


def _capacity(
    state: ProviderState, command: DeclareCapacity, facts: DirectoryFacts, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Less is declared only as far as it bears what cases have taken already, in every half term."""
    event = CapacityDeclared(**dict(command))
    if stands(state, command):
        return ()
    taken = facts.taken.get(command.programme, {})
    for period in sorted(taken, key=order_of):
        declared = _declared(state, command.programme, period)
        less = declared is None or command.quarter_days < declared
        if _lies_in(event, period) and less and taken[period] > command.quarter_days:
            return Refusal(
                "R-CAPACITY",
                f"{taken[period] / 4:g} days of {number} are held, agreed or given in {period_words(period)}; "
                f"{command.quarter_days / 4:g} would be declared.",
                "Those cases come first: withdraw or vary what cannot be given, then declare less.",
            )
    return (event,)


def with_declared(spans: tuple[CapacityDeclared, ...], new: CapacityDeclared) -> tuple[CapacityDeclared, ...]:
    """The spans with a new one, which holds where they overlap: none overlap after, by programme and half term."""
    kept: list[CapacityDeclared] = []
    own = [part for one in spans if one.programme == new.programme for part in _outside(one, new)]
    for one in sorted((*own, new), key=lambda span: order_of(span.first)):
        before = kept[-1] if kept else None
        if before is not None and _goes_on(before, one):
            kept[-1] = before.model_copy(update={"last": one.last})
        else:
            kept.append(one)
    return tuple(sorted((*_but(spans, new.programme), *kept), key=_programme))


def _outside(one: CapacityDeclared, new: CapacityDeclared) -> tuple[CapacityDeclared, ...]:
    """What is left of a span before and after another."""
    parts = []
    if order_of(one.first) < order_of(new.first):
        end = order_of(new.first) - 1
        if one.last is not None:
            end = min(end, order_of(one.last))
        parts.append(one.model_copy(update={"last": period_at(end)}))
    if new.last is not None and (one.last is None or order_of(new.last) < order_of(one.last)):
        begin = max(order_of(one.first), order_of(new.last) + 1)
        parts.append(one.model_copy(update={"first": period_at(begin)}))
    return tuple(parts)


def _goes_on(before: CapacityDeclared, after: CapacityDeclared) -> bool:
    """Whether a span follows without a gap on one that says the same."""
    return (
        before.quarter_days == after.quarter_days
        and before.last is not None
        and order_of(before.last) + 1 == order_of(after.first)
    )


def _declared(state: ProviderState, programme: str, period: str) -> int | None:
    """Quarter-days that stand declared for a half term; None where nothing does."""
    spans = (one for one in state.capacity if one.programme == programme and _lies_in(one, period))
    return next((span.quarter_days for span in spans), None)


def _lies_in(span: CapacityDeclared, period: str) -> bool:
    return order_of(span.first) <= order_of(period) and (
        span.last is None or order_of(period) <= order_of(span.last)
    )


def _conflict(
    command: DeclareConflict, facts: DirectoryFacts, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    if command.school == number:
        return Refusal("R-SAME-SCHOOL", "A conflict is between two schools.")
    problem = _school_problem(command.school, facts)
    if problem is not None:
        return problem
    return (ConflictDeclared(school=command.school, note=command.note),)


def _cleared(
    state: ProviderState, command: ClearConflict, number: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    if any(one.school == command.school for one in state.conflicts):
        return (ConflictCleared(school=command.school),)
    return Refusal("R-NOTHING", f"No conflict of {number} with {command.school} is on record.")


def _suspension(state: ProviderState, command: Suspend) -> tuple[DirectoryEvent, ...]:
    event = ProviderSuspended(programme=command.programme, reason_code=command.reason_code)
    return () if event in state.suspended else (event,)


def _resumed(state: ProviderState, command: Resume, number: str) -> tuple[DirectoryEvent, ...] | Refusal:
    if any(one.programme == command.programme for one in state.suspended):
        return (ProviderResumed(programme=command.programme),)
    return Refusal("R-NOTHING", f"School {number} is not suspended in {command.programme}.")


def _programme(span: ProviderDesignated | CapacityDeclared) -> str:
    """What spans are sorted by; those of one programme keep the order they have."""
    return span.programme


def _but(entries: Any, programme: str) -> tuple[Any, ...]:
    return tuple(one for one in entries if one.programme != programme)


def _school_problem(number: str, facts: DirectoryFacts) -> Refusal | None:
    if number in facts.schools:
        return None
    return Refusal("R-SCHOOL", f"School {number} is not in the register.", "See: brokerage school list")


def _programme_problem(programme: str, facts: DirectoryFacts) -> Refusal | None:
    if programme in (facts.areas or {}):
        return None
    return Refusal("R-PROGRAMME", f"No programme {programme} is on record.")


def _areas_problem(areas: tuple[str, ...], programme: str, facts: DirectoryFacts) -> Refusal | None:
    known = (facts.areas or {}).get(programme)
    if known is None:
        return _programme_problem(programme, facts)
    unknown = next((area for area in areas if area not in known), None)
    if unknown is None:
        return None
    return Refusal(
        "R-AREA",
        f"{programme} has no area {unknown!r}.",
        _where_instead(unknown, facts.areas or {}) or f"Its areas are: {', '.join(sorted(known))}.",
    )


def _where_instead(area: str, areas: Mapping[str, frozenset[str]]) -> str:
    """Which other programmes have the area; nothing where none has it."""
    having = sorted(code for code, known in areas.items() if area in known)
    if not having:
        return ""
    return f"{' and '.join(having)} {'have' if len(having) > 1 else 'has'} it: --programme {having[0]}."
