"""Sending many directory commands over one connection, with a report of what was new."""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.canonical import canonical_bytes, plain
from domain.messages import Refused, UnsignedCommand
from starter.failures import Exit
from starter.output import note, say
from starter.reading import Office
from starter.sending import Sender, deliver

if TYPE_CHECKING:
    from temporalio.client import Client

_AT_ONCE = 8


@dataclass(frozen=True)
class Entry:
    """One command to be sent, and the line of the file it comes from."""

    where: str
    stream: str
    verb: str
    body: dict[str, Any]

    def key(self, sender: Sender, version: int) -> str:
        """The same for the same entry, person and version of the stream.

        A run that was cut off and is repeated sends nothing twice; an entry that has changed since, and
        now changes back, is a command of its own. The content goes in under the sender's own key: a name
        cannot be found again by trying, once what it was sealed under is erased.
        """
        content = canonical_bytes([sender.person, self.stream, version, self.verb, plain(self.body)])
        return f"import:{self.verb}:{hmac.new(sender.seed, content, hashlib.sha256).hexdigest()[:40]}"


@dataclass
class Report:
    """What became of the entries."""

    new: int = 0
    same: int = 0
    failed: int = 0

    def words(self, what: str) -> str:
        """In one line."""
        return f"{what}: {self.new} new or changed, {self.same} as on record, {self.failed} refused."

    @property
    def exit_code(self) -> Exit:
        """7 where some entries were refused."""
        return Exit.SOME_FAILED if self.failed else Exit.DONE


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
            report.failed += 1
            note(f"{entry.where} · {foreseen.refusal.message}  {foreseen.refusal.code}")
        elif isinstance(foreseen, WouldBeDone) and foreseen.accepted.events:
            report.new += 1
            unwritten[entry.stream] = (*unwritten.get(entry.stream, ()), *foreseen.accepted.events)
            say(f"{entry.where} · {' '.join(foreseen.accepted.happened)}")
        else:
            report.same += 1
    say(report.words(what))
    say("Nothing was sent or written. To do it:")
    say(f"  {real_line()}")
    return report.exit_code


def send_all(sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], what: str, again: str) -> int:
    """Send the steps one after the other, the entries of a step side by side; prints a report.

    Returns exit 0, or 7 where some entries were refused.
    """
    report = asyncio.run(_connect_and_send(sender, office, steps, again))
    say(f"✓ {report.words(what)}")
    return report.exit_code


async def send_entries(
    sender: Sender, client: "Client", office: Office, steps: Sequence[Sequence[Entry]], again: str
) -> Report:
    """Send the steps over an open connection. Raises Failure where an outcome stays unknown."""
    report = Report()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def send_one(entry: Entry, version: int) -> None:
        async with gate:
            command = sender.sign(
                stream=entry.stream, verb=entry.verb, body=entry.body, command_id=entry.key(sender, version)
            )
            answer = await deliver(client, command, sender.timeout, lambda: again)
        if isinstance(answer, Refused):
            report.failed += 1
            note(f"{entry.where} · {answer.message}  {answer.code}")
        elif answer.events:
            report.new += 1
        else:
            report.same += 1

    for step in steps:
        versions = office.log.versions(entry.stream for entry in step)
        sent = [send_one(entry, versions.get(entry.stream, 0)) for entry in step]
        for result in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
    return report


async def _connect_and_send(
    sender: Sender, office: Office, steps: Sequence[Sequence[Entry]], again: str
) -> Report:
    from starter.connection import connect

    client = await connect(sender.settings, person=sender.person)
    return await send_entries(sender, client, office, steps, again)
