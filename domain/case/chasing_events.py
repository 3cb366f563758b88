"""What can have happened to the waits of a case: deadlines, reminders, escalations, lapses, pauses, mail.

As all events of a case these are listed in events.py, which is where the rest of the code finds them.
"""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from domain.calendars.counting import Unit
from domain.case.event_base import CaseEvent
from domain.case.values import ChaseAct, PersonId, SchoolId, Value
from domain.parties import Party
from domain.personal import FreeText

WAIT_PATTERN = r"^[a-z][a-z_]{1,39}(:[A-Za-z0-9_]{1,39})?$"


class DueStep(Value):
    """One rung of a wait's ladder, at the instant at which it will be taken."""

    at: datetime
    do: ChaseAct
    after: int
    """Counted days from the beginning of the wait, as the programme has it."""
    days: int
    """Counted days from the day that this deadline began, 0 where it comes again and again; from its due day,
    where the agreement names that."""
    to: Party | None
    """Whom an escalation or re-assignment goes to."""


class DeadlineSet(CaseEvent):
    schema_version: ClassVar[int] = 2
    wait: str = Field(pattern=WAIT_PATTERN)
    owner: Party
    due_at: datetime
    calendar: str
    """Calendar and version that it was counted on: 'wales@3'."""
    days: int | None
    """Counted days given; None where the agreement itself names the day."""
    unit: Unit | None
    """What was counted; None where the agreement names the day, or it was set before ladders."""
    school: SchoolId | None
    """The school on whose days it was counted."""
    began: date | None
    """The day after which counting began."""
    provisional: bool
    """Whether it lies beyond what the calendar knew: it moves when the next one is published."""
    steps: tuple[DueStep, ...]


class DeadlineMoved(CaseEvent):
    """When an open wait is due, or what comes after, has changed; a due time that has passed stays passed."""

    wait: str
    owner: Party
    was: datetime
    due_at: datetime
    calendar: str
    provisional: bool
    cause: Literal["calendar", "resumed", "lapse-in-sight"]
    steps: tuple[DueStep, ...]
    """Those still to come."""


class DeadlinePassed(CaseEvent):
    wait: str
    owner: Party
    due_at: datetime


class TimerIgnored(CaseEvent):
    """The timer of a wait came when the wait was over, or had moved: the answer was first."""

    wait: str
    due_at: datetime


class ReminderIssued(CaseEvent):
    wait: str
    owner: Party
    after: int
    due_at: datetime
    missed: int
    """Earlier steps it stands for, which nobody was there to take."""
    again_at: datetime | None
    """When the owner is reminded once more, where the ladder has no more rungs."""


class EscalationRaised(CaseEvent):
    number: int
    wait: str
    owner: Party
    to: Party
    after: int
    due_at: datetime
    missed: int
    again_at: datetime | None


class EscalationAcknowledged(CaseEvent):
    number: int
    wait: str
    acknowledged_as: Party
    note: FreeText | None


class WaitReassigned(CaseEvent):
    """Staff let it lie: it is somebody else's now, with a clock of their own. The case's age goes on."""

    wait: str
    owner: Party
    to: Party


class LapseHeld(CaseEvent):
    """A school's wait would have lapsed, but not everything was done first that fairness asks for."""

    wait: str
    owner: Party
    because: tuple[Literal["step-missed", "reminder-not-delivered", "escalation-not-acknowledged"], ...]


class DraftExpired(CaseEvent):
    pass


class CaseLapsed(CaseEvent):
    wait: str
    party: Party
    stage: str
    """Stage it lapsed from."""


class CaseReopened(CaseEvent):
    to: Literal["awaiting_head_consent", "awaiting_alignment", "triage"]
    """Consent and alignment are asked for anew where they were never given, or by somebody who has left."""
    reason: FreeText


class WorkAssigned(CaseEvent):
    """Whose work it is, of the several people who hold the post."""

    party: Party
    person: PersonId
    was: PersonId | None


class ContactRecorded(CaseEvent):
    """Somebody was told, or was not reached, in another way than by mail."""

    party: Party
    method: Literal["phone", "letter", "in-person"]
    reached: bool
    note: FreeText | None


class MailAccepted(CaseEvent):
    """A mail server took the mail for delivery."""

    mail: str
    """Message id, left of the @: the event that it tells of, and the person."""
    template: str
    template_version: int
    party: Party
    person: PersonId
    language: Literal["cy", "en", "fil", "cy+en", "en+fil"]
    wait: str | None
    """The wait that it reminds of."""


class MailFailed(CaseEvent):
    """The mail did not go out, and will not; a reminder is then owed in another way."""

    mail: str
    template: str
    template_version: int
    party: Party
    person: PersonId | None
    """None where nobody holds the post."""
    reason: Literal["refused", "no-address", "nobody", "unreachable"]
    wait: str | None


class KeptStep(Value):
    """What a pause keeps of a step."""

    do: ChaseAct
    after: int
    to: Party | None
    days_left: int
    """Counted days from the pause to the step; from the step to the due day, where the agreement names that."""


class KeptWait(Value):
    """What a pause keeps of a wait."""

    wait: str
    days_left: int
    steps: tuple[KeptStep, ...]


class CasePaused(CaseEvent):
    schema_version: ClassVar[int] = 2
    reason_code: str
    review_on: date
    kept: tuple[KeptWait, ...]


class PauseProlonged(CaseEvent):
    reason_code: str
    review_on: date


class CaseResumed(CaseEvent):
    pass
