"""Asking Temporal whether parts of a bulk are still being handed on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from activities.settings import Settings
from domain.bulk import part_id_prefix
from starter.bulk.handing_over import CASES_MEMO
from starter.connection import connect
from starter.failures import Failure

_PATIENCE: Final = timedelta(seconds=5)


@dataclass(frozen=True)
class UnderWay:
    """What Temporal knows of a bulk."""

    parts: int
    running: int
    cases: int
    """How many cases the line handed over when it was last typed."""


async def parts_under_way(settings: Settings, bulk: str) -> UnderWay | None:
    """What Temporal knows; None where it cannot be asked, or forgot."""
    try:
        client = await connect(settings)
        # Newest first, which is Temporal's own order.
        found = client.list_workflows(
            f'WorkflowId STARTS_WITH "{part_id_prefix(bulk)}"', rpc_timeout=_PATIENCE
        )
        parts = [part async for part in found]
        if not parts:
            return None
        memo = await parts[0].memo()
    except (Failure, RPCError):
        return None
    running = sum(part.status is WorkflowExecutionStatus.RUNNING for part in parts)
    return UnderWay(len(parts), running, int(memo[CASES_MEMO]))
