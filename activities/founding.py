"""The first entries of a log: the system with its key, the first administrator, programmes and calendars that ship.

Each is an ordinary command, signed by the system and kept like any other; the rules let the system make
them only while nobody holds the post of administrator.
"""

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from activities.handle_command import CommandHandler
from activities.home_files import read_key, read_private
from activities.settings import Settings
from activities.signing import public_key_text
from domain.calendars.model import parse_calendar
from domain.messages import Refused
from domain.programmes import parse_programme


class FoundingError(RuntimeError):
    """A first entry was refused; the message says which and why."""


def found(handler: CommandHandler, settings: Settings, now: datetime | None = None) -> None:
    """Make the first entries; repeating them changes nothing, each has a fixed command id.

    The first administrator is the person the home belongs to (file `profile`), with the key that lies
    in the home's profiles. Raises FoundingError, and HomeFileError where a file of the home is missing.
    """
    now = now or datetime.now(UTC)
    admin = read_private(settings.home / "profile")
    seed = read_key(settings.profiles / f"{admin}.key")
    entries: list[tuple[str, str, dict[str, object]]] = [
        (
            "person/system",
            "register",
            _person("Brokerage", "system@brokerage.example", handler.system_public_key),
        ),
        (f"person/{admin}", "register", _person(admin, f"{admin}@brokerage.example", public_key_text(seed))),
    ]
    for name, text in _files("domain.programmes"):
        content = parse_programme(text, name)
        entries.append((f"programme/{content.code}", "publish", {"content": content.model_dump(mode="json")}))
    root: tuple[str, str, dict[str, object]] = (
        f"person/{admin}",
        "assign-post",
        {"post": "administrator", "since": now.date().isoformat()},
    )
    for number, (stream, verb, body) in enumerate(entries, start=1):
        _enter(handler, stream, verb, body, f"founding:{number}:{stream}", now)
    _publish_calendars(handler, now)
    _enter(handler, *root, f"founding:{len(entries) + 1}:{root[0]}", now)


def _publish_calendars(handler: CommandHandler, now: datetime) -> None:
    """A log that was founded before there were calendars is left as it is: its administrator publishes them."""
    for name, text in _files("domain.calendars"):
        content = parse_calendar(text, name)
        stream, body = f"calendar/{content.code}", {"content": content.model_dump(mode="json")}
        answer = handler.handle_as_system(stream, "publish", body, f"founding:{stream}", now)
        if isinstance(answer, Refused) and answer.code != "R-POST":
            raise FoundingError(f"{stream}: {answer.message}")


def _enter(
    handler: CommandHandler, stream: str, verb: str, body: dict[str, object], command_id: str, now: datetime
) -> None:
    answer = handler.handle_as_system(stream, verb, body, command_id, now)
    if isinstance(answer, Refused):
        raise FoundingError(f"{stream}: {answer.message}")


def _person(name: str, email: str, public_key: str) -> dict[str, object]:
    return {"name": name, "email": email, "language": "both", "public_key": public_key}


def _files(package: str) -> list[tuple[str, str]]:
    """Name and text of each data file of a package, in the order of their names."""
    folder = files(package)
    found_files = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return sorted((Path(entry.name).name, entry.read_text(encoding="utf-8")) for entry in found_files)
