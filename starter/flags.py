"""Flags from command models, and command lines from values: one source for what can be typed and shown.

A field of a command model becomes a flag; days, money and small structures are typed the way people
write them ('4.25', '250.00', 'aim | baseline | success'), and printed the same way in hints.
"""

import re
import shlex
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.case.commands import COMMANDS
from domain.case.money_commands import Spent
from domain.case.values import (
    AgreementTerms,
    Objective,
    ObjectiveRating,
    PeriodShare,
    Value,
    YearShare,
    quarter_days,
)
from domain.funding.funds import OpenFund
from domain.funding.rates import PublishRate
from domain.parties import Party
from domain.personal import Personal
from starter.days import read_day

_RENAMED: Final = {
    "quarter_days": "days",
    "release_quarter_days": "release-days",
    "counted_quarter_days": "days",
    "cover_minor": "cover",
    "travel_minor": "travel",
    "supplies_minor": "supplies",
    "work_modes": "work-mode",
    "objectives": "objective",
    "ratings": "rating",
    "years": "year",
    "periods": "period",
    "amount_minor": "amount",
    "day_rate_minor": "day-rate",
    "visits": "visit",
    "content_hash": "hash",
}
_SHARES: Final[dict[Any, tuple[str, str]]] = {
    YearShare: ("financial_year", "2026-27=6"),
    PeriodShare: ("period", "2027-spring-1=4"),
}
_DAYS: Final = frozenset({"quarter_days", "release_quarter_days", "counted_quarter_days"})
_MONEY: Final = frozenset({"cover_minor", "travel_minor", "supplies_minor", "amount_minor", "day_rate_minor"})


class FlagError(ValueError):
    """A flag's text cannot be read; the message names the flag and says what it should look like."""


@dataclass(frozen=True)
class Flag:
    """One flag of one command."""

    name: str
    """As typed, without the dashes."""
    field: str
    path: tuple[str, ...]
    """Where the value stands in the body."""
    info: FieldInfo
    kind: Literal["text", "switch", "many"]
    choices: tuple[str, ...]
    """The words it takes, where it takes only some."""
    day: bool
    """Whether it takes a day."""
    read: Callable[[str], Any]
    show: Callable[[Any], str]

    @property
    def required(self) -> bool:
        """Whether the command cannot do without."""
        # The hash of the text that stands is looked up where none is given.
        return self.info.is_required() and self.field != "content_hash"

    @property
    def help(self) -> str:
        """What the flag means."""
        words = self.info.description or _TERMS_HELP.get(self.field, "")
        if any(choice not in words for choice in self.choices):
            words = f"{words} One of: {', '.join(self.choices)}."
        if self.day:
            words = f"{words} E.g. 2026-11-20, today or +3w."
        return f"{words} (required)" if self.required else words

    @property
    def annotation(self) -> Any:
        """The type that the command line parser sees.

        Choices stand in it for shells to complete; with `str` beside them, what is typed wrongly is
        answered by the command's own model.
        """
        if self.kind == "switch":
            return bool
        word: Any = Literal[self.choices] | str if self.choices else str
        return tuple[word, ...] if self.kind == "many" else word | None


def flags_of(model: type[BaseModel]) -> tuple[Flag, ...]:
    """The flags of a command, in the order of its fields."""
    return tuple(_flags(model, ()))


def read_values(model: type[BaseModel], typed: dict[str, Any]) -> dict[str, Any]:
    """A body from what was typed, flags not given left out. Raises FlagError."""
    body: dict[str, Any] = {}
    for flag in flags_of(model):
        given = typed.get(flag.name)
        if given is None or given == () or given is False:
            continue
        if flag.kind == "switch":
            value: Any = True
        elif flag.kind == "many":
            value = [_read(flag, text) for text in given]
        else:
            value = _read(flag, given)
        place = body
        for step in flag.path:
            place = place.setdefault(step, {})
        place[flag.field] = value
    return body


