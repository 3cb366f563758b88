"""A ranking in sentences: why a school has its points, and why another was left out."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from domain.case.matching_events import ExcludedSchool, Line
from domain.matching.filters import offers_nothing
from domain.parties import Party
from domain.text.voice import Voice, capital

Filling = Callable[[tuple[Any, ...], Voice], dict[str, str]]


def _nothing(_figures: tuple[Any, ...], _voice: Voice) -> dict[str, str]:
    return {}


def _percent(per_mille: Any) -> str:
    return str(int(per_mille) // 10)


def _well(figures: tuple[Any, ...], _voice: Voice) -> dict[str, str]:
    return {"well": str(figures[0])}


def _day(figures: tuple[Any, ...], w: Voice) -> dict[str, str]:
    return {"day": w.day(date.fromisoformat(figures[0]))}


def _head(_figures: tuple[Any, ...], w: Voice) -> dict[str, str]:
    return {"head": w.party(Party.RECIPIENT_HEAD)}


REASONS: Final[Mapping[str, Filling]] = {
    "offers_area": _well,
    "designated_only": _well,
    "alike": lambda f, _: {"phase": _percent(f[0]), "size": _percent(f[1]), "language": _percent(f[2])},
    "stage_unknown": _nothing,
    "way_unknown": _nothing,
    "minutes": lambda f, _: {"minutes": str(f[0])},
    "free_at_once": lambda f, w: {"free": w.days(f[0]), "needed": w.days(f[1]), "period": w.period(f[2])},
    "no_record": lambda f, _: {"mean": _percent(f[0])},
    "record": lambda f, w: {"cases": w.count("cases", f[0]), "mean": _percent(f[1])},
    "load_unknown": _nothing,
    "load": lambda f, w: {"taken": w.days(f[0]), "declared": w.days(f[1])},
}
"""What the sentence of a line is filled with, by its code."""

EXCLUSIONS: Final[Mapping[str, Filling]] = {
    "closed": _nothing,
    "itself": _nothing,
    "objected": _head,
    "answered": lambda f, w: {"outcome": w.code("offer_outcome", f[0])},
    "same-head": _nothing,
    "no-head": _nothing,
    "sip-there": lambda _, w: {"sip": w.party(Party.SIP)},
    "not-designated": _nothing,
    "area": lambda f, w: {"area": w.area(f[0])},
    "not-yet": _day,
    "expired": _day,
    "suspended": lambda f, w: {"reason": w.code("suspension", f[0])},
    "inspection": lambda f, w: {
        name: w.day(date.fromisoformat(day)) for name, day in zip(("since", "until", "free"), f, strict=True)
    },
    "phase": lambda f, w: {"own": w.code("phase", f[0]), "wanted": w.code("phase", f[1])},
    "language": lambda f, w: {
        "wanted": w.code("language", f[0]),
        "own": w.several([w.code("language", code) for code in f[1].split()]),
    },
    "no-language": lambda f, w: {"wanted": w.code("language", f[0])},
    "conflict": _nothing,
    "rests": lambda f, w: _day(f, w) | _head(f, w),
    "days": lambda f, w: {"free": w.days(f[0]), "declared": w.days(f[1]), "needed": w.days(f[2])},
}
"""What the sentence of an exclusion is filled with, by its code."""


def line_words(line: Line, voice: Voice) -> str:
    """Why a school meets a criterion as far as it does."""
    return capital(voice.words.reasons[line.code].format(**REASONS[line.code](line.figures, voice)))


def exclusion_words(out: ExcludedSchool, voice: Voice) -> str:
    """Why a school was left out; one that offers nothing helps in no language, and is told how to mend that."""
    code = "no-language" if offers_nothing(out) else out.code
    return capital(voice.words.exclusions[code].format(**EXCLUSIONS[code](out.figures, voice)))
