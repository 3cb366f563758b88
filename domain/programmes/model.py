"""What a programme file may say. A wrong file is refused with its name, the key and the reason."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.calendars.counting import Unit
from domain.calendars.weekdays import WEEKDAYS_1
from domain.canonical import canonical_bytes, sha256_hex
from domain.data_files import NotReadableError, problem_in, read_toml
from domain.ids import CALENDAR_CODE_PATTERN, PROGRAMME_CODE_PATTERN
from domain.parties import Duties, Party, Post

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
WaitName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$")]


Whole = Annotated[int, Field(strict=True)]
_MAY_OPEN: Final = {
    "matched": (Party.SIP, Party.RECIPIENT_HEAD, Party.RECIPIENT_LEAD),
    "opener": (Party.PROVIDER_HEAD, Party.PROVIDER_LEAD),
}
"""Those who may open and submit a request, by how its provider is found."""
_MAY_SCOPE: Final = {"matched": {Party.SIP}, "opener": {Party.SIP, Party.PROVIDER_HEAD}}
_MAY_DRAFT: Final = {"matched": {Party.BROKER}, "opener": {Party.BROKER, Party.PROVIDER_HEAD}}
_HEADS: Final = {Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD}
Language = Literal["cy", "en", "fil"]
Noun = Literal["recipient", "provider", "authority", "overview", "agreement", "funding"]
"""Things that programmes call by names of their own, beside parties, posts and areas."""


NOUNS: Final[Mapping[Noun, str]] = {
    "recipient": "recipient",
    "provider": "provider",
    "authority": "authority",
    "overview": "support overview",
    "agreement": "agreement",
    "funding": "money",
}
"""What a thing is called where the programme does not say otherwise."""


class ProgrammeError(ValueError):
    """A programme file is wrong; each problem is 'file: key: reason'."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Strict):
    """One thing said in each language of the programme; English always."""

    en: str = Field(min_length=1)
    cy: str | None = Field(default=None, min_length=1)
    fil: str | None = Field(default=None, min_length=1)

    def languages(self) -> set[str]:
        """The languages it is said in."""
        return {language for language in ("cy", "en", "fil") if getattr(self, language) is not None}

    def said(self, language: Language) -> str:
        """It in that language; in English where it is not said in it."""
        words: str | None = getattr(self, language)
        return words or self.en


class Area(_Strict):
    """An area in which support may be asked for."""

    code: Code
    kind: Code
    title: Words


class WorkMode(_Strict):
    """A way in which schools of the programme work together, such as learning action cells."""

    code: Code
    title: Words


class Route(_Strict):
    """How a request begins: who opens and submits it, and what must happen before triage."""

    code: Literal["sip", "school", "leader"]
    title: Words
    provider: Literal["matched", "opener"] = "matched"
    """Whether a broker finds the provider, or it is the school of whoever opens the request."""
    opened_by: tuple[Party, ...] = Field(min_length=1)
    submitted_by: tuple[Party, ...] = Field(min_length=1)
    step: Literal["head_consent", "alignment"]
    overview_cited: bool = Field(strict=True)
    """Whether a support-overview priority and version must be cited before triage."""
    duties: Duties = Duties()
    one_partner: bool = Field(default=False, strict=True)
    """Whether a provider may have only one open case at a time."""
    same_authority: bool = Field(default=False, strict=True)
    """Whether both schools must be of one authority."""
    designated: bool = Field(default=False, strict=True)
    """Whether a provider that begins must be designated for the area; one that is matched always must."""

    @model_validator(mode="after")
    def _opened_by_those_who_may(self) -> Self:
        may_open = _MAY_OPEN[self.provider]
        for key, parties in (("opened_by", self.opened_by), ("submitted_by", self.submitted_by)):
            if wrong := sorted(set(parties) - set(may_open)):
                raise ValueError(
                    f"{key}: {', '.join(wrong)} cannot open a request; {', '.join(may_open)} can"
                )
        return self

    @model_validator(mode="after")
    def _duties_of_those_who_may(self) -> Self:
        duties = self.duties
        for key, party, may in (
            ("duties.scope", duties.scope, _MAY_SCOPE[self.provider]),
            ("duties.draft", duties.draft, _MAY_DRAFT[self.provider]),
        ):
            if party not in may:
                raise ValueError(f"{key}: {party} cannot; {', '.join(sorted(may))} can")
        signing = set(duties.sign)
        if not signing >= _HEADS or signing - _HEADS - {Party.SIP} or len(signing) < len(duties.sign):
            raise ValueError("duties.sign: both heads sign, and the sip may; each once")
        if Party.RECIPIENT_HEAD not in duties.present or len(set(duties.present)) < len(duties.present):
            raise ValueError("duties.present: recipient_head must take part; each once")
        if set(duties.consulted) - {Party.CURRICULUM_PARTNER} or len(duties.consulted) > 1:
            raise ValueError("duties.consulted: only the curriculum_partner can be; once")
        return self


