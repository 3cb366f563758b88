"""What became of the rows of an import: counted, and the refused ones told in the order of the file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

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


Told = Literal["done", "unchanged", "not touched", "refused", "failed", "unknown", "wrong", "not sent"]
"""`wrong`: the row itself says what cannot be, so nothing was sent for it; `not touched`: the office has ended since
what it is about; the others as for a bulk."""


@dataclass(frozen=True)
class Fate:
    """What became of one row."""

    told: Told
    code: str = ""
    message: str = ""


WELL: Final = frozenset({"done", "unchanged", "not touched"})
"""What is told of rows of which nothing is left to do."""
_WORSE: Final[tuple[Told, ...]] = (
    "unchanged", "done", "not touched", "not sent", "unknown", "refused", "failed", "wrong"
)  # fmt: skip
"""From what leaves nothing to do to what has to be mended by hand."""
_NOT_SENT: Final = Fate("not sent", "", "Not sent: nothing was done for this row.")


@dataclass
class Report:
    """What became of the entries."""

    new: int = 0
    same: int = 0
    unknown: int = 0
    left_out: int = 0
    """Schools that are closed and were never on record."""
    _fates: dict[Where, Fate] = field(default_factory=dict)
    """What became of each line; of several entries of one line, the worst."""
    _expected: Counter[Where] = field(default_factory=Counter)
    """How many entries of each line are to be sent, and nothing is known of them yet."""
    _refused: dict[tuple[str, str, str | None], list[Where]] = field(default_factory=dict)
    """Where each refusal was met, by its code, message and hint."""

    _left: dict[str, list[Where]] = field(default_factory=dict)
    """Where something was not touched, by the words that say why."""
    _alike: dict[Where, list[Where]] = field(default_factory=dict)
    """Lines of which an entry stands at another line, too, with those that say the same before."""

    @property
    def failed(self) -> int:
        """How many entries were refused."""
        return sum(map(len, self._refused.values()))

    @property
    def unsent(self) -> int:
        """How many entries were to be sent and were not."""
        return self._expected.total()

    @property
    def fates(self) -> dict[Where, Fate]:
        """What became of each line, the worst of what it says. A line of which an entry was never sent is no line that
        is done."""
        left = {
            where: _NOT_SENT
            for where, count in self._expected.items()
            if count and (where not in self._fates or self._fates[where].told in WELL)
        }
        own = self._fates | left
        of_others = {
            line: [own[one] for one in (line, *said) if one in own] for line, said in self._alike.items()
        }
        return own | {line: max(fates, key=_badness) for line, fates in of_others.items() if fates}

    def expect(self, where: Where) -> None:
        """An entry that is to be sent: until something else is told of it, it was not."""
        self._expected[where] += 1

    def alike(self, where: Where, said: Where) -> None:
        """A line that says what another line says: what becomes of that one becomes of it, too."""
        self._alike.setdefault(where, []).append(said)

    def wrong(self, where: Where, words: str) -> None:
        """What is wrong with a row, by itself; it may be several things."""
        before = self._fates[where].message if where in self._fates else ""
        self._fates[where] = Fate("wrong", "E-ROW", "; ".join(filter(None, (before, words))))

    def refuse(self, where: Where, code: str, message: str, hint: str | None, told: Told = "refused") -> None:
        """Count an entry as refused, and why."""
        self._refused.setdefault((code, message, hint), []).append(where)
        self._settle(where, Fate(told, code, message))

    def done(self, where: Where) -> None:
        """Count an entry as new or changed."""
        self.new += 1
        known = self._fates.get(where)
        self._settle(where, Fate("done") if known is None or known.told == "unchanged" else known)

    def unchanged(self, where: Where) -> None:
        """Count an entry that was sent, and changed nothing."""
        self.same += 1
        self._settle(where, self._fates.get(where, Fate("unchanged")))

    def on_record(self, where: Where) -> None:
        """Count an entry as on record already: it is not to be sent."""
        self.same += 1
        self._fates.setdefault(where, Fate("unchanged"))

    def leave(self, where: Where, words: str) -> None:
        """Count an entry as not touched, and why: it is not to be sent."""
        self._left.setdefault(words, []).append(where)
        self._fates[where] = Fate("not touched", "", words)

    def leave_out(self, where: Where) -> None:
        """Count a school that is closed and was never on record: it is not entered."""
        self.left_out += 1
        self._fates.setdefault(where, Fate("not touched", "", "closed, not entered"))

    def unanswered(self, where: Where, code: str, message: str) -> None:
        """Count an entry of which nobody knows whether it was done."""
        self.unknown += 1
        self._settle(where, Fate("unknown", code, message))

    def _settle(self, where: Where, fate: Fate) -> None:
        self._fates[where] = fate
        if self._expected[where]:
            self._expected[where] -= 1

    def say_refused(self) -> None:
        """Print why entries were refused or left, first lines first; what is the same for many lines is said once."""
        for words, places in self._left.items():
            note(f"{_together(places)} · {words}")
        for (code, message, hint), places in sorted(self._refused.items(), key=lambda item: min(item[1])):
            note(f"{_together(places)} · {message}  {code}")
            if hint:
                note(f"  {hint}")

    def words(self, what: str) -> str:
        """In one line."""
        others = (
            (self._wrong, "wrong"),
            (sum(map(len, self._left.values())), "not touched"),
            (self.left_out, "closed, not entered"),
            (self.unknown, "not answered"),
            (self.unsent, "not sent"),
        )
        more = "".join(f", {count} {words}" for count, words in others if count)
        return f"{what}: {self.new} new or changed, {self.same} as on record, {self.failed} refused{more}."

    @property
    def exit_code(self) -> Exit:
        """9 where an outcome is unknown, 7 where a row failed."""
        if self.unknown or self.unsent:
            return Exit.UNKNOWN_OUTCOME
        return Exit.SOME_FAILED if self.failed or self._wrong else Exit.DONE

    @property
    def _wrong(self) -> int:
        return sum(fate.told == "wrong" for fate in self._fates.values())


def _badness(fate: Fate) -> int:
    return _WORSE.index(fate.told)


def lines_of(file: str, numbers: Iterable[int]) -> str:
    """'people.csv:2-4, 9': lines of a file, runs of them as one."""
    return f"{file}:{', '.join(runs(sorted(set(numbers))))}"


def _together(places: Sequence[Where]) -> str:
    """The same of several files; the name alone of what no line says."""
    lines: dict[str, list[int]] = {}
    for place in sorted(set(places)):
        lines.setdefault(place.file, []).append(place.line)
    return "; ".join(lines_of(file, numbers) if any(numbers) else file for file, numbers in lines.items())


def runs(numbers: Sequence[int]) -> list[str]:
    """'2-4' and '9' of 2, 3, 4 and 9: numbers in order, those that follow each other as one."""
    begins = [numbers[0], *(after for before, after in pairwise(numbers) if after != before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after != before + 1), numbers[-1]]
    return [str(begin) if begin == end else f"{begin}-{end}" for begin, end in zip(begins, ends, strict=True)]
