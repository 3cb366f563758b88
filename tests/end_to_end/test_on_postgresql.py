"""A whole case on `brokerage up --postgres`: typed line by line, while worker and database are killed in between."""

import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from activities.home_files import read_passwords
from domain.ids import case_reference
from starter.sample.stories import STORIES
from tests.end_to_end.hostile.lines import Row
from tests.end_to_end.hostile.reading import READING
from tests.end_to_end.hostile.rules import REFUSED
from tests.end_to_end.hostile.typing import WORDS
from tests.end_to_end.office import PROGRAMME, Done, RunningOffice, opening, words_of
from tests.telling import at_once

pytestmark = pytest.mark.timeout(400)

STORY: Final = STORIES[0]
STRUCK: Final = {
    "scope": ("worker",),
    "accept-offer": ("postgresql",),
    "record-visit": ("worker", "postgresql"),
}
"""Whom SIGKILL hits right before the first command of that verb."""


OF_NO_CASE: Final = [
    row
    for row in WORDS + READING + REFUSED
    if not any(
        (w.isupper() and len(w) > 2 and w.isalpha() and w not in {"EAS", "DEPED", "EAZ", "XYZ", "TODAY"})
        or w == "DEPED-REF"
        for w in row[0]
    )
]
HOSTILE: Final[list[Row]] = [
    row for row in OF_NO_CASE if row[0][:1] in {("case",), ("person",), ("school",)}
][::4]
"""A sample of the hostile lines, of those that need no case at a certain step."""


@dataclass
class Lived:
    """The case as it went, and the office in which it did."""

    office: RunningOffice
    reference: str
    done: list[Done] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)
    """Command lines of all processes of this machine, whenever a command was given."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with RunningOffice(tmp_path_factory.mktemp("office") / "home", "--postgres") as office:
        office.load_registers()
        lived = Lived(office, case_reference(PROGRAMME, STORY.request))
        struck = dict(STRUCK)
        for step in (opening(STORY), *at_once(STORY)):
            for part in struck.pop(step.verb, ()):
                strike(office, part)
            opens = step.verb == "open"
            words = words_of(step, None if opens else lived.reference, "in confidence")
            lived.done.append(office.here(*words, *(["--key", STORY.request] if opens else [])).well())
            lived.seen.append(command_lines())
        assert not struck
        yield lived


def strike(office: RunningOffice, part: str) -> None:
    """Kill the part, and wait until the stack has started it anew."""
    pid_file = office.settings.run_files / f"{part}.pid"
    killed = pid_file.read_text("ascii")
    os.kill(int(killed), signal.SIGKILL)
    deadline = time.monotonic() + 60
    while pid_file.read_text("ascii") in {"", killed} or office.here("doctor").code:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def command_lines() -> bytes:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes())
        except OSError:
            continue
    return b"\n".join(lines)


def test_every_command_is_done_once_whatever_was_killed_before_it(lived: Lived) -> None:
    assert len(lived.done) == 1 + len(at_once(STORY))
    shown = lived.office.cli("case", "show", lived.reference, "--json").json
    assert shown["stage"] == STORY.ends
    assert lived.office.cli("case", "list", "--json").json[0]["reference"] == lived.reference


def test_the_log_holds_and_the_doctor_finds_nothing(lived: Lived) -> None:
    verified = lived.office.cli("audit", "verify").well()
    assert verified.out.startswith("✓ The log holds")
    doctor = lived.office.cli("doctor").well()
    assert "Your login cannot change what is recorded." in doctor.out
    assert "The vault refuses change" in doctor.out


def test_parties_read_what_was_written_and_are_put_on_record(lived: Lived) -> None:
    read = lived.office.cli("case", "read", lived.reference, profile="broker.dylan").well()
    assert "in confidence" in read.out
    looks = lived.office.cli("audit", "looks", "--json").json
    assert (looks[-1]["reader"], looks[-1]["purpose"]) == ("broker.dylan", f"case read {lived.reference}")


@pytest.mark.parametrize(("words", "code", "stable", "phrase"), HOSTILE)
def test_what_is_typed_wrongly_is_answered_as_on_sqlite(
    lived: Lived, words: tuple[str, ...], code: int, stable: str, phrase: str
) -> None:
    before = lived.office.length()
    done = lived.office.here(*words)
    assert (done.code, phrase in done.err, f"  {stable}" in done.err) == (code, True, True), done
    assert lived.office.length() == before


def test_log_and_vault_are_nowhere_else(lived: Lived) -> None:
    settings = lived.office.settings
    assert settings.cluster.is_dir()
    assert not settings.log_file.exists()
    assert not settings.vault_file.exists()


def test_no_password_is_in_a_command_line_a_log_or_an_answer(lived: Lived) -> None:
    settings = lived.office.settings
    passwords = read_passwords(settings.database_passwords_file)
    assert len(passwords) == 5
    kept = {path: path.read_bytes() for path in settings.home.rglob("*") if path.is_file()}
    for password in passwords.values():
        secret = password.encode()
        assert len(password) > 40
        assert not [line for line in lived.seen if secret in line]
        assert [path for path, content in kept.items() if secret in content] == [
            settings.database_passwords_file
        ]
        assert not [done.line for done in lived.done if password in done.out + done.err]
    assert settings.database_passwords_file.stat().st_mode & 0o077 == 0


def test_nobody_else_gets_in(lived: Lived) -> None:
    """Neither without a password, nor with one login's password as another, whoever runs it on this machine."""
    import psycopg

    from activities.places import log_place

    url = str(log_place(lived.office.settings))
    for other in (
        url.replace("/keys/pgpass", "/keys/none"),
        url.replace("//staff@", "//postgres@") + "&password=x",
    ):
        with pytest.raises(
            psycopg.OperationalError, match=r"no password supplied|password authentication failed"
        ):
            psycopg.connect(other)


