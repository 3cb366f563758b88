"""`brokerage school import`: a register of schools, whosever it is, held against what is on record."""

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from cyclopts import Parameter
from sqlalchemy import select

from activities.business_clock import business_now
from activities.read_models.schema import school
from domain.directory.schools import (
    RegisterSchool,
    SchoolClosed,
    SchoolMissing,
    SchoolRegistered,
    SchoolState,
    registered,
)
from domain.ids import SCHOOL_ID_PATTERN
from starter.commands.file_import import FileOptions, carry_out_import, chosen_rows
from starter.commands.import_report import Where, lines_of
from starter.commands.importing import Entry
from starter.commands.writing import SenderOptions
from starter.failures import Exit, Failure
from starter.output import note, on_terminal
from starter.reading import Office, reading
from starter.register.csv_file import Parsed, parse_rows
from starter.register.profile import SHIPPED, Profile, read_profile_of, shipped
from starter.register.schools import SchoolRow

_MOST_MISSING_PER_MILLE: Final = 100
"""Above a tenth, a whole register is more likely another register, or half of one."""


def import_(
    file: Annotated[Path, Parameter(help="A register file with a header line.")],
    /,
    *,
    map_: Annotated[
        str,
        Parameter(
            name=["--map", "--register"],
            help="Whose register it is: gias, wales or deped; or a profile of your own, FILE.toml.",
        ),
    ] = "wales",
    whole: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="The file is all there is: schools of its authorities that it lacks become inactive.",
        ),
    ] = False,
    yes: Annotated[
        bool, Parameter(negative="", show_default=False, help="With --whole: do not ask, however many.")
    ] = False,
    files: FileOptions | None = None,
    options: SenderOptions | None = None,
) -> int:
    """Enter the schools of a register file, or bring their entries up to date.

    All rows are checked first; those that can be read are entered, the others told by line and column. Done
    again, it changes nothing. A school that closes is kept, with its cases, and gets no new ones.
    """
    chosen, rows = options or SenderOptions(), files or FileOptions()
    if whole and rows.only_rows is not None:
        raise Failure(
            Exit.USAGE,
            "E-USAGE",
            "--whole speaks of the whole file and --only-rows of some of its lines: give one of them.",
            ("First mend single lines with --only-rows; then import the file with --whole.",),
        )
    profile = read_profile_of(map_)
    everything = parse_schools(file, profile)
    parsed = chosen_rows(everything, rows)
    with reading() as office:
        known = schools_on_record(office)
        missing = missing_from(everything, known) if whole else []
        _agree(missing, everything, known, yes=yes or chosen.dry_run)

        def steps() -> Sequence[Sequence[Entry]]:
            gone = [
                Entry(
                    Where(file.name, 0), f"school/{number}", "mark-missing", {"register_name": profile.code}
                )
                for number in missing
            ]
            return school_entries(parsed, known, business_now(office.settings)), gone

        return carry_out_import(office, parsed, steps, "Schools", rows, chosen)


def parse_schools(file: Path, profile: Profile) -> Parsed[SchoolRow]:
    """The rows of a register. Raises Failure (exit 2) that names the profile whose columns these are."""
    others = {f"--map {code}": (SchoolRow, shipped(code)) for code in SHIPPED if code != profile.code}
    return parse_rows(file, SchoolRow, "number", profile=profile, others=others)


def school_entries(
    parsed: Parsed[SchoolRow], known: dict[str, SchoolState], now: datetime | None = None
) -> list[Entry]:
    """The commands that a register stands for.

    A school that is closed, and that nobody here has ever heard of, is left where it is.
    """
    name, at = parsed.table.path.name, now or datetime.now(UTC)
    entries = []
    for line, row in parsed.rows:
        state = known.get(row.number, SchoolState())
        body: dict[str, Any] = row.body()
        never_seen = state.entry is None and row.status == "closed"
        same = not never_seen and not registered(state, RegisterSchool.model_validate(body), row.number, at)
        entries.append(
            Entry(Where(name, line), f"school/{row.number}", "register", body, same, never_known=never_seen)
        )
    return entries


def schools_on_record(office: Office) -> dict[str, SchoolState]:
    """What is on record of every school, as far as an entry of a register could change it."""
    found = {}
    for row in office.connection.execute(select(school)):
        closed = None
        if row.inactive == "closed":
            closed = SchoolClosed(
                on=row.inactive_since, successor=row.successor, reason=None, by_register=row.by_register
            )
        missing = SchoolMissing(register_name="") if row.inactive == "missing" else None
        entry = SchoolRegistered.model_validate(orjson.loads(row.content))
        found[row.number] = SchoolState(entry=entry, closed=closed, missing=missing)
    return found


def missing_from(parsed: Parsed[SchoolRow], known: dict[str, SchoolState]) -> list[str]:
    """Open schools of the file's authorities that no row names, not even one that is wrong.

    None where the number of a row cannot be read: it may be that of any of them.
    """
    numbers = parsed.said("number")
    unreadable = [line for line, number in numbers.items() if not re.fullmatch(SCHOOL_ID_PATTERN, number)]
    if unreadable:
        note(
            f"No school becomes inactive: {lines_of(parsed.table.path.name, unreadable)} may be any of them. "
            "Mend the number and import the file again."
        )
        return []
    listed = set(numbers.values())
    return sorted(
        number for number, state in _covered(parsed, known).items() if state.open and number not in listed
    )


def _covered(parsed: Parsed[SchoolRow], known: dict[str, SchoolState]) -> dict[str, SchoolState]:
    """Schools on record of the authorities that the file is about."""
    authorities = {row.authority for _line, row in parsed.rows}
    return {
        number: state
        for number, state in known.items()
        if state.entry is not None and state.entry.authority in authorities
    }


def _agree(
    missing: Sequence[str], parsed: Parsed[SchoolRow], known: dict[str, SchoolState], *, yes: bool
) -> None:
    """Ask before schools become inactive. Raises Failure where that is not wanted, or too many would."""
    if not missing:
        return
    covered = sum(state.open for state in _covered(parsed, known).values())
    names = [f"{n} {state.entry.name}" for n in missing[:5] if (state := known[n]).entry is not None]
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    note(f"Not in the file, and inactive from now on: {len(missing)} of {covered}: {'; '.join(names)}{more}.")
    if yes:
        return
    if len(missing) * 1000 > covered * _MOST_MISSING_PER_MILLE:
        raise Failure(
            Exit.REFUSED,
            "E-WHOLE",
            f"{len(missing)} of {covered} schools would become inactive: more than a tenth. Nothing was sent.",
            ("Is it the whole register of these authorities? If it is: --yes",),
        )
    if on_terminal() and sys.stdin.isatty():
        sys.stderr.write("Go on? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise Failure(Exit.INTERRUPTED, "U-INTERRUPTED", "Nothing was sent.")
