"""Flags that choose cases, and what they mean in this office."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
from cyclopts import Group, Parameter
from sqlalchemy import select

from activities.business_clock import business_now
from activities.read_models.schema import programme as programme_table
from activities.read_models.schema import school as school_table
from domain.parties import Party
from starter.commands.stages import StageName, check_stage
from starter.completing import areas, programmes, schools
from starter.days import days_from
from starter.failures import Exit, Failure
from starter.moments import read_time
from starter.nearest import did_you_mean, near_school
from starter.reading import Office
from starter.views.case_list import Choice


@Parameter(name="*", group=Group("Which cases", sort_key=2))
@dataclass(frozen=True, kw_only=True)
class Filters:
    """Flags that choose cases: those of which all holds that is given."""

    stage: Annotated[
        tuple[StageName, ...],
        Parameter(
            negative="",
            consume_multiple=False,
            show_default=False,
            help="In this stage, e.g. triage; several may be given, also with commas.",
        ),
    ] = ()
    programme: Annotated[str | None, Parameter(help="Of this programme, e.g. EAS.", completer=programmes)] = (
        None
    )
    route: Annotated[str | None, Parameter(help="By this route, e.g. sip.")] = None
    area: Annotated[str | None, Parameter(help="In this area of support.", completer=areas)] = None
    authority: Annotated[str | None, Parameter(help="Of schools of this authority.")] = None
    school: Annotated[
        str | None, Parameter(help="Of this school, recipient or provider.", completer=schools)
    ] = None
    recipient: Annotated[str | None, Parameter(help="With this recipient school.", completer=schools)] = None
    provider: Annotated[str | None, Parameter(help="With this provider school.", completer=schools)] = None
    waiting_on: Annotated[
        str | None,
        Parameter(
            help=f"Waiting on this party, also in the programme's own words: {', '.join(Party)}.",
        ),
    ] = None
    overdue: Annotated[bool, Parameter(negative="", show_default=False, help="With something overdue.")] = (
        False
    )
    due_before: Annotated[
        str | None,
        Parameter(allow_leading_hyphen=True, help="Due before that day or time: 2026-10-03, today, +2w."),
    ] = None
    open: Annotated[bool, Parameter(negative="", show_default=False, help="Still being dealt with.")] = False
    closed: Annotated[bool, Parameter(negative="", show_default=False, help="No longer dealt with.")] = False
    paused: Annotated[bool, Parameter(negative="", show_default=False, help="Paused.")] = False


def check_filters(typed: Filters) -> None:
    """Raise Failure for what is wrong in any office."""
    if typed.open and typed.closed:
        raise Failure(Exit.USAGE, "E-USAGE", "Give --open or --closed, not both.")
    _stages(typed)
    if typed.due_before is not None:
        read_time("--due-before", typed.due_before)


def choice_of(office: Office, typed: Filters) -> Choice:
    """What the flags mean. Raises Failure (exit 3) for what is the name of nothing here."""
    asks_programmes = typed.programme or typed.route or typed.area or typed.waiting_on is not None
    programmes = _programmes(office) if asks_programmes else {}
    areas = [area["code"] for content in programmes.values() for area in content["areas"]]
    routes = [route["code"] for content in programmes.values() for route in content["routes"]]
    return Choice(
        stages=_stages(typed),
        programme=_one_of("programme", typed.programme and typed.programme.upper(), programmes),
        route=_one_of("route", typed.route, routes),
        area=_one_of("area", typed.area, areas),
        authority=authority_named(office, typed.authority),
        school=_school(office, typed.school),
        recipient=_school(office, typed.recipient),
        provider=_school(office, typed.provider),
        waiting_party=None if typed.waiting_on is None else _party(typed.waiting_on, programmes.values()),
        overdue=typed.overdue,
        due_before=None if typed.due_before is None else _begin(office, typed.due_before),
        open=True if typed.open else False if typed.closed else None,
        paused=typed.paused,
    )


def _stages(typed: Filters) -> tuple[str, ...]:
    return tuple(check_stage(name) for text in typed.stage for name in text.split(","))


def _party(text: str, programmes: Iterable[dict[str, Any]]) -> str:
    """The party by its name or by what a programme calls it in any of its languages. Raises Failure."""
    name = text.strip().lower().replace(" ", "_").replace("-", "_")
    if name in set(Party):
        return name
    called = [
        (party, language, words.casefold())
        for content in programmes
        for party, in_languages in content["vocabulary"].items()
        for language, words in in_languages.items()
        if words
    ]
    found: str | None = next((party for party, _, words in called if words == text.strip().casefold()), None)
    if found is not None:
        return found
    meant = did_you_mean(name, Party) or did_you_mean(text.strip(), [words for _, _, words in called])
    own = [f"{party}: {words}" for party, language, words in called if language == "en"]
    raise Failure(
        Exit.USAGE,
        "E-PARTY",
        f"There is no party {text!r}.{meant}",
        (f"Parties: {', '.join(Party)}", f"Or in words: {'; '.join(dict.fromkeys(own))}"),
    )


def _begin(office: Office, text: str) -> Callable[[str], datetime]:
    """By time zone, the first moment of the day that is meant there, or the moment itself."""

    def begin(zone: str) -> datetime:
        with days_from(business_now(office.settings).astimezone(ZoneInfo(zone))):
            moment = read_time("--due-before", text)
        return moment if isinstance(moment, datetime) else moment.begin(zone)

    return begin


def _programmes(office: Office) -> dict[str, Any]:
    rows = office.connection.execute(select(programme_table.c.code, programme_table.c.content))
    return {row.code: orjson.loads(row.content) for row in rows}


def _one_of(what: str, typed: str | None, known: Iterable[str]) -> str | None:
    names = list(dict.fromkeys(known))
    if typed is None or typed in names:
        return typed
    raise Failure(
        Exit.NOT_FOUND,
        f"E-{what.upper()}",
        f"There is no {what} {typed!r}.{did_you_mean(typed, names)}",
        (f"Known: {', '.join(names) or 'none yet'}",),
        ("brokerage programme list",),
    )


def authority_named(office: Office, typed: str | None) -> str | None:
    """The authority as the register spells it. Raises Failure (exit 3) where no school is of it."""
    if typed is None:
        return None
    names = sorted(set(office.connection.execute(select(school_table.c.authority)).scalars()))
    found: str | None = next((name for name in names if name.casefold() == typed.strip().casefold()), None)
    if found is None:
        raise Failure(
            Exit.NOT_FOUND,
            "E-AUTHORITY",
            f"No school on the register is of an authority {typed!r}.{did_you_mean(typed, names)}",
            (f"Authorities: {', '.join(names) or 'none yet'}",),
            ("brokerage school list",),
        )
    return found


def _school(office: Office, number: str | None) -> str | None:
    if number is None:
        return None
    query = select(school_table.c.number).where(school_table.c.number == number)
    if office.connection.execute(query).scalar() is None:
        raise Failure(
            Exit.NOT_FOUND,
            "E-SCHOOL",
            f"There is no school {number} in the register.{near_school(office, number)}",
            (),
            ("brokerage school list",),
        )
    return number
