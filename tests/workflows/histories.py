"""Golden workflow histories: where they lie, what is taken out of them, and how they are replayed.

Payloads stay encrypted as they travelled, under the key of the tests (`tests.workflows.conftest.KEYS`, which
stands in clear there): so the gate goes through converter and codec too, and what it holds is test data only.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.golden.files import GOLDEN, HISTORIES
from tests.workflows.conftest import KEYS
from tests.workflows.lab import SANDBOX
from workflows.converter import EncryptingCodec, data_converter
from workflows.registry import WORKFLOWS

FOLDER: Final = GOLDEN / HISTORIES
LARGEST_BYTES: Final = 200_000
CODEC: Final = EncryptingCodec(KEYS)

_OF_THE_MACHINE: Final = {
    "identity": "test",
    "buildId": "test",
    "binaryChecksum": "test",
    "workerInstanceKey": "test",
}


def names() -> list[str]:
    """Every history that is kept."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def kept(name: str) -> WorkflowHistory:
    """A kept history, under the id that its workflow had."""
    text = (FOLDER / f"{name}.json").read_text("utf-8")
    first = orjson.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(first["workflowId"], text)


async def replay(workflows: Sequence[type] = WORKFLOWS) -> dict[str, str]:
    """Replay all that is kept with these workflows, the sandbox on; what went wrong, by name of the history."""
    replayer = Replayer(
        workflows=list(workflows), workflow_runner=SANDBOX, data_converter=data_converter(KEYS)
    )
    wrong = {}
    for name in names():
        result = await replayer.replay_workflow(kept(name), raise_on_replay_failure=False)
        if result.replay_failure is not None:
            wrong[name] = f"{type(result.replay_failure).__name__}: {result.replay_failure}"
    return wrong


async def scrubbed(history: WorkflowHistory) -> bytes:
    """A history as it is kept, an event a line: without what tells of the machine that recorded it."""
    message = History.FromString(History(events=history.events).SerializeToString())
    # The server that skips time leaves it out; without it nobody could replay from the file alone.
    message.events[0].workflow_execution_started_event_attributes.workflow_id = history.workflow_id
    for failure in _messages(message, Failure):
        if failure.HasField("encoded_attributes"):
            (clear,) = await CODEC.decode([failure.encoded_attributes])
            told = orjson.loads(clear.data) | {"stack_trace": ""}
            (sealed,) = await CODEC.encode([Payload(metadata=clear.metadata, data=orjson.dumps(told))])
            failure.encoded_attributes.CopyFrom(sealed)
        failure.stack_trace = ""
    events = orjson.loads(WorkflowHistory(history.workflow_id, message.events).to_json())["events"]
    lines = b",\n".join(orjson.dumps(_clean(event), option=orjson.OPT_SORT_KEYS) for event in events)
    return b'{"events":[\n' + lines + b"\n]}\n"


async def in_clear(history: WorkflowHistory) -> AsyncIterator[str]:
    """Every payload of a history, decrypted; those that the SDK and we leave in clear as they are."""
    for payload in _messages(History(events=history.events), Payload):
        if payload.metadata["encoding"] != b"binary/encrypted":
            yield payload.data.decode()
            continue
        (clear,) = await CODEC.decode([payload])
        yield clear.data.decode()


def path_of(name: str) -> Path:
    """Where a history of that name is kept."""
    return FOLDER / f"{name}.json"


def _clean(value: Any) -> Any:
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if not isinstance(value, dict):
        return value
    cleaned = {key: _OF_THE_MACHINE.get(key, _clean(item)) for key, item in value.items()}
    if value.get("kind") == "TASK_QUEUE_KIND_STICKY":
        cleaned["name"] = "sticky"
    return cleaned


def _messages(message: Any, kind: type[Any]) -> Iterator[Any]:
    """All messages of a kind within a protobuf message, at whatever depth."""
    if isinstance(message, kind):
        yield message
    for field, value in message.ListFields():
        if field.type != field.TYPE_MESSAGE:
            continue
        if field.message_type.GetOptions().map_entry:
            items = value.values() if field.message_type.fields_by_name["value"].message_type else ()
        else:
            items = value if field.is_repeated else (value,)
        for item in items:
            yield from _messages(item, kind)
