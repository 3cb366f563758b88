"""Making and opening a home: the directory with its keys, its clock and the person it acts for.

The databases are not made here: only workers write the log.
"""

import base64
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from activities.home_files import HomeFileError, read_clock, read_key, read_private
from activities.settings import Settings
from domain.envelope import Clock
from domain.ids import PERSON_ID_PATTERN, SYSTEM_PERSON
from starter.access import no_access
from starter.failures import Exit, Failure


@dataclass(frozen=True)
class Home:
    """A home as it stands on disk."""

    path: Path
    person: str
    """Person as whom commands are signed by default."""
    clock: Clock


def create_home(settings: Settings, admin: str, clock: Clock) -> Home:
    """Make the home, or finish one that was begun; an existing one is opened, and keeps its person.

    Nothing is ever replaced, and no key is made beside a database: what an older key sealed would stay
    shut behind a new one. Raises Failure.
    """
    home = settings.home
    if _is_founded(settings):
        existing = load_home(settings)
        if existing.clock != clock:
            raise Failure(
                Exit.USAGE,
                "H-CLOCK",
                f"{home} runs on the {existing.clock} clock and cannot change to the {clock} one.",
                next_lines=("BROKERAGE_HOME=<another directory> brokerage up",),
            )
        return existing
    _refuse_foreign_directory(home)
    check_person(admin)
    try:
        above = [parent for parent in home.parents if not parent.exists()]
        for directory in (*reversed(above), home, home / "keys", settings.profiles, settings.run_files):
            directory.mkdir(mode=0o700, exist_ok=True)
            directory.chmod(0o700)
        _create_private(settings.vault_key_file, _new_key())
        _create_private(settings.payload_keys_file, f"k1 {_new_key()}")
        _create_private(settings.worker_key_file, _new_key())
        _create_private(home / "clock", clock)
        _create_private(home / "profile", admin)
        person = read_private(home / "profile")
        _create_private(profile_file(settings, person), _new_key())
    except OSError as error:
        raise Failure(
            Exit.USAGE,
            "H-WRITE",
            f"{error.filename or home} cannot be written: {error.strerror}.",
            details=("A home needs a directory of your own on a local disk.",),
            next_lines=("BROKERAGE_HOME=<another directory> brokerage up",),
        ) from error
    return load_home(settings)


def load_home(settings: Settings) -> Home:
    """The home as it stands. Raises Failure where there is none, or a part of it is missing."""
    if not settings.home.is_dir() or not (settings.home / "keys").is_dir():
        raise Failure(
            Exit.UNREACHABLE,
            "H-NONE",
            f"There is no home at {settings.home.absolute()}.",
            details=("Everything lies in a home: keys, log and vault. BROKERAGE_HOME says where.",),
            next_lines=("brokerage up", "brokerage demo"),
        )
    try:
        person = read_private(settings.home / "profile")
        for key in (settings.vault_key_file, settings.worker_key_file, profile_file(settings, person)):
            read_key(key)
        read_private(settings.payload_keys_file)
        return Home(settings.home, person, read_clock(settings))
    except HomeFileError as error:
        raise _failure(error) from error


def check_person(person: str) -> None:
    """Raise Failure where that cannot name a person who works from a home; the system is none."""
    if not re.fullmatch(PERSON_ID_PATTERN, person):
        raise Failure(
            Exit.USAGE,
            "E-PERSON",
            f"{person!r} cannot name a person: small letters, digits, '.' and '-' only, 40 at most.",
        )
    if person == SYSTEM_PERSON:
        raise Failure(
            Exit.USAGE, "E-PERSON", f"{person!r} is Brokerage itself, not a person who works from here."
        )


def create_profile(settings: Settings, person: str) -> str:
    """Make a signing key for the person, unless this home holds one; returns its public key, base64.

    The private key never leaves the file, which only its owner can read. Raises Failure.
    """
    check_person(person)
    load_home(settings)
    path = profile_file(settings, person)
    _create_private(path, _new_key())
    return public_key_of(read_seed(path))


def profile_file(settings: Settings, person: str) -> Path:
    """Where a person's signing key lies."""
    return settings.profiles / f"{person}.key"


def read_seed(path: Path) -> bytes:
    """The Ed25519 seed in a key file. Raises Failure."""
    try:
        return read_key(path)
    except HomeFileError as error:
        raise _failure(error) from error


def profile_seed(settings: Settings, person: str) -> bytes:
    """The seed that signs a person's commands from this home. Raises Failure."""
    path = profile_file(settings, person)
    if not path.exists():
        known = sorted(entry.stem for entry in settings.profiles.glob("*.key"))
        near = get_close_matches(person, known, 3) or known[:3]
        here = f"Keys held here: {len(known)}" + (f", such as that of {', '.join(near)}." if near else ".")
        raise Failure(
            Exit.USAGE,
            "H-PROFILE",
            f"Commands cannot be signed as {person}: there is no key {path}.",
            details=(here,),
            next_lines=("brokerage person list", "brokerage doctor"),
        )
    return read_seed(path)


def public_key_of(seed: bytes) -> str:
    """The public key that belongs to a seed, base64."""
    from activities.signing import public_key_text

    return public_key_text(seed)


def _is_founded(settings: Settings) -> bool:
    complete = (settings.home / "profile").exists() and any(settings.profiles.glob("*.key"))
    databases = (settings.log_file, settings.vault_file, settings.cluster)
    return complete or any(path.exists() for path in databases)


def _refuse_foreign_directory(home: Path) -> None:
    """A directory of other things is not made private, nor filled with ours.

    Other homes may lie in it: a demonstration keeps its own in `.brokerage/demo`.
    """
    if not home.exists() or (home / "keys").is_dir():
        return
    if not home.is_dir() or not all(is_home(entry) for entry in home.iterdir()):
        raise Failure(
            Exit.USAGE,
            "H-FOREIGN",
            f"{home.absolute()} exists and is not a home of Brokerage.",
            next_lines=("BROKERAGE_HOME=<a new or empty directory> brokerage up",),
        )


def is_home(path: Path) -> bool:
    """Whether the path is a home: a directory of ours, not a link to one."""
    return path.is_dir() and not path.is_symlink() and (path / "keys").is_dir() and (path / "clock").is_file()


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _create_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; an existing one stays.

    The text goes into a draft that takes its name when it is complete: no moment shows half a key, and
    no crash leaves one.
    """
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            # Unlike a rename, a link never replaces what another process made meanwhile.
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


def _failure(error: HomeFileError) -> Failure:
    if isinstance(error.__cause__, PermissionError):
        return no_access(Path(error.__cause__.filename))
    return Failure(
        Exit.UNREACHABLE, "H-FILE", str(error), details=(error.fix,), next_lines=("brokerage doctor",)
    )
