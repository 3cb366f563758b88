"""Workers as they really run: one that remembers no case between two tasks, and what their logs may not say."""

import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from temporalio.testing import WorkflowEnvironment

from domain.ids import case_stream
from starter.sample.stories import STORIES
from tests.drills.parts import hold_keys_of_everybody
from tests.end_to_end.looks import look_at
from tests.end_to_end.office import RunningOffice
from tests.end_to_end.worker_log import workflow_complaints
from tests.workflows.conftest import binary

ROOT = Path(__file__).parents[2]


TOLD = (
    (STORIES[0], "numeracy", None),
    (STORIES[1], "literacy", None),
    (STORIES[3], "science-technology", "in_delivery"),
)


@pytest.fixture
def home(registered_home: Path, tmp_path: Path) -> Path:
    """A home with the sample registers and everybody's keys."""
    home = tmp_path / "home"
    shutil.copytree(registered_home, home)
    hold_keys_of_everybody(home)
    return home


def test_whole_cases_by_a_worker_that_replays_them_from_the_start_for_every_task(home: Path) -> None:
    with RunningOffice(home, BROKERAGE_MAX_CACHED_WORKFLOWS="0") as office:
        for story, area, stage in TOLD:
            reference, left = office.bring(story, area, stage)
            look = look_at(office, reference)
            look.agree()
            assert look.log["stage"] == (stage or "archived")
            assert (not left) == (stage is None)
            shown = office.temporal("workflow", "show", "--workflow-id", case_stream(reference)).stdout
            queues = {
                event["workflowTaskScheduledEventAttributes"]["taskQueue"]["kind"]
                for event in orjson.loads(shown)["events"]
                if "workflowTaskScheduledEventAttributes" in event
            }
            assert queues == {"TASK_QUEUE_KIND_NORMAL"}, "no task waited for a worker that remembers"
        assert office.cli("audit", "verify", "--json").json["findings"] == []


async def test_a_worker_whose_workflow_ends_over_a_command_is_found_by_its_log(tmp_path: Path) -> None:
    """The warning on which every office of these tests fails is one that a real worker process writes."""
    log = tmp_path / "worker.log"
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary("temporal"), dev_server_log_level="error"
    ) as server:
        address = server.client.service_client.config.target_host
        with log.open("wb") as file:
            subprocess.run(
                [sys.executable, "-m", "tests.end_to_end.careless_worker", address],
                cwd=ROOT,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=60,
                check=True,
            )
    assert any("TMPRL1102" in line for line in workflow_complaints(log)), log.read_text("utf-8")


def test_lines_of_every_day_are_no_complaints(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text('{"event":"worker takes tasks"}\n{"event":"command done","verb":"open"}\n', "utf-8")
    assert workflow_complaints(log) == []
