"""Deadlines of many open cases in the same minute, on the dev server with real workers.

`make surge`, or `python -m bench.surge [CASES]`. Prints how fast runs are started and deadlines handled, and
fails where one is missing or was handled twice. Cases are drafts whose reminders have gone out, all due at
17:00 of one day; a run for each is started by the nightly sweep, as after a loss of Temporal's database.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from temporalio.client import Client

from activities.business_clock import offset_file
from activities.event_log.append import EventLog
from activities.event_log.engine import open_reader, open_writer
from activities.event_log.migrations import migrate
from activities.event_log.schema import event
from activities.founding import found
from activities.handle_command import CommandHandler
from activities.home_files import read_key
from activities.logging_setup import configure_logging
from activities.read_models.outbox import read_unsent
from activities.settings import Settings
from activities.signing import public_key_text, sign_command
from activities.vault import Vault, open_vault
from domain.case.commands import Told
from domain.ids import NIGHTLY_ID, TASK_QUEUE, case_reference, case_stream, stream_key
from domain.messages import NIGHTLY_WORKFLOW, CaseStatus, HandleCommand, PassDeadline, Receipt, Swept
from domain.parties import Party
from starter.home import create_home, profile_seed
from starter.stack import Stack

_SCHOOL, _SIP = "6990004", "sip.bench"
_WORKERS: Final = 2
_STARTS_PER_SECOND: Final = 25
"""So slow are runs started at the worst: by the time they all are, the minute must not have come."""
_SWEEPS: Final = 2
_LONGEST_SECONDS: Final = 3600
_LOOK_EVERY_SECONDS: Final = 2.0
"""Looking counts through the whole log; looking often would be part of what is measured."""


class Office:
    """A demonstration's home, filled by the real handler without a server."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(home=folder / "home")
        create_home(self.settings, "admin", "demo")
        self.engine = open_writer(self.settings.log_file)
        migrate(self.engine)
        vault = Vault(
            open_vault(self.settings.vault_file),
            read_key(self.settings.vault_key_file),
            lambda: datetime.now(UTC),
        )
        self.handler = CommandHandler(
            EventLog(self.engine, "demo"),
            vault,
            read_key(self.settings.worker_key_file),
            reading=open_reader(self.settings.log_file),
        )
        self.seed = profile_seed(self.settings, "admin")
        self.now = datetime.now(UTC)
        found(self.handler, self.settings, self.now)
        self._enter_people()

    def fill(self, cases: int) -> datetime:
        """That many drafts, reminded, and the instant at which all of them are due."""
        opened = [self._open(number) for number in range(cases)]
        day = opened[0][1].next_deadline
        assert day is not None
        self.now = day - timedelta(hours=1)
        due = {self._remind(stream, status).chase_at for stream, status in opened}
        if len(due) != 1:
            raise SystemExit(f"the cases are not due at one instant: {sorted(map(str, due))[:5]}")
        (instant,) = due
        assert instant is not None
        for stream, _ in opened:
            self._settle(stream_key(stream))
        return instant

    def _enter_people(self) -> None:
        school = {"name": "Ysgol y Fainc", "authority": "Bench", "phase": "primary"}
        self._give("admin", f"school/{_SCHOOL}", "register", school)
        identity = {
            "name": _SIP,
            "email": f"{_SIP}@bench.example",
            "public_key": public_key_text(self.seed),
        }
        self._give("admin", f"person/{_SIP}", "register", identity)
        held = {"post": "sip", "school": _SCHOOL, "since": self.now.date().isoformat()}
        self._give("admin", f"person/{_SIP}", "assign-post", held)

    def _open(self, number: int) -> tuple[str, CaseStatus]:
        key = f"surge:{number}"
        stream = case_stream(case_reference("EAS", key))
        body = {
            "programme": "EAS",
            "route": "sip",
            "recipient": _SCHOOL,
            "area": "literacy",
            "phase": "primary",
            "support_language": "either",
            "need": "To be measured.",
            "desired_start": (self.now.date() + timedelta(days=30)).isoformat(),
        }
        return stream, self._give(_SIP, stream, "open", body, key)

    def _remind(self, stream: str, status: CaseStatus) -> CaseStatus:
        assert status.chase_at is not None
        assert status.chase_wait is not None
        request = PassDeadline(
            reference=stream_key(stream),
            wait=status.chase_wait,
            due_at=status.chase_at,
            now=self.now,
            workflow=stream,
            run="",
        )
        return self.handler.pass_deadline(request).status

    def _settle(self, reference: str) -> None:
        """The reminder has reached its reader: what is measured are deadlines, not the mail before them."""
        with self.handler.reading() as connection:
            unsent = read_unsent(connection, reference)
        for row in unsent:
            mail = Told(
                mail=f"{row.event_id}.{_SIP}",
                template=row.template,
                template_version=1,
                party=Party(row.party),
                person=_SIP,
                language="en",
                wait=row.wait,
                failed=None,
            )
            self.handler.record_delivery(row.reference, row.event_id, row.place, (mail,), run="")

    def _give(
        self, person: str, stream: str, verb: str, body: dict[str, Any], key: str | None = None
    ) -> CaseStatus:
        key = key or f"surge:{stream}:{verb}"
        command = sign_command(
            seed=self.seed, command_id=key, stream=stream, verb=verb, body=body, person=person
        )
        handled = self.handler.handle(HandleCommand(command=command, now=self.now, workflow=stream, run=""))
        if not isinstance(handled.answer, Receipt):
            raise SystemExit(f"{verb}: {handled.answer.message}")
        return handled.status


