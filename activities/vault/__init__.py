"""The vault: keys of the people the log speaks of, and a record of every look behind a seal.

It has its own file, store and role. Who has the log and not the vault reads everything but names and
free text; who erases a key has erased what it sealed, in the log and in every copy of it.
"""

from activities.vault.errors import (
    ErasureIncompleteError,
    SealBrokenError,
    SubjectErasedError,
    VaultUnavailableError,
)
from activities.vault.store import Look, open_vault, read_looks
from activities.vault.vault import Reading, Vault

__all__ = [
    "ErasureIncompleteError",
    "Look",
    "Reading",
    "SealBrokenError",
    "SubjectErasedError",
    "Vault",
    "VaultUnavailableError",
    "open_vault",
    "read_looks",
]
