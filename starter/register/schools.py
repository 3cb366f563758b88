"""A line of a register of schools, whosever it is; see the profiles for where each field stands."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.case.values import Day, Phase, SchoolId
from starter.register.cells import parts
from starter.register.csv_file import CsvRow
from starter.register.grid import LARGEST_EASTING, LARGEST_NORTHING, millionths


def _millionths(value: Any) -> Any:
    """Degrees as registers write them, such as -3.0125, as whole millionths."""
    try:
        return round(float(value) * 1_000_000) if isinstance(value, str) else value
    except (ValueError, OverflowError):
        raise PydanticCustomError("degrees", "must be degrees, such as 51.5504") from None


class SchoolRow(CsvRow):
    """One school as its register has it."""

    days: ClassVar[frozenset[str]] = frozenset({"language_since", "closed_on"})
    number: SchoolId
    name: str = Field(max_length=120)
    authority: str = Field(max_length=120)
    phase: Phase
    sector: str | None = Field(default=None, max_length=120)
    governance: str | None = Field(default=None, max_length=120)
    language_category: str | None = Field(default=None, max_length=120)
    """One, or several with a semicolon between them."""
    language_since: Day | None = None
    town: str | None = Field(default=None, max_length=120)
    postcode: str | None = Field(default=None, max_length=12)
    pupils: int | None = Field(default=None, ge=0, le=100_000)
    federation: str | None = Field(default=None, max_length=120)
    unit: Literal["yes", "no"] = "no"
    urn: str | None = Field(default=None, max_length=20)
    lea: str | None = Field(default=None, max_length=20)
    latitude: Annotated[int, BeforeValidator(_millionths), Field(ge=-90_000_000, le=90_000_000)] | None = None
    longitude: Annotated[int, BeforeValidator(_millionths), Field(ge=-180_000_000, le=180_000_000)] | None = (
        None
    )
    easting: Annotated[int, Field(ge=0, le=LARGEST_EASTING)] | None = None
    northing: Annotated[int, Field(ge=0, le=LARGEST_NORTHING)] | None = None
    status: Literal["open", "closed"] | None = None
    closed_on: Day | None = None

    @model_validator(mode="after")
    def _places_are_whole(self) -> Self:
        for one, other in (("latitude", "longitude"), ("easting", "northing")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise PydanticCustomError("half_place", f"{one} and {other} are given together")
        return self

    def body(self) -> dict[str, Any]:
        """Body of the command that registers the school; what the register does not say is left out."""
        direct = self.model_dump(
            mode="json",
            exclude={
                "number", "language_category", "language_since", "unit", "easting", "northing", "closed_on",
            },
            exclude_none=True,
        )  # fmt: skip
        if self.language_category:
            since = {"since": self.language_since.isoformat()} if self.language_since else {}
            direct["language_categories"] = [
                {"category": name} | since for name in dict.fromkeys(parts(self.language_category))
            ]
        if self.unit == "yes":
            direct["unit"] = True
        if self.closed_on is not None and self.status == "closed":
            direct["closed_on"] = self.closed_on.isoformat()
        # Registers write 0, 0 where they do not know.
        if "latitude" not in direct and self.easting and self.northing:
            direct["latitude"], direct["longitude"] = millionths(self.easting, self.northing)
        return direct
