"""`brokerage case match`: who could help, in which order and why; with --score it is put on record."""

from typing import Annotated, Any

from cyclopts import Parameter

from domain.calendars.half_terms import period_words
from domain.case.commands import Match
from domain.ids import case_stream
from domain.programmes.model import Language
from domain.text.voice import Voice
from starter.back import Back, case_as_it_was, say_look
from starter.commands.provider_find import no_school
from starter.commands.writing import Order, WriteOptions, carry_out
from starter.completing import references, schools
from starter.failures import Exit, Failure
from starter.numbers import whole_number
from starter.output import say, say_json, show_time
from starter.reading import Office, known_reference, reading
from starter.views.case import CaseRecord, read_case
from starter.views.ranking import Ranked, ranking_json, ranking_of, voice_of

Entry = dict[str, Any]


def match(
    reference: Annotated[
        str, Parameter(help="Reference of the case, e.g. EAS-K7QX4MZ-R.", completer=references)
    ],
    /,
    *,
    score: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Rank the schools now and put the ranking on record."
        ),
    ] = False,
    why: Annotated[
        str | None, Parameter(help="Only this school: its place, or why it was left out.", completer=schools)
    ] = None,
    top: Annotated[
        int, Parameter(converter=whole_number, help="For how many schools every reason is told.")
    ] = 5,
    language: Annotated[
        Language, Parameter(help="Tell it in a language of the programme: cy, en or fil.")
    ] = "en",
    back: Back | None = None,
    options: WriteOptions | None = None,
) -> int:
    """Show who could help, in which order and why; reading needs no key and no Temporal."""
    chosen, moment = options or WriteOptions(), back or Back()
    if score:
        if moment.given or why is not None:
            raise Failure(Exit.USAGE, "E-USAGE", "--score ranks as of now: leave --why and --as-of out.")
        with reading() as office:
            known = known_reference(office, reference)
            sent = carry_out(office, Order(Match.verb, lambda _key: case_stream(known), {}, chosen))
        if chosen.json or chosen.dry_run:
            return sent
    with reading() as live, case_as_it_was(live, reference, moment) as (office, known):
        record = read_case(office, known)
        ranked = ranking_of(office, record)
        voice = voice_of(office, record, language)
        shown = ranking_json(ranked, known, voice, office.school_names())
        if why is not None:
            shown = _only(office, shown, why)
        if chosen.json:
            say_json(shown)
            return Exit.DONE
        say_look(office, None)
        _say(record, ranked, shown, voice, None if why else top)
    return Exit.DONE


def _only(office: Office, shown: dict[str, Any], number: str) -> dict[str, Any]:
    """The ranking with that school alone. Raises Failure (exit 3) where nobody looked at it, or there is none."""
    found = {
        key: [entry for entry in shown[key] if entry["school"] == number]
        for key in ("candidates", "excluded")
    }
    if not found["candidates"] and not found["excluded"]:
        if number not in office.school_names():
            raise no_school(office, number)
        raise Failure(
            Exit.NOT_FOUND,
            "E-SCHOOL",
            f"School {number} was not looked at: it was neither designated nor offered anything then.",
            (),
            (f"brokerage provider show {number}",),
        )
    return shown | found


def _say(record: CaseRecord, ranked: Ranked, shown: dict[str, Any], voice: Voice, top: int | None) -> None:
    """A line for each school, with the reasons of the first `top`, or of all."""
    zone = record.programme.time_zone
    when = show_time(ranked.at, None, zone)
    where = f"event {ranked.number}" if ranked.number else "not on record"
    terms = f"{period_words(shown['half_terms'][0])} to {period_words(shown['half_terms'][-1])}"
    say(
        f"{shown['reference']}: ranked {when} by version {shown['programme_version']} of {record.programme.code}, "
        f"for {shown['days']} days in {terms}; {where}."
    )
    for entry in shown["candidates"]:
        wished = ", which the school has in mind" if entry["preferred"] else ""
        say(f"{entry['rank']:>3}. {_named(entry)}: {entry['points']} points{wished}")
        if top is None or entry["rank"] <= top:
            _say_lines(entry, voice)
    for number, entry in enumerate(shown["excluded"]):
        if number == 0:
            say("Left out:")
        say(f"  –  {_named(entry)}: {entry['sentence']}")
    if ranked.number is None:
        say(f"To put it on record: brokerage case match {shown['reference']} --score")


def _say_lines(entry: Entry, voice: Voice) -> None:
    for line in entry["lines"]:
        criterion = voice.words.criteria[line["criterion"]]
        say(f"       {criterion} {line['points']} of {line['of']}: {line['sentence']}")


def _named(entry: Entry) -> str:
    return f"{entry['name']} ({entry['school']})" if entry["name"] else entry["school"]
