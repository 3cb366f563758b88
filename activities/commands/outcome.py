"""What the rules made of a command, before it is written, and the answers that follow from it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from activities.event_log.drafts import EventDraft, Placement
from domain.case.events import CaseEvent
from domain.case.situation import Refusal
from domain.directory.base import DirectoryEvent
from domain.envelope import ActingPerson, EngineRef, ProgrammeRef
from domain.messages import CaseStatus, Command, HandleCommand, NextStep, Receipt, Refused
from domain.parties import HeldPost


@dataclass(frozen=True)
class Accepted:
    """Events to append, and what must be written with them."""

    events: tuple[EventDraft, ...]
    expected_version: int
    happened: tuple[str, ...]
    write: Callable[[int], None]
    """Brings the read models up to date, given the position of the last event."""
    status: CaseStatus = field(default_factory=CaseStatus)


Outcome = Accepted | Refused


def refused(
    command: Command,
    refusal: Refusal,
    status: CaseStatus | None = None,
    steps: tuple[NextStep, ...] = (),
) -> Refused:
    """The answer to a command that is against a rule."""
    return Refused(
        command_id=command.command_id,
        body_hash=command.body_hash,
        stream=command.stream,
        code=refusal.code,
        message=refusal.message,
        hint=refusal.hint,
        next_steps=steps,
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
    request: HandleCommand,
    acting: HeldPost | None,
    programme: ProgrammeRef | None = None,
    calendar: str | None = None,
) -> EventDraft:
    """An event ready for the log: who acted, in which post, under which rules, where in Temporal."""
    command = request.command
    payload: dict[str, Any] = event.payload()
    return EventDraft(
        type=type(event).__name__,
        schema_version=event.schema_version,
        payload=payload,
        occurred_at=command.occurred_at or request.now,
        actor=ActingPerson(
            person=command.person,
            post=acting.post.value if acting else None,
            school=acting.school if acting else None,
            on_behalf_of=command.on_behalf_of,
        ),
        programme=programme,
        calendar=calendar,
        reason=payload.get("reason_code"),
        language=command.language,
        engine=EngineRef(workflow=request.workflow, run=request.run),
    )


def stale(command: Command, version: int) -> Refusal | None:
    """The refusal where the sender expected another version of the stream."""
    if command.expected_version is None or command.expected_version == version:
        return None
    key = command.stream.partition("/")[2]
    hint = f"Read it again: brokerage case show {key}" if command.stream.startswith("case/") else ""
    return Refusal("R-VERSION", f"{key} is at version {version}, not at {command.expected_version}.", hint)


def not_well_formed(error: ValidationError) -> Refusal:
    """The refusal of a body that its verb's model does not take; it never repeats what was given."""
    problems = "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'body'}: {item['msg']}"
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    )
    return Refusal("R-BODY", f"The command is not well formed: {problems}.")


def named_schools(body: Any) -> tuple[str, ...]:
    """Numbers of schools that a command or event names."""
    names = ("recipient", "provider", "preferred_provider", "school")
    return tuple(number for name in names if isinstance(number := getattr(body, name, None), str))


def named_persons(body: Any) -> tuple[str, ...]:
    """Ids of people that the terms of an agreement name."""
    terms = getattr(body, "terms", None)
    if terms is None:
        return ()
    names = ("provider_lead", "recipient_lead", "provider_deputy", "recipient_deputy", "safeguarding_contact")
    return tuple(person for name in names if (person := getattr(terms, name)) is not None)
