"""How lines behave in a shell: in a pipe, without colour, interrupted; and what they load to be quick."""

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from starter.sample.stories import STORIES
from tests.end_to_end.office import RunningOffice

ISO_TIME = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")


@pytest.fixture(scope="module")
def reference(running: RunningOffice) -> str:
    return running.bring(STORIES[3], "humanities")[0]


def on_a_terminal(office: RunningOffice, *words: str, **more: str) -> str:
    """What a person at a terminal of 80 columns reads."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "starter", *words],
        env=office.environment(**({"COLUMNS": "80", "TERM": "xterm"} | more)),
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:
            break
        if not chunk:
            break
        said += chunk
    assert process.wait() == 0
    os.close(ours)
    return said.decode()


def test_off_a_terminal_lines_are_tabbed_whole_and_plain(running: RunningOffice, reference: str) -> None:
    for words in (("case", "list"), ("case", "history", reference), ("person", "list"), ("school", "list")):
        out = running.here(*words).well().out
        assert "\x1b" not in out
        assert "…" not in out
        assert len({line.count("\t") for line in out.splitlines()}) == 1
    row = next(line for line in running.here("case", "list").out.splitlines() if line.startswith(reference))
    assert running.here("case", "history", reference).out.count("\n") == len(
        ISO_TIME.findall(running.here("case", "history", reference).out)
    )
    assert row.split("\t")[3] == "in delivery (paused)"


def test_on_a_terminal_there_is_a_heading_a_count_and_the_width_is_kept(
    running: RunningOffice, reference: str
) -> None:
    said = on_a_terminal(running, "case", "list")
    assert "\x1b[1mREFERENCE" in said
    assert re.search(r"^\d+ cases?\r?$", said, re.MULTILINE)
    plain = re.sub(r"\x1b\[\d+m", "", said)
    assert [line for line in plain.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_refused(running: RunningOffice, environment: dict[str, str]) -> None:
    said = on_a_terminal(running, "programme", "list", **environment)
    assert "EAS" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "line", ["case history REF --deadlines", "audit replay REF", "case --help", "person list"]
)
def test_a_broken_pipe_is_quiet(running: RunningOffice, reference: str, line: str) -> None:
    command = f"{shlex.quote(sys.executable)} -m starter {line.replace('REF', reference)}"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | true"],
        env=running.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_ends_a_waiting_command_with_130(running: RunningOffice, reference: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "starter", "case", "wait", reference, "--until", "closed"],
        env=running.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _until_it_reads(process, running.settings.log_file)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, "", "")


def _until_it_reads(process: subprocess.Popen[str], file: Path) -> None:
    """Once the log is open, the command is past its start."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        links = [_target(link) for link in Path(f"/proc/{process.pid}/fd").iterdir()]
        if str(file) in links:
            return
        time.sleep(0.02)
    raise AssertionError("the command never opened the log")


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except FileNotFoundError:
        return ""


# What is loaded

HEAVY = ("temporalio", "sqlalchemy", "structlog", "cryptography", "alembic")
MAY_LOAD = {
    "--help": (),
    "--version": (),
    "case list": ("sqlalchemy",),
    "case show REF": ("sqlalchemy",),
    "case history REF": ("sqlalchemy",),
    "case list --csv --overdue": ("sqlalchemy",),
    "case list --as-of position:200": ("sqlalchemy",),
    "case show REF --as-of event:3": ("sqlalchemy",),
    "admin rebuild --check": ("sqlalchemy",),
    "case triage --help": ("sqlalchemy",),
    "school list": ("sqlalchemy",),
    "work mine": ("sqlalchemy",),
    "work overdue --csv": ("sqlalchemy",),
    "work --help": ("sqlalchemy",),
    "bulk pause --help": ("sqlalchemy",),
}


@pytest.mark.parametrize("line", MAY_LOAD)
def test_a_line_loads_no_more_than_it_needs(running: RunningOffice, reference: str, line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "starter", *line.replace("REF", reference).split()],
        env=running.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {row.rpartition("|")[2].strip().partition(".")[0] for row in done.stderr.splitlines()}
    assert loaded & set(HEAVY) == set(MAY_LOAD[line])
