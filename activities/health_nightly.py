"""Whether nothing waits in silence: no open case without a wait, and somebody who looks every night."""

from typing import TYPE_CHECKING

from activities.health import ANSWER_WITHIN, Check
from domain.ids import SCHEDULE_ID

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from temporalio.client import Client


def check_silence(connection: "Connection") -> Check:
    """Whether something is awaited of somebody, by some day, in every open case."""
    from activities.read_models.sweeping import silent_cases

    count, named = silent_cases(connection, 3)
    if count:
        more = f" and {count - len(named)} more" if count > len(named) else ""
        what = f"Open or not settled, and nobody is waited for by any day: {', '.join(named)}{more}."
        return Check("silence", False, what, "See: brokerage admin rebuild --check", needed=False)
    return Check("silence", True, "Every open case waits for somebody, by some day.")


async def check_schedule(client: "Client") -> Check:
    """Whether the nightly sweep is scheduled, and not paused. Commands and deadlines work without it."""
    from temporalio.service import RPCError, RPCStatusCode

    try:
        found = await client.get_schedule_handle(SCHEDULE_ID).describe(rpc_timeout=ANSWER_WITHIN)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            what = f"Whether the nightly sweep is scheduled cannot be seen: {error.message.rstrip('.')}."
            return Check("schedule", False, what, "Ask who runs Temporal.", needed=False)
        what = "Nobody sweeps at night: the schedule is missing."
        return Check("schedule", False, what, "A worker makes it as it starts.", needed=False)
    if found.schedule.state.paused:
        what = "Nobody sweeps at night: the schedule is paused."
        fix = (
            f"Go on: temporal schedule toggle --unpause --schedule-id {SCHEDULE_ID} "
            f"--address {client.service_client.config.target_host} --namespace {client.namespace}"
        )
        return Check("schedule", False, what, fix, needed=False)
    upcoming = found.info.next_action_times
    return Check(
        "schedule",
        True,
        f"Nightly sweep: next {upcoming[0]:%Y-%m-%d %H:%M} UTC" if upcoming else "Nightly sweep",
    )
