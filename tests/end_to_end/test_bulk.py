"""One line for many cases, typed in a running office: who is asked, what each is told, what is said at the end."""

import csv
import io
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from domain.bulk import parts_of
from domain.ids import case_stream
from starter.reading import reading
from tests.activities.builders import Office
from tests.drills.parts import hold_keys_of_everybody
from tests.end_to_end.office import Done, RunningOffice
from tests.many_cases import open_many

ADVISER = "adviser.meinir"
SNOW = ("--reason", "weather", "--review-on", "+1w")


@pytest.fixture(scope="module")
def many(registered_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """60 cases in five authorities, all awaiting the head's consent, and two drafts in the first of them."""
    home = tmp_path_factory.mktemp("bulk") / "home"
    shutil.copytree(registered_home, home)
    office = Office(home)
    open_many(office, 60)
    open_many(office, 2, area="humanities", submitted=False)
    office.close()
    hold_keys_of_everybody(home)
    with RunningOffice(home) as running:
        yield running


def pause(office: RunningOffice, *words: str, by: str = ADVISER, **more: str) -> Done:
    return office.here("bulk", "pause", *words, *SNOW, profile=by, **more)


def resume(office: RunningOffice, *words: str, by: str = ADVISER) -> Done:
    return office.here("bulk", "resume", *words, profile=by)


def cases(office: RunningOffice, *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = office.here("case", "list", "--json", *words).json
    return [row for row in rows if row["stage"] != "draft"]


def decisions(office: RunningOffice) -> int:
    """How many times a case was paused or resumed; deadlines that pass meanwhile are nobody's decision."""
    with reading(office.settings) as now:
        made = {"CasePaused", "PauseProlonged", "CaseResumed"}
        return sum(recorded.envelope.type in made for recorded in now.log.events())


def test_snow_closes_two_authorities_and_one_line_pauses_all_their_cases(many: RunningOffice) -> None:
    snowed_in = ("--authority", "Trefwawr", "--authority", "aberwennol")
    done = pause(many, *snowed_in, "--key", "snow-1").well()
    paused = cases(many, "--paused")
    assert {row["authority"] for row in paused} == {"Trefwawr", "Aberwennol"}
    assert len(paused) == len(cases(many, "--authority", "Trefwawr")) + len(
        cases(many, "--authority", "Aberwennol")
    )
    assert done.out == f"✓ pause: {len(paused)} cases, {len(paused)} done.\n"
    for row in paused:
        (decision,) = (r.envelope for r in many.events(row["reference"]) if r.envelope.type == "CasePaused")
        assert (decision.actor.person, decision.actor.post) == (ADVISER, "principal_adviser")
        assert decision.command == f"snow-1.{row['reference']}"
    again = resume(many, *snowed_in).well()
    assert again.out == f"✓ resume: {len(paused)} cases, {len(paused)} done.\n"
    assert cases(many, "--paused") == []


def test_the_same_line_with_its_key_does_nothing_twice_and_tells_the_same(many: RunningOffice) -> None:
    line = ("--authority", "Llanfedwen", "--key", "twice")
    first = pause(many, *line).well()
    head = decisions(many)
    second = pause(many, *line, "--json").json
    assert decisions(many) == head
    assert (second["done"], second["already"]) == (0, second["cases"])
    assert f"{second['cases']} done" in first.out
    assert all(row["message"].startswith("Done before, on ") for row in second["rows"])
    # Also where the line, typed anew, would mean no case any more.
    key = ("--authority", "Llanfedwen", "--key", "thaw")
    resume(many, *key).well()
    assert f"{second['cases']} already resumed" in resume(many, *key).well().out


def test_a_case_that_is_paused_already_is_counted_apart_and_is_no_failure(many: RunningOffice) -> None:
    (number,) = {row["recipient"] for row in cases(many, "--recipient", "6990001")}
    pause(many, "--schools", number).well()
    done = pause(many, "--authority", "Cwm Enfys", "--json")
    assert done.json["already"] == len(cases(many, "--recipient", number))
    already = [row for row in done.json["rows"] if row["outcome"] == "already"]
    assert {row["code"] for row in already} == {"R-ALREADY"}
    assert done.json["done"] == done.json["cases"] - len(already)
    assert "already paused" in pause(many, "--schools", number).well().out
    resume(many, "--authority", "Cwm Enfys").well()


def test_what_the_rules_refuse_is_told_case_by_case_and_the_rest_is_done(
    many: RunningOffice, tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"
    line = ("--authority", "Pontddraenog")
    told = pause(many, *line, "--dry-run", by="sip.tomos")
    assert (told.code, cases(many, "--paused", *line)) == (7, [])
    assert "would be done" in told.out
    assert "Nothing was sent or written. To do it:\n  brokerage bulk pause" in told.out
    done = pause(many, *line, "--csv", str(report), by="sip.tomos")
    assert done.code == 7
    rows = list(csv.DictReader(io.StringIO(report.read_text("utf-8"), newline="")))
    theirs = {"6990017", "6990019"}  # of another improvement partner
    assert {row["recipient"] for row in rows if row["outcome"] == "refused"} == theirs
    assert {row["code"] for row in rows} == {"", "R-POST"}
    assert {row["recipient"] for row in cases(many, "--paused", *line)} == {
        row["recipient"] for row in rows
    } - theirs
    refused = [row["reference"] for row in rows if row["outcome"] == "refused"]
    assert [line.split("\t")[0] for line in done.out.splitlines()[:-1]] == refused
    assert done.out.splitlines()[-1].startswith("✗ pause: ")
    assert f"{len(refused)} refused." in done.out
    # What was foreseen is what came.
    assert told.out.splitlines()[: len(refused)] == done.out.splitlines()[: len(refused)]
    resume(many, *line).well()


def test_what_one_workflow_cannot_carry_goes_in_parts_and_is_told_as_one(many: RunningOffice) -> None:
    line = ("--authority", "Llanfedwen", "--key", "in-parts")
    with mock.patch("starter.bulk.handing_over.parts_of", partial(parts_of, most=3)):
        done = pause(many, *line, "--json").json
    assert done["cases"] > 9
    assert (done["done"], {row["authority"] for row in done["rows"]}) == (done["cases"], {"Llanfedwen"})
    assert many.here("bulk", "status", "in-parts", "--json").json["done"] == done["cases"]
    # In parts or whole, it is the same line.
    assert pause(many, *line, "--json").json["already"] == done["cases"]
    resume(many, "--authority", "Llanfedwen").well()


def test_drafts_wait_for_nobody_and_are_left_out_aloud(many: RunningOffice) -> None:
    done = pause(many, "--schools", "6990001,6990002", "--json")
    assert "Left out: 2 in a stage that 'pause' does not fit (draft)." in done.err
    assert {row["stage"] for row in done.json["rows"]} == {"awaiting_head_consent"}
    resume(many, "--schools", "6990001,6990002").well()


@pytest.mark.parametrize(
    ("words", "code", "stable", "phrase"),
    [
        ((), 2, "E-USAGE", "Say which cases: no flag chooses any"),
        (("--authority", "Trefwaur"), 3, "E-AUTHORITY", "Did you mean Trefwawr?"),
        (("--schools", "6990004,6999999"), 3, "E-SCHOOL", "There is no school 6999999"),
        (("--area", "numercay"), 3, "E-AREA", "Did you mean numeracy?"),
        (("--stage", "in-delivery"), 3, "E-NONE", "No open case is meant by these flags. Nothing was sent."),
        (("--stage", "draft"), 3, "E-NONE", "No open case is meant by these flags."),
        (("--stage", "trage"), 2, "E-STAGE", "Did you mean triage?"),
        (("--programme", "EAS", "--key", "a.b"), 2, "E-VALUE", "--key must be of letters"),
        (("--programme", "EAS", "--reason", "snow"), 2, "E-VALUE", "--reason-code"),
        (("--programme", "EAS", "--csv", "/nowhere/x.csv"), 2, "E-FILE", "/nowhere/x.csv cannot be written"),
        (("--programme", "EAS", "--profile", "nobody"), 2, "H-PROFILE", "there is no key"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    many: RunningOffice, words: tuple[str, ...], code: int, stable: str, phrase: str
) -> None:
    head = decisions(many)
    profile = () if "--profile" in words else ("--profile", ADVISER)
    reason = SNOW[2:] if "--reason" in words else SNOW
    done = many.here("bulk", "pause", *words, *reason, *profile)
    assert (done.code, phrase in done.err, f"  {stable}\n" in done.err) == (code, True, True), done
    assert decisions(many) == head


def test_resuming_where_nothing_is_paused_says_so(many: RunningOffice) -> None:
    done = resume(many, "--schools", "6990107")
    assert (done.code, "No paused case is meant by these flags." in done.err) == (3, True)


def test_a_key_stands_for_one_line(many: RunningOffice) -> None:
    pause(many, "--schools", "6990108", "--key", "one-line").well()
    head = decisions(many)
    other = resume(many, "--schools", "6990108", "--key", "one-line")
    assert (other.code, "R-KEY" in other.err, decisions(many)) == (4, True, head)
    resume(many, "--schools", "6990108").well()


def test_without_temporal_nothing_is_sent(many: RunningOffice) -> None:
    head = decisions(many)
    done = pause(many, "--schools", "6990109", TEMPORAL_ADDRESS="127.0.0.1:1")
    assert (done.code, "Nothing was sent" in done.err, decisions(many)) == (6, True, head)


def test_the_status_of_a_bulk_is_read_from_the_log(many: RunningOffice) -> None:
    pause(many, "--schools", "6990110", "--key", "look-at-me").well()
    there = many.here("bulk", "status", "look-at-me", "--json").json
    assert (there["verb"], there["person"], there["running"]) == ("pause", ADVISER, False)
    assert there["done"] == there["cases"] == len(cases(many, "--recipient", "6990110"))
    assert many.here("bulk", "status", "look-at-me").well().out.startswith("✓ pause: ")
    away = many.here("bulk", "status", "look-at-me", TEMPORAL_ADDRESS="127.0.0.1:1").well()
    assert "Temporal cannot be asked now" in away.err
    for unknown in ("never-typed", "no id at all"):
        done = many.here("bulk", "status", unknown)
        assert (done.code, "E-BULK" in done.err) == (3, True)
    resume(many, "--schools", "6990110").well()


@pytest.mark.parametrize(("answer", "sent"), [("n\n", False), ("\n", False), ("y\n", True)])
def test_on_a_terminal_the_cases_are_named_and_the_question_is_asked(
    many: RunningOffice, answer: str, sent: bool
) -> None:
    code, said = at_a_terminal(many, answer, "--schools", "6990007")
    (reference,) = {row["reference"] for row in cases(many, "--recipient", "6990007", "--area", "numeracy")}
    assert reference in said
    assert f"Pause {len(cases(many, '--recipient', '6990007'))} cases? [y/N]" in said
    assert (code == 0) == sent
    assert bool(cases(many, "--paused", "--recipient", "6990007")) == sent
    assert sent or (code == 130 and "Nothing was sent." in said)
    if sent:
        resume(many, "--schools", "6990007").well()


def test_yes_asks_nothing_on_a_terminal(many: RunningOffice) -> None:
    code, said = at_a_terminal(many, "", "--schools", "6990008", "--yes")
    assert (code, "[y/N]" in said) == (0, False)
    assert " cases\x1b" in said or "\x1b[K…" in said
    resume(many, "--schools", "6990008").well()


def at_a_terminal(office: RunningOffice, answer: str, *words: str) -> tuple[int, str]:
    """The exit code, and all that a person at a terminal reads."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "starter", "bulk", "pause", *words, *SNOW, "--profile", ADVISER],
        env=office.environment(COLUMNS="100", TERM="xterm", NO_COLOR="1"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, answer.encode())
    said = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:
            break
        if not chunk:
            break
        said += chunk
    os.close(ours)
    return process.wait(), said.decode()


def test_the_log_holds_every_decision_once_and_verifies(many: RunningOffice) -> None:
    assert many.cli("audit", "verify", "--json").json["findings"] == []
    with reading(many.settings) as office:
        for row in cases(many):
            types = [r.envelope.type for r in office.log.events(stream=case_stream(row["reference"]))]
            paused = [name for name in types if name in {"CasePaused", "CaseResumed"}]
            assert paused == ["CasePaused", "CaseResumed"] * (len(paused) // 2)
