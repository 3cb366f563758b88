"""Where a home keeps its things, and what the environment may change.

A home (`BROKERAGE_HOME`, by default ./.brokerage) holds the log, the vault, the keys and, where this
machine runs the whole stack, Temporal's own database. Temporal's address comes from `TEMPORAL_*` or a
Temporal config file; without either, from the file that `brokerage up` writes into the home.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

NAMESPACE = "brokerage"


class Settings(BaseSettings):
    """Everything configurable, from `BROKERAGE_*`. No secret stands here, only where secrets lie."""

    model_config = SettingsConfigDict(env_prefix="BROKERAGE_", extra="ignore", frozen=True)

    home: Path = Path(".brokerage")
    profile: str | None = None
    """Person as whom commands are signed; without it the home's own (file `profile`)."""
    clock: Literal["real", "demo"] = "real"
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    kill_at: str | None = None
    """Drills only: the named point at which the worker kills itself (see activities/kill_points.py)."""
    kill_count: int = Field(default=1, ge=1)
    """Drills only: how many times that point is passed before the kill."""
    database_threads: int = Field(default=8, ge=1, le=64)
    max_cached_workflows: int = Field(default=1000, ge=0, le=100_000)
    """How many cases a worker keeps in memory between tasks; the default is Temporal's own. With 0 it keeps
    none, and replays a case from its start for every task: slow, and what the tests run to prove it can."""

    @property
    def log_file(self) -> Path:
        """The event log and its read models."""
        return self.home / "log.db"

    @property
    def vault_file(self) -> Path:
        """Keys of subjects, wrapped, and who looked."""
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
    def run_files(self) -> Path:
        """Process ids and logs of what `brokerage up` started."""
        return self.home / "run"
