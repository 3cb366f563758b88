"""Completion as a shell does it: a real bash loads the script and is asked what it would offer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from domain.case.commands import COMMANDS, SYSTEM_VERBS
from domain.case.stages import Stage
from domain.ids import stream_key
from starter.flags import flags_of
from tests.activities.builders import Office

SHELLS = ("bash", "zsh", "fish")


def environment(home: Path) -> dict[str, str]:
    """A shell that finds this program first, and works in that home."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("BROKERAGE_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{ours['PATH']}"
    return ours | {"PATH": path, "BROKERAGE_HOME": str(home), "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The three scripts, as `brokerage completion` prints them."""
    folder = tmp_path_factory.mktemp("completion")
    found = {}
    for shell in SHELLS:
        done = subprocess.run(
            [sys.executable, "-m", "starter", "completion", shell],
            env=environment(folder / "none"),
            capture_output=True,
            check=True,
        )
        assert done.stderr == b""
        found[shell] = folder / f"brokerage.{shell}"
        found[shell].write_bytes(done.stdout)
    return found


def offered(script: Path, home: Path, *words: str) -> list[str]:
    """What bash offers where the last of the words is being typed."""
    drive = (
        'source "$1"; shift; spec=$(complete -p brokerage); func=${spec#*-F }; func=${func%% *};'
        ' COMP_WORDS=(brokerage "$@"); COMP_CWORD=$#; COMPREPLY=(); "$func" brokerage;'
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", drive, "bash", str(script), *words],
        env=environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "some"),
    [
        (("ca",), ["case"]),
        (("",), ["case", "person", "school", "doctor", "help", "completion"]),
        (("case", "tri"), ["triage"]),
        (("case", ""), ["open", "triage", "list", "show", "accept-offer"]),
        (("case", "triage", "REF", "--ti"), ["--tier", "--timeout"]),
        (("case", "triage", "REF", "--tier", ""), ["light", "standard", "intensive"]),
        (("case", "open", "--route", "s"), ["sip", "school"]),
        (("case", "scope", "REF", "--present", "recipient"), ["recipient_head", "recipient_lead"]),
        (("case", "list", "--stage", "aw"), [stage for stage in Stage if stage.startswith("aw")]),
        (("case", "wait", "REF", "--until", "final"), ["final_review"]),
        (("case", "triage", "REF", "--dry"), ["--dry-run"]),
        (("case", "triage", "REF", "--method", "e"), ["email"]),
        (("completion", ""), list(SHELLS)),
    ],
)
def test_bash_offers_what_can_be_typed(
    scripts: dict[str, Path], tmp_path: Path, words: tuple[str, ...], some: list[str]
) -> None:
    found = offered(scripts["bash"], tmp_path, *words)
    assert set(some) <= set(found), found
    assert all(word.startswith(words[-1]) for word in found)


def test_bash_offers_what_only_the_home_knows(scripts: dict[str, Path], office: Office) -> None:
    office.tell(before="triage")
    home, reference = office.settings.home, stream_key(office.stream)
    for words, some in (
        (("case", "show", "EAS"), [reference]),
        (("case", "triage", reference[:6]), [reference]),
        (("case", "open", "--recipient", "699000"), ["6990004"]),
        (("case", "open", "--area", "num"), ["numeracy"]),
        (("case", "open", "--programme", ""), ["EAS"]),
        (("case", "triage", reference, "--as", "broker"), ["broker.dylan"]),
        (("case", "triage", reference, "--profile", ""), ["admin"]),
        (("person", "post", "sip.c"), ["sip.carys"]),
    ):
        assert set(some) <= set(offered(scripts["bash"], home, *words)), words


def test_where_there_is_no_home_a_tab_is_quiet(scripts: dict[str, Path], tmp_path: Path) -> None:
    assert offered(scripts["bash"], tmp_path / "none", "case", "show", "EAS") == []


def test_every_script_knows_every_verb_flag_and_choice(scripts: dict[str, Path]) -> None:
    for shell, script in scripts.items():
        text = script.read_text()
        for verb, model in COMMANDS.items():
            if verb in SYSTEM_VERBS:
                continue
            assert verb in text, (shell, verb)
            for flag in flags_of(model):
                assert flag.name in text, (shell, verb, flag.name)
                assert all(choice in text for choice in flag.choices), (shell, verb, flag.name)


def test_a_script_belongs_to_the_program_and_every_shell_that_is_installed_takes_it(
    scripts: dict[str, Path],
) -> None:
    first_words = {
        "bash": "complete -F _brokerage brokerage",
        "zsh": "#compdef brokerage",
        "fish": "complete -c brokerage",
    }
    taken = set()
    for shell, script in scripts.items():
        assert first_words[shell] in script.read_text()
        if program := shutil.which(shell):
            checked = subprocess.run([program, "-n", script], capture_output=True, text=True, check=False)
            assert (checked.returncode, checked.stderr) == (0, ""), shell
            taken.add(shell)
    assert "bash" in taken


def test_it_can_be_installed_where_the_shell_looks(tmp_path: Path) -> None:
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "starter", "completion", "bash", "--install"],
            env=environment(tmp_path) | {"HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "works in shells that you open from now on" in done.stderr
    script = tmp_path / ".local/share/bash-completion/completions/brokerage"
    assert str(script) in done.stderr
    assert "triage" in offered(script, tmp_path, "case", "tri")
    assert (tmp_path / ".bashrc").read_text().count(str(script)) <= 2
