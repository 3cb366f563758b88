"""Sending many directory commands as one bulk, with a report of what was new."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from activities.event_log.read import commands_named, last_position
from domain.bulk import CaseOutcome, command_id_prefix
from domain.canonical import canonical_bytes, plain
from domain.messages import Command, UnsignedCommand
from starter.bulk.cut_off import interrupted, not_answered
from starter.commands.import_report import Report, Where
from starter.failures import Exit, Failure
from starter.output import note, say
from starter.reading import Office
from starter.sending import Sender

if TYPE_CHECKING:
    from temporalio.client import Client

_WORTH_A_WORD: Final = 100
"""Entries from which on it is said how fast they went."""
_SERVER_GONE: Final = (
    "Temporal was there for the rows before and does not take this one; it may have it all the same."
)


@dataclass(frozen=True)
class Entry:
    """One command to be sent, and the line of the file it comes from."""

    where: Where
    stream: str
    verb: str
    body: dict[str, Any]
    same: bool = False
    """Whether it says what is on record: then nothing is sent."""
    ended: str | None = None
    """In words, that the office has ended since what it is about: then nothing is sent either."""
    never_known: bool = False
    """Whether it is of a school that is closed and was never on record: it is not entered."""
    also: tuple[Where, ...] = ()
    """Further lines that say this very thing."""

    @property
    def new(self) -> bool:
        """Whether it is to be sent."""
        return not self.same and not self.never_known and self.ended is None

    def content(self) -> list[Any]:
        """What it says, for keys."""
        return [self.stream, self.verb, plain(self.body)]

    def key(self, sender: Sender, bulk: str, attempt: int = 1) -> str:
        """The same for the same entry and person, and for the same attempt.

        The content goes in under the sender's own key: a name cannot be found again by trying, once what it
        was sealed under is erased.
        """
        key = f"{command_id_prefix(bulk)}{_digest(sender, self.content())[:32]}"
        return key if attempt == 1 else f"{key}.{attempt}"


def _digest(sender: Sender, content: Any) -> str:
    said = canonical_bytes([sender.person, content])
    return hmac.new(sender.seed, said, hashlib.sha256).hexdigest()


def from_here_on(office: Office) -> None:
    """What was answered is asked of the log as it is now; to be called before entries are held against it."""
    last_position(office.connection)  # a transaction sees the state of its first reading


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
        if not entry.new:
            _tell_beforehand(report, entry)
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
            report.on_record(entry.where)
    report.say_refused()
    say(report.words(what))
    say("Nothing was sent or written. To do it:")
    say(f"  {real_line()}")
    return report.exit_code


def say_sent(report: Report, what: str, again: str) -> int:
    """Print what became of it in one line, and the exit code. Raises Failure where an outcome is unknown."""
    say(f"{'✗' if report.exit_code else '✓'} {report.words(what)}")
    if report.exit_code is Exit.UNKNOWN_OUTCOME:
        raise not_answered(str(report.unknown + report.unsent), "does each row", again)
    return report.exit_code


def connect_and_send(
    sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], again: str, report: Report
) -> None:
    """As `send_entries`, over a connection of its own; none is made where everything is on record.

    What is to become of each line is in the report before anything can fail.
    """
    every = [entry for step in steps for entry in step]
    new = [entry for entry in every if entry.new]
    for entry in every:
        _tell_beforehand(report, entry)
    if not new:
        return
    began = time.monotonic()
    try:
        asyncio.run(_connected(sender, office, steps, report))
    except KeyboardInterrupt:
        raise interrupted("does each row", again) from None
    took = time.monotonic() - began
    if len(new) >= _WORTH_A_WORD:
        note(f"{len(new)} sent in {took:.1f} s, {len(new) / took:.0f} a second.")


def send_the_rest(
    sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], again: str, report: Report
) -> None:
    """As `connect_and_send`, after that: where others went before, a server that is gone now leaves these open."""
    try:
        connect_and_send(sender, office, steps, again, report)
    except Failure as failure:
        if failure.exit_code is not Exit.UNREACHABLE or not report.new:
            raise
        for entry in (entry for step in steps for entry in step if entry.new):
            report.unanswered(entry.where, failure.code, _SERVER_GONE)


async def _connected(
    sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], report: Report
) -> None:
    from starter.connection import connect

    client = await connect(sender.settings, person=sender.person)
    await send_entries(sender, client, office, steps, report)


async def send_entries(
    sender: Sender,
    client: "Client",
    office: Office,
    steps: Sequence[Sequence[Entry]],
    report: Report,
    *,
    quiet: bool = False,
) -> None:
    """Send what is new of the steps over an open connection, one after the other, and tell what became of it.

    `quiet` says nothing of how far it has come. Raises Failure (exit 6) where nothing was sent; where a step
    was, the next counts as not answered.
    """
    sent = False
    for step in steps:
        new = [entry for entry in step if entry.new]
        if not new:
            continue
        try:
            await _hand_over(sender, client, office, import_id(sender, step), new, report, quiet=quiet)
        except Failure as failure:
            if failure.exit_code is not Exit.UNREACHABLE or not sent:
                raise
            for entry in new:
                report.unanswered(entry.where, failure.code, _SERVER_GONE)
            return
        sent = True


async def _hand_over(
    sender: Sender,
    client: "Client",
    office: Office,
    bulk: str,
    entries: Sequence[Entry],
    report: Report,
    *,
    quiet: bool,
) -> None:
    """Hand the entries over and report what became of each. Raises Failure (exit 6) where nothing was sent."""
    from starter.bulk.handing_over import hand_over_and_tell

    commands = _commands(sender, office, bulk, entries)

    def tell(outcomes: dict[str, CaseOutcome]) -> None:
        for entry, command in zip(entries, commands, strict=True):
            _tell(report, entry, outcomes[command.command_id])

    if not quiet and len(commands) >= _WORTH_A_WORD:
        note(f"It goes on without this terminal. See: brokerage bulk status {bulk}")
    await hand_over_and_tell(client, sender, office, bulk, commands, tell, noun="rows", quiet=quiet)


def _commands(sender: Sender, office: Office, bulk: str, entries: Sequence[Entry]) -> list[Command]:
    """A signed command for each entry, in their order, under an id that had no answer when the file was held
    against the log.

    What was done then has changed since, for it does not stand; what was refused may be possible by now: each is
    a new command. But what came to the log later was under way from an earlier run that was cut off: it is that
    very command, and is not sent as another.
    """
    answered = {one.id for one in commands_named(office.connection, command_id_prefix(bulk))}
    commands: list[Command] = []
    for entry in entries:
        attempt = 1
        while (key := entry.key(sender, bulk, attempt)) in answered:
            attempt += 1
        commands.append(sender.sign(stream=entry.stream, verb=entry.verb, body=entry.body, command_id=key))
    return commands


def _tell_beforehand(report: Report, entry: Entry) -> None:
    """That it is on record, or ended, and not sent; or that it is to be sent."""
    for line in entry.also:
        report.alike(line, entry.where)
    if entry.new:
        report.expect(entry.where)
    elif entry.never_known:
        report.leave_out(entry.where)
    elif entry.ended is None:
        report.on_record(entry.where)
    else:
        report.leave(entry.where, f"{entry.ended}, not touched")


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
