"""What people and programs read: data on standard output, everything else on standard error."""

import os
import shutil
import sys
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson

from domain.characters import shown
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean
from starter.terminal_table import set_table

TimeFormat = Literal["local", "iso", "relative"]


def on_terminal() -> bool:
    """Whether a person watches standard output."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def say(text: str = "") -> None:
    """A line of data or result."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line about what is going on, for people."""
    sys.stderr.write(shown(text) + "\n")
    sys.stderr.flush()


def say_heading(text: str) -> None:
    """A line above a table: for people; where a program reads the table it is no part of it."""
    (say if on_terminal() else note)(text)


def say_json(value: Any) -> None:
    """One JSON document, indented on a terminal, on one line elsewhere."""
    option = orjson.OPT_INDENT_2 if on_terminal() else 0
    say(orjson.dumps(value, option=option).decode())


def choose_fields(
    rows: Sequence[Mapping[str, Any]], fields: str, known: Sequence[str]
) -> list[dict[str, Any]]:
    """The rows with the named fields only; an empty list of names means all of them."""
    wanted = [name.strip() for name in fields.split(",") if name.strip()]
    unknown = next((name for name in wanted if name not in known), None)
    if unknown is not None:
        raise Failure(
            Exit.USAGE,
            "E-FIELD",
            f"There is no field {unknown!r}.{did_you_mean(unknown, known)}",
            (f"Fields: {', '.join(known)}",),
        )
    return [{name: row[name] for name in (wanted or known)} for row in rows]


def say_table(
    rows: Iterable[Sequence[str]], header: Sequence[str], spare: int = 0, whole: Collection[int] = ()
) -> None:
    """Columns for eyes on a terminal; tab-separated lines without header, cut or colour elsewhere.

    A terminal that is too narrow gets what `set_table` makes of it; columns that are left out are named.
    """
    rows = [[shown(cell) for cell in row] for row in rows]
    if not on_terminal():
        for row in rows:
            say("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    limit = shutil.get_terminal_size().columns
    table = set_table(rows, header, limit, spare, whole)
    bold, plain = ("\033[1m", "\033[0m") if coloured() else ("", "")
    for number, line in enumerate(table.lines):
        say(f"{bold}{line}{plain}" if number < table.heads else line)
    if table.left_out:
        missing = f"Not shown: {', '.join(table.left_out)}: a wider terminal shows them, --csv shows all."
        for line in textwrap.wrap(missing, limit, break_on_hyphens=False):
            note(line)


def coloured() -> bool:
    """Whether colour may be used; it never carries meaning alone."""
    return on_terminal() and "NO_COLOR" not in os.environ


def show_time(instant: datetime, form: TimeFormat | None, zone: str = "Europe/London") -> str:
    """An instant for reading: local words on a terminal, ISO with offset elsewhere, unless asked otherwise."""
    form = form or ("local" if on_terminal() else "iso")
    local = instant.astimezone(ZoneInfo(zone))
    if form == "iso":
        return local.isoformat(timespec="seconds")
    if form == "relative":
        return _relative(instant)
    return f"{local:%a} {local.day:>2} {local:%b %Y %H:%M}"


def _relative(instant: datetime) -> str:
    seconds = (instant - datetime.now(UTC)).total_seconds()
    amount = abs(seconds)
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if amount >= size:
            count = int(amount // size)
            words = f"{count} {unit}{'s' * (count != 1)}"
            return f"in {words}" if seconds > 0 else f"{words} ago"
    return "now"


def print_failure(failure: Failure) -> None:
    """What happened, why, what to do next."""
    mark = "?" if failure.exit_code in {Exit.UNKNOWN_OUTCOME, Exit.INTERRUPTED} else "✗"
    note(f"{mark} {failure.message}  {failure.code}")
    for line in failure.details:
        note(f"  {line}")
    for number, line in enumerate(failure.next_lines):
        note(f"  {'Next:' if number == 0 else '  or:'} {line}")
