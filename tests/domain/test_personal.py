"""Personal texts never show themselves, are taken only as proper text, and can all be found in a model."""

import pytest
from pydantic import BaseModel, ValidationError

from domain.case.commands import COMMANDS, CaseCommand
from domain.case.values import Objective
from domain.directory.people import RegisterPerson
from domain.personal import WITHHELD, FreeText, Personal, Sealed, map_personal
from tests.domain.case.office import Office

SEALED = Sealed(subject="case/x", place="c#need", nonce="AAAA", text="BBBB")


class Note(BaseModel):
    text: FreeText
    more: tuple[Objective, ...] = ()
    perhaps: FreeText | None = None


def test_a_text_shows_itself_in_no_message() -> None:
    text = Personal("Mrs Jones is ill")
    for shown in (repr(text), str(text), f"{text}", f"{Note(text=text)!r}"):
        assert "Jones" not in shown
        assert WITHHELD in shown


def test_a_refused_command_does_not_echo_what_was_typed() -> None:
    with pytest.raises(ValidationError) as caught:
        COMMANDS["withdraw"].model_validate({"reason": "Mrs Jones\x00"})
    assert "Jones" not in str(caught.value)


@pytest.mark.parametrize("bad", ["", "   ", "a\x00b", "a\x1bb", "\ud800", 5, None, ["a"], {"clear": "a"}])
def test_what_is_not_proper_text_is_refused(bad: object) -> None:
    with pytest.raises(ValidationError):
        Note.model_validate({"text": bad})


def test_text_is_trimmed_and_composed() -> None:
    assert Note.model_validate({"text": " e\u0301 "}).text == Personal("\u00e9")


def test_a_text_has_a_longest_length_in_clear_only() -> None:
    assert Note.model_validate({"text": "a" * 2000}).text.clear == "a" * 2000
    with pytest.raises(ValidationError, match="2000 are the most"):
        Note.model_validate({"text": "a" * 2001})


def test_sealed_and_clear_come_back_as_they_went_out() -> None:
    for text in (Personal("a"), Personal(SEALED)):
        assert Note.model_validate(Note(text=text).model_dump()).text == text
    assert Personal("a") != Personal("b")
    assert Personal(SEALED) != Personal("BBBB")


def test_all_texts_are_found_at_whatever_depth() -> None:
    objective = Objective.model_validate({"aim": "a", "baseline": "b", "success": "c"})
    note = Note(text=Personal("t"), more=(objective, objective))
    found: list[str] = []

    def seal(text: Personal, path: str) -> Personal:
        found.append(path)
        return Personal(SEALED)

    sealed = map_personal(note, seal)
    assert found == ["text"] + [
        f"more.{i}.{field}" for i in (0, 1) for field in ("aim", "baseline", "success")
    ]
    assert sealed.more[1].success == Personal(SEALED)
    assert note.text == Personal("t")


def test_a_model_without_texts_is_left_alone() -> None:
    command = COMMANDS["submit"]()
    assert map_personal(command, lambda text, path: Personal(SEALED)) is command


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_no_free_text_of_a_command_is_left_in_clear(verb: str) -> None:
    command = Office().command(verb)
    assert isinstance(command, CaseCommand)
    texts: list[Personal] = []
    map_personal(command, lambda text, path: texts.append(text) or text)  # type: ignore[func-returns-value]
    assert all(text.clear is None for text in texts)


def test_names_and_addresses_of_people_are_personal() -> None:
    person = RegisterPerson.model_validate({"name": "Ann", "email": "ann@example.org"})
    assert "Ann" not in repr(person)
    assert "example" not in repr(person)
