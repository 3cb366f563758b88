"""A broker's office that runs: `brokerage up` as a process of its own, and people who type.

`cli` starts a process for each line that is typed, as people's shells do. `here` runs the same line in
this process, where only its answer matters. `bring` takes a case to a step of a story over one open
connection, where only the case matters.
"""

import asyncio
import contextlib
import io
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final, Self
from unittest import mock
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import func, select

from activities.event_log.read import RecordedEvent
from activities.read_models.schema import outbox
from activities.settings import NAMESPACE, Settings
from domain.canonical import plain
from domain.case.chasing_events import MailAccepted, MailFailed
from domain.case.commands import COMMANDS, Open
from domain.ids import case_reference, case_stream
from domain.messages import CaseStatus
from starter.__main__ import run
from starter.connection import connect
from starter.flags import show_values
from starter.home import profile_seed
from starter.reading import programme_of, reading
from starter.register.csv_file import read_rows
from starter.register.wales import RequestRow
from starter.sample.story import SAMPLES, Step, Story
from starter.sending import Sender, accept, deliver
from starter.stack.ports import free_port
from starter.stack.temporal_server import find_binary
from starter.views.case import read_case
from tests.domain.case.office import eas
from tests.end_to_end.worker_log import workflow_complaints
from tests.telling import at_once

PROGRAMME: Final = "EAS"
ZONES: Final = {"EAS": ZoneInfo("Europe/London"), "DEPED": ZoneInfo("Asia/Manila")}
MONEY: Final = (
    "fund open laeg --programme EAS --title Grant --amount 60000.00 --source Award",
    "fund open s2s --programme DEPED --title Grant --amount 560000.00 --source Award",
    "fund set-rate eas-2026 --programme EAS --since 2026-01-01 --day-rate 220.00",
)
"""What finance enters before anything can be agreed."""
_LONGEST_COMMAND_SECONDS: Final = 60
_LONGEST_DEMO_SECONDS: Final = 200
"""That `make demo` takes a minute at the most is seen by whoever runs it, not asserted on a busy machine."""
_LONGEST_DELIVERY_SECONDS: Final = 60
_OF_MAIL: Final = frozenset({MailAccepted.__name__, MailFailed.__name__})
_OURS: Final = ("BROKERAGE_", "TEMPORAL_")


@dataclass(frozen=True)
class Done:
    """A line that was typed, and what came of it."""

    line: str
    code: int
    out: str
    err: str

    def well(self) -> Self:
        """The same, once it is sure that it went well."""
        assert self.code == 0, f"{self.line}\nexit {self.code}\n{self.out}{self.err}"
        return self

    @property
    def json(self) -> Any:
        """The document on standard output."""
        return orjson.loads(self.well().out)

    @property
    def next_lines(self) -> list[str]:
        """The lines to type that it printed."""
        marks = ("Next:", "or:")
        lines = [line.strip() for line in (self.err + self.out).splitlines()]
        return [line.partition(":")[2].strip() for line in lines if line.startswith(marks)]


