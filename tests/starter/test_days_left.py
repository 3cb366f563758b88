"""Days left are those of the school that is waited for, in the unit in which the wait is counted."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.ids import stream_key
from tests.activities.builders import ADMIN, NewOffice, Office
from tests.starter.shell import typed


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    """A case whose scoping meeting is awaited since Wednesday, 14 October 2026: 15 school days, to 11 November."""
    with new_office(tmp_path / "home") as own:
        own.now = datetime(2026, 10, 14, 9, tzinfo=ZoneInfo("Europe/London"))
        own.tell(before="scope")
        yield own


def days_left(office: Office, on: str) -> set[int | None]:
    """What the list and the page say was left at the end of that day."""
    reference = stream_key(office.stream)
    rows: list[dict[str, Any]] = typed(office, "case", "list", "--as-of", on, "--json").json
    listed = next(row["school_days_left"] for row in rows if row["reference"] == reference)
    shown = typed(office, "case", "show", reference, "--as-of", on, "--json=school_days_left").json
    return {listed, shown["school_days_left"]}


def test_a_half_term_takes_nothing_from_the_days_that_are_left(office: Office) -> None:
    assert days_left(office, "2026-10-14") == {15}
    assert days_left(office, "2026-10-22") == {9}
    assert days_left(office, "2026-10-24") == days_left(office, "2026-11-01") == {8}


def test_an_inset_day_of_the_school_itself_takes_nothing_either(office: Office) -> None:
    days = {"school": office.state().recipient, "days": {"inset": ["2026-10-19"]}}
    office.now = datetime(2026, 10, 15, 9, tzinfo=ZoneInfo("Europe/London"))
    office.done(ADMIN, "set-school-days", days, stream="calendar/wales")
    assert days_left(office, "2026-10-14") == {15}
    assert days_left(office, "2026-10-15") == {13}
    assert days_left(office, "2026-10-18") == days_left(office, "2026-10-19") == {12}


def test_a_wait_in_working_days_is_counted_in_working_days(new_office: NewOffice, tmp_path: Path) -> None:
    with new_office(tmp_path / "home") as before_half_term:
        before_half_term.now = datetime(2026, 10, 23, 9, tzinfo=ZoneInfo("Europe/London"))
        before_half_term.tell(before="triage")
        assert days_left(before_half_term, "2026-10-23") == {5}
        assert days_left(before_half_term, "2026-10-27") == {3}
        line = typed(before_half_term, "case", "list", "--as-of", "2026-10-27").out
        assert "(3 working days)" in line
