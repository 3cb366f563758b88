"""`brokerage school close` and `reopen`: whether a school is there to help and to be helped."""

from typing import Annotated, Any

from cyclopts import Parameter

from domain.directory.base import DirectoryCommand
from domain.directory.schools import CloseSchool, ReopenSchool
from starter.commands.calendar_names import known_school
from starter.commands.writing import Order, WriteOptions, carry_out, read_body
from starter.completing import schools
from starter.reading import reading

_School = Annotated[str, Parameter(help="Number of a school.", completer=schools)]


def close(
    school: _School,
    /,
    *,
    on: Annotated[str, Parameter(allow_leading_hyphen=True, help="Last day on which it was open.")],
    successor: Annotated[
        str | None, Parameter(help="School that takes over, if one does.", completer=schools)
    ] = None,
    reason: Annotated[
        str | None, Parameter(help="Why, in a few words that everybody may read, e.g. merged.")
    ] = None,
    options: WriteOptions | None = None,
) -> int:
    """Record that a school has closed: no new case, no new offer; its open cases are on a list of their own."""
    return _write(school, CloseSchool, {"on": on, "successor": successor, "reason": reason}, options)


def reopen(
    school: _School,
    /,
    *,
    on: Annotated[str, Parameter(allow_leading_hyphen=True, help="First day on which it is open again.")],
    options: WriteOptions | None = None,
) -> int:
    """Record that a school is open that was closed, or missing from its register."""
    return _write(school, ReopenSchool, {"on": on}, options)


def _write(
    school: str, model: type[DirectoryCommand], typed: dict[str, Any], options: WriteOptions | None
) -> int:
    chosen = options or WriteOptions()
    body = read_body(model, typed, chosen)
    with reading() as office:
        known_school(office, school)
        return carry_out(office, Order(model.verb, lambda _key: f"school/{school}", body, chosen))
