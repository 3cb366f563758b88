"""`brokerage fund`: what it prints adds up, from the lists and from the log alike."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest

from domain.funding.amounts import money_words
from starter.commands.fund_statement import _WHAT
from starter.commands.fund_writing import _agree_to_close
from starter.failures import Exit, Failure
from starter.reading import reading
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from starter.views.fund_account import _CASE_MOVES, _FUND_MOVES, statement_rows
from starter.views.funds import authority_rows, fund_rows
from tests.activities.builders import Office, founded_home
from tests.starter.shell import Terminal, typed

HELD = ("reserved", "committed", "paid", "claimed", "advanced", "liquidated", "returned")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office in which every story of the demonstration was told."""
    home = founded_home(tmp_path_factory.mktemp("funds") / "home")
    office = Office(home)
    for story in (*STORIES, *DEPED_STORIES):
        office.tell(story)
    office.check()
    yield office
    office.close()


def test_what_a_fund_has_left_is_what_was_allocated_less_what_is_held_to_the_penny(told: Office) -> None:
    rows = _rows(told, "fund status --json")
    assert {row["fund"] for row in rows} == {"laeg", "s2s"}
    for row in rows:
        assert row["available"] == row["allocated"] - row["reserved"] - row["committed"] - row["paid"]
        assert row["available"] >= 0
    this_year = next(row for row in rows if (row["fund"], row["year"]) == ("laeg", "2026-27"))
    assert this_year["allocated"] == 62_500_00, "with what the year before left"
    assert this_year["paid"] == 720_00 + 500_00


def test_the_account_read_from_the_log_ends_where_the_status_stands(told: Office) -> None:
    with reading(told.settings) as office:
        for row in fund_rows(office):
            account = statement_rows(office, f"{row['fund']}.{row['year']}")
            names = ("allocated", "reserved", "committed", "paid", "available")
            assert {name: account[-1][name] for name in names} == {name: row[name] for name in names}
            assert all(line["available"] >= 0 for line in account)
            assert all(earlier["position"] <= later["position"] for earlier, later in pairwise(account))


def test_what_authorities_have_adds_up_to_what_their_funds_hold(told: Office) -> None:
    with reading(told.settings) as office:
        parts, whole = authority_rows(office), fund_rows(office)
    for row in whole:
        own = [part for part in parts if (part["fund"], part["year"]) == (row["fund"], row["year"])]
        assert {name: sum(part[name] for part in own) for name in HELD} == {name: row[name] for name in HELD}


def test_the_account_says_who_moved_what_on_which_paper(told: Office) -> None:
    lines = list(csv.DictReader(io.StringIO(_run(told, "fund statement s2s.2026 --csv"))))
    released = next(line for line in lines if line["event"] == "FundsReleased")
    assert (released["person"], released["post"], released["paper"]) == ("budget.lita", "finance", "ADA-0118")
    assert released["case"].startswith("DEPED-")
    at = released["position"]
    then = _run(told, f"fund statement s2s.2026 --as-of position:{at} --csv").splitlines()
    assert then == _run(told, "fund statement s2s.2026 --csv").splitlines()[: len(then)]
    assert then[-1].startswith(f"{at},")


def test_the_liquidation_rate_counts_what_was_accounted_for_and_what_came_back(told: Office) -> None:
    (row,) = (r for r in _rows(told, "fund status --programme deped --json") if r["year"] == "2026")
    assert (row["advanced"], row["liquidated"], row["returned"]) == (86_000_00, 81_250_00, 4_750_00)
    assert row["liquidation_per_mille"] == 1000


def test_a_case_says_what_money_it_has(told: Office) -> None:
    (reference,) = {
        line["case"]
        for line in _rows(told, "fund statement s2s.2026 --json")
        if line["event"] == "FundsReleased"
    }
    shown = _rows(told, f"case show {reference} --json")
    assert (shown["money"]["paid"], shown["money"]["settled"]) == (81_250_00, True)


@pytest.mark.parametrize("columns", [80, 100, 120, 160])
def test_no_terminal_cuts_an_amount_and_what_finds_no_room_is_named(told: Office, columns: int) -> None:
    for line in (
        "fund status",
        "fund status --by authority",
        "fund statement laeg.2026-27",
        "fund statement s2s.2026",
    ):
        done = typed(told, *line.split(), columns=columns)
        assert done.code == 0
        assert "…" not in done.out
        missing = [head for head in ("LIQUIDATED", "CLAIMED") if head not in done.out and "status" in line]
        missing += [
            head for head in ("COMMITTED", "WHO", "PAPER") if head not in done.out and "statement" in line
        ]
        assert all(head in done.err for head in missing), line


def test_a_closed_fund_is_said_to_be_closed_beside_its_name_at_any_width(office: Office) -> None:
    office.done("finance.gwilym", "close", {}, stream="fund/laeg.2026-27")
    for columns in (40, 80, 120):
        assert "laeg.2026-27 (closed)" in typed(office, "fund", "status", columns=columns).out


