"""Deliver what a case has to tell: each notice to the people it concerns, once, and the log says what became of it.

A notice is sent first and recorded then. Where a worker dies between the two, the same mail goes out once
more under the same Message-ID; never is one missing. While the mail server is away nothing is recorded, until
the patience that is set has passed since the event: then the log says that the mail did not go out.
"""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection, Engine

from activities.event_log import read
from activities.handle_command import CommandHandler
from activities.home_files import HomeFileError
from activities.kill_points import kill_point
from activities.mail.invitations import VisitTime, invitation, visit_uid
from activities.mail.letters import languages_for, letter
from activities.mail.message import build_message, message_id
from activities.mail.people import AddressBook, Recipient, recipients
from activities.mail.server import MailServer, MailSettingsError, mail_server
from activities.mail.smtp import Accepted, Courier, Refused, Unreachable
from activities.mail.wording import Subject, worded
from activities.read_models.facts import FactReader
from activities.read_models.outbox import Unsent, read_unsent
from activities.settings import Settings
from activities.vault import Vault
from domain.canonical import instant_from_text
from domain.case import events as e
from domain.case.commands import Told
from domain.case.mail_templates import INVITATIONS, TEMPLATE_VERSION
from domain.case.state import CaseState, fold
from domain.ids import case_stream
from domain.messages import CaseStatus, LoadCase

_log = structlog.get_logger(__name__)

_MOST_AT_ONCE: Final = 50
"""People of one notice; a command records no more."""


class MailWaitsError(Exception):
    """Nothing could be delivered now, and nothing was recorded; tried again after a while."""


@dataclass
class Sent:
    """Which mails earlier attempts of this delivery handed over, where it may have died before recording them."""

    mails: set[str]
    told: Callable[[Collection[str]], None] = lambda _: None
    """Hears of each more, so that the next attempt knows of it."""

    def add(self, mail: str) -> None:
        self.mails.add(mail)
        self.told(sorted(self.mails))


class Postman:
    """Delivers for one log. Safe to use from many threads; each delivery has a connection of its own."""

    def __init__(
        self,
        handler: CommandHandler,
        reading: Engine,
        vault: Vault,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        """`now` is business time."""
        self._handler = handler
        self._reading = reading
        self._vault = vault
        self._settings = settings
        self._now = now
        self._patience = timedelta(hours=settings.mail_patience_hours)
        self._said: str | None = None
        self._saying = threading.Lock()

    def deliver(self, reference: str, run: str, sent: Sent) -> CaseStatus:
        """Deliver what is unsent of a case; where it stands afterwards.

        Raises MailWaitsError where something is still unsent and nothing could be recorded.
        """
        with self._reading.connect() as connection:
            unsent = read_unsent(connection, reference)
        server = self._server(len(unsent)) if unsent else None
        if server is not None:
            round = _Round(self, reference, run, server, sent)
            why = round.deliver(unsent)
            if why is not None and not round.recorded:
                raise MailWaitsError(why)
        return self._handler.load(LoadCase(reference=reference))

    def _server(self, waiting: int) -> MailServer | None:
        """The server that is set; said once where there is none, or it cannot be used as it is set."""
        try:
            server = mail_server(self._settings)
            why = "no mail server is set"
            fix = "Set BROKERAGE_SMTP_HOST and BROKERAGE_MAIL_FROM."
        except (MailSettingsError, HomeFileError) as error:
            server, why, fix = None, str(error), error.fix
        with self._saying:
            if server is None and why != self._said:
                _log.warning("mail waits", why=why, fix=fix, waiting=waiting)
            self._said = None if server is not None else why
        return server


class _Round:
    """One delivery of one case."""

    def __init__(self, postman: Postman, reference: str, run: str, server: MailServer, sent: Sent) -> None:
        self._postman = postman
        self._reference = reference
        self._run = run
        self._server = server
        self._sent = sent
        self.recorded = 0
        """How many notices the log now knows the fate of."""

    def deliver(self, unsent: tuple[Unsent, ...]) -> str | None:
        """Each notice in turn; why something is left, None where nothing is."""
        left = None
        with Courier(self._server) as courier:
            away = courier.look()
            for row in unsent:
                why = self._deliver_row(row, courier if away is None else away)
                left = why or left
                if why is not None and away is None:
                    # Whether it was this mail or the server: the rest need not wait for a time-out each.
                    away = courier.look()
        return left

    def _deliver_row(self, row: Unsent, by: Courier | Unreachable) -> str | None:
        """Send and record one notice; why it is left, None where it is not."""
        with self._postman._reading.connect() as connection:
            if row not in read_unsent(connection, self._reference):
                return None  # answered meanwhile, or delivered by an attempt that was given up
            case = _Case(connection, row, self._postman._now())
            people = recipients(connection, case.state, case.subject.programme, row.notice.party, case.now)
            told: list[Told] = []
            left = None
            for one in people[:_MOST_AT_ONCE]:
                outcome = self._send(case, one, connection, by)
                if isinstance(outcome, str):
                    left = outcome
                    continue
                told.append(outcome)
        if left is not None and case.now - instant_from_text(row.occurred_at) < self._postman._patience:
            return left
        done = {mail.person for mail in told}
        told += [case.told(one, failed="unreachable") for one in people[:_MOST_AT_ONCE] if one.person not in done]
        self._record(row, told or [case.told(None, failed="nobody")])
        return None

    def _send(
        self, case: "_Case", one: Recipient, connection: Connection, by: Courier | Unreachable
    ) -> Told | str:
        """What became of one person's mail; why it waits, where it does."""
        mail = case.mail(one)
        if mail in case.accepted or mail in self._sent.mails:
            return case.told(one)
        if isinstance(by, Unreachable):
            return by.why
        book = AddressBook(connection, self._postman._vault, f"mail {self._reference}")
        with book.open(one.person) as to:
            if to is None:
                return case.told(one, failed="no-address")
            message = case.message(one, self._server, to)
            outcome = by.send(message, to.spec)
        match outcome:
            case Accepted():
                self._sent.add(mail)
                kill_point("after_sending")
                return case.told(one)
            case Refused():
                _log.warning("mail refused", mail=mail, code=outcome.code)
                return case.told(one, failed="refused")
            case Unreachable():
                return outcome.why
        return f"the mail server asks to come again ({outcome.code})"
