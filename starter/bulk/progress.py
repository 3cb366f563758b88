"""How far a bulk has come: one line that changes on a terminal, a line for each tenth elsewhere."""

import sys
from typing import Final

from starter.output import note

_WORTH_TELLING: Final = 20
"""What is fewer is done before a line could be read."""


class Progress:
    """Tells on standard error how many cases have answered, or how many rows are done."""

    def __init__(self, total: int, noun: str = "cases") -> None:
        self._total = total
        self._noun = noun
        self._tenths = 0
        self._on_terminal = sys.stderr.isatty()
        self._drawn = False

    def show(self, answered: int) -> None:
        """So many by now."""
        if self._on_terminal:
            sys.stderr.write(f"\r\033[K… {answered} of {self._total} {self._noun}")
            sys.stderr.flush()
            self._drawn = True
            return
        tenths = 10 * answered // self._total if self._total >= _WORTH_TELLING else 0
        if tenths > self._tenths:
            self._tenths = tenths
            note(f"… {answered} of {self._total} {self._noun}")

    def end(self) -> None:
        """Leave the line free for what comes next."""
        if self._drawn:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
