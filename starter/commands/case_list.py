"""`brokerage case list`: the cases, the earliest due first."""

from typing import Annotated, Any

from cyclopts import Parameter

from domain.canonical import instant_from_text
from starter.commands.stages import StageName, check_stage
from starter.completing import schools
from starter.failures import Exit, Failure
from starter.nearest import near_school
from starter.output import TimeFormat, choose_fields, on_terminal, say, say_json, say_table, show_time
from starter.reading import reading
from starter.views.case_list import FIELDS, list_cases


def list_(
    *,
    stage: Annotated[StageName | None, Parameter(help="Only cases in this stage, e.g. triage.")] = None,
    school: Annotated[str | None, Parameter(help="Only cases of this school.", completer=schools)] = None,
    open: Annotated[bool, Parameter(negative="", help="Only cases that are still being dealt with.")] = False,
    json: Annotated[
        str | None, Parameter(help="Print JSON with these fields, comma-separated; 'all' for every field.")
    ] = None,
    time: Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")] = None,
) -> int:
    """List cases, the earliest due first."""
    if stage is not None:
        stage = check_stage(stage)
    with reading() as office:
        names = office.school_names()
        if school is not None and school not in names:
            raise Failure(
                Exit.NOT_FOUND,
                "E-SCHOOL",
                f"There is no school {school} in the register.{near_school(office, school)}",
                (),
                ("brokerage school list",),
            )
        rows = list_cases(office, stage=stage, school=school, open_only=open)
        if json is not None:
            say_json(choose_fields(rows, "" if json == "all" else json, FIELDS))
            return Exit.DONE
        say_table(
            (
                (
                    row["reference"],
                    names.get(row["recipient"], row["recipient"]),
                    row["area"],
                    row["stage"].replace("_", " "),
                    row["waiting_on"] or "–",
                    _due(row, time),
                )
                for row in rows
            ),
            ("REFERENCE", "RECIPIENT", "AREA", "STAGE", "WAITING ON", "DUE"),
        )
        if on_terminal():
            say(f"{len(rows)} case{'s' * (len(rows) != 1)}")
    return Exit.DONE


def _due(row: dict[str, Any], form: TimeFormat | None) -> str:
    if row["due_at"] is None:
        return "–"
    left = row["school_days_left"]
    text = show_time(instant_from_text(row["due_at"]), form)
    days = f"{abs(left)} school day{'s' * (abs(left) != 1)}"
    return f"OVERDUE {days}, {text}" if left < 0 else f"{text} ({days})"
