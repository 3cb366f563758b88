"""Rows of networks and courses, and of the cases that ended in one; and what rules ask of them."""

from typing import Any

from sqlalchemy import Connection, func, select

from activities.read_models.schema import network, network_use
from domain.canonical import canonical_bytes
from domain.case.situation import NetworkFact
from domain.case.state import CaseState
from domain.directory.networks import NetworkEntry, NetworkState

_FREES: tuple[str, ...] = ("left", "not-taken-up")
"""Outcomes of an enrolment that give its places back."""


def network_values(code: str, state: NetworkState, position: int) -> list[dict[str, Any]]:
    """The row of a network; none before it was first opened."""
    if state.entry is None:
        return []
    content = canonical_bytes(state.entry.model_dump(mode="json")).decode()
    row = {
        "code": code,
        "programme": state.entry.programme,
        "content": content,
        "places": state.entry.places,
        "open": state.open,
        "position": position,
    }
    return [row]


def network_use_values(state: CaseState, position: int) -> list[dict[str, Any]]:
    """The row of a case that ended in a network on record: enrolled in it, or pointed to it."""
    row: dict[str, Any] = {"reference": state.reference, "school": state.recipient, "position": position}
    enrolled = state.enrolment
    if enrolled is not None:
        until = enrolled.until.isoformat() if enrolled.until else None
        row |= {
            "network": enrolled.network,
            "how": "enrolled",
            "places": 0 if enrolled.outcome in _FREES else enrolled.places,
            "since": enrolled.since.isoformat(),
            "until": until,
            "outcome": enrolled.outcome,
        }
        return [row]
    if state.signposted_to is None:
        return []
    unsaid = {"since": None, "until": None, "outcome": None}
    return [row | {"network": state.signposted_to, "how": "signposted", "places": 0} | unsaid]


def places_taken(connection: Connection, code: str) -> int:
    """Places of that network that are taken, by every school together."""
    query = select(func.sum(network_use.c.places)).where(network_use.c.network == code)
    return connection.execute(query).scalar() or 0


def network_fact(connection: Connection, code: str, school: str) -> tuple[NetworkFact, int] | None:
    """What rules ask of a network in a case of that school, and the position it rests on."""
    row = connection.execute(select(network).where(network.c.code == code)).one_or_none()
    if row is None:
        return None
    entry = NetworkEntry.model_validate_json(row.content)
    own = select(network_use.c.reference).where(
        network_use.c.network == code,
        network_use.c.school == school,
        network_use.c.how == "enrolled",
        network_use.c.until.is_(None),
    )
    fact = NetworkFact(
        code=code,
        programme=entry.programme,
        open=row.open,
        areas=entry.areas,
        phases=entry.phases,
        last_date=entry.last_date,
        places=entry.places,
        taken=places_taken(connection, code),
        enrolled=tuple(connection.execute(own.order_by(network_use.c.reference)).scalars()),
    )
    return fact, row.position


def network_entry(connection: Connection, state: CaseState) -> NetworkEntry | None:
    """What stands about the network or course that a case ended in; None where it is none on record."""
    code = state.enrolment.network if state.enrolment else state.signposted_to
    if code is None:
        return None
    content = connection.execute(select(network.c.content).where(network.c.code == code)).scalar()
    return NetworkEntry.model_validate_json(content) if content else None
