"""The list of cases, from the read model."""

from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import select

from activities.read_models.schema import case_row, programme
from domain.calendars import days_left
from domain.canonical import instant_from_text
from starter.reading import Office

FIELDS: Final = (
    "reference", "programme", "route", "recipient", "provider", "area", "stage", "waiting_on", "due_at",
    "school_days_left", "opened_at", "version",
)  # fmt: skip


def list_cases(
    office: Office,
    *,
    stage: str | None = None,
    school: str | None = None,
    open_only: bool = False,
) -> list[dict[str, Any]]:
    """Rows of cases: overdue and earliest due first, cases without a deadline last."""
    query = select(case_row).order_by(case_row.c.due_at.is_(None), case_row.c.due_at, case_row.c.reference)
    if stage:
        query = query.where(case_row.c.stage == stage)
    if school:
        query = query.where((case_row.c.recipient == school) | (case_row.c.provider == school))
    if open_only:
        query = query.where(case_row.c.open.is_(True))
    now = datetime.now(UTC)
    zones = {
        row.code: orjson.loads(row.content)["time_zone"]
        for row in office.connection.execute(select(programme))
    }
    rows = []
    for row in office.connection.execute(query):
        due_at = instant_from_text(row.due_at) if row.due_at else None
        values = {name: getattr(row, name) for name in FIELDS if name != "school_days_left"}
        left = days_left(now, due_at, zones[row.programme]) if due_at else None
        rows.append(values | {"school_days_left": left})
    return rows
