"""Whole cases as they were stored: their chains hold, and they mean today what they meant when recorded."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.canonical import canonical_bytes, sha256_hex
from domain.case.events import CASE_EVENTS, read_case_event
from domain.case.state import CaseState
from domain.envelope import Envelope
from domain.text.sentences import sentence
from domain.text.voice import Voice
from tests.domain.case.office import NAMES, deped, eas
from tests.golden.files import CASES, GOLDEN
from tests.golden.record import course_of
from tests.golden.stories import STORIES

FILES = sorted((GOLDEN / CASES).glob("*.jsonl"))


@pytest.fixture(params=FILES, ids=[file.stem for file in FILES])
def file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def stored(file: Path) -> list[tuple[Envelope, dict[str, Any]]]:
    """Envelopes, read from their canonical bytes, and payloads."""
    lines = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    return [(Envelope.from_bytes(canonical_bytes(each["envelope"])), each["payload"]) for each in lines]


def test_every_story_was_recorded() -> None:
    assert sorted(file.stem for file in FILES) == sorted(STORIES)


def test_everything_that_can_happen_to_a_case_happens_in_one_of_them() -> None:
    assert {envelope.type for file in FILES for envelope, _ in stored(file)} == set(CASE_EVENTS)


def test_the_chain_of_a_stored_case_holds(file: Path) -> None:
    prev = None
    for number, (envelope, payload) in enumerate(stored(file), start=1):
        assert envelope.version == number
        assert envelope.prev == prev
        assert envelope.payload_hash == sha256_hex(canonical_bytes(payload))
        prev = envelope.leaf_hash().hex()


def test_a_stored_case_folds_to_what_it_meant_when_it_was_recorded(file: Path) -> None:
    recorded = orjson.loads(file.with_suffix(".course.json").read_bytes())
    now = course_of(
        (read_case_event(envelope.type, envelope.schema_version, payload), envelope.occurred_at)
        for envelope, payload in stored(file)
    )
    assert now["course"] == recorded["course"]
    # The state is stored nowhere, so it may learn new facts; what it said before, it must still say.
    assert still_said(recorded["end"], now["end"]) == recorded["end"]


def still_said(before: Any, now: Any) -> Any:
    """Of what is said now, that which was said before."""
    if isinstance(before, dict) and isinstance(now, dict):
        return {name: still_said(before[name], now[name]) for name in before.keys() & now.keys()}
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [still_said(a, b) for a, b in zip(before, now, strict=True)]
    return now


def test_every_event_of_a_stored_case_is_told_in_a_sentence(file: Path) -> None:
    for envelope, payload in stored(file):
        assert envelope.programme is not None
        voice = Voice(deped() if envelope.programme.code == "DEPED" else eas(), NAMES)
        words = sentence(read_case_event(envelope.type, envelope.schema_version, payload), voice)
        assert words.endswith(".")


def test_the_comparison_sees_what_changed_and_forgives_what_was_added() -> None:
    end = CaseState().model_dump(mode="json")
    assert still_said(end, end | {"learnt": 1}) == end
    assert still_said(end, end | {"version": 1}) != end
    assert still_said(end, {name: value for name, value in end.items() if name != "stage"}) != end
    assert still_said({"visits": [{"id": 1}]}, {"visits": []}) != {"visits": [{"id": 1}]}
