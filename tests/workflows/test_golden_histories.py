"""The replay gate: what real runs left in Temporal must be what the workflows of today would have done.

A failure here means that open cases would stop after an upgrade. Either undo the change, or keep the old way
beside it with `workflow.patched`.
"""

import socket
from collections import Counter
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType

from domain.messages import HANDLE_COMMAND, LOAD_CASE, PASS_DEADLINE
from tests.workflows.changed import CHANGED
from tests.workflows.histories import LARGEST_BYTES, in_clear, kept, names, path_of, replay
from tests.workflows.record_histories import NAMES
from workflows.registry import WORKFLOWS

HISTORIES = names()


def test_every_scene_was_recorded() -> None:
    assert HISTORIES == NAMES, "record it: python -m tests.workflows.record_histories"


def test_together_they_hold_everything_that_our_workflows_ask_of_temporal() -> None:
    events = [event for name in HISTORIES for event in kept(name).events]
    kinds = Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in events)
    asked = {
        "TIMER_STARTED", "TIMER_FIRED", "TIMER_CANCELED", "MARKER_RECORDED", "ACTIVITY_TASK_SCHEDULED",
        "ACTIVITY_TASK_COMPLETED", "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES", "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
        "WORKFLOW_EXECUTION_UPDATE_COMPLETED", "WORKFLOW_EXECUTION_COMPLETED", "WORKFLOW_EXECUTION_FAILED",
        "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
    }  # fmt: skip
    assert asked <= kinds.keys(), asked - kinds.keys()
    activities = {event.activity_task_scheduled_event_attributes.activity_type.name for event in events} - {
        ""
    }
    assert activities == {LOAD_CASE, HANDLE_COMMAND}
    local = {
        event.marker_recorded_event_attributes.details["data"].payloads[0].data
        for event in events
        if event.HasField("marker_recorded_event_attributes")
    }
    assert all(any(name.encode() in data for data in local) for name in (HANDLE_COMMAND, PASS_DEADLINE))


async def test_the_workflows_of_today_would_have_done_the_same() -> None:
    assert await replay() == {}


@pytest.mark.parametrize("changed", CHANGED, ids=lambda changed: changed.__name__)
async def test_a_change_that_would_stop_open_cases_is_caught(changed: type) -> None:
    """The gate can fail: with that workflow in the place of ours, it names a history."""
    others = [own for own in WORKFLOWS if not issubclass(changed, own)]
    assert len(others) == len(WORKFLOWS) - 1
    wrong = await replay([changed, *others])
    assert "Nondeterminism" in wrong[CHANGED[changed]], wrong


@pytest.mark.parametrize("name", HISTORIES)
async def test_a_history_tells_nothing_of_the_machine_that_recorded_it(name: str) -> None:
    clear = "\n".join([path_of(name).read_text("utf-8"), *[text async for text in in_clear(kept(name))]])
    here = [socket.gethostname() + "-", "site-packages", 'File "', str(Path.home()), str(Path.cwd())]
    assert not [word for word in here if word in clear]
    assert path_of(name).stat().st_size < LARGEST_BYTES


@pytest.mark.parametrize("name", HISTORIES)
async def test_all_that_a_history_carries_can_be_decrypted_with_the_tests_key(name: str) -> None:
    texts = [text async for text in in_clear(kept(name))]
    assert texts
    assert not [text for text in texts if text.startswith(("not encrypted", "written under", "damaged"))]
