"""What is no command is answered in words, leaves nothing, and is not repeated back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.ids import case_reference, case_stream
from domain.messages import Refused
from tests.activities.builders import ADMIN, WHOLE, Office, forged, steps_of

MARKER = "Xylophone-Jane-4711"
HEAD, SIP = "head.6990004", "sip.carys"


MALFORMED: dict[str, tuple[str, dict[str, Any]]] = {
    "an unknown verb": ("xylophone", {}),
    "an unknown field": ("consent", {MARKER: 1}),
    "an unknown field that reads like one": ("consent", {"colour": MARKER}),
    "a missing field": ("refuse-consent", {}),
    "a wrong type": ("consent", {"request_version": MARKER}),
    "no number": ("triage", {"tier": [MARKER]}),
    "no choice": ("triage", {"tier": MARKER}),
    "an over-long text": ("refuse-consent", {"reason": MARKER * 200}),
    "an empty text": ("refuse-consent", {"reason": " "}),
    "control characters": ("refuse-consent", {"reason": f"{MARKER}\x00"}),
    "a text that is none": ("refuse-consent", {"reason": {"text": MARKER}}),
    "a half-sealed text": ("refuse-consent", {"reason": {"$sealed": {"subject": MARKER}}}),
    "a sealed text": (
        "refuse-consent",
        {"reason": {"$sealed": {"subject": MARKER, "place": "x", "nonce": "AAAA", "text": "AAAA"}}},
    ),
    "no day": ("record-visit", {"on": MARKER}),
    "no days": ("scope", {"quarter_days": MARKER, "objectives": [{"aim": MARKER, MARKER: 2}]}),
    "no hash": ("sign", {"content_hash": MARKER}),
    "a surrogate's half day": ("record-visit", {"on": "2026-13-45"}),
    "far too many objectives": ("scope", {"objectives": [{MARKER: MARKER}] * 300}),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_command_leaves_nothing_and_is_not_repeated_back(untouched: Office, what: str) -> None:
    before = untouched.size()
    verb, body = MALFORMED[what]
    handled = untouched.handle(untouched.sign(HEAD, verb, body))
    assert isinstance(handled.answer, Refused)
    assert handled.answer.code == "R-BODY"
    assert MARKER not in handled.model_dump_json()
    assert len(handled.answer.message) < 2000
    assert untouched.size() == before


def test_a_verb_of_another_kind_of_stream_is_unknown_here(untouched: Office) -> None:
    assert untouched.refused(ADMIN, "register", {"name": "x", "email": "x"}).code == "R-BODY"
    assert untouched.refused(HEAD, "consent", stream="person/x").code == "R-BODY"
    assert untouched.refused(HEAD, "consent", stream="fund/x").code == "R-BODY"


UNWRITABLE: dict[str, dict[str, Any]] = {
    "a float": {"body": {"request_version": 1.5}},
    "text in another form": {"body": {"reason": "e\u0301"}},
    "a key that is not ASCII": {"body": {"ŵ": 1}},
    "a number that no other language reads": {"body": {"request_version": 2**60}},
    "an instant without a zone": {"occurred_at": datetime(2026, 9, 1)},  # noqa: DTZ001
    "an instant before all others": {"occurred_at": datetime.min.replace(tzinfo=UTC)},
    "too much": {"body": {"reason": "x" * 65_536}},
}


@pytest.mark.parametrize("what", UNWRITABLE)
def test_what_has_no_canonical_form_is_answered_too(untouched: Office, what: str) -> None:
    """It cannot even be checked for its signature; an error in its place would be tried again for ever."""
    before = untouched.size()
    handled = untouched.handle(forged(untouched.sign(HEAD, "consent"), **UNWRITABLE[what]))
    assert isinstance(handled.answer, Refused)
    assert handled.answer.code in {"R-BODY", "R-SIGNATURE"}
    assert untouched.size() == before


def test_a_reference_that_is_taken_leaves_nothing_so_that_the_next_attempt_is_free(office: Office) -> None:
    opening = steps_of(WHOLE, office.now.date())[0]
    office.tell(before="submit")
    before = office.size()
    body = office.body_of(opening)
    assert office.refused(SIP, "open", body, key="K-1").code == "R-REFERENCE"
    assert office.size() == before
    office.stream = case_stream(case_reference("EAS", "K-1", attempt=1))
    office.done(SIP, "open", body, key="K-1")


def test_a_case_that_is_not_there_takes_nothing(office: Office) -> None:
    refused = office.refused(HEAD, "consent")
    assert (refused.code, refused.status, refused.next_steps) == ("R-NO-CASE", None, ())
    body = office.body_of(steps_of(WHOLE, office.now.date())[0])
    assert office.refused(SIP, "open", body | {"programme": "ABC"}).code == "R-PROGRAMME"
    assert office.row() is None
    office.check()


def test_what_was_erased_takes_nothing_more(office: Office) -> None:
    office.tell(before="consent")
    office.vault.erase(office.stream)
    before = office.size()
    assert office.refused(HEAD, "refuse-consent", {"reason": "no"}).code == "R-ERASED"
    assert office.size() == before
    office.done(HEAD, "consent")
    office.check()