def test_the_account_on_the_page_has_words_signs_and_posts(told: Office) -> None:
    lines = [line.split("\t") for line in _run(told, "fund statement s2s.2026").splitlines()]
    (released,) = (line for line in lines if line[2] == "released")
    (freed,) = (line for line in lines if line[2] == "came back")
    reserved = next(line for line in lines if line[2] == "reserved")
    assert reserved[4].startswith("-")
    assert freed[4].startswith("+")
    assert released[4][0].isdigit()
    assert released[9:] == ["budget.lita, finance", "ADA-0118"]


def test_every_movement_that_an_account_can_hold_has_words() -> None:
    assert set(_WHAT) == set(_CASE_MOVES) | set(_FUND_MOVES)


def test_what_each_movement_does_to_what_is_available_adds_up(told: Office) -> None:
    for key in ("laeg.2026-27", "laeg.2025-26", "s2s.2026"):
        account = _rows(told, f"fund statement {key} --json")
        for before, after in pairwise([{"available": 0}, *account]):
            assert after["available"] == before["available"] + after["change"]


def test_what_was_carried_forward_names_the_other_fund_on_both_sides(told: Office) -> None:
    carried = {
        key: next(
            line
            for line in _rows(told, f"fund statement {key} --json")
            if line["event"] == "FundCarriedForward"
        )
        for key in ("laeg.2025-26", "laeg.2026-27")
    }
    away, here = carried["laeg.2025-26"], carried["laeg.2026-27"]
    assert (away["other_fund"], away["change"] < 0) == ("laeg.2026-27", True)
    assert (here["other_fund"], here["change"] > 0) == ("laeg.2025-26", True)
    assert away["paper"] == here["paper"] == "Letter of the grant's carry-over"
    (line,) = (line for line in _run(told, "fund statement laeg.2026-27").splitlines() if "carried" in line)
    assert line.split("\t")[-1] == "laeg.2025-26, Letter of the grant's carry-over"


def test_grants_are_shown_for_each_school(office: Office) -> None:
    schools = ["900101", "900102"]
    body = {"schools": schools, "each_minor": 140_000_00, "source": "Sub-allotment 7"}
    office.done("budget.lita", "allocate-grants", body, stream="fund/s2s.2026")
    rows = _rows(office, "fund statement s2s.2026 --by school --json")
    assert [(row["school"], row["amount"], row["paper"]) for row in rows] == [
        (school, 140_000_00, "Sub-allotment 7") for school in schools
    ]
    page = _run(office, "fund statement s2s.2026 --by school").splitlines()
    assert [line.split("\t")[0] for line in page] == schools
    assert all("140,000.00" in line for line in page)


def test_a_fund_that_is_not_there_is_answered_with_those_that_are(told: Office) -> None:
    done = typed(told, *["fund", "statement", "laegg.2026-27"])
    assert done.code == 3
    assert "Did you mean laeg.2026-27?" in done.err


