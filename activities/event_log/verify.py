"""Reading a whole log and believing nothing: every byte against its hash, every column against the bytes.

Commands and events are walked side by side, each once, in one transaction: a command names the
positions of its events, an event the hash of its command, so neither can lose the other unseen. What
this cannot see is a tail cut off together with its commands, or a log rewritten from end to end; for
those there are signed checkpoints outside the operator's reach.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.exc import DBAPIError

from activities.event_log.report import Finding, VerifyReport, shown
from activities.event_log.schema import command, event, log_identity
from activities.event_log.sqlite import forgiving_text
from activities.event_log.verify_commands import Claim, CommandCheck
from activities.event_log.verify_events import EventCheck

_PAGE: Final = 2000


def verify_log(engine: Engine, *, signatures: bool = True) -> VerifyReport:
    """Verify the log behind an engine, best one of `open_reader`; never raises on damage, reports it.

    `signatures=False` leaves out the Ed25519 signatures of the commands, which take most of the time.
    """
    report = VerifyReport()
    with engine.connect() as connection:
        created_at = _identity(connection, report)
        commands = CommandCheck(report, created_at, signatures=signatures)
        events = EventCheck(report)
        claims = commands.claims(_rows(connection, command, report))
        _side_by_side(_rows(connection, event, report), claims, events)
    return report


def _side_by_side(rows: Iterator[Any], claims: Iterator[Claim], events: EventCheck) -> None:
    """Meet each event with the command that claims its position; both come in order."""
    claim = next(claims, None)
    for row in rows:
        while claim is not None and claim.position < row[0]:
            events.missing(claim)
            claim = next(claims, None)
        if claim is not None and claim.position == row[0]:
            events.check(row, claim)
            claim = next(claims, None)
        else:
            events.check(row, None)
    while claim is not None:
        events.missing(claim)
        claim = next(claims, None)


def _identity(connection: Connection, report: VerifyReport) -> str | None:
    """The identity as it is stored; its instant must be that of the first command."""
    try:
        with forgiving_text(connection):
            rows = connection.execute(select(log_identity).limit(2)).all()
    except DBAPIError as error:
        message = f"the identity of the log cannot be read: {error.orig}"
        report.add(Finding(None, None, None, "unreadable", message))
        return None
    if len(rows) > 1:
        report.add(Finding(None, None, None, "identity", "the log has more than one identity"))
    if not rows:
        return None
    report.log, report.clock, created_at = map(shown, rows[0])
    return created_at


def _rows(connection: Connection, table: Table, report: VerifyReport) -> Iterator[Any]:
    """All rows of a table by its number, page by page; text that is not UTF-8 comes with surrogates."""
    key = table.primary_key.columns[0]
    past: int | None = None
    while True:
        query = select(table).order_by(key).limit(_PAGE)
        if past is not None:
            query = query.where(key > past)
        try:
            page = connection.execute(query).all()
        except DBAPIError:
            try:
                with forgiving_text(connection):
                    page = connection.execute(query).all()
            except DBAPIError as error:
                message = f"{table.name}: nothing after {past or 0} can be read: {error.orig}"
                report.add(Finding(None, None, None, "unreadable", message))
                return
        yield from page
        if len(page) < _PAGE:
            return
        past = page[-1][0]
