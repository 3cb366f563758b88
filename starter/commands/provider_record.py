"""Verbs of `brokerage provider` that put something on record: designation, days, conflicts, suspension, inspection."""

import re
from typing import Annotated, Any

from cyclopts import Parameter

from domain.directory import inspections, providers
from domain.directory.base import DirectoryCommand
from domain.ids import SCHOOL_ID_PATTERN
from starter.commands.programme_names import programme_code
from starter.commands.writing import Order, WriteOptions, carry_out, read_body
from starter.completing import areas, programmes, schools
from starter.failures import Exit, Failure
from starter.reading import reading

_School = Annotated[str, Parameter(help="Number of the school.", completer=schools)]
_Programme = Annotated[str, Parameter(help="Programme code.", completer=programmes)]


def designate(
    school: _School,
    /,
    *,
    area: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            consume_multiple=False,
            help="An area of support; repeat it for several.",
            completer=areas,
        ),
    ],
    since: Annotated[str, Parameter(help="First day, e.g. 2026-09-01.")],
    until: Annotated[str | None, Parameter(help="Last day, where it is known.")] = None,
    programme: _Programme = "EAS",
    options: WriteOptions | None = None,
) -> int:
    """Designate a school for areas of support, from a day on; an earlier designation ends the day before.

    Typed again with the same first day, it corrects the one before.
    """
    typed = {"programme": programme_code(programme), "areas": area, "since": since, "until": until}
    return _write(school, providers.Designate, typed, options)


def end_designation(
    school: _School,
    /,
    *,
    until: Annotated[str, Parameter(help="Last day, e.g. 2027-07-20.")],
    programme: _Programme = "EAS",
    options: WriteOptions | None = None,
) -> int:
    """Record the last day of a designation; cases that run go on.

    No designation in that programme is left after it: one that would begin later is dropped.
    """
    return _write(
        school, providers.EndDesignation, {"programme": programme_code(programme), "until": until}, options
    )


def capacity(
    school: _School,
    /,
    *,
    first: Annotated[str, Parameter(help="First half term, e.g. 2027-spring-1.")],
    days: Annotated[str, Parameter(help="Days in each half term, in quarters: 6 or 4.25; 0 for none.")],
    last: Annotated[
        str | None, Parameter(help="Last half term; without it, until something else is declared.")
    ] = None,
    programme: _Programme = "EAS",
    options: WriteOptions | None = None,
) -> int:
    """Declare the days a school has for others in each half term of a span; never less than cases hold."""
    typed = {"programme": programme_code(programme), "first": first, "last": last, "days": days}
    return _write(school, providers.DeclareCapacity, typed, options)


def conflict(
    school: _School,
    other: Annotated[str, Parameter(help="Number of the school that it cannot help.", completer=schools)],
    /,
    *,
    note: Annotated[str, Parameter(help="What it is, e.g. two heads who are related; sealed in the log.")],
    options: WriteOptions | None = None,
) -> int:
    """Declare that a school cannot help another; it holds in both directions."""
    return _write(school, providers.DeclareConflict, {"school": other, "note": note}, options)


def clear_conflict(
    school: _School,
    other: Annotated[str, Parameter(help="Number of the other school.", completer=schools)],
    /,
    *,
    options: WriteOptions | None = None,
) -> int:
    """Say that a declared conflict stands no longer."""
    return _write(school, providers.ClearConflict, {"school": other}, options)


def suspend(
    school: _School,
    /,
    *,
    reason: Annotated[str, Parameter(help="inspection, staffing, own-request or other.")],
    programme: _Programme = "EAS",
    options: WriteOptions | None = None,
) -> int:
    """Offer a school no new cases for the time being; those it has go on."""
    typed = {"programme": programme_code(programme), "reason-code": reason}
    return _write(school, providers.Suspend, typed, options)


def resume(school: _School, /, *, programme: _Programme = "EAS", options: WriteOptions | None = None) -> int:
    """Offer a suspended school cases again."""
    return _write(school, providers.Resume, {"programme": programme_code(programme)}, options)


def inspection(
    school: _School,
    /,
    *,
    since: Annotated[
        str | None,
        Parameter(allow_leading_hyphen=True, help="Day of the notice, e.g. 2026-11-20, today or -1d."),
    ] = None,
    until: Annotated[
        str | None,
        Parameter(
            allow_leading_hyphen=True, help="Last day of the visit; typed again, it corrects the one before."
        ),
    ] = None,
    withdraw: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Withdraw the inspection that is on record instead."),
    ] = False,
    options: WriteOptions | None = None,
) -> int:
    """Record that a school has notice of an inspection: no new case until five school days after the visit.

    It ends by itself; cases that run go on. It holds in every programme.
    """
    if not withdraw:
        return _write(school, inspections.AnnounceInspection, {"since": since, "until": until}, options)
    if since is not None or until is not None:
        raise Failure(
            Exit.USAGE, "E-USAGE", "--withdraw takes no days: it withdraws the inspection that is on record.", (),
            (f"brokerage provider show {school}",),
        )  # fmt: skip
    return _write(school, inspections.WithdrawInspection, {}, options)


def _write(
    school: str, model: type[DirectoryCommand], typed: dict[str, Any], options: WriteOptions | None
) -> int:
    """Raises Failure."""
    if not re.fullmatch(SCHOOL_ID_PATTERN, school):
        raise Failure(
            Exit.USAGE, "E-SCHOOL", f"{school!r} is no school number: six or seven digits.", (),
            ("brokerage school list",),
        )  # fmt: skip
    chosen = options or WriteOptions()
    body = read_body(model, typed, chosen)
    with reading() as office:
        return carry_out(office, Order(model.verb, lambda _key: f"provider/{school}", body, chosen))
