"""`brokerage calendar`: what is shown, and what is refused before anything is sent."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.activities.builders import ADMIN, Office
from tests.domain.calendars.files import WALES_TEXT
from tests.starter.shell import Typed, typed

SCHOOL = "6990004"
SNOW = {"first": "2027-01-07", "last": "2027-01-08", "reason": "snow"}


@pytest.fixture
def office(registered_home: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(registered_home, tmp_path / "home")
    own = Office(tmp_path / "home")
    yield own
    own.close()


def dry(office: Office, *words: str) -> Typed:
    return typed(office, "calendar", *words, "--profile", ADMIN, "--dry-run")


def set_days(office: Office, **days: Any) -> None:
    office.done(ADMIN, "set-school-days", {"school": SCHOOL, "days": days}, stream="calendar/wales")


def test_a_log_is_founded_with_the_calendars_that_ship(office: Office) -> None:
    rows = typed(office, "calendar", "list", "--json").json
    assert [(row["code"], row["version"], row["known_to"]) for row in rows] == [
        ("philippines", 1, "2027-05-31"),
        ("wales", 1, "2027-08-31"),
    ]


def test_a_calendar_is_shown_with_its_terms_and_what_is_assumed_of_them(office: Office) -> None:
    done = typed(office, "calendar", "show", "wales")
    assert done.out.startswith("Schools in Wales (wales@1, Europe/London, ")
    assert "2026-27\t\tspring term\t2027-01-04\t2027-03-19" in done.out
    assert "2026-27\tPowys\tautumn term\t2026-09-01\t2026-12-22" in done.out
    assert "Assumed: The last day of the summer term (20 July 2027)" in done.err
    assert typed(office, "calendar", "show", "--json").json["calendar"] == "wales@1"


def test_a_month_is_shown_day_by_day_as_one_school_has_it(office: Office) -> None:
    set_days(office, inset=["2027-01-04"], closures=[SNOW])
    lines = typed(office, "calendar", "show", "--school", SCHOOL, "--month", "2027-01").out.splitlines()
    assert lines[0].startswith("2027-01-01\tFri\t–\tNew Year's Day")
    assert lines[3].startswith("2027-01-04\tMon\t–\tINSET day")
    assert lines[4].startswith("2027-01-05\tTue\t1\t")
    assert lines[6].startswith("2027-01-07\tThu\t–\tclosed: snow")
    everybody = typed(office, "calendar", "show", "--month", "2027-01", "--json").json
    assert everybody[3] == {
        "day": "2027-01-04", "weekday": "Mon", "school_day": True, "working_day": True,
        "why_not": None, "provisional": False,
    }  # fmt: skip


def test_own_days_of_a_school_are_shown_beside_the_calendar(office: Office) -> None:
    set_days(office, inset=["2027-01-04"])
    done = typed(office, "calendar", "show", "--school", SCHOOL)
    assert "INSET day\t2027-01-04\t2027-01-04" in done.out
    assert done.out.startswith("Schools in Wales (wales@2, ")
    assert typed(office, "calendar", "show", "--school", SCHOOL, "--json").json["own"]["inset"] == [
        "2027-01-04"
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "whales"), 3, "There is no calendar whales. Did you mean wales?"),
        (("show", "wales", "--school", "6990003"), 0, ""),
        (("show", "wales", "--school", "9"), 3, "There is no school 9."),
        (("show", "wales", "--month", "2026-13"), 2, "'2026-13' is no month, such as 2026-10."),
    ],
)
def test_what_is_not_there_is_said(office: Office, words: tuple[str, ...], code: int, said: str) -> None:
    done = typed(office, "calendar", *words)
    assert done.code == code, done
    assert said in done.err


def test_publishing_what_is_in_force_changes_nothing(office: Office) -> None:
    done = dry(office, "publish", "wales")
    assert done.code == 0, done
    assert "says so already" in done.out


def test_a_calendar_that_an_older_log_lacks_is_named_with_the_line_that_brings_it(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(text("DELETE FROM calendar WHERE code = 'wales'"))
    done = typed(office, "calendar", "show", "wales")
    assert done.code == 3
    assert "or: brokerage calendar publish wales" in done.err


def test_a_changed_file_is_tried_and_a_changed_past_is_refused_unless_it_is_meant(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "next.toml"
    file.write_text(WALES_TEXT.replace("last = 2027-07-20", "last = 2027-07-21"), "utf-8")
    assert "Calendar wales is in force" in dry(office, "publish", str(file)).out
    past = WALES_TEXT.replace("days = [\n", 'days = [\n  { on = 2026-03-02, name = "storm" },\n', 1)
    file.write_text(past, "utf-8")
    refused = dry(office, "publish", str(file))
    assert (refused.code, "R-PAST" in refused.err) == (4, True)
    assert "2026-03-02 is over and would count otherwise than it did" in refused.err
    assert dry(office, "publish", str(file), "--corrects-past").code == 0


def test_a_wrong_file_is_refused_with_file_key_and_reason(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text(WALES_TEXT.replace("2026-07-20", "2026-09-20"), "utf-8")
    done = dry(office, "publish", str(file))
    assert done.code == 2
    assert "my.toml: years.2025-26: terms: summer term (2026-04-13 to 2026-09-20) lies outside" in done.err
    assert dry(office, "publish", str(tmp_path / "none.toml")).code == 2


def test_what_no_flag_names_stays_on_record(office: Office) -> None:
    set_days(office, inset=["2027-01-04"], closures=[SNOW])
    same = dry(office, "set-days", "--school", SCHOOL, "--inset", "2027-01-04")
    assert "says so already" in same.out
    set_days(office, closures=[SNOW])
    kept = dry(
        office, "set-days", "--school", SCHOOL, "--closed", "2027-01-07..2027-01-08", "--reason", "snow"
    )
    assert "says so already" in kept.out
    assert "were recorded" in dry(office, "set-days", "--school", SCHOOL, "--clear").out


def test_terms_that_a_school_sets_itself_come_from_a_file(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        """
        inset = [2026-09-01]
        [[years]]
        year = "2026-27"
        terms = [
          { name = "autumn", first = 2026-09-01, last = 2026-12-18 },
          { name = "spring", first = 2027-01-04, last = 2027-03-25 },
          { name = "summer", first = 2027-04-12, last = 2027-07-20 },
        ]
        """,
        "utf-8",
    )
    done = dry(office, "set-days", "--school", SCHOOL, "--from", str(file))
    assert "were recorded" in done.out, done


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Give --inset, --closed or --from"),
        (("--inset", "soon"), "inset.0: must be a day such as 2026-11-20."),
        (("--inset", "2027-01-04", "--inset", "2027-01-04"), "INSET on 2027-01-04 stands there twice."),
        (("--closed", "2027-01-08..2027-01-07"), "ends (2027-01-07) before it begins (2027-01-08)."),
        (("--reason", "snow"), "--reason goes with --closed."),
    ],
)
def test_days_that_make_no_sense_are_refused_in_words(
    office: Office, words: tuple[str, ...], said: str
) -> None:
    done = dry(office, "set-days", "--school", SCHOOL, *words)
    assert done.code == 2, done
    assert said in done.err


def test_rules_are_asked_before_anything_is_sent(office: Office) -> None:
    late = dry(office, "set-days", "--school", SCHOOL, "--inset", "2031-01-06")
    assert (late.code, "R-DATES" in late.err) == (4, True)
    unknown = dry(office, "set-days", "--school", "6990999", "--inset", "2027-01-04")
    assert (unknown.code, "R-SCHOOL" in unknown.err) == (4, True)


CSV = """School Number,What,First,Last,Reason
6990004,inset,2027-01-04,,
6990005,closed,2027-01-07,2027-01-08,snow
6990004,inset,2026-11-02,,
"""


def test_a_list_of_many_schools_is_tried_row_by_row(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "inset.csv"
    file.write_text(CSV + "6990999,inset,2027-01-04,,\n", "utf-8")
    done = dry(office, "import", str(file))
    assert done.code == 7, done
    assert "inset.csv:5" in done.err
    assert "is not in the register" in done.err
    assert "inset.csv:2 · The own days of a school were recorded" in done.out
    assert "inset.csv:3 · The own days of a school were recorded" in done.out


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("6990004,inset,2027-01-04,2027-01-05,", "an INSET day is one day"),
        ("6990004,closed,2027-01-08,2027-01-07,", "the last day comes before the first"),
        ("6990004,party,2027-01-08,,", "What · must be inset or closed"),
        ("6990004,inset,soon,,", "First · must be a day such as 2026-11-20"),
        ("6990004,inset,2027-01-04,,\n6990004,inset,2027-01-04,,", "says again what line 2 is about"),
    ],
)
def test_a_wrong_row_is_named_by_line_and_column(office: Office, tmp_path: Path, row: str, said: str) -> None:
    file = tmp_path / "inset.csv"
    file.write_text(f"School Number,What,First,Last,Reason\n{row}\n", "utf-8")
    done = dry(office, "import", str(file))
    assert done.code == 7, done
    assert said in done.err
    assert dry(office, "import", str(file), "--strict").code == 2


def test_a_school_of_which_one_line_is_wrong_is_left_as_it_is_and_the_others_go_in(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "inset.csv"
    file.write_text(CSV + "6990004,inset,soon,,\n", "utf-8")
    done = dry(office, "import", str(file))
    assert done.code == 7, done
    assert "inset.csv:2 · School Number · is left as it is: line 5 of it is wrong" in done.err
    assert "inset.csv:4 · School Number · is left as it is: line 5 of it is wrong" in done.err
    assert "1 new or changed, 0 as on record, 0 refused" in done.out


def test_all_lines_of_a_school_go_in_together(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "inset.csv"
    file.write_text(CSV, "utf-8")
    some = dry(office, "import", str(file), "--only-rows", "2,3")
    assert (some.code, "the lines of 6990004 stand for all its days and go in together: 2,4." in some.err) == (
        2, True,
    )  # fmt: skip
    assert "1 new or changed" in dry(office, "import", str(file), "--only-rows", "2,4").out


def test_more_days_than_a_school_can_have_are_a_wrong_row(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "inset.csv"
    days = [f"6990004,inset,2027-{month:02}-{day:02},,\n" for month in (1, 2, 3) for day in range(1, 29)]
    file.write_text(CSV.splitlines()[0] + "\n" + "".join(days), "utf-8")
    done = dry(office, "import", str(file))
    assert done.code == 7, done
    assert "inset.csv:2 · School Number · takes at most 60" in done.err


def test_days_have_a_result_for_every_line_and_unread_columns_are_said(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    file = tmp_path / "inset.csv"
    file.write_text(CSV.replace("Reason\n", "Reason,Colour\n"), "utf-8")
    done = typed(office, "calendar", "import", str(file))
    assert (done.code, "inset.csv: not read: Colour." in done.err) == (6, True)
    told = file.with_name("inset.result.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[6] for line in told[1:]] == ["not sent"] * 3
