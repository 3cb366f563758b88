"""`brokerage provider find` and `show`: who can offer what, and the days they have left. Read without a key."""

from collections import Counter
from datetime import date
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from activities.read_models.providers import ProviderReader, Seeking
from domain.calendars.half_terms import order_of, period_words, periods_from, periods_of_year
from domain.case.candidates import AHEAD, rested_since
from domain.case.situation import SchoolFact
from domain.case.values import days_words, quarter_days
from domain.matching.filters import ALL_AGE, Wanted, exclusion
from domain.matching.provider import Provider
from domain.matching.travel import place, travel_minutes
from domain.programmes import Programme
from domain.text.voice import Voice
from starter.commands.programme_names import known_programme, programme_code
from starter.completing import areas as known_areas
from starter.completing import programmes, schools
from starter.days import days_from, read_day
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean, near_school
from starter.output import note, say_json, say_table
from starter.reading import Office, reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.case_list import now_in

FIELDS = (
    "school", "name", "authority", "phase", "languages", "designated_until", "minutes", "free_days", "half_terms", "free",
)  # fmt: skip
"""`free` are the days left in each of the `half_terms`, in their order; `free_days` those of all of them.
`designated_until` is the last day of the designation in force, on which another may follow.
"""


def find(
    *,
    area: Annotated[str, Parameter(help="Area of support, e.g. numeracy.", completer=known_areas)],
    phase: Annotated[
        Literal["nursery", "primary", "middle", "secondary", "special"] | None,
        Parameter(help="Phase the support is for."),
    ] = None,
    language: Annotated[
        Literal["cy", "en", "fil"] | None, Parameter(help="Language it must be given in.")
    ] = None,
    from_: Annotated[
        str | None,
        Parameter(
            name="--from", allow_leading_hyphen=True, help="Day from which; today if not given. E.g. +6w."
        ),
    ] = None,
    days: Annotated[
        str | None, Parameter(help="Days that must be free in the four half terms from then on, e.g. 4.")
    ] = None,
    near: Annotated[
        str | None,
        Parameter(help="Number of the school that needs help: the nearest come first.", completer=schools),
    ] = None,
    programme: Annotated[str, Parameter(help="Programme code.", completer=programmes)] = "EAS",
    output: RowOptions | None = None,
) -> int:
    """Find who could help in an area, with the days each has left by half term."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        rules = known_programme(office, programme_code(programme))
        if rules.area(area) is None:
            codes = [each.code for each in rules.areas]
            raise Failure(
                Exit.NOT_FOUND, "E-AREA", f"{rules.code} has no area {area!r}.{did_you_mean(area, codes)}",
                (f"Its areas: {', '.join(codes)}",),
            )  # fmt: skip
        now = now_in(office, rules.code)
        today = now.date()
        with days_from(now):
            start = max(today, _day(from_)) if from_ else today
        needed = _quarters(days)
        periods = periods_from(office.facts.days_of(rules, None).period_of(start), AHEAD)
        pool = ProviderReader(office.connection).pool(Seeking(rules, recipient=near))
        facts = office.facts.schools([*pool, *([near] if near else [])], today)
        recipient = _recipient(office, facts, near)
        wanted = Wanted(
            reference="", recipient=recipient, area=area, phase=phase or ALL_AGE, language=language or "either",
            quarter_days=needed, periods=periods, year=periods_of_year(rules.financial_year, periods[0]),
            today=start, rested_on=rested_since(rules, start),
        )  # fmt: skip
        rows, left_out = [], Counter[str]()
        for number, provider in pool.items():
            out = exclusion(provider, facts.get(number), wanted)
            if out is not None:
                left_out[out.code] += 1
                continue
            rows.append(_row(provider, facts[number], recipient, wanted))
    rows.sort(key=lambda row: (row["minutes"] is None, row["minutes"] or 0, -row["quarters"], row["school"]))
    say_rows(rows, FIELDS, chosen, _table(periods, near))
    if not chosen.for_programs and any(not row["languages"] for row in rows):
        note(
            "Schools marked 'no offer' suit only a case for which the language does not matter, until what they offer "
            "is recorded: brokerage provider import offers.csv"
        )
    if not chosen.for_programs and left_out:
        reasons = ", ".join(f"{code} {count}" for code, count in sorted(left_out.items()))
        note(f"{left_out.total()} left out: {reasons}.")
    return Exit.DONE


def show(
    school: Annotated[str, Parameter(help="Number of the school.", completer=schools)],
    /,
    *,
    programme: Annotated[str, Parameter(help="Programme code.", completer=programmes)] = "EAS",
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print it as JSON.")] = False,
) -> int:
    """Show what is on record of a school as a provider, and which cases take its days."""
    with reading() as office:
        rules = known_programme(office, programme_code(programme))
        today = now_in(office, rules.code).date()
        fact = office.facts.schools([school], today).get(school)
        if fact is None:
            raise no_school(office, school)
        provider = ProviderReader(office.connection).pool(Seeking(rules), [school])[school]
        periods = periods_from(office.facts.days_of(rules, None).period_of(today), 2 * AHEAD)
        voice = Voice(rules, office.school_names())
        view = _view(provider, fact, rules, periods, today)
    if json:
        say_json(view)
        return Exit.DONE
    say_table(_page(view, voice), ("", ""))
    say_table(
        (
            (period_words(row["half_term"]), row["declared"], row["free"], row["taken_by"])
            for row in view["half_terms"]
        ),
        ("HALF TERM", "DECLARED", "FREE", "TAKEN BY"),
    )
    return Exit.DONE


def _row(provider: Provider, fact: SchoolFact, recipient: SchoolFact, wanted: Wanted) -> dict[str, Any]:
    free = {period: provider.free(period) for period in wanted.periods}
    here, there = place(recipient.latitude, recipient.longitude), place(fact.latitude, fact.longitude)
    designation = provider.designation(wanted.today)
    until = designation.until if designation else None
    return {
        "school": provider.number,
        "name": fact.name,
        "authority": fact.authority,
        "phase": fact.phase,
        "languages": sorted(provider.languages(wanted.area)),
        "designated_until": until.isoformat() if until else None,
        "minutes": travel_minutes(here, there) if here and there else None,
        "free_days": days_words(sum(free.values())),
        "half_terms": list(free),
        "free": [days_words(quarters) for quarters in free.values()],
        "quarters": sum(free.values()),
    }


def _table(periods: tuple[str, ...], near: str | None) -> tuple[Column, ...]:
    def free_in(place: int) -> Column:
        return Column(periods[place], period_words(periods[place]).upper(), lambda row: row["free"][place])

    minutes = Column(
        "minutes", "MINUTES (EST.)", lambda row: "?" if row["minutes"] is None else str(row["minutes"])
    )
    return (
        Column("school", "SCHOOL", lambda row: row["school"]),
        Column("name", "NAME", lambda row: row["name"]),
        Column("phase", "PHASE", lambda row: row["phase"]),
        Column("languages", "LANGUAGES", lambda row: " ".join(row["languages"]) or "no offer"),
        *((minutes,) if near else ()),
        *(free_in(place) for place in range(len(periods))),
    )


def _view(
    provider: Provider, fact: SchoolFact, rules: Programme, periods: tuple[str, ...], today: date
) -> dict[str, Any]:
    designation, inspection = provider.designation(today), provider.inspection
    if inspection is not None and today >= inspection.free_from:
        inspection = None
    taken = sorted({use.period for use in provider.uses} | set(periods), key=order_of)
    return {
        "school": provider.number,
        "name": fact.name,
        "programme": rules.code,
        "designated_for": sorted(designation.areas) if designation else [],
        "designated_since": designation.since.isoformat() if designation else None,
        "designated_until": designation.until.isoformat() if designation and designation.until else None,
        "designations": [
            {
                "areas": sorted(one.areas),
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
            }
            for one in provider.designations
        ],
        "suspended": provider.suspended,
        "inspection_since": inspection.since.isoformat() if inspection else None,
        "inspection_until": inspection.until.isoformat() if inspection else None,
        "inspection_free_from": inspection.free_from.isoformat() if inspection else None,
        "offers": {area: list(languages) for area, languages in sorted(provider.offers.items())},
        "half_terms": [
            {
                "half_term": period,
                "declared": days_words(provider.declared(period)),
                "free": days_words(provider.free(period)),
                "taken_by": ", ".join(
                    f"{use.reference} ({days_words(use.taken)})"
                    for use in provider.uses
                    if use.period == period
                ),
            }
            for period in taken
        ],
    }


def _page(view: dict[str, Any], voice: Voice) -> list[tuple[str, str]]:
    offers = [f"{voice.area(area)} ({' '.join(given)})" for area, given in view["offers"].items()]
    page = [
        ("Provider", f"{view['name']} ({view['school']}), {view['programme']}"),
        *(("Designated for", _designated(one, voice)) for one in view["designations"]),
        *(() if view["designations"] else (("Designated for", "nothing"),)),
        ("Offers", ", ".join(offers) or "nothing"),
    ]
    if view["suspended"]:
        page.append(("Suspended", voice.code("suspension", view["suspended"])))
    if view["inspection_since"]:
        page += [
            ("Inspection", f"notice on {view['inspection_since']}, visit until {view['inspection_until']}"),
            ("Asked again", f"from {view['inspection_free_from']} on"),
        ]
    return page


def _designated(span: dict[str, Any], voice: Voice) -> str:
    areas = ", ".join(voice.area(area) for area in span["areas"])
    return f"{areas}, from {span['since']}" + (f" to {span['until']}" if span["until"] else "")


def _recipient(office: Office, facts: dict[str, SchoolFact], near: str | None) -> SchoolFact:
    """The school that needs help; a school of no place where none is named. Raises Failure (exit 3)."""
    if near is None:
        return SchoolFact(number="", name="", open=True, authority="", phase=ALL_AGE, federation=None)
    if near not in facts:
        raise no_school(office, near)
    return facts[near]


def no_school(office: Office, number: str) -> Failure:
    """That no such school is in the register, with the nearest that is."""
    meant = near_school(office, number)
    return Failure(
        Exit.NOT_FOUND,
        "E-SCHOOL",
        f"School {number} is not in the register.{meant}",
        (),
        ("brokerage school list",),
    )


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(read_day(typed))
    except ValueError:
        raise Failure(
            Exit.USAGE, "E-VALUE", "--from must be a day such as 2026-11-20, today or +3w."
        ) from None


def _quarters(typed: str | None) -> int:
    if typed is None:
        return 0
    try:
        found = int(quarter_days(typed))
    except ValueError:
        raise Failure(Exit.USAGE, "E-VALUE", "--days must be days in quarters, such as 4 or 4.25.") from None
    if not 0 < found <= 800:
        raise Failure(Exit.USAGE, "E-VALUE", "--days must be above 0 and at most 200.")
    return found
