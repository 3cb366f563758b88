"""Funds, rate cards, and what each case has of them. `migrate` fills the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fund",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("authorities", sa.Text(), nullable=False),
        sa.Column("claims_until", sa.Text()),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", "year"),
    )
    op.create_index("fund_of_programme", "fund", ["programme"])
    op.create_table(
        "fund_carried",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("from_code", sa.Text(), nullable=False),
        sa.Column("from_year", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", "year", "from_code", "from_year"),
    )
    op.create_table(
        "rate_card",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("until", sa.Text()),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("day_rate_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", "since"),
    )
    op.create_table(
        "fund_use",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text()),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in (
                "reserved",
                "committed",
                "claimed",
                "paid",
                "advanced",
                "liquidated",
                "returned",
                "written_off",
            )
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reference", "fund", "year"),
    )
    op.create_index("fund_use_of_fund", "fund_use", ["fund", "year"])
    op.create_index("fund_use_of_provider", "fund_use", ["provider", "programme"])


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
