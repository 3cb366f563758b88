"""Characters that nobody means to write and nobody can see: they steer a terminal, or turn a line around."""

import unicodedata
from typing import Final

_TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They let a text be shown in another order than it is written. Languages that run from right to left need
none of them: their letters say so themselves."""
_SPACING: Final = frozenset("\n\t")


def holds_controls(text: str) -> bool:
    """Whether the text holds what steers a terminal, turns a line around or is half a character."""
    return any(map(_steers, text))


def is_blank(text: str) -> bool:
    """Whether there is nothing in the text to be seen."""
    return all(c.isspace() or unicodedata.category(c) == "Cf" for c in text)


def shown(text: str) -> str:
    """The text as a terminal may have it: what would steer it is written out, such as '\\x1b'."""
    return "".join(c.encode("unicode_escape").decode() if _steers(c) else c for c in text)


def _steers(c: str) -> bool:
    if c.isascii():
        return not c.isprintable() and c not in _SPACING
    return c in _TURNS or unicodedata.category(c) in {"Cc", "Cs"}
