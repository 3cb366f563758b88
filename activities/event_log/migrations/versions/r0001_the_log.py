"""The log: its identity, its events, its commands, and the triggers that keep them as they are."""

import sqlalchemy as sa
from alembic import op

from activities.event_log.engine import dialect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_place = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "log_identity",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", name="log_identity_pk"),
        sa.CheckConstraint("clock IN ('real', 'demo')", name=op.f("log_identity_clock_known")),
    )
    op.create_table(
        "event",
        sa.Column("position", _place, nullable=False, autoincrement=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="event_pk"),
        sa.UniqueConstraint("id", name="event_id_unique"),
        sa.UniqueConstraint("stream", "version", name="event_stream_version_unique"),
        sa.CheckConstraint("version >= 1", name=op.f("event_version_counts_from_one")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("event_hash_has_32_bytes")),
    )
    op.create_table(
        "command",
        sa.Column("number", _place, nullable=False, autoincrement=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="command_pk"),
        sa.UniqueConstraint("id", name="command_id_unique"),
        sa.CheckConstraint("outcome IN ('done', 'refused')", name=op.f("command_outcome_known")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("command_hash_has_32_bytes")),
    )
    for statement in dialect(op.get_bind()).TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a log does not go back")
