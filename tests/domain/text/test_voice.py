"""Small words: days in quarters, money, due times, waits."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.case.values import CountedDays, Money, QuarterDays, VisitLength, YearShare
from domain.text.voice import Voice, days, wait_words
from tests.domain.case.office import NAMES, deped, eas

VOICE = Voice(eas(), NAMES)
WELSH = Voice(eas(), NAMES, "cy")
FILIPINO = Voice(deped(), NAMES, "fil")


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
    assert VOICE.day(date(2026, 12, 4)) == "4 Dec 2026"
    assert VOICE.long_due(datetime(2026, 12, 4, 17, tzinfo=UTC)) == "Friday 4 December 2026 at 17:00"


def test_welsh_and_filipino_say_days_and_times_in_their_own_words() -> None:
    due = datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert WELSH.due(due) == "Mer 1 Gorff 2026, 17:00"
    assert WELSH.long_due(due) == "dydd Mercher 1 Gorffennaf 2026 am 17:00"
    assert FILIPINO.due(due) == "Huw 2 Hul 2026, 00:00"
    assert FILIPINO.long_day(date(2026, 12, 4)) == "Biyernes, ika-4 ng Disyembre 2026"


@pytest.mark.parametrize(
    ("quarters", "welsh", "filipino"),
    [
        (0, "0 diwrnod", "0 araw"),
        (2, "½ diwrnod", "½ araw"),
        (4, "1 diwrnod", "1 araw"),
        (8, "2 ddiwrnod", "2 araw"),
        (9, "2¼ diwrnod", "2¼ araw"),
        (40, "10 diwrnod", "10 araw"),
    ],
)
def test_days_take_the_form_that_the_number_asks_for(quarters: int, welsh: str, filipino: str) -> None:
    assert (WELSH.days(quarters), FILIPINO.days(quarters)) == (welsh, filipino)


def test_a_count_says_how_many_of_what() -> None:
    assert VOICE.count("school_days", 1) == "1 school day"
    assert VOICE.count("school_days", 10) == "10 school days"
    assert WELSH.count("school_days", 2) == "2 ddiwrnod ysgol"
    assert WELSH.count("working_days", 3) == "3 diwrnod gwaith"


def test_a_list_is_joined_as_the_language_joins_it() -> None:
    assert VOICE.several(()) == ""
    assert VOICE.several(("area",)) == "area"
    assert VOICE.several(("area", "phase", "network")) == "area, phase and network"
    assert WELSH.several(("maes", "cyfnod")) == "maes, cyfnod"


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
    assert WELSH.wait("visit_note:V3") == "cofnod ymweliad V3"
    assert FILIPINO.wait("funding") == "pasya sa plano ng gawain at pananalapi"


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
