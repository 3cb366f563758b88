"""`brokerage demo` from nothing to cases that anybody can look at."""

import fcntl
import re
from pathlib import Path

import pytest

from activities.home_files import lock_file, read_clock
from starter.home import create_home
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from tests.end_to_end.office import Done, RunningOffice

pytestmark = pytest.mark.timeout(400)
"""Whole stories as processes: on a busy machine they take longer than one test usually may."""

TOLD = (*STORIES, *DEPED_STORIES)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> RunningOffice:
    """A home that is not there yet."""
    return RunningOffice(tmp_path_factory.mktemp("demo") / "home")


@pytest.fixture(scope="module")
def demo(office: RunningOffice) -> Done:
    return office.cli("demo", "--fresh")


def test_it_tells_every_story_and_proves_it(demo: Done) -> None:
    assert demo.code == 0, demo
    for number, story in enumerate(TOLD, start=1):
        assert re.search(
            rf"^{number}\. {story.programme}-\S+: {re.escape(story.title)}$", demo.out, re.MULTILINE
        )
    proven = re.findall(
        r"^✓ ([A-Z]+-\S+-\S): \d+ events replayed, word for word what was printed", demo.out, re.MULTILINE
    )
    assert len(proven) == len(TOLD)
    assert re.search(
        r"^✓ The log holds: \d+ events, \d+ commands, 0 of them refused,", demo.out, re.MULTILINE
    )
    assert "Traceback" not in demo.err


def test_it_leaves_a_home_on_the_demonstration_clock(office: RunningOffice, demo: Done) -> None:
    assert read_clock(office.settings) == "demo"
    assert len(office.here("case", "list", "--json", "all").json) == len(TOLD)


def test_money_and_matching_are_told_and_both_ledgers_add_up_to_the_penny(
    office: RunningOffice, demo: Done
) -> None:
    for said in ("could be asked; .+ comes first", "EAS-.* claims £", "DEPED-.* accounted for ₱"):
        assert re.search(said, demo.out), said
    rows = office.here("fund", "status", "--json").json
    assert rows
    for row in rows:
        assert row["available"] == row["allocated"] - row["reserved"] - row["committed"] - row["paid"]
    balanced = re.findall(
        r"^✓ (\w+\.[\d-]+): (?:GBP|PHP) \S+ = .* left; its account in the log says the same\.",
        demo.out,
        re.MULTILINE,
    )
    assert sorted(balanced) == sorted(f"{row['fund']}.{row['year']}" for row in rows), "every fund adds up"
    assert "are accounted for and 4,750.00 came back: 100 %." in demo.out


def test_the_lines_it_ends_with_can_be_typed(office: RunningOffice, demo: Done) -> None:
    assert re.search(r"^  export BROKERAGE_HOME=home$", demo.out, re.MULTILINE)
    lines = re.findall(r"^  brokerage (.+)$", demo.out, re.MULTILINE)
    assert len([line for line in lines if line.startswith("mail show")]) == 3
    assert len(lines) == 9
    for line in lines:
        assert office.here(*line.split()).well().out


def test_an_earlier_demonstration_is_not_told_over(office: RunningOffice, demo: Done) -> None:
    before = office.length()
    done = office.here("demo")
    assert done.code == 2
    assert "E-HOME" in done.err
    assert "holds an earlier demonstration" in done.err
    assert done.next_lines == ["brokerage demo --fresh"]
    assert office.length() == before


def test_a_demonstration_that_somebody_works_in_is_not_removed(office: RunningOffice, demo: Done) -> None:
    with lock_file(office.settings).open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = office.here("demo", "--fresh")
    assert done.code == 2
    assert "is in use: its stack is running" in done.err
    assert office.here("case", "list").well().out


def test_the_home_of_an_office_is_never_removed(tmp_path: Path) -> None:
    office = RunningOffice(tmp_path / "home")
    create_home(office.settings, "anna", "real")
    before = sorted(tmp_path.rglob("*"))
    for words in (("demo",), ("demo", "--fresh")):
        done = office.here(*words)
        assert done.code == 2
        assert "is not the home of a demonstration; nothing was touched" in done.err
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "name",
    ["thesis.txt", ".git", "logbook", "log.db-backup-of-real-office", "keys/my-only-ssh-key", "profiles/notes/a.key"],
)  # fmt: skip
def test_a_directory_of_other_things_is_never_removed(tmp_path: Path, name: str) -> None:
    office = RunningOffice(tmp_path / "home")
    (office.home / "keys").mkdir(parents=True)
    (office.home / "clock").write_text("demo\n")
    (office.home / name).parent.mkdir(parents=True, exist_ok=True)
    (office.home / name).write_text("words")
    assert office.here("demo", "--fresh").code == 2
    assert (office.home / name).read_text() == "words"


def test_a_stack_of_ones_own_may_lie_around_the_demonstrations_home(tmp_path: Path) -> None:
    create_home(RunningOffice(tmp_path / "all" / "demo").settings, "admin", "demo")
    own = create_home(RunningOffice(tmp_path / "all").settings, "admin", "real")
    assert (own.path, own.clock) == (tmp_path / "all", "real")
    assert [path.stat().st_mode & 0o777 for path in (own.path, own.path / "demo")] == [0o700, 0o700]


def test_a_link_to_a_demonstration_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other" / "keys").mkdir(parents=True)
    (tmp_path / "other" / "clock").write_text("demo\n")
    (tmp_path / "home").symlink_to("other")
    assert RunningOffice(tmp_path / "home").here("demo", "--fresh").code == 2
    assert (tmp_path / "other" / "clock").exists()


def test_it_can_be_told_on_postgresql_and_again(tmp_path: Path) -> None:
    """The second time it clears away what the first has left, the server's data included."""
    office = RunningOffice(tmp_path / "home")
    for _ in range(2):
        demo = office.cli("demo", "--fresh", "--postgres").well()
        assert len(re.findall(r"word for word what was printed", demo.out)) == len(TOLD)
        assert "✓ The log holds" in demo.out
    assert office.settings.cluster.is_dir()
    assert not office.settings.log_file.exists()
