"""What the register says of schools beyond their names. `migrate` fills the rows."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
