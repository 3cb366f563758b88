"""Signatures: what they cover, what they do not, and that texts cannot be guessed from them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from activities.signing import public_key_text, sign_command, signature_fits
from domain.envelope import OnBehalfOf
from domain.messages import Command, body_hash, command_salt

SEED, OTHER = bytes(range(32)), bytes(32)
PUBLIC = public_key_text(SEED)


def signed(**changes: Any) -> Command:
    given: dict[str, Any] = {
        "seed": SEED,
        "command_id": "K-1",
        "stream": "case/EAS-K7QX4MZ-R",
        "verb": "consent",
        "body": {"request_version": 1},
        "person": "head.hill",
    }
    return sign_command(**(given | changes))


def test_a_signature_fits_its_own_key_only() -> None:
    assert signature_fits(signed(), PUBLIC)
    assert not signature_fits(signed(), public_key_text(OTHER))
    assert not signature_fits(signed(), "no key")
    assert not signature_fits(signed(), "")


COVERED: dict[str, Any] = {
    "command_id": "K-2",
    "verb": "withdraw",
    "stream": "case/EAS-0000001-2",
    "person": "head.vale",
    "body": {"request_version": 2},
    "on_behalf_of": OnBehalfOf(person="a", method="phone", evidence="x"),
    "occurred_at": datetime(2026, 9, 1, tzinfo=UTC),
    "salt": "0" * 64,
    "body_hash": "0" * 64,
    "signature": "A" * 86 + "==",
}
FILLED_IN: dict[str, Any] = {"expected_version": 3, "language": "cy"}
"""What a client fills in by itself is not covered. The command id is: nobody gives a command twice as two."""


@pytest.mark.parametrize("field", COVERED)
def test_a_change_to_what_the_person_gave_breaks_it(field: str) -> None:
    assert not signature_fits(signed().model_copy(update={field: COVERED[field]}), PUBLIC)


@pytest.mark.parametrize("field", FILLED_IN)
def test_what_a_client_fills_in_is_not_covered(field: str) -> None:
    assert signature_fits(signed().model_copy(update={field: FILLED_IN[field]}), PUBLIC)


def test_every_field_is_one_or_the_other() -> None:
    assert COVERED.keys() | FILLED_IN.keys() == Command.model_fields.keys()


def test_the_sender_can_repeat_it_to_the_byte() -> None:
    assert signed() == signed()
    assert Command.model_validate_json(signed().model_dump_json()) == signed()


def test_the_same_words_under_another_id_or_key_have_another_hash() -> None:
    hashes = {
        signed().body_hash,
        signed(command_id="K-2").body_hash,
        signed(seed=OTHER).body_hash,
    }
    assert len(hashes) == 3


def test_without_the_senders_key_a_short_text_cannot_be_found_by_trying() -> None:
    """Id, verb, stream, person and hash are in the log for ever; the salt is not, and it is not guessable."""
    kept = signed(verb="refuse-consent", body={"reason": "no"})
    for salt in (command_salt(OTHER, "K-1"), "0" * 64, kept.body_hash):
        tried = body_hash(
            verb=kept.verb,
            stream=kept.stream,
            person=kept.person,
            on_behalf_of=None,
            occurred_at=None,
            body={"reason": "no"},
            salt=salt,
        )
        assert tried != kept.body_hash


def test_an_instant_counts_to_the_millisecond() -> None:
    when = datetime(2026, 9, 1, 8, 0, 0, 123_000, tzinfo=UTC)
    assert (
        signed(occurred_at=when).body_hash == signed(occurred_at=when.replace(microsecond=123_999)).body_hash
    )
