"""One command to a stream that has no workflow of its own: a school, a person, a provider, a programme."""

from temporalio import workflow

from workflows.options import ACTIVITY_TIMEOUT, LOCAL_RETRY_THRESHOLD, RETRY

with workflow.unsafe.imports_passed_through():
    from domain.messages import (
        COMMAND_WORKFLOW,
        HANDLE_COMMAND,
        Answer,
        Command,
        HandleCommand,
        HandledCommand,
    )


@workflow.defn(name=COMMAND_WORKFLOW)
class CommandWorkflow:
    """A short run: hand the command to the log, return its answer."""

    @workflow.run
    async def run(self, command: Command) -> Answer:
        """The answer; the same command again, in a new run, gets the same one from the log."""
        info = workflow.info()
        handled: HandledCommand = await workflow.execute_local_activity(
            HANDLE_COMMAND,
            HandleCommand(command=command, now=workflow.now(), workflow=info.workflow_id, run=info.run_id),
            result_type=HandledCommand,
            start_to_close_timeout=ACTIVITY_TIMEOUT,
            local_retry_threshold=LOCAL_RETRY_THRESHOLD,
            retry_policy=RETRY,
            summary=command.verb,
        )
        return handled.answer
