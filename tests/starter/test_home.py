"""A home is made once, privately and completely, or not at all."""

import base64
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.settings import Settings
from starter.failures import Exit, Failure
from starter.home import create_home, load_home, profile_seed, public_key_of, read_seed


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def everything(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_what_is_made_is_private_even_under_an_open_umask(settings: Settings, open_umask: None) -> None:
    home = create_home(settings, "anna", "real")
    assert (home.person, home.clock) == ("anna", "real")
    for path in (settings.home, *settings.home.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_keys_have_the_form_their_readers_expect(settings: Settings) -> None:
    create_home(settings, "anna", "real")
    seeds = {read_seed(path) for path in (settings.vault_key_file, settings.worker_key_file)}
    seeds.add(profile_seed(settings, "anna"))
    assert [len(seed) for seed in seeds] == [32, 32, 32]
    name, _, key = settings.payload_keys_file.read_text().strip().partition(" ")
    assert name == "k1"
    assert len(base64.b64decode(key, validate=True)) == 32
    assert len(public_key_of(profile_seed(settings, "anna"))) == 44


def test_a_second_time_changes_nothing(settings: Settings) -> None:
    create_home(settings, "anna", "real")
    before = everything(settings.home)
    assert create_home(settings, "berit", "real").person == "anna"
    assert everything(settings.home) == before


def test_a_home_that_was_begun_is_finished_with_the_keys_it_has(settings: Settings) -> None:
    create_home(settings, "anna", "real")
    before = everything(settings.home)
    (settings.home / "profile").unlink()
    settings.worker_key_file.unlink()
    create_home(settings, "anna", "real")
    after = everything(settings.home)
    assert set(after) == set(before)
    assert after[str(settings.vault_key_file)] == before[str(settings.vault_key_file)]


@pytest.mark.parametrize("database", ["log.db", "vault.db"])
def test_no_key_is_made_anew_beside_a_database(settings: Settings, database: str) -> None:
    create_home(settings, "anna", "real")
    (settings.home / database).touch()
    settings.vault_key_file.unlink()
    with pytest.raises(Failure, match=r"no file .*vault\.key") as failed:
        create_home(settings, "anna", "real")
    assert "backup" in failed.value.details[0]
    assert not settings.vault_key_file.exists()


def test_the_clock_of_a_home_is_fixed(settings: Settings) -> None:
    create_home(settings, "anna", "demo")
    with pytest.raises(Failure, match="runs on the demo clock"):
        create_home(settings, "anna", "real")


def test_a_directory_of_other_things_is_left_alone(settings: Settings) -> None:
    settings.home.mkdir(mode=0o755)
    (settings.home / "thesis.txt").write_text("words")
    mode = settings.home.stat().st_mode
    with pytest.raises(Failure, match="is not a home of Brokerage"):
        create_home(settings, "anna", "real")
    assert settings.home.stat().st_mode == mode
    assert [path.name for path in settings.home.iterdir()] == ["thesis.txt"]


def test_a_name_that_no_person_can_have_makes_nothing(settings: Settings) -> None:
    with pytest.raises(Failure, match="cannot name a person"):
        create_home(settings, "../anna", "real")
    assert not settings.home.exists()


def test_the_system_is_nobody_who_works_from_a_home(settings: Settings) -> None:
    with pytest.raises(Failure, match="is Brokerage itself"):
        create_home(settings, "system", "real")
    assert not settings.home.exists()


def test_what_is_made_above_a_home_is_private_too(settings: Settings, tmp_path: Path) -> None:
    create_home(Settings(home=tmp_path / "a" / "b" / "home"), "anna", "real")
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b")] == [0o700, 0o700]


def test_no_home_is_said_with_the_way_to_one(settings: Settings) -> None:
    with pytest.raises(Failure, match="There is no home at") as failed:
        load_home(settings)
    assert failed.value.exit_code is Exit.UNREACHABLE
    assert "brokerage up" in failed.value.next_lines


def test_a_person_without_a_key_is_named_with_those_who_have_one(settings: Settings) -> None:
    create_home(settings, "anna", "real")
    with pytest.raises(Failure, match="cannot be signed as berit") as failed:
        profile_seed(settings, "berit")
    assert failed.value.exit_code is Exit.USAGE
    assert failed.value.details == ("Keys held here: 1, such as that of anna.",)


@pytest.mark.parametrize("text", ["", "not base64!", base64.b64encode(b"short").decode(), "é" * 44])
def test_a_damaged_key_is_said_to_be_one(settings: Settings, text: str) -> None:
    create_home(settings, "anna", "real")
    path = settings.profiles / "anna.key"
    path.write_text(text, "utf-8")
    with pytest.raises(Failure, match=r"anna\.key"):
        profile_seed(settings, "anna")
