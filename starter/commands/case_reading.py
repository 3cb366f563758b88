"""`brokerage case show`, `history` and `wait`: one case, with Temporal or without."""

import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from domain.case.stages import Stage
from domain.parties import Party
from starter.commands.stages import StageName, check_stage
from starter.completing import references
from starter.failures import Exit
from starter.hints import step_line
from starter.output import TimeFormat, say, say_json, say_table, show_time
from starter.reading import known_reference, reading
from starter.views.case import CaseRecord, case_json, read_case, steps_now
from starter.views.timeline import timeline

Reference = Annotated[str, Parameter(help="Reference of the case, e.g. EAS-K7QX4MZ-R.", completer=references)]
Json = Annotated[bool, Parameter(negative="", help="Print JSON.")]
Time = Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")]


def show(reference: Reference, /, *, json: Json = False, time: Time = None) -> int:
    """Show where a case stands, what is awaited, and the next command."""
    with reading() as office:
        record = read_case(office, known_reference(office, reference))
        view = case_json(office, record)
        if json:
            say_json(view)
            return Exit.DONE
        say_table([*_page(view), *_waits(view, record, time), ("Version", str(view["version"]))], ("", ""))
        for number, step in enumerate(steps_now(office, record)):
            say(("Next: " if number == 0 else "  or: ") + step_line(step))
    return Exit.DONE


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


def wait(
    reference: Reference,
    /,
    *,
    until: Annotated[
        StageName,
        Parameter(help="Stage to wait for, e.g. agreed; 'closed' also takes archived."),
    ],
    timeout: Annotated[float, Parameter(help="Seconds to wait at most.")] = 30.0,
) -> int:
    """Wait until a case has reached a stage; exit 10 if it has not in time."""
    until = check_stage(until)
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


def _page(view: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Case", view["reference"]
    yield "Recipient", f"{view['recipient_name']} ({view['recipient']}), {view['authority']}"
    yield "Provider", f"{view['provider_name']} ({view['provider']})" if view["provider"] else "none yet"
    yield "Area", f"{view['area']}, route {view['route']}"
    yield "Stage", view["stage"].replace("_", " ") + (" (paused)" if view["paused"] else "")
    if view["agreement_hash"]:
        signed = ", ".join(view["signed"]).replace("_", " ") or "nobody"
        version, days = view["agreement_version"], view["days_agreed"]
        yield "Agreement", f"version {version}, {days} days, signed by {signed}"
        yield "Text hash", view["agreement_hash"]
    if view["visits"]:
        yield "Days", f"{view['days_counted']} held, {view['days_confirmed']} confirmed"


def _waits(view: dict[str, Any], record: CaseRecord, form: TimeFormat | None) -> Iterator[tuple[str, str]]:
    for item in view["awaited"]:
        words = f"{item['what']} from {record.programme.word(Party(item['owner']))}"
        deadline = record.state.deadline(item["wait"])
        if deadline is not None and deadline.kept_days is None:
            due = show_time(deadline.due_at, form, record.programme.time_zone)
            words += f", {'OVERDUE since' if deadline.passed else 'due'} {due}"
        yield "Awaited", words
