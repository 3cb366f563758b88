"""How activities are called: time-outs and retries, in one place.

A command waits for its database for as long as it takes: attempts are not limited, nothing is lost, and
the person who sent it learns after their own time-out that the outcome is unknown and safe to repeat.
"""

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy

TASK_TIMEOUT: Final = timedelta(seconds=3)
"""Workflow task time-out: a killed worker's task is another's after this."""

ACTIVITY_TIMEOUT: Final = timedelta(seconds=4)

RETRY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=10),
)
LOCAL_RETRY_THRESHOLD: Final = timedelta(seconds=5)
"""Longer waits between attempts become timers, so that the workflow task is not held."""

ORPHAN_GRACE: Final = timedelta(minutes=10)
"""How long a run without a case in the log waits for the command that would open it."""
