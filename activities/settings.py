"""Where a home keeps its things, and what the environment may change.

A home (`BROKERAGE_HOME`, by default ./.brokerage) holds the log, the vault, the keys and, where this
machine runs the whole stack, Temporal's own database. Temporal's address comes from `TEMPORAL_*` or a
Temporal config file; without either, from the file that `brokerage up` writes into the home.
"""

import os
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from activities.database_url import DatabaseUrl

NAMESPACE = "brokerage"


def _none_if_empty(value: Any) -> Any:
    """A variable that is set to nothing counts as unset."""
    return None if value == "" else value


_UNSET_IF_EMPTY = BeforeValidator(_none_if_empty)


class Settings(BaseSettings):
    """Everything configurable, from `BROKERAGE_*`. No secret stands here, only where secrets lie."""

    model_config = SettingsConfigDict(
        env_prefix="BROKERAGE_",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # what was refused may be a password
    )

    home: Path = Path(".brokerage")
    profile: str | None = None
    """Person as whom commands are signed; without it the home's own (file `profile`)."""
    database_url: Annotated[DatabaseUrl | None, NoDecode] = None
    """The log in PostgreSQL, and as whom this process logs in: a worker, or somebody who only reads."""
    vault_url: Annotated[DatabaseUrl | None, NoDecode] = None
    """The vault in PostgreSQL, as a login that has nothing to do with the log."""
    owner_url: Annotated[DatabaseUrl | None, NoDecode] = None
    """Who owns the tables: for `brokerage admin migrate` and nothing else."""
    clock: Literal["real", "demo"] = "real"
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    kill_at: str | None = None
    """Drills only: the named point at which the worker kills itself (see activities/kill_points.py)."""
    kill_count: int = Field(default=1, ge=1)
    """Drills only: how many times that point is passed before the kill."""
    smtp_host: Annotated[str | None, _UNSET_IF_EMPTY] = None
    """The mail server; without one nothing is sent, unless `brokerage up` catches mail on this machine."""
    smtp_port: Annotated[int | None, Field(ge=1, le=65535), _UNSET_IF_EMPTY] = None
    """Its port; by default 587, 465 or 25, as `smtp_tls` says."""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: Annotated[str | None, _UNSET_IF_EMPTY] = None
    smtp_password_file: Annotated[Path | None, _UNSET_IF_EMPTY] = None
    """A file that only its owner can read; the password itself stands in no variable."""
    smtp_timeout: float = Field(default=20.0, gt=0, le=120)
    """Seconds for each answer of the mail server."""
    mail_from: Annotated[str | None, _UNSET_IF_EMPTY] = None
    """Address that mail comes from, alone or as 'Name <address>'."""
    mail_patience_hours: int = Field(default=48, ge=1, le=30 * 24)
    """How long after an event its mail is tried; then it counts as not delivered."""
    database_threads: int = Field(default=8, ge=1, le=64)
    max_cached_workflows: int = Field(default=1000, ge=0, le=100_000)
    """How many cases a worker keeps in memory between tasks; the default is Temporal's own. With 0 it keeps
    none, and replays a case from its start for every task: slow, and what the tests run to prove it can."""

    nightly_at: time = time(2, 30)
    """Time of day at which the nightly sweep starts, on the clocks of `nightly_zone`."""
    nightly_zone: str = "Europe/London"

    @field_validator("nightly_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
            raise ValueError("names no time zone such as Europe/London or Asia/Manila") from error
        return value

    @field_validator("nightly_at")
    @classmethod
    def _is_a_minute(cls, value: time) -> time:
        if value.second or value.microsecond or value.tzinfo:
            raise ValueError("is no time of day such as 02:30")
        return value

    @field_validator("home", mode="before")
    @classmethod
    def _is_a_path(cls, value: Any) -> Any:
        """An empty name would mean the directory that one happens to be in."""
        if not str(value).strip():
            raise ValueError("is empty; unset it for ./.brokerage")
        if len(os.fsencode(value)) > 4095 or any(len(os.fsencode(p)) > 255 for p in Path(value).parts):
            raise ValueError("is too long for the name of a directory")
        return value

    @property
    def log_file(self) -> Path:
        """The event log and its read models, where they lie in SQLite (see activities/places.py)."""
        return self.home / "log.db"

    @property
    def vault_file(self) -> Path:
        """Keys of subjects, wrapped, and who looked; where they lie in SQLite."""
        return self.home / "vault.db"

    @property
    def vault_key_file(self) -> Path:
        """The key that wraps the vault's keys: 32 bytes, base64."""
        return self.home / "keys" / "vault.key"

    @property
    def payload_keys_file(self) -> Path:
        """Keys of the payload codec, one 'id base64' a line, the current one first."""
        return self.home / "keys" / "payload.keys"

    @property
    def worker_key_file(self) -> Path:
        """The worker's own signing key, as person `system`."""
        return self.home / "keys" / "system.key"

    @property
    def profiles(self) -> Path:
        """Signing keys of people who work from this home: '<person>.key', Ed25519 seed, base64."""
        return self.home / "profiles"

    @property
    def temporal_config_file(self) -> Path:
        """Temporal's address as `brokerage up` last wrote it."""
        return self.home / "temporal.toml"

    @property
    def caught_mail(self) -> Path:
        """Where `brokerage up` keeps the mail it catches, a Maildir."""
        return self.home / "mail"

    @property
    def database_file(self) -> Path:
        """Where the home's PostgreSQL server answers, as `brokerage up --postgres` last wrote it."""
        return self.home / "database.toml"

    @property
    def cluster(self) -> Path:
        """Data of the PostgreSQL server that `brokerage up --postgres` keeps in the home."""
        return self.home / "postgresql"

    @property
    def database_passwords_file(self) -> Path:
        """Passwords of its logins, in libpq's format."""
        return self.home / "keys" / "pgpass"

    @property
    def run_files(self) -> Path:
        """Process ids and logs of what `brokerage up` started."""
        return self.home / "run"
