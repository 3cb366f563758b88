"""What the register says of schools beyond their names. `migrate` fills the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("pupils", "latitude", "longitude"):
        op.add_column("school", sa.Column(name, sa.Integer()))
    for name in ("inactive", "inactive_since", "successor"):
        op.add_column("school", sa.Column(name, sa.Text()))
    op.add_column("school", sa.Column("by_register", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("school", sa.Column("content", sa.Text(), nullable=False, server_default=""))
    op.create_index("school_open", "school", ["open"])
    # A row for each school, written when its own days change, not with those of every other.
    op.drop_column("calendar_school", "position")


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
