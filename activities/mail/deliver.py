"""Deliver what a case has to tell: each notice to the people it concerns, once, and the log says what became of it.

A notice is sent first and recorded then. Where a worker dies between the two, the same mail goes out once
more under the same Message-ID; never is one missing. While the mail server is away nothing is recorded, until
the patience that is set has passed since the event and several attempts in a row were in vain: then the log
says that the mail did not go out.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from activities.handle_command import CommandHandler
from activities.home_files import HomeFileError
from activities.kill_points import kill_point
from activities.mail.case_mail import CaseMail, read_case_mail
from activities.mail.opening import opened_address
from activities.mail.recipients import Recipient
from activities.mail.server import MailServer, MailSettingsError, mail_server
from activities.mail.smtp import Accepted, Courier, Later, Refused, Unreachable
from activities.read_models.outbox import Unsent, read_unsent
from activities.settings import Settings
from activities.vault import Vault
from domain.canonical import instant_from_text
from domain.case.commands import Told
from domain.messages import CaseStatus, LoadCase

_log = structlog.get_logger(__name__)

LEAST_ATTEMPTS: Final = 8
"""Attempts before a mail is given up, two minutes as they are spaced: workers that come back after a weekend
find old mail, and a server that is away just then has not been waited for yet."""


class MailWaitsError(Exception):
    """Nothing could be delivered now, and nothing was recorded; to be tried again after a while."""


@dataclass
class HandedOver:
    """Mails that earlier attempts at this delivery handed over, where they could not record it; and how many those were.

    One notice may go to several people, and of those one may be asked to come again.
    """

    mails: set[str] = field(default_factory=set)
    keep: Callable[[list[str]], None] = lambda _: None
    """Hears of every mail handed over, so that the next attempt knows of it."""
    attempt: int = 1
    """Which attempt at this delivery it is."""

    def add(self, mail: str) -> None:
        """One more."""
        self.mails.add(mail)
        self.keep(sorted(self.mails))


class Postman:
    """Delivers for one log. Safe to use from many threads. `now` is business time."""

    def __init__(self, handler: CommandHandler, settings: Settings, now: Callable[[], datetime]) -> None:
        self._handler = handler
        self._settings = settings
        self._now = now
        self._patience = timedelta(hours=settings.mail_patience_hours)
        self._said: str | None = None
        self._saying = threading.Lock()

    def deliver(self, reference: str, run: str, handed_over: HandedOver) -> CaseStatus:
        """Deliver what is unsent of a case; where it stands afterwards.

        Raises MailWaitsError where something is still unsent and nothing could be recorded.
        """
        with self._handler.reading() as connection:
            unsent = read_unsent(connection, reference)
        server = self._server(len(unsent)) if unsent else None
        if server is not None:
            why, recorded = self._deliver_all(unsent, server, run, handed_over)
            if why is not None and not recorded:
                raise MailWaitsError(why)
        return self._handler.load(LoadCase(reference=reference))

    def _deliver_all(
        self, unsent: Iterable[Unsent], server: MailServer, run: str, handed_over: HandedOver
    ) -> tuple[str | None, int]:
        """Each notice in turn: why something is left, if anything is, and how many were recorded."""
        left, recorded = None, 0
        with Courier(server) as courier:
            away = courier.look()
            for row in unsent:
                # Read and closed again: nobody waits for the log while a mail server takes its time.
                with self._handler.reading() as connection:
                    if row not in read_unsent(connection, row.reference):
                        continue  # answered meanwhile, or delivered by an attempt that was given up
                    mail = read_case_mail(connection, row, self._business_time(row))
                means = _Means(self._handler.vault, server, courier, away)
                told, why = _send_all(mail, means, handed_over)
                away = means.away
                if why is not None and self._waits(row, handed_over.attempt):
                    left = why
                    continue
                self._record(mail, _completed(mail, told), run)
                recorded += 1
        return left, recorded

    def _record(self, mail: CaseMail, told: Sequence[Told], run: str) -> None:
        row = mail.row
        handled = self._handler.record_delivery(row.reference, row.event_id, row.place, told, run)
        if handled.answer.kind == "refused":
            _log.error("a delivery was not recorded", case=row.reference, code=handled.answer.code)

    def _waits(self, row: Unsent, attempt: int) -> bool:
        """Whether it is too early to give the notice up."""
        return attempt < LEAST_ATTEMPTS or self._business_time(row) - _began(row) < self._patience

    def _business_time(self, row: Unsent) -> datetime:
        """Now; never before the event, in a log whose time was moved ahead."""
        return max(self._now(), _began(row))

    def _server(self, waiting: int) -> MailServer | None:
        """The server that is set; said once where there is none, or it cannot be used as it is set."""
        try:
            server = mail_server(self._settings)
            why, fix = "no mail server is set", "Set BROKERAGE_SMTP_HOST and BROKERAGE_MAIL_FROM."
        except (MailSettingsError, HomeFileError) as error:
            server, why, fix = None, str(error), error.fix
        with self._saying:
            if server is None and why != self._said:
                _log.warning("mail waits", why=why, fix=fix, waiting=waiting)
            self._said = None if server is not None else why
        return server


@dataclass
class _Means:
    """What sending takes."""

    vault: Vault
    server: MailServer
    courier: Courier
    away: Unreachable | None
    """Why there is no speaking with the server, once that is known: the rest need not wait for it each."""


def _send_all(mail: CaseMail, means: _Means, handed_over: HandedOver) -> tuple[dict[str, Told], str | None]:
    """What became of the mail to each person, as far as anything did; why it waits, where it does."""
    told: dict[str, Told] = {}
    left = None
    for one in mail.people:
        done = _send(mail, one, means, handed_over)
        if isinstance(done, Told):
            told[one.person] = done
        else:
            left = done
    return told, left


def _send(mail: CaseMail, one: Recipient, means: _Means, handed_over: HandedOver) -> Told | str:
    if mail.id(one) in mail.accepted | handed_over.mails:
        return mail.told(one)
    if means.away is not None:
        return means.away.why
    to = opened_address(mail.entries[one.person], means.vault, f"mail {mail.row.reference}")
    if to is None:
        return mail.told(one, failed="no-address")
    outcome = means.courier.send(mail.message(one, to, means.server), to.spec)
    match outcome:
        case Accepted():
            handed_over.add(mail.id(one))
            kill_point("after_sending")
            return mail.told(one)
        case Refused():
            _log.warning("mail refused", mail=mail.id(one), code=outcome.code)
            return mail.told(one, failed="refused")
        case Later():
            return f"the mail server asks to come again ({outcome.code})"
        case Unreachable():
            means.away = means.courier.look()
            return outcome.why


def _completed(mail: CaseMail, told: dict[str, Told]) -> list[Told]:
    """One word for everybody. Where nobody was reached, the wait is named: somebody must tell them otherwise."""
    if not mail.people:
        return [mail.told(None, failed="nobody", in_vain=True)]
    in_vain = all(one.failed for one in told.values())
    return [
        mail.told(one, failed=known.failed, in_vain=in_vain)
        if (known := told.get(one.person))
        else mail.told(one, failed="unreachable", in_vain=in_vain)
        for one in mail.people
    ]


def _began(row: Unsent) -> datetime:
    return instant_from_text(row.occurred_at)
