"""One way of importing a file: all rows checked first, the good ones sent as a bulk, a result for every row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Group, Parameter

from starter.commands.import_report import WELL, Report, Where, runs
from starter.commands.importing import (
    Entry,
    connect_and_send,
    from_here_on,
    preview_all,
    say_sent,
    send_the_rest,
)
from starter.commands.writing import SenderOptions, person_for, sender_for
from starter.failures import Exit, Failure
from starter.nearest import nearest
from starter.numbers import whole_number
from starter.output import note, say
from starter.reading import Office
from starter.register.csv_file import MOST_PROBLEMS, Parsed, RowT, shown_problems
from starter.register.result_file import check_result, result_path, write_result
from starter.sending import repeat_line

Afterwards = Callable[[Report], Sequence[Sequence[Entry]]]
"""What is still to be sent once it is known what became of the rows."""

COLUMNS = ("status", "code", "message")
_MOST_COLUMNS_NAMED = 6


@Parameter(name="*", group=Group("Which rows", sort_key=3))
@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """Flags of every import: what becomes of a file in which something is wrong."""

    strict: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Send nothing where any row of the file is wrong."),
    ] = False
    max_errors: Annotated[
        int | None,
        Parameter(converter=whole_number, help="Send nothing where more than so many rows are wrong."),
    ] = None
    only_rows: Annotated[
        str | None, Parameter(help="Only these lines of the file, as they are reported: 7,19,23-40.")
    ] = None
    result: Annotated[
        Path | None,
        Parameter(
            help="Write what became of every row into this file; else beside it: schools.result.csv for schools.csv, where rows failed or with --only-rows."
        ),
    ] = None


def chosen_rows(parsed: Parsed[RowT], options: FileOptions) -> Parsed[RowT]:
    """The rows that are asked for. Raises Failure (exit 2) where too much is wrong for any to be sent."""
    if options.only_rows is not None:
        wanted = _lines(options.only_rows)
        if not wanted & {line.number for line in parsed.table.lines}:
            raise Failure(Exit.USAGE, "E-VALUE", f"--only-rows: {parsed.table.path} has none of these lines.")
        parsed = replace(
            parsed,
            rows=tuple((line, row) for line, row in parsed.rows if line in wanted),
            problems=tuple(problem for problem in parsed.problems if problem.line in wanted),
        )
    for words in parsed.table.notes:
        note(words)
    wrong = len(parsed.bad)
    if options.strict or (options.max_errors is not None and wrong > options.max_errors):
        parsed.refuse_problems()
    return parsed


def warn_of_unread(parsed: Parsed[Any]) -> None:
    """One warning for all columns that say nothing to us, with those that may be meant."""
    unread = [name for name in parsed.unread if name not in COLUMNS]
    if unread:
        shown = [_perhaps(name, nearest(name, parsed.absent)) for name in unread[:_MOST_COLUMNS_NAMED]]
        more = f" and {len(unread) - _MOST_COLUMNS_NAMED} more" if len(unread) > _MOST_COLUMNS_NAMED else ""
        note(f"{parsed.table.path.name}: not read: {', '.join(shown)}{more}.")


def _perhaps(name: str, meant: str | None) -> str:
    return f"{name} (did you mean {meant}?)" if meant else name


def carry_out_import(
    office: Office,
    parsed: Parsed[Any],
    steps: Callable[[], Sequence[Sequence[Entry]]],
    what: str,
    files: FileOptions,
    options: SenderOptions,
    afterwards: Afterwards = lambda _report: (),
) -> int:
    """Send what the good rows stand for, report, write the result. Returns exit 0, or 7 where rows failed.

    `steps` makes the entries, once it is sure that something is to be done; `afterwards` those that rest on
    what became of them. Raises Failure.
    """
    path = parsed.table.path
    warn_of_unread(parsed)
    from_here_on(office)
    report = Report()
    for problem in parsed.problems:
        words = " · ".join(filter(None, (problem.column, problem.message)))
        report.wrong(Where(path.name, problem.line), words)
    for words in shown_problems(path.name, parsed.problems):
        note(words)
    if options.dry_run:
        person = person_for(office.settings, options)
        code = preview_all(person, office, steps(), what, afterwards)
        return Exit.SOME_FAILED if parsed.bad else code
    sender = sender_for(office.settings, options)
    if files.result is not None:
        check_result(files.result, path)
    again = repeat_line()
    try:
        connect_and_send(sender, office, steps(), again, report)
        if more := afterwards(report):
            send_the_rest(sender, office, more, again, report)
    finally:
        report.say_refused()
        _write(parsed, report, files)
    if parsed.bad:
        rows = f"{len(parsed.bad)} row{'s' * (len(parsed.bad) > 1)}"
        note(f"{rows} could not be read and were left out; the rest was sent.")
    return say_sent(report, what, again)


def _write(parsed: Parsed[Any], report: Report, files: FileOptions) -> None:
    """The result, where it or single rows are asked for, where not every row is done, or in place of an earlier one."""
    path = parsed.table.path
    beside, fates = result_path(path), report.fates
    left = {where.line: fate.told for where, fate in fates.items() if where.line and fate.told not in WELL}
    if files.result is None and files.only_rows is None and not left and not beside.exists():
        return
    told = {
        where.line: (fate.told, fate.code, fate.message)
        for where, fate in fates.items()
        if where.file == path.name
    }
    target = files.result or beside
    try:
        check_result(target, path)
        write_result(target, parsed.table, COLUMNS, told)
    except Failure as failure:
        note(f"{failure.message} What became of the rows is in no file.")
        return
    if left:
        say(f"What became of each row: {target}.{_what_next(left)}")


def _what_next(left: Mapping[int, str]) -> str:
    """How to do only those rows that have to be mended; nothing where others are left too, for which the line is
    simply repeated."""
    lines = runs(sorted(line for line in left if line))
    if {"unknown", "not sent"} & set(left.values()) or not 0 < len(lines) <= MOST_PROBLEMS:
        return ""
    return f" Once mended: --only-rows {','.join(lines)}"


def _lines(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or len(first + last) > 14:
            raise Failure(Exit.USAGE, "E-VALUE", f"--only-rows: {text!r} are no lines, such as 7,19,23-40.")
        end = int(last) if dash else int(first)
        if end - int(first) > 1_000_000:
            raise Failure(Exit.USAGE, "E-VALUE", f"--only-rows: {part.strip()} is more than any file has.")
        found.update(range(int(first), end + 1))
    return found
