"""What hostile lines are made of."""

from typing import Final

from domain.ids import case_reference
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from tests.end_to_end.office import PROGRAMME, opening, words_of

Row = tuple[tuple[str, ...], int, str, str]
"""What is typed, the exit code, the stable code, a phrase."""

TRIAGE: Final = ("case", "triage", "REF", "--tier", "light", "--profile", "broker.dylan")
SCOPE: Final = ("case", "scope", "REF", "--days", "4", "--met-on", "2026-09-01")
AIM: Final = ("--objective", "a | b | c", "--profile", "sip.carys")
WITHDRAW: Final = ("case", "withdraw", "REF", "--profile", "head.6990004", "--reason")
OPEN: Final = tuple(words_of(opening(STORIES[0], "health-wellbeing"), None))
PROPOSE: Final = tuple(words_of(opening(DEPED_STORIES[1], "pedagogy"), None))
_DRAFT: Final = next(step for step in DEPED_STORIES[0].steps if step.verb == "draft-agreement")
PLAN: Final = tuple(words_of(_DRAFT, "DEPED-REF"))
UNKNOWN: Final = case_reference(PROGRAMME, "a key that nobody used")
LONG: Final = "word " * 500


def other(line: tuple[str, ...], **values: str | None) -> tuple[str, ...]:
    """The line with other values for some flags; None leaves a flag out."""
    words = list(line)
    for name, value in values.items():
        flag = f"--{name.replace('_', '-')}"
        if value is None:
            place = words.index(flag)
            del words[place : place + 2]
        elif flag in words:
            words[words.index(flag) + 1] = value
        else:
            words += [flag, value]
    return tuple(words)


def opened(**values: str) -> tuple[str, ...]:
    """The opening line with other values for some flags."""
    return other(OPEN, **values)
