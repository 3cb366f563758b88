"""The vault's tables, and its doors: a file of SQLite, or a schema of its own in PostgreSQL."""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, Table, Text, select
from sqlalchemy.exc import DatabaseError

from activities.database_url import DatabaseUrl
from activities.vault.errors import VaultUnavailableError

Place = Path | DatabaseUrl
"""Where a vault is."""

metadata = MetaData()

subject_key = Table(
    "subject_key",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("created_at", Text, nullable=False),
)
"""The one table of Brokerage from which rows are deleted."""

erasure = Table(
    "erasure",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("at", Text, nullable=False),
)
"""Who was erased: so that no key is ever made for them again, not even by a command already on its way."""

look = Table(
    "look",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("reader", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
)
"""Who asked for whose key, when and what for. Written before the key is used."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look behind a seal: who asked for whose key, when and what for."""

    number: int
    at: str
    reader: str
    purpose: str
    subject: str


def open_vault(place: Place, *, create: bool = True) -> Engine:
    """The engine of the vault at that place; a file and its tables are made where they are missing.

    With `create=False`, for those who only open what others sealed, a missing file stays missing. A
    database is never made here: its owner migrates it.
    Raises VaultUnavailableError where there is no vault of ours, or it cannot be opened.
    """
    if isinstance(place, Path):
        from activities.vault import sqlite

        return sqlite.open_file(place, create=create)
    from activities.vault import postgresql

    return postgresql.open_database(place)


def read_looks(place: Place) -> list[Look]:
    """Every look on record, the newest last; writes nothing and needs no key.

    Raises VaultUnavailableError where there is no vault or it cannot be read.
    """
    if isinstance(place, Path):
        from activities.vault import sqlite

        return sqlite.read_looks(place)
    engine = open_vault(place)
    try:
        with engine.connect() as connection:
            return [Look(*row) for row in connection.execute(select(look).order_by(look.c.number))]
    except DatabaseError as error:
        raise VaultUnavailableError(f"{place} cannot be read as a vault: {error.orig}") from error
    finally:
        engine.dispose()


def writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take the vault's lock at their start."""
    return _of(engine).writing(engine)  # type: ignore[no-any-return]


def forget_old_pages(engine: Engine) -> bool:
    """Wipe what an erased key left behind, as far as the database lets us; False where it is to be tried again."""
    return _of(engine).forget_old_pages(engine)  # type: ignore[no-any-return]


def _of(engine: Engine) -> ModuleType:
    if engine.dialect.name == "sqlite":
        from activities.vault import sqlite

        return sqlite
    from activities.vault import postgresql

    return postgresql
