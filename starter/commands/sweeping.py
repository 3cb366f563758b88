"""`brokerage admin sweep`: the nightly sweep, now."""

import asyncio
from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter

from activities.settings import Settings
from domain.ids import NIGHTLY_ID, TASK_QUEUE
from domain.messages import NIGHTLY_WORKFLOW, Swept
from starter.failures import Exit, Failure
from starter.output import note, say_json, say_table

_FIRST_WORD_AFTER = 3.0
_WORDS = {
    "woken": "looked again, because of a change elsewhere",
    "nudged": "were made to read the log anew",
    "unsent": "had had something to tell for an hour",
    "late": "had let their time pass",
    "lost": "had no run, and got one",
    "unreached": "could not be reached",
    "silent": "are open, or have money to settle, and wait for nobody",
}


def sweep(
    *,
    timeout: Annotated[float, Parameter(help="Seconds to wait for its end; it goes on without us.")] = 600.0,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """Do now what a schedule does every night: wake, nudge and start whom somebody forgot, and count them.

    Exits 8 where a case that is not settled awaits nothing: there must be none. Exits 7 where a case could not be reached.
    """
    swept = asyncio.run(_sweep(Settings(), timeout))
    if json:
        say_json(swept.model_dump(mode="json"))
    else:
        say_table(
            ((name, str(getattr(swept, name)), words) for name, words in _WORDS.items()),
            ("CASES", "COUNT", "MEANING"),
        )
    for reference in swept.silent_cases:
        note(
            f"✗ {reference} is not settled, and nobody is waited for.  Next: brokerage case show {reference}"
        )
    if swept.silent:
        return Exit.AUDIT_FAILED
    return Exit.SOME_FAILED if swept.unreached else Exit.DONE


async def _sweep(settings: Settings, timeout: float) -> Swept:
    from temporalio.client import WorkflowFailureError
    from temporalio.common import WorkflowIDConflictPolicy
    from temporalio.service import RPCError

    from starter.connection import connect

    client = await connect(settings)
    patience = asyncio.get_running_loop().call_later(
        _FIRST_WORD_AFTER, note, "… still waiting for a worker to look at every open case"
    )
    try:
        handle = await client.start_workflow(
            NIGHTLY_WORKFLOW,
            id=NIGHTLY_ID,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="Sweep over all open cases",
            result_type=Swept,
            rpc_timeout=timedelta(seconds=20),
        )
        swept: Swept = await asyncio.wait_for(handle.result(), timeout)
    except TimeoutError as error:
        raise Failure(
            Exit.NOT_YET,
            "U-TIMEOUT",
            f"The sweep has not ended after {timeout:g} s; it goes on without us.",
            ("Is a worker running? brokerage doctor", "The same line waits for the same sweep."),
            ("brokerage admin sweep",),
        ) from error
    except WorkflowFailureError as error:
        raise Failure(
            Exit.BUG,
            "B-WORKER",
            f"The sweep failed: {error.cause}.",
            ("The worker's log has the details.",),
            ("brokerage doctor",),
        ) from error
    except RPCError as error:
        raise Failure(
            Exit.UNREACHABLE,
            "U-TEMPORAL",
            f"Temporal does not take it: {error.message.rstrip('.')}. Nothing was started.",
            next_lines=("brokerage doctor",),
        ) from error
    finally:
        patience.cancel()
    return swept
