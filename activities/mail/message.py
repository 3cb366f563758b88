"""One mail as it goes out: plain text and HTML side by side, headers that say what it is, nothing that tracks."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from activities.mail.addresses import Mailbox, one_line
from activities.mail.invitations import Invitation
from activities.mail.naming import CASE_HEADER

_POLICY: Final = SMTP.clone(cte_type="7bit")
"""Seven bits only: every server takes them, and none rewrites them."""


@dataclass(frozen=True)
class Letter:
    """What a mail says, in one language or in several one after the other."""

    subject: str
    plain: str
    html: str
    languages: tuple[str, ...]


def build_message(
    letter: Letter,
    *,
    id: str,
    at: datetime,
    sender: Mailbox,
    to: Mailbox,
    reference: str,
    invitation: Invitation | None = None,
) -> EmailMessage:
    """The whole message, to one person. `at` is business time; `invitation` comes along as text/calendar."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender.header()
    message["To"] = to.header()
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = id
    message["Auto-Submitted"] = "auto-generated"
    message[CASE_HEADER] = reference
    message.set_content(letter.plain, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if invitation is not None:
        text = invitation.content.decode("utf-8")
        method = {"method": invitation.method}
        message.add_alternative(text, subtype="calendar", cte="base64", params=method)
        message.add_attachment(
            text, subtype="calendar", cte="base64", params=method, filename=invitation.file_name
        )
    # Last: a content that grows another part takes all Content-* headers with it.
    message["Content-Language"] = ", ".join(letter.languages)
    return message
