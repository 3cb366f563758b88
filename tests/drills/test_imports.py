"""A register is being entered when its line is interrupted, line and worker are killed, or no worker is there at all."""

import asyncio
import csv
import io
import signal
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from starter.reading import reading
from tests.drills.parts import Parts
from tests.drills.test_bulk import finished, parts_of, typed, verified

SCHOOLS: Final = 120
FIRST: Final = 6_800_000


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register with two rows that cannot be read."""
    file = tmp_path / "schools.csv"
    lines = [f"{FIRST + n},Ysgol {n},Newfield,Primary" for n in range(SCHOOLS)]
    lines[100:100] = [f"{FIRST},Ysgol,Newfield,Tea", "x,Ysgol,Newfield,Primary"]
    file.write_text("\n".join(["School Number,School Name,LA Name,Phase", *lines, ""]), "utf-8")
    return file


def entered(parts: Parts) -> Counter[str]:
    """How often each school of the register was entered."""
    with reading(parts.settings) as office:
        streams = (
            one.envelope.stream for one in office.log.events() if one.envelope.type == "SchoolRegistered"
        )
        return Counter(stream for stream in streams if stream.startswith("school/68"))


async def until_entered(parts: Parts, count: int) -> None:
    def sent() -> int:
        with reading(parts.settings) as office:
            return office.log.count_commands_named("import-")

    while sent() < count:
        await asyncio.sleep(0.02)


def once_each(parts: Parts) -> bool:
    found = entered(parts)
    return len(found) == SCHOOLS and set(found.values()) == {1}


async def test_a_line_that_is_interrupted_tells_of_every_row_what_is_known(
    registered_home: Path, tmp_path: Path, register: Path
) -> None:
    async with parts_of(registered_home, tmp_path) as parts:
        await parts.start_worker("after_commit", SCHOOLS // 2)
        process = await typed(parts, "school", "import", str(register), "--timeout", "40")
        assert await parts.worker_died() == signal.SIGKILL
        process.send_signal(signal.SIGINT)
        code, _out, err = await finished(process)
        assert code == 130, err
        text = register.with_name("schools.result.csv").read_text("utf-8-sig")
        told = Counter(row["status"] for row in csv.DictReader(io.StringIO(text, newline="")))
        assert (told["wrong"], told.total()) == (2, SCHOOLS + 2)
        assert told["done"] == len(entered(parts)) > 0
        assert told["unknown"] == SCHOOLS - told["done"]


async def test_line_and_worker_killed_the_next_worker_goes_on_and_the_next_line_finds_all_done(
    registered_home: Path, tmp_path: Path, register: Path
) -> None:
    async with parts_of(registered_home, tmp_path) as parts:
        await parts.start_worker("after_commit", SCHOOLS // 2)
        line = ("school", "import", str(register), "--timeout", "40")
        process = await typed(parts, *line)
        assert await parts.worker_died() == signal.SIGKILL
        process.kill()
        await process.wait()
        await parts.start_worker()
        await until_entered(parts, SCHOOLS)
        _code, out, err = await finished(await typed(parts, *line))
        assert f"0 new or changed, {SCHOOLS} as on record" in out, err
        assert once_each(parts)
        assert verified(parts)


async def test_without_a_worker_the_outcome_is_unknown_and_the_same_line_finishes_it(
    registered_home: Path, tmp_path: Path, register: Path
) -> None:
    async with parts_of(registered_home, tmp_path) as parts:
        line = ("school", "import", str(register))
        code, out, err = await finished(await typed(parts, *line, "--timeout", "2"))
        assert (code, "U-TIMEOUT" in err, f"{SCHOOLS} not answered" in out) == (9, True, True)
        await parts.start_worker()
        code, out, err = await finished(await typed(parts, *line, "--timeout", "40"))
        assert code == 7, err
        assert once_each(parts)
        assert verified(parts)
