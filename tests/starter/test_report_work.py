"""What was done in a case and in a division's year, as the log has it; no text of anybody's is shown."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from tests.activities.builders import Office, steps_of
from tests.starter.shell import typed

DIVISION = ("report", "division", "--authority", "tanglawin", "--year", "2026")


@pytest.fixture
def own(registered_home: Path, tmp_path: Path) -> Iterator[Office]:
    """An office in which nothing was asked for yet."""
    shutil.copytree(registered_home, tmp_path / "home")
    office = Office(tmp_path / "home")
    yield office
    office.check()
    office.close()


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
    assert (found["advanced"], found["liquidated"], found["returned"]) == (86_000_00, 81_250_00, 4_750_00)
    assert (found["paid"], found["liquidation_per_mille"]) == (81_250_00, 1000)


def test_it_is_said_in_the_programmes_words_and_names_focal_persons_by_their_id(office: Office) -> None:
    told = typed(office, "report", "accomplishment", reference(office)).out
    assert "leader school's focal person: focal.900101" in told
    assert "Learning Action Cells (LAC)\t1\t1\t1" in told
    shown = typed(office, "case", "show", reference(office)).out
    assert "Leader school's focal person\tfocal.900101" in shown
    assert "Assessed from\tSIP-2026" in shown
    assert "Money\tPHP 86,000.00 released, 81,250.00 liquidated, 4,750.00 returned" in told
    assert "Liquidation rate\t100 %" in told


def test_a_case_of_the_other_programme_is_reported_too(office: Office) -> None:
    office.speak_of(next(story for story in STORIES if story.ends == "enrolled"))
    told = typed(office, "report", "accomplishment", reference(office))
    office.speak_of(DEPED_STORIES[0])
    assert told.code == 0
    assert "Stage\tenrolled" in told.out


def test_a_divisions_year_adds_its_pairs_up(office: Office) -> None:
    (pair,) = typed(office, *DIVISION, "--rows", "pair", "--json").json
    assert pair["stage"] == "closed", "the other pair is of another division"
    (found,) = typed(office, *DIVISION, "--json").json
    assert (found["designated"], found["pairs"], found["open"], found["oriented"]) == (2, 1, 0, 1)
    assert (found["days_counted"], found["days_confirmed"]) == ("2", "2")
    assert (found["reviewed_by_both"], found["validated"], found["partly_met"]) == (1, 1, 1)
    assert (found["advanced"], found["liquidated"], found["returned"]) == (86_000_00, 81_250_00, 4_750_00)
    assert (found["liquidation_per_mille"], found["liquidation_goal_per_mille"], found["to_goal"]) == (
        1000,
        900,
        0,
    )
    told = typed(office, *DIVISION).out
    assert "Schools division\tTanglawin, 2026" in told
    assert "Pairs\t1: 1 closed" in told
    assert "Goal\t90 % liquidated: reached" in told
    modes = typed(office, *DIVISION, "--rows", "work-mode", "--json=work_mode,visits").json
    assert modes == [
        {"work_mode": "lac", "visits": 1},
        {"work_mode": "sbm", "visits": 1},
        {"work_mode": "ci", "visits": 0},
    ]


@pytest.mark.parametrize("rows", ["division", "pair", "work-mode"])
def test_its_rows_are_flat_as_those_of_every_list(office: Office, rows: str) -> None:
    for row in typed(office, *DIVISION, "--rows", rows, "--json").json:
        assert not any(isinstance(value, dict | list) for value in row.values())
    assert len(typed(office, *DIVISION, "--rows", rows, "--csv").out.splitlines()) > 1


@pytest.mark.parametrize("year", ["2026-27", "26", "2026-2027", "last"])
def test_a_year_that_is_none_of_the_programmes_is_refused_with_its_form(office: Office, year: str) -> None:
    done = typed(office, *DIVISION[:-1], year)
    assert (done.code, "E-YEAR" in done.err) == (2, True)
    assert f"'{year}' is no financial year of DEPED; they are written as 2026." in done.err
    welsh = typed(
        office, "report", "division", "--authority", "Trefwawr", "--programme", "EAS", "--year", "2026"
    )
    assert (welsh.code, "they are written as 2026-27" in welsh.err) == (2, True), welsh


def test_an_authority_whose_schools_are_of_another_programme_is_refused_with_the_line_for_that_one(
    office: Office,
) -> None:
    done = typed(office, "report", "division", "--authority", "cwm enfys", "--year", "2026")
    assert (done.code, "E-AUTHORITY" in done.err) == (3, True)
    assert "No school of Cwm Enfys takes part in DEPED: they are of EAS." in done.err
    assert "brokerage report division --authority 'Cwm Enfys' --programme EAS --year …" in done.err


def test_the_page_names_the_programme_it_is_of(office: Office) -> None:
    (line,) = (line for line in typed(office, *DIVISION).out.splitlines() if line.startswith("Programme"))
    assert line.endswith("(DEPED)")


def test_another_year_has_none_of_them_and_an_unknown_division_is_refused(office: Office) -> None:
    assert typed(office, *DIVISION[:-1], "2025", "--rows", "pair", "--json").json == []
    done = typed(office, "report", "division", "--authority", "Tanglaw", "--year", "2026")
    assert done.code == 3
    assert "Tanglawin" in done.err


def test_a_year_keeps_its_leader_schools_when_they_are_designated_anew_for_the_next(office: Office) -> None:
    areas = ["content"]
    for since in ("2027-01-01", "2028-01-01"):
        body = {"programme": "DEPED", "areas": areas, "since": since}
        office.done("admin", "designate", body, stream="provider/900101")
    for year, number in (("2024", 0), ("2025", 2), ("2026", 2), ("2027", 2), ("2028", 2)):
        (found,) = typed(office, *DIVISION[:-1], year, "--json").json
        assert (year, found["designated"]) == (year, number)


def enter(office: Office, authority: str, *numbers: str) -> None:
    """Have the register say that these schools are of that authority."""
    for row in typed(office, "school", "list", "--json").json:
        if row["number"] in numbers:
            entry = {"name": row["name"], "authority": authority, "phase": row["phase"]}
            office.done("admin", "register", entry, stream=f"school/{row['number']}")


def pairs_of(office: Office, authority: str) -> set[str]:
    line = ("report", "division", "--authority", authority, "--rows", "pair", "--json", "--year")
    return {pair["recipient"] for year in ("2026", "2027") for pair in typed(office, *line, year).json}


def test_a_division_that_was_renamed_is_reported_by_either_name(own: Office) -> None:
    own.tell(DEPED_STORIES[0])
    before = typed(own, *DIVISION, "--json").json[0]
    enter(own, "Tanglawin City", "900001", "900002", "900003", "900004", "900101", "900102")
    for name in ("tanglawin", "Tanglawin City"):
        told = typed(own, "report", "division", "--authority", name, "--year", "2026", "--json")
        assert told.json == [before | {"authority": "Tanglawin City"}]
        assert ("is Tanglawin City on the register now" in told.err) == (name == "tanglawin")


def test_a_case_stays_with_its_division_when_its_school_moves_to_another(own: Office) -> None:
    own.tell(DEPED_STORIES[0])
    enter(own, "Himigan", "900001")
    assert (pairs_of(own, "Tanglawin"), pairs_of(own, "Himigan")) == ({"900001"}, set())


def test_the_cases_of_a_division_that_was_parted_count_where_their_schools_are_now(own: Office) -> None:
    enter(own, "Tanglawin", "900005", "900103")
    for story in DEPED_STORIES:
        own.tell(story)
    enter(own, "North", "900001", "900002", "900003", "900004")
    enter(own, "South", "900005", "900101", "900102", "900103")
    assert (pairs_of(own, "North"), pairs_of(own, "South")) == ({"900001"}, {"900005"})
    asked = typed(own, *DIVISION)
    assert (asked.code, "its cases count to North, South" in asked.err) == (3, True), asked


def test_what_was_written_off_is_reported_and_a_goal_that_is_out_of_reach_is_called_so(
    own: Office,
) -> None:
    own.speak_of(DEPED_STORIES[0])
    for step in steps_of(DEPED_STORIES[0], own.now.date()):
        if step.verb not in {"liquidate", "accept-liquidation", "return-funds", "settle"}:
            own.done(step.person, step.verb, own.body_of(step))
    back = {"amount_minor": "6000.00", "receipt": "OR-1", "received_on": own.now.date().isoformat()}
    own.done("budget.lita", "return-funds", back)
    (before,) = typed(own, *DIVISION, "--json").json
    assert (before["to_goal"], before["unaccounted"], before["written_off"]) == (71_400_00, 80_000_00, 0)
    assert "71,400.00 more are to be accounted for" in typed(own, *DIVISION).out
    while not (waiting := own.state().deadline("liquidation")) or not waiting.passed:
        own.pass_next_deadline()
    own.done(
        "superintendent.jose",
        "write-off",
        {"amount_minor": "30000.00", "reason": "The school lost its papers."},
    )
    (found,) = typed(own, *DIVISION, "--json").json
    assert (found["to_goal"], found["unaccounted"], found["written_off"]) == (71_400_00, 50_000_00, 30_000_00)
    (pair,) = typed(own, *DIVISION, "--rows", "pair", "--json").json
    assert pair["written_off"] == 30_000_00
    told = typed(own, *DIVISION).out
    assert "6,000.00 returned, 30,000.00 written off" in told
    assert "not reached any more: 71,400.00 are missing, 50,000.00 can still be accounted for" in told
    assert "30,000.00 written off" in typed(own, "report", "accomplishment", reference(own)).out


def test_who_never_had_a_partner_is_no_pair(own: Office) -> None:
    himigan = ("report", "division", "--authority", "Himigan", "--year", "2027")
    own.tell(DEPED_STORIES[1], before="consent")
    asked = typed(own, *himigan, "--rows", "pair", "--json").json
    assert [one["stage"] for one in asked] == ["awaiting_head_consent"], "they may still come together"
    own.done("head.900005", "refuse-consent", {"reason": "Not this year."})
    assert typed(own, *himigan, "--rows", "pair", "--json").json == []
    assert typed(own, *himigan, "--json").json[0]["pairs"] == 0


def test_who_had_a_partner_stays_a_pair_when_the_case_is_withdrawn(own: Office) -> None:
    own.tell(DEPED_STORIES[0], before="record-visit")
    own.done("head.900001", "withdraw", {"reason": "The school is rebuilt."})
    (pair,) = typed(own, *DIVISION, "--rows", "pair", "--json").json
    assert (pair["stage"], pair["provider"]) == ("withdrawn", "900101")
