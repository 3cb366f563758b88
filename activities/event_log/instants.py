"""Whether a text is an instant in canonical form, asked millions of times."""

import re
from functools import lru_cache
from typing import Any

from domain.canonical import NotCanonicalError, instant_from_text

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z").fullmatch


@lru_cache(maxsize=10_000)
def is_instant(text: Any) -> bool:
    """The verdict of `domain.canonical.instant_from_text`; the same few come again and again."""
    return type(text) is str and text[10:11] == "T" and _TIME(text, 11) is not None and _is_day(text[:10])


@lru_cache(maxsize=10_000)
def _is_day(day: str) -> bool:
    try:
        instant_from_text(f"{day}T00:00:00.000Z")
    except NotCanonicalError:
        return False
    return True
