"""Posts that are held in one programme only; those on record are held in all, which null says."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("post", sa.Column("programme", sa.Text()))


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
