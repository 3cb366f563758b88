"""What a case has to tell reaches those it concerns, once, in their language; and the log says what became of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from activities.mail.deliver import LEAST_ATTEMPTS, HandedOver, MailWaitsError, Postman
from activities.read_models.outbox import Unsent, read_unsent
from activities.read_models.schema import metadata
from activities.vault import read_looks
from domain.ids import stream_key
from domain.messages import CaseStatus
from tests.activities.builders import ADMIN, Office
from tests.mail_server import PostOffice

HEAD = "head.6990004"
HEAD_AT = "anwen.prosser@blaenllysywen-primary-school.example"
DYLAN_AT = "dylan.meredith@partneriaeth-ysgolion.example"
MALI_AT = "mali.probert@partneriaeth-ysgolion.example"
SIP_AT = "carys.rosser@partneriaeth-ysgolion.example"


class Desk:
    """An office, the mail server that it sends to, and whoever delivers."""

    def __init__(self, office: Office, post: PostOffice, **settings: Any) -> None:
        self.office = office
        self.post = post
        given = {
            "smtp_host": "127.0.0.1",
            "smtp_port": post.port,
            "smtp_tls": "none",
            "smtp_timeout": 5.0,
            "mail_from": "Brokerage <brokerage@office.example>",
        }
        own = office.settings.model_copy(update=given | settings)
        self.postman = Postman(office.handler, own, lambda: office.now)

    @property
    def reference(self) -> str:
        return stream_key(self.office.stream)

    def deliver(self, handed_over: HandedOver | None = None) -> CaseStatus:
        """One attempt, as the workflow has it made."""
        return self.postman.deliver(self.reference, "run-1", handed_over or HandedOver())

    def unsent(self) -> tuple[Unsent, ...]:
        with self.office.reading.connect() as connection:
            return read_unsent(connection, self.reference)

    def told(self, kind: str = "MailAccepted") -> list[dict[str, Any]]:
        """Payloads of what the log says of mails."""
        return [r.payload for r in self.office.events() if r.envelope.type == kind]

    def mail_to(self, address: str) -> list[EmailMessage]:
        return [message for to, message in self.post.taken if to == address]


@pytest.fixture
def post() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


@pytest.fixture
def desk(office: Office, post: PostOffice) -> Desk:
    return Desk(office, post)


@contextmanager
def down(post: PostOffice) -> Iterator[None]:
    """The mail server is gone for a while."""
    post.close()
    yield
    post.open()


def test_whoever_is_asked_gets_a_mail_and_the_log_says_so(desk: Desk) -> None:
    desk.office.tell(before="consent")
    assert desk.office.load().unsent == 1
    status = desk.deliver()
    assert status.unsent == 0
    ((address, message),) = desk.post.taken
    assert address == HEAD_AT
    assert message["X-Brokerage-Case"] == desk.reference
    asked = next(
        r
        for r in desk.office.events()
        if r.envelope.type == "DeadlineSet" and "head_consent" in str(r.payload)
    )
    assert str(message["Message-ID"]) == f"<{asked.envelope.id}.{HEAD}@office.example>"
    (told,) = desk.told()
    assert (told["person"], told["template"], told["language"]) == (HEAD, "head_consent_requested", "en")
    assert told["wait"] == "head_consent"
    desk.office.check()


def test_a_second_attempt_sends_nothing(desk: Desk) -> None:
    desk.office.tell(before="consent")
    desk.deliver()
    before = desk.office.size()
    desk.deliver()
    assert len(desk.post.taken) == 1
    assert desk.office.size() == before


def test_whoever_wishes_both_languages_reads_welsh_first(desk: Desk) -> None:
    desk.office.tell(before="scope")
    desk.deliver()
    (message,) = desk.mail_to(SIP_AT)
    assert message["Content-Language"] == "cy, en"
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert 0 < text.index("Annwyl") < text.index("Dear")
    html = message.get_body(("html",))
    assert html is not None
    assert html.get_content().index('lang="cy"') < html.get_content().index('lang="en"')
    assert desk.told()[-1]["language"] == "cy+en"


def test_what_is_answered_before_the_mail_has_left_is_asked_of_nobody(desk: Desk) -> None:
    desk.office.tell(before="consent")
    with down(desk.post), pytest.raises(MailWaitsError):
        desk.deliver()
    desk.office.done(HEAD, "consent", {"request_version": 1})
    assert [row.template for row in desk.unsent()] == ["triage_requested"]
    desk.deliver()
    assert not desk.mail_to(HEAD_AT)


def test_nobody_is_told_what_they_did_themselves(desk: Desk) -> None:
    desk.office.tell(before="schedule-visit")
    desk.deliver()
    assert desk.office.load().unsent == 0
    told = {(mail["template"], mail["person"]) for mail in desk.told()}
    assert ("agreement_activated", "head.6990103") in told
    assert ("agreement_activated", HEAD) not in told, "whose signature was the last"
    assert desk.told("MailFailed") == []


def test_a_mail_server_that_is_down_for_a_day_loses_nothing_and_records_nothing(desk: Desk) -> None:
    desk.office.tell(before="consent")
    before = desk.office.size()
    with down(desk.post):
        for _ in range(3):
            desk.office.now += timedelta(hours=8)
            with pytest.raises(MailWaitsError, match="cannot be reached"):
                desk.deliver()
    assert desk.office.size() == before
    looks = [look for look in read_looks(desk.office.settings.vault_file) if look.purpose.startswith("mail")]
    assert not looks, "no address is read while nothing can be sent"
    desk.deliver()
    assert len(desk.mail_to(HEAD_AT)) == 1


def test_after_the_patience_that_is_set_the_log_says_that_it_did_not_go_out(desk: Desk) -> None:
    desk.office.tell(before="consent")
    with down(desk.post):
        desk.office.now += timedelta(hours=49)
        for attempt in range(1, LEAST_ATTEMPTS):
            with pytest.raises(MailWaitsError, match="cannot be reached"):
                desk.deliver(HandedOver(attempt=attempt))
        status = desk.deliver(HandedOver(attempt=LEAST_ATTEMPTS))
    assert (status.unsent, desk.told()) == (1, [])
    (failed,) = desk.told("MailFailed")
    assert (failed["reason"], failed["person"], failed["wait"]) == ("unreachable", HEAD, "head_consent")
    (row,) = desk.unsent()
    assert (row.template, row.party) == ("contact_requested", "broker"), "somebody is to tell them otherwise"
    desk.office.check()


def test_an_address_that_bounces_is_recorded_at_once_and_stands_in_no_log(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.post.refuses = {HEAD_AT}
    desk.office.tell(before="consent")
    desk.deliver()
    (failed,) = desk.told("MailFailed")
    assert (failed["reason"], failed["person"]) == ("refused", HEAD)
    said = "".join(capsys.readouterr())
    assert "mail refused" in said
    assert "550 5.1.1" in said
    assert "@" not in said


def test_who_is_asked_to_come_again_comes_again_with_the_same_message(desk: Desk) -> None:
    desk.post.later = {HEAD_AT: 1}
    desk.office.tell(before="consent")
    with pytest.raises(MailWaitsError, match="come again"):
        desk.deliver()
    desk.deliver()
    assert len(desk.mail_to(HEAD_AT)) == 1


def test_a_notice_to_several_is_sent_once_to_each_also_where_one_of_them_has_to_wait(desk: Desk) -> None:
    desk.office.tell(before="triage")
    assert [row.template for row in desk.unsent()] == ["triage_requested"]
    kept: list[list[str]] = []
    desk.post.later = {MALI_AT: 1}
    with pytest.raises(MailWaitsError):
        desk.deliver(HandedOver(keep=kept.append))
    desk.deliver(HandedOver(set(kept[-1])))
    assert sorted(to for to, _ in desk.post.taken) == sorted([DYLAN_AT, MALI_AT])
    told = {mail["person"] for mail in desk.told() if mail["template"] == "triage_requested"}
    assert told == {"broker.dylan", "broker.mali"}


def test_a_worker_that_dies_before_it_records_repeats_the_mail_under_its_message_id(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.office.tell(before="consent")

    class KilledError(BaseException):
        """As if the process had ended here."""

    def die(name: str) -> None:
        if name == "after_sending":
            raise KilledError

    with monkeypatch.context() as drill:
        drill.setattr("activities.mail.deliver.kill_point", die)
        with pytest.raises(KilledError):
            desk.deliver()
    desk.deliver()
    first, second = desk.post.ids
    assert first == second
    assert len(desk.told()) == 1


def test_an_answer_that_is_lost_repeats_the_mail_under_its_message_id(desk: Desk) -> None:
    desk.post.loses_answers = 1
    desk.office.tell(before="consent")
    with pytest.raises(MailWaitsError):
        desk.deliver()
    desk.deliver()
    first, second = desk.post.taken
    assert str(first[1]["Message-ID"]) == str(second[1]["Message-ID"])
    assert str(first[1]["Date"]) == str(second[1]["Date"])


def test_where_nobody_holds_the_post_somebody_is_told_to_see_to_it(desk: Desk) -> None:
    office = desk.office
    office.tell(before="consent")
    ended = {
        "post": "head",
        "school": "6990004",
        "until": (office.now.date() - timedelta(days=1)).isoformat(),
    }
    office.done(ADMIN, "end-post", ended, stream=f"person/{HEAD}")
    desk.deliver()
    (failed,) = desk.told("MailFailed")
    assert (failed["reason"], failed["person"], failed["wait"]) == ("nobody", None, "head_consent")
    assert not desk.post.taken


def test_an_erased_person_has_no_address_any_more(desk: Desk) -> None:
    desk.office.tell(before="consent")
    desk.office.vault.erase(f"person/{HEAD}")
    desk.deliver()
    (failed,) = desk.told("MailFailed")
    assert failed["reason"] == "no-address"
    assert not desk.post.taken


def test_work_that_was_given_to_one_of_several_is_that_persons_mail_alone(desk: Desk) -> None:
    office = desk.office
    office.tell(before="consent")
    office.done("broker.dylan", "assign", {"party": "broker", "to": "broker.mali"})
    office.done(HEAD, "consent", {"request_version": 1})
    desk.deliver()
    assert desk.mail_to(MALI_AT)
    assert {mail["person"] for mail in desk.told() if mail["party"] == "broker"} == {"broker.mali"}


def test_a_mail_that_went_out_meanwhile_makes_nobodys_reading_stale(desk: Desk) -> None:
    office = desk.office
    office.tell(before="consent")
    read = office.load().version
    desk.deliver()
    assert office.load().version == read + 1
    consent = {"request_version": 1}
    assert office.refused(HEAD, "consent", consent, expected_version=read - 1).code == "R-VERSION"
    office.done(HEAD, "consent", consent, expected_version=read)


def test_each_look_at_an_address_is_on_record_and_the_address_in_no_table(desk: Desk) -> None:
    desk.office.tell(before="consent")
    desk.deliver()
    (look,) = [one for one in read_looks(desk.office.settings.vault_file) if one.purpose.startswith("mail")]
    assert (look.reader, look.subject, look.purpose) == ("system", f"person/{HEAD}", f"mail {desk.reference}")
    with desk.office.reading.connect() as connection:
        rows = [
            str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(select(table))
        ]
    assert rows
    assert not [row for row in rows if ".example" in row]


def test_a_visit_comes_as_an_entry_that_the_next_mail_changes_and_the_last_takes_back(desk: Desk) -> None:
    office = desk.office
    office.tell(before="schedule-visit")
    desk.deliver()
    desk.post.taken.clear()
    planned = office.now.date() + timedelta(days=7)
    office.done("partner.eleri", "schedule-visit", {"on": planned.isoformat(), "quarter_days": 4})
    moved = {"visit": "V1", "on": (planned + timedelta(days=1)).isoformat()}
    desk.deliver()
    office.done("partner.eleri", "reschedule-visit", moved)
    desk.deliver()
    cancelled = {"visit": "V1", "because_of": "provider", "reason_code": "illness"}
    office.done("partner.eleri", "cancel-visit", cancelled)
    desk.deliver()

    entries = [_entry(message) for message in desk.mail_to(HEAD_AT)]
    assert [str(calendar["METHOD"]) for calendar in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    events = [calendar.walk("VEVENT")[0] for calendar in entries]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2]
    assert [event["DTSTART"].dt for event in events][:2] == [planned, date.fromisoformat(moved["on"])]
    invited = {mail["party"] for mail in desk.told() if mail["template"] == "visit_scheduled"}
    assert invited == {"provider_lead", "recipient_lead", "provider_head", "recipient_head"}


def test_without_a_mail_server_everything_is_left_and_said_once(
    office: Office, post: PostOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(office, post, smtp_host=None)
    office.tell(before="consent")
    assert desk.deliver().unsent == 1
    assert desk.deliver().unsent == 1
    assert not desk.post.taken
    assert "".join(capsys.readouterr()).count("mail waits") == 1


def test_everything_a_story_tells_is_told_in_the_languages_of_its_programme(desk: Desk) -> None:
    from starter.sample.deped_stories import DEPED_STORIES

    desk.office.tell(DEPED_STORIES[0])
    assert desk.deliver().unsent == 0
    assert desk.told()
    assert {mail["language"] for mail in desk.told()} <= {"en", "fil", "en+fil"}


def _entry(message: EmailMessage) -> Any:
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    return Calendar.from_ical(part.get_content())
