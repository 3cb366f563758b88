"""Help: of every command, by whom and in which stages; and what exit codes mean."""

import subprocess
import sys

import pytest

from domain.case.commands import COMMANDS, SYSTEM_VERBS
from domain.case.lifecycle import rows_for
from starter.__main__ import run
from starter.failures import MEANINGS, Exit

VERBS = sorted(COMMANDS.keys() - SYSTEM_VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_says_by_whom_and_in_which_stages(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["case", verb, "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    rows = rows_for(verb)
    assert rows
    for row in rows:
        for party in row.who:
            assert str(party).replace("_", " ") in said
        for stage in row.stages:
            if stage is not None:
                assert f"{stage.words}" in said.partition(" In: ")[2]
    assert "--dry-run" in said


def test_the_exit_codes_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help", "exit-codes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{int(code)}\t{MEANINGS[code]}" for code in Exit]


def test_help_of_a_command_is_its_own_help(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["case", "triage"], ["person", "add"], ["doctor"], []):
        assert run(["help", *words]) == 0
        asked = capsys.readouterr().out
        assert run([*words, "--help"]) == 0
        assert capsys.readouterr().out == asked


@pytest.mark.parametrize(
    ("topic", "meant", "line"),
    [
        (["csae"], "Did you mean case?", "brokerage --help"),
        (["exit-code"], "Did you mean exit-codes?", "brokerage --help"),
        (["case", "trage"], "Did you mean triage?", "brokerage case --help"),
    ],
)
def test_no_such_topic_names_the_nearest(
    capsys: pytest.CaptureFixture[str], topic: list[str], meant: str, line: str
) -> None:
    assert run(["help", *topic]) == Exit.USAGE
    said = capsys.readouterr().err
    assert meant in said
    assert f"Next: {line}\n" in said


def test_help_stays_quick() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "starter", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {row.rpartition("|")[2].strip().partition(".")[0] for row in done.stderr.splitlines()}
    assert not loaded & {"temporalio", "sqlalchemy", "structlog", "pydantic", "cryptography"}
