"""The tables of the log. Every column repeats what hashed bytes beside it say; `verify` compares them all.

The triggers that make these tables append-only and gapless are spelled per database, in `sqlite` and `postgresql`.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_unique",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)

PlaceInOrder = BigInteger().with_variant(Integer, "sqlite")
"""A number that we assign: SQLite needs the plain word INTEGER to make it the row id."""

log_identity = Table(
    "log_identity",
    metadata,
    Column("log", Text, primary_key=True),
    Column("clock", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    CheckConstraint("clock IN ('real', 'demo')", name="clock_known"),
)
"""One row, written with the first command: `created_at` is that command's `recorded_at`."""

event = Table(
    "event",
    metadata,
    Column("position", PlaceInOrder, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("occurred_at", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("stream", "version"),
    CheckConstraint("version >= 1", name="version_counts_from_one"),
    CheckConstraint("length(hash) = 32", name="hash_has_32_bytes"),
)
"""`envelope` is what is hashed and proven; `payload` is bound by its hash inside the envelope."""

command = Table(
    "command",
    metadata,
    Column("number", PlaceInOrder, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("stream", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("outcome IN ('done', 'refused')", name="outcome_known"),
    CheckConstraint("length(hash) = 32", name="hash_has_32_bytes"),
)
"""Every command that was answered, refusals included: `record` holds all of it and the hash of the one before."""