class RunningOffice:
    """One home, its stack and its people. `with RunningOffice(home)` starts and stops the stack.

    `flags` are given to `brokerage up`, and `more` is what its shell has set besides the home. When it stops,
    its worker must have had nothing to complain of in the workflows it ran.
    """

    def __init__(self, home: Path, *flags: str, **more: str) -> None:
        self.settings = Settings(home=home)
        self.flags = flags
        self.more = more
        self.port = free_port()
        self._up: subprocess.Popen[str] | None = None

    @property
    def home(self) -> Path:
        """Where everything lies."""
        return self.settings.home

    @property
    def address(self) -> str:
        """Where its Temporal serves."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._up = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "starter",
                "up",
                "--port",
                str(self.port),
                "--ui-port",
                str(free_port()),
                *self.flags,
            ],
            env=self.environment(),
            cwd=self.home.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._up.stdout is not None
        assert "Brokerage is up" in self._up.stdout.readline()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._up is not None
        self._up.send_signal(signal.SIGINT)
        self._up.communicate(timeout=60)
        assert self._up.returncode == 0
        assert workflow_complaints(self.settings.run_files / "worker.log") == []

    def load_registers(self) -> None:
        """The schools, people and offers of the sample, by the commands that staff use."""
        for programme, register in SAMPLES.items():
            with as_file(files("starter.sample") / register) as folder:
                self.cli("school", "import", str(folder / "schools.csv"), "--map", register).well()
                self.cli("person", "import", str(folder / "people.csv"), "--new-keys").well()
                self.cli("provider", "import", str(folder / "offers.csv"), "--programme", programme).well()
                if (folder / "providers.csv").exists():
                    everywhere = _for_every_area(folder / "providers.csv", self.home)
                    self.cli("provider", "import", str(everywhere), "--programme", programme).well()
                if (folder / "leaders.csv").exists():
                    self.cli(
                        "provider", "import", str(folder / "leaders.csv"), "--programme", programme
                    ).well()
                if (folder / "networks.csv").exists():
                    self.cli("network", "import", str(folder / "networks.csv")).well()
        for line in MONEY:
            self.here(*shlex.split(line)).well()

    # Typing

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a shell that works in this home, and of nothing else of ours."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        return clean | {"BROKERAGE_HOME": str(self.home)} | self.more | more

    def cli(self, *words: str, profile: str | None = None, **more: str) -> Done:
        """What a process of its own makes of the line."""
        typed = [*words, *(["--profile", profile] if profile else [])]
        done = subprocess.run(
            [sys.executable, "-m", "starter", *typed],
            env=self.environment(**more),
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            timeout=_LONGEST_DEMO_SECONDS if words[0] == "demo" else _LONGEST_COMMAND_SECONDS,
            check=False,
        )
        return Done(shlex.join(typed), done.returncode, done.stdout, done.stderr)

    def here(self, *words: str, profile: str | None = None, **more: str) -> Done:
        """What this process makes of the line."""
        typed = [*words, *(["--profile", profile] if profile else [])]
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment(**more), clear=True),
            mock.patch.object(sys, "argv", ["brokerage", *typed]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = run(typed)
        return Done(shlex.join(typed), code, out.getvalue(), err.getvalue())

    def here_line(self, line: str) -> Done:
        """What this process makes of a line as it was printed."""
        program, *words = shlex.split(line)
        assert program == "brokerage", line
        return self.here(*words)

    def temporal(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What Temporal's own command-line program says."""
        return subprocess.run(
            [
                str(find_binary()),
                *words,
                "--address",
                self.address,
                "--namespace",
                NAMESPACE,
                "--output",
                "json",
            ],
            capture_output=True,
            text=True,
            timeout=_LONGEST_COMMAND_SECONDS,
            check=False,
        )

    # Cases

    def bring(
        self, story: Story, area: str, until: str | None = None, *, texts: str = ""
    ) -> tuple[str, tuple[Step, ...]]:
        """A case of the story, for another area, up to the stage; its reference and the steps left."""
        return asyncio.run(self._bring(story, area, until, texts))

    async def _bring(
        self, story: Story, area: str, until: str | None, texts: str
    ) -> tuple[str, tuple[Step, ...]]:
        client = await connect(self.settings, address=self.address)
        key = f"{story.request}:{area}"
        reference = case_reference(story.programme, key)
        steps = (opening(story, area), *at_once(story))
        for place, step in enumerate(steps):
            sender = Sender(
                settings=self.settings, person=step.person, seed=profile_seed(self.settings, step.person)
            )
            command = sender.sign(
                stream=case_stream(reference),
                verb=step.verb,
                body=self.body(step, reference, texts),
                command_id=f"{key}:{place}" if place else key,
            )
            receipt = accept(command, await deliver(client, command, sender.timeout, lambda: ""))
            if until is not None and receipt.status is not None and receipt.status.stage == until:
                return reference, steps[place + 1 :]
        return reference, ()

    def body(self, step: Step, reference: str, texts: str = "") -> dict[str, Any]:
        """The whole body of the step's command; `texts` is added to everything that people write."""
        values = marked(step.values(today(programme_of(reference))), texts)
        if step.verb == "sign":
            values = {"content_hash": self.text_that_stands(reference)}
        if step.verb == "record-payment":
            values["payment"] += f"/{reference}"  # a provider's other cases have papers of their own
        body: dict[str, Any] = plain(COMMANDS[step.verb].model_validate(values).model_dump())
        return body

    def text_that_stands(self, reference: str) -> str:
        """Hash of the agreement that awaits signatures."""
        with reading(self.settings) as office:
            agreement = read_case(office, reference).state.agreement
        assert agreement is not None
        return agreement.content_hash

    def events(self, reference: str) -> list[RecordedEvent]:
        """The events of the case, from the log."""
        with reading(self.settings) as office:
            return list(office.log.events(stream=case_stream(reference)))

    def settle(self) -> None:
        """Wait until everything that is to be told by mail has left."""
        deadline = time.monotonic() + _LONGEST_DELIVERY_SECONDS
        while self._unsent():
            assert time.monotonic() < deadline, "mail does not leave"
            time.sleep(0.05)

    def _unsent(self) -> int:
        with reading(self.settings) as office:
            return office.connection.execute(select(func.count()).select_from(outbox)).scalar_one()

    def length(self) -> int:
        """How many events the log holds, but for what became of mail: that comes when it comes."""
        with reading(self.settings) as office:
            return sum(event.envelope.type not in _OF_MAIL for event in office.log.events())

    def workflow_status(self, reference: str) -> CaseStatus:
        """What the workflow itself says, in answer to its query."""

        async def ask() -> CaseStatus:
            client = await connect(self.settings, address=self.address)
            handle = client.get_workflow_handle(case_stream(reference))
            status: CaseStatus = await handle.query("status", result_type=CaseStatus)
            return status

        return asyncio.run(ask())

    def search_attributes(self, reference: str) -> dict[str, Any]:
        """The search attributes of the case, as Temporal's own program shows them."""
        return decoded_attributes(
            orjson.loads(
                self.temporal("workflow", "describe", "--workflow-id", case_stream(reference)).stdout
            )["workflowExecutionInfo"]
        )


