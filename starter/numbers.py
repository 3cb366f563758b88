"""Numbers as people type them after a flag: plain digits, read as they stand or refused in words."""

import re
from typing import TYPE_CHECKING, Any

from starter.failures import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cyclopts import Token


def whole_number(_type: Any, tokens: "Sequence[Token]") -> int:
    """A whole number. Raises Failure (exit 2) for anything else: 1.5 is not rounded."""
    token = tokens[0]
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", token.value):
        raise _no_number(token, "a whole number of at most nine digits")
    return int(token.value)


def port_number(type_: Any, tokens: "Sequence[Token]") -> int:
    """A port of this machine. Raises Failure (exit 2)."""
    number = whole_number(type_, tokens)
    if not 1 <= number <= 65535:
        raise _no_number(tokens[0], "a port: 1 to 65535")
    return number


def seconds(_type: Any, tokens: "Sequence[Token]") -> float:
    """A number of seconds. Raises Failure (exit 2)."""
    token = tokens[0]
    try:
        if token.value.isascii() and "_" not in token.value:
            return float(token.value)
    except ValueError:
        pass
    raise _no_number(token, "a number of seconds, such as 20 or 2.5")


def _no_number(token: "Token", wanted: str) -> Failure:
    return Failure(Exit.USAGE, "E-VALUE", f"{token.keyword}: {token.value!r} is not {wanted}.")
