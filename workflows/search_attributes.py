"""The five search attributes of a case, in one place; changed only when its stage changes."""

from collections.abc import Sequence
from typing import Any, Final

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from domain.messages import CaseStatus

STAGE: Final = SearchAttributeKey.for_keyword("CaseStage")
WAITING_ON: Final = SearchAttributeKey.for_keyword("CaseWaitingOn")
DUE_AT: Final = SearchAttributeKey.for_datetime("CaseDueAt")
PROGRAMME: Final = SearchAttributeKey.for_keyword("CaseProgramme")
AUTHORITY: Final = SearchAttributeKey.for_keyword("CaseAuthority")

SEARCH_ATTRIBUTES: Final[Sequence[SearchAttributeKey[Any]]] = (
    STAGE,
    WAITING_ON,
    DUE_AT,
    PROGRAMME,
    AUTHORITY,
)


def updates_for(status: CaseStatus) -> list[SearchAttributeUpdate[Any]]:
    """The attributes as the status has them; what it does not have is unset."""
    return [
        STAGE.value_set(status.stage) if status.stage else STAGE.value_unset(),
        WAITING_ON.value_set(status.waiting_on) if status.waiting_on else WAITING_ON.value_unset(),
        DUE_AT.value_set(status.next_deadline) if status.next_deadline else DUE_AT.value_unset(),
        PROGRAMME.value_set(status.programme) if status.programme else PROGRAMME.value_unset(),
        AUTHORITY.value_set(status.authority) if status.authority else AUTHORITY.value_unset(),
    ]
