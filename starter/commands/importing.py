"""Sending many directory commands as one bulk, with a report of what was new."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from domain.bulk import CaseOutcome, command_id_prefix
from domain.canonical import canonical_bytes, plain
from domain.messages import Command, UnsignedCommand
from starter.bulk.carrying_out import outcome_in_log
from starter.bulk.progress import Progress
from starter.commands.import_report import Report, Where
from starter.failures import Exit, Failure
from starter.output import note, say
from starter.reading import Office
from starter.sending import Sender

if TYPE_CHECKING:
    from temporalio.client import Client

_WORTH_A_WORD: Final = 100
"""Entries from which on it is said how fast they went."""


@dataclass(frozen=True)
class Entry:
    """One command to be sent, and the line of the file it comes from."""

    where: Where
    stream: str
    verb: str
    body: dict[str, Any]
    same: bool = False
    """Whether it says what is on record: then nothing is sent."""

    def content(self) -> list[Any]:
        """What it says, for keys."""
        return [self.stream, self.verb, plain(self.body)]

    def key(self, sender: Sender, bulk: str, version: int, attempt: int = 1) -> str:
        """The same for the same entry, person and version of the stream, and for the same attempt.

        A run that was cut off and is repeated sends nothing twice; an entry that has changed since, and
        now changes back, is a command of its own. The content goes in under the sender's own key: a name
        cannot be found again by trying, once what it was sealed under is erased.
        """
        key = f"{command_id_prefix(bulk)}{_digest(sender, [version, self.content()])[:32]}"
        return key if attempt == 1 else f"{key}.{attempt}"


def _digest(sender: Sender, content: Any) -> str:
    said = canonical_bytes([sender.person, content])
    return hmac.new(sender.seed, said, hashlib.sha256).hexdigest()


def import_id(sender: Sender, entries: Sequence[Entry]) -> str:
    """Id of the bulk that carries these entries: the same file again is the same bulk."""
    return f"import-{_digest(sender, [entry.content() for entry in entries])[:20]}"


def preview_all(
    person: str,
    office: Office,
    steps: Sequence[Sequence[Entry]],
    what: str,
    afterwards: Callable[[Report], Sequence[Sequence[Entry]]] = lambda _report: (),
) -> int:
    """Print what each entry of the steps would do and what would be refused; nothing is sent.

    What an earlier entry would record is taken as recorded by the later ones of the same stream. `afterwards`
    are entries that rest on what would become of the others. Ends as the import would: exit 0, or 7 where
    some entries would be refused.
    """
    from activities.foresight import WouldBeDone, WouldBeRefused
    from starter.preview import look_ahead, real_line

    report = Report()
    unwritten: dict[str, tuple[Any, ...]] = {}

    def all_of_them() -> Iterator[Entry]:
        for step in steps:
            yield from step
        for step in afterwards(report):
            yield from step

    for number, entry in enumerate(all_of_them()):
        if entry.same:
            report.unchanged(entry.where)
            continue
        command = UnsignedCommand(
            command_id=f"dry-run-{number}",
            stream=entry.stream,
            verb=entry.verb,
            body=plain(entry.body),
            person=person,
        )
        foreseen = look_ahead(office, command, unwritten.get(entry.stream, ()))
        if isinstance(foreseen, WouldBeRefused):
            refusal = foreseen.refusal
            report.refuse(entry.where, refusal.code, refusal.message, refusal.hint)
        elif isinstance(foreseen, WouldBeDone) and foreseen.accepted.events:
            report.done(entry.where)
            unwritten[entry.stream] = (*unwritten.get(entry.stream, ()), *foreseen.accepted.events)
            say(f"{entry.where.words()} · {' '.join(foreseen.accepted.happened)}")
        else:
            report.unchanged(entry.where)
    report.say_refused()
    say(report.words(what))
    say("Nothing was sent or written. To do it:")
    say(f"  {real_line()}")
    return report.exit_code


def send_all(sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], what: str, again: str) -> int:
    """Send the steps one after the other, the entries of a step side by side; prints a report.

    Returns exit 0, or 7 where some entries were refused. Raises Failure where an outcome stays unknown.
    """
    report = Report()
    connect_and_send(sender, office, steps, again, report)
    report.say_refused()
    return say_sent(report, what, again)


def say_sent(report: Report, what: str, again: str) -> int:
    """Print what became of it in one line, and the exit code. Raises Failure where an outcome is unknown."""
    say(f"{'✗' if report.exit_code else '✓'} {report.words(what)}")
    if report.unknown:
        raise Failure(
            Exit.UNKNOWN_OUTCOME,
            "U-TIMEOUT",
            f"{report.unknown} not answered; what was handed over goes on.",
            (
                "Is a worker running? brokerage doctor",
                "Safe to repeat: this line does it once, however often.",
            ),
            (again,),
        )
    return report.exit_code


def connect_and_send(
    sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], again: str, report: Report
) -> None:
    """As `send_entries`, over a connection of its own; none is made where everything is on record."""
    sending = sum(not entry.same for step in steps for entry in step)
    began = time.monotonic()
    try:
        asyncio.run(_connected(sender, office, steps, report, connecting=sending > 0))
    except KeyboardInterrupt:
        raise Failure(
            Exit.INTERRUPTED,
            "U-INTERRUPTED",
            "Interrupted. What was handed over goes on.",
            ("Safe to repeat: this line does each row once, however often.",),
            (again,),
        ) from None
    took = time.monotonic() - began
    if sending >= _WORTH_A_WORD:
        note(f"{sending} sent in {took:.1f} s, {sending / took:.0f} a second.")


async def _connected(
    sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], report: Report, *, connecting: bool
) -> None:
    client = None
    if connecting:
        from starter.connection import connect

        client = await connect(sender.settings, person=sender.person)
    await send_entries(sender, client, office, steps, report)


async def send_entries(
    sender: Sender,
    client: "Client | None",
    office: Office,
    steps: Sequence[Sequence[Entry]],
    report: Report,
    *,
    quiet: bool = False,
) -> None:
    """Send the steps over an open connection, one after the other, and fill the report.

    `quiet` says nothing of how far it has come. Without a client only what is on record already is told. Raises Failure (exit 6) where nothing was sent.
    """
    for step in steps:
        for entry in step:
            if entry.same:
                report.unchanged(entry.where)
        new = [entry for entry in step if not entry.same]
        if new and client is not None:
            bulk = import_id(sender, step)
            outcomes = await _hand_over(sender, client, office, bulk, new, quiet=quiet)
            for entry, outcome in zip(new, outcomes, strict=True):
                _tell(report, entry, outcome)


async def _hand_over(
    sender: Sender, client: "Client", office: Office, bulk: str, entries: Sequence[Entry], *, quiet: bool
) -> list[CaseOutcome]:
    """What became of each entry."""
    from starter.bulk.handing_over import hand_over

    commands = _commands(sender, office, bulk, entries)
    prefix = command_id_prefix(bulk)
    before = office.log.count_commands_named(prefix)
    progress = Progress(len(commands), "rows")

    def answered() -> int:
        count = office.log.count_commands_named(prefix) - before
        if not quiet:
            progress.show(min(count, len(commands)))
        return count

    if not quiet and len(commands) >= _WORTH_A_WORD:
        note(f"It goes on without this terminal. See: brokerage bulk status {bulk}")

    try:
        outcomes = await hand_over(client, sender, bulk, commands, answered)
    finally:
        progress.end()
    return [
        outcomes.get(id_) or outcome_in_log(office, id_, sender.timeout)
        for id_ in (command.command_id for command in commands)
    ]


def _commands(sender: Sender, office: Office, bulk: str, entries: Sequence[Entry]) -> list[Command]:
    """A signed command for each entry, in their order, under an id for which the log keeps no refusal.

    A refusal is kept as the answer to its id for good, but what it rested on may have been mended since:
    an entry that was refused is a new command each time it is imported.
    """
    versions = office.log.versions(entry.stream for entry in entries)
    refused = {
        one.record.id
        for one in office.log.commands_named(command_id_prefix(bulk))
        if one.record.outcome == "refused"
    }
    commands: list[Command] = []
    for entry in entries:
        version, attempt = versions.get(entry.stream, 0), 1
        while (key := entry.key(sender, bulk, version, attempt)) in refused:
            attempt += 1
        commands.append(sender.sign(stream=entry.stream, verb=entry.verb, body=entry.body, command_id=key))
    return commands


def _tell(report: Report, entry: Entry, outcome: CaseOutcome) -> None:
    match outcome.kind:
        case "done" if outcome.same:
            report.unchanged(entry.where)
        case "done":
            report.done(entry.where)
        case "unknown":
            report.unanswered(entry.where, outcome.code, outcome.message)
        case kind:
            report.refuse(entry.where, outcome.code, outcome.message, outcome.hint, kind)
