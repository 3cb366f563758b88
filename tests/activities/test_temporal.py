"""Who may have an activity run: only the workflow whose business it is."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.event_log.errors import LogBusyError, LogUnavailableError, SchemaError
from activities.event_log.migrations import expected_revision
from activities.temporal import CaseActivities
from activities.vault import VaultUnavailableError
from domain.ids import stream_key
from domain.messages import HandleCommand, LoadCase, PassDeadline
from tests.activities.builders import ADMIN, Office

HEAD = "head.6990004"
MARKER = "Xylophone-Jane-4711"


def called_by(workflow: str | None, id: str | None) -> ActivityEnvironment:
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, workflow_type=workflow, workflow_id=id)
    return environment


def asked(office: Office, person: str = HEAD, verb: str = "consent", **how: Any) -> HandleCommand:
    command = office.sign(person, verb, how.pop("body", None), **how)
    return HandleCommand(command=command, now=office.now, workflow=command.stream, run="r")


def deadline(office: Office) -> PassDeadline:
    status = office.load()
    assert status.next_deadline is not None
    office.now = status.next_deadline + timedelta(seconds=1)
    return office.deadline(status, office.now)


def test_an_activity_runs_for_its_own_workflow(office: Office) -> None:
    office.tell(before="consent")
    activities, environment = CaseActivities(office.handler), called_by("Case", office.stream)
    assert environment.run(activities.load_case, LoadCase(reference=stream_key(office.stream))).version
    passed = environment.run(activities.pass_deadline, deadline(office))
    assert passed.answer.kind == "receipt"
    assert environment.run(activities.handle_command, asked(office)).answer.kind == "receipt"
    request = asked(office, ADMIN, "register", body={"name": "x", "email": "x"}, stream="person/new")
    own = f"command/{request.command.command_id}"
    request = request.model_copy(update={"workflow": own})
    done = called_by("Command", own).run(activities.handle_command, request)
    assert done.answer.kind == "receipt"


@pytest.mark.parametrize(
    ("workflow", "id"),
    [
        (None, None),
        (None, "own"),
        ("Case", None),
        ("Rogue", "own"),
        ("Command", "own"),
        ("Case", "case/EAS-0000001-2"),
        ("Command", "command/x"),
    ],
)
@pytest.mark.parametrize("what", ["load_case", "handle_command", "pass_deadline"])
def test_for_nobody_else(office: Office, workflow: str | None, id: str | None, what: str) -> None:
    office.tell(before="consent")
    before = office.size()
    requests: dict[str, Callable[[], Any]] = {
        "load_case": lambda: LoadCase(reference=stream_key(office.stream)),
        "handle_command": lambda: asked(office),
        "pass_deadline": lambda: deadline(office),
    }
    environment = called_by(workflow, office.stream if id == "own" else id)
    with pytest.raises(ApplicationError) as refused:
        environment.run(getattr(CaseActivities(office.handler), what), requests[what]())
    assert (refused.value.type, refused.value.non_retryable) == ("WrongCaller", True)
    assert office.size() == before


def test_a_worker_whose_log_became_newer_refuses_nothing_writes_nothing_and_says_that_it_must_end(
    office: Office,
) -> None:
    office.tell(before="consent")
    told: list[SchemaError] = []
    environment = called_by("Case", office.stream)
    activities, request = CaseActivities(office.handler, told.append), asked(office)
    before = office.size()
    become(office, "9999")
    with pytest.raises(SchemaError, match=r"newer \(revision 9999\)"):
        environment.run(activities.handle_command, request)
    assert [error.newer for error in told] == [True]
    become(office, expected_revision())
    assert office.size() == before
    assert environment.run(activities.handle_command, request).answer.kind == "receipt"


def become(office: Office, revision: str) -> None:
    if office.database is not None:
        office.database.as_superuser(f"UPDATE brokerage.alembic_version SET version_num = '{revision}'")
        return
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": revision})


def test_a_workflow_does_not_say_that_it_is_another(office: Office) -> None:
    office.tell(before="consent")
    request = asked(office).model_copy(update={"workflow": "case/EAS-0000001-2"})
    with pytest.raises(ApplicationError, match="own workflow"):
        called_by("Case", office.stream).run(CaseActivities(office.handler).handle_command, request)


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (OperationalError("BEGIN IMMEDIATE", None, Exception("locked")), None),
        (LogBusyError("busy"), None),
        (LogUnavailableError("away"), None),
        (VaultUnavailableError("away"), None),
        (ValueError(MARKER), True),
        (LookupError(MARKER), True),
        (ExceptionGroup(MARKER, [ValueError(MARKER)]), True),
    ],
)
def test_what_passes_by_itself_is_tried_again_and_all_else_is_final(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception, final: bool | None
) -> None:
    def failing(*_: Any) -> None:
        raise error

    environment, activities = called_by("Case", office.stream), CaseActivities(office.handler)
    calls: tuple[tuple[str, Any, Any], ...] = (
        ("handle", activities.handle_command, asked(office)),
        ("load", activities.load_case, LoadCase(reference=stream_key(office.stream))),
    )
    for method, call, request in calls:
        monkeypatch.setattr(office.handler, method, failing)
        with pytest.raises(Exception) as raised:  # noqa: PT011 – which one is what is asked
            environment.run(call, request)
        if final is None:
            assert raised.value is error
            continue
        assert isinstance(raised.value, ApplicationError)
        assert raised.value.type == type(error).__name__
        assert raised.value.non_retryable == (method == "handle"), "a run that cannot read waits"
        assert MARKER not in str(raised.value)
        assert raised.value.__cause__ is None