_TAKE_NOTICE: Final = (Party.SIP, Party.BROKER, Party.PRINCIPAL_ADVISER, Party.FINANCE)
"""Those whom an escalation may go to, and who acknowledge it."""


class Rung(_Strict):
    """One rung of a wait's ladder: what is done when the answer has still not come."""

    after: Whole = Field(ge=1, le=400)
    """Counted days from the beginning of the wait; the due day is `days`."""
    do: Literal["remind", "escalate", "reassign", "expire", "lapse"]
    to: Party | None = None
    """Whom an escalation or a re-assignment goes to."""

    @model_validator(mode="after")
    def _goes_to_somebody(self) -> Self:
        if self.to is not None and self.to not in _TAKE_NOTICE:
            raise ValueError(f"{self.do}: {self.to} cannot; {', '.join(_TAKE_NOTICE)} can")
        if (self.to is not None) != (self.do in {"escalate", "reassign"}):
            raise ValueError(f"{self.do}: 'to' is given for escalate and reassign, and for nothing else")
        return self


class Wait(_Strict):
    """How long a party may take; which party owes it, and when it begins, stands in domain/case/waits.py.

    What staff let lie is escalated and re-assigned and never ends a case; what a school lets lie may end
    it. So on a ladder that both may climb, as that of signatures, `lapse` is for schools and `reassign`
    for staff.
    """

    days: Whole = Field(ge=1, le=200)
    unit: Unit
    urgent_days: Whole | None = Field(default=None, ge=1, le=200)
    ladder: tuple[Rung, ...] = Field(default=(), max_length=12)
    again: Whole | None = Field(default=None, ge=1, le=60)
    """Once the ladder is climbed: the owner is reminded every so many counted days."""

    @model_validator(mode="after")
    def _is_climbed_upwards(self) -> Self:
        days = [rung.after for rung in self.ladder]
        if days != sorted(days):
            raise ValueError("ladder: each rung comes after the one before it")
        ends = [rung for rung in self.ladder if rung.do in {"expire", "lapse"}]
        if len(ends) > 1 or (ends and ends[0].after < self.days):
            raise ValueError("ladder: a wait ends once, and not before it is due")
        return self

    @model_validator(mode="after")
    def _urgent_is_sooner(self) -> Self:
        if self.urgent_days is not None and self.urgent_days > self.days:
            raise ValueError(f"urgent_days ({self.urgent_days}) are more than days ({self.days})")
        return self


class Rules(_Strict):
    """Thresholds that the rules ask for. Shares are per mille, money is in minor units."""

    most_objectives: Whole = Field(ge=1, le=9)
    offers_before_no_partner: Whole = Field(ge=1)
    mid_review_due_per_mille: Whole = Field(ge=1, le=1000)
    visits_stop_without_mid_review_per_mille: Whole = Field(ge=1, le=1000)
    longest_extension_per_mille: Whole = Field(ge=0, le=1000)
    finance_approves_up_to_minor: Whole | None = Field(default=None, ge=0)
    """None where every amount is the principal adviser's to approve."""
    most_amount_minor: Whole | None = Field(default=None, ge=0)
    """What one agreement may commit at the most."""
    rate_card_cited: bool = Field(default=True, strict=True)
    """Whether an agreement names the rate card its money rests on."""

    @model_validator(mode="after")
    def _due_before_it_stops_visits(self) -> Self:
        if self.mid_review_due_per_mille > self.visits_stop_without_mid_review_per_mille:
            raise ValueError(
                "mid_review_due_per_mille is above visits_stop_without_mid_review_per_mille: "
                "visits would stop before the review is due"
            )
        return self


