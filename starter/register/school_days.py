"""A file of days on which single schools have no pupils: INSET days and closures, a line each."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from domain.case.values import Day, SchoolId
from starter.register.csv_file import CsvRow


class SchoolDaysRow(CsvRow):
    """One INSET day, or one closure."""

    school: SchoolId = Field(alias="School Number")
    what: Literal["inset", "closed"] = Field(alias="What")
    first: Day = Field(alias="First")
    last: Day | None = Field(default=None, alias="Last")
    reason: str | None = Field(default=None, alias="Reason", max_length=60)

    @model_validator(mode="after")
    def _inset_is_one_day(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise PydanticCustomError("backwards", "the last day comes before the first")
        if self.what == "inset" and (self.last not in {None, self.first} or self.reason):
            raise PydanticCustomError("inset", "an INSET day is one day and has no reason of its own")
        return self

    def closure(self) -> dict[str, Any]:
        """The closure as a command has it."""
        named = {"reason": self.reason} if self.reason else {}
        return {"first": self.first, "last": self.last or self.first} | named
