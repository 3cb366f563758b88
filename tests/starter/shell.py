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


def typed(office: Office, *words: str) -> Typed:
    """The line, typed where that office's home is."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, {"BROKERAGE_HOME": str(office.settings.home)}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(list(words))
    return Typed(code, out.getvalue(), err.getvalue())