def show_values(model: type[BaseModel], body: dict[str, Any]) -> list[str]:
    """The words that would type this body; the inverse of `read_values`."""
    words: list[str] = []
    for flag in flags_of(model):
        place: Any = body
        for step in flag.path:
            place = place.get(step, {})
        if flag.field not in place:
            continue
        value = place[flag.field]
        if flag.kind == "switch":
            words += [f"--{flag.name}"] if value else []
        elif flag.kind == "many":
            for item in value:
                words += [f"--{flag.name}", flag.show(item)]
        elif value is not None:
            words += [f"--{flag.name}", flag.show(value)]
    return words


def absolute_days(words: Sequence[str]) -> list[str]:
    """The words with days such as 'today' or '+3w' spelt out: typed tomorrow, they mean the same day."""
    models: tuple[type[BaseModel], ...] = (*COMMANDS.values(), PublishRate, OpenFund)
    days = {f"--{flag.name}" for model in models for flag in flags_of(model) if flag.day}
    spelt = []
    for before, word in pairwise(["", *words]):
        name, equals, value = word.partition("=")
        if before in days:
            spelt.append(read_day(word))
        elif equals and name in days:
            spelt.append(f"{name}={read_day(value)}")
        else:
            spelt.append(word)
    return spelt


def command_line(words: Sequence[str]) -> str:
    """The words as one line for a shell."""
    return shlex.join(words)


