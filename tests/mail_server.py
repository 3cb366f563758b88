"""A mail server on this machine that takes messages, or fails in the way a test asks for."""

import asyncio
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from activities.mail.addresses import Mailbox
from activities.mail.server import Encryption, MailServer
from starter.stack.ports import HOST, free_port

OFFICE = Mailbox("brokerage", "office.example", "Brokerage")


@dataclass
class PostOffice:
    """`with PostOffice() as office:` a server whose faults are set by its fields, also while it runs."""

    refuses: set[str] = field(default_factory=set)
    """Addresses that there are none of: 550."""
    later: dict[str, int] = field(default_factory=dict)
    """Addresses that are asked to come again, so many times: 451."""
    loses_answers: int = 0
    """So many messages are taken, and the connection closed before anybody is told."""
    drops: int = 0
    """So many messages are lost with the connection."""
    hangs: bool = False
    """Whether it falls silent at the first address."""
    refuses_all: str | None = None
    """The answer to every message, e.g. '552 5.3.4 too big for us'."""
    tls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    """What was taken, with the address it went to."""
    port: int = field(default_factory=free_port)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Serve, on the same port as before."""
        extra: dict[str, Any] = {"tls_context": self.tls} if self.tls else {}
        if self.login:
            extra |= {"authenticator": self._authenticate, "auth_require_tls": False}
        self._controller = Controller(_Handler(self), hostname=HOST, port=self.port, **extra)
        self._controller.start()

    def close(self) -> None:
        """Be gone."""
        self._controller.stop()

    def server(self, encryption: Encryption = "none", **more: Any) -> MailServer:
        """How our side is told of it."""
        return MailServer(HOST, self.port, encryption, OFFICE, **({"timeout": 10.0} | more))

    @property
    def ids(self) -> list[str]:
        """Message-IDs of what was taken."""
        return [str(message["Message-ID"]) for _, message in self.taken]

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False)


class _Handler:
    """aiosmtpd asks it at each step; the names are its."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        office = self._office
        if office.hangs:
            await asyncio.sleep(3600)
        if address in office.refuses:
            return f"550 5.1.1 <{address}> no such user here"
        if office.later.get(address):
            office.later[address] -= 1
            return f"451 4.7.1 <{address}> greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        office = self._office
        if office.refuses_all is not None:
            return office.refuses_all
        if office.drops:
            office.drops -= 1
            _close(server)
            return "451 nobody hears this"
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        office.taken += [(address, message) for address in envelope.rcpt_tos]
        if office.loses_answers:
            office.loses_answers -= 1
            _close(server)
        return "250 2.0.0 ok"


def _close(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
