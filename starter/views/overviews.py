"""What lists and reports show of support overviews, and of cases that cite what has changed since."""

from typing import Any

from sqlalchemy import Connection, select

from activities.read_models.schema import case_row, overview
from domain.directory.overviews import version_order
from starter.reading import Office
from starter.views.case import read_case


def list_overviews(connection: Connection) -> list[dict[str, Any]]:
    """A row for each version of each school's overview, the latest version of a school last."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in connection.execute(select(overview).order_by(overview.c.school, overview.c.ref)):
        one = found.setdefault(
            (row.school, row.version), {"school": row.school, "version": row.version, "priorities": []}
        )
        one["priorities"].append({"ref": row.ref, "area": row.area, "since": row.since})
    return sorted(found.values(), key=lambda row: (row["school"], version_order(row["version"])))


def drifted(office: Office) -> list[dict[str, Any]]:
    """Open cases that cite a priority which the latest version on record no longer has, or has in other words."""
    latest = {row["school"]: row for row in list_overviews(office.connection)}
    query = (
        select(case_row.c.reference)
        .where(case_row.c.open.is_(True), case_row.c.recipient.in_(sorted(latest)))
        .order_by(case_row.c.reference)
    )
    rows = []
    for reference in office.connection.execute(query).scalars():
        state = read_case(office, reference).state
        if state.priority is None or state.overview_version is None:
            continue
        now = latest[state.recipient]
        since = {one["ref"]: one["since"] for one in now["priorities"]}.get(state.priority)
        if since is not None and version_order(since) <= version_order(state.overview_version):
            continue
        rows.append(
            {
                "reference": reference,
                "recipient": state.recipient,
                "stage": str(state.stage),
                "priority": state.priority,
                "cited_version": state.overview_version,
                "latest_version": now["version"],
                "became": "gone" if since is None else "changed",
                "changed_in": since,
            }
        )
    return rows
