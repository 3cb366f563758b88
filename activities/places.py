"""Where the log and the vault of a home are: in PostgreSQL if something says so, else in files of the home."""

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from activities.database_url import DatabaseUrl
from activities.home_files import stack_runs
from activities.settings import Settings


class PlaceError(Exception):
    """What says where the log or the vault is says nothing of use; `fix` says what to do about it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


class ClosedHomeError(PlaceError):
    """Whoever asks may not look into the home."""


class HomeDatabase(BaseModel):
    """What `database.toml` says: the logins of people who work in the home. Workers are given theirs."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: DatabaseUrl
    vault_url: DatabaseUrl


def log_place(settings: Settings) -> Path | DatabaseUrl:
    """Where the log is: as `BROKERAGE_DATABASE_URL` says, else as the home does. Raises PlaceError."""
    return _place(settings, "database_url") or settings.log_file


def vault_place(settings: Settings) -> Path | DatabaseUrl:
    """Where the vault is. Raises PlaceError, also where the log is in PostgreSQL and nobody says of the vault.

    A vault beside one of many workers would hold keys that the others never see.
    """
    place = settings.vault_url or _place(settings, "vault_url")
    if place is None and settings.database_url is not None:
        raise PlaceError(
            "The log is in PostgreSQL, and nothing says where the vault is.",
            "Set BROKERAGE_VAULT_URL to a login with the role brokerage_vault.",
        )
    return place or settings.vault_file


def stopped_server(settings: Settings) -> PlaceError | None:
    """Why nothing answers, where log and vault are in the home's own PostgreSQL server: it stops with the stack."""
    if settings.database_url is not None or not settings.cluster.exists() or stack_runs(settings):
        return None
    return PlaceError(
        f"The log of {settings.home} is in its own PostgreSQL server, which runs with the stack of this home,"
        " and the stack is not running",
        "Start it: brokerage up",
    )


def remembered(settings: Settings) -> HomeDatabase | None:
    """What the home's `database.toml` says; None where there is none. Raises PlaceError."""
    return _home_database(settings.database_file)


def _place(settings: Settings, name: Literal["database_url", "vault_url"]) -> DatabaseUrl | None:
    if settings.database_url is not None:
        return settings.database_url if name == "database_url" else None
    database = _home_database(settings.database_file)
    return None if database is None else getattr(database, name)


def _home_database(file: Path) -> HomeDatabase | None:
    try:
        return HomeDatabase.model_validate(tomllib.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except PermissionError as error:
        if os.access(file.parent, os.X_OK):
            raise PlaceError(
                f"{file} cannot be read: it is closed to you.", f"Ask its owner: chmod go+r {file}"
            ) from error
        raise ClosedHomeError(
            f"The home {file.parent} is closed to you.",
            "Ask its owner, or set BROKERAGE_HOME to one of your own.",
        ) from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not what brokerage up writes"
        raise PlaceError(f"{file} cannot be read: {why}.", "Write it anew: brokerage up") from error
