"""`brokerage bulk open`: a case for each request that an office keeps in a file, and each of them once."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter
from sqlalchemy import select

from activities.event_log.command_record import CommandRecord
from activities.read_models.schema import case_row, school
from domain.bulk import CaseOutcome, command_id_prefix
from domain.canonical import plain
from domain.ids import case_stream, stream_key
from domain.messages import Command, UnsignedCommand
from domain.programmes.model import Programme
from starter.commands.file_import import FileOptions, chosen_rows, warn_of_unread
from starter.commands.on_record import signer
from starter.commands.verbs import free_reference
from starter.commands.writing import SenderOptions, person_for, sender_for
from starter.completing import programmes
from starter.failures import Exit, Failure
from starter.home import public_key_of
from starter.nearest import did_you_mean, near_programme, near_school
from starter.output import note, say
from starter.reading import Office, reading
from starter.register.csv_file import Parsed, parse_rows, shown_problems
from starter.register.result_file import check_result, result_path, write_result
from starter.register.wales import RequestRow
from starter.said_before import differing_fields, said_this
from starter.sending import Sender, repeat_line

COLUMNS: Final = ("status", "reference", "code", "message")
_TOLD: Final = ("opened", "would be opened", "already", "refused", "failed", "wrong", "unknown")
_TRIES: Final = 3
"""So often another reference is taken where somebody else took the first in the meantime."""


@dataclass(frozen=True)
class _Told:
    """What became of one request."""

    status: str
    reference: str = ""
    code: str = ""
    message: str = ""


_NOT_SENT: Final = _Told("not sent", message="Not sent: nothing was done for this row.")


@dataclass
class _Wanted:
    """The requests of a file, and what is known of each by its line."""

    rows: dict[int, RequestRow]
    keys: dict[int, str] = field(default_factory=dict)
    """Command ids of those that are to be opened."""
    told: dict[int, _Told] = field(default_factory=dict)


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
    The result, with the reference of each case, goes into FILE.result.csv.
    """
    chosen, which = options or SenderOptions(), files or FileOptions()
    parsed = chosen_rows(parse_rows(file, RequestRow, "key"), which)
    warn_of_unread(parsed)
    for words in shown_problems(file.name, parsed.problems):
        note(words)
    target = which.result or result_path(file)
    with reading() as office:
        rules = _programme(office, programme.upper())
        wanted = _Wanted(dict(parsed.rows))
        for problem in parsed.problems:
            wanted.told[problem.line] = _Told("wrong", "", "E-ROW", f"{problem.column} · {problem.message}")
        _look_at(office, rules, wanted, signer(office.settings, chosen))
        _say_wrong(file, wanted)
        wrong = sum(told.status == "wrong" for told in wanted.told.values())
        most = 0 if which.strict else which.max_errors
        if most is not None and wrong > most:
            rows = f"{wrong} row{'s' * (wrong > 1)}"
            raise Failure(Exit.USAGE, "E-ROWS", f"{file} has {rows} that cannot be; nothing was sent.")
        if chosen.dry_run:
            _foresee(office, person_for(office.settings, chosen), rules.code, wanted)
            return _finish(wanted)
        check_result(target, file)
        sender = sender_for(office.settings, chosen)
        for line in wanted.keys:
            wanted.told[line] = _NOT_SENT
        try:
            _open_all(sender, office, rules.code, wanted)
        finally:
            _write(target, parsed, wanted)
        say(f"What became of each request: {target}")
    return _finish(wanted)


def request_id(programme: str, key: str, attempt: int = 1) -> str:
    """Id of the command that opens the case of a request: the same for the same key in the same programme."""
    row = hashlib.sha256(f"{programme}\n{key}".encode()).hexdigest()[:40]
    return f"{command_id_prefix(f'open-{programme.lower()}')}{row}" + (f".{attempt}" if attempt > 1 else "")


def _programme(office: Office, code: str) -> Programme:
    rules = office.facts.programme(code)
    if rules is None:
        raise Failure(
            Exit.NOT_FOUND,
            "E-PROGRAMME",
            f"There is no programme {code}.{near_programme(office, code)}",
            (),
            ("brokerage programme list",),
        )
    return rules


def _look_at(office: Office, rules: Programme, wanted: _Wanted, sender: Sender | None) -> None:
    """Tell what was opened before and what cannot be; give a key to each of the others."""
    open_schools = {
        row.number: row.open for row in office.connection.execute(select(school.c.number, school.c.open))
    }
    open_needs = {
        (row.recipient, row.area): row.reference
        for row in office.connection.execute(
            select(case_row).where(case_row.c.programme == rules.code, case_row.c.open.is_(True))
        )
    }
    prefix = request_id(rules.code, "").partition(".")[0] + "."
    known = {one.record.id: one.record for one in office.log.commands_named(prefix)}
    asked: dict[tuple[str, str], int] = {}
    for line, row in wanted.rows.items():
        attempt = 1
        while (key := request_id(rules.code, row.key, attempt)) in known and known[key].outcome == "refused":
            attempt += 1
        if key in known:
            wanted.told[line] = _known_before(known[key], row, rules.code, sender)
            continue
        need = (row.recipient, row.area)
        problem = _problem(office, rules, row, open_schools)
        if problem is None and need in open_needs:
            problem = _Told(
                "wrong", open_needs[need], "E-DUP", f"{row.recipient} has an open case for {row.area}"
            )
        if problem is None and asked.setdefault(need, line) != line:
            problem = _Told("wrong", "", "E-DUP", f"line {asked[need]} asks for the same")
        if problem is not None:
            wanted.told[line] = problem
        else:
            wanted.keys[line] = key


