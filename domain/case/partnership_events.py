"""What can have happened around a partnership: who was oriented, heard and named, and help from above."""

from datetime import date
from typing import Literal

from domain.case.event_base import CaseEvent
from domain.case.values import OverviewVersion, PersonId, PriorityRef
from domain.parties import Party
from domain.personal import FreeText

Side = Literal["recipient", "provider"]


class OrientationRecorded(CaseEvent):
    on: date
    oriented: tuple[Side, ...]
    """Whose school leaders took part."""
    recorded_as: Party


class ContributionRecorded(CaseEvent):
    """What somebody who is to be heard had to say before the agreement was drafted."""

    party: Party
    priority: PriorityRef | None
    """The priority of the support overview that the work serves, as they read it."""
    overview_version: OverviewVersion | None
    note: FreeText


class NamedPersonChanged(CaseEvent):
    """Another person leads for one side; what was signed stays as it was."""

    party: Party
    was: PersonId
    person: PersonId
    named_as: Party


class AssistanceNoted(CaseEvent):
    given_by: Literal["region", "division", "service"]
    on: date
    note: FreeText
