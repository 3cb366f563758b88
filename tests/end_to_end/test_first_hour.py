"""The page for an office of one's own: its lines work from nothing, its table is that of the files' own models."""

import re
from pathlib import Path

import pytest

from domain.parties import Post
from starter.register.csv_file import CsvRow
from starter.register.leaders import LeaderRow
from starter.register.networks import NetworkRow
from starter.register.providers import ProviderRow
from starter.register.wales import OfferRow, PersonRow, RequestRow
from tests.end_to_end.office import RunningOffice
from tests.end_to_end.test_readme import PATH_LINE, ROOT, typed

PAGE = (ROOT / "docs" / "first-hour.md").read_text("utf-8")


def test_its_lines_lead_from_nothing_to_the_first_request(tmp_path: Path) -> None:
    block = re.search(r"<!-- first-hour:begin -->\n```sh\n(.*?)```\n<!-- first-hour:end -->", PAGE, re.DOTALL)
    assert block is not None
    assert "up --admin ann" in PAGE
    with RunningOffice(tmp_path / "home", "--admin", "ann") as office:
        files = tmp_path / "files"
        files.mkdir()
        out = typed(f"{PATH_LINE}cd {files}\n{block[1]}", office)
        (case,) = office.cli("case", "list", "--json").json
    assert case["stage"] == "scoping"
    assert "River Primary School" in out, "who could help"
    assert f"brokerage case scope {case['reference']}" in out, "what comes next"


@pytest.mark.parametrize(
    ("file", "model"),
    [
        ("people", PersonRow),
        ("offers", OfferRow),
        ("providers", ProviderRow),
        ("leader schools", LeaderRow),
        ("networks", NetworkRow),
        ("requests", RequestRow),
    ],
)
def test_the_columns_of_a_file_are_those_that_are_read(file: str, model: type[CsvRow]) -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {file}:")]
    needed, optional = (re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[2:4])
    fields = [(field.alias or name, field.is_required()) for name, field in model.model_fields.items()]
    assert sorted(needed) == sorted(column for column, is_needed in fields if is_needed)
    assert sorted(optional) == sorted(column for column, is_needed in fields if not is_needed)


def test_every_post_is_named() -> None:
    (line,) = re.findall(r"- `post`: (.*?)`programme`", PAGE, re.DOTALL)
    assert re.findall(r"`([a-z_]+)`", line.replace("(these four at a `school`)", "")) == [
        post.value for post in Post
    ]