def _known_before(record: CommandRecord, row: RequestRow, programme: str, sender: Sender | None) -> _Told:
    """The case that the Key stands for, where the row is that request and no other.

    What is needed is sealed: whoever opened the case, and only they, can see that it reads otherwise now.
    """
    reference, body = stream_key(record.stream), row.body(programme)
    differing = differing_fields(record, body)
    if not differing and sender is not None and public_key_of(sender.seed) == record.public_key:
        differing = [] if said_this(record, sender.seed, body) else ["need"]
    if not differing:
        return _Told("already", reference)
    columns = ", ".join(str(RequestRow.model_fields[name].alias or name) for name in differing)
    return _Told(
        "wrong", reference, "E-KEY", f"the Key {row.key} is that of a request with another {columns}"
    )


def _problem(
    office: Office, rules: Programme, row: RequestRow, open_schools: Mapping[str, bool]
) -> _Told | None:
    for number in filter(None, (row.recipient, row.preferred_provider, row.provider)):
        if number not in open_schools:
            meant = near_school(office, number)
            return _Told("wrong", "", "E-SCHOOL", f"{number} is not in the register.{meant}")
        if not open_schools[number]:
            return _Told("wrong", "", "E-SCHOOL", f"{number} is not open")
    areas, routes = [str(area.code) for area in rules.areas], [str(route.code) for route in rules.routes]
    if row.area not in areas:
        return _Told("wrong", "", "E-AREA", f"{row.area!r} is not an area.{did_you_mean(row.area, areas)}")
    if row.route not in routes:
        return _Told("wrong", "", "E-ROUTE", f"{row.route!r} is no route; routes: {', '.join(routes)}")
    return None


def _say_wrong(file: Path, wanted: _Wanted) -> None:
    for line, told in sorted(wanted.told.items()):
        if told.status == "wrong" and told.code != "E-ROW":
            where = f" ({told.reference})" if told.reference else ""
            note(f"{file.name}:{line} · {told.message}{where}  {told.code}")


def _foresee(office: Office, person: str, programme: str, wanted: _Wanted) -> None:
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
            wanted.told[line] = _Told("refused", "", refusal.code, refusal.message)
        else:
            wanted.told[line] = _Told("would be opened", reference)


def _open_all(sender: Sender, office: Office, programme: str, wanted: _Wanted) -> None:
    """Hand the openings over, and tell what became of each. Raises Failure."""
    if not wanted.keys:
        return
    try:
        asyncio.run(_connected(sender, office, programme, wanted))
    except KeyboardInterrupt:
        raise Failure(
            Exit.INTERRUPTED,
            "U-INTERRUPTED",
            "Interrupted. What was handed over goes on.",
            ("Safe to repeat: this line opens each case once, however often.",),
            (repeat_line(),),
        ) from None


async def _connected(sender: Sender, office: Office, programme: str, wanted: _Wanted) -> None:
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


def _told(command: Command, outcome: CaseOutcome) -> _Told:
    if outcome.kind == "done":
        return _Told("opened", stream_key(command.stream))
    return _Told(outcome.kind, "", outcome.code, outcome.message)


def _write(target: Path, parsed: Parsed[RequestRow], wanted: _Wanted) -> None:
    told = {line: (one.status, one.reference, one.code, one.message) for line, one in wanted.told.items()}
    write_result(target, parsed.table, COLUMNS, told)


def _finish(wanted: _Wanted) -> int:
    """The counts in one line, and the exit code. Raises Failure where an outcome is unknown."""
    for line, told in sorted(wanted.told.items()):
        if told.status in {"refused", "failed"}:
            note(f"line {line} · {told.message}  {told.code}")
    counts = Counter(told.status for told in wanted.told.values())
    bad = counts["wrong"] + counts["refused"] + counts["failed"]
    words = ", ".join(f"{counts[status]} {status}" for status in _TOLD if counts[status])
    say(f"{'✗' if bad or counts['unknown'] else '✓'} Requests: {words or 'none in the file'}.")
    if counts["unknown"]:
        raise Failure(
            Exit.UNKNOWN_OUTCOME,
            "U-TIMEOUT",
            f"{counts['unknown']} not answered; what was handed over goes on.",
            ("Is a worker running? brokerage doctor", "Safe to repeat: this line opens each case once."),
            (repeat_line(),),
        )
    return Exit.SOME_FAILED if bad else Exit.DONE
