"""`brokerage fund statement`: every movement of a fund, and the schools whose grants were put into it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from cyclopts import Parameter

from domain.funding.amounts import money_words
from starter.commands.fund_names import Fund, known_fund
from starter.days import days_from
from starter.failures import Exit, Failure
from starter.moments import Day, Place, read_moment
from starter.output import say_heading
from starter.reading import Office, reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.case_list import now_in, time_zones
from starter.views.fund_account import GRANT_FIELDS, STATEMENT_FIELDS, grant_rows, statement_rows
from starter.views.funds import fund_rows


def statement(
    fund: Fund,
    /,
    *,
    by: Annotated[
        Literal["movement", "school"],
        Parameter(help="movement, or school: the grants that were put in, each with its school."),
    ] = "movement",
    as_of: Annotated[
        str | None, Parameter(help="As it was on record then: a day, a time with offset, or position:212.")
    ] = None,
    output: RowOptions | None = None,
) -> int:
    """Show every movement of a fund in the order of the log, with what was left after each.

    On the page an amount has the sign of what it does to what is available, and none where it does nothing to it.
    It is read from the log itself, from its beginning, and from no list.
    """
    chosen = output or RowOptions()
    fields = STATEMENT_FIELDS if by == "movement" else GRANT_FIELDS
    chosen.fields(fields)
    with reading() as office:
        key, programme = known_fund(office, fund)
        upto = None if as_of is None else _position(office, as_of, programme)
        rows = (statement_rows if by == "movement" else grant_rows)(office, key, upto)
        currency = next(row["currency"] for row in fund_rows(office) if f"{row['fund']}.{row['year']}" == key)
    if not chosen.for_programs:
        when = f", as of position {upto}" if upto is not None else ""
        say_heading(f"{key}{': grants' if by == 'school' else ''}, in {currency}{when}.")
    rows = [{**row, "currency": currency} for row in rows]
    if by == "movement":
        say_rows(rows, fields, chosen, _ACCOUNT, spare=5)
    else:
        say_rows(rows, fields, chosen, _GRANTS)
    return Exit.DONE


def _money(name: str, header: str) -> Column:
    return Column(name, header, lambda row: _figures(row[name], row["currency"]))


def _figures(minor: int, currency: str) -> str:
    return money_words(minor, currency).partition(" ")[2]


def _signed(row: Mapping[str, Any]) -> str:
    sign = "+" if row["change"] > 0 else "-" if row["change"] < 0 else ""
    return sign + _figures(row["amount"], row["currency"])


def _paper(row: Mapping[str, Any]) -> str:
    """On what a movement rests, and the fund to which or from which the money was carried."""
    return ", ".join(text for text in (row["other_fund"], row["paper"]) if text) or "–"


_WHAT: Final = {
    "FundOpened": "opened",
    "FundAllocated": "put in",
    "GrantsAllocated": "grants put in",
    "FundReduced": "taken out",
    "FundCarriedForward": "carried forward",
    "FundClosed": "closed",
    "BudgetReserved": "reserved",
    "BudgetReleased": "freed",
    "BudgetCommitted": "committed",
    "ClaimSubmitted": "claimed",
    "ClaimReturned": "claim returned",
    "ClaimApproved": "claim approved",
    "PaymentRecorded": "paid",
    "FundsReleased": "released",
    "LiquidationAccepted": "accounted for",
    "FundsReturned": "came back",
    "FundsWrittenOff": "written off",
}
"""What people read for an event; JSON and CSV have its type."""

_ACCOUNT: Final = (
    Column("position", "#", lambda row: str(row["position"])),
    Column("occurred_at", "WHEN", lambda row: row["occurred_at"][:10]),
    Column("event", "WHAT", lambda row: _WHAT[row["event"]], whole=True),
    Column("case", "CASE", lambda row: row["case"] or "–"),
    Column("amount", "AMOUNT", _signed),
    _money("available", "AVAILABLE"),
    _money("reserved", "RESERVED"),
    _money("committed", "COMMITTED"),
    _money("paid", "PAID"),
    Column(
        "person", "WHO, IN WHICH POST", lambda row: f"{row['on_behalf_of'] or row['person']}, {row['post']}"
    ),
    Column("paper", "PAPER", _paper),
)
_GRANTS: Final = (
    Column("school", "SCHOOL", lambda row: row["school"]),
    Column("name", "NAME", lambda row: row["name"]),
    _money("amount", "GRANT"),
    Column("occurred_at", "WHEN", lambda row: row["occurred_at"][:10]),
    Column("paper", "PAPER", lambda row: row["paper"]),
)


def _position(office: Office, text: str, programme: str) -> int:
    """The last position of the log that was on record at that moment. Raises Failure."""
    from activities.event_log.past import position_by

    with days_from(now_in(office, programme)):
        moment = read_moment("--as-of", text)
    if isinstance(moment, Place):
        if moment.kind == "event":
            raise Failure(
                Exit.USAGE, "E-TIME", "--as-of: a fund's account is looked at by day, time or position:212."
            )
        return moment.number
    at = moment.end(time_zones(office)[programme]) if isinstance(moment, Day) else moment
    return position_by(office.connection, at)
