"""Funds, rate cards, and what each case has of them. `migrate` fills the rows."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
