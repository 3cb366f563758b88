"""Calendars in a real log, on both databases: what schools count on, and whom a change wakes."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from activities.health_calendars import check_calendars
from activities.read_models.days import DaysReader
from activities.read_models.facts import FactReader
from activities.read_models.rebuilding import rebuild_rows
from activities.read_models.schema import calendar, calendar_school, wake
from domain.calendars.counting import Days
from domain.calendars.weekdays import WEEKDAYS_1
from domain.ids import stream_key
from domain.programmes.model import Programme
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from tests.activities.builders import ADMIN, NewOffice, Office
from tests.domain.calendars.files import WALES, day, with_holiday

SCHOOL = "6990004"
OTHER = "6990005"
INSET: dict[str, Any] = {"inset": ["2027-01-04"]}


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as own:
        yield own


def set_days(office: Office, school: str = SCHOOL, **days: Any) -> None:
    office.done(ADMIN, "set-school-days", {"school": school, "days": days}, stream="calendar/wales")


def publish_with_holiday(office: Office, on: str) -> None:
    content = with_holiday(WALES, day(on)).model_dump(mode="json")
    office.done(ADMIN, "publish", {"content": content}, stream="calendar/wales")


def days_of(office: Office, school: str | None, programme: str = "EAS") -> Days:
    with office.reading.connect() as connection:
        facts = FactReader(connection)
        rules = facts.programme(programme)
        assert isinstance(rules, Programme)
        return facts.days_of(rules, school)


def woken(office: Office) -> dict[str, int]:
    with office.reading.connect() as connection:
        return {row.reference: row.position for row in connection.execute(select(wake))}


def forget_wakes(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(delete(wake))


def test_each_programme_counts_on_its_own_calendar(office: Office) -> None:
    welsh, filipino = days_of(office, SCHOOL), days_of(office, "900001", "DEPED")
    assert (welsh.calendar, welsh.zone, welsh.school) == ("wales@1", "Europe/London", SCHOOL)
    assert (filipino.calendar, filipino.zone) == ("philippines@1", "Asia/Manila")
    assert welsh.why_not(date(2026, 10, 26), "school_days") == "half term"
    assert filipino.counts(date(2026, 10, 26), "school_days")


def test_a_school_counts_on_its_own_days_and_every_record_is_a_version(office: Office) -> None:
    set_days(office, **INSET)
    assert days_of(office, SCHOOL).why_not(date(2027, 1, 4), "school_days") == "INSET day"
    assert days_of(office, OTHER).counts(date(2027, 1, 4), "school_days")
    assert days_of(office, None).calendar == "wales@2"
    publish_with_holiday(office, "2027-01-05")
    assert days_of(office, OTHER).calendar == "wales@3"
    assert days_of(office, SCHOOL).why_not(date(2027, 1, 5), "school_days") == "extra"
    assert days_of(office, SCHOOL).why_not(date(2027, 1, 4), "school_days") == "INSET day"
    office.check()


def test_without_its_calendar_a_programme_counts_weekdays_and_the_due_date_says_so(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(delete(calendar).where(calendar.c.code == "wales"))
    days = days_of(office, SCHOOL)
    assert days.calendar == WEEKDAYS_1
    assert days.counts(date(2026, 10, 26), "school_days")


def test_a_decision_names_the_calendar_among_what_it_rests_on(office: Office) -> None:
    with office.reading.connect() as connection:
        facts = FactReader(connection)
        rules = facts.programme("EAS")
        assert rules is not None
        before = set(facts.positions)
        facts.days_of(rules, SCHOOL)
        position = connection.execute(select(calendar.c.position).where(calendar.c.code == "wales")).scalar()
        assert set(facts.positions) - before == {position}


def test_the_rows_of_calendars_are_derived_from_the_log_alone(office: Office) -> None:
    set_days(office, **INSET)
    set_days(office, OTHER, closures=[{"first": "2027-01-07", "last": "2027-01-08", "reason": "snow"}])
    with office.engine.begin() as connection:
        before = [tuple(row) for row in connection.execute(select(calendar_school))]
        connection.execute(text("UPDATE calendar_school SET days = '{}'"))
        connection.execute(text("UPDATE calendar SET version = 9"))
    done = rebuild_rows(office.reading, office.engine)
    assert len(done.before.lines) == 4, done.before.lines
    with office.reading.connect() as connection:
        assert [tuple(row) for row in connection.execute(select(calendar_school))] == before
    office.check()


def test_one_reader_reads_each_school_once_and_knows_who_has_nothing(office: Office) -> None:
    set_days(office, **INSET)
    with office.reading.connect() as connection:
        reader = DaysReader(connection)
        reader.look_up("wales", {SCHOOL, OTHER, None})
        assert reader.days_of("wales", "Europe/London", SCHOOL) is reader.days_of(
            "wales", "Europe/London", SCHOOL
        )
        assert reader.days_of("wales", "Europe/London", OTHER).counts(date(2027, 1, 4), "school_days")
        assert reader.days_of("moon", "Europe/London", OTHER).calendar == WEEKDAYS_1


@pytest.mark.parametrize(
    ("today", "statement", "found"),
    [
        ("2026-11-20", "", "✓ Calendars: philippines to 2027-05-31, wales to 2027-08-31."),
        (
            "2027-05-10",
            "",
            "! philippines ends on 2027-05-31: due dates beyond are provisional. Publish its next year:",
        ),
        (
            "2026-11-20",
            "DELETE FROM calendar WHERE code = 'wales'",
            "! EAS counts on wales, which is no calendar on record: weekdays are counted. "
            "Publish it: brokerage calendar publish wales",
        ),
        (
            "2026-11-20",
            "UPDATE programme SET content = replace(content, '\"wales\"', '\"philippines\"') WHERE code = 'EAS'",
            "! EAS is in Europe/London, and its calendar philippines in Asia/Manila. Publish a next version",
        ),
        (
            "2026-11-20",
            "UPDATE programme SET content = replace(content, '\"wales\"', '\"weekdays-1\"') WHERE code = 'EAS'",
            "✓ Calendars: philippines to 2027-05-31, EAS on weekdays.",
        ),
    ],
)
def test_doctor_says_what_programmes_count_on_and_how_far_it_reaches(
    office: Office, today: str, statement: str, found: str
) -> None:
    now = datetime.fromisoformat(f"{today}T12:00+00:00")
    with office.engine.connect() as connection:
        if statement:
            connection.execute(text(statement))
        assert check_calendars(connection, now).line().startswith(found)
        connection.rollback()


def test_a_new_version_wakes_every_case_that_waits_on_it_and_no_other(office: Office) -> None:
    references = {}
    for story in (STORIES[0], DEPED_STORIES[0]):
        office.tell(story, before="triage")
        references[story.programme] = stream_key(office.stream)
    forget_wakes(office)
    publish_with_holiday(office, "2027-01-05")
    last = office.events("calendar/wales")[-1].position
    assert woken(office) == {references["EAS"]: last}


def test_a_later_change_wakes_again_under_the_later_position(office: Office) -> None:
    office.tell(before="triage")
    publish_with_holiday(office, "2027-01-05")
    first = woken(office)
    publish_with_holiday(office, "2027-01-06")
    assert set(woken(office)) == set(first)
    assert min(woken(office).values()) > max(first.values())


def test_days_of_one_school_wake_its_own_cases_only(office: Office) -> None:
    office.tell(before="triage")
    recipient = office.state().recipient
    forget_wakes(office)
    set_days(office, next(n for n in (SCHOOL, OTHER) if n != recipient), **INSET)
    assert woken(office) == {}
    set_days(office, recipient, **INSET)
    assert set(woken(office)) == {stream_key(office.stream)}


def test_a_case_that_waits_for_nothing_is_not_woken(office: Office) -> None:
    office.tell(next(s for s in STORIES if s.steps[-1].verb in {"withdraw", "decline", "signpost"}))
    forget_wakes(office)
    publish_with_holiday(office, "2027-01-05")
    assert woken(office) == {}
