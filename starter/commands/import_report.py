"""What became of the rows of an import: counted, and the refused ones told in the order of the file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from starter.failures import Exit
from starter.output import note


@dataclass(frozen=True, order=True)
class Where:
    """A line of a file; 0 for what the file says as a whole."""

    file: str
    line: int

    def words(self) -> str:
        """'people.csv:2', or the file alone."""
        return f"{self.file}:{self.line}" if self.line else self.file


Told = Literal["done", "unchanged", "refused", "failed", "unknown", "wrong"]
"""`wrong`: the row itself says what cannot be, so nothing was sent for it; the others as for a bulk."""


@dataclass(frozen=True)
class Fate:
    """What became of one row."""

    told: Told
    code: str = ""
    message: str = ""


@dataclass
class Report:
    """What became of the entries."""

    new: int = 0
    same: int = 0
    unknown: int = 0
    fates: dict[Where, Fate] = field(default_factory=dict)
    """What became of each line; of several entries of one line, the worst."""
    _refused: dict[tuple[str, str, str | None], list[Where]] = field(default_factory=dict)
    """Where each refusal was met, by its code, message and hint."""

    @property
    def failed(self) -> int:
        """How many entries were refused."""
        return sum(map(len, self._refused.values()))

    def refuse(self, where: Where, code: str, message: str, hint: str | None, told: Told = "refused") -> None:
        """Count an entry as refused, and why."""
        self._refused.setdefault((code, message, hint), []).append(where)
        self.fates[where] = Fate(told, code, message)

    def done(self, where: Where) -> None:
        """Count an entry as new or changed."""
        self.new += 1
        if (known := self.fates.get(where)) is None or known.told == "unchanged":
            self.fates[where] = Fate("done")

    def unchanged(self, where: Where) -> None:
        """Count an entry as on record already."""
        self.same += 1
        self.fates.setdefault(where, Fate("unchanged"))

    def unanswered(self, where: Where, code: str, message: str) -> None:
        """Count an entry of which nobody knows whether it was done."""
        self.unknown += 1
        self.fates[where] = Fate("unknown", code, message)

    def say_refused(self) -> None:
        """Print why entries were refused, first lines first; what is the same for many lines is said once."""
        for (code, message, hint), places in sorted(self._refused.items(), key=lambda item: min(item[1])):
            note(f"{_together(places)} · {message}  {code}")
            if hint:
                note(f"  {hint}")

    def words(self, what: str) -> str:
        """In one line."""
        wrong = sum(fate.told == "wrong" for fate in self.fates.values())
        more = f", {wrong} wrong" * (wrong > 0) + f", {self.unknown} not answered" * (self.unknown > 0)
        return f"{what}: {self.new} new or changed, {self.same} as on record, {self.failed} refused{more}."

    @property
    def exit_code(self) -> Exit:
        """9 where an outcome is unknown, 7 where a row failed."""
        if self.unknown:
            return Exit.UNKNOWN_OUTCOME
        wrong = any(fate.told == "wrong" for fate in self.fates.values())
        return Exit.SOME_FAILED if self.failed or wrong else Exit.DONE


def _together(places: Sequence[Where]) -> str:
    """'people.csv:2-4, 9': the lines of each file, runs of lines as one; its name alone for what no line says."""
    lines: dict[str, list[int]] = {}
    for place in sorted(set(places)):
        lines.setdefault(place.file, []).append(place.line)
    return "; ".join(
        f"{file}:{', '.join(_runs(numbers))}" if any(numbers) else file for file, numbers in lines.items()
    )


def _runs(numbers: Sequence[int]) -> list[str]:
    begins = [numbers[0], *(after for before, after in pairwise(numbers) if after != before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after != before + 1), numbers[-1]]
    return [str(begin) if begin == end else f"{begin}-{end}" for begin, end in zip(begins, ends, strict=True)]