def test_what_is_committed_survives_the_stack_and_goes_on_without_the_flag(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with RunningOffice(home, "--postgres") as office:
        office.load_registers()
        reference = office.bring(STORY, "numeracy", "triage")[0]
        before = office.length()
    for line in (
        ("case", "show", reference),
        ("audit", "looks"),
        ("admin", "backup", str(tmp_path / "copy")),
    ):
        away = office.cli(*line)
        assert (away.code, away.out) == (6, "")
        assert "the stack is not running" in away.err
        assert "postgresql://" not in away.err, "where its server would answer helps nobody"
        assert "brokerage up" in away.next_lines
    said = office.cli("doctor").out
    assert "the stack is not running. Start it: brokerage up" in said
    assert "BROKERAGE_OWNER_URL" not in said
    with RunningOffice(home) as again:
        assert again.length() == before
        assert again.cli("case", "show", reference, "--json").json["stage"] == "triage"
        again.cli("audit", "verify").well()
    assert not office.settings.log_file.exists()


def test_a_dump_by_the_printed_line_is_restored_into_a_new_home_that_goes_on(tmp_path: Path) -> None:
    """As docs/backup.md says it, while the stacks run."""
    dump, home = tmp_path / "a.dump", tmp_path / "new"
    with RunningOffice(tmp_path / "old home", "--postgres") as office:
        office.cli(
            "person", "add", "kept", "--name", "Kept", "--email", "k@office.example", "--new-key"
        ).well()
        refused = office.cli("admin", "backup", str(tmp_path / "copy"))
        assert refused.code == 2
        (line,) = refused.next_lines
        subprocess.run(["bash", "-c", line.replace("<file>", str(dump))], check=True)
        assert stat.S_IMODE(dump.stat().st_mode) == 0o600
        told = office.cli("audit", "verify", "--json").json
        office.cli("person", "add", "later", "--name", "L", "--email", "l@office.example", "--new-key").well()
    home.mkdir(mode=0o700)
    for name in ("keys", "profiles"):
        shutil.copytree(office.home / name, home / name)
    for name in ("profile", "clock"):
        shutil.copy(office.home / name, home / name)
    with RunningOffice(home, "--postgres") as restored:
        own = (
            line.removeprefix("(umask 077; ")
            .partition(" --format")[0]
            .replace("pg_dump", "pg_restore")
            .replace(str(office.home), str(home))
        )
        port = (home / "run" / "postgresql.port").read_text().strip()
        there = f"--host=127.0.0.1 --port={port} --username=owner --dbname=brokerage"
        restore = f"{own} --clean --if-exists --single-transaction {there} {dump}"
        subprocess.run(["bash", "-c", restore], check=True)
    with RunningOffice(home) as restored:
        assert restored.cli("audit", "verify", "--json").json == told
        restored.cli("admin", "sweep").well()
        restored.cli("doctor").well()
        restored.cli(
            "person", "add", "later", "--name", "L", "--email", "l@office.example", "--new-key"
        ).well()
        restored.cli("audit", "verify").well()


def test_a_home_in_sqlite_does_not_move_by_a_flag(running: RunningOffice) -> None:
    refused = running.cli("up", "--postgres")
    assert refused.code == 2
    assert "keeps its log in SQLite, and a log does not move" in refused.err
    assert "BROKERAGE_HOME=<a new directory> brokerage up --postgres" in refused.next_lines


def test_a_home_has_one_database(tmp_path: Path) -> None:
    office = RunningOffice(tmp_path / "home")
    elsewhere = {"BROKERAGE_DATABASE_URL": "postgresql://worker@127.0.0.1:9/brokerage"}
    refused = office.cli("up", "--postgres", **elsewhere)
    assert refused.code == 2
    assert "BROKERAGE_DATABASE_URL names another" in refused.err
