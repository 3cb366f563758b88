"""A calendar on the terminal: its terms and holidays, or a month of it day by day."""

from typing import Any

from domain.calendars.own_days import OwnDays
from starter.output import note, say, say_heading, say_table
from starter.views.calendar import CalendarRecord


def say_calendar(record: CalendarRecord, school: str | None, own: OwnDays) -> None:
    """Terms, own days of a school where one is asked for, holidays; what is assumed goes to standard error."""
    content = record.content
    say(f"{content.title.en} ({record.cited}, {content.time_zone}, {content.content_hash()[:12]})")
    whose = [(year.label, "", year.terms) for year in content.years]
    whose += [(own_year.year, own_year.name, own_year.terms) for own_year in content.authorities]
    say_table(
        (
            (label, name, span.name, span.first.isoformat(), span.last.isoformat())
            for label, name, terms in whose
            for term in terms
            for span in (term, *term.breaks)
        ),
        ("YEAR", "AUTHORITY", "WHAT", "FIRST", "LAST"),
    )
    if school is not None:
        say_heading(f"Own days of school {school}:")
        say_table(_own_rows(own), ("WHAT", "FIRST", "LAST", "WHY"))
    coming = [(one.on.isoformat(), one.name) for one in content.holidays.days]
    say_heading("Public holidays:")
    say_table(coming, ("DAY", "HOLIDAY"))
    assumed = [*content.holidays.assumed]
    assumed += [words for year in content.years for words in year.assumed]
    assumed += [f"{own_year.name}: {words}" for own_year in content.authorities for words in own_year.assumed]
    for words in assumed:
        note(f"Assumed: {words}")


def _own_rows(own: OwnDays) -> list[tuple[str, str, str, str]]:
    inset = [("INSET day", day.isoformat(), day.isoformat(), "") for day in own.inset]
    shut = [("closed", one.first.isoformat(), one.last.isoformat(), one.reason) for one in own.closures]
    terms = [
        (f"{one.year} {span.name}", span.first.isoformat(), span.last.isoformat(), "own terms")
        for one in own.years
        for term in one.terms
        for span in (term, *term.breaks)
    ]
    return [*inset, *shut, *terms]


def say_month(days: list[dict[str, Any]]) -> None:
    """Every day, the school days numbered from the first of the month."""
    number = 0
    rows = []
    for row in days:
        number += row["school_day"]
        rows.append(
            (
                row["day"],
                row["weekday"],
                str(number) if row["school_day"] else "–",
                "" if row["why_not"] is None else row["why_not"],
                "provisional" if row["provisional"] else "",
            )
        )
    say_table(rows, ("DAY", "", "SCHOOL DAY", "WHY NOT", ""))
