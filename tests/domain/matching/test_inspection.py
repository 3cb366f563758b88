"""How long an inspection keeps a school out: from the notice until it has rested from the visit."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.own_days import OwnDays
from domain.case.matching_events import ExcludedSchool
from domain.matching.filters import exclusion
from domain.matching.inspection import REST, Inspection
from domain.programmes.model import Language
from domain.text.ranking import exclusion_words
from domain.text.voice import Voice
from tests.domain.calendars.files import day, wales
from tests.domain.case.office import NAMES, eas
from tests.domain.matching.pool import provider, school, wanted

DAY, DAYS = timedelta(days=1), wales()
VISIT = Inspection(day("2026-09-10"), day("2026-09-18"), day("2026-09-25"))


def out_on(on: date) -> ExcludedSchool | None:
    """Why the school of that visit cannot be asked on that day."""
    return exclusion(provider(inspection=VISIT), school("6990101"), wanted(today=on))


def test_a_visit_that_ended_on_a_thursday_in_march_is_rested_from_a_week_later() -> None:
    inspection = Inspection.counted(day("2026-02-23"), day("2026-03-12"), wales())
    assert inspection.free_from == day("2026-03-19")


def test_holidays_and_the_schools_own_days_do_not_count() -> None:
    before_half_term = Inspection.counted(day("2026-10-12"), day("2026-10-21"), wales())
    assert before_half_term.free_from > day("2026-10-21") + timedelta(weeks=1)
    plain, own = wales(), wales(own=OwnDays(inset=(day("2026-03-16"),)))
    freed = [
        Inspection.counted(day("2026-02-23"), day("2026-03-12"), days).free_from for days in (plain, own)
    ]
    assert freed == [day("2026-03-19"), day("2026-03-20")]


@settings(deadline=None)
@given(st.dates(day("2025-09-01"), day("2027-08-31")), st.integers(0, 40), st.integers(-5, 90))
def test_it_bars_every_day_from_the_notice_until_five_school_days_have_passed_and_no_other(
    since: date, length: int, later: int
) -> None:
    inspection = Inspection.counted(since, since + length * DAY, DAYS)
    on = since + later * DAY
    rested = DAYS.between(inspection.until, on, "school_days") >= REST
    assert inspection.bars(on) == (on >= since and not rested)


def test_the_reason_has_the_notice_the_end_of_the_visit_and_the_day_from_which_it_can_be_asked() -> None:
    out = out_on(day("2026-09-15"))
    assert out is not None
    assert (out.code, out.figures) == ("inspection", ("2026-09-10", "2026-09-18", "2026-09-25"))


@pytest.mark.parametrize(
    ("on", "barred"),
    [("2026-09-09", False), ("2026-09-10", True), ("2026-09-24", True), ("2026-09-25", False)],
)
def test_it_begins_and_ends_by_itself(on: str, barred: bool) -> None:
    assert (out_on(day(on)) is not None) == barred


@pytest.mark.parametrize("language", get_args(Language))
def test_every_language_says_all_three_days(language: Language) -> None:
    voice = Voice(eas(), NAMES, language)
    out = out_on(day("2026-09-15"))
    assert out is not None
    said = exclusion_words(out, voice)
    assert all(voice.day(each) in said for each in (VISIT.since, VISIT.until, VISIT.free_from))
