"""Rows as table, JSON, JSON lines and CSV: the same fields, the same content."""

import csv
import io
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.failures import Exit, Failure
from starter.rows import Column, RowOptions, say_rows

FIELDS = ("name", "number", "tags", "flag", "none")
ROWS: list[dict[str, Any]] = [
    {"name": 'Ysgol "Tŷ Gwyn", Cwm', "number": -3, "tags": ["a", "b"], "flag": True, "none": None},
    {"name": "two\nlines", "number": 0, "tags": [], "flag": False, "none": None},
]
TABLE = (Column("name", "NAME", lambda row: str(row["name"])),)


def said(capsys: pytest.CaptureFixture[str], **how: Any) -> str:
    say_rows(ROWS, FIELDS, RowOptions(**how), TABLE)
    return capsys.readouterr().out


def test_json_lines_hold_what_the_json_document_holds(capsys: pytest.CaptureFixture[str]) -> None:
    document = orjson.loads(said(capsys, json="all"))
    assert document == ROWS
    assert [orjson.loads(line) for line in said(capsys, jsonl=True).splitlines()] == document


def test_csv_is_rfc_4180_and_holds_what_the_json_document_holds(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, csv=True)
    assert text.startswith("name,number,tags,flag,none\r\n")
    assert text.endswith("[],false,\r\n")
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    for row, original in zip(read, ROWS, strict=True):
        assert row["name"] == original["name"]
        assert orjson.loads(row["number"]) == original["number"]
        assert orjson.loads(row["tags"]) == original["tags"]
        assert orjson.loads(row["flag"]) is original["flag"]
        assert row["none"] == ""


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")))
def test_no_text_of_a_csv_begins_a_formula_and_none_is_lost(text: str) -> None:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdout", out)
        say_rows([{"text": text, "after": 1}], ("text", "after"), RowOptions(csv=True), ())
    ((_, _), (cell, after)) = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell in {text, f"'{text}"}
    assert after == "1"


def test_fields_are_chosen_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, json="number,name") == said(capsys, json="all", columns="number,name")
    assert said(capsys, jsonl=True, columns="number") == '{"number":-3}\n{"number":0}\n'
    assert said(capsys, csv=True, columns="number") == "number\r\n-3\r\n0\r\n"
    assert said(capsys, columns="number,none,flag") == "-3\t–\ttrue\n0\t–\tfalse\n"
    assert said(capsys) == 'Ysgol "Tŷ Gwyn", Cwm\ntwo lines\n'


def test_a_wrong_field_is_met_with_the_nearest_and_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure) as failed:
        said(capsys, json="numbr")
    assert failed.value.exit_code is Exit.USAGE
    assert failed.value.message == "There is no field 'numbr'. Did you mean number?"
    assert failed.value.details == ("Fields: name, number, tags, flag, none",)


def test_only_one_form_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure, match="Give one of --json, --jsonl and --csv"):
        said(capsys, json="all", csv=True)
