"""`brokerage up`: the whole stack on this machine, until Ctrl-C."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import Annotated

from cyclopts import Parameter

from activities.home_files import read_clock, read_profile
from activities.places import log_place
from activities.settings import Settings
from starter.failures import Exit
from starter.home import create_home
from starter.numbers import port_number
from starter.stack import Stack


def up(
    *,
    port: Annotated[int | None, Parameter(converter=port_number)] = None,
    ui_port: Annotated[int, Parameter(converter=port_number)] = 8233,
    admin: str = "admin",
    postgres: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Start Temporal and a worker on this machine and keep them running until Ctrl-C.

    Makes the home (BROKERAGE_HOME, by default ./.brokerage) at the first start.

    Parameters
    ----------
    port
        Port of Temporal; without it 7233, or a free one where that is taken.
    ui_port
        Port of Temporal's web page; a free one where it is taken.
    admin
        Person id of the first administrator; of use only at the first start.
    postgres
        Keep log and vault in a PostgreSQL server of the home's own; the home then goes on so without it.
    """
    settings = Settings()
    # A home keeps the clock it was made with, unless somebody asks for another, which is then refused.
    clock = settings.clock if "clock" in settings.model_fields_set else read_clock(settings)
    create_home(settings, admin, clock)
    return asyncio.run(_up(settings, Stack(settings, port=port, ui_port=ui_port, postgres=postgres)))


async def _up(settings: Settings, stack: Stack) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told_to_stop() -> None:
        if stop.is_set():
            stack.kill_now()
        else:
            stop.set()
            _tell("Stopping: the worker finishes what it holds. Again to stop at once.")

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told_to_stop)
    _tell(f"Starting Temporal and a worker in {settings.home} …")
    started = asyncio.create_task(stack.__aenter__())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({started, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not started.done():
        started.cancel()
        with suppress(asyncio.CancelledError):
            await started
        return Exit.DONE
    await started
    try:
        _say_where_things_are(settings, stack)
        failing = asyncio.create_task(stack.wait())
        await asyncio.wait({failing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if failing.done():
            await failing
        failing.cancel()
    finally:
        await stack.__aexit__(None, None, None)
    _tell("Stopped. Everything is kept in the home.")
    return Exit.DONE


def _say_where_things_are(settings: Settings, stack: Stack) -> None:
    prefix = f"BROKERAGE_HOME={settings.home} " if "BROKERAGE_HOME" in os.environ else ""
    lines = [
        "✓ Brokerage is up. Ctrl-C stops it.",
        f"  Home      {settings.home.absolute()}",
        f"  You are   {read_profile(settings)}",
        f"  Temporal  {stack.address}   web page {stack.ui_address}",
        f"  Log       {log_place(settings)}",
        f"  Mail      {_where_mail_goes(settings, prefix)}",
        "",
        "  Try in another terminal:",
        f"    {prefix}brokerage doctor",
        f"    {prefix}brokerage case list",
        f"    {prefix}brokerage --help",
    ]
    if any(name in os.environ for name in ("TEMPORAL_ADDRESS", "TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE")):
        lines += ["", "  ! This shell sets TEMPORAL_*: commands that see it go there, not to this stack."]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _where_mail_goes(settings: Settings, prefix: str) -> str:
    if settings.smtp_host is None:
        return f"caught here, none is sent: {prefix}brokerage mail list"
    return f"sent by {settings.smtp_host}"


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
