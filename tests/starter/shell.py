"""Lines typed in an office of the tests, run in this process."""

import contextlib
import io
import os
from dataclasses import dataclass
from typing import Any
from unittest import mock

import orjson

from starter.__main__ import run
from tests.activities.builders import Office


@dataclass(frozen=True)
class Typed:
    """What came of a line."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on standard output of a line that went well."""
        assert self.code == 0, self
        return orjson.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The documents of a line that went well, one a line."""
        assert self.code == 0, self
        return [orjson.loads(line) for line in self.out.splitlines()]


class Terminal(io.StringIO):
    """A place that says somebody watches."""

    def isatty(self) -> bool:
        return True


def typed(office: Office, *words: str, columns: int | None = None) -> Typed:
    """The line, typed where that office's home is; with `columns`, on a terminal of that width."""
    out, err = io.StringIO() if columns is None else Terminal(), io.StringIO()
    where = {"BROKERAGE_HOME": str(office.settings.home)}
    if columns is not None:
        where |= {"COLUMNS": str(columns), "NO_COLOR": "", "TERM": "xterm"}
    with (
        mock.patch.dict(os.environ, where),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(list(words))
    return Typed(code, out.getvalue(), err.getvalue())
