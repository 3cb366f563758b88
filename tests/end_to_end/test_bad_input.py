"""Whatever is typed wrongly is answered in words: an exit code, a stable code, a phrase, no traceback.

The lines stand in tests/end_to_end/hostile. Nothing here may move the log; and what a line that writes is
told, its dry-run is told as well.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from domain.ids import parse_reference
from starter.failures import Exit
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from tests.end_to_end.hostile.files import FILES, make
from tests.end_to_end.hostile.lines import OPEN, UNKNOWN, Row
from tests.end_to_end.hostile.reading import READING
from tests.end_to_end.hostile.rules import PEOPLE, REFUSED
from tests.end_to_end.hostile.typing import WORDS
from tests.end_to_end.office import Done, RunningOffice, words_of

HOSTILE: Final[list[Row]] = WORDS + READING + FILES + PEOPLE + REFUSED
SPEAKS_FOR_PROGRAMMERS: Final = (
    "Traceback", "validation error", "Input should", "String should", "Errno", "unable to convert", "NoneType",
    "Exceeds the limit", "codec", "B-BUG",
)  # fmt: skip
READS: Final = {"list", "show", "history", "read", "wait", "key", "replay", "looks", "verify"}
WRITING_NOUNS: Final = {"case", "person", "school", "provider", "programme", "calendar"}
ONLY_A_KEY_CAN_TELL: Final = {"H-PROFILE"}


@pytest.fixture(scope="module")
def cases(running: RunningOffice) -> Iterator[dict[str, str]]:
    """What stands for the references in the lines, by its name there."""
    reference = running.bring(STORIES[0], "mathematics-numeracy", "triage")[0]
    second, _ = running.bring(DEPED_STORIES[1], "classroom-management", "draft")
    first, _ = running.bring(DEPED_STORIES[1], "content", "triage")
    deped = running.bring(DEPED_STORIES[0], "differentiated-instruction", "agreement_drafting")[0]
    near = reference[:4] + ("A" if reference[4] != "A" else "B") + reference[5:]
    yield {
        "REF": reference,
        "DEPED-REF": deped,
        "MISTYPED": reference[:-1] + next(c for c in "AB" if c != reference[-1]),
        "NEARLY": near,
        "DEPED-OTHER": reference.replace("EAS", "DEPED"),
        "SECOND": second,
    }
    # A leader school helps one partner at a time: other tests begin with none.
    for case, head in ((deped, "head.900001"), (first, "head.900005")):
        running.here("case", "withdraw", case, "--reason", "Seen enough.", profile=head).well()


@pytest.fixture(scope="module")
def reference(cases: dict[str, str]) -> str:
    return cases["REF"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typed")
    make(folder)
    return folder


@pytest.fixture
def unmoved(running: RunningOffice) -> Iterator[None]:
    before = running.length()
    yield
    assert running.length() == before


def writes(words: tuple[str, ...]) -> bool:
    """Whether the line gives a command, as far as its first words tell."""
    return len(words) > 2 and words[0] in WRITING_NOUNS and words[1] not in READS | {"shw"}


def answered(done: Done) -> str:
    """All that a line that failed was told, once it is sure that it was told in words."""
    assert done.out == "" or done.code in {Exit.NOT_YET, Exit.SOME_FAILED}, done
    assert not [words for words in SPEAKS_FOR_PROGRAMMERS if words in done.err], done
    assert not [c for c in done.err if not c.isprintable() and c != "\n"], done
    return done.err + (done.out if done.code == Exit.NOT_YET else "")


@pytest.mark.parametrize(("words", "code", "stable", "phrase"), HOSTILE)
def test_it_is_answered_in_words(
    running: RunningOffice,
    cases: dict[str, str],
    folder: Path,
    unmoved: None,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    stable: str,
    phrase: str,
) -> None:
    monkeypatch.chdir(folder)
    typed = [cases.get(word, word) for word in words]
    done = running.here(*typed)
    said = answered(done)
    assert (done.code, phrase.replace(" REF?", f" {cases['REF']}?") in said) == (code, True), done
    assert f"  {stable}" in said or not stable
    if writes(words) and stable not in ONLY_A_KEY_CAN_TELL:
        foreseen = running.here(*typed, "--dry-run")
        assert (foreseen.code, foreseen.err) == (done.code, done.err)


def test_a_reference_is_read_in_small_letters_and_with_lookalikes(
    running: RunningOffice, reference: str
) -> None:
    typed = reference.lower().replace("0", "o").replace("1", "l")
    assert parse_reference(typed) == reference
    assert running.here("case", "show", typed, "--json").json["reference"] == reference


def test_dates_that_contradict_each_other_are_refused(running: RunningOffice) -> None:
    case, rest = running.bring(STORIES[0], "health-wellbeing", "agreement_drafting")
    heard, draft = rest[:2]
    running.here(*words_of(heard, case)).well()
    line = words_of(draft, case)
    ends = line.index("--end") + 1
    done = running.here(*line[:ends], "2026-01-01", *line[ends + 1 :])
    assert done.code == 4, done
    assert "R-DATES" in done.err
    assert done.next_lines


@pytest.mark.parametrize(
    ("file", "phrase"),
    [(None, "There is no log at"), ("text", "cannot be read"), ("sqlite", "is a database, but not a log of")],
)
def test_a_home_without_a_log_of_ours_is_said_to_be_one(
    running: RunningOffice, tmp_path: Path, file: str | None, phrase: str
) -> None:
    home = tmp_path / "home"
    if file:
        home.mkdir()
        if file == "text":
            (home / "log.db").write_text("words " * 100)
        else:
            with sqlite3.connect(home / "log.db") as database:
                database.execute("create table notes (text)")
    for words in (("case", "list"), ("case", "show", UNKNOWN), ("audit", "verify"), OPEN):
        done = running.here(*words, BROKERAGE_HOME=str(home))
        assert done.code == 6, done
        assert "U-LOG" in done.err
        assert phrase in done.err
        assert "brokerage doctor" in done.next_lines


def test_with_v_the_traceback_is_shown_and_without_it_is_not(running: RunningOffice, reference: str) -> None:
    done = running.here("case", "sign", reference, "-v", profile="head.6990004")
    assert done.code == 4
    assert "Traceback (most recent call last)" in done.err


def test_a_bug_is_called_one(running: RunningOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret text")

    monkeypatch.setattr("starter.commands.case_list.list_cases", broken)
    done = running.here("case", "list")
    assert done.code == 1
    assert (
        done.err
        == "✗ A bug in brokerage: ZeroDivisionError.  B-BUG\n  Run it again with -v for the details to report.\n"
    )
    assert "ZeroDivisionError: secret text" in running.here("case", "list", "-v").err


ENVIRONMENTS: Final = [
    ({"BROKERAGE_HOME": ""}, 2, "E-SETTING", "BROKERAGE_HOME: is empty; unset it for ./.brokerage."),
    ({"BROKERAGE_HOME": "x" * 300}, 2, "E-SETTING", "BROKERAGE_HOME: is too long for the name of a directory."),
    ({"BROKERAGE_HOME": "/dev/null"}, 6, "U-LOG", "Not a directory."),
    ({"BROKERAGE_CLOCK": "sundial"}, 2, "E-SETTING", "BROKERAGE_CLOCK: must be real or demo."),
    ({"BROKERAGE_DATABASE_THREADS": "lots"}, 2, "E-SETTING", "BROKERAGE_DATABASE_THREADS: must be a whole number."),
    ({"BROKERAGE_DATABASE_THREADS": "0"}, 2, "E-SETTING", "BROKERAGE_DATABASE_THREADS: must be at least 1."),
    ({"BROKERAGE_PROFILE": "../x"}, 2, "E-PERSON", "'../x' cannot name a person"),
    ({"BROKERAGE_DATABASE_URL": "postgresql://w:hush@db/x"}, 2, "E-SETTING", "no password belongs into a URL"),
    ({"BROKERAGE_DATABASE_URL": "postgresql://w@db/x?password=hush"}, 2, "E-SETTING", "no password belongs into a URL"),
    ({"BROKERAGE_DATABASE_URL": "mysql://db/x"}, 2, "E-SETTING", "not a PostgreSQL URL"),
    ({"BROKERAGE_DATABASE_URL": ""}, 2, "E-SETTING", "not a PostgreSQL URL"),
    ({"BROKERAGE_DATABASE_URL": "postgresql://[::1/x"}, 2, "E-SETTING", "not a URL that PostgreSQL reads: postgresql://login@host"),
    ({"BROKERAGE_DATABASE_URL": "postgresql://w@127.0.0.1:1/x"}, 6, "U-LOG", "Connection refused"),
    ({"BROKERAGE_DATABASE_URL": "postgresql://w@127.0.0.1:1/x?nonsense=1"}, 2, "E-SETTING", "not a URL that PostgreSQL reads"),
    ({"BROKERAGE_DATABASE_URL": "postgresql:///?service=nosuch"}, 6, "U-LOG", '"nosuch" not found'),
    *[
        ({"TEMPORAL_ADDRESS": typed}, 6, "U-TEMPORAL", "that is no address such as 127.0.0.1:7233. Nothing was sent")
        for typed in (":::", "a b:7", "127.0.0.1:99999", "127.0.0.1:1:1", "\u202e127.0.0.1:1")
    ],
    ({"TEMPORAL_ADDRESS": "127.0.0.1:1"}, 6, "U-TEMPORAL", "connection refused. Nothing was sent"),
    ({"TEMPORAL_PROFILE": "nope"}, 6, "U-TEMPORAL", "Profile 'nope' not found. Nothing was sent"),
    ({"TEMPORAL_CONFIG_FILE": "/nowhere"}, 6, "U-TEMPORAL", "names /nowhere, which is no file. Nothing was sent"),
    ({"TEMPORAL_NAMESPACE": "nope", "TEMPORAL_ADDRESS": "HERE"}, 6, "U-TEMPORAL", "Namespace nope is not found. Nothing was sent"),
    ({"TEMPORAL_TLS": "true", "TEMPORAL_ADDRESS": "HERE"}, 6, "U-TEMPORAL", "it does not speak TLS. Nothing was sent"),
]  # fmt: skip


@pytest.mark.parametrize(("environment", "code", "stable", "phrase"), ENVIRONMENTS)
def test_what_the_environment_says_wrongly_is_answered_in_words(
    running: RunningOffice,
    reference: str,
    unmoved: None,
    environment: dict[str, str],
    code: int,
    stable: str,
    phrase: str,
) -> None:
    more = {name: running.address if value == "HERE" else value for name, value in environment.items()}
    done = running.here("case", "triage", reference, "--tier", "light", **more)
    said = answered(done)
    assert (done.code, f"  {stable}" in said, phrase in said) == (code, True, True), done
    assert "hush" not in said
    if code == Exit.UNREACHABLE:
        assert "brokerage doctor" in done.next_lines


def test_a_variable_that_is_set_to_nothing_says_nothing(running: RunningOffice, reference: str) -> None:
    done = running.here(
        *("case", "triage", reference, "--tier", "light", "--profile", "head.6990004"),
        TEMPORAL_CONFIG_FILE="",
        TEMPORAL_PROFILE="",
    )
    assert (done.code, "R-POST" in done.err) == (4, True), done


@pytest.mark.parametrize("name", ["REF", "DEPED-REF"])
def test_a_reference_with_one_other_character_sends_nothing(
    running: RunningOffice, cases: dict[str, str], unmoved: None, name: str
) -> None:
    right = cases[name]
    for place in range(right.index("-") + 1, len(right)):
        other = next(c for c in "7KZ" if c != right[place])
        if right[place] == "-":
            continue
        done = running.here("case", "withdraw", right[:place] + other + right[place + 1 :], "--reason", "x")
        said = answered(done)
        assert (done.code, "is mistyped" in said, "Nothing was sent" in said) == (3, True, True), done
        assert "brokerage case list" in done.next_lines
