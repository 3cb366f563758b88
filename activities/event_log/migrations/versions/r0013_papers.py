"""Papers that stand for money, by case: a number counts once for one provider. `migrate` fills the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_use",
        sa.Column("reference", sa.Text(), primary_key=True),
        sa.Column("number", sa.Text(), primary_key=True),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text()),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    op.create_index("paper_use_of_provider", "paper_use", ["provider", "programme"])


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
