"""No golden file changes: the manifest tells, and git tells where file and manifest changed together."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.golden.check import against_git, against_manifest
from tests.golden.files import add_to_manifest, kept_files, write_new

SAMPLE = "events/case/CaseArchived-1.json"
HISTORY = "workflow_histories/whole.json"


def git(root: Path, *words: str) -> None:
    names = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *names, *words], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-m", "…")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Golden files in a repository, as a project keeps them: in a folder of it, committed."""
    root = tmp_path / "repository" / "tests" / "golden"
    for name in (SAMPLE, HISTORY, "cases/one.jsonl", "cases/one.course.json"):
        write_new(root / name, b"{}\n")
    assert add_to_manifest(root) == 3
    git(tmp_path / "repository", "init", "--initial-branch", "main")
    commit(root)
    return root


def test_these_files_are_what_they_were() -> None:
    assert against_manifest() == []
    assert against_git()[0] == []


def test_what_is_as_it_was_passes(root: Path) -> None:
    assert against_manifest(root) == []
    assert against_git(root) == ([], "3 files are what they were in the commits that added them.")


@pytest.mark.parametrize("name", [SAMPLE, HISTORY, "cases/one.jsonl"])
def test_a_changed_file_is_named_by_both(root: Path, name: str) -> None:
    (root / name).write_bytes(b'{"more":1}\n')
    assert against_manifest(root) == [
        f"{name} was changed; a new form is a new version, with a file of its own"
    ]
    assert against_git(root)[0] == [f"{name} is not what it was in the commit that added it"]


def test_a_file_changed_together_with_the_manifest_is_named_by_git(root: Path) -> None:
    """Committed or not, at once or by way of removing it first."""
    (root / SAMPLE).unlink()
    commit(root)
    write_new(root / SAMPLE, b'{"more":1}\n')
    (root / "MANIFEST.sha256").unlink()
    add_to_manifest(root)
    named = [f"{SAMPLE} is not what it was in the commit that added it"]
    assert (against_manifest(root), against_git(root)[0]) == ([], named)
    commit(root)
    assert (against_manifest(root), against_git(root)[0]) == ([], named)


def test_a_file_that_is_gone_is_named_unless_no_run_can_need_it(root: Path) -> None:
    for name in (SAMPLE, HISTORY):
        (root / name).unlink()
    assert len(against_manifest(root)) == 2
    (root / "MANIFEST.sha256").unlink()
    add_to_manifest(root)
    assert against_manifest(root) == []
    assert against_git(root)[0] == [f"{SAMPLE} was in the repository and is gone"]


def test_a_file_that_nobody_entered_is_named(root: Path) -> None:
    write_new(root / "messages/Receipt.json", b"{}\n")
    (fault,) = against_manifest(root)
    assert fault.startswith("messages/Receipt.json is not in the manifest")
    assert add_to_manifest(root) == 1
    assert against_manifest(root) == []


def test_what_we_make_of_a_case_may_follow_the_code(root: Path) -> None:
    (root / "cases/one.course.json").write_bytes(b"[]\n")
    assert against_manifest(root) == []
    assert against_git(root)[0] == []


def test_without_git_the_manifest_is_left(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    shutil.rmtree(tmp_path / "repository" / ".git")
    assert against_git(root) == ([], "There is no git history here: only the manifest was compared.")
    monkeypatch.setenv("PATH", "")
    assert against_git(root) == ([], "There is no git history here: only the manifest was compared.")


def test_in_a_shallow_clone_the_oldest_commit_that_is_here_is_what_counts(root: Path, tmp_path: Path) -> None:
    (root / "cases/one.course.json").write_bytes(b"[]\n")
    commit(root)
    git(tmp_path, "clone", "--depth", "1", f"file://{tmp_path / 'repository'}", "clone")
    clone = tmp_path / "clone" / "tests" / "golden"
    assert kept_files(clone) == kept_files(root)
    assert against_git(clone) == (
        [],
        "This clone is shallow: git could compare only with the oldest commit that is here.",
    )
    (clone / SAMPLE).write_bytes(b"[]\n")
    assert against_git(clone)[0] == [f"{SAMPLE} is not what it was in the commit that added it"]


def test_what_is_kept_is_never_written_again(root: Path) -> None:
    with pytest.raises(FileExistsError):
        write_new(root / SAMPLE, b"{}\n")
