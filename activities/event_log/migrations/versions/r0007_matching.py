"""Who is designated, what capacity a provider declares, and what cases hold of it. `migrate` fills the rows."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