async def surge(cases: int) -> float:
    """Run it and print; how many deadlines were handled in a second. Ends the process where one is not right."""
    configure_logging("json", "error")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        office = Office(Path(folder))
        due = office.fill(cases)
        _say(f"{cases} cases written in {time.perf_counter() - begun:.0f} s")
        lead = timedelta(seconds=10 + cases / _STARTS_PER_SECOND)
        ahead = (due - lead) - datetime.now(UTC)
        offset_file(office.settings).write_text(f"{int(ahead.total_seconds())}\n", "ascii")
        async with Stack(office.settings, say=_say) as stack:
            with _more_workers(office.settings, stack.address):
                client = await stack.connect("admin")
                begun = time.perf_counter()
                await _start(client, cases)
                took = time.perf_counter() - begun
                early = _passed(office)
                _say(f"{cases} runs started in {took:.0f} s: {cases / took:.0f} a second")
                if early:
                    _say(f"  {early} deadlines had come before all runs were there: too slow for the minute")
                rate = await _watch(office, cases, due)
        _require_once(office, cases)
    return rate


async def _start(client: Client, cases: int) -> None:
    """A run for each case; where a server was too busy for some, another sweep starts those, and it is said."""
    for _ in range(_SWEEPS):
        swept: Swept = await client.execute_workflow(
            NIGHTLY_WORKFLOW, id=NIGHTLY_ID, task_queue=TASK_QUEUE, result_type=Swept
        )
        if not swept.unreached:
            return
        _say(f"  {swept.unreached} of {cases} runs were not started at once")
    raise SystemExit(f"not every run was started: {swept}")


async def _watch(office: Office, cases: int, due: datetime) -> float:
    """Wait until every deadline is on record; how many were handled in a second."""
    ends = time.perf_counter() + _LONGEST_SECONDS
    while (passed := _passed(office)) < cases:
        if time.perf_counter() > ends:
            raise SystemExit(f"only {passed} of {cases} deadlines were handled")
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    with office.engine.connect() as connection:
        last = connection.execute(
            select(func.max(event.c.recorded_at)).where(event.c.type == "DeadlinePassed")
        ).scalar_one()
    took = max((datetime.fromisoformat(last) - due).total_seconds(), 0.001)
    rate = cases / took
    _say(f"{cases} deadlines of one minute handled in {took:.1f} s: {rate:.0f} a second")
    return rate


def _require_once(office: Office, cases: int) -> None:
    with office.engine.connect() as connection:
        found = Counter(
            connection.execute(select(event.c.stream).where(event.c.type == "DeadlinePassed")).scalars()
        )
    twice = [stream for stream, times in found.items() if times > 1]
    if twice or len(found) != cases:
        raise SystemExit(f"handled: {len(found)} of {cases}; twice: {len(twice)}")
    _say("every one was handled, none twice")


def _passed(office: Office) -> int:
    with office.engine.connect() as connection:
        query = select(func.count()).select_from(event).where(event.c.type == "DeadlinePassed")
        return connection.execute(query).scalar_one()


@contextmanager
def _more_workers(settings: Settings, address: str) -> Iterator[None]:
    """The stack has one worker; these are the others."""
    environment = os.environ | {
        "BROKERAGE_HOME": str(settings.home.absolute()),
        "BROKERAGE_LOG_LEVEL": "error",
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_NAMESPACE": "brokerage",
    }
    workers = [
        subprocess.Popen([sys.executable, "-m", "worker"], env=environment) for _ in range(_WORKERS - 1)
    ]
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(60)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(surge(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
