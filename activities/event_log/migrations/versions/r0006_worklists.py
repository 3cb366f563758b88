"""Whose work each part of a case is, and the ways into the lists people work from. `migrate` fills the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assignment",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reference", "party"),
    )
    op.create_index("assignment_of_person", "assignment", ["person"])
    op.create_index("case_row_of_provider", "case_row", ["provider", "open"])
    op.create_index("wait_row_stuck", "wait_row", ["stuck", "due_at"])


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
