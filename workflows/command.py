"""One command to a stream that has no workflow of its own: a school, a person, a provider, a programme."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.ids import stream_kind
    from domain.messages import COMMAND_WORKFLOW, HANDLE_COMMAND, Answer, Command, HandleCommand
    from domain.streams import CASE
    from workflows.asking import ask_log


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
        return handled.answer
