"""What every writing command shares: its common flags, the sender, the receipt."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from cyclopts import Group, Parameter
from pydantic import BaseModel, ValidationError

from activities.settings import Settings
from domain.canonical import plain
from domain.envelope import OnBehalfOf
from domain.messages import Receipt
from starter.failures import Exit, Failure
from starter.flags import FlagError, flags_of, read_values
from starter.home import profile_seed
from starter.output import note, say, say_json
from starter.reading import Office, person_named
from starter.sending import Sender, Sent, repeat_line, send

_COMMON = Group("Every command that writes", sort_key=9)


@Parameter(name="*", group=_COMMON)
@dataclass(frozen=True, kw_only=True)
class WriteOptions:
    """Flags of every command that writes."""

    profile: Annotated[str | None, Parameter(help="Person whose key signs; by default this home's own.")] = (
        None
    )
    as_: Annotated[
        str | None,
        Parameter(
            name="--as", help="Record the decision of this person ('head:6990004' works too); says so."
        ),
    ] = None
    method: Annotated[
        Literal["email", "letter", "meeting", "phone"] | None,
        Parameter(help="With --as: how they told you."),
    ] = None
    evidence: Annotated[
        str | None,
        Parameter(help="With --as: reference of the mail, letter or minute; no words about people."),
    ] = None
    occurred: Annotated[
        str | None, Parameter(help="When it happened, if not now: 2026-11-20T15:30+00:00.")
    ] = None
    key: Annotated[str | None, Parameter(help="Key of this command: the same line twice is done once.")] = (
        None
    )
    expect_version: Annotated[int | None, Parameter(help="Refuse unless the case is at this version.")] = None
    from_: Annotated[
        Path | None,
        Parameter(name="--from", help="Read the values from a TOML or JSON file; flags go before it."),
    ] = None
    timeout: Annotated[float, Parameter(help="Seconds to wait for the answer.")] = 20.0
    lang: Annotated[Literal["cy", "en"], Parameter(help="Language the command is given in.")] = "en"
    json: Annotated[bool, Parameter(negative="", help="Print the receipt as JSON.")] = False


def new_key() -> str:
    """A key for a command that was given none: sortable by time, never used before."""
    import secrets
    import time

    milliseconds = int(time.time() * 1000)
    value = (
        (milliseconds << 80)
        | (0x7 << 76)
        | (secrets.randbits(12) << 64)
        | (0b10 << 62)
        | secrets.randbits(62)
    )
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def sender_for(settings: Settings, options: WriteOptions) -> Sender:
    """The sender, with the key of their profile. Raises Failure where there is none."""
    from activities.home_files import read_profile

    person = options.profile or read_profile(settings)
    if person is None:
        raise Failure(
            Exit.USAGE,
            "H-PROFILE",
            "Nobody is named to act.",
            (),
            ("brokerage up", "brokerage … --profile PERSON"),
        )
    return Sender(
        settings=settings,
        person=person,
        seed=profile_seed(settings, person),
        timeout=options.timeout,
        language=options.lang,
    )


def read_body(model: type[BaseModel], typed: dict[str, Any], options: WriteOptions) -> dict[str, Any]:
    """The body that the flags and the file say, checked by the command's own model.

    Raises Failure (exit 2) that names the flag, says what is wrong and what would be right.
    """
    body: dict[str, Any] = _from_file(options.from_) if options.from_ else {}
    try:
        _merge(body, read_values(model, typed))
        return plain(model.model_validate(body).model_dump())  # type: ignore[no-any-return]
    except FlagError as error:
        raise Failure(Exit.USAGE, "E-VALUE", str(error)) from None
    except ValidationError as error:
        raise _bad_values(model, error) from None


def write(
    office: Office,
    verb: str,
    stream_of: Callable[[str], str],
    body: dict[str, Any],
    options: WriteOptions,
) -> Sent:
    """Sign and send one command. `stream_of` gives the stream from the command's key."""
    sender = sender_for(office.settings, options)
    command_id = options.key or new_key()
    try:
        command = sender.sign(
            stream=stream_of(command_id),
            verb=verb,
            body=body,
            command_id=command_id,
            on_behalf_of=_behalf(office, options),
            occurred_at=_occurred(options),
            expected_version=options.expect_version,
        )
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        raise Failure(
            Exit.USAGE,
            "E-VALUE",
            f"--{'key' if 'command_id' in problem['loc'] else problem['loc'][0]}: {problem['msg']}",
        ) from None
    return send(sender, command, office, lambda: repeat_line(command_id))


