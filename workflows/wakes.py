"""Waking cases: one run at a time, as long as there is somebody to wake."""

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.messages import DELIVER_WAKES, NUDGE_SIGNAL, WAKES_WORKFLOW
    from workflows.options import HEARTBEAT_TIMEOUT, LONG_TIMEOUT, SOME_TIMES


@workflow.defn(name=WAKES_WORKFLOW)
class WakesWorkflow:
    """Started or told by every command to another stream that wakes somebody."""

    def __init__(self) -> None:
        self._told = False

    @workflow.run
    async def run(self) -> int:
        """Wake all there are, again where more have come meanwhile; how many looked again."""
        woken = 0
        while True:
            self._told = False
            woken += await deliver_wakes()
            if not self._told:
                return woken
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new()

    @workflow.signal(name=NUDGE_SIGNAL, description="There are more to wake.")
    def nudge(self) -> None:
        """`run` looks when it is done with those it has."""
        self._told = True


async def deliver_wakes() -> int:
    """How many looked again; whom nobody could wake in a while, the nightly sweep wakes."""
    try:
        woken: int = await workflow.execute_activity(
            DELIVER_WAKES,
            result_type=int,
            start_to_close_timeout=LONG_TIMEOUT,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=SOME_TIMES,
            summary="wake cases",
        )
    except FailureError as error:
        if is_cancelled_exception(error):
            raise
        workflow.logger.warning("not every case was woken")
        return 0
    return woken