def test_the_status_at_any_position_is_what_the_account_read_from_the_log_says_there(told: Office) -> None:
    with reading(told.settings) as office:
        accounts = {
            name: statement_rows(office, name)
            for name in (f"{row['fund']}.{row['year']}" for row in fund_rows(office))
        }
    moves = sorted({line["position"] for lines in accounts.values() for line in lines})
    names = ("allocated", "reserved", "committed", "paid", "available")
    for position in moves[:: max(1, len(moves) // 6)]:
        then = {
            f"{row['fund']}.{row['year']}": {name: row[name] for name in names}
            for row in _rows(told, f"fund status --as-of position:{position} --json")
        }
        assert then == {
            fund: {name: earlier[-1][name] for name in names}
            for fund, lines in accounts.items()
            if (earlier := [line for line in lines if line["position"] <= position])
        }


def test_what_was_entered_late_counts_from_the_day_on_which_it_happened(office: Office) -> None:
    before = office.now
    body = {"amount_minor": 5_000_00, "source": "Letter 9"}
    office.days_pass(5)
    office.done("finance.gwilym", "allocate", body, stream="fund/laeg.2026-27", occurred_at=before)

    def allocated(*flags: str) -> int:
        rows = _rows(office, " ".join(["fund status --json", *flags]))
        return int(
            next(row for row in rows if (row["fund"], row["year"]) == ("laeg", "2026-27"))["allocated"]
        )

    day, earlier = before.date(), before.date() - timedelta(days=1)
    assert allocated() == allocated("--valid-at", str(day)) == 67_500_00
    assert allocated("--valid-at", str(earlier)) == allocated("--as-of", str(day)) == 62_500_00
    assert _rows(office, f"fund status --json --as-of {earlier - timedelta(days=900)}") == []
    shown = typed(office, "fund", "status", "--as-of", str(day))
    assert f"EAS: as of {day}T23:59:59+01:00, position " in shown.err


def test_money_for_a_year_that_is_not_open_is_answered_with_the_line_that_opens_it(told: Office) -> None:
    line = "fund carry-forward laeg.2028-29 --from-fund laeg.2026-27 --amount 2500.00 --source Letter --dry-run --profile finance.gwilym"
    done = typed(told, *line.split())
    assert (done.code, "E-FUND" in done.err) == (3, True), done.err
    assert 'Next: brokerage fund open laeg.2028-29 --programme EAS --title "…"' in done.err
    assert "Did you mean" not in done.err


def test_closing_a_fund_says_what_is_committed_and_left(told: Office) -> None:
    line = ["fund", "close", "laeg.2026-27", "--dry-run", "--profile", "finance.gwilym"]
    done = typed(told, *line, columns=120)
    row = next(row for row in _rows(told, "fund status --json") if row["year"] == "2026-27")
    committed, left = money_words(row["committed"], "GBP"), money_words(row["available"], "GBP")
    assert f"takes no new reservation. {committed} of it are committed" in done.err
    assert f"{left} are left: they can be carried forward or taken out." in done.err
    assert "[y/N]" not in done.err, "nothing is asked before something is only tried"


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_a_fund_is_not_closed_on_a_terminal_without_a_yes(
    answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stdout", Terminal())
    row = {"available": 12_50, "committed": 3_00, "currency": "GBP"}
    with pytest.raises(Failure, match="Nothing was sent") as failed:
        _agree_to_close("laeg.2025-26", row, yes=False)
    assert failed.value.exit_code is Exit.INTERRUPTED
    assert "Close laeg.2025-26? [y/N]" in capsys.readouterr().err
    _agree_to_close("laeg.2025-26", row, yes=True)
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    _agree_to_close("laeg.2025-26", row, yes=False)


def test_a_source_without_an_amount_is_refused_with_the_names_of_the_flags(told: Office) -> None:
    done = typed(told, *OPEN, "--source", "L2")
    assert done.code == 2
    assert "--amount and --source must be given together" in done.err
    assert "values" not in done.err


OPEN = [
    "fund",
    "open",
    "rural",
    "--programme",
    "EAS",
    "--title",
    "Rural",
    "--profile",
    "finance.gwilym",
    "--dry-run",
]


def test_a_fund_is_opened_for_authorities_as_the_register_spells_them(told: Office) -> None:
    wrong = typed(told, *OPEN, "--authority", "Cwm Enfis")
    assert (wrong.code, "E-AUTHORITY" in wrong.err) == (3, True)
    assert "Did you mean Cwm Enfys?" in wrong.err
    empty = typed(told, *OPEN, "--authority", "")
    assert (empty.code, "E-AUTHORITY" in empty.err) == (3, True)
    assert typed(told, *OPEN, "--authority", "cwm enfys").code == 0


def test_whoever_sends_an_unknown_authority_in_another_way_is_refused_by_the_rules(told: Office) -> None:
    body = {"programme": "EAS", "title": "Rural", "currency": "GBP", "authorities": ["Cwm Enfis"]}
    refusal = told.refused("finance.gwilym", "open", body, stream="fund/rural.2026-27")
    assert refusal.code == "R-AUTHORITY"


def test_an_unknown_programme_is_answered_with_the_nearest(told: Office) -> None:
    done = typed(told, "fund", "status", "--programme", "DEPEDD")
    assert (done.code, "E-PROGRAMME" in done.err) == (3, True)
    assert "Did you mean DEPED?" in done.err


def test_a_rate_card_that_no_code_names_is_refused_in_words_of_the_command(told: Office) -> None:
    line = ("--programme", "EAS", "--since", "2026-10-01", "--day-rate", "230.00", "--dry-run")
    done = typed(told, "fund", "set-rate", "eas 2026", *line, "--profile", "finance.gwilym")
    assert (done.code, "E-RATE-CARD" in done.err) == (2, True)
    assert "'eas 2026' names no rate card" in done.err
    assert "stream" not in done.err


def test_a_rate_of_days_that_have_passed_is_not_changed_and_the_refusal_names_today(told: Office) -> None:
    line = "fund set-rate eas-2026 --programme EAS --since 2026-04-02 --day-rate 230.00 --dry-run"
    done = typed(told, *line.split(), "--profile", "finance.gwilym")
    assert (done.code, "R-RATE-CARD" in done.err) == (4, True)
    assert "On 2026-04-02 a day cost GBP 220.00 by eas-2026" in done.err


def _run(office: Office, line: str) -> str:
    done = typed(office, *line.split())
    assert done.code == 0, done.err
    return done.out


def _rows(office: Office, line: str) -> Any:
    return orjson.loads(_run(office, line))
