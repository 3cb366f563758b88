"""Every exit code that `brokerage help exit-codes` lists is met by somebody who types."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from starter.failures import MEANINGS, Exit
from starter.sample.stories import STORIES
from tests.end_to_end import test_bad_input, test_manners
from tests.end_to_end.hostile import files
from tests.end_to_end.hostile.lines import TRIAGE, UNKNOWN
from tests.end_to_end.office import RunningOffice

NOT_THE_BROKER: Final = (*TRIAGE[:5], "--profile", "head.6990004")
LINES: Final[dict[Exit, tuple[str, ...]]] = {
    Exit.DONE: ("case", "show", "REF"),
    Exit.USAGE: ("case", "shw", "REF"),
    Exit.NOT_FOUND: ("case", "show", UNKNOWN),
    Exit.REFUSED: NOT_THE_BROKER,
    Exit.CONFLICT: (*TRIAGE, "--expect-version", "1"),
    Exit.SOME_FAILED: ("provider", "import", "area.csv", "--programme", "DEPED"),
    Exit.UNKNOWN_OUTCOME: (*NOT_THE_BROKER, "--timeout", "0.000001"),
    Exit.NOT_YET: ("case", "wait", "REF", "--until", "closed", "--timeout", "0"),
}
IN_ANOTHER_HOME: Final[dict[Exit, tuple[str, ...]]] = {
    Exit.UNREACHABLE: ("case", "list"),
    Exit.AUDIT_FAILED: ("audit", "verify"),
}
ELSEWHERE: Final[dict[Exit, Callable[..., None]]] = {
    Exit.BUG: test_bad_input.test_a_bug_is_called_one,
    Exit.INTERRUPTED: test_manners.test_ctrl_c_ends_a_waiting_command_with_130,
}
"""Shown where there is more to see."""


def test_each_exit_code_is_shown(running: RunningOffice) -> None:
    listed = {int(line.partition("\t")[0]) for line in running.here("help", "exit-codes").out.splitlines()}
    assert listed == set(MEANINGS) == {*LINES, *IN_ANOTHER_HOME, *ELSEWHERE}


@pytest.mark.parametrize("code", LINES, ids=lambda code: f"{code:d} {MEANINGS[code]}")
def test_it_is_met(
    running: RunningOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: Exit
) -> None:
    files.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    reference, _ = running.bring(STORIES[0], "mathematics-numeracy", "triage")
    before = running.length()
    done = running.here(*(reference if word == "REF" else word for word in LINES[code]))
    assert done.code == code, done
    assert running.length() == before


def test_an_outcome_that_stays_unknown_comes_with_the_line_that_is_safe_to_repeat(
    running: RunningOffice,
) -> None:
    reference, _ = running.bring(STORIES[0], "mathematics-numeracy", "triage")
    line = [reference if word == "REF" else word for word in LINES[Exit.UNKNOWN_OUTCOME]]
    unknown = running.cli(*line)
    assert (unknown.code, "U-TIMEOUT" in unknown.err) == (Exit.UNKNOWN_OUTCOME, True), unknown
    again = unknown.next_lines[0].replace("--timeout 1e-06", "").replace("--timeout 0.000001", "")
    assert running.here_line(again).code == Exit.REFUSED


@pytest.mark.parametrize("code", IN_ANOTHER_HOME, ids=lambda code: f"{code:d} {MEANINGS[code]}")
def test_it_is_met_in_a_home_where_something_is_wrong(
    running: RunningOffice, tmp_path: Path, code: Exit
) -> None:
    home = tmp_path / "home"
    if code is Exit.AUDIT_FAILED:
        home.mkdir()
        _damaged_copy(running.settings.log_file, home / "log.db")
        shutil.copy(running.home / "clock", home)
    done = running.here(*IN_ANOTHER_HOME[code], BROKERAGE_HOME=str(home))
    assert done.code == code, done


def _damaged_copy(log: Path, to: Path) -> None:
    """The log with one payload that is another, as somebody could have it who holds the file."""
    with closing(sqlite3.connect(log)) as found, closing(sqlite3.connect(to)) as copy:
        found.backup(copy)
        for (trigger,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f"DROP TRIGGER {trigger}")
        copy.execute("UPDATE event SET payload = x'7b7d' WHERE position = 3")
        copy.commit()
