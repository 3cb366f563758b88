"""The schedule of the nightly sweep in Temporal: made by whichever worker starts first, and kept as it should be."""

from datetime import time, timedelta
from typing import Final

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from domain.ids import NIGHTLY_ID, SCHEDULE_ID
from domain.messages import NIGHTLY_WORKFLOW

CATCH_UP: Final = timedelta(days=1)
"""A night that nobody was there for is made up for within a day; of several, the last."""


async def ensure_schedule(client: Client, task_queue: str, at: time, zone: str) -> None:
    """Have the sweep started every night at that time of that zone. Raises RPCError.

    Doing it again changes nothing, also where several workers do it at once. A schedule that an operator
    has paused stays paused.
    """
    wanted = _schedule(task_queue, at, zone)
    try:
        await client.create_schedule(SCHEDULE_ID, wanted)
    except ScheduleAlreadyRunningError:

        def as_wanted(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
            wanted.state = found.description.schedule.state
            return ScheduleUpdate(wanted)

        await client.get_schedule_handle(SCHEDULE_ID).update(as_wanted)


def _schedule(task_queue: str, at: time, zone: str) -> Schedule:
    calendar = ScheduleCalendarSpec(
        hour=[ScheduleRange(at.hour)],
        minute=[ScheduleRange(at.minute)],
        comment="every night",
    )
    return Schedule(
        action=ScheduleActionStartWorkflow(
            NIGHTLY_WORKFLOW,
            id=NIGHTLY_ID,
            task_queue=task_queue,
            static_summary="Nightly sweep over all open cases",
        ),
        spec=ScheduleSpec(calendars=[calendar], time_zone_name=zone),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )
