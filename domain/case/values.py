"""Small things that commands and events of a case are made of."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.ids import (
    FUND_CODE_PATTERN,
    NETWORK_CODE_PATTERN,
    PERSON_ID_PATTERN,
    PROGRAMME_CODE_PATTERN,
    SCHOOL_ID_PATTERN,
)
from domain.parties import Party
from domain.personal import FreeText

RouteCode = Literal["sip", "school", "leader"]
Phase = Literal["nursery", "primary", "middle", "secondary", "special"]
SupportLanguage = Literal["cy", "en", "fil", "either"]
Urgency = Literal["normal", "urgent"]
Tier = Literal["light", "standard", "intensive"]
Mode = Literal["in-person", "online", "mixed"]
Rating = Literal["not-met", "partly-met", "met", "exceeded", "not-assessable"]
Outcome = Literal["met", "partly-met", "not-met", "not-assessable"]
FollowUpPlan = Literal["none", "check-in", "extend", "re-broker", "escalate"]
ChaseAct = Literal["remind", "escalate", "reassign", "expire", "lapse"]
Widening = Literal["area", "phase", "authority", "network", "external"]

SchoolId = Annotated[str, Field(pattern=SCHOOL_ID_PATTERN)]
ProgrammeCode = Annotated[str, Field(pattern=PROGRAMME_CODE_PATTERN)]
PersonId = Annotated[str, Field(pattern=PERSON_ID_PATTERN)]
WorkModeCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$", description="e.g. lac")]
AreaCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
NetworkCode = Annotated[str, Field(pattern=NETWORK_CODE_PATTERN, description="e.g. numeracy-leads")]
PlanRef = Annotated[str, Field(pattern=r"^[A-Z]{2,8}-20[0-9]{2}(-[0-9]{1,2})?$", description="e.g. SIP-2026")]
PriorityRef = Annotated[str, Field(pattern=r"^[A-Z]{2,6}-[0-9]{1,3}$", description="e.g. SSO-2")]
OverviewVersion = Annotated[str, Field(pattern=r"^20[0-9]{2}-[0-9]{1,2}$", description="e.g. 2026-1")]
VisitId = Annotated[str, Field(pattern=r"^V[1-9][0-9]{0,3}$", description="e.g. V2")]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="e.g. 09:30")]
ContentHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def quarter_days(value: Any) -> Any:
    """Text such as '4.25' (days) as quarter-days; a whole number is taken as quarter-days already."""
    if not isinstance(value, str):
        return value
    typed = value.strip()
    quarters = Decimal(typed) * 4 if re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", typed) else None
    if quarters is None or quarters != int(quarters):
        raise PydanticCustomError("days", "must be days in quarters, such as 4 or 4.25")
    return int(quarters)


def days_words(quarters: int) -> str:
    """Quarter-days as days, the other way round: '4.25'."""
    return f"{quarters / 4:g}"


def minor_units(value: Any) -> Any:
    """Text such as '250.00' as minor units of the currency; a whole number is taken as minor units already."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{2})?", value):
        raise PydanticCustomError("money", "must be an amount such as 250 or 250.00")
    return int(Decimal(value) * 100)


def _plain_day(value: Any) -> Any:
    """The validator would also read 0 as a day of 1970, and a midnight as its day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return value
    raise PydanticCustomError("date_form", "must be a day such as 2026-11-20")


Day = Annotated[date, BeforeValidator(_plain_day)]
"""A day of the calendar, typed as 2026-11-20 and in no other way."""
QuarterDays = Annotated[int, BeforeValidator(quarter_days), Field(ge=1, le=800)]
VisitLength = Annotated[int, BeforeValidator(quarter_days), Field(ge=1, le=4)]
"""A visit is on one day, so it is a quarter-day at the least and a day at the most."""
DeclaredDays = Annotated[int, BeforeValidator(quarter_days), Field(ge=0, le=800)]
"""What a school has for others in a half term; none is an answer, too."""
CountedDays = Annotated[int, BeforeValidator(quarter_days), Field(ge=0, le=4)]
Money = Annotated[int, BeforeValidator(minor_units), Field(ge=0, le=10_000_000_00)]


class Value(BaseModel):
    """Base of values, commands and events: immutable, closed, silent about its input in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Objective(Value):
    """What is to get better, from where, and how everyone will know."""

    aim: FreeText
    baseline: FreeText
    success: FreeText
    measure: FreeText | None = None
    evidence_source: FreeText | None = None
    judged_by: Party = Party.SIP


