"""The central office's list of leader schools: each designated for everything the programme helps with."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from domain.case.values import Day, SchoolId
from domain.programmes.model import Programme
from starter.register.csv_file import CsvRow


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
