"""Calendars, waits one by one, notices not yet delivered, and cases to wake. `migrate` fills the derived rows."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_row", sa.Column("next_at", sa.Text()))
    op.create_index("case_row_next", "case_row", ["next_at"])
    op.create_table(
        "wait_row",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("wait", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("person", sa.Text()),
        sa.Column("school", sa.Text()),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("next_at", sa.Text()),
        sa.Column("unit", sa.Text()),
        sa.Column("days", sa.Integer()),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("began", sa.Text()),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("stuck", sa.Text()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reference", "wait"),
    )
    op.create_index("wait_row_due", "wait_row", ["due_at"])
    op.create_index("wait_row_of_owner", "wait_row", ["owner", "due_at"])
    op.create_index("wait_row_of_person", "wait_row", ["person", "due_at"])
    op.create_index("wait_row_counted_on", "wait_row", ["calendar", "school"])
    op.create_table(
        "outbox",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("wait", sa.Text()),
        sa.Column("occurred_at", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "place"),
    )
    op.create_index("outbox_of_case", "outbox", ["reference"])
    op.create_index("outbox_oldest", "outbox", ["occurred_at"])
    op.create_table(
        "calendar",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "calendar_school",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", "school"),
    )
    op.create_table(
        "wake",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reference"),
    )


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
