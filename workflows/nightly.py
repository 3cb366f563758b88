"""The nightly sweep: what fell down between two runs, or between two servers, is picked up."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import NIGHTLY_WORKFLOW, SWEEP, Swept
    from workflows.options import HEARTBEAT_TIMEOUT, LONG_TIMEOUT, SOME_TIMES
    from workflows.wakes import deliver_wakes


@workflow.defn(name=NIGHTLY_WORKFLOW)
class NightlyWorkflow:
    """Started by Temporal's schedule at night, and by `brokerage admin sweep`."""

    @workflow.run
    async def run(self) -> Swept:
        """Wake, nudge, look for the silent; the counts of it."""
        woken = await deliver_wakes()
        swept: Swept = await workflow.execute_activity(
            SWEEP,
            result_type=Swept,
            start_to_close_timeout=LONG_TIMEOUT,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=SOME_TIMES,
            summary="look at every open case",
        )
        return swept.model_copy(update={"woken": woken})