class Weights(_Strict):
    """What each criterion of matching counts, in points; together a hundred."""

    expertise: Whole = Field(ge=0, le=100)
    """Offers the very area, and how it has done there."""
    context: Whole = Field(ge=0, le=100)
    """Alike in phase, size, language and kind of place."""
    stage_proximity: Whole = Field(ge=0, le=100)
    """Not too far ahead of the recipient in its own improvement."""
    travel: Whole = Field(ge=0, le=100)
    availability: Whole = Field(ge=0, le=100)
    track_record: Whole = Field(ge=0, le=100)
    load: Whole = Field(ge=0, le=100)
    """Gave little this year: who gives less comes first."""

    @model_validator(mode="after")
    def _a_hundred_together(self) -> Self:
        total = sum(getattr(self, name) for name in type(self).model_fields)
        if total != 100:
            raise ValueError(f"the weights add up to {total}, not to 100")
        return self


class Matching(_Strict):
    """How providers are filtered and ranked where a broker finds them."""

    weights: Weights
    near_minutes: Whole = Field(ge=0, le=240)
    """Up to here travel costs no point."""
    far_minutes: Whole = Field(ge=1, le=480)
    """From here on it earns none."""
    rest_months: Whole = Field(ge=0, le=60)
    """So long a provider is not proposed again to a school whose head objected to it."""

    @model_validator(mode="after")
    def _near_is_nearer(self) -> Self:
        if self.near_minutes >= self.far_minutes:
            raise ValueError(
                f"near_minutes ({self.near_minutes}) are not less than far_minutes ({self.far_minutes})"
            )
        return self


class Finance(_Strict):
    """How money reaches the provider, and what is asked before and after. Money is in minor units."""

    mode: Literal["arrears", "advance"]
    """Paid on claims for confirmed visits, or in advance and accounted for afterwards."""
    grant_minor: Whole | None = Field(default=None, ge=1)
    """What one provider may get in one financial year, all its agreements together."""
    liquidation_goal_per_mille: Whole | None = Field(default=None, ge=0, le=1000)
    """The share of what was advanced that is to be accounted for: an indicator, not a guard."""
    earlier_advance_settled: bool = Field(default=False, strict=True)
    """Whether nothing is advanced to a provider that has not accounted for an earlier advance."""
    last_payment_after_review: bool = Field(default=False, strict=True)
    """Whether what is still to be paid when delivery ends waits for the final reviews of both sides."""

    @model_validator(mode="after")
    def _only_claims_are_paid_late(self) -> Self:
        if self.mode == "advance" and self.last_payment_after_review:
            raise ValueError("last_payment_after_review is about claims; the mode is advance")
        return self

    @model_validator(mode="after")
    def _only_advances_are_liquidated(self) -> Self:
        if self.mode == "arrears" and (self.liquidation_goal_per_mille or self.earlier_advance_settled):
            raise ValueError(
                "liquidation_goal_per_mille and earlier_advance_settled are about advances; the mode is arrears"
            )
        return self


_WAITS: Final = frozenset(
    {
        "draft", "triage", "scoping", "drafting", "funding", "signature", "first_visit", "visit_note",
        "visit_confirmation", "visit_dispute", "mid_review", "variation", "completion", "final_review",
        "validation", "closing", "follow_up", "pause_review", "escalation", "contact",
    }
)  # fmt: skip
_WAITS_OF_MATCHING: Final = frozenset({"first_offer", "offer_answer"})
_WAITS_OF_MONEY: Final = {
    "arrears": frozenset({"claim", "claim_decision", "payment", "settlement"}),
    "advance": frozenset({"release", "liquidation", "liquidation_decision", "settlement"}),
}


