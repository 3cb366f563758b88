"""One command to a stream that has no workflow of its own: a school, a person, a provider, a programme."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.ids import stream_kind
    from domain.messages import CALL_WAKES, COMMAND_WORKFLOW, HANDLE_COMMAND, Answer, Command, HandleCommand
    from domain.streams import CASE
    from workflows.asking import ask_log
    from workflows.options import ACTIVITY_TIMEOUT, AT_ONCE, AT_ONCE_TIMEOUT


@workflow.defn(name=COMMAND_WORKFLOW)
class CommandWorkflow:
    """A short run: hand the command to the log, return its answer."""

    @workflow.run
    async def run(self, command: Command) -> Answer:
        """The answer; the same command again, in a new run, gets the same one from the log."""
        if stream_kind(command.stream) == CASE:
            raise ApplicationError("a case takes commands through its own workflow only", type="WrongStream")
        info = workflow.info()
        request = HandleCommand(
            command=command, now=workflow.now(), workflow=info.workflow_id, run=info.run_id
        )
        handled = await ask_log(HANDLE_COMMAND, request, command.verb)
        if handled.wakes:
            await self._call_wakes()
        return handled.answer

    async def _call_wakes(self) -> None:
        """Another run wakes the cases that the command concerns; its sender does not wait for them."""
        try:
            await workflow.execute_local_activity(
                CALL_WAKES,
                start_to_close_timeout=ACTIVITY_TIMEOUT,
                schedule_to_close_timeout=AT_ONCE_TIMEOUT,
                retry_policy=AT_ONCE,
                summary="wakes",
            )
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            # The command is done. Whom it concerns is on record, and the nightly sweep wakes them.
            workflow.logger.warning("the wakes could not be called")
