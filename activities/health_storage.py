"""What lies under a home, looked at piece by piece: the disk, the runtime, and what a killed process left there."""

import os
import pwd
import sqlite3
import sys
from pathlib import Path
from typing import Final

from activities.event_log.sqlite import left_beside
from activities.health import Check
from activities.home_files import stack_runs
from activities.settings import Settings

ENOUGH_BYTES: Final = 64 * 1024 * 1024
"""Less room than this is a finding: a full disk refuses commands, and may stop Temporal's own server."""

OLDEST_SQLITE: Final = (3, 31, 0)
"""The first that knows `trusted_schema`, with which the log is opened."""

_SHARED: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs"}
)
_ANOTHER_HOME: Final = "Move the home to a local disk of your own and set BROKERAGE_HOME to it."


def check_storage(settings: Settings, *, enough: int = ENOUGH_BYTES) -> list[Check]:
    """Runtime, filesystem, room, rights and leftovers of a home that is there."""
    return [
        check_runtime(),
        check_filesystem(settings.home, Path("/proc/self/mountinfo")),
        _check_room(settings.home, enough),
        _check_writable(settings),
        _check_leftovers(settings),
        *_check_write_ahead(settings),
        *(_check_vault(settings) if settings.log_file.is_file() else ()),
    ]


def check_runtime(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Check:
    """Whether SQLite is new enough; which Python and which SQLite these are."""
    words = ".".join(map(str, version))
    if version < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        what = f"SQLite {words} is older than {oldest}."
        return Check("runtime", False, what, "Use a Python that brings a newer SQLite.")
    return Check("runtime", True, f"Python {'.'.join(map(str, sys.version_info[:3]))}, SQLite {words}.")


def check_filesystem(home: Path, mounts: Path) -> Check:
    """Whether the home is on a disk of this machine: SQLite's write-ahead log lives in shared memory.

    `mounts` lists what is mounted, as /proc/self/mountinfo does; where there is none, nothing is said
    against the disk.
    """
    kind = _filesystem_of(home.resolve(), mounts)
    if kind in _SHARED:
        what = f"The home lies on a network filesystem ({kind}): two machines would damage the log."
        return Check("filesystem", False, what, _ANOTHER_HOME)
    return Check("filesystem", True, f"The home lies on a local disk ({kind or 'of unknown kind'}).")


def _filesystem_of(path: Path, mounts: Path) -> str | None:
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    found: tuple[int, str] | None = None
    for line in lines:
        before, _, after = line.partition(" - ")
        point = Path(before.split(" ")[4].replace("\\040", " "))
        # Of two mounts on the same place, the later one is seen.
        if path.is_relative_to(point) and (found is None or len(point.parts) >= found[0]):
            found = len(point.parts), after.split(" ")[0]
    return None if found is None else found[1]


def _check_room(home: Path, enough: int) -> Check:
    disk = os.statvfs(home)
    free = disk.f_bavail * disk.f_frsize
    if free < enough:
        what = f"The home's disk is nearly full: {_size(free)} left."
        return Check("room", False, what, "Make room on it: what does not fit is refused, nothing is cut.")
    return Check("room", True, f"Room on the home's disk: {_size(free)}.")


def _size(amount: int) -> str:
    mebibytes = amount // (1024 * 1024)
    return f"{mebibytes // 1024} GiB" if mebibytes >= 10 * 1024 else f"{mebibytes} MiB"


def _check_writable(settings: Settings) -> Check:
    """Whether we may write where a worker must. Without it we may still read."""
    home = settings.home
    if os.statvfs(home).f_flag & os.ST_RDONLY:
        what = "The home lies on a disk that is mounted read-only; from here it can only be read."
        return Check("writable", False, what, f"Mount it for writing: mount -o remount,rw {_mount_of(home)}")
    shut = [path for path in (home, *_databases(settings)) if not os.access(path, os.W_OK)]
    if not shut:
        return Check("writable", True, "The home and its databases can be written to.")
    paths = " ".join(str(path) for path in shut)
    if all(_owner(path) == os.geteuid() for path in shut):
        return Check("writable", False, f"Not even you can write to {paths}.", f"Run: chmod u+w {paths}")
    what = f"You may not write to {paths}; from here the log can only be read."
    owner = _name(_owner(shut[0]))
    return Check("writable", False, what, f"Run the worker as {owner}, whose files these are.", needed=False)


def _check_leftovers(settings: Settings) -> Check:
    """What a killed stack leaves behind: harmless, but misleading to whoever looks for a process."""
    if stack_runs(settings):
        return Check("leftovers", True, "A stack of this home runs on this machine.")
    try:
        left = [
            path
            for path in (settings.run_files / "worker.ready", settings.run_files / "temporal.pid")
            if path.is_file() and not _is_alive(path)
        ]
    except PermissionError:
        what = f"Whether a stack of this home runs cannot be seen: {settings.run_files} is closed to you."
        return Check("leftovers", False, what, "Its owner sees it: brokerage doctor", needed=False)
    if not left:
        return Check("leftovers", True, "No killed stack has left anything behind.")
    paths = " ".join(str(path) for path in left)
    return Check(
        "leftovers", False, f"A stack that was killed left {paths}.", f"Run: rm {paths}", needed=False
    )


def _check_write_ahead(settings: Settings) -> list[Check]:
    """Whether the databases are whole by themselves where nobody writes them: people copy what they see."""
    if (
        not settings.log_file.is_file()
        or stack_runs(settings)
        or _is_alive(settings.run_files / "worker.ready")
    ):
        return []  # PostgreSQL keeps its own; what is being written is as it should be
    left = [str(found) for file in (settings.log_file, settings.vault_file) if (found := left_beside(file))]
    if not left:
        what = "Nothing writes to the home, and each of its databases is whole in its own file."
        return [Check("write-ahead", True, what)]
    what = f"What was killed left {' '.join(left)}: a copy without that lacks what is newest."
    fix = "Copy with brokerage admin backup DIR, or bring it in: brokerage up, and stop it."
    return [Check("write-ahead", False, what, fix, needed=False)]


def _check_vault(settings: Settings) -> list[Check]:
    """The keys of sealed texts; a worker would make an empty vault, in which no old seal opens."""
    from activities.vault import VaultUnavailableError, read_looks

    if settings.vault_file.exists() and not os.access(settings.vault_file, os.R_OK):
        what = f"The vault {settings.vault_file.absolute()} is closed to you: sealed texts and looks cannot be read."
        return [
            Check("vault", False, what, "Everything else can. Ask its owner if you need it.", needed=False)
        ]
    try:
        read_looks(settings.vault_file)
    except VaultUnavailableError as error:
        what = f"The sealed texts of this log cannot be opened: {error}."
        return [Check("vault", False, what, "Put vault.db back from your backup of the home.")]
    return [Check("vault", True, f"Vault: {settings.vault_file.absolute()}")]


def _databases(settings: Settings) -> list[Path]:
    files = (settings.log_file, settings.vault_file)
    beside = [file.with_name(file.name + end) for file in files for end in ("-wal", "-shm")]
    return [path for path in (*files, *beside) if path.exists()]


def _is_alive(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text("ascii")), 0)
    except (OSError, ValueError) as error:
        return isinstance(error, PermissionError)
    return True


def _mount_of(path: Path) -> Path:
    path = path.resolve()
    while not path.is_mount():
        path = path.parent
    return path


def _owner(path: Path) -> int:
    return path.stat().st_uid


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
