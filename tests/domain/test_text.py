"""Small words: days in quarters, money, due times, waits."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.case.events import CASE_EVENTS
from domain.case.values import CountedDays, Money, QuarterDays, VisitLength, YearShare
from domain.text.english import _SENTENCES, Voice, day, days, wait_words
from tests.domain.case.office import NAMES, eas

VOICE = Voice(eas(), NAMES)


@pytest.mark.parametrize(
    ("quarters", "words"),
    [
        (0, "0 days"),
        (1, "¼ day"),
        (2, "½ day"),
        (4, "1 day"),
        (5, "1¼ days"),
        (17, "4¼ days"),
        (40, "10 days"),
    ],
)
def test_days_are_said_in_quarters(quarters: int, words: str) -> None:
    assert days(quarters) == words


def test_money_due_times_and_days_are_said_as_people_say_them() -> None:
    assert VOICE.money(125_000, "GBP") == "£1,250.00"
    assert VOICE.money(5, "PHP") == "₱0.05"
    assert VOICE.money(100, "XXX") == "XXX 1.00"
    assert VOICE.due(datetime(2026, 7, 1, 16, tzinfo=UTC)) == "Wed 1 Jul 2026, 17:00"
    assert day(date(2026, 12, 4)) == "4 Dec 2026"


def test_parties_schools_and_areas_stand_by_the_programmes_words() -> None:
    assert VOICE.party("sip") == "the school improvement partner"
    assert VOICE.school("6990001") == "Hill Primary"
    assert VOICE.school("6999999") == "school 6999999"
    assert VOICE.area("numeracy") == "Numeracy"
    assert VOICE.area("latin") == "latin"


def test_a_wait_says_what_it_waits_for() -> None:
    assert wait_words("visit_note:V3") == "the record of visit V3"
    assert wait_words("signature:sip") == "the signature"
    assert wait_words("new_wait") == "new wait"


def test_there_is_a_sentence_for_every_event_and_for_nothing_else() -> None:
    assert set(_SENTENCES) == set(CASE_EVENTS.values())


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (QuarterDays, "4", 16), (QuarterDays, "4.25", 17), (QuarterDays, 3, 3), (CountedDays, "0", 0),
        (VisitLength, "0.5", 2), (Money, "250", 25_000), (Money, "250.05", 25_005), (Money, 7, 7),
    ],
)  # fmt: skip
def test_days_and_money_are_read_as_they_are_written(kind: Any, text: object, value: int) -> None:
    assert TypeAdapter(kind).validate_python(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (QuarterDays, "0.3"), (QuarterDays, "0"), (QuarterDays, "nan"), (QuarterDays, "1e9"), (QuarterDays, "201"),
        (VisitLength, "1.25"), (CountedDays, "-1"), (Money, "1.5"), (Money, "-1"), (Money, "£5"), (QuarterDays, 1.5),
    ],
)  # fmt: skip
def test_what_is_neither_days_nor_money_is_refused(kind: Any, text: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize(
    ("year", "right"), [("2026-27", True), ("2099-00", True), ("2026-28", False), ("26-27", False)]
)
def test_a_financial_year_is_two_years_that_follow(year: str, right: bool) -> None:
    values = {"financial_year": year, "quarter_days": "1"}
    if right:
        YearShare.model_validate(values)
    else:
        with pytest.raises(ValidationError):
            YearShare.model_validate(values)
