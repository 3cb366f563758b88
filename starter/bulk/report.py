"""What became of each case of a bulk: counted, the refusals in a table, every row for a file or a program."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from activities.event_log.command_record import CommandRecord
from domain.bulk import CaseOutcome
from starter.failures import Exit, Failure
from starter.files import write_file
from starter.output import note, say, say_json, say_table
from starter.rows import csv_text

Told = Literal["done", "already", "refused", "failed", "unknown"]
TOLD: Final[tuple[Told, ...]] = ("done", "already", "refused", "failed", "unknown")
"""`already`: it was so before, by this very line or otherwise; `failed` and `unknown` as in `CaseOutcome`."""

_DONE: Final = {"assign": "assigned", "pause": "paused", "resume": "resumed", "submit": "submitted"}
"""What a case is that a verb was given to; after any other its word is on record."""

FIELDS: Final = (
    "reference", "programme", "recipient", "recipient_name", "authority", "stage", "outcome", "code", "message",
    "command",
)  # fmt: skip

_ALREADY: Final = "R-ALREADY"


@dataclass(frozen=True)
class Answered:
    """What became of the command to one case."""

    case: Mapping[str, Any]
    """The row of the case, as it was listed before."""
    command_id: str
    told: Told
    code: str = ""
    message: str = ""
    hint: str = ""

    @classmethod
    def of(cls, case: Mapping[str, Any], outcome: CaseOutcome) -> "Answered":
        """From what the case answered now. That it is so already is no failure, and counted apart."""
        already = outcome.kind == "refused" and outcome.code == _ALREADY
        return cls(
            case,
            outcome.command_id,
            "already" if already else outcome.kind,
            outcome.code,
            outcome.message,
            outcome.hint,
        )

    @classmethod
    def on_record(cls, case: Mapping[str, Any], record: CommandRecord) -> "Answered":
        """From what the log holds of it."""
        return cls.of(case, outcome_on_record(record))

    @classmethod
    def before(cls, case: Mapping[str, Any], record: CommandRecord) -> "Answered":
        """The same, where the line was typed before: what was done then is done already."""
        if record.answer["kind"] == "refused":
            return cls.on_record(case, record)
        message = f"Done before, on {record.recorded_at:%Y-%m-%d %H:%M} UTC."
        return cls(case, record.id, "already", message=message)

    def row(self) -> dict[str, Any]:
        """For programs: flat, stable."""
        case = {name: self.case.get(name) for name in FIELDS[:6]}
        return case | {
            "outcome": self.told,
            "code": self.code or None,
            "message": self.message or None,
            "command": self.command_id,
        }


@dataclass(frozen=True)
class Report:
    """What became of all cases of a line."""

    bulk: str
    verb: str
    answered: Sequence[Answered]
    dry_run: bool = False
    noun: str = "case"
    """What its commands went to: cases, or rows of a file."""

    @property
    def counts(self) -> dict[Told, int]:
        """How many cases were told what."""
        found = Counter(one.told for one in self.answered)
        return {told: found[told] for told in TOLD}

    @property
    def exit_code(self) -> Exit:
        """9 where an outcome is unknown, 7 where a case refused or failed."""
        counts = self.counts
        if counts["unknown"]:
            return Exit.UNKNOWN_OUTCOME
        return Exit.SOME_FAILED if counts["refused"] + counts["failed"] else Exit.DONE

    def words(self) -> str:
        """In one line: 'pause: 61 cases, 57 done, 3 already paused, 1 refused'."""
        shown = {"already": f"already {_DONE.get(self.verb, 'on record')}"}
        if self.dry_run:
            shown |= {"done": "would be done", "refused": "would be refused"}
        told = ", ".join(f"{n} {shown.get(name, name)}" for name, n in self.counts.items() if n)
        return f"{self.verb}: {many(len(self.answered), self.noun)}, {told}"

    def json(self) -> dict[str, Any]:
        """For programs: flat, stable, a row a case."""
        head: dict[str, Any] = {"bulk": self.bulk, "verb": self.verb, "dry_run": self.dry_run}
        return head | {"cases": len(self.answered)} | self.counts | {"rows": [a.row() for a in self.answered]}

    def say(self, *, json: bool) -> None:
        """Print it: the cases that stand in the way in a table, then the counts."""
        if json:
            say_json(self.json())
            return
        bad = [one for one in self.answered if one.told in {"refused", "failed", "unknown"}]
        if bad:
            say_table(
                ([one.case["reference"], _school(one.case), one.message, one.code] for one in bad),
                ["REFERENCE", "SCHOOL", "WHY", "CODE"],
            )
        for hint in dict.fromkeys(one.hint for one in bad if one.hint):
            note(f"  {hint}")
        say(f"{'✗' if bad else '✓'} {self.words()}.")

    def write_csv(self, path: Path) -> None:
        """A row for each case. Raises Failure where the file cannot be written."""
        write_file(path, csv_text([one.row() for one in self.answered], FIELDS).encode())


def outcome_on_record(record: CommandRecord) -> CaseOutcome:
    """What became of a command that the log holds."""
    answer = record.answer
    if answer["kind"] == "receipt":
        return CaseOutcome(command_id=record.id, kind="done", same=not record.events)
    return CaseOutcome(
        command_id=record.id,
        kind="refused",
        code=answer["code"],
        message=answer["message"],
        hint=answer["hint"],
    )


def check_csv(path: Path) -> None:
    """Raise Failure (exit 2) where a report could not be written there: said before anything is sent."""
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "that cannot be the name of a file"
        raise Failure(Exit.USAGE, "E-FILE", f"{path} cannot be written: {why}.") from None


def many(number: int, noun: str = "case") -> str:
    """'1 case', '61 cases'."""
    return f"{number} {noun}{'s' * (number != 1)}"


def _school(case: Mapping[str, Any]) -> str:
    return str(case.get("recipient_name") or case.get("recipient") or "")
