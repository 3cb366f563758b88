"""Moving the clock of a demonstration: months pass, everything at its own time and in order."""

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, func, select

from activities.business_clock import business_now, offset_file, read_offset
from activities.home_files import HomeFileError, read_clock
from activities.read_models.schema import outbox
from activities.read_models.sweeping import due_cases, next_instant
from activities.settings import Settings
from domain.ids import TASK_QUEUE
from starter.failures import Exit, Failure
from starter.output import show_time
from starter.reading import Office, reading

if TYPE_CHECKING:
    from temporalio.client import Client

_AT_ONCE: Final = 16
_LOOK_EVERY_SECONDS: Final = 0.01
_LONGEST_STEP_SECONDS: Final = 30.0
_LONGEST_MAIL_SECONDS: Final = 3.0


async def move_clock(settings: Settings, client: "Client", to: datetime) -> int:
    """Make it `to` in this home, and nudge every case of which something is to happen by then; how many.

    Raises Failure where the home's clock is the real one, where it is later there already, and where
    Temporal does not answer.
    """
    require_movable(settings, to)
    with reading(settings) as office:
        return await _go_to(settings, office.engine, client, to)


async def pass_time(
    office: Office,
    client: "Client",
    to: datetime,
    tell: Callable[[datetime, int], None] = lambda _instant, _cases: None,
) -> None:
    """Let time pass until `to`, and stop at every instant at which something is to happen, until it has.

    `tell` gets each such instant and how many cases it concerned. Raises Failure as `move_clock`, and
    where something that is due does not happen.
    """
    settings, engine = office.settings, office.engine
    require_movable(settings, to)
    mail_leaves = True
    while (instant := _next(engine)) is not None and instant <= to:
        tell(instant, await _go_to(settings, engine, client, instant))
        # Where no mail server takes it, waiting for it once is enough.
        mail_leaves = await _until_done(engine, instant, mail_leaves)
    await _go_to(settings, engine, client, to)
    await _until_done(engine, to, mail_leaves)


def require_movable(settings: Settings, to: datetime) -> None:
    """Raise Failure where the home's clock is the real one, or it is later there already."""
    if read_clock(settings) != "demo":
        raise Failure(
            Exit.REFUSED,
            "H-CLOCK",
            f"{settings.home} runs on the real clock, which nobody moves.",
            next_lines=("BROKERAGE_HOME=.brokerage/demo brokerage demo --fresh",),
        )
    try:
        read_offset(settings)
    except HomeFileError as error:
        raise Failure(Exit.UNREACHABLE, "H-FILE", str(error), (error.fix,)) from error
    if to < (now := business_now(settings)):
        raise Failure(
            Exit.REFUSED,
            "H-CLOCK",
            f"It is {show_time(now, None)} in this home already; time goes forward only.",
        )


async def _go_to(settings: Settings, engine: Engine, client: "Client", to: datetime) -> int:
    """As `move_clock`; where it is that time already, cases that are late by it are nudged all the same."""
    _set_clock(settings, to)
    with engine.connect() as connection:
        due = due_cases(connection, to)
    await _nudge(client, due)
    return len(due)


def _set_clock(settings: Settings, to: datetime) -> None:
    ahead = max(math.ceil((to - datetime.now(UTC)).total_seconds()), read_offset(settings))
    file = offset_file(settings)
    draft = file.with_name(f"{file.name}.draft")
    draft.write_text(f"{ahead}\n", "ascii")
    draft.replace(file)


async def _nudge(client: "Client", references: list[str]) -> None:
    from temporalio.service import RPCError

    from activities.reaching import nudge

    places = asyncio.Semaphore(_AT_ONCE)

    async def one(reference: str) -> None:
        async with places:
            await nudge(client, reference, TASK_QUEUE)

    try:
        await asyncio.gather(*map(one, references))
    except RPCError as error:
        raise Failure(
            Exit.UNREACHABLE,
            "U-TEMPORAL",
            f"The clock was moved, but not every case heard of it: {error.message}.",
            ("The nightly sweep tells the others; it can be had now.",),
            ("brokerage admin sweep",),
        ) from error


def _next(engine: Engine) -> datetime | None:
    with engine.connect() as connection:
        return next_instant(connection)


async def _until_done(engine: Engine, instant: datetime, for_mail: bool) -> bool:
    """Wait until nothing is due any more and, where asked, until all mail has left; whether it has."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    while True:
        due, unsent = _left(engine, instant)
        waited = clock() - begun
        if not due and (not unsent or not for_mail or waited > _LONGEST_MAIL_SECONDS):
            return not unsent
        if waited > _LONGEST_STEP_SECONDS:
            raise Failure(
                Exit.NOT_YET,
                "U-CLOCK",
                f"It is {show_time(instant, None)}, and what is due in {due} cases does not happen.",
                ("Does a worker take tasks? The clock stays there; the same line goes on.",),
                ("brokerage doctor",),
            )
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


def _left(engine: Engine, instant: datetime) -> tuple[int, int]:
    """In how many cases something is due, and how many mails have not left."""
    with engine.connect() as connection:
        due = len(due_cases(connection, instant))
        return due, connection.execute(select(func.count()).select_from(outbox)).scalar_one()
