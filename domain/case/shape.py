"""The shape of a case: what its fold holds, and the few questions asked of it everywhere."""

from datetime import date, datetime
from typing import Final, Literal

from domain.calendars.counting import Unit
from domain.case.chasing_events import DueStep, KeptStep
from domain.case.money_shape import Money
from domain.case.stages import TERMINAL, Stage
from domain.case.values import (
    AgreementTerms,
    Objective,
    ObjectiveRating,
    Outcome,
    PeriodShare,
    PersonId,
    Phase,
    RouteCode,
    SupportLanguage,
    Tier,
    Urgency,
    Value,
)
from domain.parties import Duties, Party

HANGING: Final = frozenset({"escalation", "contact"})
"""Waits that hang on another: they end with it."""


class Deadline(Value):
    """When a wait is due, on which calendar it was counted, and how far up its ladder it has come."""

    wait: str
    owner: Party
    due_at: datetime
    calendar: str
    days: int | None
    unit: Unit | None = None
    school: str | None = None
    began: date | None = None
    provisional: bool = False
    passed: bool = False
    steps: tuple[DueStep, ...] = ()
    """Rungs not yet taken, the next one first."""
    kept_days: int | None = None
    """Days left when the case was paused; while this is set nothing falls due and nothing is sent."""
    kept_steps: tuple[KeptStep, ...] = ()
    reminders: int = 0
    """Reminders issued since the wait began."""
    told: tuple[str, ...] = ()
    """Reminders that reached their reader: a mail server took them, or somebody said it in another way."""
    lapse_held: bool = False
    """Whether it would have lapsed, had everything been done first that fairness asks for."""

    @property
    def next_at(self) -> datetime | None:
        """When something happens to it next by itself; None while it is frozen, or where all has happened."""
        if self.kept_days is not None:
            return None
        instants = [step.at for step in self.steps] + ([] if self.passed else [self.due_at])
        return min(instants, default=None)

    @property
    def runs(self) -> bool:
        """Whether it is still to fall due: not passed, and not frozen by a pause."""
        return not self.passed and self.kept_days is None

    @property
    def all_told(self) -> bool:
        """Whether every reminder reached its reader."""
        return len(self.told) >= self.reminders


class Escalation(Value):
    """Somebody above was told of a wait, and says that they have taken notice, or does not yet."""

    number: int
    wait: str
    owner: Party
    to: Party
    after: int
    acknowledged: bool = False


class Unreached(Value):
    """A party that a mail about a wait did not reach, and that must be told in another way."""

    party: Party
    wait: str


class Assignment(Value):
    """Whose work it is, of the people who hold a post."""

    party: Party
    person: PersonId


class Reassigned(Value):
    """A wait that staff let lie, and who has it now."""

    wait: str
    to: Party


class OfferMade(Value):
    """One offer and what became of it."""

    number: int
    provider: str
    outcome: Literal["open", "accepted", "declined", "expired", "rescinded"] = "open"
    periods: tuple[PeriodShare, ...] = ()
    """The days held with it, by half term."""
    by: str | None = None
    """Who made it."""
    accepted_at: datetime | None = None


class RankedSchool(Value):
    """A school that could be asked, with its points."""

    school: str
    milli_points: int


class Ranking(Value):
    """Who could be asked, the best first, as long as nothing in the case has changed since."""

    schools: tuple[RankedSchool, ...]
    pool: int
    """How many schools were looked at."""

    def place(self, school: str) -> int | None:
        """Its place, 1 the best; None where it is not among them."""
        return next((n for n, one in enumerate(self.schools, start=1) if one.school == school), None)


class Objection(Value):
    """The recipient's head does not want a school, and since when."""

    school: str
    at: datetime


class Signature(Value):
    """Who signed for which party."""

    party: Party
    person: PersonId
    recorded_by: PersonId | None = None
    """Who entered it; None of a signature given before that was kept."""


class Enrolment(Value):
    """The school's part in a network or course, and how it ended."""

    network: str
    places: int
    since: date
    outcome: Literal["completed", "left", "not-taken-up"] | None = None
    until: date | None = None


