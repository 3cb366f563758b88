"""`brokerage admin clock`: what time it is in a demonstration, and letting it pass."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

from cyclopts import Parameter

from activities.business_clock import business_now, read_offset
from activities.home_files import HomeFileError
from activities.settings import Settings
from starter.failures import Exit, Failure
from starter.moments import Day, read_time
from starter.output import note, say, say_json, show_time

_ZONE = "Europe/London"


def clock(
    *,
    to: Annotated[str | None, Parameter(help="Let time pass until that day or time.")] = None,
    forward: Annotated[int | None, Parameter(help="Let so many days pass.")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """What time it is in this home; in a demonstration, let time pass.

    Deadlines, reminders and mails on the way happen at their own time, one after the other. An office's
    home runs on the real clock, which nobody moves (exit 4).
    """
    settings = Settings()
    target = _target(business_now(settings), to, forward)
    if target is not None:
        asyncio.run(_let_pass(settings, target))
    try:
        ahead = read_offset(settings)
    except HomeFileError as error:
        raise Failure(Exit.UNREACHABLE, "H-FILE", str(error), (error.fix,)) from error
    now = business_now(settings)
    if json:
        say_json({"now": now.isoformat(timespec="seconds"), "ahead_seconds": ahead})
        return Exit.DONE
    words = f", {timedelta(seconds=ahead)} ahead of the real clock" if ahead else ", by the real clock"
    say(f"It is {show_time(now, None, _ZONE)} in this home{words}.")
    return Exit.DONE


def _target(now: datetime, to: str | None, forward: int | None) -> datetime | None:
    if to is not None and forward is not None:
        raise Failure(Exit.USAGE, "E-TIME", "--to and --forward say the same thing twice; give one of them.")
    if forward is not None:
        if not 1 <= forward <= 3660:
            raise Failure(Exit.USAGE, "E-TIME", "--forward: a number of days from 1 to 3660.")
        return now + timedelta(days=forward)
    if to is None:
        return None
    moment = read_time("--to", to)
    return moment.begin(_ZONE) if isinstance(moment, Day) else moment


async def _let_pass(settings: Settings, target: datetime) -> None:
    from starter.clock import pass_time, require_movable
    from starter.connection import connect
    from starter.reading import reading

    require_movable(settings, target)
    client = await connect(settings)

    def tell(instant: datetime, cases: int) -> None:
        note(f"{show_time(instant, None, _ZONE)}: something happens in {cases} case{'s' * (cases != 1)}")

    with reading(settings) as office:
        await pass_time(office, client, target, tell)
