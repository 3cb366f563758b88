"""What can go wrong with the vault, each by its own name."""


class VaultUnavailableError(Exception):
    """What is there is not a vault, or cannot be opened; `fix` says what mends it if that is known."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class SealBrokenError(Exception):
    """A sealed text or a wrapped key was altered, moved to another place, or belongs to another key."""


class SubjectErasedError(Exception):
    """The subject was erased, which is final: nothing new is sealed under their name.

    Somebody who returns gets a new person id. Were a new key made instead, an old text would no longer
    be told from a forged one.
    """


class ErasureIncompleteError(Exception):
    """The key is deleted, but readers keep its old bytes in the write-ahead log: erase again later."""
