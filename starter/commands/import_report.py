"""What became of the rows of an import: counted, and the refused ones told in the order of the file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from starter.failures import Exit
from starter.output import note


@dataclass(frozen=True, order=True)
class Where:
    """A line of a file."""

    file: str
    line: int


@dataclass
class Report:
    """What became of the entries."""

    new: int = 0
    same: int = 0
    _refused: dict[tuple[str, str, str | None], list[Where]] = field(default_factory=dict)
    """Where each refusal was met, by its code, message and hint."""

    @property
    def failed(self) -> int:
        """How many entries were refused."""
        return sum(map(len, self._refused.values()))

    def refuse(self, where: Where, code: str, message: str, hint: str | None) -> None:
        """Count an entry as refused, and why."""
        self._refused.setdefault((code, message, hint), []).append(where)

    def say_refused(self) -> None:
        """Print why entries were refused, first lines first; what is the same for many lines is said once."""
        for (code, message, hint), places in sorted(self._refused.items(), key=lambda item: min(item[1])):
            note(f"{_together(places)} · {message}  {code}")
            if hint:
                note(f"  {hint}")

    def words(self, what: str) -> str:
        """In one line."""
        return f"{what}: {self.new} new or changed, {self.same} as on record, {self.failed} refused."

    @property
    def exit_code(self) -> Exit:
        """7 where some entries were refused."""
        return Exit.SOME_FAILED if self.failed else Exit.DONE


def _together(places: Sequence[Where]) -> str:
    """'people.csv:2-4, 9': the lines of each file, runs of lines as one."""
    lines: dict[str, list[int]] = {}
    for place in sorted(set(places)):
        lines.setdefault(place.file, []).append(place.line)
    return "; ".join(f"{file}:{', '.join(_runs(numbers))}" for file, numbers in lines.items())


def _runs(numbers: Sequence[int]) -> list[str]:
    begins = [numbers[0], *(after for before, after in pairwise(numbers) if after != before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after != before + 1), numbers[-1]]
    return [str(begin) if begin == end else f"{begin}-{end}" for begin, end in zip(begins, ends, strict=True)]
