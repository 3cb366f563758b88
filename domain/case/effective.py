"""What had happened in a case by some time: the events that had occurred by then, in the order of the log.

Events may be entered late, so what had occurred need not be the beginning of the history: an answer that
was given on Monday and entered on Friday had occurred on Tuesday. Mostly the events that are left make a
case; where they do not, because what one of them rests on occurred later, nothing is guessed.
"""

from datetime import datetime

from domain.case.events import CaseEvent, DeadlineMoved, DeadlineSet
from domain.case.lifecycle import LIFECYCLE, Row
from domain.case.state import CaseState, evolve


class NotTellableError(ValueError):
    """The events that had occurred make no case: one of them cannot stand where the others lead to."""


class Telling:
    """A case that is told event by event; each command's events must be ones the lifecycle allows there.

    Only the table is asked: stage, pause, and which events a command may cause. Guards are not tried again.
    """

    def __init__(self) -> None:
        self.state = CaseState()
        self._command = ""
        self._rows: tuple[Row, ...] = ()

    def add(self, command: str, event: CaseEvent, occurred_at: datetime) -> None:
        """Tell the next event, of the command with that id. Raises NotTellableError."""
        if command != self._command:
            self._command = command
            self._rows = tuple(
                row
                for row in LIFECYCLE
                if self.state.stage in row.stages and (row.while_paused or not self.state.paused)
            )
        if self.state.stage is None or not isinstance(event, DeadlineSet | DeadlineMoved):
            self._rows = tuple(row for row in self._rows if type(event) in row.events)
        try:
            after = evolve(self.state, event, occurred_at) if self._rows else None
        except ValueError:
            after = None
        if after is None:
            stage = self.state.stage.words if self.state.stage else "not open"
            raise NotTellableError(
                f"{event.type_name()} had occurred, but what it rests on occurred later: "
                f"without that the case is {stage}"
            )
        self.state = after
