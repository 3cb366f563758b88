"""`python -m tests.golden.record`: tell every story on a real log, and keep what is not kept yet.

It only adds: a sample of each event version and each shape of it that no sample has, the stories that have
no file, the messages that have none. It writes nothing while a kept file differs from the manifest.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.event_log.read import RecordedEvent
from domain.canonical import canonical_bytes, instant_text, plain
from domain.case.events import CaseEvent, read_case_event
from domain.case.state import CaseState, evolve
from domain.ids import stream_kind
from domain.messages import CaseInput, DeliverMail, Message, Swept
from domain.streams import CASE, DIRECTORY, event_types
from tests.golden.check import against_manifest
from tests.golden.files import (
    CASES,
    EVENTS,
    GOLDEN,
    MESSAGES,
    READINGS,
    add_to_manifest,
    pretty,
    samples,
    shapes,
    write_new,
)
from tests.golden.recorded_office import copied, registered_home
from tests.golden.stories import STORIES


def record(root: Path = GOLDEN) -> int:
    """Write what is missing under the root; how many files of the manifest are new."""
    faults = [fault for fault in against_manifest(root) if "not in the manifest" not in fault]
    if faults:
        raise SystemExit("\n".join(f"✗ {fault}" for fault in faults))
    with tempfile.TemporaryDirectory() as folder:
        home = registered_home(Path(folder) / "home")
        for name, story in STORIES.items():
            office = copied(home, Path(folder) / name)
            story(office)
            office.real.check()
            events = list(office.real.reader.events())
            own = [each for each in events if each.envelope.stream == office.real.stream]
            reference = office.state.reference
            messages = [
                *office.messages,
                CaseInput(reference=reference),
                DeliverMail(reference=reference),
                Swept(),
            ]
            office.real.close()
            _keep_case(root, name, own)
            for kind, type_name, version, payload in _payloads(events):
                _keep_sample(root / EVENTS / kind, f"{type_name}-{version}", payload)
            for message in _with_parts(messages):
                # The command inside an activity's input has samples of its own, one for each shape of body.
                _keep_sample(root / MESSAGES, type(message).__name__, as_sent(message), but=".command.body.")
    _keep_readings(root)
    return add_to_manifest(root)


def as_sent(message: Message) -> Any:
    """A message as it travels, the encryption aside."""
    return orjson.loads(pydantic_data_converter.payload_converter.to_payload(message).data)


def course_of(events: Iterable[tuple[CaseEvent, Any]]) -> dict[str, Any]:
    """What we make of a case: after each event the stage and what is due when; at the end the whole state."""
    state, course = CaseState(), []
    for event, at in events:
        state = evolve(state, event, at)
        due = {
            d.wait: instant_text(d.due_at) for d in state.deadlines if not d.passed and d.kept_days is None
        }
        course.append(
            {"event": event.type_name(), "stage": state.stage.value if state.stage else None, "due": due}
        )
    return {"course": course, "end": plain(state.model_dump())}


def _keep_case(root: Path, name: str, events: list[RecordedEvent]) -> None:
    file = root / CASES / f"{name}.jsonl"
    if file.exists():
        return
    lines = [
        canonical_bytes({"envelope": orjson.loads(each.envelope_bytes), "payload": each.payload})
        for each in events
    ]
    write_new(file, b"\n".join(lines) + b"\n")
    read = [
        (read_case_event(r.envelope.type, r.envelope.schema_version, r.payload), r.envelope.occurred_at)
        for r in events
    ]
    write_new(file.with_suffix(".course.json"), pretty(course_of(read)))


def _keep_readings(root: Path) -> None:
    """What each sample of an earlier version reads as today, written once: no later change may read it otherwise."""
    for kind in (CASE, *DIRECTORY):
        types = event_types(kind)
        for name, payload in samples(f"{EVENTS}/{kind}", root):
            type_name, version = form_of(name)
            file = root / READINGS / kind / f"{name}.as-{types.current(type_name)}.json"
            if version < types.current(type_name) and not file.exists():
                write_new(file, pretty(types.read(type_name, version, payload).payload()))


def form_of(name: str) -> tuple[str, int]:
    """Type and schema version of a sample by its name: 'CaseDrafted-1.2' is CaseDrafted in version 1."""
    type_name, _, version = name.partition(".")[0].rpartition("-")
    return type_name, int(version)


def _payloads(events: Iterable[RecordedEvent]) -> Iterator[tuple[str, str, int, Any]]:
    for each in events:
        envelope = each.envelope
        yield stream_kind(envelope.stream), envelope.type, envelope.schema_version, each.payload


def _with_parts(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages, and those that stand inside them and nowhere else."""
    for message in messages:
        yield message
        yield from getattr(message, "next_steps", ())


def _keep_sample(folder: Path, name: str, value: Any, *, but: str = "\0") -> None:
    """Keep a value if it shows a shape that no sample of that name shows, other than below `but`."""
    known = samples(folder.name, folder.parent)
    own = [shapes(content) for kept, content in known if kept.partition(".")[0] == name]
    if own and not {shape for shape in shapes(value).difference(*own) if not shape.startswith(but)}:
        return
    suffix = f".{len(own) + 1}" if own else ""
    write_new(folder / f"{name}{suffix}.json", pretty(value))


if __name__ == "__main__":
    print(f"✓ {record()} new golden files.")
    sys.exit(0)
