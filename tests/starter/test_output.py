"""What is printed: data on standard output, the rest on standard error; plain where nobody watches."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from starter import output
from starter.failures import Exit, Failure
from starter.output import choose_fields, print_failure, say_json, say_table, show_time

ROWS = [("EAS-1", "a\tb"), ("EAS-22", "two\nlines")]


class Terminal(io.StringIO):
    """A place that says somebody watches."""

    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard output as a colour terminal of 12 columns."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "12")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return terminal


def test_off_a_terminal_a_row_is_a_line_of_tabbed_cells(capsys: pytest.CaptureFixture[str]) -> None:
    say_table(ROWS, ("REFERENCE", "TEXT"))
    assert capsys.readouterr().out == "EAS-1\ta b\nEAS-22\ttwo lines\n"


def test_on_a_terminal_columns_are_headed_aligned_and_cut_to_its_width(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = watched(monkeypatch)
    say_table([("EAS-1", "one"), ("EAS-22", "a long text")], ("R", "T"))
    assert terminal.getvalue() == "\x1b[1mR       T\x1b[0m\nEAS-1   one\nEAS-22  a l…\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", ""), ("TERM", "dumb")])
def test_colour_can_be_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    terminal = watched(monkeypatch)
    monkeypatch.setenv(name, value)
    say_table([("one",)], ("T",))
    assert "\x1b" not in terminal.getvalue()


def test_columns_that_find_no_room_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = watched(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "")
    say_table([("EAS-1", "560,000.00", "2026-11-20")], ("R", "PAID", "ON"), spare=2)
    assert terminal.getvalue() == "R\nEAS-1\n"
    said = capsys.readouterr().err.splitlines()
    assert " ".join(said) == "Not shown: PAID, ON: a wider terminal shows them, --csv shows all."


def test_json_is_one_line_for_programs_and_indented_for_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    say_json({"stage": "triage"})
    assert terminal.getvalue() == '{\n  "stage": "triage"\n}\n'
    monkeypatch.setattr("sys.stdout", plain := io.StringIO())
    say_json({"stage": "triage"})
    assert plain.getvalue() == '{"stage":"triage"}\n'


def test_fields_are_chosen_by_name_and_in_that_order() -> None:
    rows = [{"a": 1, "b": 2, "c": 3}]
    assert list(choose_fields(rows, "c, a", ("a", "b", "c"))[0].items()) == [("c", 3), ("a", 1)]
    assert choose_fields(rows, "", ("a", "b", "c")) == rows
    with pytest.raises(Failure, match="There is no field 'd'") as failed:
        choose_fields([], "d", ("a", "b"))
    assert failed.value.details == ("Fields: a, b",)


def test_times_are_iso_for_programs_and_words_for_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    watched(monkeypatch)
    summer = datetime(2026, 7, 3, 16, 0, tzinfo=UTC)
    assert show_time(summer, None) == "Fri  3 Jul 2026 17:00"
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert show_time(summer, None) == "2026-07-03T17:00:00+01:00"
    assert show_time(summer, "iso", "Asia/Manila") == "2026-07-04T00:00:00+08:00"


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(days=2, minutes=1), "in 2 days"),
        (timedelta(hours=1, minutes=1), "in 1 hour"),
        (timedelta(minutes=-5), "5 minutes ago"),
        (timedelta(seconds=20), "now"),
    ],
)
def test_times_can_be_told_from_now(ahead: timedelta, words: str) -> None:
    assert show_time(datetime.now(UTC) + ahead, "relative") == words


def test_a_failure_is_told_as_what_why_and_what_next(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(Failure(Exit.REFUSED, "R-STAGE", "It does not fit.", ("It fits later.",), ("one", "two")))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "✗ It does not fit.  R-STAGE\n  It fits later.\n  Next: one\n    or: two\n"


def test_an_unknown_outcome_is_a_question_not_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(Failure(Exit.UNKNOWN_OUTCOME, "U-TIMEOUT", "Sent, but not answered."))
    assert capsys.readouterr().err == "? Sent, but not answered.  U-TIMEOUT\n"


def test_standard_output_that_nobody_reads_any_more_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert not output.on_terminal()
    assert not output.coloured()
