"""What travels is encrypted; a key can change while cases are open; a wrong key stops nobody else."""

import base64
import dataclasses
import os
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from domain.messages import SUBMIT_UPDATE, CaseStatus
from tests.workflows.conftest import KEYS
from tests.workflows.lab import ANSWER, Lab
from workflows.converter import PayloadKeyError, PayloadKeys, data_converter

HEAD, SIP = "head.6990004", "sip.carys"
NEW = ("new", bytes(32))
STATUS = CaseStatus(version=3, stage="draft", details="Xylophone-Jane-4711")


async def sealed(keys: PayloadKeys = KEYS) -> Payload:
    (payload,) = await data_converter(keys).encode([STATUS])
    return payload


def as_client(client: Client, converter: DataConverter) -> Client:
    """The same connection with another converter."""
    return Client(**(client.config() | {"data_converter": converter}))


async def test_a_value_comes_back_and_shows_nothing_on_its_way() -> None:
    payload = await sealed()
    assert b"Xylophone" not in payload.SerializeToString()
    assert await data_converter(KEYS).decode([payload], [CaseStatus]) == [STATUS]
    assert payload.data != (await sealed()).data, "the same value twice does not look the same"


async def test_a_rotated_key_reads_what_the_old_one_wrote() -> None:
    rotated = PayloadKeys((NEW, *KEYS.keys))
    assert await data_converter(rotated).decode([await sealed()], [CaseStatus]) == [STATUS]
    written = await sealed(rotated)
    assert written.metadata["key"] == b"new"
    with pytest.raises(PayloadKeyError, match="'new', which is not here"):
        await data_converter(KEYS).decode([written], [CaseStatus])


async def test_a_damaged_payload_says_so() -> None:
    payload = await sealed()
    for damage in (payload.data[:-1] + b"x", payload.data[:5], b""):
        broken = Payload(metadata=payload.metadata, data=damage)
        with pytest.raises(PayloadKeyError, match="damaged"):
            await data_converter(KEYS).decode([broken], [CaseStatus])
    moved = Payload(metadata={**payload.metadata, "key": b"test2"}, data=payload.data)
    with pytest.raises(PayloadKeyError, match="test2"):
        await data_converter(KEYS).decode([moved], [CaseStatus])


@pytest.mark.parametrize(
    "text",
    ["", "\n \n", "k1", "k1 c2hvcnQ=", f"k1 {base64.b64encode(bytes(33)).decode()}", "k1 not base64!"],
)
def test_a_key_file_that_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(PayloadKeyError, match=r"line 1|no key") as wrong:
        PayloadKeys.parse(text)
    assert "c2hvcnQ" not in str(wrong.value)


def test_a_key_file_lists_the_current_key_first() -> None:
    one, two = os.urandom(32), os.urandom(32)
    lines = [f"{name} {base64.b64encode(key).decode()}" for name, key in (("b", two), ("a", one))]
    assert PayloadKeys.parse("\n".join([*lines, ""])).keys == (("b", two), ("a", one))


async def test_keys_are_rotated_while_a_case_is_open(lab: Lab) -> None:
    await lab.tell(before="consent")
    await lab.stop_worker()
    rotated = as_client(lab.client, data_converter(PayloadKeys((NEW, *KEYS.keys))))
    lab.client = rotated
    # Nothing is remembered, so the worker reads again what the old key wrote.
    await lab.start_worker(max_cached_workflows=0)
    await lab.done(HEAD, "consent")
    await lab.settled()
    raw = (await lab.case.fetch_history()).to_json()
    assert base64.b64encode(b"test").decode() in raw
    assert base64.b64encode(b"new").decode() in raw


async def test_a_sender_with_a_strange_key_is_told_and_stops_nobody(lab: Lab) -> None:
    await lab.tell(before="consent")
    strange = as_client(lab.client, data_converter(PayloadKeys((NEW,))))
    command = lab.office.sign(HEAD, "consent")
    with pytest.raises(WorkflowUpdateFailedError):
        await strange.get_workflow_handle(lab.office.stream).execute_update(
            SUBMIT_UPDATE, command, id=command.command_id, result_type=ANSWER
        )
    await lab.done(HEAD, "consent")
    handle = strange.get_workflow_handle(lab.office.stream)
    with pytest.raises(PayloadKeyError, match="'test', which is not here"):
        await handle.query("status", result_type=CaseStatus)


async def test_a_sender_who_does_not_encrypt_is_not_heard_and_stops_nobody(lab: Lab) -> None:
    """What is in clear was written by nobody who holds the key, however well it is signed."""
    await lab.tell(before="consent")
    size = lab.office.size()
    plain = as_client(lab.client, dataclasses.replace(pydantic_data_converter))
    command = lab.office.sign(HEAD, "consent")
    handle = plain.get_workflow_handle(lab.office.stream)
    everything: tuple[Any, ...] = (command, command.model_dump(mode="json"), "text", 17, None, [])
    for number, what in enumerate(everything):
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(SUBMIT_UPDATE, what, id=f"clear-{number}", result_type=ANSWER)
    assert lab.office.size() == size
    await lab.done(HEAD, "consent")


async def test_only_words_for_the_page_are_read_in_clear() -> None:
    (clear,) = await dataclasses.replace(pydantic_data_converter).encode([STATUS])
    with pytest.raises(PayloadKeyError, match="not encrypted"):
        await data_converter(KEYS).decode([clear], [CaseStatus])
    (words,) = await dataclasses.replace(pydantic_data_converter).encode(["Case EAS-1"])
    assert await data_converter(KEYS).decode([words], [str]) == ["Case EAS-1"]
