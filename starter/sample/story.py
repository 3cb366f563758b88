"""What a demonstration's case is made of: who says what, in order, and how long everybody takes.

A step names a person, a verb, its values and the weekdays that pass before it; its dates are counted from
the day on which it is said. A signature is on the text that stands at that moment.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

Values = Callable[[date], dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """One command of one person."""

    person: str
    verb: str
    values: Values = field(default=lambda _today: {})
    after: int = 1
    """Weekdays since the step before; 0 for the same day."""


@dataclass(frozen=True)
class Story:
    """One request and what becomes of it."""

    request: str
    """Key of the request in the sample's requests.csv."""
    title: str
    opener: str
    steps: tuple[Step, ...]
    ends: str
    """Stage in which the demonstration leaves it."""
    programme: str = "EAS"
    begins: int = 0
    """Weekdays from the demonstration's first day to the one on which it is opened."""


SAMPLES: Final[dict[str, Literal["wales", "deped"]]] = {"EAS": "wales", "DEPED": "deped"}
"""Folder of each programme's sample data."""


def fixed(**values: Any) -> Values:
    return lambda _today: values


def objective(aim: str, baseline: str, success: str) -> dict[str, str]:
    return {"aim": aim, "baseline": baseline, "success": success}


def scoped(quarter_days: int, *objectives: dict[str, str], plan: str | None = None) -> Values:
    return lambda today: {
        "objectives": list(objectives),
        "quarter_days": quarter_days,
        "met_on": today.isoformat(),
        **({"plan": plan} if plan else {}),
    }


def visit(quarter_days: int, objectives: list[int], done: str, **more: Any) -> Values:
    return lambda today: {
        "on": today.isoformat(),
        "quarter_days": quarter_days,
        "objectives": objectives,
        "done": done,
        "next_steps": "Try it in two more classes before the next visit.",
        **more,
    }


def rated(*ratings: tuple[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "objective": number,
            "rating": rating,
            "evidence": "Books, lessons seen and the school's own figures.",
        }
        for number, rating in ratings
    ]


def review(*ratings: tuple[int, str], partnership: int = 4, satisfaction: int = 4) -> Values:
    return fixed(ratings=rated(*ratings), partnership=partnership, satisfaction=satisfaction)
