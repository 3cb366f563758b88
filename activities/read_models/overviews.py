"""Rows of support overviews: every priority of every version, and what rules ask of them."""

from typing import Any

from sqlalchemy import Connection, select

from activities.read_models.schema import overview
from domain.case.situation import OverviewFact
from domain.directory.overviews import OverviewState, version_order


def overview_values(number: str, state: OverviewState, position: int) -> list[dict[str, Any]]:
    """A row for each priority of each version on record."""
    return [
        {
            "school": number,
            "version": version,
            "ref": one.ref,
            "area": one.area,
            "since": one.since,
            "position": position,
        }
        for version, priorities in state.versions
        for one in priorities
    ]


def overview_facts(connection: Connection, number: str) -> tuple[tuple[OverviewFact, ...], frozenset[int]]:
    """The versions of a school's overview, the latest last, and the positions that they rest on."""
    rows = connection.execute(select(overview).where(overview.c.school == number)).all()
    versions = sorted({row.version for row in rows}, key=version_order)
    facts = tuple(
        OverviewFact(
            version=version,
            priorities={row.ref: row.since for row in rows if row.version == version},
        )
        for version in versions
    )
    return facts, frozenset(row.position for row in rows)
