"""`--dry-run`: the same answer and exit code as the real line, with nothing there but the log."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from domain.ids import stream_key
from starter.sample.stories import STORIES
from tests.activities.builders import Office
from tests.end_to_end.office import RunningOffice, opening, words_of

OPEN = tuple(words_of(opening(STORIES[0], "health-wellbeing"), None))
ANSWERED = ("events", "stage", "waiting_on", "due_at", "reference")


@dataclass
class Shelf:
    """A home of which only the log is left: no keys, no vault, no Temporal. `ref` is a case in triage."""

    line: RunningOffice
    office: Office
    ref: str


@pytest.fixture
def shelf(office: Office) -> Iterator[Shelf]:
    office.tell(before="triage")
    home = office.settings.home
    shutil.rmtree(home / "keys")
    shutil.rmtree(home / "profiles")
    before = office.size()
    yield Shelf(RunningOffice(home), office, stream_key(office.stream))
    assert office.size() == before, "a dry-run wrote something"
    assert not (home / "profiles").exists()


def test_what_would_happen_is_told_with_stage_deadline_mails_and_the_line(shelf: Shelf) -> None:
    words = ("case", "triage", shelf.ref, "--tier", "light", "--profile", "broker.dylan")
    lines = shelf.line.here(*words[:3], "--dry-run", *words[3:]).well().out.splitlines()
    assert lines[0].startswith(f"Would be recorded, {shelf.ref}: ")
    assert any(line.startswith("  Due ") and "the scoping meeting" in line for line in lines)
    assert lines[-4:] == [
        "Stage: triage → scoping",
        "Mail: scoping requested, to sip.carys (sip)",
        "Nothing was sent or written. To do it:",
        f"  brokerage {' '.join(words)}",
    ]


def test_programs_get_the_same_as_json(shelf: Shelf) -> None:
    words = ("case", "triage", shelf.ref, "--tier", "light", "--profile", "broker.dylan")
    told = shelf.line.here(*words, "--dry-run", "--json").json
    assert told["dry_run"] is True
    assert (told["events"], told["mails"]) == (
        ["TriageAccepted", "DeadlineSet"],
        [{"template": "scoping_requested", "party": "sip", "people": ["sip.carys"]}],
    )
    assert (told["stage_before"], told["stage"]) == ("triage", "scoping")
    assert [each["wait"] for each in told["deadlines"]] == ["scoping"]
    assert told["deadlines"][0]["due_at"] == told["due_at"]


def test_a_refusal_is_the_real_one(shelf: Shelf) -> None:
    for words, code, said in (
        (("triage", shelf.ref, "--tier", "light", "--profile", "head.6990004"), 4, "R-POST"),
        (("sign", shelf.ref, "--profile", "head.6990004"), 4, "R-STAGE"),
        (("submit", shelf.ref, "--expect-version", "1", "--profile", "sip.carys"), 5, "R-VERSION"),
        (("submit", shelf.ref, "--profile", "nobody.known"), 4, "R-SIGNATURE"),
        (("submit", "EAS-0000000-0", "--profile", "sip.carys"), 3, "E-REFERENCE"),
        (("triage", shelf.ref, "--tier", "heavy", "--profile", "broker.dylan"), 2, "E-VALUE"),
    ):
        done = shelf.line.here("case", *words, "--dry-run")
        assert (done.code, f"  {said}" in done.err, done.out) == (code, True, ""), done
        assert "To do it" not in done.err


def test_an_opening_shows_the_reference_that_its_key_gives_and_the_line_carries_the_key(shelf: Shelf) -> None:
    done = shelf.line.here(*OPEN, "--dry-run", "--json").json
    again = shelf.line.here(*OPEN, "--dry-run", "--json", "--key", done["command"]).json
    assert again["reference"] == done["reference"]
    assert done["line"].endswith(f"--key {done['command']}")
    assert "--dry-run" not in done["line"]
    assert done["events"][0] == "CaseDrafted"


def test_a_key_that_the_log_knows_is_answered_from_it(shelf: Shelf) -> None:
    known = shelf.office.commands()[-1].record
    words = ("case", known.verb, shelf.ref, "--key", known.id, "--profile", known.person, "--dry-run")
    assert shelf.line.here(*words).well().out.startswith(f"✓ Already done: {shelf.ref} (position ")
    assert shelf.line.here(*words, "--json").json["already"] is True
    other = shelf.line.here(*words[:6], "broker.dylan", "--dry-run")
    assert (other.code, "R-KEY" in other.err) == (4, True), other


def test_a_person_is_foreseen_with_their_posts_and_no_key_is_made(shelf: Shelf) -> None:
    add = ("person", "add", "nia", "--name", "Nia", "--email", "n@x.example", "--new-key", "--dry-run")
    out = shelf.line.here(*add, "--post", "broker", "--profile", "admin").well().out
    assert out.startswith("Would be recorded, nia: Person nia is on record.\n")
    assert "Would be recorded, nia, broker: A post was recorded for person nia." in out
    refused = shelf.line.here(*add, "--post", "head:6999999", "--profile", "admin")
    assert (refused.code, "R-SCHOOL" in refused.err) == (4, True), refused


@pytest.mark.parametrize(
    ("noun", "file", "said"),
    [
        ("school", "schools.csv", "Schools: 0 new or changed, "),
        ("person", "people.csv", "People and posts: 0 new or changed, "),
        ("provider", "offers.csv", "Offers: 0 new or changed, "),
    ],
)
def test_an_import_that_is_on_record_already_would_change_nothing(
    shelf: Shelf, noun: str, file: str, said: str
) -> None:
    with as_file(files("starter.sample") / "wales" / file) as path:
        out = shelf.line.here(noun, "import", str(path), "--dry-run", "--profile", "admin").well().out
    assert out.startswith(said), out
    assert "Nothing was sent or written." in out


def test_an_import_tells_each_row(shelf: Shelf, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "person,name,email,language,post,school,authority,from,to\n"
        "nia,Nia,n@x.example,cy,broker,,,2026-09-01,\n"
        "nia,Nia,n@x.example,cy,head,6999999,,2026-09-01,\n"
    )
    done = shelf.line.here("person", "import", str(file), "--dry-run", "--profile", "admin")
    assert done.code == 7, done
    assert "people.csv:2 · Person nia is on record." in done.out
    assert "people.csv:2 · A post was recorded for person nia." in done.out
    assert "people.csv:3 · School 6999999 is not in the register.  R-SCHOOL" in done.err
    assert "People and posts: 2 new or changed, 0 as on record, 1 refused." in done.out


def test_nothing_of_temporal_and_no_cryptography_is_loaded(shelf: Shelf) -> None:
    words = ("case", "triage", shelf.ref, "--tier", "light", "--profile", "broker.dylan", "--dry-run")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "starter", *words],
        env=shelf.line.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {row.rpartition("|")[2].strip().partition(".")[0] for row in done.stderr.splitlines()}
    assert not loaded & {"temporalio", "cryptography", "structlog", "alembic"}


def test_the_real_line_then_does_exactly_that(running: RunningOffice) -> None:
    reference, rest = running.bring(STORIES[0], "teaching-learning", "triage")
    lines = [
        ["case", "triage", reference, "--tier", "light", "--profile", "head.6990004"],
        ["case", "submit", reference, "--expect-version", "1", "--profile", "sip.carys"],
        *[words_of(step, reference) for step in rest[:4]],
        ["case", "offer", reference, "--provider", "6990004", "--reason", "…", "--profile", "broker.dylan"],
    ]
    for words in lines:
        foreseen = running.here(*words, "--dry-run", "--json")
        done = running.here(*words, "--json")
        assert (foreseen.code, foreseen.err) == (done.code, done.err), (foreseen, done)
        if done.code == 0:
            assert {name: foreseen.json[name] for name in ANSWERED} == {n: done.json[n] for n in ANSWERED}


def test_a_day_in_the_past_is_typed_with_a_hyphen_and_a_programme_in_any_case(shelf: Shelf) -> None:
    scope = ("case", "scope", shelf.ref, "--days", "2", "--objective", "a | b | c", "--met-on", "-1d")
    assert "R-STAGE" in shelf.line.here(*scope, "--dry-run", "--profile", "sip.carys").err
    small = ["eas" if word == "EAS" else word for word in OPEN]
    assert small != list(OPEN)
    done = shelf.line.here(*small, "--dry-run", "--json", "--key", "small-letters").json
    assert (
        done["reference"]
        == shelf.line.here(*OPEN, "--dry-run", "--json", "--key", "small-letters").json["reference"]
    )
    post = (
        "person",
        "post",
        "head.6990004",
        "broker:eas",
        "--since",
        "-1d",
        "--profile",
        "admin",
        "--dry-run",
    )
    shelf.line.here(*post).well()


def test_a_day_given_as_from_is_known_for_the_first_day(shelf: Shelf) -> None:
    post = ("person", "post", "head.6990004", "broker", "--profile", "admin", "--dry-run")
    done = shelf.line.here(*post, "--from", "2026-09-01")
    assert (done.code, "the first day is --since 2026-09-01." in done.err) == (2, True), done
    assert "--since is missing" in shelf.line.here(*post).err
