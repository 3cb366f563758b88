"""`python -m activities.mail.catcher FOLDER PORT`: a mail server that delivers nowhere, for one machine.

It takes every message from this machine and keeps it in a Maildir, so that whoever tries Brokerage reads
the mail it would send. Ends by SIGTERM.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from activities.mail.caught import keep

HOST: Final = "127.0.0.1"
_LARGEST_BYTES: Final = 4 * 1024 * 1024


class Catcher:
    """What aiosmtpd asks about each message."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message; taken only once it lies on the disk."""
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 no message"
        try:
            await asyncio.to_thread(keep, self._folder, content)
        except OSError as error:
            return f"452 4.3.1 {error.strerror or 'cannot be kept'}"
        return "250 2.0.0 kept"


async def serve(folder: Path, port: int) -> None:
    """Serve until SIGTERM. Raises OSError where the port is taken."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def session() -> SMTP:
        return SMTP(Catcher(folder), hostname="localhost", data_size_limit=_LARGEST_BYTES, loop=loop)

    server = await loop.create_server(session, HOST, port)
    async with server:
        await stop.wait()


if __name__ == "__main__":
    os.umask(0o077)
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
