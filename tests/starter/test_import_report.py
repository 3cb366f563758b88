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


@pytest.mark.parametrize("first", [0, 1])
def test_of_a_line_that_says_what_others_say_the_worst_is_told(first: int) -> None:
    line, done, refused = Where("f.csv", 9), Where("f.csv", 2), Where("f.csv", 3)
    report = Report()
    said = [done, refused]
    for where in (said[first], said[1 - first]):
        report.alike(line, where)
    report.done(done)
    report.done(line)
    assert report.fates[line].told == "done"
    report.refuse(refused, "R-POST", "No.", None)
    assert (report.fates[line].told, report.fates[line].code) == ("refused", "R-POST")
    assert (report.fates[done].told, report.new, report.failed) == ("done", 2, 1), "and counted once"
    only = Where("f.csv", 10)
    report.alike(only, refused)
    assert report.fates[only].told == "refused"
