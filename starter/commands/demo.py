"""`brokerage demo`: whole cases on a real Temporal server and a real log, from nothing."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import Parameter

from activities.home_files import stack_runs
from activities.mail.caught import caught
from activities.settings import Settings
from domain.ids import case_reference
from starter.commands.demo_money import prove_money
from starter.commands.import_report import Report, Where
from starter.commands.importing import Entry, send_entries
from starter.commands.leaders import leader_entries, parse_leaders
from starter.commands.network import network_entries, parse_networks
from starter.commands.people_file import keys_on_record, people_entries
from starter.commands.provider import offer_entries, parse_offers, parse_providers, provider_entries
from starter.commands.school_import import parse_schools, school_entries
from starter.failures import Exit, Failure
from starter.home import create_home, create_profile, is_home, profile_seed
from starter.output import note, say
from starter.reading import Office, reading
from starter.register.csv_file import parse_rows, read_rows
from starter.register.profile import shipped
from starter.register.wales import PersonRow, RequestRow
from starter.sample.deped_stories import DEPED_STORIES
from starter.sample.money import money_entries
from starter.sample.stories import STORIES
from starter.sample.story import SAMPLES
from starter.sending import Sender
from starter.stack import Stack
from starter.telling import Telling
from starter.views.case_list import now_in
from starter.views.mail import fates

if TYPE_CHECKING:
    from temporalio.client import Client

_ADMIN = "admin"
_STORIES = (*STORIES, *DEPED_STORIES)
_IN_A_HOME = re.compile(
    r"clock|clock\.offset(\.draft)?|profile|(temporal|database)\.(toml|draft)|(log|vault|temporal)\.db(-wal|-shm|-journal)?"
    r"|postgresql(\.draft)?/[\w./-]+|keys/pgpass(\.draft)?"
    r"|keys/(vault|system)\.key|keys/payload\.keys|profiles/[a-z0-9.-]+\.key|run/[a-z.]+"
    r"|mail/(tmp|new|cur)/[\w.,:=+-]+"
    r"|((keys|profiles)/)?\.[\w.-]+\.[0-9a-f]{8}"
)
"""What lies in a home, by its path. A directory with any other file in it is never removed."""


def demo(
    *,
    fresh: Annotated[
        bool, Parameter(negative="", help="Remove an earlier demonstration in this home first.")
    ] = False,
    postgres: Annotated[
        bool, Parameter(negative="", help="Keep log and vault in a PostgreSQL server of the home's own.")
    ] = False,
) -> int:
    """Watch whole cases run on a real Temporal server and a real event log, from nothing.

    Works in BROKERAGE_HOME and leaves everything there to look at. Ends by stopping Temporal and letting
    a fresh process replay and verify the log.
    """
    settings = Settings()
    _prepare(settings, fresh)
    told = asyncio.run(_run(settings, postgres))
    _what_next(settings, told)
    return Exit.DONE


def _prepare(settings: Settings, fresh: bool) -> None:
    home = settings.home
    if home.exists():
        if not _is_demonstration(home):
            raise Failure(
                Exit.USAGE,
                "E-HOME",
                f"{home} is not the home of a demonstration; nothing was touched.",
                (),
                ("BROKERAGE_HOME=.brokerage/demo brokerage demo --fresh",),
            )
        if stack_runs(settings):
            raise Failure(
                Exit.USAGE,
                "E-HOME",
                f"{home} is in use: its stack is running; nothing was touched.",
                ("Stop 'brokerage up' there first, with Ctrl-C.",),
            )
        if not fresh:
            raise Failure(
                Exit.USAGE,
                "E-HOME",
                f"{home} holds an earlier demonstration.",
                (),
                ("brokerage demo --fresh",),
            )
        shutil.rmtree(home)
    create_home(settings, _ADMIN, "demo")


def _is_demonstration(home: Path) -> bool:
    """Whether the directory holds a home on the demonstration's clock, and nothing that is not of a home."""
    if not is_home(home) or (home / "clock").read_bytes().strip() != b"demo":
        return False
    inside = [entry for entry in home.rglob("*") if entry.is_symlink() or not entry.is_dir()]
    return all(
        not entry.is_symlink() and _IN_A_HOME.fullmatch(entry.relative_to(home).as_posix())
        for entry in inside
    )


async def _run(settings: Settings, postgres: bool) -> dict[str, list[str]]:
    _say(f"Starting Temporal and a worker in {settings.home} …")
    async with Stack(settings, say=note, postgres=postgres) as stack:
        client = await stack.connect(_ADMIN)
        await _load_registers(settings, client)
        telling = Telling(settings, client, _requests(), _say)
        await telling.tell(_STORIES)
        await stack.stop_work()
        telling.hear_the_rest()
        _three_mails(settings, telling.told)
        _say("")
        _say("Temporal is stopped. A fresh process now reads the log by itself:")
        _prove(settings, telling.told)
    return telling.told


