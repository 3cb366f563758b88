"""362 leader schools and their fund in one import, a division's year driven through, and its money to the centavo."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tests.end_to_end.division import (
    DIVISION,
    GRANT,
    LEADERS,
    PAIRS,
    RELEASED,
    Pair,
    drive,
    mended,
    this_year,
    write_registers,
)
from tests.end_to_end.office import Done, RunningOffice

pytestmark = pytest.mark.timeout(400)
"""Hundreds of commands through a real stack: on a busy machine they take longer than one test usually may."""

SPENT: Final = (RELEASED,) * 5 + (81_250_00, RELEASED, 40_000_00)
ACCOUNTED: Final = 5 * RELEASED + 81_250_00 + 40_000_00
"""What was accepted while the account of one pair still waits for the budget officer."""
RETURNED: Final = 4_750_00
WHOLE: Final = LEADERS * GRANT
ALL: Final = tuple(
    Pair(number, spent, accepted=number != 6, returned=RETURNED if number == 5 else 0)
    for number, spent in enumerate(SPENT)
)


@dataclass
class Year:
    """What was typed and seen, in the order of the year."""

    office: RunningOffice
    imports: list[Done] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    orientation: list[Done] = field(default_factory=list)
    funds: list[dict[str, Any]] = field(default_factory=list)
    """The fund after the import, while money is out, and in the end."""
    divisions: list[dict[str, Any]] = field(default_factory=list)

    def look(self) -> None:
        """How the fund and the division stand now."""
        self.funds += self.office.here("fund", "status", "--programme", "DEPED", "--json").json
        self.divisions += self.office.here(*report(), "--json").json


def report(year: str | None = None) -> tuple[str, ...]:
    return ("report", "division", "--authority", DIVISION, "--year", year or str(this_year()))


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    folder = tmp_path_factory.mktemp("division")
    write_registers(folder)
    with RunningOffice(folder / "home") as office:
        office.here("school", "import", str(folder / "schools.csv"), "--map", "deped").well()
        office.here("person", "import", str(folder / "people.csv"), "--new-keys").well()
        told = Year(office)
        _import(told, folder / "leaders.csv")
        drive(office, ALL, "request")
        for _ in range(2):
            told.orientation.append(_orient(office))
        drive(office, ALL, "work")
        drive(office, ALL, "account")
        told.look()
        drive(office, [ALL[6]], "decision")
        told.look()
        yield told


def _import(told: Year, file: Path) -> None:
    """With two wrong rows, then mended, then once more."""
    line = (
        "provider",
        "import",
        str(file),
        "--programme",
        "DEPED",
        "--fund",
        f"s2s.{this_year()}",
        "--open-fund",
        "--source",
        "Sub-allotment 7",
    )
    for number in range(3):
        if number == 1:
            mended(file)
        told.imports.append(told.office.here(*line))
        told.lengths.append(told.office.length())
        if number == 0:
            told.look()


def _orient(office: RunningOffice) -> Done:
    which = ("--programme", "DEPED", "--authority", DIVISION)
    return office.here("bulk", "record-orientation", *which, "--on", "today", profile="coordinator")


def test_one_import_designates_all_leader_schools_and_opens_their_fund(year: Year) -> None:
    first, second, third = year.imports
    assert (first.code, second.code, third.code) == (7, 0, 0), first
    assert "leaders.csv:202 · School ID · 919999 is not in the register." in first.err
    assert "leaders.csv:203 · Designated From · must be a day such as" in first.err
    assert f"Fund s2s.{this_year()} holds the grants of 362 schools: PHP 50,680,000.00." in first.out
    assert "0 new or changed, 363 as on record, 0 refused" in third.out
    assert year.lengths[0] == year.lengths[1] == year.lengths[2]
    assert (year.funds[0]["allocated"], year.funds[0]["available"]) == (WHOLE, WHOLE) == (50_680_000_00,) * 2
    assert year.divisions[0]["designated"] == 12


def test_one_line_records_the_orientation_of_all_pairs_once(year: Year) -> None:
    first, again = year.orientation
    assert first.well().out == f"✓ record-orientation: {PAIRS} cases, {PAIRS} done.\n"
    assert again.well().out == f"✓ record-orientation: {PAIRS} cases, {PAIRS} already on record.\n"
    assert year.divisions[-1]["oriented"] == PAIRS


def test_the_fund_adds_up_to_the_centavo_while_money_is_out_and_in_the_end(year: Year) -> None:
    for row in year.funds:
        assert row["available"] == row["allocated"] - row["reserved"] - row["committed"] - row["paid"]
    _, out, end = year.funds
    assert (out["advanced"], out["liquidated"], out["returned"]) == (PAIRS * RELEASED, ACCOUNTED, RETURNED)
    assert (out["paid"], out["committed"], out["reserved"]) == (PAIRS * RELEASED - RETURNED, 0, 0)
    assert out["available"] == WHOLE - PAIRS * RELEASED + RETURNED
    assert end["liquidated"] == ACCOUNTED + RELEASED
    assert end["available"] == out["available"]


def test_the_division_sees_how_far_it_is_from_ninety_per_cent(year: Year) -> None:
    _, short, reached = year.divisions
    accounted = ACCOUNTED + RETURNED
    assert (short["pairs"], short["days_confirmed"], short["validated"], short["met"]) == (
        PAIRS,
        "8",
        PAIRS,
        PAIRS,
    )
    assert (short["advanced"], short["liquidated"], short["returned"]) == (
        PAIRS * RELEASED,
        ACCOUNTED,
        RETURNED,
    )
    assert short["liquidation_per_mille"] == accounted * 1000 // (PAIRS * RELEASED) == 808
    assert short["to_goal"] == PAIRS * RELEASED * 900 // 1000 - accounted == 63_200_00
    assert (reached["liquidation_per_mille"], reached["to_goal"]) == (933, 0)
    said = year.office.here(*report()).well().out
    assert "Designated\t12 leader schools" in said
    assert "Money\tPHP 688,000.00 released, 637,250.00 liquidated, 4,750.00 returned" in said
    assert "Liquidation rate\t93.3 %" in said
    assert "Goal\t90 % liquidated: reached" in said


def test_what_the_pairs_have_adds_up_to_what_the_division_has(year: Year) -> None:
    rows = year.office.here(*report(), "--rows", "pair", "--json").json
    for name in ("advanced", "liquidated", "returned", "paid", "committed"):
        assert sum(row[name] for row in rows) == year.divisions[-1][name]
    rates = {row["reference"]: row["liquidation_per_mille"] for row in rows}
    assert [rates[pair.reference] for pair in ALL] == [1000] * 7 + [40_000 * 1000 // 86_000]
    stages = {row["reference"]: row["stage"] for row in rows}
    assert [stages[pair.reference] for pair in ALL] == ["archived"] * 6 + ["closed"] * 2


def test_an_accomplishment_report_says_the_money_too(year: Year) -> None:
    found = year.office.here("report", "accomplishment", ALL[5].reference, "--json").json
    assert (found["advanced"], found["liquidated"], found["returned"]) == (RELEASED, 81_250_00, RETURNED)
    assert found["liquidation_per_mille"] == 1000


def test_a_school_that_is_not_designated_begins_nothing(year: Year) -> None:
    line = (
        "case", "open", "--programme", "DEPED", "--route", "leader", "--provider", "920000", "--recipient", "920001",
        "--area", "pedagogy", "--phase", "primary", "--support-language", "en", "--desired-start", "+3w", "--need", "x",
    )  # fmt: skip
    refused = year.office.here(*line, profile="head.920000")
    assert (refused.code, "R-DESIGNATION" in refused.err) == (4, True)
    assert "Partner School 0 (920000) is not designated as a leader school in DEPED." in refused.err


def test_the_log_holds_with_all_of_it(year: Year) -> None:
    assert year.office.here("audit", "verify").well().out.startswith("✓ The log holds")
