"""References are short, repeatable, and catch every slip of one key and every swap of two."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import ids

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCES = [ids.case_reference(code, f"command-{n}") for code in ("EAS", "DEPED") for n in range(25)]


@pytest.mark.parametrize("reference", REFERENCES)
def test_every_change_of_one_character_is_caught(reference: str) -> None:
    for place, right in enumerate(reference):
        for wrong in set(CROCKFORD + "ILOU-? ") - {right}:
            if wrong in "IL1" and right == "1" and place > reference.index("-"):
                continue  # read as the same digit on purpose
            if wrong in "O0" and right == "0" and place > reference.index("-"):
                continue
            if wrong == " " and place in {0, len(reference) - 1}:
                continue  # a lost character at the edge: see the next test
            with pytest.raises(ids.BadReferenceError):
                ids.parse_reference(reference[:place] + wrong + reference[place + 1 :])


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(("EAS", "DEPED")), st.text(max_size=30))
def test_in_a_random_reference_every_other_character_at_every_place_is_caught(
    programme: str, command: str
) -> None:
    """A character that is read as the right one, small or alike, is no other."""
    reference = ids.case_reference(programme, command)
    alike = {"1": "1ILil", "0": "0Oo"}
    for place, right in enumerate(reference):
        same = {right, right.lower()} | set(alike.get(right, "") if place > len(programme) else "")
        for wrong in set(CROCKFORD + CROCKFORD.lower() + "ILOUilou-._ \u2011\uff25\u0391\u0415\u0660") - same:
            if wrong == " " and place in {0, len(reference) - 1}:
                continue  # a lost character at the edge, which is caught as one
            with pytest.raises(ids.BadReferenceError):
                ids.parse_reference(reference[:place] + wrong + reference[place + 1 :])


@pytest.mark.parametrize("reference", REFERENCES)
def test_every_lost_doubled_and_swapped_character_is_caught(reference: str) -> None:
    for place in range(len(reference)):
        with pytest.raises(ids.BadReferenceError):
            ids.parse_reference(reference[:place] + reference[place + 1 :])
        with pytest.raises(ids.BadReferenceError):
            ids.parse_reference(reference[: place + 1] + reference[place:])
    for place in range(len(reference) - 1):
        swapped = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
        if swapped != reference:
            with pytest.raises(ids.BadReferenceError):
                ids.parse_reference(swapped)


def test_a_reference_may_be_typed_carelessly() -> None:
    reference = next(r for r in REFERENCES if "0" in r.partition("-")[2] and "1" in r.partition("-")[2])
    head, _, tail = reference.partition("-")
    careless = f"  {head.lower()}-{tail.lower().replace('0', 'o').replace('1', 'l')} "
    assert ids.parse_reference(careless) == reference


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=20))
def test_whatever_else_is_typed_is_refused_in_words(text: str) -> None:
    try:
        reference = ids.parse_reference(text)
    except ids.BadReferenceError as error:
        assert "reference" in str(error) or "mistyped" in str(error)  # noqa: PT017
    else:
        assert ids.parse_reference(reference) == reference


def test_the_same_command_opens_the_same_case_and_another_attempt_another() -> None:
    assert ids.case_reference("EAS", "a") == ids.case_reference("EAS", "a")
    assert len({ids.case_reference("EAS", "a", attempt) for attempt in range(50)}) == 50


def test_streams_are_named_in_one_place() -> None:
    reference = REFERENCES[0]
    assert ids.reference_of(ids.case_stream(reference)) == reference
    assert (ids.stream_kind("school/6990001"), ids.stream_key("school/6990001")) == ("school", "6990001")
    with pytest.raises(ids.BadReferenceError):
        ids.reference_of("school/6990001")


def test_a_deadline_is_one_command_however_often_the_timer_fires() -> None:
    stream, due = "case/x", "2026-09-22T16:00:00.000Z"
    same = {ids.deadline_command_id(stream, "triage", due) for _ in range(3)}
    assert len(same) == 1
    others = {
        ids.deadline_command_id(stream, "scoping", due),
        ids.deadline_command_id("case/y", "triage", due),
    }
    assert not same & others


def test_an_event_has_one_id_for_its_place_in_its_command() -> None:
    made = {ids.event_id(s, c, i) for s in ("case/x", "case/y") for c in ("a", "b") for i in (0, 1)}
    assert len(made) == 8
    assert ids.event_id("case/x", "a", 0) in made
