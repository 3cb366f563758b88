"""`brokerage case`: open, drive, list and read cases."""

import time
from typing import Annotated, Any, Literal

from cyclopts import App, Group, Parameter

from domain.case.stages import Stage
from starter.commands.read import read
from starter.commands.verbs import add_verbs
from starter.failures import Exit, Failure
from starter.hints import step_line
from starter.output import TimeFormat, choose_fields, on_terminal, say, say_json, say_table, show_time
from starter.reading import known_reference, reading
from starter.views.case import case_json, read_case, steps_now
from starter.views.case_list import FIELDS, list_cases
from starter.views.timeline import timeline

app = App(name="case", help="Open, drive, list and read cases.", help_format="plaintext")
_READ = Group("Read", sort_key=1)

Reference = Annotated[str, Parameter(help="Reference of the case, e.g. EAS-K7QX4MZ-R.")]
Json = Annotated[bool, Parameter(negative="", help="Print JSON.")]
JsonFields = Annotated[
    str | None, Parameter(help="Print JSON with these fields, comma-separated; 'all' for every field.")
]
Time = Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")]


@app.command(name="list", group=_READ)
def list_(
    *,
    stage: Annotated[str | None, Parameter(help="Only cases in this stage, e.g. triage.")] = None,
    school: Annotated[str | None, Parameter(help="Only cases of this school.")] = None,
    open: Annotated[bool, Parameter(negative="", help="Only cases that are still being dealt with.")] = False,
    json: JsonFields = None,
    time: Time = None,
) -> int:
    """List cases, the earliest due first."""
    if stage is not None:
        _check_stage(stage)
    with reading() as office:
        rows = list_cases(office, stage=stage, school=school, open_only=open)
        if json is not None:
            say_json(choose_fields(rows, "" if json == "all" else json, FIELDS))
            return Exit.DONE
        names = office.school_names()
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


@app.command(group=_READ)
def show(reference: Reference, /, *, json: Json = False, time: Time = None) -> int:
    """Show where a case stands, what is awaited, and the next command."""
    with reading() as office:
        record = read_case(office, known_reference(office, reference))
        if json:
            say_json(case_json(office, record))
            return Exit.DONE
        view = case_json(office, record)
        pairs: list[tuple[str, Any]] = [
            ("Case", view["reference"]),
            ("Recipient", f"{view['recipient_name']} ({view['recipient']}), {view['authority']}"),
            ("Provider", f"{view['provider_name']} ({view['provider']})" if view["provider"] else "none yet"),
            ("Area", f"{view['area']}, route {view['route']}"),
            ("Stage", view["stage"].replace("_", " ") + (" (paused)" if view["paused"] else "")),
        ]
        if view["agreement_hash"]:
            signed = ", ".join(view["signed"]).replace("_", " ") or "nobody"
            pairs.append(
                (
                    "Agreement",
                    f"version {view['agreement_version']}, {view['days_agreed']} days, signed by {signed}",
                )
            )
            pairs.append(("Text hash", view["agreement_hash"]))
        if view["visits"]:
            pairs.append(("Days", f"{view['days_counted']} held, {view['days_confirmed']} confirmed"))
        for item in view["awaited"]:
            deadline = record.state.deadline(item["wait"])
            due = (
                f", {'OVERDUE since' if item['overdue'] else 'due'} {show_time(deadline.due_at, time, record.programme.time_zone)}"
                if deadline and deadline.kept_days is None
                else ""
            )
            pairs.append(
                ("Awaited", f"{item['what']} from {record.programme.word(_party(item['owner']))}{due}")
            )
        pairs.append(("Version", view["version"]))
        say_table(((str(name), str(value)) for name, value in pairs), ("", ""))
        for number, step in enumerate(steps_now(office, record)):
            say(("Next: " if number == 0 else "  or: ") + step_line(step))
    return Exit.DONE


@app.command(group=_READ)
def history(
    reference: Reference,
    /,
    *,
    json: Json = False,
    deadlines: Annotated[bool, Parameter(negative="", help="Show each deadline that was set, too.")] = False,
    time: Time = None,
) -> int:
    """Show what happened in a case, in order, by whom."""
    with reading() as office:
        record = read_case(office, known_reference(office, reference))
        entries = list(timeline(office, record))
        if json:
            say_json([entry.as_json() for entry in entries])
            return Exit.DONE
        say_table(
            (
                (
                    str(entry.version),
                    show_time(entry.occurred_at, time, record.programme.time_zone),
                    entry.who,
                    entry.sentence,
                )
                for entry in entries
                if deadlines or not entry.deadline
            ),
            ("#", "WHEN", "WHO", "WHAT"),
        )
    return Exit.DONE


@app.command(group=_READ)
def wait(
    reference: Reference,
    /,
    *,
    until: Annotated[str, Parameter(help="Stage to wait for, e.g. agreed; 'closed' also takes archived.")],
    timeout: Annotated[float, Parameter(help="Seconds to wait at most.")] = 30.0,
) -> int:
    """Wait until a case has reached a stage; exit 10 if it has not in time."""
    _check_stage(until)
    wanted = {until, "archived"} if until == "closed" else {until}
    end = time.monotonic() + timeout
    stage: Stage | Literal[""] = ""
    with reading() as office:
        known = known_reference(office, reference)
        while True:
            stage = read_case(office, known).state.stage or ""
            if stage in wanted:
                say(f"✓ {known} is {Stage(stage).words}.")
                return Exit.DONE
            if time.monotonic() >= end:
                break
            time.sleep(min(0.2, max(0.0, end - time.monotonic())))
    say(f"{known} is not {until} yet: it is {Stage(stage).words}.")
    return Exit.NOT_YET


def _check_stage(name: str) -> None:
    if name in set(Stage):
        return
    from difflib import get_close_matches

    near = get_close_matches(name, list(Stage), 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise Failure(
        Exit.USAGE, "E-STAGE", f"There is no stage {name!r}.{meant}", (f"Stages: {', '.join(Stage)}",)
    )


def _due(row: dict[str, Any], form: TimeFormat | None) -> str:
    from domain.canonical import instant_from_text

    if row["due_at"] is None:
        return "–"
    left = row["school_days_left"]
    text = show_time(instant_from_text(row["due_at"]), form)
    return f"OVERDUE {-left}d, {text}" if left < 0 else f"{text} ({left}d)"


def _party(owner: str) -> Any:
    from domain.parties import Party

    return Party(owner)


app.command(read, group=_READ)
add_verbs(app)
