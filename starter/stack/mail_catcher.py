"""The mail of a home that has no mail server: caught on this machine, so that a newcomer can read it."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

from activities.settings import Settings
from starter.failures import Exit, Failure
from starter.stack.ports import HOST, free_port
from starter.stack.process import Child
from starter.stack.temporal_server import clean_environment

SENDER: Final = "Brokerage <brokerage@office.example>"
"""In whose name caught mail comes where nothing else is set: an address that cannot exist."""

_LONGEST_START_SECONDS: Final = 20.0
_ATTEMPTS: Final = 3


class MailCatcher:
    """Started before the worker, stopped after it. Only this machine is served."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._port = 0
        self.child = Child("mail", (), clean_environment() | search_path(), settings.run_files)

    @property
    def environment(self) -> dict[str, str]:
        """What a worker has to be told."""
        return {
            "BROKERAGE_SMTP_HOST": HOST,
            "BROKERAGE_SMTP_PORT": str(self._port),
            "BROKERAGE_SMTP_TLS": "none",
            "BROKERAGE_MAIL_FROM": self._settings.mail_from or SENDER,
        }

    async def start(self) -> None:
        """Start it and wait until it answers; a worker that was told its port finds it there again.

        Raises Failure.
        """
        for _ in range(_ATTEMPTS):
            self._port = self._port or free_port()
            folder = str(self._settings.caught_mail.absolute())
            module = "activities.mail.catcher"
            self.child.command = [sys.executable, "-P", "-m", module, folder, str(self._port)]
            await self.child.start()
            if await self._answers():
                return
            await self.child.stop(patience=5)
        raise Failure(
            Exit.UNREACHABLE,
            "U-STACK",
            "The mailbox of this home did not start.",
            details=(*self.child.last_lines(), f"Its log: {self.child.log_file}"),
            next_lines=("BROKERAGE_SMTP_HOST=<a mail server> brokerage up", "brokerage doctor"),
        )

    async def _answers(self) -> bool:
        """Whether it takes connections; False when it ended, or never did."""
        clock = asyncio.get_running_loop().time
        ends = clock() + _LONGEST_START_SECONDS
        while self.child.pid is not None and clock() < ends:
            try:
                _, writer = await asyncio.open_connection(HOST, self._port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return True
        return False


def search_path() -> dict[str, str]:
    """What lets a child find our modules whatever the current directory holds."""
    root = str(Path(__file__).resolve().parents[2])
    return {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
