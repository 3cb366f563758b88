"""`brokerage admin backup`: a copy of the home that is proven to hold before it is called one."""

import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from activities.places import log_place
from activities.settings import Settings
from starter.failures import Exit, Failure
from starter.output import note, say, say_json
from starter.reading import reading

if TYPE_CHECKING:
    from activities.event_log.report import VerifyReport

_MARK: Final = ".brokerage-backup."
"""In the name of a copy that is not proven yet."""
_CLEARING_UP_SECONDS: Final = 2


def backup(
    directory: Path,
    /,
    *,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """Copy log, vault, keys and settings of this home into a new directory, and verify the copy.

    Workers may go on. The copy is a home: with its keys, so keep it as closed as this one.

    Parameters
    ----------
    directory
        Where the copy goes: a new name, or an empty directory.
    """
    settings = Settings()
    with reading(settings):
        _require_files(settings)
    directory = directory.resolve()
    _tell_of_leftovers(directory)
    _require_empty(directory)
    try:
        directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _draft_of(directory) as draft:
            report = _copy(settings, draft)
    except (OSError, sqlite3.Error) as error:
        raise Failure(
            Exit.UNREACHABLE,
            "U-BACKUP",
            f"The home cannot be copied to {directory}: {getattr(error, 'strerror', None) or error}.",
            (f"Home: {settings.home}", "Nothing was left there."),
            ("brokerage doctor",),
        ) from error
    _report(directory, report, json)
    return Exit.DONE


@contextmanager
def _draft_of(directory: Path) -> Iterator[Path]:
    """A directory beside it, which bears its name once all went well, and else is gone.

    The copy has another name until it is proven: what bears the name of a backup is one. Who asks for its end twice
    does not end its clearing up. What is to outlive its terminal (nohup) does. Only a kill asks nobody.
    """
    asked: float | None = None
    over = False

    def end(_signal: int, _frame: object) -> None:
        nonlocal asked
        before, asked = asked, time.monotonic()
        # Where Python swallows it, as in a callback, whoever asks again later is heard.
        if not over and (before is None or asked - before > _CLEARING_UP_SECONDS):
            raise KeyboardInterrupt

    handlers: dict[signal.Signals, Any] = {}
    draft = None
    try:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            if signal.getsignal(number) is not signal.SIG_IGN:
                handlers[number] = signal.signal(number, end)
        draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}{_MARK}", dir=directory.parent))
        yield draft
        over = True
        if asked is not None:
            raise KeyboardInterrupt
        draft.rename(directory)
    except Exception as error:
        if asked is not None:  # it may have been turned into another error on its way
            raise KeyboardInterrupt from error
        raise
    finally:
        over = True
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _tell_of_leftovers(directory: Path) -> None:
    """Say where a backup was killed: what it left holds keys."""
    try:
        left = [
            path
            for path in directory.parent.iterdir()
            if path.name.startswith(".") and _MARK in path.name and path.is_dir() and not path.is_symlink()
        ]
    except OSError:
        return
    for path in sorted(left):
        note(
            f"! A backup that was killed left keys of its home behind. Unless it still runs: rm -r {quote(str(path))}"
        )


def _copy(settings: Settings, draft: Path) -> "VerifyReport":
    """What verifying the copy found: that it holds. Raises Failure where it does not."""
    from activities.backup import copy_home
    from activities.event_log.read import all_events
    from activities.event_log.sqlite import bring_in
    from activities.event_log.verify import verify_snapshot
    from activities.read_models.compare import differences
    from activities.vault import VaultUnavailableError, read_looks

    copy_home(settings, draft)
    copied = settings.model_copy(update={"home": draft})
    with reading(copied) as office, office.engine.connect() as snapshot:
        report = verify_snapshot(snapshot)
        stale = differences(snapshot, all_events(snapshot)) if report.clean else []
    if report.found or stale:
        raise Failure(
            Exit.AUDIT_FAILED,
            "A-DAMAGED",
            f"A copy of this log does not hold: {report.found + len(stale)} findings. No backup was made.",
            ("What it finds in the log itself: brokerage audit verify",),
            ("brokerage audit verify", "brokerage admin rebuild --check"),
        )
    try:
        read_looks(copied.vault_file)
    except VaultUnavailableError as error:
        raise Failure(
            Exit.UNREACHABLE, "U-VAULT", f"{error}. No backup was made.", (), ("brokerage doctor",)
        ) from error
    for file in (copied.log_file, copied.vault_file):
        bring_in(file)
    return report


def _require_files(settings: Settings) -> None:
    """Raise Failure where the log is in PostgreSQL, whose own tools copy it: for their owner alone, too."""
    place = log_place(settings)
    if isinstance(place, Path):
        return
    dump = "--format=custom --schema=brokerage --schema=vault --file=<file>"
    line = f'(umask 077; pg_dump {dump} "$BROKERAGE_OWNER_URL")'
    if settings.cluster.exists():
        from starter.stack.postgres_cluster import find_program

        host, _, port, database, _ = place.place
        passwords = quote(str(settings.database_passwords_file.absolute()))
        # Of the server's own version: an older program of the machine would refuse.
        program = quote(str(find_program("pg_dump")))
        login = f"--host={host} --port={port} --username=owner {database}"
        line = f"(umask 077; PGPASSFILE={passwords} {program} {dump} {login})"
    raise Failure(
        Exit.USAGE,
        "H-DATABASE",
        "This home keeps its log in PostgreSQL, whose own program copies it, as the owner. Nothing was copied.",
        (f"Copy also {settings.home / 'keys'}, profiles and the rest: docs/backup.md says which.",),
        (line,),
    )


def _require_empty(directory: Path) -> None:
    try:
        if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
            return
        why = "it is not empty" if directory.is_dir() else "it is a file"
    except OSError as error:
        why = error.strerror or "it cannot be looked at"
    raise Failure(
        Exit.USAGE,
        "E-DIRECTORY",
        f"{directory} is not taken for a backup: {why}. Nothing was copied.",
        (),
        ("brokerage admin backup <a new directory>",),
    )


def _report(directory: Path, report: "VerifyReport", json: bool) -> None:
    if json:
        say_json(
            {
                "directory": str(directory.absolute()),
                "events": report.events,
                "commands": report.commands,
                "head_position": report.head_position,
                "head_hash": _head(report),
            }
        )
        return
    say(
        f"✓ {directory} holds this home: {report.events} events, {report.commands} commands, every byte chained and "
        f"signed; head {(_head(report) or '–')[:16]}…."
    )
    say("  Its keys are in it: keep it as closed as the home itself. How to go on from it: docs/backup.md")


def _head(report: "VerifyReport") -> str | None:
    return report.head_hash.hex() if report.head_hash else None
