"""Networks and courses on offer, which cases ended in one, and support overviews. `migrate` fills the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "network",
        sa.Column("code", sa.Text(), primary_key=True),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("places", sa.Integer()),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    op.create_table(
        "network_use",
        sa.Column("reference", sa.Text(), primary_key=True),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("since", sa.Text()),
        sa.Column("until", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    op.create_table(
        "overview",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("school", "version", "ref"),
    )
    op.create_index("network_use_of_network", "network_use", ["network", "school"])


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
