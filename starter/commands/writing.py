"""What every writing command shares: its common flags, the sender, the receipt."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cyclopts import Group, Parameter
from pydantic import BaseModel, ValidationError

from activities.settings import Settings
from domain.canonical import instant_text, plain
from domain.envelope import OnBehalfOf
from domain.ids import COMMAND_ID_PATTERN, FUND_CODE_PATTERN, PERSON_ID_PATTERN, stream_key
from domain.messages import Receipt, UnsignedCommand
from domain.problems import in_words
from starter.completing import people, profiles
from starter.failures import Exit, Failure
from starter.files import read_document
from starter.flags import FlagError, flags_of, read_values
from starter.home import profile_seed
from starter.moments import MEANT_YEARS
from starter.nearest import add_nearest, did_you_mean
from starter.numbers import seconds, whole_number
from starter.output import say, say_json
from starter.reading import Office, person_named
from starter.sending import Sender, Sent, already_answered, repeat_line, send

_EXAMPLE: Final = re.compile(r"e\.g\. ([^ ,;]+?)[.,;]?(?: |$)")
_COMMON = Group("Every command that writes", sort_key=9)


_LONGEST_TIMEOUT = 3600.0


@Parameter(name="*", group=_COMMON)
@dataclass(frozen=True, kw_only=True)
class SenderOptions:
    """Flags of everything that sends: who signs, and how long they wait."""

    profile: Annotated[
        str | None,
        Parameter(help="Person whose key signs; by default this home's own.", completer=profiles),
    ] = None
    timeout: Annotated[float, Parameter(converter=seconds, help="Seconds to wait for the answer.")] = 20.0
    lang: Annotated[
        Literal["cy", "en", "fil"], Parameter(help="Language of the texts you type here; kept with them.")
    ] = "en"
    dry_run: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Only show what would be recorded, or refused and why; needs no key, no worker, no Temporal."
            " Whether the signature will fit is not seen.",
        ),
    ] = False


@Parameter(name="*", group=_COMMON)
@dataclass(frozen=True, kw_only=True)
class WriteOptions(SenderOptions):
    """Flags of every command that writes one thing."""

    as_: Annotated[
        str | None,
        Parameter(
            name="--as",
            help="Record the decision of this person ('head:6990004' works too); says so.",
            completer=people,
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
    key: Annotated[
        str | None, Parameter(help="Key of this command; the same line with the same key is done once.")
    ] = None
    expect_version: Annotated[
        int | None, Parameter(converter=whole_number, help="Refuse unless the case is at this version.")
    ] = None
    from_: Annotated[
        Path | None,
        Parameter(name="--from", help="Read the values from a TOML or JSON file; what a flag says wins."),
    ] = None
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the receipt as JSON.")] = (
        False
    )


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


def sender_for(settings: Settings, options: SenderOptions) -> Sender:
    """The sender, with the key of their profile. Raises Failure where there is none."""
    person = person_for(settings, options)
    return Sender(
        settings=settings,
        person=person,
        seed=profile_seed(settings, person),
        timeout=options.timeout,
        language=options.lang,
    )


def person_for(settings: Settings, options: SenderOptions) -> str:
    """Id of the person who sends; their key is not looked at. Raises Failure where nobody is named."""
    from activities.home_files import read_profile

    if not 0 < options.timeout <= _LONGEST_TIMEOUT:
        raise Failure(Exit.USAGE, "E-VALUE", "--timeout must be above 0 and at most 3600 seconds.")
    person = read_profile(settings) if options.profile is None else options.profile
    if person is not None and not re.fullmatch(PERSON_ID_PATTERN, person):
        raise Failure(
            Exit.USAGE,
            "E-PERSON",
            f"{person!r} cannot name a person: small letters, digits, '.' and '-' only.",
        )
    if person is None:
        raise Failure(
            Exit.USAGE,
            "H-PROFILE",
            "Nobody is named to act.",
            (),
            ("brokerage up", "brokerage … --profile PERSON"),
        )
    return person


def read_body(
    model: type[BaseModel],
    typed: dict[str, Any],
    options: WriteOptions,
    given: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The body that the flags and the file say, and no more, checked by the command's own model.

    `given` are values that a command line has read itself.

    What was not given is left out, not filled in: the same line has the same body after an update that
    knows one more flag, and a worker of the version before can still read it.
    Raises Failure (exit 2) that names the flag, says what is wrong and what would be right.
    """
    body = from_file(options.from_) if options.from_ else {}
    try:
        _merge(body, read_values(model, typed) | (given or {}))
        return plain(model.model_validate(body).model_dump(exclude_unset=True))  # type: ignore[no-any-return]
    except FlagError as error:
        raise Failure(Exit.USAGE, "E-VALUE", f"{error}.") from None
    except ValidationError as error:
        raise _bad_values(model, error) from None


@dataclass(frozen=True)
class Order:
    """One command as a line asks for it."""

    verb: str
    stream_of: Callable[[str], str]
    """The stream, given the command's key."""
    body: dict[str, Any]
    options: WriteOptions
    subject: str | None = None
    """What is said to be concerned; by default what the stream is named for."""


