"""The central office's list of leader schools: each designated for everything the programme helps with."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from domain.case.values import Day, SchoolId
from domain.programmes.model import Programme
from starter.nearest import nearest
from starter.register.csv_file import CsvRow, is_column

_OF_OTHER_LISTS: Final = ("area", "areas", "language", "languages", "half", "term", "days")
"""What columns of offers and of providers speak of, and those of leader schools do not."""
OF_AREAS: Final = ("area", "areas")
_ALIKE: Final = 0.75
"""How near a word must come to one of them: 'aeras' does, 'address' does not."""


class LeaderRow(CsvRow):
    """One school, and the days between which it is designated."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {"school": ("School ID",)}

    school: SchoolId = Field(alias="School Number")
    since: Day = Field(alias="Designated From")
    until: Day | None = Field(default=None, alias="Designated To")

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise PydanticCustomError("designation_span", "must not end before it begins")
        return self

    def body(self, programme: Programme) -> dict[str, Any]:
        """The designation that the line stands for."""
        said = self.model_dump(mode="json", include={"since", "until"}, exclude_none=True)
        return {"programme": programme.code, "areas": sorted(area.code for area in programme.areas)} | said


def is_list_of_leaders(header: Sequence[str]) -> bool:
    """Whether it says since when schools are designated, and no column may say for what, or how many days."""
    return any(is_column(name, "Designated From") for name in header) and not list(of_other_lists(header))


def of_other_lists(header: Iterable[str], words: Sequence[str] = _OF_OTHER_LISTS) -> list[str]:
    """The columns that mean what offers and providers have, or come near it; with `words`, near one of those."""
    return [
        name
        for name in header
        for parts in [re.split(r"[\W_]+", name.casefold())]
        if any(word in part for word in words for part in parts)
        or any(nearest(part, words, _ALIKE) for part in parts)
    ]
