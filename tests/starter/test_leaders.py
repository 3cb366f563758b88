"""A list of leader schools and their fund, looked at before anything is sent: every row that is wrong, by line and column."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.activities.builders import Office
from tests.starter.shell import Typed, typed

FUND = ("--fund", "grants.2026", "--source", "Sub-allotment 7", "--open-fund")


@pytest.fixture(scope="module")
def office(registered_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("leaders") / "home"
    shutil.copytree(registered_home, home)
    own = Office(home)
    yield own
    own.close()


def listed(folder: Path, *rows: str) -> Path:
    file = folder / "leaders.csv"
    file.write_text("\n".join(["School ID,Designated From,Designated To", *rows, ""]), "utf-8")
    return file


def foreseen(office: Office, file: Path, *flags: str, programme: str = "DEPED") -> Typed:
    line = ("provider", "import", str(file), "--programme", programme, *flags)
    return typed(office, *line, "--dry-run", "--profile", "admin")


def test_each_school_would_be_designated_and_the_fund_opened_with_the_grant_of_each(
    office: Office, tmp_path: Path
) -> None:
    done = foreseen(office, listed(tmp_path, "900001,2026-01-05,", "900002,2026-01-05,2026-12-31"), *FUND)
    assert done.code == 0, done
    assert "leaders.csv:2 · School 900001 is designated." in done.out
    assert "leaders.csv · Fund grants.2026 is open." in done.out
    assert "The grants of schools were put into fund grants.2026." in done.out
    assert "Leader schools and their fund: 4 new or changed, 0 as on record, 0 refused." in done.out


def test_what_is_on_record_is_not_sent_again(office: Office, tmp_path: Path) -> None:
    done = foreseen(office, listed(tmp_path, "900101,2025-06-16,", "900102,2025-06-16,"))
    assert "0 new or changed, 2 as on record" in done.out


def test_wrong_rows_are_told_by_line_and_column_and_have_no_grant(office: Office, tmp_path: Path) -> None:
    rows = (
        "900001,2026-01-05,",
        "900999,2026-01-05,",
        "900002,2026-13-05,",
        "900003,2026-01-05,2025-01-05",
        "9,2026-01-05,",
    )
    done = foreseen(office, listed(tmp_path, *rows), *FUND)
    assert done.code == 7
    for said in (
        "leaders.csv:3 · School ID · 900999 is not in the register.",
        "leaders.csv:4 · Designated From · must be a day such as",
        "leaders.csv:5 · row · must not end before it begins",
        "leaders.csv:6 · School ID · must be the number of a school",
    ):
        assert said in done.err, done.err
    assert "3 new or changed, 0 as on record, 0 refused." in done.out
    assert foreseen(office, listed(tmp_path, *rows), *FUND, "--strict").code == 2


@pytest.mark.parametrize(
    ("header", "row", "hint"),
    [
        ("School Number,Area,Designated From", "900001,pedagogy,2026-01-05", "Is Area the column Areas?"),
        ("School Number,Areas of Support,Designated From", "900001,pedagogy,2026-01-05", "Is Areas of Support the"),
        ("School Number,Designated From,support_aeras", "900001,2026-01-05,pedagogy", "Is support_aeras the column"),
        ("School Number,SupportAreas,Designated From", "900001,pedagogy,2026-01-05", "Is SupportAreas the column"),
        ("School Number,Designated From,Half Term From", "900001,2026-01-05,2026-autumn-1", "Only a list of leader"),
        ("School Number,designated_from,Days", "900001,2026-01-05,4", "Only a list of leader"),
        ("School Number,Designated From,Language of Delivery", "900001,2026-01-05,en", "Only a list of leader"),
    ],
)  # fmt: skip
def test_a_list_that_may_say_for_what_designates_nobody_for_everything(
    office: Office, tmp_path: Path, header: str, row: str, hint: str
) -> None:
    file = tmp_path / "providers.csv"
    file.write_text(f"{header}\n{row}\n", "utf-8")
    done = foreseen(office, file)
    assert (done.code, "E-COLUMNS" in done.err) == (2, True), done
    assert "lacks the column Areas" in done.err
    assert hint in done.err
    assert done.err.count("the column Areas?") == hint.startswith("Is "), (
        "only what may speak of areas is asked about"
    )
    granted = foreseen(office, file, *FUND)
    assert granted.code == 2
    assert "--fund goes with a list of leader schools" in granted.err


def test_a_list_of_leaders_may_say_more_of_its_schools_and_write_its_columns_as_it_likes(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "leaders.csv"
    file.write_text(
        "school_id,School Name,Address,DESIGNATED_FROM,Remarks\n900001,One,X,2026-01-05,-\n", "utf-8"
    )
    done = foreseen(office, file)
    assert (done.code, "Leader schools and their fund: 1 new or changed" in done.out) == (0, True), done


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (("--fund", "grants.2026-27", "--source", "x"), "E-YEAR", "written as 2026"),
        (("--fund", "grants.2026"), "E-USAGE", "--source is missing"),
        (("--grant", "100000.00"), "E-USAGE", "give --fund, too"),
        (("--open-fund",), "E-USAGE", "give --fund, too"),
        ((*FUND, "--grant", "140000.01"), "E-VALUE", "PHP 140,000.01 is more than the grant of DEPED, PHP 140,000.00"),
        ((*FUND, "--grant", "lots"), "E-VALUE", "must be an amount such as 250"),
        ((*FUND, "--grant", "0"), "E-VALUE", "must be more than nothing"),
    ],
)  # fmt: skip
def test_flags_that_cannot_be_meant_are_refused_before_anything_is_sent(
    office: Office, tmp_path: Path, flags: tuple[str, ...], code: str, said: str
) -> None:
    done = foreseen(office, listed(tmp_path, "900001,2026-01-05,"), *flags)
    assert done.code == 2
    assert code in done.err
    assert said in done.err


def test_a_programme_without_a_grant_asks_how_much(office: Office, tmp_path: Path) -> None:
    fund = ("--fund", "laeg.2026-27", "--source", "x", "--open-fund")
    done = foreseen(office, listed(tmp_path, "6990101,2026-01-05,"), *fund, programme="EAS")
    assert (done.code, "EAS names no grant" in done.err) == (2, True)


def test_a_fund_goes_with_a_list_of_leader_schools_only(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "offers.csv"
    file.write_text("School Number,Area,Languages,Days Per Term,Note\n900101,pedagogy,en,2,\n", "utf-8")
    done = foreseen(office, file, *FUND)
    assert (done.code, "--fund goes with a list of leader schools" in done.err) == (2, True)


def test_a_school_that_is_not_designated_in_the_funds_year_has_no_grant_of_it(
    office: Office, tmp_path: Path
) -> None:
    rows = (
        "900001,2024-01-01,2025-12-31",
        "900002,2027-01-01,",
        "900003,2025-06-16,2026-01-01",
        "900101,2026-12-31,",
    )
    done = foreseen(office, listed(tmp_path, *rows), *FUND)
    assert done.code == 7
    assert "leaders.csv:2 · Designated To · ends before 2026, the year of the fund" in done.err
    assert "leaders.csv:3 · Designated From · begins after 2026, the year of the fund" in done.err
    assert "leaders.csv:4" not in done.err
    assert "leaders.csv:5" not in done.err
    assert foreseen(office, listed(tmp_path, *rows)).code == 0, "without a fund they are only designated"


def test_grants_go_into_a_fund_that_is_there_unless_it_is_said_that_a_new_one_is_meant(
    office: Office, tmp_path: Path
) -> None:
    file = listed(tmp_path, "900001,2026-01-05,")

    def into(key: str, *flags: str) -> Typed:
        return foreseen(office, file, "--fund", key, "--source", "Sub-allotment 7", *flags)

    assert into("s2s.2026").code == 0
    mistyped = into("s2.2026")
    assert (mistyped.code, "E-FUND" in mistyped.err) == (3, True)
    assert "There is no fund s2.2026. Did you mean s2s.2026?" in mistyped.err
    assert "add --open-fund" in mistyped.err
    assert "Fund s2.2026 is open." in into("s2.2026", "--open-fund").out
    foreign = into("laeg.2026-27", "--open-fund")
    assert (foreign.code, "laeg.2026-27 is a fund of EAS; this list is of DEPED" in foreign.err) == (2, True)
