"""Profiles: which column of whose register says what, and in which words. Data, so that an office can write its own."""

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from domain.problems import in_words
from starter.failures import Exit, Failure
from starter.files import read_document
from starter.nearest import did_you_mean

SHIPPED: Final = ("gias", "wales", "deped")
ANYTHING_ELSE: Final = "*"


class Profile(BaseModel):
    """How one register is read. Keys are the fields of a row, see `starter.register.schools.SchoolRow`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")
    title: str = Field(default="", max_length=120)
    day: Literal["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"] = "%Y-%m-%d"
    """How days are written."""
    columns: Mapping[str, tuple[str, ...]]
    """By field, the headers under which it may stand; the first that the file has counts."""
    values: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    """By field, what the register's words mean; '*' stands for every other word."""
    forms: Mapping[str, str] = Field(default_factory=dict)
    """By field, a pattern that its cells must have."""

    @field_validator("forms")
    @classmethod
    def _forms_are_patterns(cls, forms: Mapping[str, str]) -> Mapping[str, str]:
        for field, pattern in forms.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{field}: {error}") from None
        return forms


def read_profile_of(text: str) -> Profile:
    """The profile of that code, or in the TOML file of that name. Raises Failure (exit 2)."""
    if text in SHIPPED:
        return shipped(text)
    path = Path(text)
    if path.suffix != ".toml":
        raise Failure(
            Exit.USAGE,
            "E-PROFILE",
            f"There is no profile {text!r}.{did_you_mean(text, SHIPPED)}",
            (f"Profiles: {', '.join(SHIPPED)}; or a TOML file of your own.",),
        )
    return _parsed(path, read_document(path))


def shipped(code: str) -> Profile:
    """A profile that comes with Brokerage."""
    import tomllib

    file = files("starter.register") / "profiles" / f"{code}.toml"
    return Profile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def _parsed(path: Path, document: Any) -> Profile:
    from starter.register.schools import SchoolRow

    try:
        profile = Profile.model_validate(document)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, item['loc']))}: {in_words(item)}" for item in error.errors()]
        raise Failure(Exit.USAGE, "E-PROFILE", f"{path} is no profile.", tuple(problems)) from None
    known = set(SchoolRow.model_fields)
    unknown = sorted({*profile.columns, *profile.values, *profile.forms} - known)
    missing = sorted(
        n for n, f in SchoolRow.model_fields.items() if f.is_required() and n not in profile.columns
    )
    if unknown or missing:
        raise Failure(
            Exit.USAGE,
            "E-PROFILE",
            f"{path} is no profile.",
            (
                *(f"{name}: is no field of a school.{did_you_mean(name, known)}" for name in unknown),
                *(f"columns.{name}: is missing" for name in missing),
            ),
        )
    return profile
