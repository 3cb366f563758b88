"""Without a worker a command waits and may be repeated; without Temporal everything can still be read."""

import asyncio
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from starter.sample.stories import STORIES
from tests.drills.parts import Parts, hold_keys_of_everybody
from tests.end_to_end.office import Done, RunningOffice

TRIAGE = ("--tier", "light", "--profile", "broker.dylan")


@dataclass
class Absence:
    """What was typed while a part was away, and the case it was about. Temporal is stopped by now."""

    office: RunningOffice
    reference: str
    interrupted: Done
    without_worker: Done
    with_worker: Done
    written_without_temporal: Done
    written_without_stack: Done


@pytest.fixture(scope="module")
async def absence(registered_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Absence:
    home = tmp_path_factory.mktemp("absent") / "home"
    shutil.copytree(registered_home, home)
    hold_keys_of_everybody(home)
    parts = Parts(home)
    office = parts.office

    async def typed(*words: str, **environment: str) -> Done:
        return await asyncio.to_thread(office.cli, *words, **environment)

    async with parts:
        await parts.start_worker()
        reference, _ = await asyncio.to_thread(office.bring, STORIES[0], "numeracy", "triage")
        await parts.stop_worker()
        triage = ("case", "triage", reference, *TRIAGE)
        interrupted = await asyncio.to_thread(_interrupt, office, *triage, **parts.environment)
        again = shlex.split(interrupted.next_lines[0])[1:]
        without_worker = await typed(*again, "--timeout", "4", **parts.environment)
        await parts.start_worker()
        with_worker = await typed(*shlex.split(without_worker.next_lines[0])[1:], **parts.environment)
    withdraw = ("case", "withdraw", reference, "--reason", "We found help.", "--profile", "head.6990004")
    return Absence(
        office,
        reference,
        interrupted,
        without_worker,
        with_worker,
        await typed(*withdraw, **parts.environment),
        await typed(*withdraw),
    )


def _interrupt(office: RunningOffice, *words: str, **environment: str) -> Done:
    """Ctrl-C, once the command says that it waits."""
    process = subprocess.Popen(
        [sys.executable, "-m", "starter", *words],
        env=office.environment(**environment),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    said += process.communicate(timeout=20)[1]
    return Done(shlex.join(words), process.returncode, "", said)


def test_ctrl_c_after_sending_ends_with_130_and_the_line_that_repeats_it(absence: Absence) -> None:
    done = absence.interrupted
    assert done.code == 130, done
    assert "Interrupted. It may have been sent, and done." in done.err
    assert " --key " in done.next_lines[0]
    assert "Traceback" not in done.err


def test_without_a_worker_a_write_says_so_and_prints_the_line_that_repeats_it(absence: Absence) -> None:
    done = absence.without_worker
    assert done.code == 9
    assert done.err.startswith(
        "… still waiting for a worker to answer\n? Sent, but not answered (no answer in 4 s)."
    )
    assert "U-TIMEOUT" in done.err
    assert "Is a worker running? brokerage doctor" in done.err
    line = done.next_lines[0]
    assert line.startswith(f"brokerage case triage {absence.reference} --tier light --profile broker.dylan")
    assert " --key " in line


def test_the_repeated_line_is_done_once_the_worker_is_back(absence: Absence) -> None:
    assert absence.with_worker.code == 0, absence.with_worker
    types = [event.envelope.type for event in absence.office.events(absence.reference)]
    assert types.count("TriageAccepted") == 1


def test_without_temporal_a_write_says_that_nothing_was_sent(absence: Absence) -> None:
    for done in (absence.written_without_temporal, absence.written_without_stack):
        assert done.code == 6
        assert "U-TEMPORAL" in done.err
        assert "Nothing was sent; reading still works." in done.err
    assert "connection refused" in absence.written_without_temporal.err
    assert "the stack of this home is not running" in absence.written_without_stack.err
    types = [event.envelope.type for event in absence.office.events(absence.reference)]
    assert "CaseWithdrawn" not in types


@pytest.mark.parametrize(
    "words",
    [
        ("case", "show", "REF"),
        ("case", "history", "REF"),
        ("case", "list"),
        ("audit", "replay", "REF"),
        ("audit", "verify"),
        ("person", "list"),
        ("school", "list"),
        ("provider", "list"),
        ("programme", "show", "EAS"),
    ],
)
def test_without_temporal_everything_can_be_read(absence: Absence, words: tuple[str, ...]) -> None:
    done = absence.office.here(*(absence.reference if word == "REF" else word for word in words))
    assert done.well().out
    assert done.err == ""


def test_without_temporal_what_was_done_is_still_known_to_be(absence: Absence) -> None:
    """The log answers for a command that it holds."""
    line = shlex.split(absence.without_worker.next_lines[0])[1:]
    assert absence.office.here(*line).well().out.startswith("✓ Already done")
