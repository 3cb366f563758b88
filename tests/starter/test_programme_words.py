"""What people read of a DepEd case is in DepEd's words, in Manila's time and in pesos, on every screen."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from domain.ids import stream_key
from starter.reading import reading
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from starter.views.case_list import list_cases, word_for
from tests.activities.builders import Office
from tests.starter.shell import typed

FOREIGN: Final = re.compile(
    r"headteacher|improvement partner|support overview|\bbroker\b|adviser|\brecipient\b|\bprovider\b|£",
    re.IGNORECASE,
)
"""Words of the other programme, and of the code."""


@pytest.fixture(scope="module")
def told(registered_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("worded") / "home"
    shutil.copytree(registered_home, home)
    office = Office(home)
    for story in DEPED_STORIES:
        office.tell(story)
    yield office
    office.close()


@pytest.mark.parametrize(
    "words", [("case", "show"), ("case", "history", "--deadlines"), ("audit", "replay")], ids=" ".join
)
def test_a_screen_about_one_case_uses_the_programmes_own_words(told: Office, words: tuple[str, ...]) -> None:
    for story in DEPED_STORIES:
        told.speak_of(story)
        done = typed(told, *words, stream_key(told.stream))
        assert done.code == 0
        # What changed in the state is told to auditors by the names of its fields.
        told_lines = [line for line in done.out.splitlines() if "changed: " not in line]
        assert [line for line in told_lines if FOREIGN.search(line)] == []


def test_the_page_of_a_case_names_its_parts_as_the_programme_does(told: Office) -> None:
    told.speak_of(DEPED_STORIES[1])
    out = typed(told, "case", "show", stream_key(told.stream)).out
    assert "DepEd School-to-School Partnership" in out
    assert "Partner school\tTinigwan National High School (900005), schools division Himigan\n" in out
    assert "Leader school\tHimigan ICT High School (900103)\n" in out
    assert "Partnership agreement\tversion 1, 4 days, signed by nobody\n" in out
    assert re.search(r"the decision on the work and financial plan from .*, due \S+T17:00:00\+08:00\n", out)


def test_history_counts_in_pesos_and_in_manilas_time(told: Office) -> None:
    told.speak_of(DEPED_STORIES[0])
    out = typed(told, "case", "history", stream_key(told.stream)).out
    assert (
        "The work and financial plan is approved by the schools division superintendent: ₱86,000.00." in out
    )
    assert "+08:00\thead.900101" in out


def test_a_list_of_one_programme_is_headed_in_its_words_and_a_mixed_one_in_plain_ones(told: Office) -> None:
    with reading(told.settings) as office:
        rows = list_cases(office)
        assert [word_for(office, noun, rows) for noun in ("recipient", "provider")] == [
            "partner school",
            "leader school",
        ]
        assert word_for(office, "recipient", [*rows, {"programme": "EAS"}]) == "recipient"
    due = [
        line
        for line in typed(told, "case", "list", "--programme", "DEPED").out.splitlines()
        if "T17:00" in line
    ]
    assert due
    assert all("T17:00:00+08:00" in line for line in due)


def test_a_refusal_of_a_deped_case_is_in_its_words(told: Office) -> None:
    told.speak_of(DEPED_STORIES[1])
    refusal = told.refused("focal.900005", "approve-funding")
    assert (
        refusal.message == "Only the division budget officer or schools division superintendent may do that."
    )
    assert refusal.hint == "focal.900005 holds today: focal person at Tinigwan National High School."


def test_a_broker_of_one_programme_is_nobody_in_the_other(told: Office) -> None:
    told.tell(STORIES[0], before="triage")
    assert told.refused("coordinator.nena", "triage", {"tier": "light"}).code == "R-POST"
    assert told.done("broker.dylan", "triage", {"tier": "light"})


def test_history_is_told_in_any_language_of_the_programme_and_in_no_other(told: Office) -> None:
    told.speak_of(DEPED_STORIES[0])
    line = ("case", "history", stream_key(told.stream), "--language")
    filipino = typed(told, *line, "fil").out
    assert (
        "Inaprubahan ng tagapamanihala ng sangay ang plano ng gawain at pananalapi: ₱86,000.00." in filipino
    )
    assert "head.900101 (pinuno ng paaralan)" in filipino
    assert len(filipino.splitlines()) == len(typed(told, *line, "en").out.splitlines())
    assert typed(told, *line, "en").out == typed(told, *line[:-1]).out
    welsh = typed(told, *line, "cy")
    assert (welsh.code, "DEPED does not write in cy; it writes in en, fil." in welsh.err) == (2, True)
