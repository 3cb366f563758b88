"""The one timer of a case."""

import asyncio
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import CaseStatus


class Alarm:
    """Set for the earliest instant, by the server's clock, at which the case has to look.

    A later instant does not move it: it rings, the case looks, and sets it anew. So what people answer in
    time costs no timer.
    """

    def __init__(self) -> None:
        self._timer: asyncio.Task[None] | None = None
        self._set_for: datetime | None = None
        self._at_once = False

    @property
    def rings(self) -> bool:
        """Whether its instant has come and nobody has stopped it."""
        return self._at_once or (self._timer is not None and self._timer.done())

    def set(self, instant: datetime, words: str, *, hurry: bool = False) -> None:
        """Ring at that instant, if not earlier; one that has passed rings after a second, which is Temporal's
        shortest timer, or at once where months are to pass in a hurry. `words` are for Temporal's page.
        """
        if hurry and instant <= workflow.now():
            self._at_once = True
            return
        if self._timer is not None:
            if self._set_for is not None and self._set_for <= instant:
                return
            self._timer.cancel()
        self._set_for = instant
        delay = max((instant - workflow.now()).total_seconds(), 0)
        self._timer = asyncio.create_task(workflow.sleep(delay, summary=words))

    def stop(self) -> None:
        """It has been heard."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._at_once = None, False


def due_next(status: CaseStatus) -> tuple[datetime, str] | None:
    """When something next happens by itself, and to which wait.

    A status of before waits had ladders, in the history of a run that is open, names its deadline only.
    """
    at, wait = status.chase_at or status.next_deadline, status.chase_wait or status.next_wait
    return None if at is None or wait is None else (at, wait)
