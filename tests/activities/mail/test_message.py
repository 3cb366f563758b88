"""A mail as it goes out: two forms of one text, headers that say what it is and cannot be steered."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from activities.mail.addresses import BadAddressError, Mailbox, parse_address
from activities.mail.invitations import Invitation, Method, VisitTime, invitation, visit_uid
from activities.mail.message import Letter, build_message
from activities.mail.naming import CASE_HEADER, message_id, read_message_id

AT = datetime(2026, 11, 20, 16, 5, tzinfo=UTC)
OFFICE = Mailbox("brokerage", "office.example", "Brokerage")
HEAD = Mailbox("anwen.prosser", "blaenllysywen.example", "Anwen Prosser")
WELSH = "Gofynnir i chi gydsynio: Ysgol Gŵyr, Llŷn â'r tŷ. "
LETTER = Letter("EAS-K7QX4MZ-R: cydsyniad / consent", WELSH * 20, f"<p>{WELSH}</p>", ("cy", "en"))
LOG = "0f1b9c4e-6c7d-4c0a-9f0e-0c1d2e3f4a5b"


def made(letter: Letter = LETTER, to: Mailbox = HEAD, with_: Invitation | None = None) -> EmailMessage:
    """The message, over the wire and read again."""
    id = message_id("a-1", "head.6990004", "office.example")
    built = build_message(
        letter, id=id, at=AT, sender=OFFICE, to=to, reference="EAS-K7QX4MZ-R", invitation=with_
    )
    return message_from_bytes(built.as_bytes(policy=SMTP), policy=default)


def entries_of(content: bytes | str) -> Any:
    """The calendar, as its reader reads it."""
    return Calendar.from_ical(content)


def visit(
    sequence: int = 0,
    method: Method = "REQUEST",
    summary: str = "Ymweliad V1",
    when: VisitTime | None = None,
    attendee: Mailbox = HEAD,
) -> Invitation:
    return invitation(
        uid=visit_uid("EAS-K7QX4MZ-R", "V1", LOG),
        sequence=sequence,
        method=method,
        at=AT,
        when=when or VisitTime(date(2026, 12, 4), "Europe/London"),
        summary=summary,
        description="Ysgol Gŵyr; Llŷn, a'r tŷ.\nBring books.",
        place="Ysgol Gynradd Cwm Enfys, Cwm Enfys",
        organizer=OFFICE,
        attendee=attendee,
    )


def test_plain_text_and_html_say_the_same_side_by_side() -> None:
    message = made()
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").strip() == LETTER.plain.strip()
    assert html.get_content().strip() == LETTER.html


def test_the_headers_say_what_it_is_and_nothing_more() -> None:
    message = made()
    assert {name: str(value) for name, value in message.items() if not name.startswith("Content-Type")} == {
        "From": "Brokerage <brokerage@office.example>",
        "To": "Anwen Prosser <anwen.prosser@blaenllysywen.example>",
        "Subject": "EAS-K7QX4MZ-R: cydsyniad / consent",
        "Date": "Fri, 20 Nov 2026 16:05:00 +0000",
        "Message-ID": "<a-1.head.6990004@office.example>",
        "Content-Language": "cy, en",
        "Auto-Submitted": "auto-generated",
        CASE_HEADER: "EAS-K7QX4MZ-R",
        "MIME-Version": "1.0",
    }


def test_every_byte_passes_a_server_that_knows_seven_bits_and_lines_of_998() -> None:
    built = build_message(
        Letter("ŵ" * 200, "ŵ" * 5000, "ŷ" * 5000, ("cy",)),
        id="<a@b>",
        at=AT,
        sender=OFFICE,
        to=Mailbox("a", "b.example", "Siân ŵ" * 12),
        reference="EAS-K7QX4MZ-R",
        invitation=visit(),
    ).as_bytes(policy=SMTP)
    assert built.isascii()
    assert max(map(len, built.split(b"\r\n"))) <= 998


def test_a_message_id_tells_event_and_person_and_nothing_else() -> None:
    id = message_id("a-1", "head.6990004", "office.example")
    assert read_message_id(id) == ("a-1", "head.6990004")
    assert read_message_id("<somebody.elses>") is None


@given(name=st.text(max_size=120), subject=st.text(min_size=1, max_size=200))
def test_no_name_and_no_subject_steers_a_header(name: str, subject: str) -> None:
    try:
        to = parse_address("head@school.example", name)
        message = made(Letter(subject, "text", "<p>text</p>", ("en",)), to)
    except BadAddressError:
        pytest.fail("the address itself is good")
    assert message["To"].addresses[0].addr_spec == "head@school.example"
    assert len(message["To"].addresses) == 1
    assert set(message.keys()) == set(made().keys())


@pytest.mark.parametrize(
    "name",
    [
        "Bob\r\nBcc: thief@x.example",
        "Eve <eve@x.example>, Bob",
        '"',
        "a@b.example",
        "\\",
        "李 \x00 ",
        "=?utf-8?q?x?=",
    ],
)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    message = made(to=parse_address("head@school.example", name))
    assert [address.addr_spec for address in message["To"].addresses] == ["head@school.example"]
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "text",
    [
        "", "head", "@school.example", "head@", "head@school..example", "a@b.example, c@d.example", "a b@c.example",
        "head@school.example\r\nBcc: x@y.example", "<script>@x.example", "ŵyn@school.example", "a@" + "b" * 64 + ".example",
        "a" * 65 + "@b.example", "a@-b.example", "head@school.example>", ".a@b.example", "a@b.example RCPT TO:<c@d.example>",
    ],
)  # fmt: skip
def test_what_is_no_address_is_none_and_is_not_repeated(text: str) -> None:
    with pytest.raises(BadAddressError) as raised:
        parse_address(text)
    assert not text or text not in str(raised.value)


def test_a_domain_in_another_script_is_written_as_servers_know_it() -> None:
    assert parse_address("Siân <sian@ysgol-gŵyr.example>") == Mailbox(
        "sian", "xn--ysgol-gyr-h9b.example", "Siân"
    )


def test_an_invitation_comes_as_a_part_and_as_a_file() -> None:
    message = made(with_=visit())
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_param("method") for part in parts] == ["REQUEST", "REQUEST"]
    assert [part.get_filename() for part in parts] == [None, "visit.ics"]
    assert message.get_body(("plain",)) is not None
    for part in parts:
        entry = entries_of(part.get_content()).walk("VEVENT")[0]
        assert str(entry["UID"]) == f"EAS-K7QX4MZ-R.V1@{LOG}"


def test_a_change_and_a_cancellation_are_the_same_entry_with_a_higher_sequence() -> None:
    entries = [entries_of(each.content) for each in (visit(0), visit(1), visit(2, "CANCEL"))]
    events = [calendar.walk("VEVENT")[0] for calendar in entries]
    assert [str(calendar["METHOD"]) for calendar in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2]
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_a_visit_without_hours_is_a_day_on_which_nobody_looks_busy() -> None:
    event = entries_of(visit().content).walk("VEVENT")[0]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 4), date(2026, 12, 5))
    assert str(event["TRANSP"]) == "TRANSPARENT"


@pytest.mark.parametrize(
    ("zone", "on", "offset"),
    [
        ("Europe/London", date(2027, 3, 26), 0), ("Europe/London", date(2027, 3, 29), 1),
        ("Asia/Manila", date(2027, 3, 29), 8),
    ],
)  # fmt: skip
def test_hours_are_those_of_the_place_with_its_zone_written_out(zone: str, on: date, offset: int) -> None:
    entry = visit(when=VisitTime(on, zone, time(9, 30), time(12)))
    calendar = entries_of(entry.content)
    event = calendar.walk("VEVENT")[0]
    assert event["DTSTART"].dt == datetime.combine(on, time(9, 30), ZoneInfo(zone))
    assert event["DTEND"].dt == datetime.combine(on, time(12), timezone(timedelta(hours=offset)))
    assert [str(z["TZID"]) for z in calendar.walk("VTIMEZONE")] == [zone]


@given(summary=st.text(st.sampled_from("ŵŷâ'; ,:\\n\nabc"), min_size=1, max_size=200))
def test_any_text_comes_back_whole_from_lines_of_75_octets(summary: str) -> None:
    content = visit(summary=summary).content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert str(entries_of(content).walk("VEVENT")[0]["SUMMARY"]) == summary


def test_nobody_reads_anybody_elses_address_in_an_invitation() -> None:
    content = visit(attendee=Mailbox("eleri", "x.example", 'Eleri "E" X')).content.decode()
    event = entries_of(content).walk("VEVENT")[0]
    assert str(event["ATTENDEE"]) == "mailto:eleri@x.example"
    assert content.count("mailto:") == 2, "the office's and theirs"
