"""Schools that the rows of a file name, held against the register before anything is sent."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlalchemy import select

from activities.read_models.schema import school
from starter.nearest import near_schools
from starter.reading import Office
from starter.register.csv_file import MOST_PROBLEMS


class NamesSchool(Protocol):
    """A row that is about one school."""

    @property
    def school(self) -> str:
        """Its number."""


def not_in_the_register(
    office: Office, rows: Sequence[tuple[int, NamesSchool]]
) -> Iterator[tuple[int, str, str]]:
    """Line, field and what is wrong, of rows whose school nobody here knows."""
    known = set(office.connection.execute(select(school.c.number)).scalars())
    near = near_schools(office, MOST_PROBLEMS)
    for line, row in rows:
        if row.school not in known:
            yield line, "school", f"{row.school} is not in the register.{near(row.school)}"


def not_open(office: Office, rows: Sequence[tuple[int, NamesSchool]]) -> Iterator[tuple[int, str, str]]:
    """Line, field and what is wrong, of rows whose school is closed or missing from its register."""
    closed = set(office.connection.execute(select(school.c.number).where(school.c.open.is_(False))).scalars())
    for line, row in rows:
        if row.school in closed:
            yield line, "school", f"{row.school} is not open in the register"
