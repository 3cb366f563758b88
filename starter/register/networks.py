"""A list of networks, courses and programmes as an office keeps it."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from domain.case.values import AreaCode, Day, NetworkCode, Phase, SchoolId
from domain.directory.networks import MOST_PLACES, Form
from domain.programmes.model import Language
from starter.register.cells import lower_parts, parts
from starter.register.csv_file import CsvRow


class NetworkRow(CsvRow):
    """What is on offer under one code."""

    code: NetworkCode = Field(alias="Code")
    form: Form = Field(alias="Form")
    title_en: str = Field(alias="Title EN", max_length=300)
    title_cy: str | None = Field(default=None, alias="Title CY", max_length=300)
    title_fil: str | None = Field(default=None, alias="Title FIL", max_length=300)
    areas: Annotated[tuple[AreaCode, ...], BeforeValidator(parts)] = Field(
        alias="Areas", min_length=1, max_length=20
    )
    phases: Annotated[tuple[Phase, ...], BeforeValidator(lower_parts)] = Field(
        default=(), alias="Phases", max_length=5
    )
    languages: Annotated[tuple[Language, ...], BeforeValidator(lower_parts)] = Field(
        alias="Languages", min_length=1, max_length=3
    )
    host: SchoolId | None = Field(default=None, alias="Host")
    dates: Annotated[tuple[Day, ...], BeforeValidator(parts)] = Field(
        default=(), alias="Dates", max_length=40
    )
    places: int | None = Field(default=None, alias="Places", ge=1, le=MOST_PLACES)
    how_en: str = Field(alias="How EN", max_length=300)
    how_cy: str | None = Field(default=None, alias="How CY", max_length=300)
    how_fil: str | None = Field(default=None, alias="How FIL", max_length=300)

    def body(self, programme: str) -> dict[str, Any]:
        """Body of the command that opens it, or brings it up to date."""
        own = self.model_dump(
            mode="json", include={"form", "areas", "phases", "languages", "host", "dates", "places"}
        )
        said = {
            name: {lang: getattr(self, f"{name}_{lang}") for lang in ("en", "cy", "fil")}
            for name in ("title", "how")
        }
        return {"programme": programme} | own | said
