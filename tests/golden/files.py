"""Where the golden files lie, and the manifest that says what each of them is.

`events/<kind>/<Type>-<version>.json` are payloads as stored, `readings/<kind>/<the same>.as-<later>.json` what
one of an earlier version reads as, `cases/<story>.jsonl` whole streams as stored
(an event a line), `messages/<Name>.json` values as they travel through Temporal, `workflow_histories/` what
Temporal kept of real runs. All of it is what some log or some server out there may hold, so none of it is
ever changed; `*.course.json` beside a case is what we make of it, and may follow the code.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

GOLDEN: Final = Path(__file__).parent
EVENTS: Final = "events"
CASES: Final = "cases"
READINGS: Final = "readings"
MESSAGES: Final = "messages"
HISTORIES: Final = "workflow_histories"
_MANIFEST: Final = "MANIFEST.sha256"
_FOLDERS: Final = (EVENTS, READINGS, CASES, MESSAGES, HISTORIES)


def is_kept(name: str) -> bool:
    """Whether the file of that path below the root must stay as it is."""
    return name.partition("/")[0] in _FOLDERS and not name.endswith(".course.json")


def kept_files(root: Path = GOLDEN) -> list[str]:
    """Everything that must stay as it is, by its path below the root."""
    files = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return sorted(name for name in files if is_kept(name))


def digest(root: Path, name: str) -> str:
    """SHA-256 of a kept file, in hexadecimal."""
    return hashlib.sha256((root / name).read_bytes()).hexdigest()


def read_manifest(root: Path = GOLDEN) -> dict[str, str]:
    """Digest by path; empty where nothing was recorded yet."""
    file = root / _MANIFEST
    lines = file.read_text("ascii").splitlines() if file.exists() else []
    return {name: sha for sha, _, name in (line.partition("  ") for line in lines)}


def add_to_manifest(root: Path = GOLDEN) -> int:
    """Enter the files that the manifest does not name yet; how many. What it says of others stays."""
    known = read_manifest(root)
    new = {name: digest(root, name) for name in kept_files(root) if name not in known}
    lines = [f"{sha}  {name}" for name, sha in sorted((known | new).items())]
    (root / _MANIFEST).write_text("\n".join(lines) + "\n", "ascii")
    return len(new)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet; raises FileExistsError: what is kept is never written again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)


def pretty(value: Any) -> bytes:
    """JSON that people can read in a diff."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def samples(folder: str, root: Path = GOLDEN) -> Iterator[tuple[str, Any]]:
    """Name without ending, and content, of every sample in a folder: 'CaseDrafted-1', 'CaseDrafted-1.2', …"""
    for path in sorted((root / folder).glob("*.json")):
        if not path.name.endswith(".course.json"):
            yield path.name.removesuffix(".json"), orjson.loads(path.read_bytes())


def shapes(value: Any, path: str = "") -> frozenset[str]:
    """What a value says, its contents aside: which fields it has, which of them are empty, which are null."""
    if isinstance(value, dict):
        inner = (shapes(item, f"{path}.{key}") for key, item in value.items())
        return frozenset({f"{path}{{}}"} if value else {f"{path}{{}} empty"}).union(*inner)
    if isinstance(value, list):
        return frozenset({f"{path}[]" if value else f"{path}[] empty"}).union(
            *(shapes(item, f"{path}[]") for item in value)
        )
    return frozenset({f"{path} null" if value is None else path})
