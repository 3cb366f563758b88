"""Where mail goes, whether the server takes us, and how much waits."""

import stat
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from activities.event_log.engine import open_reader
from activities.event_log.errors import LogUnavailableError, SchemaError
from activities.health import ANSWER_WITHIN, Check
from activities.home_files import HomeFileError, stack_runs
from activities.mail.server import MailServer, MailSettingsError, mail_server
from activities.mail.smtp import Courier
from activities.places import PlaceError, log_place
from activities.read_models.schema import outbox
from activities.settings import Settings

_NAMES = "BROKERAGE_SMTP_HOST, _PORT, _TLS, _USER and _PASSWORD_FILE"


def check_mail(settings: Settings) -> Check:
    """One finding. Commands work without mail, but somebody who waits for an answer asks nobody."""
    waiting = _waiting(settings)
    try:
        server = mail_server(settings)
    except (MailSettingsError, HomeFileError) as error:
        return Check("mail", False, f"{error}{waiting}", error.fix, needed=False)
    if server is not None:
        return _check_server(settings, server, waiting)
    if stack_runs(settings) and (settings.run_files / "mail.pid").exists():
        what = f"Mail is caught in {settings.caught_mail.absolute()}, none is sent: brokerage mail list"
        return Check("mail", True, what)
    return Check(
        "mail",
        False,
        f"No mail server is set.{waiting}",
        "Set BROKERAGE_SMTP_HOST and BROKERAGE_MAIL_FROM where the worker starts; brokerage up catches mail here.",
        needed=False,
    )


def _check_server(settings: Settings, server: MailServer, waiting: str) -> Check:
    if settings.smtp_password_file is not None and _is_open_to_others(settings.smtp_password_file):
        file = settings.smtp_password_file
        what = f"Others can read the mail server's password in {file}."
        return Check("mail", False, what, f"Run: chmod go= {file}", needed=False)
    patience = min(server.timeout, ANSWER_WITHIN.total_seconds())
    with Courier(replace(server, timeout=patience)) as courier:
        away = courier.look()
    if away is not None:
        what = f"Mail cannot be sent by {server.place}: {away.why}.{waiting}"
        return Check("mail", False, what, f"Look at {_NAMES}.", needed=False)
    return Check("mail", True, f"Mail is sent by {server.place} as {server.sender.spec}.{waiting}")


def _waiting(settings: Settings) -> str:
    """' 3 notices wait.'; empty where none does, or the log cannot be read, which is a finding itself."""
    try:
        engine = open_reader(log_place(settings))
    except (LogUnavailableError, SchemaError, PlaceError):
        return ""
    try:
        with engine.connect() as connection:
            number = connection.execute(select(func.count()).select_from(outbox)).scalar() or 0
    except DatabaseError:
        return ""
    finally:
        engine.dispose()
    return f" {number} {'notice waits' if number == 1 else 'notices wait'}." if number else ""


def _is_open_to_others(file: Path) -> bool:
    try:
        return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
    except OSError:
        return False