class YearShare(Value):
    """The part of the agreed days that falls in one financial year of the programme."""

    financial_year: str = Field(pattern=r"^20[0-9]{2}(-[0-9]{2})?$")
    """'2026-27', or '2026' where the programme's year is the calendar year."""
    quarter_days: QuarterDays

    @model_validator(mode="after")
    def _consecutive(self) -> Self:
        first, _, second = self.financial_year.partition("-")
        if second and (int(first) + 1) % 100 != int(second):
            raise PydanticCustomError("financial_year", "must be two following years, such as 2026-27")
        return self


class PeriodShare(Value):
    """The part of the agreed days that is planned for one half term."""

    period: str = Field(pattern=r"^20[0-9]{2}-(autumn|spring|summer)-[12]$", description="e.g. 2027-spring-1")
    quarter_days: QuarterDays


class AgreementTerms(Value):
    """What a broker drafts; the objectives come from scoping and the parties from the case."""

    start: Day
    end: Day
    quarter_days: QuarterDays
    """Days the provider gives."""
    release_quarter_days: QuarterDays | None = None
    """Days the recipient releases staff for."""
    mode: Mode
    work_modes: tuple[WorkModeCode, ...] = Field(default=(), max_length=9)
    """Ways of working, where the programme names them: such as learning action cells."""
    language: Literal["cy", "en", "fil", "both"]
    prevailing_language: Literal["cy", "en", "fil"] = "en"
    """Which text prevails where the two differ."""
    activities: FreeText
    provider_lead: PersonId
    recipient_lead: PersonId
    provider_deputy: PersonId | None = None
    recipient_deputy: PersonId | None = None
    cover_minor: Money = 0
    """Cost of cover, in minor units of the programme's currency."""
    travel_minor: Money = 0
    supplies_minor: Money = 0
    """Cost of supplies and materials."""
    rate_card: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")
    fund: str | None = Field(default=None, pattern=FUND_CODE_PATTERN)
    """Code of the fund that pays; the one that may, where none is named, which the draft then names."""
    claimed_by: Literal["provider"] = "provider"
    years: tuple[YearShare, ...] = Field(default=(), max_length=3)
    """Days by financial year; none where all fall in one, which the draft then names."""
    periods: tuple[PeriodShare, ...] = Field(default=(), max_length=12)
    """Days planned for each half term, where they are planned so far ahead."""
    expectations: FreeText
    """What the recipient undertakes: release, leadership attendance, access to documents."""
    confidentiality: FreeText | None = None
    safeguarding_contact: PersonId
    visitor_checks: Literal["by-provider", "by-recipient"] = "by-provider"
    """Which school sees to the checks that visitors need."""
    data_sharing: Literal["none", "staff-only", "aggregates"] = "staff-only"
    materials: Literal["shared-open", "shared-between-parties", "provider-keeps"] = "shared-between-parties"
    mid_review_on: Day
    final_review_on: Day
    follow_up_on: Day | None = None
    notice_days: int = Field(default=10, ge=1, le=60)
    """School days of notice to leave."""
    exit_terms: FreeText | None = None
    variation_rule: Literal["both-heads"] = "both-heads"
    """Who must agree to a change once the agreement is in force."""

    @property
    def amount_minor(self) -> int:
        """What the agreement commits, in minor units."""
        return self.cover_minor + self.travel_minor + self.supplies_minor


class ObjectiveRating(Value):
    """How far one objective was met, in one party's judgement."""

    objective: int = Field(ge=1, le=9)
    rating: Rating
    evidence: FreeText
    confidence: Literal["low", "medium", "high"] = "medium"
