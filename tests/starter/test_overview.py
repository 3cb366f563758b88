"""`brokerage overview` and the drift of what cases cite: versions on record, and who cites what has changed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from starter.sample.stories import STORIES
from tests.activities.builders import Office
from tests.starter.shell import typed

ALIGNING = next(story for story in STORIES if story.ends == "awaiting_alignment")
SCHOOL, SIP = "6990023", "sip.tomos"


@pytest.fixture
def office(registered_home: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(registered_home, tmp_path / "home")
    own = Office(tmp_path / "home")
    own.tell(ALIGNING)
    yield own
    own.check()
    own.close()


def record(office: Office, version: str, *priorities: dict[str, Any]) -> None:
    body = {"version": version, "read_on": "2026-09-01", "priorities": list(priorities)}
    office.done(SIP, "record", body, stream=f"overview/{SCHOOL}")


ARTS = {"ref": "SSO-3", "area": "expressive-arts", "text": "Drama and music in every class."}
READING = {"ref": "SSO-1", "area": "literacy", "text": "Reading."}


def align(office: Office, priority: str, version: str) -> Any:
    return office.give(SIP, "align", {"priority": priority, "overview_version": version})


def test_a_request_is_aligned_with_what_is_on_record(office: Office) -> None:
    record(office, "2026-1", READING)
    assert align(office, "SSO-3", "2026-1").code == "R-OVERVIEW"
    assert align(office, "SSO-1", "2026-2").code == "R-OVERVIEW"
    record(office, "2026-2", {"ref": "SSO-1", "area": "literacy"}, ARTS)
    assert align(office, "SSO-3", "2026-2").events == ("AlignmentConfirmed", "DeadlineSet")


def test_what_is_suggested_for_aligning_is_on_record(office: Office) -> None:
    record(office, "2026-2", ARTS)
    shown = typed(office, "case", "show", office.stream.partition("/")[2]).out
    assert "--priority SSO-3 --overview-version 2026-2" in shown


def test_a_school_without_an_overview_on_record_cites_what_its_partner_read(office: Office) -> None:
    assert align(office, "SSO-7", "2026-4").events == ("AlignmentConfirmed", "DeadlineSet")


def test_open_cases_that_cite_what_has_changed_are_listed(office: Office) -> None:
    record(office, "2026-1", ARTS, READING)
    align(office, "SSO-3", "2026-1")
    listed = ("report", "overview-drift", "--json")
    record(office, "2026-2", {"ref": "SSO-3", "area": "expressive-arts"})
    assert typed(office, *listed).json == []
    record(office, "2026-3", ARTS | {"text": "Drama."})
    (row,) = typed(office, *listed).json
    assert (row["priority"], row["cited_version"], row["became"], row["changed_in"]) == (
        "SSO-3",
        "2026-1",
        "changed",
        "2026-3",
    )
    record(office, "2026-4", READING)
    (row,) = typed(office, *listed).json
    assert (row["became"], row["latest_version"]) == ("gone", "2026-4")


def test_a_version_is_recorded_on_one_line_and_shown_without_its_words(office: Office) -> None:
    line = (
        "overview",
        "record",
        SCHOOL,
        "--version",
        "2026-1",
        "--read-on",
        "2026-09-01",
        "--profile",
        SIP,
        "--dry-run",
    )
    done = typed(office, *line, "--priority", "SSO-3 | expressive-arts | Drama and music.")
    assert f"A version of the support overview of school {SCHOOL} was recorded." in done.out, done
    assert typed(office, *line, "--priority", "SSO-3").code == 2
    assert typed(office, "overview", "show", SCHOOL).code == 3
    record(office, "2026-1", ARTS)
    shown = typed(office, "overview", "show", SCHOOL).out
    assert shown == "2026-1\n  SSO-3  expressive-arts  since 2026-1\n"
    assert typed(office, "overview", "list", "--json").json[0]["version"] == "2026-1"
