"""Doing something as another user of this machine, or, for an ordinary user, with the rights one has.

A process of root may read and write whatever a mode says. So where the tests run as root, the piece runs as
`nobody`; where they do not, it runs as this very user, whose rights are what the modes say.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

NOBODY: Final = 65534
ROOT: Final = Path(__file__).resolve().parents[1]

_PROCESS: Final = """
import contextlib, io, os, sys
from pathlib import Path
{code}
for rehearsal in sys.argv[2:]:
    # Nobody may not be able to read the interpreter's own library: what is needed is loaded before.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        act(Path(rehearsal))
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({nobody})
    os.setuid({nobody})
act(Path(sys.argv[1]))
sys.stdout.flush()
os._exit(0)
"""


def as_nobody(code: str, home: Path) -> str:
    """What `act(home)`, which the code defines, prints when nobody calls it.

    It is rehearsed before, with a copy of the home and with a home that is not there.
    """
    let_through(home)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(home, Path(folder) / "home")
        process = _PROCESS.format(code=code, nobody=NOBODY)
        done = subprocess.run(
            [sys.executable, "-c", process, str(home), f"{folder}/home", f"{folder}/none"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def give(home: Path) -> None:
    """Let the home and all that lies in it belong to nobody."""
    if os.geteuid() == 0:
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


def let_read(home: Path, *, write: bool = False) -> None:
    """Let everybody read the home and what lies in it, and write there only if said so."""
    for path in (home, *home.rglob("*")):
        writing = 0o222 if write else 0
        path.chmod((0o555 if path.is_dir() else 0o444) | writing)


def let_through(home: Path) -> None:
    """Let everybody pass the directories above, which the tests' own user made for itself."""
    for above in home.parents:
        if Path(tempfile.gettempdir()) in above.parents:
            above.chmod(above.stat().st_mode | 0o011)
