"""What a log may hold since its first day is read today, and would be written again to the byte."""

from typing import Any

import orjson
import pytest
from pydantic import BaseModel, ValidationError, create_model

from domain.canonical import canonical_bytes
from domain.case.events import HeadConsentGiven
from domain.directory.base import DirectoryEvent
from domain.streams import CASE, DIRECTORY, event_types, read_event
from domain.upcasting import EventTypes
from tests.golden.files import EVENTS, GOLDEN, READINGS, samples, shapes
from tests.golden.record import form_of

KINDS = (CASE, *DIRECTORY)
SAMPLES = [(kind, name, payload) for kind in KINDS for name, payload in samples(f"{EVENTS}/{kind}")]


def written_again(types: EventTypes[Any], type_name: str, version: int, payload: dict[str, Any]) -> bytes:
    """The bytes of a stored payload, had the event happened today."""
    event = types.read(type_name, version, orjson.loads(orjson.dumps(payload)))
    return canonical_bytes(event.payload())


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_sample_of_every_event_in_every_version_that_a_log_may_hold(kind: str) -> None:
    sampled = {form_of(name) for of, name, _ in SAMPLES if of == kind}
    assert sampled == set(event_types(kind).stored_forms()), "record it: python -m tests.golden.record"


@pytest.mark.parametrize(("kind", "name", "payload"), SAMPLES, ids=[f"{k}/{n}" for k, n, _ in SAMPLES])
def test_a_stored_event_is_read_and_would_be_written_again_to_the_byte(
    kind: str, name: str, payload: dict[str, Any]
) -> None:
    type_name, version = form_of(name)
    types = event_types(kind)
    event = read_event(kind, type_name, version, payload)
    assert type(event).__name__ == type_name
    again = written_again(types, type_name, version, payload)
    if version == types.current(type_name):
        assert again == canonical_bytes(payload), "its stored form has changed: that is a new version"
    else:
        assert written_again(types, type_name, types.current(type_name), orjson.loads(again)) == again


@pytest.mark.parametrize(("kind", "name", "payload"), SAMPLES, ids=[f"{k}/{n}" for k, n, _ in SAMPLES])
def test_an_earlier_form_reads_as_it_did_when_the_later_one_was_made(
    kind: str, name: str, payload: dict[str, Any]
) -> None:
    """What the old form did not say must read tomorrow as it reads today: a wrong upcaster shows here."""
    type_name, version = form_of(name)
    current = event_types(kind).current(type_name)
    kept = GOLDEN / READINGS / kind / f"{name}.as-{current}.json"
    assert kept.exists() == (version < current), "record it: python -m tests.golden.record"
    if version < current:
        read = event_types(kind).read(type_name, version, payload).payload()
        assert canonical_bytes(orjson.loads(kept.read_bytes())) == canonical_bytes(read)


def test_every_field_that_may_be_left_out_has_a_sample_with_it_and_one_without() -> None:
    for kind in set(KINDS) - {"programme"}:  # one document, with tests of its own
        for type_name in event_types(kind):
            said = frozenset[str]().union(
                *(shapes(p) for k, n, p in SAMPLES if k == kind and form_of(n)[0] == type_name)
            )
            halves = {shape.removesuffix(" null") for shape in said if shape.endswith(" null")}
            missing = {path for path in halves if not {path, f"{path}{{}}", f"{path}[]"} & said}
            assert not missing, f"{kind}/{type_name}: never said: {sorted(missing)}"


def grown(field: Any) -> type[HeadConsentGiven]:
    """The event after somebody gave it one more field, its version as it was."""
    return create_model("HeadConsentGiven", __base__=HeadConsentGiven, afterthought=field)


def test_a_new_field_without_a_new_version_does_not_pass_unseen() -> None:
    """This is the change that looks harmless: what is stored is still read, but no longer as it was written."""
    newest = f"HeadConsentGiven-{HeadConsentGiven.schema_version}"
    payload = next(payload for _, name, payload in SAMPLES if name == newest)
    assert canonical_bytes(grown((str | None, None)).model_validate(payload).payload()) != canonical_bytes(
        payload
    )
    with pytest.raises(ValidationError, match="afterthought"):
        grown((str, ...)).model_validate(payload)


def test_nothing_in_a_sample_is_in_clear() -> None:
    for kind, name, payload in SAMPLES:
        event = read_event(kind, *form_of(name), payload)
        assert isinstance(event, BaseModel | DirectoryEvent)
        text = orjson.dumps(payload).decode()
        assert not [
            word for word in ("of Cwm Enfys", "nothing leaves the schools", "From spring") if word in text
        ]
