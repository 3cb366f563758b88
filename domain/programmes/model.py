"""What a programme file may say. A wrong file is refused with its name, the key and the reason."""

import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.calendars import CALENDARS
from domain.canonical import canonical_bytes, sha256_hex
from domain.ids import PROGRAMME_CODE_PATTERN
from domain.parties import Party, Post

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
WaitName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$")]


Whole = Annotated[int, Field(strict=True)]
_MAY_OPEN = (Party.SIP, Party.RECIPIENT_HEAD, Party.RECIPIENT_LEAD)
"""Those whom the lifecycle lets open and submit a request at all."""


class ProgrammeError(ValueError):
    """A programme file is wrong; each problem is 'file: key: reason'."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Strict):
    """One thing said in each language of the programme."""

    en: str = Field(min_length=1)
    cy: str = Field(min_length=1)


class Area(_Strict):
    """An area in which support may be asked for."""

    code: Code
    kind: Literal["aole", "skill", "professional-learning"]
    title: Words


class Route(_Strict):
    """How a request begins: who opens and submits it, and what must happen before triage."""

    code: Literal["sip", "school"]
    title: Words
    opened_by: tuple[Party, ...] = Field(min_length=1)
    submitted_by: tuple[Party, ...] = Field(min_length=1)
    step: Literal["head_consent", "alignment"]
    overview_cited: bool = Field(strict=True)
    """Whether a support-overview priority and version must be cited before triage."""

    @model_validator(mode="after")
    def _opened_by_those_who_may(self) -> Self:
        for key, parties in (("opened_by", self.opened_by), ("submitted_by", self.submitted_by)):
            if wrong := sorted(set(parties) - set(_MAY_OPEN)):
                raise ValueError(
                    f"{key}: {', '.join(wrong)} cannot open a request; {', '.join(_MAY_OPEN)} can"
                )
        return self


class Wait(_Strict):
    """How long a party may take; which party owes it, and when it begins, stands in domain/case/waits.py."""

    days: Whole = Field(ge=1, le=200)
    unit: Literal["school_days", "working_days"]
    urgent_days: Whole | None = Field(default=None, ge=1, le=200)

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
    finance_approves_up_to_minor: Whole = Field(ge=0)

    @model_validator(mode="after")
    def _due_before_it_stops_visits(self) -> Self:
        if self.mid_review_due_per_mille > self.visits_stop_without_mid_review_per_mille:
            raise ValueError(
                "mid_review_due_per_mille is above visits_stop_without_mid_review_per_mille: "
                "visits would stop before the review is due"
            )
        return self


REQUIRED_WAITS = frozenset(
    {
        "draft", "head_consent", "alignment", "triage", "scoping", "first_offer", "offer_answer",
        "drafting", "funding", "signature", "first_visit", "visit_note", "visit_confirmation",
        "visit_dispute", "mid_review", "variation", "completion", "final_review", "validation",
        "closing", "follow_up", "pause_review",
    }
)  # fmt: skip


class Programme(_Strict):
    """One version of one programme."""

    code: str = Field(pattern=PROGRAMME_CODE_PATTERN)
    version: Whole = Field(ge=1)
    title: Words
    time_zone: Literal["Europe/London", "Asia/Manila"]
    calendar: str
    currency: Literal["GBP", "PHP"]
    vocabulary: Mapping[str, Words]
    posts: Mapping[Post, Words]
    areas: tuple[Area, ...] = Field(min_length=1)
    routes: tuple[Route, ...] = Field(min_length=1)
    waits: Mapping[WaitName, Wait]
    rules: Rules

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.calendar not in CALENDARS:
            raise ValueError(
                f"calendar: {self.calendar!r} is not known; known: {', '.join(sorted(CALENDARS))}"
            )
        for label, codes in (
            ("areas", [str(a.code) for a in self.areas]),
            ("routes", [str(r.code) for r in self.routes]),
        ):
            twice = sorted({code for code in codes if codes.count(code) > 1})
            if twice:
                raise ValueError(f"{label}: named twice: {', '.join(twice)}")
        if missing := sorted(REQUIRED_WAITS - set(self.waits)):
            raise ValueError(f"waits: missing: {', '.join(missing)}")
        if unknown := sorted(set(self.waits) - REQUIRED_WAITS):
            raise ValueError(f"waits: not known: {', '.join(unknown)}")
        parties = {party.value for party in Party}
        if missing := sorted(parties - set(self.vocabulary)):
            raise ValueError(f"vocabulary: missing: {', '.join(missing)}")
        if unknown := sorted(set(self.vocabulary) - parties):
            raise ValueError(f"vocabulary: not known: {', '.join(unknown)}")
        if missing := sorted({post.value for post in Post} - {post.value for post in self.posts}):
            raise ValueError(f"posts: missing: {', '.join(missing)}")
        return self

    def area(self, code: str) -> Area | None:
        """The area with that code."""
        return next((area for area in self.areas if area.code == code), None)

    def route(self, code: str) -> Route | None:
        """The route with that code."""
        return next((route for route in self.routes if route.code == code), None)

    def word(self, party: Party, language: Literal["cy", "en"] = "en") -> str:
        """What this programme calls a party."""
        return getattr(self.vocabulary[party.value], language)  # type: ignore[no-any-return]

    def content_hash(self) -> str:
        """SHA-256 of the canonical content: two files that say the same have the same hash."""
        return sha256_hex(canonical_bytes(self.model_dump(mode="json")))


def parse_programme(text: str, file: str) -> Programme:
    """Read a programme file's text; raises ProgrammeError with every problem as 'file: key: reason'."""
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProgrammeError([f"{file}: not TOML: {error}"]) from None
    try:
        return Programme.model_validate(data)
    except ValidationError as error:
        raise ProgrammeError([_problem(file, data, dict(item)) for item in error.errors()]) from None


_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not a key of a programme file",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


def _problem(file: str, data: dict[str, Any], item: dict[str, Any]) -> str:
    message = _REASONS.get(item["type"]) or str(item["msg"]).removeprefix("Value error, ")
    if message.startswith("Input should be"):
        message = "must be" + message.removeprefix("Input should be")
    elif item["type"] == "string_pattern_mismatch":
        message = f"must be written like {item['ctx']['pattern']}"
    key = _key(data, item["loc"])
    return f"{file}: {key}: {message}" if key else f"{file}: {message}"


def _key(data: Any, location: tuple[int | str, ...]) -> str:
    """The dotted key as the file's author knows it: an entry of a list by its code, else by its place."""
    parts: list[str] = []
    for part in location:
        if part == "[key]":
            continue
        try:
            data = data[part]
        except (LookupError, TypeError):
            data = None
        code = data.get("code") if isinstance(part, int) and isinstance(data, dict) else None
        parts.append(str(code) if code else str(part + 1) if isinstance(part, int) else part)
    return ".".join(parts)
