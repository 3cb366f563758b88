"""What holds for any sequence of commands."""

import json
import tempfile
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.event_log.append import EventLog
from activities.event_log.canonical_check import canonical_value
from activities.event_log.engine import open_reader
from activities.event_log.instants import is_instant
from activities.event_log.read import LogReader
from activities.event_log.verify import verify_log
from domain.canonical import NotCanonicalError, from_canonical, instant_from_text
from tests.activities.event_log.builders import NOW, append, fresh_log, refuse

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(
    lambda text: unicodedata.normalize("NFC", text)
)
commands = st.tuples(
    st.sampled_from(["case/A", "case/B", "school/1"]),
    st.lists(texts, max_size=3),
    st.booleans(),
    st.integers(-3600, 3600),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(commands, max_size=8))
def test_any_sequence_of_commands_verifies_and_keeps_the_order_of_each_stream(
    sequence: list[tuple[str, list[str], bool, int]],
) -> None:
    expected: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "log.db"
        engine = fresh_log(path)
        log = EventLog(engine, "demo")
        for number, (stream, words, refused, seconds) in enumerate(sequence):
            now = NOW + timedelta(seconds=seconds)
            if refused:
                refuse(log, f"c-{number}", stream=stream, now=now)
            else:
                append(log, f"c-{number}", *words, stream=stream, now=now)
                expected.setdefault(stream, []).extend(words)

        reading = open_reader(path)
        report = verify_log(reading)
        assert report.findings == []
        assert report.commands == len(sequence)
        for stream, words in expected.items():
            assert [event.payload["text"] for event in LogReader(reading).events(stream)] == words
        engine.dispose()
        reading.dispose()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, st.booleans())
def test_the_quick_check_of_canonical_form_gives_the_verdict_of_the_full_one(
    value: object, compact: bool
) -> None:
    separators = (",", ":") if compact else None
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=separators)
    data = text.encode("utf-8", "surrogatepass")
    try:
        expected = from_canonical(data)
    except NotCanonicalError:
        with pytest.raises(NotCanonicalError):
            canonical_value(data)
    else:
        assert canonical_value(data) == expected


@pytest.mark.parametrize(
    "data", [b"", b"{", b"1.0", b"1e3", b"[-0]", b"-0.0", b'{"a":1,"a":1}', b"9007199254740992"]
)
def test_the_quick_check_refuses_what_only_looks_canonical(data: bytes) -> None:
    with pytest.raises(NotCanonicalError):
        canonical_value(data)


@given(
    st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")
    | st.from_regex(
        r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\.[0-9]{2,3}Z?", fullmatch=True
    )
)
def test_an_instant_is_what_the_domain_says_it_is(text: str) -> None:
    try:
        instant_from_text(text)
    except NotCanonicalError:
        assert not is_instant(text)
    else:
        assert is_instant(text)
