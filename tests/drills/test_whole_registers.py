"""A whole register and a list of four hundred providers, twelve rows of them wrong: killed half-way, all is there once."""

import asyncio
import csv
import io
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from starter.reading import reading
from tests.drills.parts import Parts
from tests.drills.test_bulk import finished, parts_of, typed, verified

pytestmark = pytest.mark.timeout(600)

SCHOOLS: Final = 1500
PROVIDERS: Final = 400
FIRST: Final = 6_800_000
AREAS: Final = ("numeracy", "literacy", "digital-competence", "humanities")


@dataclass(frozen=True)
class Import:
    """A file with rows that are wrong among the others, and the line that reads it."""

    file: Path
    noun: str
    wrong: Mapping[int, str]
    """By line, what is said of it."""
    good: int

    @classmethod
    def of(
        cls, file: Path, noun: str, header: str, rows: list[str], wrong: dict[int, tuple[str, str]]
    ) -> "Import":
        """Put the wrong rows at their lines, in place of what stands there."""
        for line, (row, _said) in wrong.items():
            rows[line - 2] = row
        file.write_text("\n".join([header, *rows, ""]), "utf-8")
        return cls(file, noun, {line: said for line, (_row, said) in wrong.items()}, len(rows) - len(wrong))

    @property
    def line(self) -> tuple[str, ...]:
        return (self.noun, "import", str(self.file), "--timeout", "60")

    def statuses(self) -> Counter[str]:
        """What the result says of the rows of the file."""
        text = self.file.with_name(f"{self.file.stem}.result.csv").read_text("utf-8-sig")
        return Counter(row["status"] for row in csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Import, ...]:
    """The register, for what each provider is designated with its days in a half term, and what each offers."""
    number = "must be the number of a school"
    return (
        Import.of(
            tmp_path / "schools.csv",
            "school",
            "School Number,School Name,LA Name,Phase,Pupils",
            [f"{FIRST + n},Ysgol {n},Newfield,Primary,{90 + n % 300}" for n in range(SCHOOLS)],
            {
                444: (f"{FIRST},Ysgol,Newfield,Tea,90", "Phase · must be Nursery"),
                555: ("x,Ysgol,Newfield,Primary,90", f"School Number · {number}"),
                888: (f"{FIRST + 886},,Newfield,Primary,90", "School Name · is missing"),
                1111: (f"{FIRST + 1109},Ysgol,Newfield,Primary,-3", "Pupils · must be at least 0"),
                1499: (f"{FIRST + 1497},Ysgol,Newfield,Primary,90,4", "more cells than columns"),
            },
        ),
        Import.of(
            tmp_path / "providers.csv",
            "provider",
            "School Number,Areas,Designated From,Designated To,Half Term From,Half Term To,Days Per Half Term",
            [
                f"{FIRST + n},{AREAS[n % 4]};{AREAS[n % 3]},2025-09-01,,2026-autumn-1,,{4 + n % 5}"
                for n in range(PROVIDERS)
            ],
            {
                7: ("6899999,numeracy,2025-09-01,,,,", "School Number · 6899999 is not in the register"),
                19: (f"{FIRST + 17},,,,2026-autumn-1,,-2", "Days Per Half Term · must be at least 0"),
                300: (f"{FIRST + 298},,,,2026-autumn-3,,2", "Half Term From · must be a half term, such as"),
                301: (f"{FIRST + 299},numeracy,2025-09-01,2025-08-31,,,", "row · a designation ends after"),
            },
        ),
        Import.of(
            tmp_path / "offers.csv",
            "provider",
            "School Number,Area,Languages,Days Per Term,Note",
            [
                f"{FIRST + n},{AREAS[n % 4]},{('cy;en', 'en')[n % 2]},6,What school {n} does well"
                for n in range(PROVIDERS)
            ],
            {
                2: ("689999,numeracy,en,6,", "School Number · 689999 is not in the register"),
                200: (f"{FIRST + 198},numeracy,welsh,6,", "Languages · must be cy, en or fil"),
                401: (f"{FIRST + 399},numeracy,en,1.3,", "Days Per Term · must be days in quarters"),
            },
        ),
    )


