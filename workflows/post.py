"""The mail of a case: delivered beside its commands, never in their way."""

import asyncio
from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from domain.messages import DELIVER_MAIL, CaseStatus, DeliverMail
    from workflows.options import MAIL_RETRY, MAIL_TIMEOUT


class Post:
    """At most one delivery at a time; `told` hears how the case stands after each.

    A mail server that is down is waited for by a normal activity, whose attempts leave nothing in the
    history. Where an attempt ends well and still leaves everything unsent, as without a mail server at all,
    the next one comes when the case has changed or somebody nudges it.
    """

    def __init__(self, reference: str, told: Callable[[CaseStatus], None]) -> None:
        self._reference = reference
        self._told = told
        self._delivery: asyncio.Task[None] | None = None
        self._tried: int | None = None

    def attend(self, status: CaseStatus) -> None:
        """Begin to deliver, if there is something unsent that no delivery is at or has just left lying."""
        if self._delivery is not None and self._delivery.done():
            self._delivery = None
        if status.unsent and self._delivery is None and self._tried != status.version:
            self._tried = status.version
            self._delivery = asyncio.create_task(self._deliver(status.unsent))

    def try_again(self) -> None:
        """Do not leave lying what the last delivery left."""
        self._tried = None

    async def close(self) -> None:
        """Let an attempt that is under way end, and give up waiting for the next: another run does that."""
        if self._delivery is not None:
            self._delivery.cancel()
            await workflow.wait([self._delivery])

    async def _deliver(self, unsent: int) -> None:
        try:
            status = await workflow.execute_activity(
                DELIVER_MAIL,
                DeliverMail(reference=self._reference),
                result_type=CaseStatus,
                start_to_close_timeout=MAIL_TIMEOUT,
                retry_policy=MAIL_RETRY,
                cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
                summary=f"mail: {unsent}",
            )
        except FailureError as error:
            if not is_cancelled_exception(error):
                # The run must outlive a bug: what is unsent is tried again when the case has changed.
                workflow.logger.warning("mail was not delivered")
            return
        self._told(status)
