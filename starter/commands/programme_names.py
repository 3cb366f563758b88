"""Programmes as people name them: the code of one, and the rules that are on record under it."""

import re

from domain.ids import PROGRAMME_CODE_PATTERN
from domain.programmes.model import Programme
from starter.failures import Exit, Failure
from starter.nearest import near_programme
from starter.reading import Office


def programme_code(typed: str) -> str:
    """The code in capitals. Raises Failure (exit 2) for what can be none."""
    code = typed.upper()
    if not re.fullmatch(PROGRAMME_CODE_PATTERN, code):
        raise Failure(Exit.USAGE, "E-VALUE", f"--programme: {code!r} is no programme code, such as EAS.")
    return code


def known_programme(office: Office, typed: str) -> Programme:
    """The rules in force of the programme of that code. Raises Failure (exit 3)."""
    rules = office.facts.programme(typed.upper())
    if rules is None:
        raise Failure(
            Exit.NOT_FOUND,
            "E-PROGRAMME",
            f"There is no programme {typed}.{near_programme(office, typed)}",
            (),
            ("brokerage programme list",),
        )
    return rules
