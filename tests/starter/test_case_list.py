"""The list of cases: every filter, order and form says the same of the same rows."""

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.ids import stream_key
from starter.__main__ import run
from starter.sample.stories import STORIES
from starter.views.case_list import FIELDS
from tests.activities.builders import NOW, Office
from tests.starter.shell import typed

Row = dict[str, Any]
STABLE = (
    "reference", "programme", "route", "recipient", "provider", "area", "stage", "waiting_on", "due_at",
    "school_days_left", "opened_at", "version",
)  # fmt: skip


@pytest.fixture(scope="module")
def told(registered_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Every story told, one a week; one case paused, one overdue."""
    home = tmp_path_factory.mktemp("listed") / "home"
    shutil.copytree(registered_home, home)
    office = Office(home)
    for number, story in enumerate(STORIES):
        office.now = NOW + timedelta(weeks=number)
        office.tell(story)
    office.speak_of(next(s for s in STORIES if s.steps[-1].verb != "close"))
    yield office
    office.close()


def listed(office: Office, *words: str) -> list[Row]:
    rows: list[Row] = typed(office, "case", "list", "--json", *words).json
    return rows


def test_rows_begin_with_the_fields_that_never_change() -> None:
    assert FIELDS[: len(STABLE)] == STABLE
    assert len(set(FIELDS)) == len(FIELDS)


FILTERS: dict[str, tuple[tuple[str, ...], Callable[[Row], bool]]] = {
    "stage": (("--stage", "archived"), lambda r: r["stage"] == "archived"),
    "stages": (
        ("--stage", "archived", "--stage", "in delivery,triage"),
        lambda r: r["stage"] in {"archived", "in_delivery", "triage"},
    ),
    "programme": (("--programme", "EAS"), lambda r: True),
    "route": (("--route", "sip"), lambda r: r["route"] == "sip"),
    "area": (("--area", "numeracy"), lambda r: r["area"] == "numeracy"),
    "authority": (("--authority", "cwm enfys"), lambda r: r["authority"] == "Cwm Enfys"),
    "school": (("--school", "6990105"), lambda r: "6990105" in {r["recipient"], r["provider"]}),
    "recipient": (("--recipient", "6990004"), lambda r: r["recipient"] == "6990004"),
    "provider": (("--provider", "6990103"), lambda r: r["provider"] == "6990103"),
    "waiting on": (("--waiting-on", "provider_head"), lambda r: "provider_head" in r["waiting_parties"].split()),
    "waiting on, in words": (("--waiting-on", "Provider head"), lambda r: "provider_head" in r["waiting_parties"].split()),
    "waiting on, in the programme's words": (("--waiting-on", "Partner school's headteacher"), lambda r: "provider_head" in r["waiting_parties"].split()),
    "waiting on, in Welsh": (("--waiting-on", "pennaeth yr ysgol bartner"), lambda r: "provider_head" in r["waiting_parties"].split()),
    "programme, in small letters": (("--programme", "eas"), lambda r: True),
    "stage, with hyphens": (("--stage", "in-delivery"), lambda r: r["stage"] == "in_delivery"),
    "overdue": (("--overdue",), lambda r: r["overdue"]),
    "due before": (("--due-before", "2026-11-02"), lambda r: bool(r["due_at"]) and r["due_at"] < "2026-11-02"),
    "open": (("--open",), lambda r: r["open"]),
    "closed": (("--closed",), lambda r: not r["open"]),
    "paused": (("--paused",), lambda r: r["paused"]),
    "two of them": (("--open", "--route", "school"), lambda r: r["open"] and r["route"] == "school"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_keeps_the_rows_it_names_and_no_other(told: Office, name: str) -> None:
    words, keeps = FILTERS[name]
    rows = listed(told)
    wanted = [row for row in rows if keeps(row)]
    assert listed(told, *words) == wanted
    assert wanted, "a filter that nothing meets shows nothing"


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "school_days_left"])
def test_any_field_sorts_both_ways_with_nothing_at_the_end(told: Office, field: str) -> None:
    up, down = listed(told, "--sort", field), listed(told, "--sort", f"-{field}")
    numbers = field in {"days_agreed", "days_counted"}
    values = [row[field] for row in up if row[field] is not None]
    keys = [float(value) for value in values] if numbers else values
    assert keys == sorted(keys)
    falling = [row[field] for row in down if row[field] is not None]
    assert falling == values[::-1]
    for rows in (up, down):
        missing = [row[field] is None for row in rows]
        assert missing == sorted(missing)


def test_overdue_comes_first_then_the_earliest_due_and_what_waits_for_nothing_last(told: Office) -> None:
    dues = [row["due_at"] for row in listed(told)]
    known = [due for due in dues if due]
    assert dues == sorted(known) + [None] * (len(dues) - len(known))


def test_a_limit_shows_the_first_and_says_of_how_many(told: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert listed(told, "--limit", "3") == listed(told)[:3]
    assert terminal(told, monkeypatch, "--limit", "3").endswith(f"Showing 3 of {len(STORIES)} cases\n")
    assert terminal(told, monkeypatch, "--limit", "99").endswith(f"\n{len(STORIES)} cases\n")


def terminal(office: Office, monkeypatch: pytest.MonkeyPatch, *words: str, columns: int = 100) -> str:
    """What a person at a terminal reads."""
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True, raising=False)
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", out)
        patched.setenv("BROKERAGE_HOME", str(office.settings.home))
        patched.setenv("COLUMNS", str(columns))
        patched.setenv("TERM", "xterm")
        patched.setenv("NO_COLOR", "1")
        assert run(["case", "list", *words]) == 0
    return out.getvalue()


def test_a_narrow_terminal_shows_whole_references_and_the_first_columns(
    told: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow, wide = (terminal(told, monkeypatch, columns=columns) for columns in (80, 300))
    assert narrow.splitlines()[0].split() == [
        "REFERENCE",
        "RECIPIENT",
        "AREA",
        "STAGE",
        "WAITING",
        "ON",
        "DUE",
    ]
    assert wide.splitlines()[0].split()[-4:] == ["PROVIDER", "DAYS", "PHASE", "LANGUAGE"]
    assert all(len(line) <= 80 for line in narrow.splitlines())
    for row in listed(told):
        assert any(line.startswith(f"{row['reference']}  ") for line in narrow.splitlines())
    assert "…" not in wide


def test_csv_and_json_lines_equal_the_json(told: Office) -> None:
    rows = listed(told)
    assert typed(told, "case", "list", "--jsonl").lines == rows
    read = list(csv.DictReader(io.StringIO(typed(told, "case", "list", "--csv").out, newline="")))
    assert [row["reference"] for row in read] == [row["reference"] for row in rows]
    for row, original in zip(read, rows, strict=True):
        for name, value in original.items():
            expected = (
                "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()
            )
            assert row[name] == expected


def test_columns_are_chosen_by_field(told: Office) -> None:
    out = typed(
        told, "case", "list", "--columns", "reference,days_agreed,stage", "--stage", "partner_offered"
    ).out
    (first,) = listed(told, "--stage", "partner_offered")
    assert out == f"{first['reference']}\t–\t{first['stage'].replace('_', ' ')}\n"


@pytest.mark.parametrize(
    ("words", "code", "stable", "phrase"),
    [
        (("--stage", "triage,scopin"), 2, "E-STAGE", "There is no stage 'scopin'. Did you mean scoping?"),
        (("--waiting-on", "brokr"), 2, "E-PARTY", "Did you mean broker?"),
        (
            ("--waiting-on", "schools division superintendant"),
            2,
            "E-PARTY",
            "Did you mean schools division superintendent?",
        ),
        (("--waiting-on", "x"), 2, "E-PARTY", "principal_adviser: schools division superintendent"),
        (("--programme", "EASS"), 3, "E-PROGRAMME", "Did you mean EAS?"),
        (("--route", "sipp"), 3, "E-ROUTE", "There is no route 'sipp'. Did you mean sip?"),
        (("--area", "numercay"), 3, "E-AREA", "Did you mean numeracy?"),
        (("--authority", "Cwm Enfs"), 3, "E-AUTHORITY", "Did you mean Cwm Enfys?"),
        (("--school", "6999999"), 3, "E-SCHOOL", "There is no school 6999999"),
        (("--recipient", "x"), 3, "E-SCHOOL", "There is no school x"),
        (("--provider", "6999999"), 3, "E-SCHOOL", "There is no school 6999999"),
        (("--due-before", "soon"), 2, "E-TIME", "--due-before: 'soon' is no day"),
        (("--open", "--closed"), 2, "E-USAGE", "Give --open or --closed, not both."),
        (("--sort", "dueat"), 2, "E-FIELD", "There is no field 'dueat' to sort by. Did you mean due_at?"),
        (("--limit", "0"), 2, "E-VALUE", "--limit must be at least 1."),
        (("--columns", "refrence"), 2, "E-FIELD", "Did you mean reference?"),
        (("--json=refrence",), 2, "E-FIELD", "Fields: reference, programme,"),
        (("--csv", "--watch"), 2, "E-USAGE", "--watch prints a table or lines of JSON, no CSV."),
        (("--json", "--csv"), 2, "E-USAGE", "Give one of --json, --jsonl and --csv."),
    ],
)
def test_what_cannot_be_meant_is_said(
    told: Office, words: tuple[str, ...], code: int, stable: str, phrase: str
) -> None:
    done = typed(told, "case", "list", *words)
    assert (done.code, phrase in done.err, f"  {stable}\n" in done.err, done.out) == (code, True, True, ""), (
        done
    )


def test_json_alone_means_every_field_wherever_it_stands(told: Office) -> None:
    reference = stream_key(told.stream)
    assert (
        typed(told, "case", "show", "--json", reference).json
        == typed(told, "case", "show", reference, "--json").json
    )
    assert list(typed(told, "case", "show", reference, "--json", "stage,version").json) == [
        "stage",
        "version",
    ]
    assert typed(told, "case", "show", reference, "--json=stag").code == 2
    history = typed(told, "case", "history", "--json", reference).json
    assert typed(told, "case", "history", reference, "--jsonl").lines == history
    some = typed(told, "case", "history", reference, "--json=version,type").json
    assert [entry["version"] for entry in some] == list(range(1, len(history) + 1))
    assert [row["code"] for row in typed(told, "programme", "list", "--json").json] == ["DEPED", "EAS"]


@pytest.mark.parametrize("noun", ["school", "person", "provider", "programme"])
def test_every_list_prints_every_form(told: Office, noun: str) -> None:
    rows = typed(told, noun, "list", "--json").json
    assert rows
    assert typed(told, noun, "list", "--jsonl").lines == rows
    read = list(csv.reader(io.StringIO(typed(told, noun, "list", "--csv").out, newline="")))
    assert read[0] == list(rows[0])
    assert len(read) == len(rows) + 1
    first = next(iter(rows[0]))
    shown = typed(told, noun, "list", "--columns", first).out.splitlines()
    assert shown == [str(row[first]) for row in rows]


def test_an_entry_of_history_has_the_fields_it_says(told: Office) -> None:
    from starter.views.timeline import ENTRY_FIELDS

    (first, *_) = typed(told, "case", "history", stream_key(told.stream), "--json").json
    assert tuple(first) == ENTRY_FIELDS
    assert datetime.fromisoformat(first["occurred_at"]) <= datetime.now(UTC)