def _flags(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[Flag]:
    for field, info in model.model_fields.items():
        if info.annotation is AgreementTerms:
            yield from _flags(AgreementTerms, (*path, field))
            continue
        many, inner = _unwrapped(info.annotation)
        kind: Literal["text", "switch", "many"] = "many" if many else "switch" if inner is bool else "text"
        choices = _choices(inner)
        if field == "cover_used" or len(choices) == 1:
            continue  # a body file may say otherwise; a flag could only repeat the default
        read, show = _reader(field, inner)
        name = _RENAMED.get(field, field.replace("_", "-"))
        yield Flag(name, field, path, info, kind, choices, inner is date, read, show)


def _choices(inner: Any) -> tuple[str, ...]:
    if typing.get_origin(inner) is Literal:
        return tuple(str(choice) for choice in typing.get_args(inner))
    return tuple(str(member) for member in inner) if inner is Party else ()


def _unwrapped(annotation: Any) -> tuple[bool, Any]:
    """Whether it is a sequence, and the type of the value or item."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return _unwrapped(typing.get_args(annotation)[0])
    if origin in {typing.Union, types.UnionType}:
        inner = [arg for arg in typing.get_args(annotation) if arg is not type(None)]
        return _unwrapped(inner[0])
    if origin is tuple:
        return True, _unwrapped(typing.get_args(annotation)[0])[1]
    return False, annotation


def _reader(field: str, inner: Any) -> tuple[Callable[[str], Any], Callable[[Any], str]]:
    if inner is Objective:
        return _read_objective, lambda v: _joined(
            v, ("aim", "baseline", "success", "measure", "evidence_source")
        )
    if inner is ObjectiveRating:
        return _read_rating, lambda v: _joined(v, ("objective", "rating", "evidence"))
    if inner is Spent:
        return _read_spent, _spent
    if inner in _SHARES:
        name, example = _SHARES[inner]
        return (
            lambda text: _read_share(text, name, example),
            lambda v: f"{_item(v)[name]}={_days(_item(v)['quarter_days'])}",
        )
    if field == "counted_quarter_days":
        return _read_counted, _days
    if field in _DAYS:
        return str, _days
    if field in _MONEY:
        return str, _amount
    if inner is int:
        return _read_int, str
    if inner is date:
        return read_day, str
    if field == "programme":
        return str.upper, str
    return str, _text


def _read(flag: Flag, text: str) -> Any:
    try:
        return flag.read(text)
    except FlagError as error:
        raise FlagError(f"--{flag.name}: {error}") from None


def _read_int(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        raise FlagError(f"{text!r} is not a whole number of at most nine digits")
    return int(text)


def _read_counted(text: str) -> int:
    try:
        return int(quarter_days(text))
    except ValueError:
        raise FlagError("must be days in quarters, such as 0, 0.5 or 1.25") from None


def _read_objective(text: str) -> dict[str, str]:
    parts = [part.strip() for part in text.split("|")]
    if not 3 <= len(parts) <= 5 or not all(parts):
        raise FlagError(
            "must read 'aim | baseline | how success will show', then measure and evidence if wanted"
        )
    return dict(zip(("aim", "baseline", "success", "measure", "evidence_source"), parts, strict=False))


def _read_rating(text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 3 or not re.fullmatch(r"[0-9]{1,2}", parts[0]):
        raise FlagError("must read 'objective | rating | evidence', such as '1 | met | …'")
    return {"objective": int(parts[0]), "rating": parts[1], "evidence": parts[2]}


def _read_spent(text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 3 or not all(parts):
        raise FlagError("must read 'use | amount | document', such as 'pedagogy | 1200.00 | OR-118'")
    return {"use": parts[0], "amount_minor": parts[1], "document": parts[2]}


def _spent(value: Any) -> str:
    item = _item(value)
    return f"{item['use']} | {_amount(item['amount_minor'])} | {item['document']}"


def _amount(value: Any) -> str:
    return f"{int(value) // 100}.{int(value) % 100:02d}"


def _read_share(text: str, name: str, example: str) -> dict[str, Any]:
    span, sign, days = text.partition("=")
    if not sign:
        raise FlagError(f"must read '{name.replace('_', ' ')}=days', such as {example}")
    return {name: span.strip(), "quarter_days": days.strip()}


def _item(value: Any) -> dict[str, Any]:
    return value.model_dump() if isinstance(value, Value) else value


def _joined(value: Any, names: Sequence[str]) -> str:
    item = _item(value)
    return " | ".join(_text(item[name]) for name in names if item.get(name) is not None)


def _days(value: Any) -> str:
    return f"{int(value) / 4:g}"


def _text(value: Any) -> str:
    return (value.clear or "…") if isinstance(value, Personal) else str(value)


_TERMS_HELP: Final = {
    "start": "First day of the agreement.",
    "end": "Last day of the agreement.",
    "quarter_days": "Days the provider gives, in quarters.",
    "release_quarter_days": "Days the recipient releases staff for.",
    "mode": "in-person, online or mixed.",
    "language": "Language of delivery: cy, en, fil or both.",
    "prevailing_language": "Which text prevails: cy, en or fil.",
    "activities": "What will be done.",
    "provider_lead": "Person who leads for the provider.",
    "recipient_lead": "Person who leads for the recipient.",
    "provider_deputy": "Their deputy at the provider.",
    "recipient_deputy": "Their deputy at the recipient.",
    "cover_minor": "Cost of cover, e.g. 1200.00.",
    "travel_minor": "Cost of travel, e.g. 80.00.",
    "supplies_minor": "Cost of supplies and materials, e.g. 500.00.",
    "work_modes": "Way of working, where the programme names them, e.g. lac.",
    "rate_card": "Rate card the cost rests on, e.g. eas-2026.",
    "fund": "Fund that pays, e.g. laeg; the one that may where none is named.",
    "years": "Days by financial year, e.g. 2026-27=6; not needed where all fall in one.",
    "periods": "Days planned for a half term, e.g. 2027-spring-1=4.",
    "expectations": "What the recipient undertakes.",
    "confidentiality": "What stays confidential.",
    "visitor_checks": "Which school sees to the checks that visitors need.",
    "follow_up_on": "Day of the follow-up.",
    "exit_terms": "What holds if one side leaves.",
    "safeguarding_contact": "Person to turn to about safeguarding.",
    "data_sharing": "none, staff-only or aggregates.",
    "materials": "shared-open, shared-between-parties or provider-keeps.",
    "mid_review_on": "Day of the mid review.",
    "final_review_on": "Day of the final review.",
    "notice_days": "School days of notice to leave.",
}
