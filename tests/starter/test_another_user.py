"""Another user of the machine, to whom an office opens its log and nothing else."""

from collections.abc import Callable

import pytest

from domain.ids import stream_key
from tests.activities.builders import Office
from tests.as_nobody import as_nobody

_TYPED = """
from starter.__main__ import run

def mode(path, bits):
    # As nobody we may not, nor need to; an ordinary user plays both parts, and shuts their own doors.
    if os.access(path.parent, os.X_OK) and path.exists() and path.stat().st_uid == os.geteuid():
        path.chmod(bits)

def act(home):
    os.environ.update(BROKERAGE_HOME=str(home), TEMPORAL_ADDRESS="127.0.0.1:9")
    shut = [home / name for name in SHUT]
    for path in shut:
        mode(path, 0)
    with contextlib.redirect_stderr(sys.stdout):
        print("exit", run(WORDS))
    for path in shut:
        mode(path, 0o700)
"""
PRIVATE = ("run", "profiles", "keys", "vault.db")

Type = Callable[..., str]


@pytest.fixture
def other(office: Office) -> Type:
    """What a line prints that the other user types."""
    office.tell(before="triage")
    home = office.settings.home
    office.close()
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    home.chmod(0o755)
    for file in (*home.glob("log.db*"), home / "clock"):
        file.chmod(0o644)
    for file in home.glob("vault.db*"):
        file.chmod(0o600)

    def typed(*words: str, shut: tuple[str, ...] = PRIVATE) -> str:
        if "." in shut:
            home.chmod(0o700)
        code = _TYPED.replace("SHUT", repr(shut)).replace("WORDS", repr(list(words)))
        return as_nobody(code, home)

    return typed


def test_they_read_what_was_opened_to_them(office: Office, other: Type) -> None:
    assert '"stage":"triage"' in other("case", "list", "--jsonl")
    assert "exit 0" in other("audit", "verify")


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        (("case", "submit", "REF", "--profile", "sip.carys"), "profiles"),
        (("case", "read", "REF", "--profile", "sip.carys"), "profiles"),
        (("audit", "looks"), "vault.db"),
    ],
)
def test_what_is_closed_to_them_is_named_and_is_no_bug(
    office: Office, other: Type, words: tuple[str, ...], closed: str
) -> None:
    said = other(*(stream_key(office.stream) if word == "REF" else word for word in words))
    assert "exit 6" in said, said
    assert "H-ACCESS" in said
    assert f"{office.settings.home / closed} is closed to you" in said
    assert "brokerage up" not in said


def test_a_closed_home_is_said_to_be_closed(office: Office, other: Type) -> None:
    for words in (("case", "list"), ("audit", "looks"), ("school", "list")):
        said = other(*words, shut=(".",))
        assert "exit 6" in said, said
        assert "H-ACCESS" in said
        assert f"{office.settings.home} is closed to you" in said
        assert "brokerage up" not in said


def test_doctor_tells_them_what_they_may_not_see(office: Office, other: Type) -> None:
    said = other("doctor")
    assert "exit 6" in said
    assert "A bug" not in said
    assert (
        f"! Whether a stack of this home runs cannot be seen: {office.settings.run_files} is closed" in said
    )
    assert f"! The vault {office.settings.vault_file} is closed to you" in said
    assert "✓ The log refuses change" in said
