"""`brokerage report accomplishment` and `report division`: what was done in a case, and in a division's year."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from cyclopts import Parameter

from domain.case.terms import names_a_year
from domain.funding.amounts import money_words
from domain.parties import Party
from domain.programmes.model import Programme
from starter.commands.case_filters import authority_named
from starter.commands.programme_names import known_programme
from starter.completing import programmes, references
from starter.failures import Exit, Failure
from starter.output import note, say_heading, say_json, say_table
from starter.reading import Office, known_reference, reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.accomplishment import accomplishment as accomplishment_of
from starter.views.case import read_case
from starter.views.division import MODE_FIELDS, PAIR_FIELDS, YEAR_FIELDS, DivisionYear
from starter.views.division_names import names_since, programmes_of
from starter.years import check_year

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
    say_table(_modes(found["work_modes"]), _MODES)
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
    rows: Annotated[
        Literal["division", "pair", "work-mode"],
        Parameter(
            help="What a row of --json, --jsonl or --csv is: the division, a pair, or a way of working."
        ),
    ] = "division",
    output: RowOptions | None = None,
) -> int:
    """Show a division's year: its pairs of schools, what was done and reviewed, what was paid and accounted for.

    A pair belongs to the year in which its agreement begins, or from which help was wanted; so does its money.
    """
    chosen = output or RowOptions()
    fields = _FIELDS[rows]
    chosen.fields(fields)
    with reading() as office:
        rules = known_programme(office, programme)
        known = check_year("--year", year, rules)
        found = DivisionYear(office, rules, _division_of(office, authority, rules, known), known)
    if chosen.for_programs:
        made = {"division": lambda: [found.whole()], "pair": found.pairs, "work-mode": found.work_modes}
        say_rows(made[rows](), fields, chosen, ())
        return Exit.DONE
    say_table(list(_year_lines(found.whole(), found.stages(), rules)), ("", ""))
    say_heading("Activities:")
    say_table(_modes(found.work_modes()), _MODES)
    say_heading("Pairs:")
    say_rows(found.pairs(), PAIR_FIELDS, RowOptions(), _PAIRS, spare=5)
    return Exit.DONE


def _division_of(office: Office, typed: str, rules: Programme, year: str) -> str:
    """The authority as the register spells it. Raises Failure (exit 3) where its schools are of other programmes only."""
    name = _division_named(office, typed)
    theirs = programmes_of(office, name)
    if not theirs or rules.code in theirs:
        return name
    others = sorted(theirs)
    raise Failure(
        Exit.NOT_FOUND,
        "E-AUTHORITY",
        f"No school of {name} takes part in {rules.code}: they are of {', '.join(others)}.",
        (),
        tuple(
            f"brokerage report division --authority {shlex.quote(name)} --programme {code} --year "
            + (year if names_a_year(known, year) else "…")
            for code in others
            if (known := office.facts.programme(code)) is not None
        ),
    )


def _division_named(office: Office, typed: str) -> str:
    """The authority as the register spells it now, also where it is asked for by an earlier name. Raises Failure."""
    since = sorted(names_since(office, typed))
    if len(since) > 1:
        raise Failure(
            Exit.NOT_FOUND,
            "E-AUTHORITY",
            f"No school on the register is of {typed!r} any more; its cases count to {', '.join(since)}.",
            ("Ask for one of these.",),
        )
    if since:
        note(f"{typed} is {since[0]} on the register now.")
        return since[0]
    return authority_named(office, typed) or typed


_FIELDS: Final = {"division": YEAR_FIELDS, "pair": PAIR_FIELDS, "work-mode": MODE_FIELDS}


def _money_column(name: str, header: str) -> Column:
    return Column(name, header, lambda row: _amount(row[name]))


_PAIRS: Final = (
    Column("reference", "CASE", lambda row: row["reference"]),
    Column("provider", "PROVIDER", lambda row: row["provider_name"] or row["provider"] or "none yet"),
    Column("recipient", "RECIPIENT", lambda row: row["recipient_name"] or row["recipient"]),
    Column("stage", "STAGE", lambda row: row["stage"].replace("_", " ")),
    Column("days_confirmed", "DAYS CONFIRMED", lambda row: row["days_confirmed"]),
    _money_column("advanced", "RELEASED"),
    _money_column("liquidated", "LIQUIDATED"),
    _money_column("returned", "RETURNED"),
    _money_column("written_off", "WRITTEN OFF"),
    Column("liquidation_per_mille", "RATE", lambda row: _share(row["liquidation_per_mille"])),
)


def _modes(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [(one["title"], str(one["visits"]), one["days_counted"], one["days_confirmed"]) for one in rows]


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
        money = money_words(found["agreed_minor"], found["currency"])
        yield (
            _capital(programme.noun("agreement")),
            f"{found['days_agreed']} days from {found['start']} to {found['end']}, {money}",
        )
    yield from _money(found)
    for one in found["assistance"]:
        yield "Assistance", f"{one['on']}, by the {one['given_by']}"
    yield "Stage", found["stage"].replace("_", " ") + (f": {found['outcome']}" if found["outcome"] else "")


def _year_lines(
    found: dict[str, Any], by_stage: Mapping[str, int], programme: Programme
) -> Iterator[tuple[str, str]]:
    yield "Programme", f"{programme.title.en} ({programme.code})"
    yield _capital(programme.noun("authority")), f"{found['authority']}, {found['year']}"
    yield "Designated", f"{found['designated']} {programme.noun('provider')}s"
    stages = ", ".join(f"{number} {stage}" for stage, number in by_stage.items())
    yield "Pairs", f"{found['pairs']}" + (f": {stages}" if stages else "")
    yield "Oriented", str(found["oriented"])
    yield "In force or done", str(found["agreements"])
    yield "Days", f"{found['days_counted']} held, {found['days_confirmed']} confirmed"
    yield "Reviewed", f"{found['reviewed_by_both']} by both sides, {found['validated']} validated"
    outcomes = {
        words: found[words.replace(" ", "_")] for words in ("met", "partly met", "not met", "not assessable")
    }
    if any(outcomes.values()):
        yield "Outcomes", ", ".join(f"{number} {words}" for words, number in outcomes.items() if number)
    yield from _money(found)
    if (goal := found["liquidation_goal_per_mille"]) is not None and found["to_goal"] is not None:
        yield "Goal", f"{_share(goal)} liquidated: {_way_to_goal(found)}"


def _way_to_goal(found: dict[str, Any]) -> str:
    """Also whether there is one: what was written off is never accounted for any more."""
    missing, left = found["to_goal"], found["unaccounted"]
    if not missing:
        return "reached"
    if missing <= left:
        return f"{_amount(missing)} more are to be accounted for"
    return f"not reached any more: {_amount(missing)} are missing, {_amount(left)} can still be accounted for"


def _money(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was paid, in advance or on claims, and what became of it; nothing where nothing was."""
    currency = found["currency"]
    if found["advanced"]:
        given_up = f", {_amount(found['written_off'])} written off" if found["written_off"] else ""
        yield (
            "Money",
            f"{money_words(found['advanced'], currency)} released, {_amount(found['liquidated'])} liquidated, "
            f"{_amount(found['returned'])} returned{given_up}",
        )
        yield "Liquidation rate", _share(found["liquidation_per_mille"])
    elif found["claimed"] or found["paid"]:
        yield "Money", f"{money_words(found['claimed'], currency)} claimed, {_amount(found['paid'])} paid"


def _amount(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02d}"


def _share(per_mille: int | None) -> str:
    return "–" if per_mille is None else f"{per_mille / 10:g} %"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
