"""What every command that can look back shares: its flags, and how the moment is said. Light to load."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Group, Parameter

from domain.canonical import instant_text
from starter.output import TimeFormat, say_heading, show_time
from starter.reading import Look, Office, known_reference


@Parameter(name="*", group=Group("Looking back", sort_key=7))
@dataclass(frozen=True, kw_only=True)
class Back:
    """Flags of everything that can be looked at as it was."""

    as_of: Annotated[
        str | None,
        Parameter(
            allow_leading_hyphen=True,
            help="As it was on record then: a day (to its end), a time with offset, event:14 or position:212.",
        ),
    ] = None
    valid_at: Annotated[
        str | None,
        Parameter(
            allow_leading_hyphen=True,
            help="Only what had happened by then, as it is on record: a day (to its end) or a time with offset.",
        ),
    ] = None

    @property
    def given(self) -> bool:
        """Whether anything but the present is asked for."""
        return self.as_of is not None or self.valid_at is not None


@contextmanager
def case_as_it_was(office: Office, typed: str, back: Back) -> Iterator[tuple[Office, str]]:
    """The office as it is to be looked at, and the reference that was typed. Raises Failure."""
    reference = known_reference(office, typed)
    if not back.given:
        yield office, reference
        return
    from starter.past import case_back

    with case_back(office, reference, back) as then:
        yield then, reference


@contextmanager
def cases_as_they_were(office: Office, back: Back) -> Iterator[Office]:
    """The office as it is to be looked at, where all its cases are listed. Raises Failure."""
    if not back.given:
        yield office
        return
    from starter.past import cases_back

    with cases_back(office, back) as then:
        yield then


def say_look(office: Office, form: TimeFormat | None) -> None:
    """Say which moment is looked at, unless it is the present: 'As of …, position 212; valid at …'."""
    said = {code: look_words(look, form) for code, look in office.looks.items()}
    distinct = tuple(dict.fromkeys(said.values()))
    if len(distinct) > 1:
        distinct = tuple(f"{code}: {words}" for code, words in said.items())
    for words in distinct:
        say_heading(words[:1].upper() + words[1:] + ".")


def look_words(look: Look, form: TimeFormat | None) -> str:
    """'as of Sat 3 Oct 2026 23:59, position 212; valid at …'."""
    words = f"as of {show_time(look.at, form, look.zone)}, position {look.position}"
    if look.valid_at is None:
        return words
    return f"{words}; valid at {show_time(look.valid_at, form, look.zone)}"


def look_json(office: Office, programme: str) -> dict[str, Any]:
    """The moment that is looked at, for programs; nothing but nulls for the present."""
    look = office.looks.get(programme)
    return {
        "as_of": instant_text(look.at) if look else None,
        "as_of_position": look.position if look else None,
        "valid_at": instant_text(look.valid_at) if look and look.valid_at else None,
    }
