"""`brokerage bulk open`: a case for each request that an office keeps in a file, and each of them once."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter
from sqlalchemy import select

from activities.read_models.schema import case_row
from domain.bulk import CaseOutcome
from domain.canonical import plain
from domain.case.stages import Stage
from domain.ids import case_stream, stream_key
from domain.messages import Command, UnsignedCommand
from starter.bulk.cut_off import interrupted, not_answered
from starter.commands.bulk_requests import NOT_SENT, Told, Wanted, look_at, request_id
from starter.commands.file_import import FileOptions, chosen_rows, warn_of_unread
from starter.commands.on_record import signer
from starter.commands.programme_names import known_programme
from starter.commands.verbs import free_reference
from starter.commands.writing import SenderOptions, person_for, sender_for
from starter.completing import programmes
from starter.failures import Exit, Failure
from starter.flags import command_line
from starter.output import note, say
from starter.reading import Office, reading
from starter.register.csv_file import Parsed, parse_rows, shown_problems
from starter.register.result_file import REQUEST_COLUMNS, check_result, result_path, write_result
from starter.register.wales import RequestRow
from starter.sending import Sender, repeat_line

_TOLD: Final = ("opened", "would be opened", "already", "refused", "failed", "wrong", "unknown")
_TRIES: Final = 3
"""So often another reference is taken where somebody else took the first in the meantime."""


def open_(
    file: Annotated[
        Path,
        Parameter(help="CSV: Key, Route, Recipient, Area, Phase, Language, Urgency, Need, Desired Start, …"),
    ],
    /,
    *,
    programme: Annotated[str, Parameter(help="Programme of the requests.", completer=programmes)] = "EAS",
    files: FileOptions | None = None,
    options: SenderOptions | None = None,
) -> int:
    """Open a case, a draft, for each request of a file; done again, it opens none twice.

    Each row is known by its Key. All rows are checked first: schools, areas, requests that are open already.
    The result, with the reference of each case, goes beside it: requests.result.csv for requests.csv.
    """
    chosen, which = options or SenderOptions(), files or FileOptions()
    parsed = chosen_rows(parse_rows(file, RequestRow, "key"), which)
    warn_of_unread(parsed)
    for words in shown_problems(file.name, parsed.problems):
        note(words)
    target = which.result or result_path(file)
    with reading() as office:
        rules = known_programme(office, programme)
        wanted = Wanted(dict(parsed.rows))
        for problem in parsed.problems:
            before = wanted.told.get(problem.line)
            words = f"{problem.column} · {problem.message}"
            wanted.told[problem.line] = Told(
                "wrong", "", "E-ROW", f"{before.message}; {words}" if before else words
            )
        look_at(office, rules, wanted, signer(office.settings, chosen))
        _say_wrong(file, wanted)
        wrong = sum(told.status == "wrong" for told in wanted.told.values())
        most = 0 if which.strict else which.max_errors
        if most is not None and wrong > most:
            rows = f"{wrong} row{'s' * (wrong > 1)}"
            raise Failure(Exit.USAGE, "E-ROWS", f"{file} has {rows} that cannot be; nothing was sent.")
        if chosen.dry_run:
            _foresee(office, person_for(office.settings, chosen), rules.code, wanted)
            return _finish(file, wanted)
        check_result(target, file)
        sender = sender_for(office.settings, chosen)
        for line in wanted.keys:
            wanted.told[line] = NOT_SENT
        try:
            _open_all(sender, office, rules.code, wanted)
        finally:
            written = _write(target, parsed, wanted)
        following = ["brokerage", "bulk", "submit", "--listed-in", str(target), "--profile", sender.person]
        drafts = written and _holds_drafts(office, wanted)
    return _finish(file, wanted, command_line(following) if drafts else None)


def _say_wrong(file: Path, wanted: Wanted) -> None:
    for line, told in sorted(wanted.told.items()):
        if told.status == "wrong" and told.code != "E-ROW":
            where = f" ({told.reference})" if told.reference else ""
            note(f"{file.name}:{line} · {told.message}{where}  {told.code}")


def _foresee(office: Office, person: str, programme: str, wanted: Wanted) -> None:
    from activities.foresight import WouldBeRefused
    from starter.preview import look_ahead

    for line, key in wanted.keys.items():
        reference = free_reference(office, programme, key)
        command = UnsignedCommand(
            command_id=key,
            stream=case_stream(reference),
            verb="open",
            body=plain(wanted.rows[line].body(programme)),
            person=person,
        )
        foreseen = look_ahead(office, command)
        if isinstance(foreseen, WouldBeRefused):
            refusal = foreseen.refusal
            wanted.told[line] = Told("refused", "", refusal.code, _whole(refusal.message, refusal.hint))
        else:
            wanted.told[line] = Told("would be opened", reference)


def _open_all(sender: Sender, office: Office, programme: str, wanted: Wanted) -> None:
    """Hand the openings over, and tell what became of each. Raises Failure."""
    if not wanted.keys:
        return
    try:
        asyncio.run(_connected(sender, office, programme, wanted))
    except KeyboardInterrupt:
        raise interrupted("opens each case", repeat_line()) from None


async def _connected(sender: Sender, office: Office, programme: str, wanted: Wanted) -> None:
    from starter.bulk.handing_over import hand_over_and_tell
    from starter.connection import connect

    client = await connect(sender.settings, person=sender.person)
    bulk = request_id(programme, "").partition(".")[0]
    left = dict(wanted.keys)
    for tried in range(_TRIES):
        commands = {
            line: _command(sender, office, programme, wanted.rows[line], key) for line, key in left.items()
        }

        def tell(outcomes: dict[str, CaseOutcome], commands: dict[int, Command] = commands) -> None:
            for line, command in commands.items():
                wanted.told[line] = _told(command, outcomes[command.command_id])

        try:
            await hand_over_and_tell(client, sender, office, bulk, list(commands.values()), tell)
        except Failure:
            if not tried:
                raise
            break  # the others were sent; these stay told as refused, and the line can be repeated
        left = {line: key for line, key in left.items() if wanted.told[line].code == "R-REFERENCE"}
        if not left:
            break


def _command(sender: Sender, office: Office, programme: str, row: RequestRow, key: str) -> Command:
    stream = case_stream(free_reference(office, programme, key))
    body: dict[str, Any] = plain({name: v for name, v in row.body(programme).items() if v is not None})
    return sender.sign(stream=stream, verb="open", body=body, command_id=key)


def _told(command: Command, outcome: CaseOutcome) -> Told:
    if outcome.kind == "done":
        return Told("opened", stream_key(command.stream))
    return Told(outcome.kind, "", outcome.code, _whole(outcome.message, outcome.hint))


def _whole(message: str, hint: str) -> str:
    """A refusal with what helps on, as the command for one request shows it."""
    return f"{message} {hint}" if hint else message


def _write(target: Path, parsed: Parsed[RequestRow], wanted: Wanted) -> bool:
    """What became of each request, as a file, and whether it could be: that is said, and does nothing to the line."""
    told = {line: (one.status, one.reference, one.code, one.message) for line, one in wanted.told.items()}
    try:
        write_result(target, parsed.table, REQUEST_COLUMNS, told)
    except Failure as failure:
        note(f"{failure.message} What became of the requests is in no file.")
        return False
    say(f"What became of each request: {target}")
    return True


def _holds_drafts(office: Office, wanted: Wanted) -> bool:
    """Whether a case of these requests is still to be submitted."""
    told = wanted.told.values()
    before = [one.reference for one in told if one.status == "already"]
    drafts = select(case_row.c.reference).where(case_row.c.stage == Stage.DRAFT.value)
    known = set(office.connection.execute(drafts).scalars())
    return any(one.status == "opened" for one in told) or not known.isdisjoint(before)


def _finish(file: Path, wanted: Wanted, following: str | None = None) -> int:
    """The counts in one line, what comes next, and the exit code. Raises Failure where an outcome is unknown."""
    for line, told in sorted(wanted.told.items()):
        if told.status in {"refused", "failed"}:
            note(f"{file.name}:{line} · {told.message}  {told.code}")
    counts = Counter(told.status for told in wanted.told.values())
    bad = counts["wrong"] + counts["refused"] + counts["failed"]
    words = ", ".join(f"{counts[status]} {status}" for status in _TOLD if counts[status])
    say(f"{'✗' if bad or counts['unknown'] else '✓'} Requests: {words or 'none in the file'}.")
    if following is not None:
        say(f"  Next: {following}")
    if counts["unknown"]:
        raise not_answered(str(counts["unknown"]), "opens each case", repeat_line())
    return Exit.SOME_FAILED if bad else Exit.DONE
