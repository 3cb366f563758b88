"""What the rules made of a command, before it is written, and the answers that follow from it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import Connection

from activities.event_log.drafts import EventDraft, Placement
from activities.event_log.read import RecordedEvent
from domain.canonical import instant_text
from domain.case.events import CaseEvent
from domain.case.situation import Refusal
from domain.directory.base import DirectoryEvent
from domain.envelope import ActingPerson, EngineRef, ProgrammeRef, RecordedFor
from domain.funding.grants import AllocateGrants
from domain.messages import CaseStatus, Command, Receipt, Refused, UnsignedCommand
from domain.parties import HeldPost
from domain.problems import in_words

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MOST_PROBLEMS: Final = 20
_FIELD_NAME: Final = re.compile(r"[a-z][a-z_]{0,39}")


@dataclass(frozen=True)
class Question:
    """A command at the instant at which it is decided. Nothing in it needs a key."""

    command: UnsignedCommand
    now: datetime
    engine: EngineRef | None = None
    """The run that asks; none where nobody means to write the answer."""


@dataclass(frozen=True)
class Accepted:
    """Events to append, and what must be written with them."""

    events: tuple[EventDraft, ...]
    expected_version: int
    happened: tuple[str, ...]
    write: Callable[[Connection, Sequence[RecordedEvent]], None]
    """Brings the read models up to date, on the log's connection, given the events as they were appended."""
    status: CaseStatus = field(default_factory=CaseStatus)


@dataclass(frozen=True)
class Declined:
    """A rule against it, and the case as it stands, where the rules got as far as looking at it."""

    refusal: Refusal
    status: CaseStatus | None = None


Outcome = Accepted | Declined


def refused(command: Command, refusal: Refusal, status: CaseStatus | None = None) -> Refused:
    """The answer to a command that is against a rule."""
    return Refused(
        command_id=command.command_id,
        body_hash=command.body_hash,
        stream=command.stream,
        code=refusal.code,
        message=refusal.message,
        hint=refusal.hint,
        status=status,
    )


def receipt(command: Command, placement: Placement, accepted: Accepted) -> Receipt:
    """The answer to a command that is being recorded."""
    return Receipt(
        command_id=command.command_id,
        body_hash=command.body_hash,
        stream=command.stream,
        version=placement.version,
        position=placement.position,
        events=tuple(placed.type for placed in placement.events),
        happened=accepted.happened,
        status=accepted.status if accepted.status.stage else None,
    )


def event_draft(
    event: CaseEvent | DirectoryEvent,
    question: Question,
    acting: HeldPost | None,
    programme: ProgrammeRef | None = None,
    calendar: str | None = None,
    recording: HeldPost | None = None,
) -> EventDraft:
    """An event ready for the log: who acted, in which post, under which rules, where in Temporal.

    `acting` is the post that entitled to the decision, `recording` the one that entitled the sender to
    record it for somebody else.
    """
    command = question.command
    payload: dict[str, Any] = event.payload()
    return EventDraft(
        type=type(event).__name__,
        schema_version=event.schema_version,
        payload=payload,
        occurred_at=command.occurred_at or question.now,
        actor=_actor(command, acting, recording),
        programme=programme,
        calendar=calendar,
        reason=payload.get("reason_code"),
        language=command.language,
        engine=question.engine,
    )


def _actor(command: UnsignedCommand, acting: HeldPost | None, recording: HeldPost | None) -> ActingPerson:
    behalf = command.on_behalf_of
    own = recording if behalf else acting
    return ActingPerson(
        person=command.person,
        post=own.post.value if own else None,
        school=own.school if own else None,
        on_behalf_of=RecordedFor(
            **behalf.model_dump(),
            post=acting.post.value if acting else None,
            school=acting.school if acting else None,
        )
        if behalf
        else None,
    )


def stale(command: UnsignedCommand, version: int) -> Refusal | None:
    """The refusal where the sender expected another version of the stream."""
    if command.expected_version is None or command.expected_version == version:
        return None
    key = command.stream.partition("/")[2]
    hint = f"Read it again: brokerage case show {key}" if command.stream.startswith("case/") else ""
    return Refusal("R-VERSION", f"{key} is at version {version}, not at {command.expected_version}.", hint)


def untimely(command: UnsignedCommand, now: datetime) -> Refusal | None:
    """The refusal where the sender says that it happened in the future, or before this could be."""
    if command.occurred_at is None or _EARLIEST <= command.occurred_at <= now:
        return None
    if command.occurred_at > now:
        problem = "lies ahead; it cannot have happened yet."
    else:
        problem = "lies too far back to be meant."
    return Refusal("R-DATES", f"{instant_text(command.occurred_at)} {problem}")


def not_well_formed(error: ValidationError) -> Refusal:
    """The refusal of a body that its verb's model does not take; it never repeats what was given."""
    problems = "; ".join(
        f"{'.'.join(_field(part) for part in item['loc']) or 'body'}: {_problem(item)}"
        for item in error.errors(include_input=False, include_url=False)[:_MOST_PROBLEMS]
    )
    return Refusal("R-BODY", f"The command is not well formed: {problems}.")


def _field(part: int | str) -> str:
    """Where a problem lies; an unknown field's name is the sender's own, and shown only if it reads like one."""
    text = str(part)
    return text if text.isdecimal() or _FIELD_NAME.fullmatch(text) else "…"


def _problem(item: ErrorDetails) -> str:
    """In words; where a validator raised something else, its words may repeat what was given."""
    return "is not valid" if item["type"] in {"value_error", "assertion_error"} else in_words(item)


def named_schools(body: Any) -> tuple[str, ...]:
    """Numbers of schools that a command or event names."""
    names = ("recipient", "provider", "preferred_provider", "school", "successor", "host")
    many = body.schools if isinstance(body, AllocateGrants) else ()
    return (*many, *(number for name in names if isinstance(number := getattr(body, name, None), str)))


def named_funds(body: Any) -> tuple[str, ...]:
    """Funds that a command to a fund names beside its own."""
    other = getattr(body, "from_fund", None)
    return (other,) if isinstance(other, str) else ()


def named_persons(body: Any) -> tuple[str, ...]:
    """Ids of people that the terms of an agreement name."""
    terms = getattr(body, "terms", None)
    if terms is None:
        return ()
    names = ("provider_lead", "recipient_lead", "provider_deputy", "recipient_deputy", "safeguarding_contact")
    return tuple(person for name in names if (person := getattr(terms, name)) is not None)
