"""`brokerage case explain`: how each open due date came to be, day by day."""

from typing import Annotated

from cyclopts import Parameter

from domain.calendars.explain import CountedDay
from domain.programmes import Programme
from starter.back import Back, case_as_it_was, say_look
from starter.completing import references
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean
from starter.output import TimeFormat, say, say_json, say_table, show_time
from starter.reading import reading
from starter.views.case import read_case
from starter.views.explain import ExplainedWait, explain_case, explained_json, turn_words


def explain(
    reference: Annotated[
        str, Parameter(help="Reference of the case, e.g. EAS-K7QX4MZ-R.", completer=references)
    ],
    /,
    *,
    wait: Annotated[str | None, Parameter(help="Only this wait, e.g. scoping or signature.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print it as JSON.")] = False,
    back: Back | None = None,
    time: Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")] = None,
) -> int:
    """Show how each open due date came to be: every day, whether it counted, and why not."""
    with reading() as live, case_as_it_was(live, reference, back or Back()) as (office, known):
        record = read_case(office, known)
        found = _chosen(explain_case(office, record), wait, known)
        if json:
            say_json(explained_json(found))
            return Exit.DONE
        say_look(office, time)
        if not found:
            say(f"{known} waits for nothing that has a due date.")
        for number, one in enumerate(found):
            if number:
                say()
            _say(one, record.programme, time)
    return Exit.DONE


def _chosen(found: list[ExplainedWait], wait: str | None, reference: str) -> list[ExplainedWait]:
    """The waits of that name. Raises Failure (exit 3) where the case has none that is open."""
    if wait is None:
        return found
    wanted = wait.replace("-", "_").replace(" ", "_")
    chosen = [one for one in found if wanted in {one.wait, one.wait.partition(":")[0]}]
    if not chosen:
        names = [one.wait for one in found]
        raise Failure(
            Exit.NOT_FOUND,
            "E-WAIT",
            f"{reference} does not wait for {wait!r}.{did_you_mean(wanted, names)}",
            (f"It waits for: {', '.join(names) or 'nothing'}",),
            (f"brokerage case explain {reference}",),
        )
    return chosen


def _say(one: ExplainedWait, programme: Programme, form: TimeFormat | None) -> None:
    deadline, zone = one.deadline, programme.time_zone
    if deadline.kept_days is not None:
        state = f"paused, {deadline.kept_days} counted days left"
    else:
        due = show_time(deadline.due_at, form, zone)
        state = f"OVERDUE since {due}" if deadline.passed else f"due {due}"
    say(f"{one.what}, from {programme.word(one.owner)}: {state}  ({one.wait})")
    for each in one.turns:
        for words in turn_words(each, zone):
            say(f"  {words}")
        if each.counted is not None:
            say_table((_row(day) for day in each.counted.days), ("  DAY", "", "COUNTED", "WHY NOT"))
    for step in deadline.steps:
        to = f" to {programme.word(step.to)}" if step.to else ""
        say(f"  To come: {step.do}{to}, {show_time(step.at, form, zone)}")


def _row(day: CountedDay) -> tuple[str, str, str, str]:
    due_only = day.number is None and day.why_not is None
    number = "due" if due_only else str(day.number) if day.number else "–"
    return f"  {day.day}", f"{day.day:%a}", number, day.why_not or ""
