"""Reading a whole log and believing nothing: every byte against its hash, every column against the bytes.

Commands and events are walked side by side, each once, in one transaction: a command names the
positions of its events, an event the hash of its command, so neither can lose the other unseen; and
each command is held against the key that its person had at that moment. What this cannot see is a tail
cut off together with its commands, a body rewritten with all hashes after it (the signature covers a
salted hash of what was given, and the salt is not kept), or a log rewritten from end to end; for those
there are checkpoints outside the operator's reach.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.exc import DBAPIError

from activities.event_log.engine import dialect
from activities.event_log.migrations import expected_revision, revision_seen
from activities.event_log.report import Finding, VerifyReport, shown
from activities.event_log.schema import command, event, log_identity
from activities.event_log.verify_commands import Claim, CommandCheck, KeysOnRecord
from activities.event_log.verify_events import EventCheck

_PAGE: Final = 2000


def verify_log(engine: Engine, *, signatures: bool = True) -> VerifyReport:
    """Verify the log behind an engine, best one of `open_reader`; never raises on damage, reports it.

    `signatures=False` leaves out the Ed25519 signatures of the commands, which take most of the time.
    """
    with engine.connect() as connection:
        return verify_snapshot(connection, signatures=signatures)


def verify_snapshot(connection: Connection, *, signatures: bool = True) -> VerifyReport:
    """As `verify_log`, in a transaction that is open already.

    Whoever compares something else with the log reads it in the same transaction: so both are of one moment,
    whoever writes meanwhile.
    """
    report = VerifyReport()
    created_at = _identity(connection, report)
    _schema(connection, report)
    keys: KeysOnRecord = {}
    commands = CommandCheck(report, created_at, keys, signatures=signatures)
    events = EventCheck(report, keys)
    claims = commands.claims(_rows(connection, command, report))
    _side_by_side(_rows(connection, event, report), claims, events)
    return report


def _schema(connection: Connection, report: VerifyReport) -> None:
    """The revision, and every trigger and view of the file: a guard removed, weakened or added is found."""

    def found(message: str) -> None:
        report.add(Finding(None, None, None, "schema", message))

    try:
        revision, expected = revision_seen(connection), expected_revision()
        missing, strange = dialect(connection).changed_guards(connection)
    except DBAPIError as error:
        report.add(Finding(None, None, None, "unreadable", f"the schema cannot be read: {error.orig}"))
        return
    if revision != expected:
        found(f"the schema is at revision {shown(revision)}, this program knows {expected}")
    for name in missing:
        found(f"the guard {name} is missing or weakened")
    for name in strange:
        found(f"a trigger or view that is not ours: {shown(name)}")


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
        with dialect(connection).forgiving_text(connection):
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
                with dialect(connection).forgiving_text(connection):
                    page = connection.execute(query).all()
            except DBAPIError as error:
                message = f"{table.name}: nothing after {past or 0} can be read: {error.orig}"
                report.add(Finding(None, None, None, "unreadable", message))
                return
        yield from page
        if len(page) < _PAGE:
            return
        past = page[-1][0]
