"""A list of networks, courses and programmes as an office keeps it."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from domain.case.values import AreaCode, Day, NetworkCode, Phase, SchoolId
from domain.directory.networks import MOST_PLACES, Form
from domain.programmes.model import Language
from starter.register.csv_file import CsvRow


def _parts(value: Any) -> Any:
    """'a;b' as two; what is left empty between is none."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(";") if part.strip())


def _lower_parts(value: Any) -> Any:
    return tuple(str(part).lower() for part in _parts(value))


class NetworkRow(CsvRow):
    """What is on offer under one code."""

    code: NetworkCode = Field(alias="Code")
    form: Form = Field(alias="Form")
    title_en: str = Field(alias="Title EN", max_length=300)
    title_cy: str | None = Field(default=None, alias="Title CY", max_length=300)
    title_fil: str | None = Field(default=None, alias="Title FIL", max_length=300)
    areas: Annotated[tuple[AreaCode, ...], BeforeValidator(_parts)] = Field(alias="Areas", min_length=1)
    phases: Annotated[tuple[Phase, ...], BeforeValidator(_lower_parts)] = Field(default=(), alias="Phases")
    languages: Annotated[tuple[Language, ...], BeforeValidator(_lower_parts)] = Field(
        alias="Languages", min_length=1
    )
    host: SchoolId | None = Field(default=None, alias="Host")
    dates: Annotated[tuple[Day, ...], BeforeValidator(_parts)] = Field(default=(), alias="Dates")
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
