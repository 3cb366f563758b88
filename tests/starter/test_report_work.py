"""What was done in a case and in a division's year, as the log has it; no text of anybody's is shown."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from tests.activities.builders import Office
from tests.starter.shell import typed

DIVISION = ("report", "division", "--authority", "tanglawin", "--year", "2026")


@pytest.fixture(scope="module")
def office(registered_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("work") / "home"
    shutil.copytree(registered_home, home)
    own = Office(home)
    for story in (*DEPED_STORIES, next(story for story in STORIES if story.ends == "enrolled")):
        own.tell(story)
    own.speak_of(DEPED_STORIES[0])
    yield own
    own.check()
    own.close()


def reference(office: Office) -> str:
    return office.stream.partition("/")[2]


def test_an_accomplishment_report_says_what_was_done_by_way_of_working(office: Office) -> None:
    found = typed(office, "report", "accomplishment", reference(office), "--json").json
    modes = {one["work_mode"]: (one["visits"], one["days_confirmed"]) for one in found["work_modes"]}
    assert modes == {"lac": (1, "1"), "sbm": (1, "1"), "ci": (0, "0")}
    assert (found["plan"], found["oriented_on"]) == ("SIP-2026", ["2026-09-15"])
    assert found["objectives"] == [
        {
            "objective": 1,
            "visits": 2,
            "rated_by_recipient": "partly-met",
            "rated_by_provider": "met",
            "validated": "partly-met",
        }
    ]
    assert found["assistance"] == [{"on": "2026-09-15", "given_by": "region"}]
    assert (found["agreed_minor"], found["currency"]) == (8_600_000, "PHP")


def test_it_is_said_in_the_programmes_words_and_names_focal_persons_by_their_id(office: Office) -> None:
    told = typed(office, "report", "accomplishment", reference(office)).out
    assert "leader school's focal person: focal.900101" in told
    assert "Learning Action Cells (LAC)\t1\t1\t1" in told
    shown = typed(office, "case", "show", reference(office)).out
    assert "Leader school's focal person\tfocal.900101" in shown
    assert "Assessed from\tSIP-2026" in shown


def test_a_case_of_the_other_programme_is_reported_too(office: Office) -> None:
    office.speak_of(next(story for story in STORIES if story.ends == "enrolled"))
    told = typed(office, "report", "accomplishment", reference(office))
    office.speak_of(DEPED_STORIES[0])
    assert told.code == 0
    assert "Stage\tenrolled" in told.out


def test_a_divisions_year_adds_its_pairs_up(office: Office) -> None:
    found = typed(office, *DIVISION, "--json").json
    assert [pair["stage"] for pair in found["pairs"]] == ["closed"], "the other pair is of another division"
    assert (found["stages"], found["oriented"]) == ({"closed": 1}, 1)
    assert (found["days_counted"], found["days_confirmed"]) == ("2", "2")
    assert (found["reviewed_by_both"], found["validated"], found["outcomes"]) == (1, 1, {"partly-met": 1})
    assert "Schools division\tTanglawin, 2026" in typed(office, *DIVISION).out


def test_another_year_has_none_of_them_and_an_unknown_division_is_refused(office: Office) -> None:
    assert typed(office, *DIVISION[:-1], "2025", "--json").json["pairs"] == []
    done = typed(office, "report", "division", "--authority", "Tanglaw", "--year", "2026")
    assert done.code == 3
    assert "Tanglawin" in done.err