async def _load_registers(settings: Settings, client: "Client") -> None:
    """The same files and the same readers that staff use."""
    steps: tuple[list[Entry], ...] = ([], [], [], [], [])
    with reading(settings) as office:
        sender = _sender(settings, _ADMIN)
        known = keys_on_record(office)
        for programme, register in SAMPLES.items():
            with as_file(files("starter.sample") / register) as folder:
                people, posts = people_entries(
                    parse_rows(folder / "people.csv", PersonRow), known, partial(create_profile, settings)
                )
                schools = school_entries(parse_schools(folder / "schools.csv", shipped(register)), {})
                offers = offer_entries(parse_offers(folder / "offers.csv"), programme)
                if (folder / "providers.csv").exists():
                    offers += provider_entries(parse_providers(folder / "providers.csv"), programme)
                offers += _leaders(office, folder / "leaders.csv", programme)
                networks = _networks(folder / "networks.csv", programme)
            for step, entries in zip(steps, (schools, people, posts, offers, networks), strict=True):
                step += entries
        money = [
            [Entry(Where("money", number), *entry) for number, entry in enumerate(entries, start=1)]
            for entries in money_entries(now_in(office, "EAS").date())
        ]
        report = Report()
        await send_entries(sender, client, office, (*steps, *money), report, quiet=True)
    if report.failed or report.unknown:
        report.say_refused()
        raise Failure(Exit.BUG, "B-SAMPLE", f"{report.failed} entries of the sample registers were refused.")
    _say(
        f"✓ Registers read: {len(steps[0])} schools, {len(steps[1])} people, {len(steps[2])} posts, {len(steps[3])} offers, "
        f"{len(steps[4])} networks, {len(money[0])} funds and rates."
    )


def _leaders(office: Office, file: Path, programme: str) -> list[Entry]:
    """Only where schools begin themselves somebody says which."""
    rules = office.facts.programme(programme)
    return leader_entries(parse_leaders(file), rules) if rules and file.exists() else []


def _networks(file: Path, programme: str) -> list[Entry]:
    """Not every programme has networks."""
    return network_entries(parse_networks(file), programme) if file.exists() else []


def _requests() -> dict[str, RequestRow]:
    found: dict[str, RequestRow] = {}
    for folder in SAMPLES.values():
        with as_file(files("starter.sample") / folder / "requests.csv") as path:
            found |= {row.key: row for _line, row in read_rows(path, RequestRow)}
    return found


def _sender(settings: Settings, person: str) -> Sender:
    return Sender(settings=settings, person=person, seed=profile_seed(settings, person))


def _prove(settings: Settings, told: dict[str, list[str]]) -> None:
    """Another process, no server: what it replays must be what was printed above, and every byte must hold."""
    with ThreadPoolExecutor(2) as processes:
        replays = processes.map(
            lambda reference: _fresh(settings, "audit", "replay", reference, "--json"), told
        )
    for (reference, lines), replay in zip(told.items(), replays, strict=True):
        replayed = orjson.loads(replay)
        if [entry["sentence"] for entry in replayed] != lines:
            raise Failure(
                Exit.AUDIT_FAILED, "A-REPLAY", f"The replay of {reference} is not what was printed."
            )
        _say(
            f"✓ {reference}: {len(lines)} events replayed, word for word what was printed; {replayed[-1]['stage'].replace('_', ' ')}."
        )
    prove_money(partial(_fresh, settings), _say)
    _say(_fresh(settings, "audit", "verify").strip())


def _fresh(settings: Settings, *words: str) -> str:
    done = subprocess.run(  # noqa: S603 – our own program with our own words
        [sys.executable, "-m", "starter", *words],
        env=os.environ | {"BROKERAGE_HOME": str(settings.home.absolute())},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != Exit.DONE:
        raise Failure(
            Exit.AUDIT_FAILED,
            "A-REPLAY",
            f"'{' '.join(words)}' failed.",
            tuple(done.stderr.splitlines()[-5:]),
        )
    return done.stdout


def _three_mails(settings: Settings, references: Iterable[str]) -> None:
    """One mail of each kind that people get, of those that this home caught instead of sending them."""
    with reading(settings) as office:
        templates = {row["mail"]: row["template"] for ref in references for row in fates(office, ref)}
    mails = list(caught(settings.caught_mail))
    _say("")
    _say(f"{len(mails)} mails went out, and were caught here. Among them:")
    for kind in ("reminder", "escalation", "visit_scheduled"):
        found = next((mail for mail in mails if templates.get(mail.id.partition("@")[0]) == kind), None)
        if found is None:
            raise Failure(Exit.BUG, "B-STORY", f"No mail '{kind}' was sent.")
        _say(f"- {found.subject}")
        _say(f"  brokerage mail show {found.number}")


def _what_next(settings: Settings, told: dict[str, list[str]]) -> None:
    first = next(iter(told))
    home = _shown(settings.home)
    _say("")
    _say("Everything is left to look at. Try:")
    if settings.cluster.exists():
        _say(
            f"  BROKERAGE_CLOCK=demo BROKERAGE_HOME={home} brokerage up   # in another terminal: serves the log"
        )
    if shutil.which("brokerage") is None:
        _say(f"  export PATH={_shown(Path(sys.executable).parent)}:$PATH")
    _say(f"  export BROKERAGE_HOME={home}")
    for words in (
        "case list",
        f"case show {_still_open()}",
        f"case history {first}",
        f"case match {first}",
        "fund status",
        f"audit replay {first}",
    ):
        _say(f"  brokerage {words}")
    _say("A stack of your own, to drive a case by hand (see README.md):")
    _say("  unset BROKERAGE_HOME; brokerage up")


def _still_open() -> str:
    """A case that waits for something, to look at."""
    story = next(story for story in _STORIES if story.ends == "awaiting_signatures")
    return case_reference(story.programme, story.request)


def _shown(path: Path) -> str:
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _say(line: str) -> None:
    say(line)
    sys.stdout.flush()
