"""A line about many cases, from the list of them to the report: a signed command for each.

The ids of the commands follow from the key of the line and the case. So the same line with the same key
does nothing twice, and tells of each case what it was told the first time.
"""

import asyncio
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from activities.event_log.command_record import CommandRecord
from domain.bulk import BULK_ID_PATTERN, CaseOutcome, bulk_command_id, command_id_prefix
from domain.canonical import plain
from domain.ids import case_stream
from domain.messages import Command, UnsignedCommand
from starter.bulk.cut_off import interrupted, not_answered
from starter.bulk.report import Answered, Report, check_csv, many
from starter.commands.writing import SenderOptions, new_key, person_for, sender_for
from starter.failures import Exit, Failure
from starter.output import note, on_terminal, say
from starter.reading import Office
from starter.sending import Sender, key_taken, repeat_line

_MOST_NAMED: Final = 20
"""Cases that are named before the question; the rest is counted."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class BulkOptions(SenderOptions):
    """Flags of every line about many cases."""

    key: Annotated[
        str | None, Parameter(help="Key of this line; the same line with the same key is done once.")
    ] = None
    yes: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Do not ask; off a terminal nothing is asked anyway."
        ),
    ] = False
    json: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Print the report as JSON, a row for each case."),
    ] = False
    csv: Annotated[Path | None, Parameter(help="Write the report into this file, a row for each case.")] = (
        None
    )


@dataclass(frozen=True)
class Wanted:
    """What is wanted of one case."""

    case: Mapping[str, Any]
    """Its row, as `starter.views.case_list` gives it."""
    body: Mapping[str, Any]
    about: str | None = None
    """What tells it from other things that are wanted of the same case."""

    @property
    def stream(self) -> str:
        """The stream of the case."""
        return case_stream(str(self.case["reference"]))

    def command_id(self, bulk: str) -> str:
        """Id of the command that asks for it."""
        return bulk_command_id(bulk, str(self.case["reference"]), self.about)


def bulk_key(options: BulkOptions) -> str:
    """The id of the whole: the key that was typed, or a new one. Raises Failure (exit 2)."""
    key = new_key() if options.key is None else options.key
    if not re.fullmatch(BULK_ID_PATTERN, key):
        raise Failure(
            Exit.USAGE, "E-VALUE", "--key must be of letters, digits, - and _ only, 60 at most, here."
        )
    return key


def carry_out_bulk(
    office: Office, bulk: str, verb: str, wanted: Sequence[Wanted], options: BulkOptions
) -> int:
    """List, ask, send, report. Returns exit 0, 7 where a case refused; raises Failure otherwise."""
    if options.csv is not None:
        check_csv(options.csv)
    if options.dry_run:
        return _preview(office, bulk, verb, wanted, options)
    sender = sender_for(office.settings, options)
    commands = [
        sender.sign(stream=one.stream, verb=verb, body=dict(one.body), command_id=one.command_id(bulk))
        for one in wanted
    ]
    known = _on_record(office, bulk, commands)
    _list(verb, wanted, len(known))
    new = [command for command in commands if command.command_id not in known]
    if new and not _agreed(verb, len(new), options):
        note("Nothing was sent.")
        return Exit.INTERRUPTED
    outcomes = _send(sender, office, bulk, new) if new else {}
    answered = [
        Answered.before(one.case, known[command.command_id])
        if command.command_id in known
        else Answered.of(one.case, outcomes[command.command_id])
        for one, command in zip(wanted, commands, strict=True)
    ]
    return _finish(Report(bulk, verb, answered), options)


def _on_record(office: Office, bulk: str, commands: Iterable[Command]) -> dict[str, CommandRecord]:
    """Those of the commands that the log knows. Raises Failure where it knows another one by that id."""
    recorded = {one.record.id: one.record for one in office.log.commands_named(command_id_prefix(bulk))}
    for command in commands:
        same = recorded.get(command.command_id)
        if same is not None and same.body_hash != command.body_hash:
            raise key_taken(command, f"'{same.verb}' by {same.person}")
    return recorded


def _list(verb: str, wanted: Sequence[Wanted], known: int) -> None:
    note(f"{verb}: {many(len(wanted))}" + (f", {known} of them answered before" if known else ""))
    for one in wanted[:_MOST_NAMED]:
        case = one.case
        note(f"  {case['reference']}  {case['recipient_name'] or case['recipient']}  {case['area']}")
    if len(wanted) > _MOST_NAMED:
        note(f"  … and {len(wanted) - _MOST_NAMED} more")


def _agreed(verb: str, cases: int, options: BulkOptions) -> bool:
    if options.yes or not (on_terminal() and sys.stdin.isatty()):
        return True
    sys.stderr.write(f"{verb.capitalize()} {many(cases)}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _send(sender: Sender, office: Office, bulk: str, commands: Sequence[Command]) -> dict[str, CaseOutcome]:
    """What became of every command, by its id."""
    from starter.bulk.handing_over import connect_and_hand_over

    note(f"Bulk {bulk}: it goes on without this terminal. See: brokerage bulk status {bulk}")
    outcomes: dict[str, CaseOutcome] = {}
    try:
        asyncio.run(connect_and_hand_over(sender, office, bulk, commands, outcomes.update))
    except KeyboardInterrupt:
        status = f"brokerage bulk status {bulk}"
        raise interrupted("does each case", status, repeat_line(bulk)) from None
    return outcomes


def _finish(report: Report, options: BulkOptions) -> int:
    report.say(json=options.json)
    if options.csv is not None:
        report.write_csv(options.csv)
    if report.exit_code is Exit.UNKNOWN_OUTCOME and not report.dry_run:
        status = f"brokerage bulk status {report.bulk}"
        raise not_answered(many(report.counts["unknown"]), "does each case", status, repeat_line(report.bulk))
    return report.exit_code


def _preview(office: Office, bulk: str, verb: str, wanted: Sequence[Wanted], options: BulkOptions) -> int:
    """What each case would answer, decided on the log alone."""
    from starter.preview import real_line

    person = person_for(office.settings, options)
    report = Report(bulk, verb, [_foreseen(office, person, bulk, verb, one) for one in wanted], dry_run=True)
    code = _finish(report, options)
    if not options.json:
        say(f"Nothing was sent or written. To do it:\n  {real_line(options.key)}")
    return code


def _foreseen(office: Office, person: str, bulk: str, verb: str, one: Wanted) -> Answered:
    from activities.foresight import WasAnswered, WouldBeRefused
    from starter.preview import look_ahead

    command = UnsignedCommand(
        command_id=one.command_id(bulk),
        stream=one.stream,
        verb=verb,
        body=plain(dict(one.body)),
        person=person,
    )
    foreseen = look_ahead(office, command)
    if isinstance(foreseen, WasAnswered):
        if not foreseen.same:
            record = foreseen.record
            raise key_taken(command, f"'{record.verb}' by {record.person}")
        return Answered.before(one.case, foreseen.record)
    if isinstance(foreseen, WouldBeRefused):
        refusal = foreseen.refusal
        outcome = CaseOutcome(
            command_id=command.command_id,
            kind="refused",
            code=refusal.code,
            message=refusal.message,
            hint=refusal.hint,
        )
        return Answered.of(one.case, outcome)
    return Answered.of(one.case, CaseOutcome(command_id=command.command_id, kind="done"))
