"""A list of leader schools and their fund: cut off when all are designated and no money is there, it is finished, once."""

import signal
from collections import Counter
from pathlib import Path
from typing import Final

from starter.reading import reading
from tests.drills.parts import Parts
from tests.drills.test_bulk import finished, parts_of, typed, verified

LEADERS: Final = ("900001", "900002", "900003", "900004")
SINCE: Final = "2026-01-05"


def line(folder: Path) -> tuple[str, ...]:
    """The line that designates them and puts the grant of each into a fund."""
    file = folder / "leaders.csv"
    rows = [f"{number},{SINCE}," for number in LEADERS]
    file.write_text("\n".join(["School ID,Designated From,Designated To", *rows, ""]), "utf-8")
    fund = ("--fund", "grants.2026", "--open-fund", "--source", "Sub-allotment 7")
    return ("provider", "import", str(file), "--programme", "DEPED", *fund, "--timeout", "40")


def happened(parts: Parts) -> Counter[str]:
    """How often each type of event is in the log, of these schools and of their fund."""
    streams = {f"provider/{number}" for number in LEADERS} | {"fund/grants.2026"}
    with reading(parts.settings) as office:
        return Counter(one.envelope.type for one in office.log.events() if one.envelope.stream in streams)


async def test_designated_and_without_a_fund_the_same_line_puts_every_grant_into_it_once(
    registered_home: Path, tmp_path: Path
) -> None:
    async with parts_of(registered_home, tmp_path) as parts:
        before = happened(parts)
        await parts.start_worker("after_commit", len(LEADERS))
        process = await typed(parts, *line(tmp_path))
        assert await parts.worker_died() == signal.SIGKILL
        process.kill()
        assert await process.wait() == -signal.SIGKILL
        assert happened(parts) - before == {"ProviderDesignated": len(LEADERS)}
        await parts.start_worker()
        code, out, err = await finished(await typed(parts, *line(tmp_path)))
        assert code == 0, err
        assert "Fund grants.2026 holds the grants of 4 schools: PHP 560,000.00." in out
        whole = happened(parts)
        assert whole - before == {"ProviderDesignated": 4, "FundOpened": 1, "GrantsAllocated": 1}
        code, out, err = await finished(await typed(parts, *line(tmp_path)))
        assert (code, "0 new or changed" in out) == (0, True), err
        assert happened(parts) == whole
        assert verified(parts)


async def test_grants_that_went_in_while_the_line_was_cut_off_are_not_put_in_twice(
    registered_home: Path, tmp_path: Path
) -> None:
    async with parts_of(registered_home, tmp_path) as parts:
        await parts.start_worker("after_commit", len(LEADERS) + 1)
        process = await typed(parts, *line(tmp_path))
        assert await parts.worker_died() == signal.SIGKILL
        process.kill()
        await process.wait()
        assert (happened(parts)["FundOpened"], happened(parts)["GrantsAllocated"]) == (1, 0)
        await parts.start_worker()
        for _ in range(2):
            code, out, err = await finished(await typed(parts, *line(tmp_path)))
            assert code == 0, err
            assert "Fund grants.2026 holds the grants of 4 schools: PHP 560,000.00." in out
        assert (happened(parts)["FundOpened"], happened(parts)["GrantsAllocated"]) == (1, 1)
        assert verified(parts)