def decoded_attributes(info: Mapping[str, Any]) -> dict[str, Any]:
    """Search attributes of a described or listed workflow."""
    import base64

    fields = info["searchAttributes"]["indexedFields"]
    return {name: orjson.loads(base64.b64decode(field["data"])) for name, field in fields.items()}


def _for_every_area(file: Path, home: Path) -> Path:
    """The list of providers with every area for each and days to spare: tests tell one story in many areas."""
    header, *lines = file.read_text("utf-8").splitlines()
    areas = ";".join(area.code for area in eas().areas)
    rows = ([each.split(",")[0], areas, *each.split(",")[2:6], "100.00"] for each in lines)
    written = home / "run" / file.name
    written.parent.mkdir(exist_ok=True)
    written.write_text("\n".join([header, *map(",".join, rows), ""]), "utf-8")
    return written


def opening(story: Story, area: str | None = None) -> Step:
    """The opening command of a story, for its own area or another."""
    with as_file(files("starter.sample") / SAMPLES[story.programme] / "requests.csv") as path:
        row = next(row for _line, row in read_rows(path, RequestRow) if row.key == story.request)
    body = row.body(story.programme) | {
        "desired_start": max(row.desired_start, today(story.programme) + timedelta(days=14))
    }
    return Step(story.opener, "open", lambda _today: plain(body) | ({"area": area} if area else {}))


def words_of(step: Step, reference: str | None, texts: str = "") -> list[str]:
    """The line that gives a step's command."""
    day = today(programme_of(reference) if reference else PROGRAMME)  # an opening counts none
    values = marked(step.values(day), texts)
    return [
        "case",
        step.verb,
        *([reference] if reference else []),
        *show_values(COMMANDS[step.verb], values),
        "--profile",
        step.person,
    ]


def open_words(body: Mapping[str, Any]) -> list[str]:
    """The line that opens a case."""
    return ["case", "open", *show_values(Open, dict(body))]


def marked(value: Any, mark: str) -> Any:
    """The value with the mark in every text that is made of words, and in nothing else."""
    if isinstance(value, str):
        return f"{value} {mark}" if mark and " " in value else value
    if isinstance(value, Mapping):
        return {name: marked(item, mark) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [marked(item, mark) for item in value]
    return value


def today(programme: str, now: datetime | None = None) -> date:
    """The day where the programme is: in Manila it is tomorrow from four in the afternoon in London."""
    return (now or datetime.now(UTC)).astimezone(ZONES[programme]).date()
