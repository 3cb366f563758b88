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

AT_ONCE: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), backoff_coefficient=2.0, maximum_attempts=3
)
"""Attempts within the workflow task; then the log counts as away, and is waited for in another way."""

AT_ONCE_TIMEOUT: Final = timedelta(seconds=6)

RETRY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=10),
)
"""For as long as it takes. Which errors are final, the activities say: `activities.temporal`."""

ASK_AGAIN: Final = timedelta(hours=1)
"""How long a deadline that the log did not let pass is left alone; otherwise the case would ask without end."""

ORPHAN_GRACE: Final = timedelta(minutes=10)
"""How long a run without a case in the log waits for the command that would open it."""

MAIL_TIMEOUT: Final = timedelta(minutes=2)
"""For all that one case has to tell at a time, with a slow mail server."""

MAIL_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=5),
)
"""For as long as it takes, as a mail server that is down comes back after a while. When to give a mail up,
the activity says."""

LONG_TIMEOUT: Final = timedelta(hours=2)
"""For an activity that goes through all cases, and says so as it goes."""

HEARTBEAT_TIMEOUT: Final = timedelta(seconds=20)
"""How long such an activity may say nothing before another worker takes it up."""

SOME_TIMES: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=3.0,
    maximum_interval=timedelta(minutes=5),
    maximum_attempts=6,
)
"""For what the next night does if it cannot be done now."""
