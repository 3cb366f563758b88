"""Networks and courses on offer, and who is enrolled. `migrate` fills the rows."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
