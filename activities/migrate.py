"""Bringing a PostgreSQL database to this version, as its owner. Workers never do; they only look."""

from activities.database_url import DatabaseUrl
from activities.event_log import migrations
from activities.event_log.postgresql import owner_engine
from activities.vault import postgresql as vault


def migrate_log(owner: DatabaseUrl) -> str:
    """The log, its read models and their rights; the revision that they stand at afterwards.

    Raises DatabaseUnfitError, and SQLAlchemy's errors where the server cannot be reached or refuses.
    """
    engine = owner_engine(owner)
    try:
        migrations.migrate(engine)
    finally:
        engine.dispose()
    return migrations.expected_revision()


def migrate_vault(owner: DatabaseUrl) -> None:
    """The vault's schema and its rights. Raises as `migrate_log` does."""
    engine = owner_engine(owner, vault.SCHEMA)
    try:
        vault.migrate(engine)
    finally:
        engine.dispose()