class Agreement(Value):
    """The agreement as last drafted, and who signed that very text."""

    version: int
    terms: AgreementTerms
    content_hash: str
    drafted_by: str
    recorded_by: str
    approver: Party
    amount_minor: int
    signatories: tuple[Party, ...]
    funding_approved: bool = False
    funded_by: PersonId | None = None
    """Who approved its money; None of an approval given before that was kept."""
    signatures: tuple[Signature, ...] = ()
    active: bool = False
    end: date
    quarter_days: int
    extended_by: int = 0
    extension: tuple[PeriodShare, ...] = ()
    """The days it was extended by, by half term."""
    held_before: tuple[str, ...] = ()
    """Visits that had been held when it was extended: they took nothing of the extension."""
    replanned: tuple[PeriodShare, ...] | None = None
    """What was left to give when it was last varied, by half term, an earlier extension included."""
    replanned_after: tuple[str, ...] = ()
    """Visits that had been held by then: they took nothing of that."""
    offer: int = 0
    """Number of the offer that it came from; 0 where nobody was offered the case."""
    provider_lead: str = ""
    recipient_lead: str = ""
    """Who leads for each side now: as signed, or named since."""

    def lead_of(self, party: Party) -> str:
        """The person who leads for that side; a ValueError for a party that leads for none."""
        if party not in {Party.PROVIDER_LEAD, Party.RECIPIENT_LEAD}:
            raise ValueError(f"{party} leads for no side")
        return self.provider_lead if party is Party.PROVIDER_LEAD else self.recipient_lead

    @property
    def signed(self) -> tuple[Party, ...]:
        """The parties that signed, in order."""
        return tuple(signature.party for signature in self.signatures)

    @property
    def all_quarter_days(self) -> int:
        """Days agreed, the extension included."""
        return self.quarter_days + self.extended_by


class Variation(Value):
    """A proposed change to the agreement and who has agreed to it."""

    agreement_version: int
    end: date
    quarter_days: int
    content_hash: str
    agreed: tuple[Party, ...] = ()


class Visit(Value):
    """One visit, planned or held."""

    id: str
    status: Literal["planned", "recorded", "confirmed", "disputed", "resolved", "missed", "cancelled"]
    on: date
    quarter_days: int
    recorded_by: Party | None = None
    persons: tuple[str, ...] = ()
    """Whose record it is, and who entered it; none of a visit recorded before that was kept."""
    vouched_by: tuple[str, ...] = ()
    """Who confirmed it or settled what was disputed of it, and who entered that; none where that was not kept."""
    period: str | None = None
    """The half term whose capacity it is taken from."""
    taken: int = 0
    """Quarter-days as recorded: what it took of the plan, even where a settled dispute left fewer to count."""


class SideReview(Value):
    """One side's final review."""

    party: Party
    ratings: tuple[ObjectiveRating, ...]


