"""What lists, reports and pages show of networks and of the schools in them."""

from typing import Any

from sqlalchemy import Connection, case, func, select

from activities.read_models.schema import network, network_use
from domain.directory.networks import NetworkEntry


def list_networks(connection: Connection) -> list[dict[str, Any]]:
    """Every network with its places, by programme and code."""
    signposted = func.sum(case((network_use.c.how == "signposted", 1), else_=0))
    uses = {
        row.network: row
        for row in connection.execute(
            select(
                network_use.c.network,
                func.sum(network_use.c.places).label("taken"),
                signposted.label("signposted"),
            ).group_by(network_use.c.network)
        )
    }
    rows = connection.execute(select(network).order_by(network.c.programme, network.c.code))
    return [_shown(row, uses.get(row.code)) for row in rows]


def enrolments(connection: Connection, code: str) -> list[dict[str, Any]]:
    """The cases that ended in that network, the earliest first."""
    query = select(network_use).where(network_use.c.network == code)
    names = ("reference", "school", "how", "places", "since", "until", "outcome")
    ordered = query.order_by(network_use.c.since, network_use.c.reference)
    return [{name: getattr(row, name) for name in names} for row in connection.execute(ordered)]


def _shown(row: Any, use: Any) -> dict[str, Any]:
    entry = NetworkEntry.model_validate_json(row.content)
    taken = int(use.taken) if use else 0
    return {
        "code": row.code,
        **entry.model_dump(mode="json", exclude={"title", "how"}),
        "title": entry.title.model_dump(exclude_none=True),
        "how": entry.how.model_dump(exclude_none=True),
        "taken": taken,
        "left": None if entry.places is None else max(0, entry.places - taken),
        "signposted": int(use.signposted) if use else 0,
        "open": row.open,
    }
