"""`brokerage case show`, `history` and `wait`: one case, with Temporal or without."""

import math
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from domain.canonical import instant_from_text
from domain.case.stages import Stage
from domain.funding.amounts import money_words
from domain.parties import Party
from domain.programmes import Programme
from domain.programmes.model import Language
from starter.back import Back, case_as_it_was, say_look
from starter.commands.stages import StageName, check_stage
from starter.completing import references
from starter.failures import Exit, Failure
from starter.hints import step_line
from starter.numbers import seconds
from starter.output import TimeFormat, choose_fields, say, say_json, say_table, show_time
from starter.reading import Office, known_reference, reading
from starter.rows import Column, RowOptions, say_line, say_rows
from starter.views.case import CaseRecord, case_json, read_case, steps_now
from starter.views.timeline import ENTRY_FIELDS, timeline

Reference = Annotated[str, Parameter(help="Reference of the case, e.g. EAS-K7QX4MZ-R.", completer=references)]
Time = Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")]


def show(
    reference: Reference,
    /,
    *,
    json: Annotated[
        str | None, Parameter(help="Print JSON: --json for every field, --json=a,b for some.")
    ] = None,
    back: Back | None = None,
    watch: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Show it again at each change; off a terminal, print new events as JSON lines.",
        ),
    ] = False,
    time: Time = None,
) -> int:
    """Show where a case stands, what is awaited, and the next command."""
    moment = back or Back()
    if watch:
        from starter.watching import watch_log

        watch_log(
            lambda office: _show(office, known_reference(office, reference), time),
            lambda office, seen: _tell(office, known_reference(office, reference), seen),
            back=moment,
            lines=json is not None,
        )
    with reading() as live, case_as_it_was(live, reference, moment) as (office, known):
        if json is None:
            _show(office, known, time)
            return Exit.DONE
        view = case_json(office, read_case(office, known))
        say_json(choose_fields([view], "" if json == "all" else json, tuple(view))[0])
    return Exit.DONE


def history(
    reference: Reference,
    /,
    *,
    output: RowOptions | None = None,
    back: Back | None = None,
    deadlines: Annotated[bool, Parameter(negative="", help="Show each deadline that was set, too.")] = False,
    language: Annotated[
        Language, Parameter(help="Tell it in a language of the programme: cy, en or fil.")
    ] = "en",
    time: Time = None,
) -> int:
    """Show what happened in a case, in order, by whom."""
    chosen = output or RowOptions()
    chosen.fields(ENTRY_FIELDS)
    with reading() as live, case_as_it_was(live, reference, back or Back()) as (office, known):
        record = read_case(office, known)
        _check_language(record.programme, language)
        entries = list(timeline(office, record, language))
        if chosen.for_programs:
            say_rows([entry.as_json() for entry in entries], ENTRY_FIELDS, chosen, ())
            return Exit.DONE
        say_look(office, time)
        shown = [e.as_json() | {"who": e.who} for e in entries if deadlines or not e.deadline]
        say_rows(shown, ENTRY_FIELDS, chosen, _history_table(time, record.programme.time_zone))
    return Exit.DONE


def _check_language(programme: Programme, language: Language) -> None:
    """Raises Failure (exit 2) where the programme does not write in that language."""
    if language not in programme.languages:
        known = ", ".join(sorted(programme.languages))
        raise Failure(
            Exit.USAGE, "E-VALUE", f"{programme.code} does not write in {language}; it writes in {known}."
        )


def wait(
    reference: Reference,
    /,
    *,
    until: Annotated[
        StageName,
        Parameter(help="Stage to wait for, e.g. agreed; 'closed' also takes archived."),
    ],
    timeout: Annotated[float, Parameter(converter=seconds, help="Seconds to wait at most.")] = 30.0,
) -> int:
    """Wait until a case has reached a stage; exit 10 if it has not in time."""
    until = check_stage(until)
    if not 0 <= timeout < math.inf:
        raise Failure(Exit.USAGE, "E-VALUE", "--timeout must be a number of seconds, at least 0.")
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


