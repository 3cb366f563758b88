"""What the list of cases shows besides: phase, language, who is waited on, days. `migrate` fills the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("phase", "support_language", "waiting_parties"):
        op.add_column("case_row", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("case_row", sa.Column("agreed_quarter_days", sa.Integer()))
    op.add_column(
        "case_row", sa.Column("counted_quarter_days", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
