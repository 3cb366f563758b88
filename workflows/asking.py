"""How a workflow asks the log: at once where it answers, patiently where it does not."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

from domain.messages import HandleCommand, HandledCommand, PassDeadline
from workflows.options import ACTIVITY_TIMEOUT, AT_ONCE, AT_ONCE_TIMEOUT, RETRY


async def ask_log(activity: str, request: HandleCommand | PassDeadline, summary: str) -> HandledCommand:
    """Decide and commit; raises FailureError only for what would fail again however often it is tried.

    A local activity is cheaper than a normal one, but each of its longer waits fills the history, of
    which a run has only so much, and nobody sees it. So a log that stays away is waited for by a normal
    activity: its retries leave nothing in the history, and Temporal's page shows them with their error.
    Asked twice, the log answers the same command with the same answer.
    """
    try:
        handled: HandledCommand = await workflow.execute_local_activity(
            activity,
            request,
            result_type=HandledCommand,
            start_to_close_timeout=ACTIVITY_TIMEOUT,
            schedule_to_close_timeout=AT_ONCE_TIMEOUT,
            retry_policy=AT_ONCE,
            summary=summary,
        )
    except FailureError as error:
        if is_cancelled_exception(error) or _is_final(error):
            raise
        handled = await workflow.execute_activity(
            activity,
            request,
            result_type=HandledCommand,
            start_to_close_timeout=ACTIVITY_TIMEOUT,
            retry_policy=RETRY,
            summary=summary,
        )
    return handled


def _is_final(error: FailureError) -> bool:
    """A local activity's own error comes as it is, a normal one's inside an ActivityError."""
    told = error if isinstance(error, ApplicationError) else error.cause
    return isinstance(told, ApplicationError) and told.non_retryable
