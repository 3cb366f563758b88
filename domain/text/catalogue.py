"""The words of one language: read from `<language>.toml` beside this file, checked as a whole, once.

Each file holds the same keys with the same placeholders; `python -m domain.text.check` says where one does not.
A placeholder is a plain name in braces. What fills it is put in as it stands and never read as a template.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from domain.programmes.model import Language, Noun

LANGUAGES: Final[tuple[Language, ...]] = ("cy", "en", "fil")

Form = Literal["one", "two", "few", "many", "other"]


def placeholders(template: str) -> frozenset[str]:
    """The names that a template has in braces. Raises ValueError where a brace means anything else."""
    names = set()
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{template!r}: a placeholder is a plain name in braces")
        names.add(name)
    return frozenset(names)


def _well_formed(template: str) -> str:
    placeholders(template)
    return template


Template = Annotated[str, Field(min_length=1), AfterValidator(_well_formed)]


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CalendarWords(_Words):
    """How a day and a time are said."""

    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    short_months: tuple[str, ...] = Field(min_length=12, max_length=12)
    weekdays: tuple[str, ...] = Field(min_length=7, max_length=7)
    """Monday first."""
    short_weekdays: tuple[str, ...] = Field(min_length=7, max_length=7)
    day: Template
    """'4 Dec 2026'."""
    moment: Template
    """'Fri 4 Dec 2026, 17:00'."""
    long_day: Template
    """'Friday 4 December 2026'."""
    long_moment: Template
    """'Friday 4 December 2026 at 17:00'."""


class Catalogue(_Words):
    """Everything that is said in one language, but the mails (mail.py)."""

    language: Language
    calendar: CalendarWords
    amounts: Mapping[str, Mapping[Form, Template]]
    """Counted things, by the forms the language has for numbers; 'other' always."""
    phrases: Mapping[str, Template]
    """How parts of a sentence are put together."""
    nouns: Mapping[Noun, Template]
    """What a thing is called where the programme gives it no name of its own."""
    stages: Mapping[str, Template]
    waits: Mapping[str, Template]
    words: Mapping[str, Mapping[str, Template]]
    """Words for codes, by the kind of code."""
    criteria: Mapping[str, Template]
    """What a school is compared by."""
    reasons: Mapping[str, Template]
    """Why a school got the points it has, by the code of a ranking's line."""
    exclusions: Mapping[str, Template]
    """Why a school was left out of a ranking."""
    pages: Mapping[str, Template]
    """What stands on pages that are published."""
    sentences: Mapping[str, Template | Mapping[str, Template]]
    """By event type, and by variant where an event is told in more than one way."""

    @model_validator(mode="after")
    def _every_amount_says_its_number(self) -> Self:
        for name, forms in self.amounts.items():
            if "other" not in forms:
                raise ValueError(f"amounts.{name}: other is missing")
            for form, template in forms.items():
                if placeholders(template) != {"n"}:
                    raise ValueError(f"amounts.{name}.{form}: must name n and nothing else")
        return self

    def templates(self) -> Iterator[tuple[str, str]]:
        """Every template under its dotted key, forms of numbers aside: those are each language's own."""
        yield from flat("", self.model_dump(exclude={"language", "calendar", "amounts"}))
        yield from ((f"amounts.{name}", forms["other"]) for name, forms in self.amounts.items())

    def sentence(self, key: str, variant: str | None) -> str:
        """The template of an event's sentence; a KeyError is a bug that `domain.text.check` finds."""
        told = self.sentences[key]
        if isinstance(told, str):
            return told
        return told[variant or ""]


@cache
def catalogue(language: Language) -> Catalogue:
    """The words of a language. Raises ValueError where its file is not what it should be."""
    return Catalogue.model_validate(read_toml(f"{language}.toml"))


def read_toml(name: str) -> dict[str, object]:
    """A file of texts beside this one."""
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def number_form(language: Language, number: int) -> Form:
    """Which form a counted thing takes after this number, as the Unicode plural rules have it."""
    if number == 1:
        return "one"
    if language == "cy":
        # Dau draws a soft mutation, tri and chwe an aspirate one; the rest of Welsh counts alike in figures.
        return {2: "two", 3: "few", 6: "many"}.get(number, "other")  # type: ignore[return-value]
    return "other"


def flat(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    """Every text at whatever depth, under its dotted key."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from flat(f"{prefix}.{key}" if prefix else str(key), item)
    elif isinstance(value, tuple | list):
        for number, item in enumerate(value, start=1):
            yield from flat(f"{prefix}.{number}", item)
    elif value is not None:
        yield prefix, str(value)
