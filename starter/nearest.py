"""Did you mean …? The nearest of the words that would have been right."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from domain.ids import SCHOOL_ID_PATTERN

if TYPE_CHECKING:
    from starter.failures import Failure
    from starter.reading import Office

_LIKE_ENOUGH = 0.6
_LIKE_ENOUGH_REFERENCE = 0.85
"""References share programme and dashes: two of eleven characters may differ, no more."""


def nearest(word: str, known: Iterable[str], like: float = _LIKE_ENOUGH) -> str | None:
    """The known word most like the one that was typed, where one is like it at all."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, sorted(set(known)), 1, like)), None)


def did_you_mean(word: str, known: Iterable[str], like: float = _LIKE_ENOUGH) -> str:
    """A sentence to stand behind 'There is no …', with the space before it; nothing where no word is near."""
    near = nearest(word, known, like)
    return "" if near is None else f" Did you mean {near}?"


def near_reference(office: "Office", text: str) -> str:
    """As `did_you_mean`, for the reference of a case."""
    from sqlalchemy import select

    from activities.read_models.schema import case_row

    known = office.connection.execute(select(case_row.c.reference)).scalars()
    return did_you_mean(text.strip().upper(), known, _LIKE_ENOUGH_REFERENCE)


def near_school(office: "Office", number: str) -> str:
    """As `did_you_mean`, for the number of a school; with its name, so that nobody takes another for it."""
    return near_schools(office, 1)(number)


def near_schools(office: "Office", most: int) -> Callable[[str], str]:
    """As `near_school`, for the numbers of a whole file: names are read once, and only so many are looked for.

    Further ones get no suggestion: nobody reads them, and each is held against every school there is.
    """
    names, left = office.school_names(), iter(range(most))

    def near(number: str) -> str:
        found = None if next(left, None) is None else nearest(number, names)
        return "" if found is None else f" Did you mean {found}, {names[found]}?"

    return near


def near_person(office: "Office", person: str) -> str:
    """As `did_you_mean`, for the id of a person."""
    return did_you_mean(person, known_people(office))


def known_people(office: "Office") -> frozenset[str]:
    """Ids of everybody on record."""
    from sqlalchemy import select

    from activities.read_models.schema import person

    return frozenset(office.connection.execute(select(person.c.person)).scalars())


def near_programme(office: "Office", code: str) -> str:
    """As `did_you_mean`, for the code of a programme."""
    from sqlalchemy import select

    from activities.read_models.schema import programme

    known = office.connection.execute(select(programme.c.code)).scalars()
    return did_you_mean(code.upper(), known)


def add_nearest(office: "Office", failure: "Failure", stream: str, body: dict[str, Any]) -> None:
    """Complete a refusal over something that is not on record by what is there and much like it."""
    words = list(_words(body))
    match failure.code:
        case "R-SCHOOL":
            known = office.school_names()
            unknown = [w for w in words if re.fullmatch(SCHOOL_ID_PATTERN, w) and w not in known]
            meant = [near_school(office, number) for number in unknown]
        case "R-PERSON":
            people = known_people(office)
            named = [stream.partition("/")[2], *words] if stream.startswith("person/") else words
            # Only what the refusal itself names: other words of the command are none of its business.
            meant = [near_person(office, w) for w in named if w in failure.message and w not in people]
        case "R-PROGRAMME":
            meant = [near_programme(office, str(body.get("programme", "")))]
        case _:
            return
    failure.details = (*failure.details, *(sentence.strip() for sentence in meant if sentence))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _words(item)
