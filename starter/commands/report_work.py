"""`brokerage report accomplishment` and `report division`: what was done in a case, and in a division's year."""

from collections.abc import Iterator
from typing import Annotated, Any

from cyclopts import Parameter

from domain.parties import Party
from domain.programmes.model import Programme
from starter.commands.case_filters import authority_named
from starter.commands.programme_names import known_programme
from starter.completing import programmes, references
from starter.failures import Exit
from starter.output import say_heading, say_json, say_table
from starter.reading import known_reference, reading
from starter.views.accomplishment import accomplishment as accomplishment_of
from starter.views.case import read_case
from starter.views.division import division_year

_Json = Annotated[bool, Parameter(negative="", help="Print it as JSON.")]
_MODES = ("WAY OF WORKING", "VISITS", "DAYS HELD", "DAYS CONFIRMED")


def accomplishment(
    reference: Annotated[str, Parameter(help="Reference of the case.", completer=references)],
    /,
    *,
    json: _Json = False,
) -> int:
    """Show what was done in a case: visits by way of working, ratings of each side, help from above.

    Texts of people stay sealed; 'brokerage case read' opens them for those who may.
    """
    with reading() as office:
        record = read_case(office, known_reference(office, reference))
        found = accomplishment_of(record, office.school_names())
    if json:
        say_json(found)
        return Exit.DONE
    say_table(list(_lines(found, record.programme)), ("", ""))
    say_heading("Activities:")
    say_table(_modes(found), _MODES)
    say_heading("Objectives:")
    say_table(
        [
            (
                str(one["objective"]),
                str(one["visits"]),
                *(one[side] or "–" for side in ("rated_by_recipient", "rated_by_provider", "validated")),
            )
            for one in found["objectives"]
        ],
        ("OBJECTIVE", "VISITS", "RECIPIENT", "PROVIDER", "VALIDATED"),
    )
    return Exit.DONE


def division(
    *,
    authority: Annotated[str, Parameter(help="Name of the division or authority. (required)")],
    year: Annotated[str, Parameter(help="Financial year of the programme: 2026, or 2026-27. (required)")],
    programme: Annotated[str, Parameter(help="Programme, e.g. DEPED.", completer=programmes)] = "DEPED",
    json: _Json = False,
) -> int:
    """Show a division's year: its pairs of schools, where they stand, what was done and reviewed.

    A pair belongs to the year in which its agreement begins, or from which help was wanted.
    """
    with reading() as office:
        rules = known_programme(office, programme)
        found = division_year(office, rules, authority_named(office, authority) or authority, year)
    if json:
        say_json(found)
        return Exit.DONE
    say_table(list(_year_lines(found, rules)), ("", ""))
    say_heading("Activities:")
    say_table(_modes(found), _MODES)
    say_heading("Pairs:")
    say_table(
        [
            (
                one["reference"],
                one["provider_name"] or one["provider"] or "none yet",
                one["recipient_name"] or one["recipient"],
                one["stage"].replace("_", " "),
                one["days_confirmed"],
            )
            for one in found["pairs"]
        ],
        ("CASE", "PROVIDER", "RECIPIENT", "STAGE", "DAYS CONFIRMED"),
    )
    return Exit.DONE


def _modes(found: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (one["title"], str(one["visits"]), one["days_counted"], one["days_confirmed"])
        for one in found["work_modes"]
    ]


def _lines(found: dict[str, Any], programme: Programme) -> Iterator[tuple[str, str]]:
    yield "Case", f"{found['reference']}, {programme.title.en}, {found['year']}"
    for side in ("provider", "recipient"):
        lead = found[f"{side}_lead"]
        word = programme.word(Party.PROVIDER_LEAD if side == "provider" else Party.RECIPIENT_LEAD)
        named = f"; {word}: {lead}" if lead else ""
        name = f"{found[f'{side}_name']} ({found[side]})" if found[side] else "none yet"
        yield _capital(programme.noun("provider" if side == "provider" else "recipient")), name + named
    yield _capital(programme.noun("authority")), found["authority"]
    yield "Area", found["area_title"]
    if found["oriented_on"]:
        yield "Oriented", ", ".join(found["oriented_on"])
    if found["plan"]:
        yield "Assessed from", found["plan"]
    if found["start"]:
        money = f"{found['agreed_minor'] // 100:,}.{found['agreed_minor'] % 100:02d} {found['currency']}"
        yield (
            _capital(programme.noun("agreement")),
            f"{found['days_agreed']} days from {found['start']} to {found['end']}, {money}",
        )
    for one in found["assistance"]:
        yield "Assistance", f"{one['on']}, by the {one['given_by']}"
    yield "Stage", found["stage"].replace("_", " ") + (f": {found['outcome']}" if found["outcome"] else "")


def _year_lines(found: dict[str, Any], programme: Programme) -> Iterator[tuple[str, str]]:
    yield _capital(programme.noun("authority")), f"{found['authority']}, {found['year']}"
    stages = ", ".join(f"{number} {stage.replace('_', ' ')}" for stage, number in found["stages"].items())
    yield "Pairs", f"{len(found['pairs'])}" + (f": {stages}" if stages else "")
    yield "Oriented", str(found["oriented"])
    yield "In force or done", str(found["agreements"])
    yield "Days", f"{found['days_counted']} held, {found['days_confirmed']} confirmed"
    yield "Reviewed", f"{found['reviewed_by_both']} by both sides, {found['validated']} validated"
    if found["outcomes"]:
        yield "Outcomes", ", ".join(f"{number} {outcome}" for outcome, number in found["outcomes"].items())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
