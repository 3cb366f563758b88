"""A calendar file says all that is asked of it; a wrong one is refused with file, key and reason."""

import pytest

from domain.calendars.model import Calendar, CalendarError, parse_calendar
from domain.calendars.own_days import OwnDays
from tests.domain.calendars.files import PHILIPPINES, WALES, WALES_TEXT, day

_SPRING_BREAK = 'breaks = [{ name = "half term", first = 2026-02-16, last = 2026-02-20 }]'

WRONG = {
    "a code in capitals": ('code = "wales"', 'code = "Wales"', "code: must be written like ^[a-z][a-z-]{1,38}[a-z]$"),
    "no title": ('title = { en = "Schools in Wales", cy = "Ysgolion yng Nghymru" }\n', "", "title: is missing"),
    "a slip in a key": ('code = "wales"', 'code = "wales"\nzone = "x"', "zone: is not a key of a calendar file"),
    "a slip in a term's key": (
        'name = "spring term"', 'name = "spring term"\nhalf = 1', "years.2025-26.terms.spring term.half: is not a key of a calendar file"
    ),
    "another zone": ('"Europe/London"', '"Europe/Paris"', "time_zone: must be 'Europe/London' or 'Asia/Manila'"),
    "an end before its begin": (
        "last = 2025-12-19", "last = 2025-08-19", "years.2025-26.terms.autumn term: ends (2025-08-19) before it begins (2025-09-01)"
    ),
    "overlapping terms": (
        "first = 2026-01-05", "first = 2025-12-15",
        "years.2025-26: terms: spring term begins on 2025-12-15, and autumn term ends on 2025-12-19",
    ),
    "a term before its year": (
        "first = 2025-09-01\nlast = 2025-12-19", "first = 2025-08-25\nlast = 2025-12-19",
        "years.2025-26: terms: autumn term (2025-08-25 to 2025-12-19) lies outside 2025-26",
    ),
    "a half term outside its term": (
        _SPRING_BREAK, _SPRING_BREAK.replace("2026-02", "2026-04"),
        "years.2025-26.terms.spring term: half term (2026-04-16 to 2026-04-20) does not lie inside the term",
    ),
    "two half terms that overlap": (
        _SPRING_BREAK,
        'breaks = [{ name = "half term", first = 2026-02-16, last = 2026-02-20 }, { name = "snow", first = 2026-02-19, last = 2026-02-24 }]',
        "years.2025-26.terms.spring term: breaks: snow begins on 2026-02-19, and half term ends on 2026-02-20",
    ),
    "a term that is all half term": (
        'last = 2026-03-27\n' + _SPRING_BREAK,
        'last = 2026-01-10\nbreaks = [{ name = "half term", first = 2026-01-06, last = 2026-01-09 }, { name = "more", first = 2026-01-05, last = 2026-01-05 }]',
        "years.2025-26.terms.spring term: more (2026-01-05 to 2026-01-05) does not lie inside the term",
    ),
    "a year before the one before": (
        'label = "2026-27"\nfirst = 2026-09-01\nlast = 2027-08-31', 'label = "2024-25"\nfirst = 2024-09-01\nlast = 2025-08-31',
        "years.2024-25: terms: autumn term (2026-09-01 to 2026-12-18) lies outside 2024-25",
    ),
    "a hole between two years": (
        'first = 2026-09-01\nlast = 2027-08-31', 'first = 2026-09-02\nlast = 2027-08-31',
        "years.2026-27: terms: autumn term (2026-09-01 to 2026-12-18) lies outside 2026-27",
    ),
    "half a year": (
        "last = 2026-08-31", "last = 2026-03-31", "years.2025-26: is no year: it runs from 2025-09-01 to 2026-03-31"
    ),
    "a year known by half": (
        '[[years.terms]]\nname = "spring term"\nfirst = 2027-01-04\nlast = 2027-03-19\n'
        'breaks = [{ name = "half term", first = 2027-02-08, last = 2027-02-12 }]\n\n', "",
        "years.2026-27: terms: 2026-27 is known by half: no term between 2026-12-18 and 2027-04-05",
    ),
    "a year of another name": ('label = "2025-26"', 'label = "2024-25"', "years.2024-25: begins on 2025-09-01 and is called 2024-25"),
    "a year without terms": ('[[years.terms]]\nname = "autumn term"\nfirst = 2025', '[[years.weeks]]\nname = "autumn term"\nfirst = 2025', "years.2025-26.weeks: is not a key of a calendar file"),
    "a holiday twice": (
        '{ on = 2026-01-01, name = "New Year\'s Day" }', '{ on = 2025-12-26, name = "Saint Stephen" }',
        "holidays: 2025-12-26 stands there twice: Boxing Day, Saint Stephen",
    ),
    "a holiday outside the known days": (
        "{ on = 2025-01-01,", "{ on = 2024-12-26,", "holidays: New Year's Day (2024-12-26) lies outside 2025-01-01 to 2028-12-31"
    ),
    "holidays known for less than the years": (
        "first = 2025-01-01\nlast = 2028-12-31", "first = 2025-11-01\nlast = 2028-12-31",
        "holidays: New Year's Day (2025-01-01) lies outside 2025-11-01 to 2028-12-31",
    ),
    "a day that is none": ("first = 2025-09-01", "first = 2025-09-31", "not TOML: Invalid date or datetime (at line 53, column 9)"),
    "a day in words": ("first = 2025-09-01", 'first = "soon"', "years.2025-26.first: must be a day such as 2026-09-01"),
    "an authority twice": ('name = "Powys"', 'name = "Powys"\nterm = 1', "authorities.Powys.term: is not a key of a calendar file"),
    "an authority in a year there is not": ('year = "2026-27"', 'year = "2029-30"', "authorities: Powys: there is no year 2029-30"),
    "an authority's term outside the year": (
        "first = 2027-04-05\nlast = 2027-07-16", "first = 2027-04-05\nlast = 2027-09-16",
        "authorities: Powys 2026-27: terms: summer term (2027-04-05 to 2027-09-16) lies outside 2026-27",
    ),
    "not TOML": ("[holidays]", "[holidays", "not TOML: Expected ']' at the end of a table declaration (at line 8, column 10)"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_refused_with_file_key_and_reason(what: str) -> None:
    right, wrong, reason = WRONG[what]
    assert right in WALES_TEXT, "the file has changed; change this table too"
    with pytest.raises(CalendarError) as caught:
        parse_calendar(WALES_TEXT.replace(right, wrong, 1), "my.toml")
    assert f"my.toml: {reason}" in caught.value.problems


def test_holidays_are_known_for_all_the_years() -> None:
    content = WALES.model_dump(mode="json")
    content["holidays"]["days"] = [d for d in content["holidays"]["days"] if d["on"] < "2027-06-01"]
    content["holidays"]["last"] = "2027-05-31"
    with pytest.raises(ValueError, match="holidays: known from 2025-01-01 to 2027-05-31, and the years run"):
        Calendar.model_validate(content)


def test_years_follow_one_another_without_a_hole() -> None:
    content = WALES.model_dump(mode="json")
    content["years"][1]["first"] = "2026-08-25"
    with pytest.raises(
        ValueError, match="2026-27 begins on 2026-08-25; the year before it ends on 2026-08-31"
    ):
        Calendar.model_validate(content)


def test_every_problem_is_said_at_once() -> None:
    text = WALES_TEXT.replace('code = "wales"', 'code = "W"').replace('"Europe/London"', '"Mars"')
    with pytest.raises(CalendarError) as caught:
        parse_calendar(text, "my.toml")
    assert [problem.split(":")[1] for problem in caught.value.problems] == [" code", " time_zone"]


def test_what_was_not_read_is_said_in_the_file() -> None:
    assert any("20 July 2027" in words for words in WALES.years[1].assumed)
    assert any("four quarters" in words for words in PHILIPPINES.years[0].assumed)
    assert all(year.source for calendar in (WALES, PHILIPPINES) for year in calendar.years)


def test_two_files_that_say_the_same_have_one_hash() -> None:
    assert parse_calendar("# a remark\n" + WALES_TEXT, "b.toml").content_hash() == WALES.content_hash()
    assert Calendar.model_validate_json(WALES.model_dump_json()) == WALES
    assert PHILIPPINES.content_hash() != WALES.content_hash()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"inset": ["2026-01-06", "2026-01-06"]}, "INSET on 2026-01-06 stands there twice"),
        (
            {"closures": [{"first": "2026-01-06", "last": "2026-01-05"}]},
            "ends \\(2026-01-05\\) before it begins",
        ),
        ({"closures": [{"first": "2026-01-06", "last": "2027-05-05"}]}, "is longer than a year"),
        ({"inset": ["2026-01-06"], "snow": 1}, "Extra inputs"),
    ],
)
def test_own_days_of_a_school_are_refused_where_they_make_no_sense(
    body: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        OwnDays.model_validate(body)


def test_own_days_must_fit_the_calendar() -> None:
    inset = OwnDays(inset=(day("2031-01-06"),))
    assert inset.problem_in(WALES) == (
        "2031-01-06 lies outside the years of wales (2025-09-01 to 2027-08-31)."
    )
    terms = [term.model_dump(mode="json") for term in WALES.years[0].terms]
    assert OwnDays.model_validate({"years": [{"year": "2025-26", "terms": terms}]}).problem_in(WALES) is None
    late = OwnDays.model_validate({"years": [{"year": "2026-27", "terms": terms}]}).problem_in(WALES)
    assert late == "Terms: autumn term (2025-09-01 to 2025-12-19) lies outside 2026-27."
    unknown = OwnDays.model_validate({"years": [{"year": "2030-31", "terms": terms}]}).problem_in(WALES)
    assert unknown == "wales has no year 2030-31."
