"""Sending many directory commands over one connection, with a report of what was new."""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from domain.canonical import canonical_bytes, plain
from domain.messages import Refused, UnsignedCommand
from starter.commands.import_report import Report, Where
from starter.output import say
from starter.reading import Office
from starter.sending import Sender, deliver

if TYPE_CHECKING:
    from temporalio.client import Client

_AT_ONCE = 8


@dataclass(frozen=True)
class Entry:
    """One command to be sent, and the line of the file it comes from."""

    where: Where
    stream: str
    verb: str
    body: dict[str, Any]

    def key(self, sender: Sender, version: int, attempt: int = 1) -> str:
        """The same for the same entry, person and version of the stream, and for the same attempt.

        A run that was cut off and is repeated sends nothing twice; an entry that has changed since, and
        now changes back, is a command of its own. The content goes in under the sender's own key: a name
        cannot be found again by trying, once what it was sealed under is erased.
        """
        content = canonical_bytes([sender.person, self.stream, version, self.verb, plain(self.body)])
        key = f"import:{self.verb}:{hmac.new(sender.seed, content, hashlib.sha256).hexdigest()[:40]}"
        return key if attempt == 1 else f"{key}:{attempt}"


def preview_all(person: str, office: Office, steps: Sequence[Sequence[Entry]], what: str) -> int:
    """Print what each entry of the steps would do and what would be refused; nothing is sent.

    What an earlier entry would record is taken as recorded by the later ones of the same stream. Ends as
    the import would: exit 0, or 7 where some entries would be refused.
    """
    from activities.foresight import WouldBeDone, WouldBeRefused
    from starter.preview import look_ahead, real_line

    report = Report()
    unwritten: dict[str, tuple[Any, ...]] = {}
    for number, entry in enumerate(entry for step in steps for entry in step):
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
            report.new += 1
            unwritten[entry.stream] = (*unwritten.get(entry.stream, ()), *foreseen.accepted.events)
            say(f"{entry.where.file}:{entry.where.line} · {' '.join(foreseen.accepted.happened)}")
        else:
            report.same += 1
    report.say_refused()
    say(report.words(what))
    say("Nothing was sent or written. To do it:")
    say(f"  {real_line()}")
    return report.exit_code


def send_all(sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], what: str, again: str) -> int:
    """Send the steps one after the other, the entries of a step side by side; prints a report.

    Returns exit 0, or 7 where some entries were refused.
    """
    report = asyncio.run(_connect_and_send(sender, office, steps, again))
    say(f"{'✗' if report.failed else '✓'} {report.words(what)}")
    return report.exit_code


async def send_entries(
    sender: Sender, client: "Client", office: Office, steps: Sequence[Sequence[Entry]], again: str
) -> Report:
    """Send the steps over an open connection, and print what was refused.

    Raises Failure where an outcome stays unknown.
    """
    report = Report()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def send_one(entry: Entry, key: str) -> None:
        async with gate:
            command = sender.sign(stream=entry.stream, verb=entry.verb, body=entry.body, command_id=key)
            answer = await deliver(client, command, sender.timeout, lambda: again)
        if isinstance(answer, Refused):
            report.refuse(entry.where, answer.code, answer.message, answer.hint)
        elif answer.events:
            report.new += 1
        else:
            report.same += 1

    try:
        for step in steps:
            versions = office.log.versions(entry.stream for entry in step)
            keys = [_unrefused_key(office, sender, e, versions.get(e.stream, 0)) for e in step]
            sent = map(send_one, step, keys)
            for result in await asyncio.gather(*sent, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result
    finally:
        report.say_refused()
    return report


def _unrefused_key(office: Office, sender: Sender, entry: Entry, version: int) -> str:
    """A key under which the log keeps no refusal.

    A refusal is kept as the answer to its key for good, but what it rested on may have been mended since:
    an entry that was refused is a new command each time it is imported.
    """
    for attempt in count(1):
        key = entry.key(sender, version, attempt)
        known = office.log.command(key)
        if known is None or known.outcome != "refused":
            break
    return key


async def _connect_and_send(
    sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], again: str
) -> Report:
    from starter.connection import connect

    client = await connect(sender.settings, person=sender.person)
    return await send_entries(sender, client, office, steps, again)
