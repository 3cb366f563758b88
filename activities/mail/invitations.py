"""Calendar entries for visits (RFC 5545, iTIP): one UID for each visit, changed and taken back by its sequence."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from activities.mail.addresses import Mailbox

Method = Literal["REQUEST", "CANCEL"]

_MAKER: Final = "-//Brokerage//visits//EN"
_FILE_NAMES: Final[dict[Method, str]] = {"REQUEST": "visit.ics", "CANCEL": "visit-cancelled.ics"}


@dataclass(frozen=True)
class VisitTime:
    """When a visit is: on a day, and at which local hours where they are known."""

    on: date
    zone: str
    begin: time | None = None
    end: time | None = None


@dataclass(frozen=True)
class Invitation:
    """A calendar entry as it goes out."""

    method: Method
    content: bytes
    """iCalendar, UTF-8, lines of at most 75 octets that end in CRLF."""

    @property
    def file_name(self) -> str:
        """What the attachment is called."""
        return _FILE_NAMES[self.method]


def visit_uid(reference: str, visit: str, log: str) -> str:
    """The visit's name in every calendar: unique, because the log's is, and the same whatever is set since."""
    return f"{reference}.{visit}@{log}"


def invitation(
    *,
    uid: str,
    sequence: int,
    method: Method,
    at: datetime,
    when: VisitTime,
    summary: str,
    description: str,
    place: str,
    organizer: Mailbox,
    attendee: Mailbox,
) -> Invitation:
    """The entry for one person; nobody's address but theirs stands in it.

    `sequence` is the number of changes to the visit so far: a calendar heeds the highest. A visit without
    known hours is a whole day, and does not make anybody look busy.
    """
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", at)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    _add_time(event, when)
    event.add("summary", summary)
    event.add("description", description)
    if place:
        event.add("location", place)
    event.add("organizer", _address(organizer))
    guest = _address(attendee)
    guest.params["role"] = vText("REQ-PARTICIPANT")
    guest.params["partstat"] = vText("NEEDS-ACTION")
    guest.params["rsvp"] = vText("FALSE")
    event.add("attendee", guest)
    calendar = Calendar()
    calendar.add("prodid", _MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    first = date(when.on.year, 1, 1)
    calendar.add_missing_timezones(first_date=first, last_date=first.replace(year=first.year + 2))
    return Invitation(method, calendar.to_ical())


def _add_time(event: Event, when: VisitTime) -> None:
    if when.begin is None:
        event.add("dtstart", when.on)
        event.add("dtend", when.on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return
    zone = ZoneInfo(when.zone)
    begin = datetime.combine(when.on, when.begin, zone)
    event.add("dtstart", begin)
    event.add("dtend", datetime.combine(when.on, when.end, zone) if when.end else begin + timedelta(hours=1))


def _address(mailbox: Mailbox) -> vCalAddress:
    address = vCalAddress(f"mailto:{mailbox.spec}")
    if mailbox.name:
        # A quote would end the parameter early.
        address.params["cn"] = vText(mailbox.name.replace('"', "'"))
    return address
