"""The one timer of a case."""

import asyncio
from datetime import datetime

from temporalio import workflow


class Alarm:
    """Set for the earliest instant, by the server's clock, at which the case has to look.

    A later instant does not move it: it rings, the case looks, and sets it anew. So what people answer in
    time costs no timer.
    """

    def __init__(self) -> None:
        self._timer: asyncio.Task[None] | None = None
        self._set_for: datetime | None = None

    @property
    def rings(self) -> bool:
        """Whether its instant has come and nobody has stopped it."""
        return self._timer is not None and self._timer.done()

    def set(self, instant: datetime, words: str) -> None:
        """Ring at that instant, if not earlier; one that has passed rings at once. `words` are for Temporal's page."""
        if self._timer is not None:
            if self._set_for is not None and self._set_for <= instant:
                return
            self._timer.cancel()
        self._set_for = instant
        delay = max((instant - workflow.now()).total_seconds(), 0)
        self._timer = asyncio.create_task(workflow.sleep(delay, summary=words))

    def stop(self) -> None:
        """It has been heard."""
        self._timer = None
