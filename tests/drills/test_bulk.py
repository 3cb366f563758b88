"""A line about sixty cases is cut off: its process, the worker, or both. Every case is asked once, none twice."""

import asyncio
import os
import shlex
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from domain.bulk import command_id_prefix
from domain.ids import case_stream
from starter.reading import reading
from tests.activities.builders import Office
from tests.drills.parts import Parts, hold_keys_of_everybody
from tests.many_cases import open_many

CASES: Final = 60
STORM: Final = (
    "bulk", "pause", "--programme", "EAS", "--reason", "weather", "--review-on", "+1w",
    "--profile", "adviser.meinir", "--json",
)  # fmt: skip
THAW: Final = ("bulk", "resume", "--programme", "EAS", "--profile", "adviser.meinir", "--json")
PATIENT: Final = ("--timeout", "40")


@pytest.fixture(scope="module")
def snowed_in(registered_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with sixty open cases, to be copied."""
    home = tmp_path_factory.mktemp("many") / "home"
    shutil.copytree(registered_home, home)
    office = Office(home)
    open_many(office, CASES)
    office.close()
    hold_keys_of_everybody(home)
    return home


@asynccontextmanager
async def parts_of(home: Path, tmp_path: Path) -> AsyncIterator[Parts]:
    shutil.copytree(home, tmp_path / "home")
    async with Parts(tmp_path / "home") as parts:
        yield parts


async def typed(parts: Parts, *words: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "starter",
        *words,
        env=parts.office.environment(**parts.environment),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )


async def finished(process: Process) -> tuple[int, str, str]:
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def answered(parts: Parts, key: str) -> int:
    with reading(parts.settings) as office:
        return office.log.count_commands_named(command_id_prefix(key))


async def until_answered(parts: Parts, key: str, count: int) -> None:
    while answered(parts, key) < count:
        await asyncio.sleep(0.01)


def decided(parts: Parts, event: str) -> Mapping[str, int]:
    """How many events of the type each case has."""
    with reading(parts.settings) as office:
        references = [row["reference"] for row in _list(parts)]
        return {
            reference: sum(
                one.envelope.type == event for one in office.log.events(stream=case_stream(reference))
            )
            for reference in references
        }


def _list(parts: Parts) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parts.office.here("case", "list", "--json", "--programme", "EAS").json
    return rows


def once_each(parts: Parts, event: str) -> bool:
    found = decided(parts, event)
    return len(found) == CASES and set(found.values()) == {1}


def verified(parts: Parts) -> bool:
    return bool(parts.office.cli("audit", "verify", "--json").json["findings"] == [])


async def test_a_line_killed_midway_goes_on_and_typed_again_does_nothing_twice(
    snowed_in: Path, tmp_path: Path
) -> None:
    async with parts_of(snowed_in, tmp_path) as parts:
        await parts.start_worker()
        process = await typed(parts, *STORM, *PATIENT, "--key", "storm")
        await until_answered(parts, "storm", 5)
        process.kill()
        await process.wait()
        code, out, _ = await finished(await typed(parts, *STORM, *PATIENT, "--key", "storm"))
        report = orjson.loads(out)
        assert (code, report["cases"], report["refused"], report["unknown"]) == (0, CASES, 0, 0)
        assert report["already"] >= 5
        assert once_each(parts, "CasePaused")
        # Typed again without its key, it is a new line: every case says that it is paused already.
        code, out, _ = await finished(await typed(parts, *STORM, *PATIENT))
        again = orjson.loads(out)
        assert (code, again["already"], again["done"]) == (0, CASES, 0)
        assert once_each(parts, "CasePaused")
        assert verified(parts)


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
async def test_a_worker_killed_midway_costs_the_line_nothing_but_time(
    snowed_in: Path, tmp_path: Path, point: str
) -> None:
    async with parts_of(snowed_in, tmp_path) as parts:
        await parts.start_worker(point, 40)
        process = await typed(parts, *STORM, *PATIENT, "--key", "storm")
        assert await parts.worker_died() == signal.SIGKILL
        before = answered(parts, "storm")
        assert before < CASES
        await parts.start_worker()
        code, out, err = await finished(process)
        assert code == 0, err
        assert orjson.loads(out)["done"] == CASES
        assert once_each(parts, "CasePaused")
        assert verified(parts)


async def test_line_and_worker_killed_the_next_worker_finishes_what_was_handed_over(
    snowed_in: Path, tmp_path: Path
) -> None:
    async with parts_of(snowed_in, tmp_path) as parts:
        await parts.start_worker("after_commit", 40)
        process = await typed(parts, *STORM, *PATIENT, "--key", "storm")
        assert await parts.worker_died() == signal.SIGKILL
        process.kill()
        await process.wait()
        await parts.start_worker()
        await until_answered(parts, "storm", CASES)
        assert once_each(parts, "CasePaused")
        # What is told is what the log says, whoever asks and however late.
        status = parts.office.cli("bulk", "status", "storm", "--json", **parts.environment)
        assert orjson.loads(status.out)["done"] == CASES
        assert verified(parts)


async def test_without_a_worker_the_outcome_is_unknown_and_the_line_that_repeats_it_is_given(
    snowed_in: Path, tmp_path: Path
) -> None:
    async with parts_of(snowed_in, tmp_path) as parts:
        code, out, err = await finished(await typed(parts, *STORM, "--timeout", "2"))
        assert (code, orjson.loads(out)["unknown"], "U-TIMEOUT" in err) == (9, CASES, True)
        assert answered(parts, "storm") == 0
        status, line = (
            words.partition(":")[2].strip()
            for words in err.splitlines()
            if words.strip().startswith(("Next:", "or:"))
        )
        assert parts.office.cli(*shlex.split(status)[1:], **parts.environment).code == 10
        await parts.start_worker()
        code, out, err = await finished(await typed(parts, *shlex.split(line)[1:]))
        report = orjson.loads(out)
        # The first line's workflow went on as soon as there was a worker; between them each case was asked once.
        assert (code, report["done"] + report["already"], report["unknown"]) == (0, CASES, 0), err
        assert once_each(parts, "CasePaused")


async def test_what_one_line_paused_one_line_resumes_though_its_worker_dies(
    snowed_in: Path, tmp_path: Path
) -> None:
    async with parts_of(snowed_in, tmp_path) as parts:
        await parts.start_worker()
        assert (await finished(await typed(parts, *STORM, *PATIENT)))[0] == 0
        os.kill(parts.worker_pid or 0, signal.SIGKILL)
        assert await parts.worker_died() == signal.SIGKILL
        process = await typed(parts, *THAW, *PATIENT)
        await parts.start_worker()
        code, out, _ = await finished(process)
        assert (code, orjson.loads(out)["done"]) == (0, CASES)
        assert once_each(parts, "CaseResumed")
        assert verified(parts)