class CaseState(Value):
    """Everything the rules of a case ask about."""

    version: int = 0
    reference: str = ""
    programme: str = ""
    route: RouteCode = "sip"
    stage: Stage | None = None
    paused: bool = False
    recipient: str = ""
    authority: str = ""
    area: str = ""
    phase: Phase = "primary"
    support_language: SupportLanguage = "either"
    urgency: Urgency = "normal"
    desired_start: date | None = None
    drafted_by: Party | None = None
    duties: Duties = Duties()
    provider_began: bool = False
    """Whether the provider is the one that began the case: then nobody else is asked to help."""
    opened_at: datetime | None = None
    request_version: int = 0
    priority: str | None = None
    overview_version: str | None = None
    preferred_provider: str | None = None
    alignment_owner: Party = Party.SIP
    tier: Tier | None = None
    oriented: tuple[str, ...] = ()
    """Sides whose school leaders were oriented."""
    signposted_to: str | None = None
    """The network or course pointed to, where it is one on record."""
    enrolment: Enrolment | None = None
    plan: str | None = None
    """The improvement plan that the need was assessed from."""
    contributed: tuple[Party, ...] = ()
    """Who was heard before the agreement with this provider was drafted."""
    objectives: tuple[Objective, ...] = ()
    estimated_quarter_days: int = 0
    objected: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    """The same, with their time."""
    ranking: Ranking | None = None
    offers: tuple[OfferMade, ...] = ()
    provider: str | None = None
    agreement: Agreement | None = None
    visits: tuple[Visit, ...] = ()
    briefed: bool = False
    mid_review_due: bool = False
    mid_review: Literal["continue", "change", "exit"] | None = None
    variation: Variation | None = None
    completion_agreed: tuple[Party, ...] = ()
    delivery_ended_on: date | None = None
    """Visits planned up to that day may still be recorded."""
    disputes_waived: bool = False
    reviews: tuple[SideReview, ...] = ()
    validated: tuple[ObjectiveRating, ...] = ()
    outcome: Outcome | None = None
    follow_up: str | None = None
    followed_up: bool = False
    """Whether the follow-up was made or given up: a closed case then waits for its money only."""
    money: Money | None = None
    """None where nothing was ever reserved for it."""
    pause_review_on: date | None = None
    deadlines: tuple[Deadline, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    """Those of waits that are still open."""
    escalated: int = 0
    """How many were ever raised."""
    unreached: tuple[Unreached, ...] = ()
    reassigned: tuple[Reassigned, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    ended_from: str | None = None
    """Stage from which the case was withdrawn or lapsed, where it can be reopened."""
    ended_at: datetime | None = None
    consents: int = 0
    """How often consent or alignment was given: none is left to ask for anew where it never was."""

    @property
    def ended(self) -> bool:
        """Whether the case has reached a stage it cannot leave."""
        return self.stage in TERMINAL

    @property
    def open_offer(self) -> OfferMade | None:
        """The offer that awaits its answer."""
        return next((offer for offer in self.offers if offer.outcome == "open"), None)

    @property
    def held_visits(self) -> tuple[Visit, ...]:
        """Visits that took place, disputed ones too."""
        return tuple(v for v in self.visits if v.status in {"recorded", "confirmed", "disputed", "resolved"})

    @property
    def counted_quarter_days(self) -> int:
        """Days that were held and are not disputed: what counts towards the agreement."""
        return sum(v.quarter_days for v in self.visits if v.status in {"recorded", "confirmed", "resolved"})

    @property
    def held_quarter_days(self) -> int:
        """Days of every visit that was held, disputed ones too: what the agreement must have room for."""
        disputed = sum(v.quarter_days for v in self.visits if v.status == "disputed")
        return self.counted_quarter_days + disputed

    @property
    def confirmed_quarter_days(self) -> int:
        """Days the recipient confirmed, or that a settled dispute left standing."""
        return sum(v.quarter_days for v in self.visits if v.status in {"confirmed", "resolved"})

    def visit(self, visit_id: str) -> Visit | None:
        """The visit with that id."""
        return next((visit for visit in self.visits if visit.id == visit_id), None)

    def deadline(self, wait: str) -> Deadline | None:
        """The deadline of a wait."""
        return next((deadline for deadline in self.deadlines if deadline.wait == wait), None)

    @property
    def next_deadline(self) -> Deadline | None:
        """The earliest deadline that is running: not passed, and not frozen by a pause.

        Those of waits that hang on another count only where there is none beside them.
        """
        running = [d for d in self.deadlines if d.runs]
        running = [d for d in running if d.wait.partition(":")[0] not in HANGING] or running
        return min(running, key=lambda d: (d.due_at, d.wait), default=None)

    @property
    def next_chase(self) -> tuple[datetime, str] | None:
        """When something next happens by itself, and to which wait: what the case's one timer is set for."""
        instants = [(at, d.wait) for d in self.deadlines if (at := d.next_at) is not None]
        return min(instants, default=None)

    def assigned(self, party: Party) -> str | None:
        """The person whose work that party's part of this case is, where it was given to one."""
        return next((given.person for given in self.assignments if given.party is party), None)

    def stand_in(self, wait: str) -> Party | None:
        """Who has a wait that was re-assigned."""
        return next((given.to for given in self.reassigned if given.wait == wait), None)
