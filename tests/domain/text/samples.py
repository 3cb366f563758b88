"""Every event in every way it is told, each with the programme it happened in."""

from functools import lru_cache

from domain.case import events as e
from domain.programmes import Programme
from tests.domain.case.test_state import offices

_OTHERWISE: dict[type[e.CaseEvent], dict[str, object]] = {
    e.RequestAmended: {"request_version": 0},
    e.OfferAccepted: {"conflict": "declared"},
    e.ImpactValidated: {"disagreements": (1, 2)},
    e.CaseClosed: {"unevaluated": True},
}
"""What must be different in an event for its other variant to be told."""


@lru_cache(maxsize=1)
def events_told() -> tuple[tuple[e.CaseEvent, Programme], ...]:
    """The events of all sample cases, and their other variants."""
    events = [(event, office.programme) for office in offices() for event, _ in office.log]
    return (
        *events,
        *(
            (event.model_copy(update=_OTHERWISE[type(event)]), programme)
            for event, programme in events
            if type(event) in _OTHERWISE
        ),
    )
