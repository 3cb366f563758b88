"""Whole cases, every command a process of its own: begun by the SIP, by the school, by a leader school, side by side.

After each command that moved a case on, everybody who can say where it stands is asked, and the answers
are kept: the tests below only read them.
"""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from domain.case.stages import Stage
from domain.ids import SYSTEM_PERSON, case_reference, case_stream
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.stories import STORIES
from starter.sample.story import Story
from tests.end_to_end.looks import Look, look_at
from tests.end_to_end.office import Done, RunningOffice, opening, words_of
from tests.telling import at_once

pytestmark = pytest.mark.timeout(400)
"""Whole stories as processes: on a busy machine they take longer than one test usually may."""

SECRET: Final = "Gwyfyn-ymerawdwr"
"""Stands in every text that is written here, and in nothing else."""

ROUTES: Final = {"sip": STORIES[0], "school": STORIES[1], "leader": DEPED_STORIES[0]}


@dataclass
class Told:
    """A story as it went."""

    reference: str
    done: list[Done] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


@pytest.fixture(scope="module")
def told(running: RunningOffice) -> dict[str, Told]:
    with ThreadPoolExecutor(len(ROUTES)) as pool:
        return dict(zip(ROUTES, pool.map(lambda story: _tell(running, story), ROUTES.values()), strict=True))


@pytest.fixture(scope="module", params=ROUTES)
def case(request: pytest.FixtureRequest, told: dict[str, Told]) -> Told:
    return told[request.param]


def _tell(office: RunningOffice, story: Story) -> Told:
    told = Told(case_reference(story.programme, story.request))
    stage = None
    for step in (opening(story), *at_once(story)):
        opens = step.verb == "open"
        words = words_of(step, None if opens else told.reference, SECRET)
        done = office.cli(*words, "--json", *(["--key", story.request] if opens else []))
        told.done.append(done)
        if stage != done.json["stage"]:
            stage = done.json["stage"]
            told.looks.append(look_at(office, told.reference))
    return told


def test_every_command_is_done_by_a_process_that_ends_well(told: dict[str, Told]) -> None:
    done = [each for story in told.values() for each in story.done]
    assert len(done) >= 50
    assert {each.code for each in done} == {0}
    assert {each.err for each in done} == {""}


def test_every_route_passes_every_stage_of_its_own(told: dict[str, Told]) -> None:
    stages = {
        route: list(dict.fromkeys(look.log["stage"] for look in case.looks)) for route, case in told.items()
    }
    common = [
        Stage.TRIAGE,
        Stage.SCOPING,
        Stage.MATCHING,
        Stage.PARTNER_OFFERED,
        Stage.AGREEMENT_DRAFTING,
        Stage.FUNDING_APPROVAL,
        Stage.AWAITING_SIGNATURES,
        Stage.AGREED,
        Stage.IN_DELIVERY,
        Stage.FINAL_REVIEW,
    ]
    ended = (Stage.CLOSED, Stage.ARCHIVED)
    assert stages["sip"] == [Stage.DRAFT, Stage.AWAITING_HEAD_CONSENT, *common, *ended]
    assert stages["school"] == [Stage.DRAFT, Stage.AWAITING_ALIGNMENT, *common, *ended]
    matching = {Stage.MATCHING, Stage.PARTNER_OFFERED}
    assert stages["leader"] == [
        Stage.DRAFT, Stage.AWAITING_HEAD_CONSENT, *(stage for stage in common if stage not in matching), Stage.CLOSED,
    ]  # fmt: skip


def test_temporals_own_program_shows_the_stage_that_brokerage_shows(case: Told) -> None:
    shown = [(look.attributes["CaseStage"], look.attributes.get("CaseWaitingOn")) for look in case.looks]
    assert shown == [(look.show["stage"], look.show["waiting_on"]) for look in case.looks]


def test_temporals_own_program_lists_cases_by_their_stage(
    running: RunningOffice, told: dict[str, Told]
) -> None:
    told_ids = {case_stream(told[route].reference) for route in ("sip", "school")}
    query = "CaseStage = 'archived' AND CaseProgramme = 'EAS' AND ExecutionStatus = 'Completed'"
    listed = _eventually(lambda: running.temporal("workflow", "list", "--query", query).stdout, told_ids)
    assert all(stream in listed for stream in told_ids)


def _eventually(ask: Any, wanted: set[str]) -> str:
    """Temporal's list follows its workflows at a distance."""
    answers = (ask() for _ in range(100))
    return next((answer for answer in answers if all(each in answer for each in wanted)), "")


def test_list_workflow_and_show_equal_the_fold_of_the_log_at_every_stage(case: Told) -> None:
    for look in case.looks:
        look.agree()


def test_receipts_count_the_events_of_the_log(running: RunningOffice, case: Told) -> None:
    running.settle()
    events = [event.envelope for event in running.events(case.reference)]
    receipts = [done.json for done in case.done]
    # Beside what people do the log has what became of the mail that told of it.
    done = [event for event in events if event.actor.person != SYSTEM_PERSON]
    assert [name for receipt in receipts for name in receipt["events"]] == [event.type for event in done]
    assert receipts[-1]["version"] == done[-1].version
    assert {event.type for event in events} - {event.type for event in done} == {"MailAccepted"}
    assert not any(receipt["already"] for receipt in receipts)


def test_the_log_verifies_while_the_stack_runs(running: RunningOffice, told: dict[str, Told]) -> None:
    assert running.cli("audit", "verify", "--json").json["findings"] == []


def test_nothing_that_people_wrote_lies_in_any_file_in_clear(
    running: RunningOffice, told: dict[str, Told]
) -> None:
    """Log, vault, Temporal's database and every log file, write-ahead logs included; not the mailbox, which holds
    what would otherwise have left the machine.
    """
    personal = [SECRET, "heulwen.penry@", "Anwen Prosser", "Carys "]
    searched = 0
    for path in running.home.rglob("*"):
        if path.is_file() and running.settings.caught_mail not in path.parents:
            content = path.read_bytes()
            searched += len(content)
            for text in personal:
                for form in _forms(text):
                    assert form not in content, f"{text!r} in {path.name}"
    assert searched > 1_000_000, "the databases were there to be searched"


def _forms(text: str) -> Iterator[bytes]:
    """The text as it may stand in a file: plain, in UTF-16, or inside base64 at any of its three offsets."""
    data = text.encode()
    yield data
    yield text.encode("utf-16-le")
    for offset in range(3):
        # Only the characters that no neighbouring byte has a part in.
        first, last = -(-8 * offset // 6), 8 * (offset + len(data)) // 6
        yield base64.b64encode(b"\0" * offset + data)[first:last]
