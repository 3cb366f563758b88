"""A forger who changes nothing that stands there, and adds an entry of their own: every guard lets it pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.event_log.drafts import EventDraft
from activities.event_log.verify import verify_log
from activities.signing import public_key_text
from domain.envelope import OnBehalfOf
from tests.activities.builders import ADMIN, Office, seed_of
from tests.activities.event_log.forger import command, event, insert

HEAD = OnBehalfOf(person="head.6990004", method="email", evidence="mail/17")
ELSEWHEN = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def test_the_forger_of_these_tests_leaves_no_trace_of_its_own(office: Office) -> None:
    assert insert(office, command(office.seed(ADMIN)), event()) == []


def test_a_fresh_key_is_not_the_one_on_record(office: Office) -> None:
    assert insert(office, command(seed_of("a forger")), event()) == [("signer", "person/sip.carys")]


def test_the_true_key_of_somebody_else_is_not_the_one_on_record(office: Office) -> None:
    assert insert(office, command(office.seed("sip.carys")), event()) == [("signer", "person/sip.carys")]


def test_nobody_signs_for_a_person_who_is_not_on_record(office: Office) -> None:
    draft = command(seed_of("nobody"), person="nobody")
    assert insert(office, draft, event("nobody")) == [("signer", "person/sip.carys")]


def test_a_command_without_events_has_a_signer_too(office: Office) -> None:
    assert insert(office, command(seed_of("a forger"))) == [("signer", "person/sip.carys")]


def test_signers_are_looked_at_where_signatures_are_left_out(office: Office) -> None:
    insert(office, command(seed_of("a forger")), event())
    assert [f.code for f in verify_log(office.reading, signatures=False).findings] == ["signer"]


@pytest.mark.parametrize(
    ("changes", "forged", "code"),
    [
        ({}, event("head.6990004"), "actor"),
        ({}, event(on_behalf_of=HEAD), "actor"),
        ({"on_behalf_of": HEAD}, event(), "actor"),
        ({"on_behalf_of": HEAD}, event(on_behalf_of=HEAD.model_copy(update={"person": "x"})), "actor"),
        ({"on_behalf_of": HEAD}, event(on_behalf_of=HEAD.model_copy(update={"method": "phone"})), "actor"),
        ({"on_behalf_of": HEAD}, event(on_behalf_of=HEAD.model_copy(update={"evidence": "x"})), "actor"),
        ({"occurred_at": ELSEWHEN}, event(), "time"),
    ],
)
def test_an_event_says_of_its_command_what_the_command_says(
    office: Office, changes: dict[str, Any], forged: EventDraft, code: str
) -> None:
    found = insert(office, command(office.seed(ADMIN), **changes), forged)
    assert found == [(code, "person/sip.carys")]


def test_a_replaced_key_counts_from_the_next_command_on(office: Office) -> None:
    new = seed_of("the administrator's next key")
    office.done(ADMIN, "replace-key", {"public_key": public_key_text(new)}, stream=f"person/{ADMIN}")
    held = {"post": "broker", "since": "2026-09-01"}
    office.done(ADMIN, "assign-post", held, stream="person/sip.carys", seed=new)
    office.check()
    assert insert(office, command(office.seed(ADMIN)), event()) == [("signer", "person/sip.carys")]


def test_a_person_is_registered_once(office: Office) -> None:
    """A second registration is no way to put another key on record."""
    mine = seed_of("a forger")
    registered = office.events(f"person/{ADMIN}")[0].payload | {"public_key": public_key_text(mine)}
    again = replace(event(), type="PersonRegistered", payload=registered)
    assert insert(office, command(office.seed(ADMIN), stream=f"person/{ADMIN}"), again) == []
    office.now += timedelta(minutes=1)
    body = {"post": "broker", "since": "2026-09-01"}
    later = office.sign(ADMIN, "assign-post", body, stream="person/sip.carys", seed=mine)
    draft = command(mine, id=later.command_id, body_hash=later.body_hash, signature=later.signature)
    assert insert(office, draft, event()) == [("signer", "person/sip.carys")]