def _show(office: Office, reference: str, time: TimeFormat | None) -> None:
    record = read_case(office, reference)
    view = case_json(office, record)
    say_look(office, time)
    say_table(
        [*_page(view, record.programme), *_waits(view, record, time), ("Version", str(view["version"]))],
        ("", ""),
    )
    if office.looks:
        return  # what could be done then is of no use now
    for number, step in enumerate(steps_now(office, record)):
        say(("Next: " if number == 0 else "  or: ") + step_line(step))


def _tell(office: Office, reference: str, seen: int | None) -> None:
    """The events past that position, a line of JSON each."""
    if seen is None:
        return
    for entry in timeline(office, read_case(office, reference)):
        if entry.position > seen:
            say_line(entry.as_json())


def _history_table(time: TimeFormat | None, zone: str) -> tuple[Column, ...]:
    return (
        Column("version", "#", lambda row: str(row["version"])),
        Column(
            "occurred_at", "WHEN", lambda row: show_time(instant_from_text(row["occurred_at"]), time, zone)
        ),
        Column("person", "WHO", lambda row: row["who"]),
        Column("sentence", "WHAT", lambda row: row["sentence"]),
    )


def _page(view: dict[str, Any], programme: Programme) -> Iterator[tuple[str, str]]:
    yield "Case", f"{view['reference']}, {programme.title.en}"
    recipient = f"{view['recipient_name']} ({view['recipient']})"
    yield (
        _label(programme.noun("recipient")),
        f"{recipient}, {programme.noun('authority')} {view['authority']}",
    )
    provider = f"{view['provider_name']} ({view['provider']})" if view["provider"] else "none yet"
    yield _label(programme.noun("provider")), provider
    yield "Area", f"{view['area']}, route {view['route']}"
    yield "Stage", view["stage"].replace("_", " ") + (" (paused)" if view["paused"] else "")
    if view["network"]:
        places = f", places: {view['places']}" if view["places"] else ""
        yield "Network", view["network"] + places
    if view["plan"]:
        yield "Assessed from", view["plan"]
    if view["agreement_hash"]:
        signed = ", ".join(programme.word(Party(party)) for party in view["signed"]) or "nobody"
        version, days = view["agreement_version"], view["days_agreed"]
        yield _label(programme.noun("agreement")), f"version {version}, {days} days, signed by {signed}"
        yield "Text hash", view["agreement_hash"]
        for party in (Party.PROVIDER_LEAD, Party.RECIPIENT_LEAD):
            yield _label(programme.word(party)), view[party.value]
    if view["visits"]:
        yield "Days", f"{view['days_counted']} held, {view['days_confirmed']} confirmed"
    if view["money"]:
        yield from _money(view["money"])


def _money(money: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is promised and paid, each amount that is not nothing."""
    funds = " and ".join(f"{share['fund']}.{share['year']}" for share in money["shares"])
    named = ("reserved", "committed", "claimed", "paid", "advanced", "liquidated", "returned", "written_off")
    amounts = [
        f"{money_words(money[name], money['currency'])} {name.replace('_', ' ')}"
        for name in named
        if money[name]
    ]
    settled = "; settled" if money["settled"] else ""
    yield "Money", f"{', '.join(amounts) or 'nothing is promised'} ({funds}){settled}"


def _label(noun: str) -> str:
    return noun[:1].upper() + noun[1:]


def _waits(view: dict[str, Any], record: CaseRecord, form: TimeFormat | None) -> Iterator[tuple[str, str]]:
    for item in view["awaited"]:
        words = f"{item['what']} from {record.programme.word(Party(item['owner']))}"
        deadline = record.state.deadline(item["wait"])
        if deadline is not None and deadline.kept_days is None:
            due = show_time(deadline.due_at, form, record.programme.time_zone)
            words += f", {'OVERDUE since' if deadline.passed else 'due'} {due}"
        yield "Awaited", words
