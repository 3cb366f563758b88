"""What lists and reports show of support overviews, and of cases that cite what has changed since."""

from typing import Any

from sqlalchemy import Connection, select

from activities.read_models.schema import case_row, overview
from domain.directory.overviews import version_order
from starter.reading import Office
from starter.views.case import read_cases


def list_overviews(connection: Connection) -> list[dict[str, Any]]:
    """A row for each priority of each version of each school's overview, the latest version of a school last."""
    rows = [
        {
            "school": row.school,
            "version": row.version,
            "priority": row.ref,
            "area": row.area,
            "since": row.since,
        }
        for row in connection.execute(select(overview).order_by(overview.c.school, overview.c.ref))
    ]
    return sorted(rows, key=lambda row: (row["school"], version_order(row["version"])))


def drifted(office: Office) -> list[dict[str, Any]]:
    """Open cases that cite a priority which the latest version on record no longer has, or has in other words."""
    latest = _latest(office.connection)
    query = (
        select(case_row.c.reference)
        .where(case_row.c.open.is_(True), case_row.c.recipient.in_(sorted(latest)))
        .order_by(case_row.c.reference)
    )
    rows = []
    for record in read_cases(office, office.connection.execute(query).scalars()):
        state = record.state
        if state.priority is None or state.overview_version is None:
            continue
        version, priorities = latest[state.recipient]
        since = priorities.get(state.priority)
        if since is not None and version_order(since) <= version_order(state.overview_version):
            continue
        rows.append(
            {
                "reference": state.reference,
                "recipient": state.recipient,
                "stage": str(state.stage),
                "priority": state.priority,
                "cited_version": state.overview_version,
                "latest_version": version,
                "became": "gone" if since is None else "changed",
                "changed_in": since,
            }
        )
    return rows


def _latest(connection: Connection) -> dict[str, tuple[str, dict[str, str]]]:
    """By school, its latest version with the version since which the words of each priority stand."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for row in list_overviews(connection):
        version, priorities = found.get(row["school"], ("", {}))
        own = priorities if version == row["version"] else {}
        found[row["school"]] = row["version"], {**own, row["priority"]: row["since"]}
    return found
