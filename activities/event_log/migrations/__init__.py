"""The schema's history. Alembic costs start-up time, so it is loaded only by those who migrate."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from activities.event_log.errors import SchemaError

_HEAD: Final = "0013"
"""Newest revision. A test compares it with the files in versions/."""


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision, in one transaction; does nothing where it is there already.

    Rows that are derived from the log are derived anew, so no revision has to say how old rows become new
    ones. Takes an engine that holds the log's lock, so that two processes that start at once do it one after
    the other: on SQLite a writer's, on PostgreSQL the owner's (`postgresql.owner_engine`), whose roles get
    their rights in the same transaction. Raises DatabaseUnfitError there, and SchemaError where a newer
    program has been here before.
    """
    require_known_schema(engine, older=True)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        if connection.dialect.name == "sqlite":
            _upgrade(connection, lambda: command.upgrade(config, "head"))
            return
        from activities.event_log import postgresql_roles as roles

        roles.prepare(connection, (roles.WRITER, roles.READER))
        _upgrade(connection, lambda: command.upgrade(config, "head"))
        roles.give_rights(connection)


def _upgrade(connection: Connection, upgrade: Callable[[], None]) -> None:
    before = revision_seen(connection)
    upgrade()
    if before not in {None, _HEAD}:
        _derive_rows_anew(connection)


def _derive_rows_anew(connection: Connection) -> None:
    from activities.event_log.read import all_events
    from activities.read_models.update import rebuild

    rebuild(connection, all_events(connection))


def require_known_schema(engine: Engine, *, older: bool = False) -> None:
    """Raise SchemaError where the schema is newer than this program, or older and that is not allowed.

    A database that was never migrated is no log yet, and no business of this check.
    """
    found = schema_revision(engine)
    if found is not None and found != _HEAD and (found > _HEAD or not older):
        raise SchemaError(found, _HEAD, by_owner=engine.dialect.name != "sqlite")


def require_this_revision(connection: Connection, found: str | None) -> None:
    """Raise SchemaError unless the revision found is ours: older programs do not go on where a newer one began."""
    if found != _HEAD:
        raise SchemaError(found, _HEAD, by_owner=connection.dialect.name != "sqlite")


def schema_revision(engine: Engine) -> str | None:
    """The revision that the database stands at; None where it was never migrated."""
    with engine.connect() as connection:
        return revision_seen(connection)


def revision_seen(connection: Connection) -> str | None:
    """As `schema_revision`, in a transaction that is open already."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def expected_revision() -> str:
    """The revision that this program was written for."""
    return _HEAD
