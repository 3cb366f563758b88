"""`--dry-run`: what a command would do, decided on the log alone. No key, no Temporal, nothing sent."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from activities.business_clock import business_now
from activities.event_log.drafts import EventDraft
from activities.foresight import (
    Foreseen,
    WasAnswered,
    WouldBeDone,
    WouldBeRefused,
    WouldBeSent,
    foresee,
)
from domain.canonical import instant_text
from domain.ids import stream_key, stream_kind
from domain.messages import Receipt, Refused, UnsignedCommand
from starter.commands.writing import receipt_json
from starter.failures import Exit
from starter.nearest import add_nearest
from starter.output import say, say_json
from starter.reading import Office
from starter.sending import (
    Sent,
    already_answered,
    check_size,
    key_taken,
    refusal_failure,
    refused_before,
    repeat_line,
)

DRY_RUN = "--dry-run"


def preview(
    office: Office,
    commands: Sequence[UnsignedCommand],
    subjects: Sequence[str | None],
    *,
    json: bool,
    key: str | None = None,
) -> int:
    """Print what the commands of one line would do, the later ones after the earlier, and that line.

    Ends as the line itself would: exit 0, or the Failure that it would raise. `key` is the key that the
    line must carry to do the very same.
    """
    unwritten: list[EventDraft] = []
    mails: list[WouldBeSent] = []
    line = real_line(key)
    for command, given in zip(commands, subjects, strict=True):
        check_size(command)
        subject = given or stream_key(command.stream)
        foreseen = look_ahead(office, command, unwritten)
        if isinstance(foreseen, WouldBeRefused):
            failure = refusal_failure(foreseen.refusal, foreseen.status, foreseen.next_steps)
            add_nearest(office, failure, command.stream, command.body)
            raise failure
        if isinstance(foreseen, WasAnswered):
            receipt = _answer_on_record(command, foreseen)
            report = {"dry_run": True} | receipt_json(Sent(receipt, already=True))
            words = [already_answered(subject, receipt.position)]
        else:
            unwritten += foreseen.accepted.events
            report = _json(command, foreseen, line)
            words = list(_words(subject, foreseen))
            mails += foreseen.mails
        if json:
            say_json(report)
        else:
            say("\n".join(words))
    if unwritten and not json:
        say("\n".join(_mail_words(mails)))
        say(f"Nothing was sent or written. To do it:\n  {line}")
    return Exit.DONE


def look_ahead(office: Office, command: UnsignedCommand, unwritten: Sequence[EventDraft] = ()) -> Foreseen:
    """What would come of the command now; see `activities.foresight.foresee`."""
    return foresee(office.connection, command, business_now(office.settings), unwritten)


def real_line(key: str | None = None) -> str:
    """The line that was typed, without its --dry-run."""
    return repeat_line(key, [word for word in sys.argv[1:] if word != DRY_RUN])


def _answer_on_record(command: UnsignedCommand, known: WasAnswered) -> Receipt:
    record = known.record
    if not known.same:
        raise key_taken(command, f"'{record.verb}' of {stream_key(record.stream)}")
    if record.answer["kind"] == "refused":
        raise refused_before(Refused.model_validate(record.answer), record.recorded_at)
    return Receipt.model_validate(record.answer)


def _words(subject: str, foreseen: WouldBeDone) -> Iterator[str]:
    accepted, before, after = foreseen.accepted, foreseen.before.stage, foreseen.accepted.status.stage
    if not accepted.events:
        yield f"Nothing would change: {subject} says so already."
        return
    for number, sentence in enumerate(accepted.happened):
        yield f"Would be recorded, {subject}: {sentence}" if number == 0 else f"  {sentence}"
    if after is not None:
        now, then = (str(stage or "none").replace("_", " ") for stage in (before, after))
        yield f"Stage: {now} → {then}" if now != then else f"Stage: {now}, as before"


def _mail_words(mails: Sequence[WouldBeSent]) -> Iterator[str]:
    """Which mails would go out, one line each."""
    if not mails:
        yield "Mails: none"
    for mail in mails:
        people = ", ".join(mail.people) or "nobody: the post is held by none"
        yield f"Mail: {mail.template.replace('_', ' ')}, to {people} ({mail.party.value.replace('_', ' ')})"


def _json(command: UnsignedCommand, foreseen: WouldBeDone, line: str) -> dict[str, Any]:
    accepted = foreseen.accepted
    status = accepted.status
    return {
        "dry_run": True,
        "stream": command.stream,
        "reference": _reference(command.stream),
        "command": command.command_id,
        "already": False,
        "version": foreseen.version,
        "events": [draft.type for draft in accepted.events],
        "happened": list(accepted.happened),
        "stage_before": foreseen.before.stage,
        "stage": status.stage,
        "waiting_on": status.waiting_on,
        "due_at": instant_text(status.next_deadline) if status.next_deadline else None,
        "deadlines": [
            {name: draft.payload[name] for name in ("wait", "owner", "due_at")}
            for draft in accepted.events
            if draft.type == "DeadlineSet"
        ],
        "mails": [
            {"template": mail.template, "party": mail.party.value, "people": list(mail.people)}
            for mail in foreseen.mails
        ],
        "line": line,
    }


def _reference(stream: str) -> str | None:
    return stream_key(stream) if stream_kind(stream) == "case" else None
