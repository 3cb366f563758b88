"""Whatever is typed wrongly is answered in words: an exit code, a stable code, a phrase, no traceback.

`REF` stands for a case that waits for triage. Nothing here may move the log.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
import pytest

from domain.ids import case_reference, parse_reference
from starter.failures import Exit
from starter.sample.stories import STORIES
from tests.end_to_end.office import PROGRAMME, RunningOffice, opening, words_of

TRIAGE: Final = ("case", "triage", "REF", "--tier", "light", "--profile", "broker.dylan")
SCOPE: Final = ("case", "scope", "REF", "--days", "4", "--met-on", "2026-09-01")
WITHDRAW: Final = ("case", "withdraw", "REF", "--profile", "head.6990004", "--reason")
OPEN: Final = tuple(words_of(opening(STORIES[0], "health-wellbeing"), None))
UNKNOWN: Final = case_reference(PROGRAMME, "a key that nobody used")
LONG: Final = "word " * 500


def opened(**other: str) -> tuple[str, ...]:
    """The opening line with other values for some flags."""
    words = list(OPEN)
    for name, value in other.items():
        flag = f"--{name.replace('_', '-')}"
        if flag in words:
            words[words.index(flag) + 1] = value
        else:
            words += [flag, value]
    return tuple(words)


# What is typed, the exit code, the stable code, a phrase.
TABLE: Final[list[tuple[tuple[str, ...], int, str, str]]] = [
    # References
    (("case", "show", UNKNOWN), 3, "E-REFERENCE", f"There is no case {UNKNOWN}. Nothing was sent."),
    (("case", "submit", UNKNOWN), 3, "E-REFERENCE", "Nothing was sent"),
    (("case", "show", "MISTYPED"), 3, "E-REFERENCE", "is mistyped: its check character does not fit"),
    (("case", "show", "next-door"), 3, "E-REFERENCE", "one looks like EAS-K7QX4MZ-R"),
    (("case", "history", ""), 3, "E-REFERENCE", "is not a case reference"),
    (("audit", "replay", "MISTYPED"), 3, "E-REFERENCE", "is mistyped"),
    # Words of the line
    (("cas", "list"), 2, "E-USAGE", 'Did you mean "case"?'),
    (("case", "shw", "REF"), 2, "E-USAGE", 'Did you mean "show"?'),
    (("case", "show", "REF", "--jsn"), 2, "E-USAGE", "There is no flag --jsn. Did you mean --json?"),
    (("case", "triage", "REF", "--tir", "light"), 2, "E-USAGE", "Did you mean --tier?"),
    (("case", "show"), 2, "E-USAGE", "REFERENCE needs a value."),
    (("case", "triage", "REF", "--tier"), 2, "E-USAGE", "--tier needs a value."),
    (("case", "list", "everything"), 2, "E-USAGE", "Nothing can be done with 'everything'; put a value that holds spaces in quotes."),
    ((*TRIAGE, "--tier", "standard"), 2, "E-USAGE", "--tier specified multiple times"),
    (("case", "triage", "REF"), 2, "E-VALUE", "--tier is missing."),
    (("case", "open", "--programme", "EAS"), 2, "E-VALUE", "--route is missing."),
    # Values
    (("case", "triage", "REF", "--tier", "heavy"), 2, "E-VALUE", "--tier: must be light, standard or intensive."),
    (opened(recipient="Cwm Enfys"), 2, "E-VALUE", "--recipient: must be the number of a school, such as 6990004."),
    (opened(area="Numeracy!"), 2, "E-VALUE", "--area: must look like numeracy."),
    (opened(programme="eas"), 2, "E-VALUE", "--programme: must look like EAS."),
    (opened(desired_start="next week"), 2, "E-VALUE", "--desired-start: must be a day such as 2026-11-20, today, +10d or +3w."),
    (opened(need=LONG), 2, "E-VALUE", "2000 are the most"),
    (opened(need="a\x07b"), 2, "E-VALUE", "control characters"),
    (opened(need=" "), 2, "E-VALUE", "--need: must not be empty."),
    ((*SCOPE, "--objective", "aim | baseline"), 2, "E-VALUE", "--objective: must read 'aim | baseline | how success"),
    ((*SCOPE[:4], "4.1", *SCOPE[5:], "--objective", "a | b | c"), 2, "E-VALUE", "--days: must be days in quarters"),
    ((*SCOPE, "--objective", "a | b | c", "--present", "cook"), 2, "E-VALUE", "--present: must be recipient_head,"),
    # What every writing command takes
    ((*TRIAGE, "--expect-version", "two"), 2, "E-USAGE", "--expect-version"),
    ((*TRIAGE, "--expect-version", "-1"), 2, "E-VALUE", "--expect-version: must be at least 0."),
    ((*TRIAGE, "--timeout", "-1"), 2, "E-VALUE", "--timeout must be above 0"),
    ((*TRIAGE, "--timeout", "nan"), 2, "E-VALUE", "--timeout must be above 0"),
    ((*TRIAGE, "--lang", "fr"), 2, "E-USAGE", 'Choose from: "cy", "en"'),
    ((*TRIAGE, "--key", "with a space"), 2, "E-VALUE", "--key must be of letters, digits and"),
    ((*TRIAGE, "--key", ""), 2, "E-VALUE", "--key must be of letters, digits and"),
    ((*TRIAGE, "--key", "k" * 101), 2, "E-VALUE", "100 at most"),
    ((*TRIAGE, "--as", "head:6990004"), 2, "E-VALUE", "needs --method and --evidence"),
    ((*TRIAGE, "--method", "email"), 2, "E-VALUE", "--method and --evidence go with --as."),
    ((*TRIAGE, "--as", "head:6990004", "--method", "pigeon", "--evidence", "m-1"), 2, "E-USAGE", "pigeon"),
    ((*TRIAGE, "--as", "head:6990004", "--method", "email", "--evidence", "a mail"), 2, "E-VALUE", "without spaces"),
    ((*TRIAGE, "--as", "head:1111111", "--method", "email", "--evidence", "m-1"), 3, "E-PERSON", "nobody holds that"),
    ((*TRIAGE, "--occurred", "yesterday"), 2, "E-VALUE", "--occurred must be a time with its zone"),
    ((*TRIAGE, "--occurred", "2026-09-01T10:00"), 2, "E-VALUE", "with its zone"),
    ((*TRIAGE[:5], "--profile", "nobody.here"), 2, "H-PROFILE", "there is no key"),
    ((*TRIAGE[:5], "--profile", "../admin"), 2, "E-PERSON", "cannot name a person"),
    # Files of values
    ((*TRIAGE[:3], "--from", "none.toml"), 2, "E-FILE", "none.toml cannot be read: No such file"),
    ((*TRIAGE[:3], "--from", "broken.toml"), 2, "E-FILE", "broken.toml"),
    ((*TRIAGE[:3], "--from", "broken.json"), 2, "E-FILE", "broken.json"),
    ((*TRIAGE[:3], "--from", "list.json"), 2, "E-FILE", "must hold the command's values by name"),
    ((*TRIAGE[:3], "--from", "latin1.toml"), 2, "E-FILE", "not UTF-8 text"),
    ((*TRIAGE[:3], "--from", "unknown.toml"), 2, "E-VALUE", "colour is no value of this command"),
    (("case", "scope", "REF", "--from", "large.json"), 2, "E-SIZE", "larger than 64 KiB. Nothing was sent."),
    # Lists
    (("case", "list", "--stage", "triag"), 2, "E-STAGE", "There is no stage 'triag'. Did you mean triage?"),
    (("case", "list", "--json", "reference,colour"), 2, "E-FIELD", "There is no field 'colour'."),
    (("case", "wait", "REF", "--until", "done"), 2, "E-STAGE", "There is no stage 'done'."),
    (("case", "wait", "REF", "--until", "scoping", "--timeout", "0"), 10, "", "is not scoping yet: it is triage."),
    (("case", "list", "--time", "unix"), 2, "E-USAGE", "--time"),
    # Registers
    (("school", "import", "none.csv"), 2, "E-FILE", "none.csv cannot be read: No such file"),
    (("school", "import", "."), 2, "E-FILE", "cannot be read: Is a directory"),
    (("school", "import", "columns.csv"), 2, "E-COLUMNS", "lacks the columns LA Name, Phase."),
    (("school", "import", "rows.csv"), 2, "E-ROWS", "has 3 problems; nothing was sent."),
    (("school", "import", "rows.csv"), 2, "E-ROWS", "rows.csv:3 · School Number · must be the number of a school"),
    (("school", "import", "rows.csv"), 2, "E-ROWS", "rows.csv:4 · more cells than columns"),
    (("school", "import", "latin1.csv"), 2, "E-FILE", "is not UTF-8 text (byte"),
    (("school", "import", "empty.csv"), 2, "E-COLUMNS", "no header line"),
    (("school", "import", "rows.csv", "--as", "head:6990004"), 2, "E-USAGE", "There is no flag --as"),
    # People
    (("person", "add", "Nia", "--name", "Nia", "--email", "n@x.example"), 2, "E-PERSON", "cannot name a person"),
    (("person", "post", "Nia", "broker", "--since", "2026-09-01"), 2, "E-PERSON", "cannot name a person"),
    (("person", "add", "nia", "--name", "N", "--email", "n@x.example", "--post", "cook"), 2, "E-POST", "no post 'cook'"),
    (("person", "add", "nia", "--name", "N", "--email", "n@x.example", "--post", "head"), 2, "E-POST", "head:6990004"),
    (("person", "post", "nia", "broker:6990004", "--since", "2026-09-01"), 2, "E-POST", "belongs to no school"),
    (("person", "post", "nia", "broker", "--since", "soon"), 2, "E-VALUE", "--since: must be a day"),
    (("person", "key", "../nia"), 2, "E-PERSON", "cannot name a person"),
    (("programme", "show", "XYZ"), 3, "E-PROGRAMME", "There is no programme XYZ."),
    (("programme", "publish", "none.toml"), 2, "E-FILE", "cannot be read"),
    (("programme", "publish", "unknown.toml"), 2, "E-PROGRAMME", "is not a programme file"),
]  # fmt: skip

NEAREST: Final[list[tuple[tuple[str, ...], int, str, str]]] = [
    ((*TRIAGE[:4], "lihgt"), 2, "E-VALUE", "light, standard or intensive. Did you mean light?"),
    (("case", "show", "NEARLY"), 3, "E-REFERENCE", "Did you mean REF?"),
    (("case", "wait", "REF", "--until", "archved"), 2, "E-STAGE", "Did you mean archived?"),
    (("case", "list", "--school", "6990040"), 3, "E-SCHOOL", "Did you mean 699"),
    (("case", "list", "--json", "referense"), 2, "E-FIELD", "Did you mean reference?"),
    (("provider", "list", "--area", "numercy"), 3, "E-AREA", "Did you mean numeracy?"),
    (("programme", "show", "eas"), 3, "E-PROGRAMME", "Did you mean EAS?"),
    (("person", "add", "nia", "--name", "N", "--email", "n@x.example", "--post", "brokr"), 2, "E-POST", "mean broker?"),
    (("person", "post", "sip.caris", "broker", "--since", "2026-09-01"), 4, "R-PERSON", "Did you mean sip.carys?"),
    ((*TRIAGE[:5], "--profile", "admim"), 2, "H-PROFILE", "such as that of admin"),
    ((*TRIAGE, "--as", "sip.caris", "--method", "email", "--evidence", "m-1"), 3, "E-PERSON", "mean sip.carys?"),
    ((*TRIAGE, "--as", "haed:6990004", "--method", "email", "--evidence", "m-1"), 3, "E-PERSON", "mean head?"),
    ((*TRIAGE, "--as", "head:6990040", "--method", "email", "--evidence", "m-1"), 3, "E-PERSON", "mean 699"),
    (opened(area="numercy"), 4, "R-AREA", "Did you mean"),
    (opened(programme="EAZ"), 4, "R-PROGRAMME", "Did you mean EAS?"),
    (opened(recipient="6990040"), 4, "R-SCHOOL", "Did you mean 699"),
    (("help", "doctr"), 2, "E-TOPIC", "Did you mean doctor?"),
    (("completion", "bsh"), 2, "E-USAGE", "bash"),
]  # fmt: skip

REFUSED_BY_RULES: Final[list[tuple[tuple[str, ...], int, str, str]]] = [
    (opened(area="knitting"), 4, "R-AREA", "EAS has no area of support 'knitting'."),
    (opened(programme="XYZ"), 4, "R-PROGRAMME", "No programme XYZ is on record."),
    (opened(preferred_provider="6999999"), 4, "R-SCHOOL", "School 6999999 is not in the register."),
    (opened(phase="secondary"), 4, "R-PHASE", "is a primary school"),
    (opened(desired_start="2026-01-05"), 4, "R-DATES", "Support cannot be wanted from 2026-01-05"),
    (opened(preferred_provider="6990004"), 4, "R-SAME-SCHOOL", "cannot be its own partner"),
    ((*TRIAGE[:5], "--profile", "head.6990004"), 4, "R-POST", "Only the broker or principal adviser may do that."),
    ((*TRIAGE[:5],), 4, "R-POST", "admin holds today: administrator."),
    (("case", "sign", "REF", "--profile", "head.6990004"), 4, "R-STAGE", "is in the stage triage."),
    ((*TRIAGE, "--expect-version", "1"), 5, "R-VERSION", "is at version 7, not at 1."),
    ((*TRIAGE, "--occurred", "2046-09-01T10:00+00:00"), 4, "R-DATES", "lies ahead; it cannot have happened yet."),
    ((*TRIAGE, "--as", "broker.dylan", "--method", "email", "--evidence", "m-1"), 4, "R-BEHALF", "Nothing can be"),
    (("person", "post", "nobody.here", "broker", "--since", "2026-09-01"), 4, "R-", "nobody.here"),
]  # fmt: skip


@pytest.fixture(scope="module")
def reference(running: RunningOffice) -> str:
    return running.bring(STORIES[0], "mathematics-numeracy", "triage")[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typed")
    head = "School Number,School Name,LA Name,Phase"
    texts = {
        "broken.toml": "tier = ",
        "broken.json": '{"tier": ',
        "list.json": '["light"]',
        "unknown.toml": 'tier = "light"\ncolour = "red"\n',
        "large.json": _large_scope(),
        "columns.csv": "School Number,School Name\n6990004,Blaenllysywen\n",
        "rows.csv": f"{head}\n6990004,Good,Cwm Enfys,Primary\nx,Bad,Cwm Enfys,Primary\n6990005,Long,Cwm Enfys,Primary,more\n6990006,Phase,Cwm Enfys,College\n",
        "empty.csv": "",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "latin1.toml").write_bytes("tier = 'Llŷr é'".encode("utf-16"))
    (folder / "latin1.csv").write_bytes(f"{head}\n6990004,Caf\u00e9,Cwm,Primary\n".encode("latin-1"))
    return folder


def _large_scope() -> str:
    text = "gair " * 399
    objective = dict.fromkeys(("aim", "baseline", "success", "measure", "evidence_source"), text)
    return orjson.dumps({"objectives": [objective] * 9, "quarter_days": 4, "met_on": "2026-09-01"}).decode()


@pytest.fixture
def unmoved(running: RunningOffice) -> Iterator[None]:
    before = running.head()
    yield
    assert running.head() == before


@pytest.mark.parametrize(("words", "code", "stable", "phrase"), TABLE + NEAREST + REFUSED_BY_RULES)
def test_it_is_answered_in_words(
    running: RunningOffice,
    reference: str,
    folder: Path,
    unmoved: None,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    stable: str,
    phrase: str,
) -> None:
    monkeypatch.chdir(folder)
    wrong = reference[:-1] + next(c for c in "AB" if c != reference[-1])
    near = reference[:4] + ("A" if reference[4] != "A" else "B") + reference[5:]
    typed = [{"REF": reference, "MISTYPED": wrong, "NEARLY": near}.get(word, word) for word in words]
    phrase = phrase.replace(" REF?", f" {reference}?")
    done = running.here(*typed)
    said = done.err + (done.out if code == Exit.NOT_YET else "")
    assert (done.code, phrase in said) == (code, True), done
    assert f"  {stable}" in said or not stable
    assert "Traceback" not in said
    assert "validation error" not in said
    assert "Input should" not in said


def test_a_reference_is_read_in_small_letters_and_with_lookalikes(
    running: RunningOffice, reference: str
) -> None:
    typed = reference.lower().replace("0", "o").replace("1", "l")
    assert parse_reference(typed) == reference
    assert running.here("case", "show", typed, "--json").json["reference"] == reference


def test_dates_that_contradict_each_other_are_refused(running: RunningOffice) -> None:
    case, rest = running.bring(STORIES[0], "health-wellbeing", "agreement_drafting")
    line = words_of(rest[0], case)
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
