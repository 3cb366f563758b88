"""What can go wrong with the log, each by its own name."""


class LogUnavailableError(Exception):
    """There is no log to open here; the message says what was found in its place."""


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
