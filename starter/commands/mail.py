"""`brokerage mail`: what was sent to whom, and the mail that this home caught instead of sending it."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from activities.mail.caught import CaughtMail, caught
from activities.settings import Settings
from domain.canonical import instant_from_text, instant_text
from domain.characters import shown
from starter.completing import people, references
from starter.failures import Exit, Failure
from starter.output import TimeFormat, note, say, show_time
from starter.reading import known_reference, reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.mail import FATE_FIELDS, fates

app = App(name="mail", help="What was sent to whom; mail caught on this machine.", help_format="plaintext")

Time = Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")]

FIELDS: Final = ("number", "at", "case", "person", "to", "languages", "subject", "calendar", "message_id")


@app.command(name="list")
def list_(
    *,
    case: Annotated[str | None, Parameter(help="Only of this case.", completer=references)] = None,
    to: Annotated[
        str | None, Parameter(help="Only to this person, by id or address.", completer=people)
    ] = None,
    output: RowOptions | None = None,
    time: Time = None,
) -> int:
    """List the mail that `brokerage up` caught in this home, the oldest first."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    settings = Settings()
    wanted = [
        mail
        for mail in caught(settings.caught_mail)
        if case in {None, mail.reference} and (to is None or to == mail.person or to in mail.to)
    ]
    say_rows([_row(mail) for mail in wanted], FIELDS, chosen, _table(time), spare=2)
    if not wanted and not chosen.for_programs:
        note(_why_none(settings, chosen_some=case is not None or to is not None))
    return Exit.DONE


@app.command
def show(
    mail: Annotated[str, Parameter(help="Its number in the list, or its Message-ID.")],
    /,
    *,
    html: Annotated[bool, Parameter(negative="", show_default=False, help="Its HTML instead.")] = False,
    ics: Annotated[
        bool, Parameter(negative="", show_default=False, help="Its calendar entry instead.")
    ] = False,
) -> int:
    """Show one caught mail as its reader sees it."""
    if html and ics:
        raise Failure(Exit.USAGE, "E-USAGE", "Give one of --html and --ics.")
    found = _found(mail)
    if html or ics:
        text = found.part("text/html" if html else "text/calendar")
        if text is None:
            what = "HTML" if html else "calendar entry"
            raise Failure(Exit.NOT_FOUND, "E-MAIL", f"Mail {found.number} has no {what}.")
        _say_text(text)
        return Exit.DONE
    for name in ("From", "To", "Subject", "Date", "Content-Language", "Message-ID"):
        say(f"{name}: {shown(str(found.message.get(name, '')))}")
    say()
    _say_text(found.part("text/plain") or "")
    return Exit.DONE


@app.command
def status(
    reference: Annotated[
        str, Parameter(help="Reference of the case, e.g. EAS-K7QX4MZ-R.", completer=references)
    ],
    /,
    *,
    output: RowOptions | None = None,
    time: Time = None,
) -> int:
    """Show what a case has told to whom, in which language, and whether a mail server took it."""
    chosen = output or RowOptions()
    chosen.fields(FATE_FIELDS)
    with reading() as office:
        rows = fates(office, known_reference(office, reference))
    say_rows(rows, FATE_FIELDS, chosen, _fate_table(time))
    return Exit.DONE


def _found(text: str) -> CaughtMail:
    """The mail that is meant. Raises Failure (exit 3)."""
    wanted = text.strip().strip("<>")
    for mail in caught(Settings().caught_mail):
        if wanted in {str(mail.number), mail.id}:
            return mail
    raise Failure(
        Exit.NOT_FOUND, "E-MAIL", f"No mail {text!r} was caught in this home.", (), ("brokerage mail list",)
    )


def _row(mail: CaughtMail) -> dict[str, Any]:
    return {
        "number": mail.number,
        "at": instant_text(mail.at) if mail.at else None,
        "case": mail.reference,
        "person": mail.person,
        "to": ", ".join(mail.to),
        "languages": mail.languages,
        "subject": mail.subject,
        "calendar": mail.method,
        "message_id": mail.id,
    }


def _table(form: TimeFormat | None) -> tuple[Column, ...]:
    return (
        Column("number", "#", lambda row: str(row["number"])),
        Column("at", "WHEN", lambda row: _when(row, form)),
        Column("person", "TO", lambda row: row["person"]),
        Column("subject", "SUBJECT", lambda row: row["subject"]),
        Column("languages", "IN", lambda row: row["languages"]),
        Column("calendar", "CALENDAR", lambda row: row["calendar"] or ""),
    )


def _fate_table(form: TimeFormat | None) -> tuple[Column, ...]:
    return (
        Column("at", "WHEN", lambda row: _when(row, form)),
        Column("template", "WHAT", lambda row: row["template"].replace("_", " ")),
        Column("person", "TO", lambda row: row["person"] or "–"),
        Column("party", "AS", lambda row: row["party"].replace("_", " ")),
        Column("language", "IN", lambda row: row["language"] or ""),
        Column("outcome", "OUTCOME", lambda row: row["outcome"]),
    )


def _when(row: Any, form: TimeFormat | None) -> str:
    return show_time(instant_from_text(row["at"]), form) if row["at"] else ""


def _why_none(settings: Settings, *, chosen_some: bool) -> str:
    if chosen_some and any(True for _ in caught(settings.caught_mail)):
        return "No such mail. All of it: brokerage mail list"
    if settings.smtp_host is not None:
        return f"Mail goes out by {settings.smtp_host}; what became of it: brokerage mail status REF"
    return "No mail was caught in this home yet; brokerage up catches it where no mail server is set."


def _say_text(text: str) -> None:
    for line in _lines(text):
        say(line)


def _lines(text: str) -> Iterator[str]:
    return (shown(line) for line in text.rstrip("\n").splitlines())
