"""Funds as they are typed: 'laeg.2026-27', or 'laeg' for this financial year."""

import re
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter
from sqlalchemy import select

from activities.read_models.schema import fund
from domain.case.terms import financial_years
from domain.ids import FUND_CODE_PATTERN, FUND_KEY_PATTERN
from domain.programmes import Programme
from starter.completing import funds
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean
from starter.reading import Office

Fund = Annotated[
    str,
    Parameter(
        help="Fund and financial year, e.g. laeg.2026-27; the code alone for this year.", completer=funds
    ),
]


def fund_key(office: Office, typed: str, programme: Programme) -> str:
    """The key of a fund of that programme, which need not be there yet. Raises Failure (exit 2)."""
    name = typed.strip().lower()
    if re.fullmatch(FUND_KEY_PATTERN, name):
        return name
    if not re.fullmatch(FUND_CODE_PATTERN, name):
        raise Failure(
            Exit.USAGE, "E-FUND", f"{typed!r} names no fund: a code and a year, such as laeg.2026-27."
        )
    today = _today(office, programme)
    return f"{name}.{financial_years(programme, today, today)[0]}"


def known_fund(office: Office, typed: str, *, to_write: bool = False) -> tuple[str, str]:
    """Key and programme of a fund on record. Raises Failure: exit 2 for what names none, 3 where there is none.

    To write to a fund that was opened for other years, it is opened for that one first.
    """
    name = typed.strip().lower()
    rows = office.connection.execute(select(fund.c.code, fund.c.year, fund.c.programme)).all()
    of_code = next((row.programme for row in rows if row.code == name.partition(".")[0]), None)
    programme = office.facts.programme(of_code) if of_code else None
    key = fund_key(office, typed, programme) if programme else name
    known = {f"{row.code}.{row.year}": row.programme for row in rows}
    if key in known:
        return key, known[key]
    if to_write and programme is not None:
        raise Failure(
            Exit.NOT_FOUND,
            "E-FUND",
            f"There is no fund {key}: {key.partition('.')[0]} is not open for that year yet.",
            (f"Funds: {', '.join(sorted(known))}",),
            (f'brokerage fund open {key} --programme {programme.code} --title "…"',),
        )
    raise Failure(
        Exit.NOT_FOUND,
        "E-FUND",
        f"There is no fund {key}.{did_you_mean(key, sorted(known))}",
        (f"Funds: {', '.join(sorted(known)) or 'none yet'}",),
        ("brokerage fund list",),
    )


def _today(office: Office, programme: Programme) -> date:
    return office.now(programme.code).astimezone(ZoneInfo(programme.time_zone)).date()
