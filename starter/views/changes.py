"""What an event changed in a case, fact by fact: 'agreement signed: – → recipient_head'."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel

from domain.canonical import instant_text
from domain.case.state import CaseState, Deadline
from domain.personal import Personal

Change = tuple[Any, Any]

_NAMES = ("id", "wait", "number", "party")
"""Fields by which one of several is named: a visit, a deadline, an offer, a side's review."""


def facts_of(state: CaseState) -> dict[str, Any]:
    """Every fact of the case by its path, plain values only. A text about people counts as 'sealed'."""
    return dict(_facts(state, "")) if state.version else {}


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Change]:
    """Facts that came, went or differ, in the order of the state's fields."""
    names = [*after, *(name for name in before if name not in after)]
    return {
        name: (before.get(name), after.get(name))
        for name in names
        if name != "version" and before.get(name) != after.get(name)
    }


def _facts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Personal):
        yield path, "sealed"
    elif isinstance(value, Deadline):
        kept = "" if value.kept_days is None else f", {value.kept_days} days kept"
        yield f"due {value.wait}", f"{instant_text(value.due_at)}{', passed' * value.passed}{kept}"
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _facts(getattr(value, name), f"{path} {name}".strip())
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for place, item in enumerate(value, start=1):
            own = next((name for name in _NAMES if hasattr(item, name)), None)
            called = f"{path} {_plain(getattr(item, own)) if own else place}"
            yield from ((name, fact) for name, fact in _facts(item, called) if name != f"{called} {own}")
    elif isinstance(value, tuple):
        if value:
            yield path, ", ".join(str(_plain(item)) for item in value)
    elif value not in (None, "", False, 0):
        yield path, _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value
