"""Which server takes our mail, and in whose name it goes out; from `BROKERAGE_SMTP_*` and `BROKERAGE_MAIL_FROM`."""

import ipaddress
from dataclasses import dataclass, field
from typing import Final, Literal

from activities.home_files import read_private
from activities.mail.addresses import BadAddressError, Mailbox, parse_address
from activities.settings import Settings

Encryption = Literal["starttls", "tls", "none"]

_PORTS: Final[dict[Encryption, int]] = {"starttls": 587, "tls": 465, "none": 25}


class MailSettingsError(Exception):
    """What is set about mail cannot work; `fix` says what to set instead."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


@dataclass(frozen=True)
class MailServer:
    """Where to, how, and as whom."""

    host: str
    port: int
    encryption: Encryption
    sender: Mailbox
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 20.0
    """Seconds for each answer of the server."""

    @property
    def place(self) -> str:
        """'mail.example.org:587'."""
        return f"{self.host}:{self.port}"


def mail_server(settings: Settings) -> MailServer | None:
    """The server that is set; None where none is. Raises MailSettingsError and HomeFileError.

    The password lies in a file of its own; it is read anew each time, so that it can be changed.
    """
    if settings.smtp_host is None:
        return None
    sender = _sender(settings)
    if (settings.smtp_user is None) != (settings.smtp_password_file is None):
        raise MailSettingsError(
            "A login at the mail server needs a user and a password.",
            "Set both BROKERAGE_SMTP_USER and BROKERAGE_SMTP_PASSWORD_FILE, or neither.",
        )
    if settings.smtp_user is not None and settings.smtp_tls == "none" and not _is_here(settings.smtp_host):
        raise MailSettingsError(
            "The password of the mail server would cross the network in clear.",
            "Set BROKERAGE_SMTP_TLS to starttls or tls.",
        )
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port or _PORTS[settings.smtp_tls],
        encryption=settings.smtp_tls,
        sender=sender,
        user=settings.smtp_user,
        password=read_private(settings.smtp_password_file) if settings.smtp_password_file else None,
        timeout=settings.smtp_timeout,
    )


def _sender(settings: Settings) -> Mailbox:
    fix = "Set BROKERAGE_MAIL_FROM, e.g. 'Brokerage <brokerage@your-office.example>'."
    if settings.mail_from is None:
        raise MailSettingsError("Nothing says in whose name mail goes out.", fix)
    try:
        return parse_address(settings.mail_from)
    except BadAddressError:
        raise MailSettingsError("BROKERAGE_MAIL_FROM is no mail address.", fix) from None


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