class Programme(_Strict):
    """One version of one programme."""

    code: str = Field(pattern=PROGRAMME_CODE_PATTERN)
    version: Whole = Field(ge=1)
    title: Words
    time_zone: Literal["Europe/London", "Asia/Manila"]
    calendar: str
    """Code of the calendar that its waits are counted on, as it stands on record; weekdays-1 knows no holidays."""
    currency: Literal["GBP", "PHP"]
    languages: tuple[Language, ...] = ("en", "cy")
    """Languages in which it writes; English is always among them."""
    financial_year: Literal["april", "january"] = "april"
    """Month in which its financial year begins."""
    nouns: Mapping[Noun, Words] = Field(default_factory=dict)
    vocabulary: Mapping[str, Words]
    posts: Mapping[Post, Words]
    areas: tuple[Area, ...] = Field(min_length=1)
    work_modes: tuple[WorkMode, ...] = ()
    routes: tuple[Route, ...] = Field(min_length=1)
    waits: Mapping[WaitName, Wait]
    rules: Rules
    matching: Matching | None = None
    """None where no provider is looked for, or where brokers do so without help."""
    finance: Finance | None = None
    """None where no money is kept account of."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.calendar != WEEKDAYS_1 and not re.fullmatch(CALENDAR_CODE_PATTERN, self.calendar):
            raise ValueError(
                f"calendar: {self.calendar!r} is neither the code of a calendar, such as wales, nor {WEEKDAYS_1}"
            )
        for label, codes in (
            ("areas", [str(a.code) for a in self.areas]),
            ("routes", [str(r.code) for r in self.routes]),
            ("work_modes", [str(m.code) for m in self.work_modes]),
            ("languages", [str(language) for language in self.languages]),
        ):
            twice = sorted({code for code in codes if codes.count(code) > 1})
            if twice:
                raise ValueError(f"{label}: named twice: {', '.join(twice)}")
        required = self._required_waits()
        if missing := sorted(required - set(self.waits)):
            raise ValueError(f"waits: missing: {', '.join(missing)}")
        if unknown := sorted(set(self.waits) - required):
            raise ValueError(f"waits: not known on these routes: {', '.join(unknown)}")
        parties = {party.value for party in Party}
        if missing := sorted(parties - set(self.vocabulary)):
            raise ValueError(f"vocabulary: missing: {', '.join(missing)}")
        if unknown := sorted(set(self.vocabulary) - parties):
            raise ValueError(f"vocabulary: not known: {', '.join(unknown)}")
        if missing := sorted({post.value for post in Post} - {post.value for post in self.posts}):
            raise ValueError(f"posts: missing: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _said_in_every_language(self) -> Self:
        wanted = set(self.languages)
        if "en" not in wanted:
            raise ValueError("languages: en must be among them")
        for key, words in self._all_words():
            if words.languages() != wanted:
                said, asked = ", ".join(sorted(words.languages())), ", ".join(sorted(wanted))
                raise ValueError(f"{key}: said in {said}; the programme's languages are {asked}")
        return self

    def _all_words(self) -> Iterator[tuple[str, Words]]:
        yield "title", self.title
        for name, group in (
            ("vocabulary", self.vocabulary),
            ("posts", self.posts),
            ("nouns", self.nouns),
        ):
            yield from ((f"{name}.{key}", words) for key, words in group.items())
        for name, coded in (("areas", self.areas), ("routes", self.routes), ("work_modes", self.work_modes)):
            yield from ((f"{name}.{entry.code}", entry.title) for entry in coded)

    def _required_waits(self) -> frozenset[str]:
        """The waits that some route of this programme can come to."""
        steps = {route.step for route in self.routes}
        matched = any(route.provider == "matched" for route in self.routes)
        money = _WAITS_OF_MONEY[self.finance.mode] if self.finance else frozenset()
        return _WAITS | steps | (_WAITS_OF_MATCHING if matched else frozenset()) | money

    def area(self, code: str) -> Area | None:
        """The area with that code."""
        return next((area for area in self.areas if area.code == code), None)

    def work_mode(self, code: str) -> WorkMode | None:
        """The way of working with that code."""
        return next((mode for mode in self.work_modes if mode.code == code), None)

    def route(self, code: str) -> Route | None:
        """The route with that code."""
        return next((route for route in self.routes if route.code == code), None)

    def word(self, party: Party) -> str:
        """What this programme calls a party."""
        return self.vocabulary[party.value].en

    def noun(self, name: Noun) -> str:
        """What this programme calls a thing."""
        words = self.nouns.get(name)
        return words.en if words else NOUNS[name]

    def content_hash(self) -> str:
        """SHA-256 of the canonical content: two files that say the same have the same hash."""
        return sha256_hex(canonical_bytes(self.model_dump(mode="json")))


def parse_programme(text: str, file: str) -> Programme:
    """Read a programme file's text; raises ProgrammeError with every problem as 'file: key: reason'."""
    try:
        data = read_toml(text, file)
    except NotReadableError as error:
        raise ProgrammeError([str(error)]) from None
    try:
        return Programme.model_validate(data)
    except ValidationError as error:
        raise ProgrammeError(
            [problem_in(file, "programme", data, dict(item)) for item in error.errors()]
        ) from None
