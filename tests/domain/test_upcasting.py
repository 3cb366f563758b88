"""Earlier forms of events: every one is read as the current one, or the code does not start at all."""

import copy
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from domain.case.events import CASE_EVENTS
from domain.streams import CASE, DIRECTORY, event_types
from domain.upcasting import EventTypes, Payload, UnknownEventError, Upcaster, UpcasterError

NAMES = st.lists(st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True), min_size=1, max_size=4, unique=True)
CHAINS = NAMES.flatmap(lambda names: st.fixed_dictionaries({name: st.integers(1, 6) for name in names}))


def model(name: str, version: int) -> type[Any]:
    """A class of events whose payload says through which versions it went."""

    class Walked(BaseModel):
        schema_version: ClassVar[int] = version
        went: list[int]

    Walked.__name__ = name
    return Walked


def step(name: str, reads: int, gives: int | None = None) -> Upcaster:
    """A function that notes the version that it gives."""
    after = reads + 1 if gives is None else gives

    def change(payload: Payload) -> Payload:
        payload["went"].append(after)
        return payload

    return Upcaster(name, reads, after, change)


def models(chains: dict[str, int]) -> list[type[Any]]:
    return [model(name, version) for name, version in chains.items()]


def steps(chains: dict[str, int]) -> list[Upcaster]:
    return [step(name, reads) for name, version in chains.items() for reads in range(1, version)]


@given(chains=CHAINS, order=st.randoms(use_true_random=False))
def test_whatever_version_is_stored_the_current_one_is_read(chains: dict[str, int], order: Any) -> None:
    functions = steps(chains)
    order.shuffle(functions)
    types: EventTypes[Any] = EventTypes("test", models(chains), functions)
    assert set(types.stored_forms()) == {(n, v) for n, last in chains.items() for v in range(1, last + 1)}
    for name, version in types.stored_forms():
        stored: Payload = {"went": [version]}
        before = copy.deepcopy(stored)
        assert types.read(name, version, stored).went == list(range(version, chains[name] + 1))
        assert stored == before, "what was handed in, and will be hashed, is as it was"


@given(chains=CHAINS)
def test_what_nobody_knows_is_not_read(chains: dict[str, int]) -> None:
    types: EventTypes[Any] = EventTypes("test", models(chains), steps(chains))
    for name, version in [
        *((name, last + 1) for name, last in chains.items()),
        *((n, 0) for n in chains),
        ("?", 1),
    ]:
        with pytest.raises(UnknownEventError, match=f"version {version} in a test stream"):
            types.read(name, version, {"went": []})


@given(chains=CHAINS.filter(lambda chains: max(chains.values()) > 1), data=st.data())
def test_any_function_left_out_is_named(chains: dict[str, int], data: st.DataObject) -> None:
    functions = steps(chains)
    missing = functions.pop(data.draw(st.integers(0, len(functions) - 1)))
    with pytest.raises(UpcasterError, match=f"{missing.type} {missing.reads}: no function reads it"):
        EventTypes("test", models(chains), functions)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (step("Moved", 2), "Moved 2 → 3: a second function for the same version"),
        (step("Moved", 3), "Moved 3 → 4: reads no earlier version of Moved, which stands at 3"),
        (step("Moved", 0), "Moved 0 → 1: reads no earlier version of Moved, which stands at 3"),
        (step("Gone", 1), "Gone 1 → 2: there is no such type"),
    ],
)
def test_a_function_too_many_is_named(wrong: Upcaster, fault: str) -> None:
    with pytest.raises(UpcasterError) as refused:
        EventTypes("test", [model("Moved", 3)], [step("Moved", 1), step("Moved", 2), wrong])
    assert str(refused.value) == f"events of a test stream: {fault}"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (step("Moved", 2, 1), "Moved 2 → 1: goes back, so reading would go in a circle"),
        (step("Moved", 2, 2), "Moved 2 → 2: goes back, so reading would go in a circle"),
        (step("Moved", 2, 4), "Moved 2 → 4: leaves out a version"),
    ],
)
def test_a_function_that_leads_elsewhere_is_named(wrong: Upcaster, fault: str) -> None:
    with pytest.raises(UpcasterError) as refused:
        EventTypes("test", [model("Moved", 3)], [step("Moved", 1), wrong])
    assert str(refused.value) == f"events of a test stream: {fault}"


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(UpcasterError) as refused:
        EventTypes("test", [model("Moved", 3), model("Zero", 0)], [step("Gone", 1)])
    assert str(refused.value).count(";") == 3
    assert "Zero 0: versions begin at 1" in str(refused.value)


def test_what_an_earlier_form_becomes_must_be_of_the_current_form() -> None:
    lost = Upcaster("Moved", 1, 2, lambda _payload: {})
    types: EventTypes[Any] = EventTypes("test", [model("Moved", 2)], [lost])
    with pytest.raises(ValidationError):
        types.read("Moved", 1, {"went": [1]})


def test_every_kind_of_stream_reads_its_events_through_such_a_registry() -> None:
    assert set(event_types(CASE)) == set(CASE_EVENTS)
    for kind in (CASE, *DIRECTORY):
        assert {name for name, _version in event_types(kind).stored_forms()} == set(event_types(kind))