def carry_out(office: Office, *orders: Order, repeat_key: str | None = None) -> int:
    """Sign and send the commands of a line one after the other, or see what they would do; print what came.

    `repeat_key` is the key that the typed line must carry to be repeated, where it stands for more than
    one command. Raises Failure.
    """
    if any(order.options.dry_run for order in orders):
        from starter.preview import preview

        asked = [_asked(office, person_for(office.settings, o.options), o) for o in orders]
        # Only an opening's outcome hangs on its key: the reference follows from it.
        key = asked[0].command_id if orders[0].verb == "open" else None
        return preview(office, asked, [o.subject for o in orders], json=orders[0].options.json, key=key)
    for order in orders:
        sender = sender_for(office.settings, order.options)
        wanted = _asked(office, sender.person, order)
        command = sender.sign(**{name: getattr(wanted, name) for name in _SIGNED_AS_ASKED})
        key = repeat_key or command.command_id
        try:
            sent = send(sender, command, office, partial(repeat_line, key))
        except Failure as failure:
            add_nearest(office, failure, command.stream, command.body)
            raise
        print_sent(sent, order.options, order.subject or stream_key(command.stream))
    return Exit.DONE


_SIGNED_AS_ASKED: Final = (
    "stream", "verb", "body", "command_id", "on_behalf_of", "occurred_at", "expected_version",
)  # fmt: skip


def _asked(office: Office, person: str, order: Order) -> UnsignedCommand:
    """The command that an order stands for. Raises Failure (exit 2) where a flag cannot be part of one."""
    options = order.options
    command_id = new_key() if options.key is None else options.key
    if not re.fullmatch(COMMAND_ID_PATTERN, command_id):
        raise Failure(
            Exit.USAGE, "E-VALUE", "--key must be of letters, digits and . _ : / + = - only, 100 at most."
        )
    try:
        return UnsignedCommand(
            stream=order.stream_of(command_id),
            verb=order.verb,
            body=plain(order.body),
            person=person,
            language=options.lang,
            command_id=command_id,
            on_behalf_of=_behalf(office, options),
            occurred_at=_occurred(options),
            expected_version=options.expect_version,
        )
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        name = str(problem["loc"][0]).replace("expected_version", "expect-version")
        raise Failure(Exit.USAGE, "E-VALUE", f"--{name}: {in_words(problem)}.") from None


def print_sent(sent: Sent, options: WriteOptions, subject: str) -> int:
    """One line for what happened and its consequence; JSON where asked for."""
    receipt = sent.receipt
    if options.json:
        say_json(receipt_json(sent))
        return Exit.DONE
    if sent.already:
        say(already_answered(subject, receipt.position))
        return Exit.DONE
    if not receipt.events:
        say(f"✓ Nothing to change: {subject} says so already.")
        return Exit.DONE
    for line in receipt.happened:
        say(f"✓ {subject}: {line}" if line == receipt.happened[0] else f"  {line}")
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
        "due_at": instant_text(status.next_deadline) if status and status.next_deadline else None,
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
    if instant is None or instant.tzinfo is None or instant.year not in MEANT_YEARS:
        raise Failure(
            Exit.USAGE, "E-VALUE", "--occurred must be a time with its zone: 2026-11-20T15:30+00:00."
        )
    return instant


def from_file(path: Path) -> dict[str, Any]:
    value: Any = plain(read_document(path))
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
    items = error.errors(include_url=False)
    for item in items:
        if item["type"] == "too_short" and any(_is_below(item["loc"], other["loc"]) for other in items):
            continue  # an item that is wrong is no item to pydantic; that it is wrong is said
        place = tuple(str(part) for part in item["loc"] if not isinstance(part, int))
        if item["type"] == "missing" and place and place == ("terms",):
            lines.append("The terms of the agreement are missing: --start, --end, --days, …; or --from FILE")
            continue
        flag = next(
            (flags[place[:length]] for length in range(len(place), 0, -1) if place[:length] in flags), None
        )
        name = f"--{flag.name}" if flag else ".".join(place) or "values"
        if flag and (bound := {"ge", "le"} & set(item.get("ctx", ()))):
            (name_of_bound,) = bound
            # Days and money are typed in other units than they are kept in.
            item["ctx"][name_of_bound] = flag.show(item["ctx"][name_of_bound])
        message = in_words(item)
        if flag and flag.choices and item["type"] == "missing":
            message += f": one of {', '.join(flag.choices)}"
        if flag and flag.day and item["type"].startswith("date_"):
            message += ", today, +10d or +3w"
        if flag and item["type"] in {"literal_error", "enum"}:
            message += f".{did_you_mean(str(item['input']), flag.choices)}"
        if (
            flag
            and (example := _EXAMPLE.search(flag.help))
            and item["type"] == "string_pattern_mismatch"
            and item["ctx"]["pattern"]
            != FUND_CODE_PATTERN  # what is typed there is a fund, and looks like one
        ):
            message = f"must look like {example[1]}"
        if not place and message.startswith("--"):
            lines.append(message)  # of several flags together, which it names
        else:
            lines.append(f"{name} {message}" if message.startswith("is ") else f"{name}: {message}")
    if sum(item["type"] == "missing" for item in items) > 1:
        lines.append("The same line with --help says what each flag means.")
    first, rest = lines[0], tuple(lines[1:])
    return Failure(Exit.USAGE, "E-VALUE", first + ("" if first.endswith((".", "?")) else "."), rest)


def _is_below(place: tuple[int | str, ...], other: tuple[int | str, ...]) -> bool:
    return len(other) > len(place) and other[: len(place)] == place
