"""A register file is read whole or not at all, and every problem is named by line and column."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import Field

from starter.failures import Exit, Failure
from starter.register import deped, wales
from starter.register.csv_file import CsvRow, read_rows
from starter.register.wales import OfferRow, PersonRow, RequestRow, SchoolRow

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


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("Number\n1\n", "E-COLUMNS", "lacks the column Name."),
        ("number,name\n1,One\n", "E-COLUMNS", "lacks the columns Number, Name."),
        ("", "E-COLUMNS", "lacks the columns Number, Name."),
        ("Number,Name\n1,Caf\u00e9\n".encode("latin-1"), "E-FILE", "is not UTF-8 text (byte 17)."),
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
        ("schools.csv", SchoolRow),
        ("people.csv", PersonRow),
        ("offers.csv", OfferRow),
        ("requests.csv", RequestRow),
    ],
)
def test_the_files_of_the_sample_are_read(name: str, model: type[CsvRow]) -> None:
    lines = (WALES / name).read_text("utf-8").count("\n")
    assert len(read_rows(WALES / name, model)) == lines - 1


@pytest.mark.parametrize(
    ("model", "other", "folder"), [(wales.SchoolRow, deped.SchoolRow, "deped"), (deped.SchoolRow, wales.SchoolRow, "wales")]
)  # fmt: skip
def test_a_file_of_another_register_is_recognised_by_its_columns(
    model: type[CsvRow], other: type[CsvRow], folder: str
) -> None:
    path = WALES.parent / folder / "schools.csv"
    with pytest.raises(Failure) as failed:
        read_rows(path, model, others={f"--register {folder}": other})
    assert failed.value.details[-1] == f"These are the columns of another kind: --register {folder}"
