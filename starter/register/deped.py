"""The register of schools as DepEd's divisions keep it."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from domain.case.values import Phase, SchoolId
from starter.register.csv_file import CsvRow

Offering = Literal[
    "Elementary School",
    "Junior High School",
    "Senior High School",
    "Junior and Senior High School",
    "Integrated School",
]
_PHASES: Final[dict[Offering, Phase]] = {
    "Elementary School": "primary",
    "Junior High School": "secondary",
    "Senior High School": "secondary",
    "Junior and Senior High School": "secondary",
    "Integrated School": "middle",
}
"""An integrated school teaches all grades, as a middle school does elsewhere."""


class SchoolRow(CsvRow):
    """A line of the register of schools."""

    number: Annotated[SchoolId, Field(pattern=r"^[0-9]{6}$")] = Field(alias="School ID")
    name: str = Field(alias="School Name", max_length=120)
    division: str = Field(alias="Division", max_length=120)
    district: str | None = Field(default=None, alias="District", max_length=120)
    municipality: str | None = Field(default=None, alias="Municipality", max_length=120)
    offering: Offering = Field(alias="Curricular Offering")
    learners: int | None = Field(default=None, alias="Learners", ge=0, le=10_000)

    def body(self) -> dict[str, Any]:
        """Body of the command that registers the school: its division is the authority it belongs to."""
        return {
            "name": self.name,
            "authority": self.division,
            "phase": _PHASES[self.offering],
            "sector": self.offering,
            "governance": self.district,
            "town": self.municipality,
            "pupils": self.learners,
        }
