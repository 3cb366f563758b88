"""Who is heard: signatures, keys and posts; and who may record what somebody else decided."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from activities.signing import public_key_text
from domain.canonical import instant_text
from domain.envelope import OnBehalfOf, RecordedFor
from domain.messages import Command, Receipt, Refused
from tests.activities.builders import ADMIN, WHOLE, Office, forged, seed_of, steps_of

HEAD, BROKER, SIP = "head.6990004", "broker.dylan", "sip.carys"
MAIL = OnBehalfOf(person=HEAD, method="email", evidence="mail/1")


def other_hash(command: Command) -> Command:
    changed = forged(command, body={"request_version": 2})
    return forged(changed, body_hash=changed.fingerprint())


UNPROVEN: dict[str, Callable[[Office], Command]] = {
    "another key": lambda o: o.sign(HEAD, "consent", seed=seed_of("head.6990009")),
    "an unknown person": lambda o: o.sign("nobody", "consent"),
    "a person's name under one's own key": lambda o: forged(o.sign(BROKER, "consent"), person=HEAD),
    "a changed body": lambda o: forged(o.sign(HEAD, "consent"), body={"request_version": 2}),
    "a changed body with its own hash": lambda o: other_hash(o.sign(HEAD, "consent")),
    "another stream": lambda o: forged(o.sign(HEAD, "consent", stream="case/EAS-0000001-2"), stream=o.stream),
    "another command id": lambda o: forged(o.sign(HEAD, "consent"), command_id="given-again"),
    "another verb": lambda o: forged(o.sign(HEAD, "consent"), verb="refuse-consent"),
    "another salt": lambda o: forged(o.sign(HEAD, "consent"), salt="0" * 64),
    "a signature of nothing": lambda o: forged(o.sign(HEAD, "consent"), signature="A" * 86 + "=="),
    "a decision recorded for somebody, added": lambda o: forged(o.sign(BROKER, "consent"), on_behalf_of=MAIL),
    "another time, added": lambda o: forged(
        o.sign(HEAD, "consent"), occurred_at=datetime(2026, 9, 1, tzinfo=UTC)
    ),
    "the system, by a stranger's key": lambda o: o.sign("system", "consent", seed=bytes(32)),
}


@pytest.mark.parametrize("how", UNPROVEN)
def test_what_is_not_proven_leaves_nothing_at_all(untouched: Office, how: str) -> None:
    before, status = untouched.size(), untouched.load()
    handled = untouched.handle(UNPROVEN[how](untouched))
    assert isinstance(handled.answer, Refused)
    assert handled.answer.code == "R-SIGNATURE"
    assert handled.status.version == 0, "it says nothing of the case"
    assert (untouched.size(), untouched.load()) == (before, status)


def test_an_id_wasted_on_a_forgery_is_still_free(office: Office) -> None:
    office.tell(before="consent")
    office.refused(HEAD, "consent", key="K-1", seed=bytes(32))
    office.done(HEAD, "consent", key="K-1")


def test_a_replaced_key_is_dead_from_that_moment_on(office: Office) -> None:
    office.tell(before="consent")
    new = bytes(range(32))
    office.done(HEAD, "replace-key", {"public_key": public_key_text(new)}, stream=f"person/{HEAD}")
    before = office.size()
    assert office.refused(HEAD, "consent").code == "R-SIGNATURE"
    assert office.size() == before
    office.done(HEAD, "consent", seed=new)
    office.check()


def test_a_post_that_has_ended_entitles_no_longer(office: Office) -> None:
    office.tell(before="consent")
    yesterday = (office.now - timedelta(days=1)).date().isoformat()
    ended = {"post": "head", "school": "6990004", "until": yesterday}
    office.done(ADMIN, "end-post", ended, stream=f"person/{HEAD}")
    assert office.refused(HEAD, "consent").code == "R-POST"


def test_the_system_acts_only_by_rules(office: Office) -> None:
    office.tell(before="consent")
    assert office.refused("system", "consent").code == "R-POST"
    assert office.refused("system", "withdraw", {"reason": "…"}).code == "R-POST"


def test_nobody_but_the_system_lets_a_deadline_pass(office: Office) -> None:
    office.tell(before="consent")
    status = office.load()
    assert status.next_deadline is not None
    office.now = status.next_deadline
    body = {"wait": status.next_wait, "due_at": instant_text(status.next_deadline)}
    assert office.refused(BROKER, "pass-deadline", body).code == "R-POST"


# For somebody else


@pytest.mark.parametrize(
    ("recorder", "code"),
    [
        (BROKER, None),
        (SIP, None),
        ("adviser.meinir", None),
        ("finance.gwilym", "R-BEHALF"),
        ("lead.6990004", "R-BEHALF"),
        (ADMIN, "R-BEHALF"),
        (HEAD, "R-BEHALF"),
    ],
)
def test_certain_posts_record_what_somebody_else_decided(
    office: Office, recorder: str, code: str | None
) -> None:
    office.tell(before="consent")
    answer = office.give(recorder, "consent", on_behalf_of=MAIL)
    if code is not None:
        assert isinstance(answer, Refused)
        assert answer.code == code
        return
    assert isinstance(answer, Receipt)
    actor = office.events()[-2].envelope.actor
    own = {BROKER: ("broker", None), SIP: ("sip", "6990004"), "adviser.meinir": ("principal_adviser", None)}
    assert (actor.person, actor.post, actor.school) == (recorder, *own[recorder])
    assert actor.on_behalf_of == RecordedFor(**MAIL.model_dump(), post="head", school="6990004")
    office.check()


def test_money_is_approved_with_ones_own_key_and_by_nobody_for_another(office: Office) -> None:
    office.tell(before="approve-funding")
    told_by_mail = MAIL.model_copy(update={"person": "finance.gwilym"})
    refusal = office.refused("adviser.meinir", "approve-funding", on_behalf_of=told_by_mail)
    assert refusal.code == "R-OWN-NAME"
    assert "Recorded by adviser.meinir in the name of finance.gwilym" in refusal.message
    office.done("finance.gwilym", "approve-funding")
    office.check()


def test_who_recorded_a_visit_for_the_provider_does_not_record_its_confirmation(office: Office) -> None:
    office.tell(before="record-visit")
    step = next(step for step in steps_of(WHOLE, office.now.date()) if step.verb == "record-visit")
    by_phone = OnBehalfOf(person=step.person, method="phone", evidence="call/1")
    office.done("adviser.meinir", "record-visit", office.body_of(step), on_behalf_of=by_phone)
    confirmed = OnBehalfOf(person="lead.6990004", method="phone", evidence="call/2")
    body = {"visit": "V1"}
    assert (
        office.refused("adviser.meinir", "confirm-visit", body, on_behalf_of=confirmed).code == "R-SEPARATION"
    )
    office.done(BROKER, "confirm-visit", body, on_behalf_of=confirmed)
    office.check()


def test_a_partner_records_only_in_cases_of_the_schools_they_serve(office: Office) -> None:
    office.tell(before="consent")
    assert office.refused("sip.gethin", "consent", on_behalf_of=MAIL).code == "R-BEHALF"
    yesterday = (office.now - timedelta(days=1)).date().isoformat()
    ended = {"post": "sip", "school": "6990004", "until": yesterday}
    office.done(ADMIN, "end-post", ended, stream=f"person/{SIP}")
    assert office.refused(SIP, "consent", on_behalf_of=MAIL).code == "R-BEHALF"


def test_whoever_drafted_records_no_signatures_on_it(office: Office) -> None:
    office.tell(before="sign")
    agreement = office.state().agreement
    assert agreement is not None
    body = {"content_hash": agreement.content_hash}
    drafter = agreement.recorded_by
    assert drafter.startswith("broker.")
    assert office.refused(drafter, "sign", body, on_behalf_of=MAIL).code == "R-SEPARATION"
    office.done("adviser.meinir", "sign", body, on_behalf_of=MAIL)
    office.check()


@pytest.mark.parametrize("person", ["nobody", "system", "lead.6990004", "head.6990009"])
def test_recording_gives_nobody_a_post(office: Office, person: str) -> None:
    office.tell(before="consent")
    behalf = MAIL.model_copy(update={"person": person})
    assert office.refused(BROKER, "consent", on_behalf_of=behalf).code in {"R-BEHALF", "R-POST"}


def test_directories_are_kept_in_ones_own_name(office: Office) -> None:
    body = {"post": "lead", "school": "6990004", "since": "2026-09-01"}
    answer = office.refused(ADMIN, "assign-post", body, stream="person/nobody", on_behalf_of=MAIL)
    assert answer.code == "R-BEHALF"
