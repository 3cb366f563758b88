"""What is wrong with a value, in words for the person who typed it; never in those of the validator."""

from collections.abc import Callable
from typing import Any, Final

from domain.calendars.half_terms import PERIOD_PATTERN
from domain.ids import (
    FUND_CODE_PATTERN,
    FUND_KEY_PATTERN,
    NETWORK_CODE_PATTERN,
    PERSON_ID_PATTERN,
    PROGRAMME_CODE_PATTERN,
    SCHOOL_ID_PATTERN,
)

_FORMS: Final = {
    PERSON_ID_PATTERN: "must be a person id, such as sip.carys",
    PROGRAMME_CODE_PATTERN: "must be a programme code, such as EAS",
    SCHOOL_ID_PATTERN: "must be the number of a school, such as 6990004",
    PERIOD_PATTERN: "must be a half term, such as 2027-spring-1",
    r"^[a-z][a-z0-9-]{1,39}$": "must be a code in small letters, such as digital-competence",
    FUND_CODE_PATTERN: "must be the code of a fund without its year, such as laeg",
    FUND_KEY_PATTERN: "must be a fund with its year, such as laeg.2026-27",
    NETWORK_CODE_PATTERN: "must be the code of a network, such as numeracy-leads",
    r"^[0-9]{6}$": "must be a number of six digits",
}
_WORDS: Final[dict[str, Callable[[Any], str]]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is no value of this command",
    "literal_error": lambda item: f"must be {item['ctx']['expected']}".replace("'", ""),
    "enum": lambda item: f"must be {item['ctx']['expected']}".replace("'", ""),
    "string_pattern_mismatch": lambda item: _FORMS.get(
        item["ctx"]["pattern"], f"is not of the form {item['ctx']['pattern']}"
    ),
    "int_parsing": lambda _: "must be a whole number",
    "int_type": lambda _: "must be a whole number",
    "string_type": lambda _: "must be text",
    "too_short": lambda item: f"needs at least {item['ctx']['min_length']}",
    "too_long": lambda item: f"takes at most {item['ctx']['max_length']}",
    "greater_than_equal": lambda item: f"must be at least {item['ctx']['ge']}",
    "less_than_equal": lambda item: f"must be at most {item['ctx']['le']}",
}


def in_words(item: Any) -> str:
    """One problem of a value as people say it; `item` is one of pydantic's errors."""
    kind = item["type"]
    if kind.startswith("date_"):
        return "must be a day such as 2026-11-20"
    return _WORDS[kind](item) if kind in _WORDS else str(item["msg"])
