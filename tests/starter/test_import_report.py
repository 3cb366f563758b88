"""The report of an import reads like the file: lines in order, the same words once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.commands.import_report import Report, Where


def test_refusals_are_told_in_the_order_of_the_lines_and_the_same_words_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = Report()
    for line in (12, 9, 11, 3, 10):
        report.refuse(Where("offers.csv", line), "R-AREA", "There is no area 'art'.", "Areas: maths")
    report.refuse(Where("offers.csv", 7), "R-SCHOOL", "There is no school 1.", None)
    report.refuse(Where("offers.csv", 2), "R-SCHOOL", "There is no school 2.", None)
    report.say_refused()
    assert capsys.readouterr().err.splitlines() == [
        "offers.csv:2 · There is no school 2.  R-SCHOOL",
        "offers.csv:3, 9-12 · There is no area 'art'.  R-AREA",
        "  Areas: maths",
        "offers.csv:7 · There is no school 1.  R-SCHOOL",
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 99)), max_size=30))
def test_every_refusal_is_counted(refused: list[tuple[str, int]]) -> None:
    report = Report()
    for message, line in refused:
        report.refuse(Where("file.csv", line), "R-X", message, None)
    assert report.failed == len(refused)
    assert report.exit_code == (7 if refused else 0)
