"""`python -m tests.golden.check`: no golden file differs from what was recorded, by manifest and by git.

The manifest tells what each file is. Git, where its history is here, tells that file and manifest were not
changed together: a file must be what it was in the commit that added it.
"""

import subprocess
import sys
from pathlib import Path

from tests.golden.files import GOLDEN, HISTORIES, digest, is_kept, kept_files, read_manifest


def against_manifest(root: Path = GOLDEN) -> list[str]:
    """What is changed, missing or new, in words."""
    manifest, files = read_manifest(root), kept_files(root)
    faults = [
        f"{name} is gone; what was stored once must stay readable" for name in manifest if name not in files
    ]
    for name in files:
        if name not in manifest:
            faults.append(f"{name} is not in the manifest: python -m tests.golden.record enters it")
        elif digest(root, name) != manifest[name]:
            faults.append(f"{name} was changed; a new form is a new version, with a file of its own")
    return faults


def against_git(root: Path = GOLDEN) -> tuple[list[str], str]:
    """What differs from the commit that added it; and how far git could tell, in a sentence."""
    try:
        shallow = _git(root, "rev-parse", "--is-shallow-repository").strip() == "true"
    except (OSError, subprocess.CalledProcessError):
        return [], "There is no git history here: only the manifest was compared."
    added = _added(root)
    present = [name for name in kept_files(root) if name in added]
    paths = "\n".join(str((root / name).resolve()) for name in present)
    blobs = _git(root, "hash-object", "--stdin-paths", given=paths).split() if present else []
    now = dict(zip(present, blobs, strict=True))
    faults = [
        f"{name} is not what it was in the commit that added it"
        for name in present
        if now[name] != added[name]
    ]
    # A history may go once no run of that age can be open; an event stays in its log for ever.
    faults += [
        f"{name} was in the repository and is gone"
        for name in sorted(added.keys() - now.keys())
        if not name.startswith(f"{HISTORIES}/")
    ]
    if shallow:
        return faults, "This clone is shallow: git could compare only with the oldest commit that is here."
    return faults, f"{len(now)} files are what they were in the commits that added them."


def _added(root: Path) -> dict[str, str]:
    """Each kept file that ever was, with the blob that it was when it was first added."""
    raw = _git(
        root,
        "log",
        "--diff-filter=A",
        "--no-renames",
        "--raw",
        "--no-abbrev",
        "--relative",
        "--format=",
        "--",
        ".",
    )
    first: dict[str, str] = {}
    for line in raw.splitlines():  # newest first
        described, _, name = line.partition("\t")
        first[name] = described.split()[3]
    return {name: blob for name, blob in first.items() if is_kept(name)}


def _git(root: Path, *words: str, given: str | None = None) -> str:
    done = subprocess.run(["git", *words], cwd=root, input=given, capture_output=True, text=True, check=True)
    return done.stdout


def main() -> int:
    """Print what is wrong, or that nothing is; the exit code."""
    faults, told = against_git()
    faults = [*against_manifest(), *faults]
    for fault in faults:
        print(f"✗ tests/golden/{fault}")
    print(f"{'✗' if faults else '✓'} Golden files: {len(read_manifest())} in the manifest. {told}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
