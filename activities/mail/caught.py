"""Mail that was caught on this machine: a Maildir in the home, read in the order in which it came."""

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

from activities.mail.naming import CASE_HEADER, read_message_id


@dataclass(frozen=True)
class CaughtMail:
    """One message and its place in the box, from 1 on."""

    number: int
    message: EmailMessage

    @property
    def id(self) -> str:
        """Its Message-ID without the brackets."""
        return str(self.message.get("Message-ID", "")).strip().strip("<>")

    @property
    def event_id(self) -> str:
        """The event it tells of; empty where the message is not ours."""
        known = read_message_id(self.id)
        return known[0] if known else ""

    @property
    def person(self) -> str:
        """To whom it went."""
        known = read_message_id(self.id)
        return known[1] if known else ""

    @property
    def reference(self) -> str:
        """Its case."""
        return str(self.message.get(CASE_HEADER, ""))

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def languages(self) -> str:
        """'cy, en'."""
        return str(self.message.get("Content-Language", ""))

    @property
    def to(self) -> tuple[str, ...]:
        """Addresses it went to."""
        header = cast("AddressHeader | None", self.message.get("To"))
        return tuple(address.addr_spec for address in header.addresses) if header else ()

    @property
    def at(self) -> datetime | None:
        """Its date, in business time."""
        header = self.message.get("Date")
        instant = getattr(header, "datetime", None)
        return instant.astimezone(UTC) if isinstance(instant, datetime) else None

    @property
    def method(self) -> str | None:
        """What its calendar entry asks for, REQUEST or CANCEL; None where it has none."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                return str(part.get_param("method"))
        return None

    def part(self, kind: str) -> str | None:
        """The text of its first part of that type, such as 'text/html'."""
        for part in self.message.walk():
            if part.get_content_type() == kind:
                return str(part.get_content())
        return None


def keep(folder: Path, message: bytes) -> None:
    """Put a message into the box, made at first use; it is on the disk when this returns."""
    for box in ("", "tmp", "new", "cur"):
        (folder / box).mkdir(mode=0o700, exist_ok=True)
    mailbox.Maildir(folder, create=False).add(message)


def caught(folder: Path) -> Iterator[CaughtMail]:
    """Every message, the oldest first. Raises PermissionError."""
    files = [file for box in ("new", "cur") for file in (folder / box).glob("*")]
    arrived = sorted((file.stat().st_mtime_ns, file.name, file) for file in files)
    for number, (_, _, file) in enumerate(arrived, start=1):
        yield CaughtMail(number, message_from_bytes(file.read_bytes(), policy=default))
