"""What is kept of a search for a partner: every school that was looked at, with its points or why it was left out."""

from typing import Any, Literal

from domain.case.event_base import CaseEvent
from domain.case.values import SchoolId, Value

CriterionName = Literal[
    "expertise", "context", "stage_proximity", "travel", "availability", "track_record", "load"
]
Figures = tuple[int | str, ...]
"""What a reason rests on, in the order in which its sentence names it."""


class Criterion(Value):
    """What is compared, and how many of the hundred points it counts."""

    name: CriterionName
    weight: int


class Line(Value):
    """How far a school meets one criterion, and why, as a code that any language has a sentence for."""

    per_mille: int
    code: str
    figures: Figures = ()


class ScoredSchool(Value):
    """A school that could be asked. Its lines stand in the order of the criteria."""

    school: SchoolId
    milli_points: int
    """Of 100,000: thousandths of a point."""
    preferred: bool
    """Whether the recipient has it in mind."""
    lines: tuple[Line, ...]


class ExcludedSchool(Value):
    """A school that was left out, and why."""

    school: SchoolId
    code: str
    figures: Figures = ()


class MatchCandidatesScored(CaseEvent):
    """The whole pool as it was ranked: the best first, and after them who was left out."""

    programme_version: int
    criteria: tuple[Criterion, ...]
    seed: str
    """What schools alike in all else are drawn by."""
    periods: tuple[str, ...]
    """The half terms in which free days were looked for."""
    quarter_days: int
    """The days that are needed."""
    candidates: tuple[ScoredSchool, ...]
    excluded: tuple[ExcludedSchool, ...]

    def payload(self) -> dict[str, Any]:
        """The payload as plain JSON values; there are thousands of them, and none that JSON has not."""
        return self.model_dump(mode="json")
