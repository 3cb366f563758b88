"""Designations by span: a school has several, each from a day on. `migrate` fills the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade() -> None:
    op.drop_table("designation")
    op.create_table(
        "designation",
        _text("school"),
        _text("programme"),
        _text("areas"),
        _text("since"),
        _text("until", nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("school", "programme", "since"),
    )
    op.create_index("designation_of_programme", "designation", ["programme"])


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
