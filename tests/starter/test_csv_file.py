"""A register file is read whole or not at all, and every problem is named by line and column."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import Field

from domain.directory.schools import RegisterSchool
from starter.commands.school_import import parse_schools
from starter.failures import Exit, Failure
from starter.register.csv_file import CsvRow, parse_rows, read_rows
from starter.register.profile import SHIPPED, Profile, shipped
from starter.register.providers import ProviderRow
from starter.register.schools import SchoolRow
from starter.register.wales import OfferRow, PersonRow, RequestRow

WALES = Path(__file__).resolve().parents[2] / "starter" / "sample" / "wales"


class Row(CsvRow):
    """A small register."""

    number: int = Field(alias="Number", ge=1)
    name: str = Field(alias="Name")
    opened: date | None = Field(default=None, alias="Opened")


def file(folder: Path, content: str | bytes) -> Path:
    path = folder / "register.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def failure(path: Path) -> Failure:
    with pytest.raises(Failure) as failed:
        read_rows(path, Row)
    assert failed.value.exit_code is Exit.USAGE
    return failed.value


def test_rows_come_with_their_lines(tmp_path: Path) -> None:
    rows = read_rows(file(tmp_path, "Number,Name,Opened\n1, One ,\n2,Two,2026-09-01\n"), Row)
    assert [(line, row.number, row.name, row.opened) for line, row in rows] == [
        (2, 1, "One", None),
        (3, 2, "Two", date(2026, 9, 1)),
    ]


def test_a_byte_order_mark_other_columns_and_line_ends_of_windows_are_no_problem(tmp_path: Path) -> None:
    rows = read_rows(file(tmp_path, b"\xef\xbb\xbfName,Note,Number\r\nOne,x,1\r\n"), Row)
    assert [(line, row.name) for line, row in rows] == [(2, "One")]


def test_a_cell_may_hold_commas_and_line_breaks(tmp_path: Path) -> None:
    rows = read_rows(file(tmp_path, 'Number,Name\n1,"One,\nin two lines"\n2,Two\n'), Row)
    assert [(line, row.name) for line, row in rows] == [(3, "One,\nin two lines"), (4, "Two")]


def test_lines_within_a_cell_end_alike_whatever_program_wrote_them(tmp_path: Path) -> None:
    rows = read_rows(file(tmp_path, b'Number,Name\r\n1,"One,\r\nin two lines"\r\n2,Two\r\n'), Row)
    assert [(line, row.name) for line, row in rows] == [(3, "One,\nin two lines"), (4, "Two")]


def test_a_part_that_is_wrong_is_told_once_and_a_half_term_by_an_example(tmp_path: Path) -> None:
    offers = file(tmp_path, "School Number,Area,Languages,Days Per Term\n6990101,literacy,welsh,2\n")
    assert [problem.words("f") for problem in parse_rows(offers, OfferRow).problems] == [
        "f:2 · Languages · must be cy, en or fil"
    ]
    days = file(tmp_path, "School Number,Half Term From,Days Per Half Term\n6990101,2026-autumn-3,2\n")
    assert [problem.words("f") for problem in parse_rows(days, ProviderRow).problems] == [
        "f:2 · Half Term From · must be a half term, such as 2027-spring-1"
    ]


def test_a_campus_has_more_pupils_than_any_school(tmp_path: Path) -> None:
    register = "School Number,School Name,LA Name,Phase,Pupils\n6800001,Campus,Newfield,Middle,13500\n"
    parsed = parse_schools(file(tmp_path, register), shipped("wales"))
    ((_line, row),) = parsed.rows
    assert RegisterSchool.model_validate(row.body()).pupils == 13_500


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("Number\n1\n", "E-COLUMNS", "lacks the column Name."),
        ("nummer,nom\n1,One\n", "E-COLUMNS", "lacks the columns Number, Name."),
        ("", "E-COLUMNS", "lacks the columns Number, Name."),
        (b"\x89PNG\r\n\x1a\n\0", "E-FILE", "neither UTF-8 nor Windows-1252 (byte 0)."),
        (b"Number,Name\n1,\x81\n", "E-FILE", "neither UTF-8 nor Windows-1252 (byte 14)."),
        (b"\xff\xfeN\0u", "E-FILE", "neither UTF-8 nor Windows-1252"),
        ('Number,Name\n1,"One\n', "E-ROWS", "has 1 problem; nothing was sent."),
    ],
)
def test_a_file_that_is_no_such_register_says_why(
    tmp_path: Path, content: str | bytes, code: str, message: str
) -> None:
    failed = failure(file(tmp_path, content))
    assert failed.code == code
    assert message in failed.message


def test_every_problem_is_named_by_line_and_column(tmp_path: Path) -> None:
    failed = failure(file(tmp_path, "Number,Name,Opened\n0,Zero,\n1,,soon\n2,Two,2026-09-01,more\nx,X,\n"))
    assert failed.code == "E-ROWS"
    assert failed.details == (
        "register.csv:2 · Number · must be at least 1",
        "register.csv:3 · Name · is missing",
        "register.csv:3 · Opened · must be a day such as 2026-11-20",
        "register.csv:4 · more cells than columns",
        "register.csv:5 · Number · must be a whole number",
    )


def test_of_many_problems_the_first_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    failed = failure(file(tmp_path, "Number,Name\n" + "0,Zero\n" * 50))
    assert failed.message.endswith("has 50 problems; nothing was sent.")
    assert len(failed.details) == 21
    assert failed.details[-1] == "… and 30 more"


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("people.csv", PersonRow),
        ("offers.csv", OfferRow),
        ("requests.csv", RequestRow),
    ],
)
def test_the_files_of_the_sample_are_read(name: str, model: type[CsvRow]) -> None:
    lines = (WALES / name).read_text("utf-8").count("\n")
    assert len(read_rows(WALES / name, model)) == lines - 1


@pytest.mark.parametrize("code", ["wales", "deped"])
def test_a_file_of_another_register_is_recognised_by_its_columns(code: str) -> None:
    (other,) = {"wales", "deped"} - {code}
    with pytest.raises(Failure) as failed:
        parse_schools(WALES.parent / other / "schools.csv", shipped(code))
    assert failed.value.details[-1] == f"These are the columns of another kind: --map {other}"


NAMES = ["Ysgol Tŷ Gwyn", "Café Primary"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_same_table_is_read_however_it_was_saved(tmp_path: Path, encoding: str, separator: str) -> None:
    names = NAMES[1:] if encoding == "cp1252" else NAMES
    lines = ["Number,Name,Opened", *(f"{number},{name}," for number, name in enumerate(names, 1))]
    text = "\r\n".join(line.replace(",", separator) for line in lines)
    parsed = parse_rows(file(tmp_path, text.encode(encoding)), Row)
    assert [row.name for _line, row in parsed.rows] == names
    notes = " ".join(parsed.table.notes)
    assert ("cp1252" in notes, "UTF-16" in notes) == (encoding == "cp1252", encoding == "utf-16")
    assert ("semicolons" in notes, "tabs" in notes) == (separator == ";", separator == "\t")


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (
            "Number,Name\n1,Ysgol Tŷ\n".encode() + b"2,Caf\xe9\n",
            "register.csv:3 · byte 29 (0xE9) is no UTF-8",
        ),
        (b"Number,Name\r\n1,Caf\xe9\r\n" + "2,Llanfair – Tŷ\r\n".encode(), "register.csv:2 · byte 18 (0xE9)"),
        (b"\xef\xbb\xbfNumber,Name\n1,Caf\xe9\n", "register.csv:2 · byte 20 (0xE9)"),
        ("Number,Name\n1,₱ Paaralan\n2,Pe".encode() + b"\xf1a\n", "register.csv:3 · byte 31 (0xF1)"),
    ],
)
def test_a_stray_byte_in_a_file_of_utf_8_is_named_and_turns_no_letter_into_another(
    tmp_path: Path, content: bytes, where: str
) -> None:
    failed = failure(file(tmp_path, content))
    assert failed.code == "E-FILE"
    assert where in failed.message


def test_a_file_of_windows_1252_is_read_whatever_its_names_end_with(tmp_path: Path) -> None:
    names = ["École “La Forêt”", "CAFÉ’S", "Peña – Niño", "Straße…"]
    text = "\n".join(["Number,Name", *(f"{number},{name}" for number, name in enumerate(names, 1))])
    assert [row.name for _line, row in read_rows(file(tmp_path, text.encode("cp1252")), Row)] == names


def test_rows_of_nothing_but_separators_are_no_rows(tmp_path: Path) -> None:
    parsed = parse_rows(file(tmp_path, "Number,Name,Opened\n,,\n1,One,\n , \u00a0,\n,,,,,,\n"), Row)
    assert [line for line, _row in parsed.rows] == [3]
    assert parsed.problems == ()


def test_columns_are_known_however_they_are_cased_and_spaced(tmp_path: Path) -> None:
    parsed = parse_rows(file(tmp_path, "NAME , n_umber,Note\nOne,1,x\n"), Row)
    assert [(line, row.number, row.name) for line, row in parsed.rows] == [(2, 1, "One")]
    assert parsed.unread == ("Note",)


def test_good_rows_are_there_beside_the_bad_ones(tmp_path: Path) -> None:
    parsed = parse_rows(file(tmp_path, "Number,Name\n1,One\n0,Zero\n3,Three\n1,Again\n"), Row, "number")
    assert [line for line, _row in parsed.rows] == [4]
    assert parsed.bad == {2, 3, 5}


def test_of_fifteen_hundred_rows_exactly_the_twelve_that_are_wrong_are_left_out(tmp_path: Path) -> None:
    lines = [f"{6_800_000 + n},Ysgol {n},Cwm Enfys,Primary,{n % 900}" for n in range(1500)]
    wrong = {
        7: "x,Ysgol,Cwm Enfys,Primary,1",
        100: "6800098,,Cwm Enfys,Primary,1",
        101: "6800099,Ysgol,,Primary,1",
        205: "6800203,Ysgol,Cwm Enfys,Tea,1",
        206: "6800204,Ysgol,Cwm Enfys,,1",
        399: "6800397,Ysgol,Cwm Enfys,Primary,-1",
        400: "6800398,Ysgol,Cwm Enfys,Primary,many",
        777: f"6800775,{'Y' * 121},Cwm Enfys,Primary,1",
        778: "6800776,Ysgol\x00,Cwm Enfys,Primary,1",
        900: "6800898,Ysgol,Cwm Enfys,Primary,1,more",
        1400: "6801399,Ysgol,Cwm Enfys,Primary,1",
    }
    for line, cells in wrong.items():
        lines[line - 2] = cells
    header = "School Number,School Name,LA Name,Phase,Pupils"
    parsed = parse_schools(file(tmp_path, "\n".join([header, *lines, ""])), shipped("wales"))
    # The last of them names the school of the line after it: neither can be meant.
    assert parsed.bad == {*wrong, 1401}
    assert len(parsed.rows) == 1500 - 12
    told = {problem.line: problem.column for problem in parsed.problems}
    assert [told[line] for line in (7, 100, 101, 205, 399, 777, 900)] == [
        "School Number", "School Name", "LA Name", "Phase", "Pupils", "School Name", "",
    ]  # fmt: skip


def test_a_file_without_rows_is_a_file_without_rows(tmp_path: Path) -> None:
    parsed = parse_rows(file(tmp_path, "Number,Name\n"), Row)
    assert (parsed.rows, parsed.problems) == ((), ())


def test_the_sample_of_wales_has_no_column_that_nobody_reads() -> None:
    parsed = parse_schools(WALES / "schools.csv", shipped("wales"))
    assert (parsed.problems, parsed.unread) == ((), ())
    assert len(parsed.rows) == (WALES / "schools.csv").read_text("utf-8").count("\n") - 1


@pytest.mark.parametrize("code", SHIPPED)
def test_every_profile_names_only_fields_of_a_school_and_all_that_are_needed(code: str) -> None:
    profile = shipped(code)
    fields = set(SchoolRow.model_fields)
    assert {*profile.columns, *profile.values, *profile.forms} <= fields
    assert {name for name, field in SchoolRow.model_fields.items() if field.is_required()} <= set(
        profile.columns
    )
    assert {*profile.values, *profile.forms} <= set(profile.columns)


def test_a_word_of_a_register_that_its_profile_does_not_know_is_told_with_the_line_that_mends_it(
    tmp_path: Path,
) -> None:
    ours = file(tmp_path, "Nr,School,Area Office,Type\n6990001,A,North,Tea\n")
    columns = {"number": ("Nr",), "name": ("School",), "authority": ("Area Office",), "phase": ("Type",)}
    words = {"phase": {"Infant": "primary", "Upper": "secondary"}}
    profile = Profile(code="ours", columns=columns, values=words)
    (problem,) = parse_rows(ours, SchoolRow, profile=profile).problems
    assert problem.message == (
        "must be Infant or Upper, not 'Tea'; a line under [values.phase] of the profile says what it means"
    )


def test_a_part_of_a_cell_that_is_wrong_is_told_with_how_parts_are_told_apart(tmp_path: Path) -> None:
    header = "School Number,Areas,Designated From\n"
    listed = file(tmp_path, header + '6990103,"numeracy, literacy",2026-09-01\n')
    (problem,) = parse_rows(listed, ProviderRow).problems
    assert problem.message == (
        "must be a code in small letters, such as digital-competence, not 'numeracy, literacy'; "
        "several are parted by semicolons"
    )
