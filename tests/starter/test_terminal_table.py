"""A table on a terminal of any width: figures, days and states are whole, and what is left out is named."""

from hypothesis import given
from hypothesis import strategies as st

from starter.terminal_table import set_table

HEADER = ("FUND", "TITLE", "STATE", "ALLOCATED", "AVAILABLE", "WHEN", "WHO")
ROW = (
    "laeg.2026-27",
    "School improvement grant",
    "closed for good",
    "560,000.00",
    "12.50",
    "2026-11-20",
    "finance.gwilym",
)
STATE, WHO = 2, 6


@given(limit=st.integers(1, 140), spare=st.integers(0, 3))
def test_no_width_cuts_a_figure_a_day_a_state_or_the_first_column(limit: int, spare: int) -> None:
    table = set_table([ROW, ROW], HEADER, limit, spare, {STATE})
    text = "\n".join(table.lines)
    for place in (0, STATE, 3, 4, 5):
        assert text.count(ROW[place]) == 2 or HEADER[place] in table.left_out
    assert table.left_out == list(HEADER[len(HEADER) - len(table.left_out) :])
    assert len(table.left_out) <= spare


@given(limit=st.integers(1, 140), spare=st.integers(0, 3))
def test_a_row_is_a_line_within_the_width_or_a_paragraph_of_all_its_columns(limit: int, spare: int) -> None:
    table = set_table([ROW], HEADER, limit, spare, {STATE})
    if table.heads:
        assert len(table.lines) == table.heads + 1
        assert all(len(line) <= limit for line in table.lines)
    else:
        assert [line.split(maxsplit=1) for line in table.lines] == [
            list(pair) for pair in zip(HEADER, ROW, strict=True)
        ]


def test_headers_are_set_in_lines_before_anything_is_left_out() -> None:
    table = set_table([("6990103", "2.25", "0")], ("SCHOOL", "2026 AUTUMN 2", "2027 SPRING 1"), 24, 1)
    assert table.lines == [
        "SCHOOL   2026    2027",
        "         AUTUMN  SPRING",
        "         2       1",
        "6990103  2.25    0",
    ]
    assert table.left_out == []


def test_a_page_without_headers_goes_on_below_where_a_line_is_full() -> None:
    table = set_table([("Money", "140,000.00 PHP released, 81,250.00 liquidated")], ("", ""), 32)
    assert table.lines == ["", "Money  140,000.00 PHP released,", "       81,250.00 liquidated"]
