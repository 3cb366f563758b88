"""The office's own lists: people with posts, offers, requests."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from activities.mail.addresses import BadAddressError, parse_address
from domain.case.values import (
    AreaCode,
    Day,
    OverviewVersion,
    PersonId,
    Phase,
    PriorityRef,
    ProgrammeCode,
    QuarterDays,
    RouteCode,
    SchoolId,
    SupportLanguage,
    Urgency,
)
from domain.parties import Post
from starter.register.cells import parts
from starter.register.csv_file import CsvRow


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _address(value: str) -> str:
    try:
        parse_address(value)
    except BadAddressError:
        raise PydanticCustomError(
            "mail_address", "must be a mail address, such as ann@school.example"
        ) from None
    return value


class PersonRow(CsvRow):
    """A post that somebody holds; a person with two posts has two lines."""

    person: PersonId
    name: str = Field(max_length=120)
    email: Annotated[str, AfterValidator(_address)] = Field(max_length=120)
    language: Literal["cy", "en", "fil", "both"]
    post: Post
    school: SchoolId | None = None
    programme: ProgrammeCode | None = None
    """The programme of a post that is held in one only."""
    since: Day = Field(alias="from")
    until: Day | None = Field(default=None, alias="to")


class OfferRow(CsvRow):
    """What a school offers in one area."""

    school: SchoolId = Field(alias="School Number")
    area: AreaCode = Field(alias="Area")
    languages: Annotated[tuple[Literal["cy", "en", "fil"], ...], BeforeValidator(parts)] = Field(
        alias="Languages", min_length=1, max_length=3
    )
    quarter_days: QuarterDays = Field(alias="Days Per Term")
    note: str | None = Field(default=None, alias="Note", max_length=500)


class RequestRow(CsvRow):
    """A request for support as an office keeps it before it becomes a case."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "key": ("Request", "Reference", "Row Key"),
        "recipient": ("Supported School", "School Number"),
        "area": ("Need Area", "Area of Support"),
        "support_language": ("Support Language",),
        "need": ("Description", "Need Described"),
        "desired_start": ("Start", "Wanted From"),
        "preferred_provider": ("Preferred School",),
        "provider": ("Provider School", "Leader School"),
    }
    key: str = Field(alias="Key", pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,60}$")
    route: RouteCode = Field(alias="Route")
    recipient: SchoolId = Field(alias="Recipient")
    area: AreaCode = Field(alias="Area")
    phase: Annotated[Phase, BeforeValidator(_lower)] = Field(alias="Phase")
    support_language: SupportLanguage = Field(alias="Language")
    urgency: Urgency = Field(alias="Urgency")
    priority: PriorityRef | None = Field(default=None, alias="Priority")
    overview_version: OverviewVersion | None = Field(default=None, alias="Overview Version")
    need: str = Field(alias="Need", max_length=2000)
    desired_start: Day = Field(alias="Desired Start")
    preferred_provider: SchoolId | None = Field(default=None, alias="Preferred Provider")
    provider: SchoolId | None = Field(default=None, alias="Provider")

    def body(self, programme: str) -> dict[str, Any]:
        """Body of the command that opens the case."""
        return {"programme": programme} | self.model_dump(exclude={"key"})
