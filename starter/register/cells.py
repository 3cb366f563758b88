"""Cells that hold more than one thing."""

from typing import Any


def parts(value: Any) -> Any:
    """'a;b' as two; what is left empty between is none."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(";") if part.strip())


def lower_parts(value: Any) -> Any:
    """The same in small letters."""
    return tuple(str(part).lower() for part in parts(value))
