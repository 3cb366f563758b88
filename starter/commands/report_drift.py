"""`brokerage report overview-drift`: open cases that cite a priority which has changed since."""

from starter.failures import Exit
from starter.reading import reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.overviews import drifted

FIELDS = (
    "reference", "recipient", "stage", "priority", "cited_version", "latest_version", "became", "changed_in",
)  # fmt: skip
_TABLE = (
    Column("reference", "CASE", lambda row: row["reference"]),
    Column("priority", "PRIORITY", lambda row: row["priority"]),
    Column("cited_version", "CITED", lambda row: row["cited_version"]),
    Column("latest_version", "LATEST", lambda row: row["latest_version"]),
    Column("became", "BECAME", lambda row: row["became"]),
    Column("stage", "STAGE", lambda row: row["stage"].replace("_", " ")),
)


def overview_drift(*, output: RowOptions | None = None) -> int:
    """List open cases that cite a priority which the latest overview on record no longer has, or words otherwise."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        rows = drifted(office)
    say_rows(rows, FIELDS, chosen, _TABLE)
    return Exit.DONE
