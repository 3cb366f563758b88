"""What is wrong with a PostgreSQL database, as the doctor says it and as a worker refuses to start over it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from activities.business_clock import business_now
from activities.database_url import DatabaseUrl
from activities.event_log import postgresql
from activities.event_log import postgresql_roles as roles
from activities.event_log.engine import open_reader
from activities.event_log.errors import DatabaseUnfitError, LogUnavailableError, SchemaError
from activities.event_log.migrations import expected_revision
from activities.event_log.schema import metadata
from activities.health import Check, check_lists
from activities.health_calendars import check_calendars
from activities.health_nightly import check_silence
from activities.places import PlaceError, stopped_server, vault_place
from activities.settings import Settings
from activities.vault import VaultUnavailableError, open_vault
from activities.vault import postgresql as vault

_MIGRATE: Final = "As the owner: BROKERAGE_OWNER_URL=… brokerage admin migrate"
_CHANGED: Final = "Somebody changed the schema. Run brokerage audit verify before anything else."


def check_database(
    settings: Settings, url: DatabaseUrl, *, worker: bool, clock: Callable[[Settings, Engine], Check]
) -> list[Check]:
    """The log and the vault, as this process logs in to them; `worker` asks for what only workers need."""
    return [*_check_log(settings, url, worker, clock), *_check_vault(settings, worker)]


def _check_log(
    settings: Settings, url: DatabaseUrl, worker: bool, clock: Callable[[Settings, Engine], Check]
) -> Iterator[Check]:
    try:
        engine = open_reader(url)
    except SchemaError as error:
        yield Check("schema", False, f"{str(error).capitalize()}.", error.fix)
        return
    except LogUnavailableError as error:
        if stopped := stopped_server(settings):
            yield Check("log", False, f"{stopped}.", stopped.fix)
            return
        fix = error.fix or f"Is the server up, and may this login read there? brokerage up — or: {_MIGRATE}"
        yield Check("log", False, f"The log cannot be read: {error}.", fix)
        return
    with _connected(engine) as connection:
        yield Check("log", True, f"Log: {url}")
        yield from _told("log", _look_at_log, connection, worker, business_now(settings))
        yield from _told("clock", lambda _: iter([clock(settings, engine)]), connection)


def _look_at_log(connection: Connection, worker: bool, now: datetime) -> Iterator[Check]:
    yield Check("schema", True, f"The log's schema is at revision {expected_revision()}.")
    yield check_lists(connection)
    yield check_silence(connection)
    yield check_calendars(connection, now)
    yield _guards("triggers", "The log", connection, postgresql.changed_guards, len(postgresql.GUARD_NAMES))
    if worker:
        yield _login("login", "the log", connection, roles.require_writer)
        return
    strength = roles.too_strong(connection, postgresql.SCHEMA, tuple(metadata.tables))
    words = "Your login cannot change what is recorded."
    if strength is not None:
        words = f"Your login could change what is recorded: it {strength}."
    elif (other := roles.sees_too_much(connection, roles.READER)) is not None:
        strength, words = other, f"Your login could read what is kept apart: it {other}."
    fix = f"Read with a login of its own: CREATE ROLE <login> LOGIN IN ROLE {roles.READER}"
    yield Check("login", strength is None, words, fix, needed=False)


def _check_vault(settings: Settings, worker: bool) -> Iterator[Check]:
    try:
        place = vault_place(settings)
        engine = open_vault(place, create=False)
    except PlaceError as error:
        yield Check("vault", False, str(error), error.fix, needed=worker)
        return
    except VaultUnavailableError as error:
        if stopped_server(settings):
            return  # said of the log, which lies beside it
        yield Check(
            "vault", False, f"The vault cannot be opened: {error}.", error.fix or _MIGRATE, needed=worker
        )
        return
    with _connected(engine) as connection:
        yield Check("vault", True, f"Vault: {place}")
        if isinstance(place, DatabaseUrl):
            yield from _told("vault", _look_at_vault, connection, worker)


def _look_at_vault(connection: Connection, worker: bool) -> Iterator[Check]:
    yield _guards("vault-triggers", "The vault", connection, vault.changed_guards, len(vault.GUARD_NAMES))
    if worker:
        yield _login("vault-login", "the vault", connection, vault.require_keeper)


def _guards(
    name: str,
    what: str,
    connection: Connection,
    changed: Callable[[Connection], tuple[list[str], list[str]]],
    number: int,
) -> Check:
    """Every guard in the very words of this version, and no other: a weakened one is as bad as none."""
    missing, strange = changed(connection)
    found = []
    if missing:
        found.append(f"Guards against change are missing from {what.lower()}: {', '.join(missing)}.")
    if strange:
        found.append(
            f"{what} has triggers, rules, views, functions or tables that are not ours: {', '.join(strange)}."
        )
    if found:
        return Check(name, False, " ".join(found), _CHANGED)
    return Check(name, True, f"{what} refuses change: all {number} guards are in place.")


def _login(name: str, what: str, connection: Connection, require: Callable[[Connection], None]) -> Check:
    try:
        require(connection)
    except DatabaseUnfitError as error:
        return Check(name, False, str(error), error.fix)
    return Check(name, True, f"The login can add to {what} and change nothing in it.")


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _told(
    name: str, look: Callable[..., Iterator[Check]], connection: Connection, *given: Any
) -> Iterator[Check]:
    """What the look found; an error of the database is a finding too."""
    try:
        yield from list(look(connection, *given))
    except DBAPIError as error:
        yield Check(
            name, False, f"The database does not answer: {postgresql.first_line(error)}.", "Try again."
        )