def sent(parts: Parts) -> int:
    with reading(parts.settings) as office:
        return office.log.count_commands_named("import-")


async def until_sent(parts: Parts, count: int) -> None:
    while sent(parts) < count:
        await asyncio.sleep(0.02)


def entered(parts: Parts) -> dict[str, Counter[str]]:
    """By type of event, how often each of the schools has it."""
    found: dict[str, Counter[str]] = {
        "SchoolRegistered": Counter(), "ProviderDesignated": Counter(), "CapacityDeclared": Counter(),
        "OfferRecorded": Counter(),
    }  # fmt: skip
    with reading(parts.settings) as office:
        for one in office.log.events():
            number = one.envelope.stream.partition("/")[2]
            if one.envelope.type in found and number.startswith("68"):
                found[one.envelope.type][number] += 1
    return found


def length(parts: Parts) -> int:
    with reading(parts.settings) as office:
        return office.log.head().position


def check_told(one: Import, code: int, out: str, err: str) -> None:
    """Every wrong row is told by line, and by column where one is to blame; the good ones are in."""
    assert code == 7, out + err
    for line, said in one.wrong.items():
        assert f"{one.file.name}:{line} · {said}" in err
    lines = ",".join(map(str, one.wrong)).replace("300,301", "300-301")
    assert f"{len(one.wrong)} wrong." in out
    assert f"Once mended: --only-rows {lines}" in out
    statuses = one.statuses()
    assert (statuses["wrong"], statuses.total()) == (len(one.wrong), len(one.wrong) + one.good)
    assert statuses["done"] + statuses["unchanged"] == one.good


async def check_all_is_there_once(parts: Parts, files: Sequence[Import]) -> None:
    """Each entry is in the log once, and the same lines once more add nothing to it."""
    before, found = length(parts), entered(parts)
    schools, providers, offers = (one.good for one in files)
    assert {name: len(counted) for name, counted in found.items()} == {
        "SchoolRegistered": schools, "ProviderDesignated": providers, "CapacityDeclared": providers,
        "OfferRecorded": offers,
    }  # fmt: skip
    assert {count for counted in found.values() for count in counted.values()} == {1}
    for one in files:
        code, out, err = await finished(await typed(parts, *one.line))
        check_told(one, code, out, err)
        assert ": 0 new or changed, " in out
    assert length(parts) == before
    assert verified(parts)


async def replace_the_dead(parts: Parts, *counts: int) -> None:
    """Wait for the worker to be killed, and start one that is killed after so many more commands; then one that is not."""
    for count in (*counts, 0):
        assert await parts.worker_died() == signal.SIGKILL
        await parts.start_worker("before_commit" if count else "", count)


async def test_workers_that_are_killed_half_way_cost_the_lines_nothing_but_time(
    registered_home: Path, tmp_path: Path, files: tuple[Import, ...]
) -> None:
    assert sum(len(one.wrong) for one in files) == 12
    async with parts_of(registered_home, tmp_path) as parts:
        # Somewhere in the register, and then somewhere in the list of providers.
        await parts.start_worker("before_commit", SCHOOLS // 2)
        deaths = asyncio.create_task(replace_the_dead(parts, SCHOOLS // 2 + PROVIDERS))
        for one in files:
            check_told(one, *await finished(await typed(parts, *one.line)))
        await deaths
        await check_all_is_there_once(parts, files)


async def test_lines_that_are_killed_half_way_are_finished_when_they_are_typed_again(
    registered_home: Path, tmp_path: Path, files: tuple[Import, ...]
) -> None:
    async with parts_of(registered_home, tmp_path) as parts:
        await parts.start_worker()
        for one in files:
            before = sent(parts)
            process = await typed(parts, *one.line)
            await until_sent(parts, before + one.good // 2)
            process.kill()
            assert await process.wait() == -signal.SIGKILL
            check_told(one, *await finished(await typed(parts, *one.line)))
        await check_all_is_there_once(parts, files)
