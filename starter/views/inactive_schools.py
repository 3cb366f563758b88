"""Open cases of schools that are closed, or missing from their register: somebody must see to each of them."""

from typing import Any, Final

from sqlalchemy import Select, literal, select, union_all

from activities.read_models.schema import case_row, school
from starter.reading import Office

FIELDS: Final = (
    "school", "name", "inactive", "inactive_since", "successor", "reference", "part", "stage", "waiting_on",
    "due_at", "programme", "authority",
)  # fmt: skip
"""Flat and stable: what is added goes to the end."""


def inactive_schools(
    office: Office, *, programme: str | None = None, authority: str | None = None
) -> list[dict[str, Any]]:
    """A row for each open case and each inactive school that takes part in it, by school."""
    rows = office.connection.execute(inactive_query(programme, authority))
    return [{name: getattr(row, name) for name in FIELDS} for row in rows]


def inactive_query(programme: str | None = None, authority: str | None = None) -> Any:
    """The one query of the list; it begins at the few schools that are not open."""
    both = union_all(_part("recipient"), _part("provider")).subquery("inactive_schools")
    query = select(both).order_by(both.c.school, both.c.reference, both.c.part)
    if programme is not None:
        query = query.where(both.c.programme == programme)
    if authority is not None:
        query = query.where(both.c.authority == authority)
    return query


def _part(part: str) -> Select[Any]:
    return (
        select(
            school.c.number.label("school"),
            *(school.c[name] for name in ("name", "inactive", "inactive_since", "successor")),
            literal(part).label("part"),
            *(
                case_row.c[name]
                for name in ("reference", "stage", "waiting_on", "due_at", "programme", "authority")
            ),
        )
        .join(case_row, case_row.c[part] == school.c.number)
        # Not "is true": that would lead in by way of all open cases.
        .where(school.c.open.is_(False), case_row.c.open.is_not(False))
    )
