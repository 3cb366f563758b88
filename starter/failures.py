"""How a command fails: what happened, why, what to do next, and an exit code that scripts can rely on."""

from enum import IntEnum
from typing import Final


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    DONE = 0
    BUG = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    CONFLICT = 5
    UNREACHABLE = 6
    SOME_FAILED = 7
    AUDIT_FAILED = 8
    UNKNOWN_OUTCOME = 9
    NOT_YET = 10
    INTERRUPTED = 130


MEANINGS: Final = {
    Exit.DONE: 'done (also "already")',
    Exit.BUG: "bug",
    Exit.USAGE: "usage",
    Exit.NOT_FOUND: "not found",
    Exit.REFUSED: "refused by a rule",
    Exit.CONFLICT: "version conflict",
    Exit.UNREACHABLE: "unreachable, nothing sent",
    Exit.SOME_FAILED: "some rows failed",
    Exit.AUDIT_FAILED: "audit check failed",
    Exit.UNKNOWN_OUTCOME: "outcome unknown, safe to repeat",
    Exit.NOT_YET: "not yet",
    Exit.INTERRUPTED: "interrupted",
}


class Failure(Exception):  # noqa: N818 – not every failure is an error: a refusal is an answer
    """A command ends here; the wrapper prints this on standard error and exits with its code.

    `message` says what happened and why, in one line; `details` add what the reader needs to know;
    `next_lines` are commands to type.
    """

    def __init__(
        self,
        exit_code: Exit,
        code: str,
        message: str,
        details: tuple[str, ...] = (),
        next_lines: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.code = code
        self.message = message
        self.details = details
        self.next_lines = next_lines
