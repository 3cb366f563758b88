"""The canonical form is RFC 8785 inside its profile, and its bytes are frozen."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import NotCanonicalError, canonical_bytes, from_canonical
from domain.envelope import Envelope

GOLDEN = Path(__file__).parents[1] / "golden" / "envelope-1.json"
GOLDEN_HASH = "29aeaa26a9076c8581da04524e080659163c44bb576b3f7646242a8900803611"

keys = st.text(st.characters(max_codepoint=127), max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
profile = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(profile)
def test_inside_the_profile_the_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(profile)
def test_canonical_bytes_are_read_back_as_they_were(value: Any) -> None:
    assert from_canonical(canonical_bytes(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        "e\u0301",
        "\ud800",
        {"é": 1},
        {1: 1},
        (1,),
        b"x",
        {"a": [{}, 1.5]},
    ],
)
def test_what_could_be_written_in_two_ways_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonicalError):
        canonical_bytes(value)


@pytest.mark.parametrize(
    "data", [b'{"b":1,"a":2}', b'{"a": 1}', b'"\\u0061"', b"1.0", b"[1,]", b'{"a":1,"a":1}']
)
def test_other_spellings_of_a_value_are_not_canonical(data: bytes) -> None:
    with pytest.raises(NotCanonicalError):
        from_canonical(data)


def test_the_bytes_of_an_envelope_are_frozen() -> None:
    data = GOLDEN.read_bytes()

    envelope = Envelope.from_bytes(data)

    assert envelope.to_bytes() == data
    assert envelope.leaf_hash().hex() == GOLDEN_HASH
