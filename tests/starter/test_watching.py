"""Watching a case and a list: new events as they come, Ctrl-C at once, a log that goes away and comes back."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson
import pytest

from domain.ids import stream_key
from starter.sample.stories import STORIES
from tests.activities.builders import Office

ROOT = Path(__file__).parents[2]


@pytest.fixture
def told(office: Office) -> Office:
    office.tell(before="consent")
    return office


@contextmanager
def watching(office: Office, *words: str, terminal: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A process that watches; interrupted at the end, it must say that it was."""
    ours, theirs = pty.openpty() if terminal else (None, subprocess.PIPE)
    process = subprocess.Popen(
        [sys.executable, "-m", "starter", "case", *words, "--watch"],
        env=os.environ
        | {"BROKERAGE_HOME": str(office.settings.home), "PYTHONUNBUFFERED": "1"}
        | {"TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"},
        cwd=ROOT,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    )
    if ours is not None:
        os.close(theirs)
        process.stdout = open(ours, encoding="utf-8", newline="")  # noqa: SIM115 – closed with the process
    try:
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def out(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def err(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stderr is not None
    return process.stderr


def test_off_a_terminal_new_events_are_lines_of_json(told: Office) -> None:
    before = told.size()[0]
    with watching(told, "show", stream_key(told.stream)) as process:
        assert err(process).readline() == f"Watching from position {before}; Ctrl-C ends it.\n"
        told.done("head.6990004", "consent")
        after = told.size()[0]
        entries = [orjson.loads(out(process).readline()) for _ in range(after - before)]
        assert entries[0]["type"] == "HeadConsentGiven"
        assert [entry["position"] for entry in entries] == list(range(before + 1, after + 1))
        told.done("broker.dylan", "triage", {"tier": "standard"})
        assert orjson.loads(out(process).readline())["type"] == "TriageAccepted"


def test_events_of_other_cases_are_not_told(told: Office) -> None:
    own = told.stream
    with watching(told, "show", stream_key(own)) as process:
        err(process).readline()
        told.tell(STORIES[1], before="submit")
        told.stream = own
        told.done("head.6990004", "consent")
        assert orjson.loads(out(process).readline())["type"] == "HeadConsentGiven"


def test_a_watched_list_tells_the_rows_that_changed(told: Office) -> None:
    with watching(told, "list", "--json=reference,stage") as process:
        err(process).readline()
        told.done("head.6990004", "consent")
        first = {"reference": stream_key(told.stream), "stage": "triage"}
        assert orjson.loads(out(process).readline()) == first
        told.tell(STORIES[1], before="submit")
        second = orjson.loads(out(process).readline())
        assert (second["reference"], second["stage"]) == (stream_key(told.stream), "draft")


def test_a_case_that_leaves_a_watched_list_is_told_as_it_leaves(told: Office) -> None:
    with watching(told, "list", "--stage", "awaiting_head_consent", "--json=reference,stage") as process:
        err(process).readline()
        told.done("head.6990004", "consent")
        gone = orjson.loads(out(process).readline())
        assert gone == {"reference": stream_key(told.stream), "stage": "triage"}


def test_on_a_terminal_the_page_is_drawn_again_at_each_change(told: Office) -> None:
    with watching(told, "show", stream_key(told.stream), terminal=True) as process:
        page = until(process, "Next:")
        assert page.startswith("\x1b[H\x1b[2J")
        assert "awaiting head consent" in page
        told.done("head.6990004", "consent")
        page = until(process, "Next:")
        assert re.search(r"\x1b\[H\x1b\[2J.*Stage +triage", page, re.DOTALL)


def until(process: subprocess.Popen[str], word: str) -> str:
    """What is on the screen up to the line with that word."""
    read = ""
    while word not in read:
        line = out(process).readline()
        assert line, read
        read += line
    return read


def test_a_log_that_goes_away_for_a_moment_is_waited_for(told: Office) -> None:
    file = told.settings.log_file
    with watching(told, "show", stream_key(told.stream)) as process:
        err(process).readline()
        aside = file.with_name("aside.db")
        file.rename(aside)
        assert "There is no log at" in (said := err(process).readline())
        assert said.endswith("Looking again.  U-LOG\n")
        aside.rename(file)
        assert err(process).readline() == "The log can be read again.\n"
        told.done("head.6990004", "consent")
        assert orjson.loads(out(process).readline())["type"] == "HeadConsentGiven"


def test_without_a_log_or_a_case_it_does_not_begin(told: Office, tmp_path: Path) -> None:
    for reference, home, code in (
        ("EAS-0000000-0", told.settings.home, 3),
        (stream_key(told.stream), tmp_path / "none", 6),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "starter", "case", "show", reference, "--watch"],
            env=os.environ | {"BROKERAGE_HOME": str(home)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (done.returncode, done.stdout) == (code, "")
