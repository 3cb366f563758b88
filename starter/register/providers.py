"""The office's list of providers: for what each school is designated, and the days it has in a half term."""

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.calendars.half_terms import Period
from domain.case.values import AreaCode, Day, DeclaredDays, SchoolId
from starter.register.csv_file import CsvRow


def _parts(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(";")) if isinstance(value, str) else value


class ProviderRow(CsvRow):
    """One school: its designation, its days, or both."""

    school: SchoolId = Field(alias="School Number")
    areas: Annotated[tuple[AreaCode, ...], BeforeValidator(_parts)] = Field(
        default=(), alias="Areas", max_length=60
    )
    since: Day | None = Field(default=None, alias="Designated From")
    until: Day | None = Field(default=None, alias="Designated To")
    first: Period | None = Field(default=None, alias="Half Term From")
    last: Period | None = Field(default=None, alias="Half Term To")
    quarter_days: DeclaredDays | None = Field(default=None, alias="Days Per Half Term")

    @model_validator(mode="after")
    def _says_something_whole(self) -> Self:
        if bool(self.areas) != (self.since is not None):
            raise PydanticCustomError("designation", "areas and the day they are designated from go together")
        if (self.first is None) != (self.quarter_days is None):
            raise PydanticCustomError("capacity", "days and the half term they are declared from go together")
        if not self.areas and self.first is None:
            raise PydanticCustomError("nothing", "says neither areas nor days")
        return self

    def commands(self, programme: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Verb and body of each command that the line stands for."""
        said = self.model_dump(mode="json", exclude_none=True)
        if self.areas:
            yield "designate", {"programme": programme} | _only(said, "areas", "since", "until")
        if self.first is not None:
            yield "declare-capacity", {"programme": programme} | _only(said, "first", "last", "quarter_days")


def _only(said: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}
