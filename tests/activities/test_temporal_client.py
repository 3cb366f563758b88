"""Which address of Temporal holds: what names one for this home, and nothing that was not meant for it."""

import os
from pathlib import Path

import pytest

from activities.settings import Settings
from activities.temporal_client import TemporalUnreachableError, connect_options

ELSEWHERE = '[profile.default]\naddress = "127.0.0.1:9"\n[profile.silent]\nnamespace = "brokerage"\n'


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own settings of Temporal, where the SDK looks by itself; the environment says nothing."""
    for name in [name for name in os.environ if name.startswith("TEMPORAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / "temporalio" / "temporal.toml"
    file.parent.mkdir()
    file.write_text(ELSEWHERE)
    return file


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_the_users_own_file_leads_no_home_to_the_stack_of_another(settings: Settings) -> None:
    with pytest.raises(TemporalUnreachableError, match="no stack has run in this home"):
        connect_options(settings)


@pytest.mark.parametrize("name", ["TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE"])
def test_the_file_holds_where_the_environment_asks_for_it(
    settings: Settings, own_file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(own_file) if name == "TEMPORAL_CONFIG_FILE" else "default")
    assert connect_options(settings)["target_host"] == "127.0.0.1:9"


@pytest.mark.parametrize("name", ["TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE"])
def test_what_the_environment_names_and_says_no_address_is_named(
    settings: Settings, own_file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    named = str(own_file) if name == "TEMPORAL_CONFIG_FILE" else "silent"
    own_file.write_text(ELSEWHERE.replace('address = "127.0.0.1:9"', ""))
    monkeypatch.setenv(name, named)
    with pytest.raises(TemporalUnreachableError) as failed:
        connect_options(settings)
    assert failed.value.reason == f"{name}={named} names no address, and TEMPORAL_ADDRESS names none"
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:10")
    assert connect_options(settings)["target_host"] == "127.0.0.1:10"
