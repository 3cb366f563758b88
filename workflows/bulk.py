"""Many cases, one decision: a part of it is handed on batch by batch, whatever dies in between.

Nothing is decided here and nothing is kept: each command is its sender's own, signed before it came, and
a case takes the same command once. So a batch that was cut off is simply handed on again.
"""

from datetime import timedelta
from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.bulk import (
        BULK_WORKFLOW,
        SUBMIT_BATCH,
        BulkPart,
        BulkProgress,
        CaseOutcome,
        Outcomes,
        batches_of,
        bulk_queue,
    )
    from workflows.options import RETRY

_BATCH_TIMEOUT: Final = timedelta(minutes=10)
"""Longer than the patience with every case of a batch together."""

_HEARTBEAT: Final = timedelta(seconds=5)
"""A dead worker's batch is another's after this."""


@workflow.defn(name=BULK_WORKFLOW)
class BulkWorkflow:
    """One part: at most `LARGEST_PART` commands, so its history stays short and needs no second run."""

    @workflow.init
    def __init__(self, part: BulkPart) -> None:
        self._total = len(part.commands)
        self._outcomes: list[CaseOutcome] = []

    @workflow.run
    async def run(self, part: BulkPart) -> Outcomes:
        """Hand on every command; the outcomes in the order of the commands."""
        queue = bulk_queue(workflow.info().task_queue)
        for batch in batches_of(part.commands):
            answered: Outcomes = await workflow.execute_activity(
                SUBMIT_BATCH,
                batch,
                task_queue=queue,
                result_type=Outcomes,
                start_to_close_timeout=_BATCH_TIMEOUT,
                heartbeat_timeout=_HEARTBEAT,
                retry_policy=RETRY,
                summary=f"{len(self._outcomes) + 1} to {len(self._outcomes) + len(batch.commands)} of {self._total}",
            )
            self._outcomes += answered.outcomes
        return Outcomes(outcomes=tuple(self._outcomes))

    @workflow.query(name="progress", description="How many cases have answered.")
    def progress(self) -> BulkProgress:
        """For operators; what became of each case is in the log."""
        return BulkProgress(total=self._total, answered=len(self._outcomes))
