"""Waking the cases that an event elsewhere concerns: each is told by a command of the system, and looks again."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.commands.deciding import keeps_a_trace
from activities.event_log.append import EventLog
from activities.handle_command import CommandHandler
from activities.kill_points import kill_point
from activities.reaching import NO_ANSWER, TASK_TIMEOUT, while_serving
from activities.read_models.wakes import Wake, forget_wakes, read_wakes
from activities.submitting import submit_to_case
from domain.ids import WAKES_ID, case_stream, wake_command_id
from domain.messages import CALL_WAKES, DELIVER_WAKES, NUDGE_SIGNAL, WAKES_WORKFLOW, Refused

_log = structlog.get_logger(__name__)

_AT_ONCE: Final = 16
"""Cases that are woken at the same time, by one worker."""
_PAGE: Final = 200
_LONGEST_ANSWER: Final = timedelta(seconds=15)


async def call_wakes(client: Client, task_queue: str) -> None:
    """Start the run that delivers wakes, or tell the one there is; Temporal's answer is all that is waited for."""
    await client.start_workflow(
        WAKES_WORKFLOW,
        id=WAKES_ID,
        task_queue=task_queue,
        start_signal=NUDGE_SIGNAL,
        static_summary="Wake cases that an event elsewhere concerns",
    )


class WakeActivities:
    """Activities that hold a client; async, so that a thousand cases do not need a thousand threads."""

    def __init__(self, client: Client, handler: CommandHandler, log: EventLog) -> None:
        self._client = client
        self._handler = handler
        self._event_log = log

    def all(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.call_wakes, self.deliver_wakes]

    @activity.defn(name=CALL_WAKES)
    async def call_wakes(self) -> None:
        """See to it that the wakes that are on record now are delivered; does not wait for that.

        One run at a time delivers. It is started or told in one request, so that none is overlooked that
        was written while it was about to end.
        """
        await call_wakes(self._client, activity.info().task_queue)

    @activity.defn(name=DELIVER_WAKES)
    async def deliver_wakes(self) -> int:
        """Wake all that are to be woken, and say how many; raises where some did not answer.

        Each is woken by a command whose id follows from its reason, and forgotten once it has answered: what
        is done twice after a kill is answered the second time from the log.
        """
        woken = await while_serving(self._deliver())
        kill_point("before_completion")
        return woken

    async def _deliver(self) -> int:
        woken, silent, after = 0, 0, ""
        while page := await asyncio.to_thread(self._read, after):
            answered = await self._wake(page)
            await asyncio.to_thread(self._forget, answered)
            woken, silent = woken + len(answered), silent + len(page) - len(answered)
            after = page[-1].reference
        if silent:
            raise ApplicationError(f"{silent} cases did not answer, {woken} did", type="NoAnswer")
        return woken

    async def _wake(self, page: list[Wake]) -> list[Wake]:
        """Those of the page that have answered."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def wake(one: Wake) -> Wake | None:
            async with places:
                answered = await self._is_answered(one)
            activity.heartbeat()
            return one if answered else None

        return [one for one in await asyncio.gather(*map(wake, page)) if one is not None]

    async def _is_answered(self, one: Wake) -> bool:
        command = self._handler.system_command(
            case_stream(one.reference),
            "recount",
            {"position": one.position},
            wake_command_id(one.reference, one.position),
        )
        info = activity.info()
        attempt = f"{info.workflow_run_id}.{info.activity_id}.{info.attempt}"
        try:
            answer = await submit_to_case(
                self._client,
                command,
                task_queue=info.task_queue,
                task_timeout=TASK_TIMEOUT,
                timeout=_LONGEST_ANSWER,
                attempt=attempt,
            )
        except NO_ANSWER as error:
            _log.warning("a case does not wake", case=one.reference, error=type(error).__name__)
            return False
        if isinstance(answer, Refused):
            _log.warning("a case does not look again", case=one.reference, code=answer.code)
            return keeps_a_trace(answer)
        return True

    def _read(self, after: str) -> list[Wake]:
        with self._handler.reading() as connection:
            return read_wakes(connection, after, _PAGE)

    def _forget(self, answered: list[Wake]) -> None:
        if not answered:
            return
        kill_point("before_commit")
        with self._event_log.transaction() as held:
            forget_wakes(held.connection, answered)
        kill_point("after_commit")
