"""Copying a home whose log and vault lie in SQLite, while others write to it or not.

The log is copied first. What an event refers to in the vault was committed before the event, so a vault that is
copied later has every key of the log; one that is erased in between stays erased in the copy. The copy is a home by
itself, without what is no record: Temporal's database, caught mail, files of processes.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from activities.event_log.sqlite import BUSY_TIMEOUT_MS
from activities.settings import Settings

_SETTINGS: Final = ("clock", "clock.offset", "profile")


def copy_home(settings: Settings, draft: Path) -> None:
    """Copy log, vault, keys and settings of the home into the directory, which is there and empty.

    Only its owner reads what is made. Raises OSError, and sqlite3.Error where a database cannot be copied.
    """
    for source in (settings.log_file, settings.vault_file):
        _copy_database(source, draft / source.name)
    for folder in (settings.vault_key_file.parent, settings.profiles):
        (draft / folder.name).mkdir(mode=0o700)
        for file in sorted(folder.iterdir()):
            _copy_file(file, draft / folder.name / file.name)
    for name in _SETTINGS:
        if (settings.home / name).exists():
            _copy_file(settings.home / name, draft / name)


def _copy_database(source: Path, target: Path) -> None:
    """One state of the database, as it stands between two transactions; who writes waits for nothing.

    It is written anew, row by row: where a page cannot be read, no copy comes of it.
    """
    _make(target)
    uri = f"file:{quote(str(source.absolute()))}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_MS / 1000)) as old:
        old.execute("VACUUM INTO ?", (str(target.absolute()),))
    with target.open("rb") as new:
        os.fsync(new.fileno())


def _copy_file(source: Path, target: Path) -> None:
    with _make(target).open("wb") as new, source.open("rb") as old:
        shutil.copyfileobj(old, new)
        new.flush()
        os.fsync(new.fileno())


def _make(path: Path) -> Path:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path
