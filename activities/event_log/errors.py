"""What can go wrong with the log, each by its own name."""


class LogUnavailableError(Exception):
    """There is no log to open here; the message says what was found in its place, `fix` what mends it if known."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class SchemaError(LogUnavailableError):
    """The log's schema is not the one that this program was written for; `fix` says what to do about it."""

    def __init__(self, found: str | None, expected: str, *, by_owner: bool = False) -> None:
        """`by_owner`: whether the database's owner brings it up to date, and not a worker by itself."""
        self.newer = found is not None and found > expected
        fix = (
            "Use the version of Brokerage that brought it up to date, or a later one."
            if self.newer
            else "Its owner brings it up to date: BROKERAGE_OWNER_URL=… brokerage admin migrate"
            if by_owner
            else "A worker of this version brings it up to date as it starts: brokerage up"
        )
        words = "newer (revision {}) than this program knows ({})"
        if not self.newer:
            words = "older (revision {}) than this program needs ({})"
        super().__init__(f"the log's schema is {words.format(found, expected)}", fix)


class LogDamagedError(Exception):
    """A row contradicts its own hash or order. Nothing may be decided until `verify` has been read."""


class LogBusyError(Exception):
    """Another thread of this process held the log for too long."""


class WrongClockError(Exception):
    """The log runs on the other clock: demo and real time never share a log."""


class VersionConflictError(Exception):
    """The stream does not stand at the version that the decision was made on."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"expected version {expected}, the stream is at {actual}")
        self.expected = expected
        self.actual = actual


class DuplicateCommandError(Exception):
    """A command of this id is in the log already; `find_command` gives its answer."""


class DatabaseUnfitError(Exception):
    """The database, or who logs in to it, is not fit for what is to be done; `fix` says what mends it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix
