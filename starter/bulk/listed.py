"""Cases that a file names, in its column of references."""

from pathlib import Path

from starter.failures import Exit, Failure
from starter.reading import Office, known_reference
from starter.register.csv_file import Problem, last_place, shown_problems
from starter.register.result_file import NOT_OPENED, REQUEST_COLUMNS
from starter.register.table import read_table


def listed_cases(office: Office, file: Path) -> set[str]:
    """The cases that a file names. Raises Failure.

    A file may come from elsewhere, so only what names a case is read: not rows without a reference, nor those of
    a result of `bulk open` for which no case was opened: their reference is that of another request.
    """
    table = read_table(file)
    place = last_place(table, "reference")
    if table.broken is not None:
        raise Failure(Exit.USAGE, "E-ROWS", f"{file} has 1 problem; nothing was sent.", (table.broken,))
    if place is None:
        files = "`brokerage case list --csv` makes one; `brokerage bulk open` leaves one beside its file."
        raise Failure(
            Exit.USAGE, "E-COLUMNS", f"{file} lacks the column Reference. Nothing was sent.", (files,)
        )
    result = table.header[-len(REQUEST_COLUMNS) :] == REQUEST_COLUMNS
    typed = {
        line.number: line.cells[place].strip()
        for line in table.lines
        if place < len(line.cells) and not (result and line.cells[place - 1] in NOT_OPENED)
    }
    named = {text: _case_named(office, text) for text in set(typed.values()) if text}
    nothing = [
        Problem(line, "Reference", f"there is no case {text!r}")
        for line, text in typed.items()
        if text and named[text] is None
    ]
    if nothing:
        words = shown_problems(file.name, nothing)
        raise Failure(Exit.USAGE, "E-ROWS", f"{file} names what is no case here; nothing was sent.", words)
    return {reference for reference in named.values() if reference is not None}


def _case_named(office: Office, text: str) -> str | None:
    try:
        return known_reference(office, text)
    except Failure:
        return None
