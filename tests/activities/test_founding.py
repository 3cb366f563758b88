"""The first entries of a log: who may make them, and that nothing is lost or doubled when it is cut short."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.founding import FoundingError, found
from activities.handle_command import CommandHandler
from activities.home_files import HomeFileError
from activities.settings import Settings
from domain.messages import Answer, Refused
from domain.parties import Post
from starter.home import create_home
from tests.activities.builders import ADMIN, FOUNDED, Office, seed_of

ENTRIES = [
    "person/system",
    "person/admin",
    "programme/DEPED",
    "programme/EAS",
    "calendar/philippines",
    "calendar/wales",
    "person/admin",
]
ROOT = {"post": Post.ADMINISTRATOR.value, "since": FOUNDED.date().isoformat()}


@pytest.fixture
def empty(tmp_path: Path) -> Office:
    """An office whose log has no entry."""
    create_home(Settings(home=tmp_path / "home"), ADMIN, "real")
    return Office(tmp_path / "home", FOUNDED)


def test_the_first_entries_are_ordinary_commands_of_the_system(empty: Office) -> None:
    found(empty.handler, empty.settings, FOUNDED)
    commands = [recorded.record for recorded in empty.commands()]
    assert [record.stream for record in commands] == ENTRIES
    assert {record.person for record in commands} == {"system"}
    assert empty.types("person/admin") == ["PersonRegistered", "PostAssigned"]
    assert {event.envelope.recorded_at for event in empty.reader.events()} == {FOUNDED}
    empty.check()


def test_repeating_it_changes_nothing(empty: Office) -> None:
    found(empty.handler, empty.settings, FOUNDED)
    before = empty.size()
    empty.now = FOUNDED + timedelta(days=1)
    found(empty.handler, empty.settings, empty.now)
    assert empty.size() == before


class KilledError(Exception):
    """The process dies here."""


@pytest.mark.parametrize("survived", range(len(ENTRIES)))
def test_cut_short_anywhere_it_is_finished_by_the_next_attempt(
    empty: Office, survived: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = 0
    entry = CommandHandler.handle_as_system

    def dying(self: CommandHandler, *args: Any) -> Answer:
        nonlocal made
        if made == survived:
            raise KilledError
        made += 1
        return entry(self, *args)

    with monkeypatch.context() as patched:
        patched.setattr(CommandHandler, "handle_as_system", dying)
        with pytest.raises(KilledError):
            found(empty.handler, empty.settings, FOUNDED)
    assert len(empty.commands()) == survived
    empty.now = FOUNDED + timedelta(days=1)
    found(empty.handler, empty.settings, empty.now)
    assert [recorded.record.stream for recorded in empty.commands()] == ENTRIES
    empty.check()


def test_once_there_is_an_administrator_the_system_makes_none(empty: Office) -> None:
    found(empty.handler, empty.settings, FOUNDED)
    anna = {"name": "Anna", "email": "anna@x.example"}
    assert empty.refused("system", "register", anna, stream="person/anna").code == "R-POST"
    assert empty.refused("system", "assign-post", ROOT, stream="person/system").code == "R-POST"
    empty.check()


def test_the_second_administrator_needs_the_first(empty: Office) -> None:
    found(empty.handler, empty.settings, FOUNDED)
    anna = {"name": "Anna", "email": "anna@x.example", "public_key": public(empty, "anna")}
    empty.done(ADMIN, "register", anna, stream="person/anna")
    assert empty.refused("anna", "assign-post", ROOT, stream="person/anna").code == "R-POST"
    empty.done(ADMIN, "assign-post", ROOT, stream="person/anna")
    ben = {"name": "Ben", "email": "ben@x.example"}
    empty.done("anna", "register", ben, stream="person/ben")
    empty.check()


def test_an_administrator_who_has_left_does_not_reopen_the_founding(empty: Office) -> None:
    found(empty.handler, empty.settings, FOUNDED)
    last = ROOT | {"until": ROOT["since"]}
    last.pop("since")
    empty.done(ADMIN, "end-post", last, stream="person/admin")
    empty.now += timedelta(days=2)
    anna = {"name": "Anna", "email": "anna@x.example"}
    assert empty.refused(ADMIN, "register", anna, stream="person/anna").code == "R-POST"
    assert empty.refused("system", "register", anna, stream="person/anna").code == "R-POST"


def test_before_the_founding_nobody_is_heard_but_the_system(empty: Office) -> None:
    anna = {"name": "Anna", "email": "anna@x.example"}
    assert empty.refused(ADMIN, "register", anna, stream="person/anna").code == "R-SIGNATURE"
    assert empty.refused("anna", "register", anna, stream="person/anna").code == "R-SIGNATURE"
    assert empty.size() == (0, 0)


def test_an_entry_that_is_refused_says_which(empty: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Refused(command_id="x", body_hash="", stream="x", code="R-X", message="the reason")
    monkeypatch.setattr(CommandHandler, "handle_as_system", lambda *_: nothing)
    with pytest.raises(FoundingError, match="person/system: the reason"):
        found(empty.handler, empty.settings, FOUNDED)


def test_a_home_without_its_keys_is_not_founded(empty: Office) -> None:
    (empty.settings.profiles / f"{ADMIN}.key").unlink()
    with pytest.raises(HomeFileError, match=r"admin\.key"):
        found(empty.handler, empty.settings, FOUNDED)
    assert empty.size() == (0, 0)


def public(office: Office, person: str) -> str:
    from activities.signing import public_key_text

    assert office.seed(person) == seed_of(person)
    return public_key_text(seed_of(person))