def print_sent(sent: Sent, options: WriteOptions, subject: str) -> int:
    """One line for what happened and its consequence; JSON where asked for."""
    receipt = sent.receipt
    if options.json:
        say_json(receipt_json(sent))
        return Exit.DONE
    if sent.already:
        say(f"✓ Already done: {subject} (position {receipt.position}).")
        return Exit.DONE
    if not receipt.events:
        say(f"✓ Nothing to change: {subject} says so already.")
        return Exit.DONE
    for line in receipt.happened:
        say(f"✓ {subject}: {line}" if line == receipt.happened[0] else f"  {line}")
    if options.key is None and options.json:
        note(f"key {receipt.command_id}")
    return Exit.DONE


def receipt_json(sent: Sent) -> dict[str, Any]:
    """The receipt for programs: flat, stable."""
    receipt: Receipt = sent.receipt
    status = receipt.status
    return {
        "stream": receipt.stream,
        "reference": receipt.stream.partition("/")[2] if receipt.stream.startswith("case/") else None,
        "command": receipt.command_id,
        "already": sent.already,
        "version": receipt.version,
        "position": receipt.position,
        "events": list(receipt.events),
        "happened": list(receipt.happened),
        "stage": status.stage if status else None,
        "waiting_on": status.waiting_on if status else None,
        "due_at": status.next_deadline.isoformat() if status and status.next_deadline else None,
    }


def _behalf(office: Office, options: WriteOptions) -> OnBehalfOf | None:
    if options.as_ is None:
        if options.method or options.evidence:
            raise Failure(Exit.USAGE, "E-VALUE", "--method and --evidence go with --as.")
        return None
    if options.method is None or options.evidence is None:
        raise Failure(
            Exit.USAGE,
            "E-VALUE",
            "Recording another person's decision needs --method and --evidence.",
            ("For example: --as head:6990004 --method email --evidence mail-2026-11-21-3",),
        )
    try:
        return OnBehalfOf(
            person=person_named(office, options.as_), method=options.method, evidence=options.evidence
        )
    except ValidationError:
        raise Failure(
            Exit.USAGE, "E-VALUE", "--evidence must be a reference without spaces, such as mail-2026-11-21-3."
        ) from None


def _occurred(options: WriteOptions) -> datetime | None:
    if options.occurred is None:
        return None
    try:
        instant = datetime.fromisoformat(options.occurred)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Failure(
            Exit.USAGE, "E-VALUE", "--occurred must be a time with its zone: 2026-11-20T15:30+00:00."
        )
    return instant


def _from_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        value: Any = orjson.loads(text) if path.suffix == ".json" else plain(tomllib.loads(text))
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(
            Exit.USAGE,
            "E-FILE",
            f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}.",
        ) from None
    except (tomllib.TOMLDecodeError, orjson.JSONDecodeError) as error:
        raise Failure(Exit.USAGE, "E-FILE", f"{path}: {error}.") from None
    if not isinstance(value, dict):
        raise Failure(Exit.USAGE, "E-FILE", f"{path} must hold the command's values by name.")
    return value


def _merge(into: dict[str, Any], values: dict[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value


def _bad_values(model: type[BaseModel], error: ValidationError) -> Failure:
    flags = {(*flag.path, flag.field): flag for flag in flags_of(model)}
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        place = tuple(str(part) for part in item["loc"] if not isinstance(part, int))
        if item["type"] == "missing" and place and place == ("terms",):
            lines.append("the terms of the agreement are missing: --start, --end, --days, …; or --from FILE")
            continue
        flag = next(
            (flags[place[:length]] for length in range(len(place), 0, -1) if place[:length] in flags), None
        )
        name = f"--{flag.name}" if flag else ".".join(place) or "values"
        message = "is missing" if item["type"] == "missing" else item["msg"]
        lines.append(f"{name} {message}" if message == "is missing" else f"{name}: {message}")
    first, rest = lines[0], tuple(lines[1:])
    return Failure(
        Exit.USAGE, "E-VALUE", first[0].upper() + first[1:] + ("" if first.endswith(".") else "."), rest
    )
