"""Who is designated, what capacity a provider declares, and what cases hold of it. `migrate` fills the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "designation",
        _text("school"),
        _text("programme"),
        _text("areas"),
        _text("since"),
        _text("until", nullable=True),
        _whole("position"),
        sa.PrimaryKeyConstraint("school", "programme"),
    )
    op.create_index("designation_of_programme", "designation", ["programme"])
    op.create_table(
        "suspension",
        _text("school"),
        _text("programme"),
        _text("reason"),
        _whole("position"),
        sa.PrimaryKeyConstraint("school", "programme"),
    )
    op.create_table(
        "capacity",
        _text("school"),
        _text("programme"),
        _text("first"),
        _text("last", nullable=True),
        _whole("quarter_days"),
        _whole("position"),
        sa.PrimaryKeyConstraint("school", "programme", "first"),
    )
    op.create_table(
        "conflict",
        _text("school"),
        _text("other"),
        _whole("position"),
        sa.PrimaryKeyConstraint("school", "other"),
    )
    op.create_index("conflict_of_other", "conflict", ["other"])
    op.create_table(
        "capacity_use",
        _text("reference"),
        _text("period"),
        _text("school"),
        _text("programme"),
        _whole("period_order"),
        _whole("held"),
        _whole("committed"),
        _whole("given"),
        _text("offered_by", nullable=True),
        _whole("position"),
        sa.PrimaryKeyConstraint("reference", "period"),
    )
    op.create_index("capacity_use_of_school", "capacity_use", ["school", "programme", "period_order"])
    op.create_table(
        "partnership",
        _text("reference"),
        _text("school"),
        _text("programme"),
        _text("recipient"),
        _text("area"),
        _text("accepted_on"),
        _whole("per_mille", nullable=True),
        _whole("position"),
        sa.PrimaryKeyConstraint("reference"),
    )
    op.create_index("partnership_of_school", "partnership", ["programme", "school"])
    op.create_table(
        "objection",
        _text("reference"),
        _text("school"),
        _text("recipient"),
        _text("objected_on"),
        _whole("position"),
        sa.PrimaryKeyConstraint("reference", "school"),
    )
    op.create_index("objection_of_recipient", "objection", ["recipient"])


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
