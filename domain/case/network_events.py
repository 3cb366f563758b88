"""What can have happened where a request ends in something that is open to many: events of signposting and enrolment."""

from datetime import date
from typing import ClassVar, Literal

from domain.case.event_base import CaseEvent
from domain.case.values import NetworkCode
from domain.personal import FreeText


class RequestSignposted(CaseEvent):
    schema_version: ClassVar[int] = 2
    to: FreeText | None
    offer: NetworkCode | None
    """The network or course pointed to, where it is one on record."""


class RequestEnrolled(CaseEvent):
    """The school takes part in what is on offer: its request ends well."""

    network: NetworkCode
    places: int
    since: date


class EnrolmentEnded(CaseEvent):
    network: NetworkCode
    outcome: Literal["completed", "left", "not-taken-up"]
    """Places of those who left, or never came, are free again."""
    on: date
    note: FreeText | None
