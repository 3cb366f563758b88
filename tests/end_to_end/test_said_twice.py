"""A command is done once, by whom it belongs to, whoever else asks and however often."""

import asyncio
from typing import Any, Final

import orjson
import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.ids import case_stream
from domain.messages import SUBMIT_UPDATE, Answer, Refused
from starter.connection import connect
from starter.home import profile_seed
from starter.sample.stories import STORIES
from starter.sending import Sender
from tests.end_to_end.office import RunningOffice, opening, words_of

OPENING: Final = words_of(opening(STORIES[0], "humanities"), None)


def test_an_opening_typed_twice_opens_one_case(running: RunningOffice) -> None:
    line = [*OPENING, "--key", "opening-1"]
    first, second = running.cli(*line, "--json"), running.cli(*line, "--json")
    assert (first.json["already"], second.json["already"]) == (False, True)
    assert second.json == first.json | {"already": True}
    assert running.here(*line).well().out.startswith(f"✓ Already done: {first.json['reference']}")
    assert [e.envelope.type for e in running.events(first.json["reference"])] == [
        "CaseDrafted",
        "DeadlineSet",
    ]


def test_a_command_typed_twice_is_done_once(running: RunningOffice) -> None:
    reference, _ = running.bring(STORIES[0], "science-technology", "triage")
    line = ["case", "triage", reference, "--tier", "light", "--key", "triage-1", "--profile", "broker.dylan"]
    assert "Already" not in running.cli(*line).well().out
    before = running.length()
    triaged = [event for event in running.events(reference) if event.envelope.command == "triage-1"]
    place = triaged[-1].position
    assert running.cli(*line).well().out == f"✓ Already done: {reference} (position {place}).\n"
    assert running.length() == before


@pytest.mark.parametrize(
    "other",
    [["--tier", "standard", "--profile", "broker.dylan"], ["--tier", "light", "--profile", "broker.mali"]],
    ids=["another body", "another person"],
)
def test_a_key_stands_for_one_command(running: RunningOffice, other: list[str]) -> None:
    reference, _ = running.bring(STORIES[0], "science-technology", "triage")
    line = ["case", "triage", reference, "--key", "triage-1"]
    running.here(*line, "--tier", "light", "--profile", "broker.dylan").well()
    before = running.length()
    done = running.here(*line, *other)
    assert done.code == 4
    assert "R-KEY" in done.err
    assert "One key stands for one command, from one person" in done.err
    assert running.length() == before


def test_the_wrong_head_learns_who_is_awaited(running: RunningOffice) -> None:
    reference, _ = running.bring(STORIES[0], "expressive-arts", "awaiting_signatures")
    done = running.cli("case", "sign", reference, profile="head.6990009")
    assert done.code == 4
    assert "R-POST" in done.err
    assert "head.6990009 holds today: head" in done.err
    assert "Waiting on:" in done.err
    assert f"brokerage case sign {reference}" in done.next_lines[0]
    assert done.next_lines[0].endswith("--profile head.6990004")


def test_what_is_not_signed_with_a_key_on_record_commits_nothing(running: RunningOffice) -> None:
    """With Temporal's own program, in clear; and with our own codec, under a stranger's key."""
    reference, _ = running.bring(STORIES[0], "leadership-learning", "triage")
    before = running.length()
    forged = {
        "command_id": "forged-1",
        "stream": case_stream(reference),
        "verb": "triage",
        "body": {"tier": "light"},
        "person": "broker.dylan",
        "salt": "0" * 64,
        "body_hash": "0" * 64,
        "signature": "A" * 86 + "==",
    }
    unsigned = {name: value for name, value in forged.items() if name != "signature"}
    for payload in ({"verb": "triage"}, unsigned, "words", forged):
        _send_with_temporals_program(running, reference, payload)
        assert running.length() == before
    _send_with_temporals_program(running, reference, "AAAA", encoding="binary/encrypted", key="not-ours")
    assert running.length() == before
    refused = asyncio.run(_send_under_a_strangers_key(running, reference))
    assert refused.code == "R-SIGNATURE"
    assert running.length() == before
    running.cli("case", "triage", reference, "--tier", "light", profile="broker.dylan").well()


def _send_with_temporals_program(
    office: RunningOffice, reference: str, payload: Any, **metadata: str
) -> None:
    meta = [word for name, value in metadata.items() for word in ("--input-meta", f"{name}={value}")]
    office.temporal(
        *("workflow", "update", "execute", "--workflow-id", case_stream(reference), "--name", SUBMIT_UPDATE),
        *("--input", orjson.dumps(payload).decode(), *meta),
    )


async def _send_under_a_strangers_key(office: RunningOffice, reference: str) -> Refused:
    client = await connect(office.settings, address=office.address)
    sender = Sender(settings=office.settings, person="broker.dylan", seed=b"7" * 32)
    command = sender.sign(
        stream=case_stream(reference), verb="triage", body={"tier": "light"}, command_id="forged-2"
    )
    answer_type: Any = Answer
    answer = await client.get_workflow_handle(case_stream(reference)).execute_update(
        SUBMIT_UPDATE, command, id=command.command_id, result_type=answer_type
    )
    assert isinstance(answer, Refused)
    return answer


def test_a_command_does_not_reach_another_case_than_its_own(running: RunningOffice) -> None:
    """A signed command, carried to another case's workflow, changes neither."""
    here, _ = running.bring(STORIES[0], "digital-competence", "triage")
    elsewhere, _ = running.bring(STORIES[0], "literacy", "triage")
    before = running.length()
    with pytest.raises(WorkflowUpdateFailedError):
        asyncio.run(_carry(running, here, elsewhere))
    assert running.length() == before
    for reference in (here, elsewhere):
        running.here("case", "triage", reference, "--tier", "light", profile="broker.dylan").well()


async def _carry(office: RunningOffice, meant_for: str, carried_to: str) -> None:
    client = await connect(office.settings, address=office.address)
    sender = Sender(
        settings=office.settings,
        person="broker.dylan",
        seed=profile_seed(office.settings, "broker.dylan"),
    )
    command = sender.sign(
        stream=case_stream(meant_for), verb="triage", body={"tier": "light"}, command_id="carried-1"
    )
    await client.get_workflow_handle(case_stream(carried_to)).execute_update(
        SUBMIT_UPDATE, command, id=command.command_id
    )


def test_a_corrected_version_under_the_same_key_is_asked_anew(running: RunningOffice) -> None:
    reference, _ = running.bring(STORIES[0], "humanities", "triage")
    line = ("case", "triage", reference, "--tier", "light", "--key", "corrected-version")
    wrong = running.here(*line, "--expect-version", "1", profile="broker.dylan")
    assert (wrong.code, "R-VERSION" in wrong.err) == (5, True)
    version = running.here("case", "show", reference, "--json").json["version"]
    running.here(*line, "--expect-version", str(version), profile="broker.dylan").well()
