"""Hand messages to a mail server, and say for each what became of it: accepted, refused, or not yet."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from types import TracebackType
from typing import Final, Self

from activities.mail.server import MailServer

_ENHANCED: Final = re.compile(r"\A\s*([245]\.\d{1,3}\.\d{1,3})\b")
"""A server's own reason code; its words may repeat the address."""


@dataclass(frozen=True)
class Accepted:
    """The server has taken responsibility for the message."""


@dataclass(frozen=True)
class Refused:
    """It never will, to that address: `code` is the server's, such as '550 5.1.1'."""

    code: str


@dataclass(frozen=True)
class Later:
    """Not now: the server asks to come again with this one."""

    code: str


@dataclass(frozen=True)
class Unreachable:
    """There is no speaking with the server now. Where the answer to a whole message was lost, it may have
    taken it; whoever sends it again gives it the same Message-ID."""

    why: str


Outcome = Accepted | Refused | Later | Unreachable


class Courier:
    """`with Courier(server) as courier:` one connection for many messages, made when the first is sent."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, message: EmailMessage, to: str) -> Outcome:
        """What became of the message to that address. Never raises for what a server or network does."""
        connected = self._connect()
        if not isinstance(connected, smtplib.SMTP):
            return connected
        try:
            return self._hand_over(connected, message.as_bytes(policy=SMTP), to)
        except smtplib.SMTPDataError as error:
            self._start_anew(connected)
            said = error.smtp_error
            return _not_taken(error.smtp_code, said if isinstance(said, bytes) else said.encode())
        except OSError as error:
            self._hang_up()
            return Unreachable(_in_words(error))

    def look(self) -> Unreachable | None:
        """Whether the server takes us at all: connection, encryption, login. None where it does."""
        connected = self._connect()
        return None if isinstance(connected, smtplib.SMTP) else connected

    def _hand_over(self, connection: smtplib.SMTP, message: bytes, to: str) -> Outcome:
        code, said = connection.mail(self._server.sender.spec)
        if code != 250:
            # About us, not about the recipient: somebody has to set it right, and the message is not lost.
            self._hang_up()
            return Unreachable(f"the mail server does not take our sender ({_code(code, said)})")
        code, said = connection.rcpt(to)
        if code not in {250, 251}:
            self._start_anew(connection)
            return _not_taken(code, said)
        code, said = connection.data(message)
        if code != 250:
            self._start_anew(connection)
            return _not_taken(code, said)
        return Accepted()

    def _connect(self) -> smtplib.SMTP | Unreachable:
        if self._connection is not None:
            return self._connection
        # Our own name as the sender has it: to look it up could take longer than the mail.
        server, name = self._server, self._server.sender.domain
        try:
            if server.encryption == "tls":
                context = ssl.create_default_context()
                made: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, name, timeout=server.timeout, context=context
                )
            else:
                made = smtplib.SMTP(server.host, server.port, name, timeout=server.timeout)
            self._connection = made
            made.ehlo_or_helo_if_needed()
            if server.encryption == "starttls":
                made.starttls(context=ssl.create_default_context())
                made.ehlo_or_helo_if_needed()
            if server.user is not None and server.password is not None:
                made.login(server.user, server.password)
        except smtplib.SMTPAuthenticationError as error:
            self._hang_up()
            return Unreachable(f"the mail server refuses our login ({error.smtp_code})")
        except smtplib.SMTPNotSupportedError:
            self._hang_up()
            return Unreachable("the mail server offers no STARTTLS or no login")
        except smtplib.SMTPResponseException as error:
            self._hang_up()
            return Unreachable(f"the mail server does not take us ({error.smtp_code})")
        except OSError as error:
            self._hang_up()
            return Unreachable(_in_words(error))
        return made

    def _start_anew(self, connection: smtplib.SMTP) -> None:
        """Leave the connection ready for another message, or none at all."""
        try:
            connection.rset()
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except OSError:
            connection.close()


def _not_taken(code: int, said: bytes) -> Refused | Later:
    given = _code(code, said)
    return Refused(given) if 500 <= code <= 599 else Later(given)


def _code(code: int, said: bytes) -> str:
    enhanced = _ENHANCED.match(said.decode("ascii", "replace"))
    return f"{code} {enhanced[1]}" if enhanced else str(code)


def _in_words(error: OSError) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "the mail server does not answer in time"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the mail server closed the connection"
    if isinstance(error, ssl.SSLError):
        return f"no encrypted connection: {error.reason or type(error).__name__}"
    return f"the mail server cannot be reached: {error.strerror or type(error).__name__}"
