"""`brokerage fund`: what money there is, what is promised of it, and every movement."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from cyclopts import App, Parameter

from domain.funding.amounts import money_words
from starter.back import Back, cases_as_they_were, say_look
from starter.commands.programme_names import known_programme
from starter.failures import Exit
from starter.output import note
from starter.reading import reading
from starter.rows import Column, RowOptions, say_rows
from starter.views.funds import (
    AUTHORITY_FIELDS,
    FUND_FIELDS,
    RATE_FIELDS,
    authority_rows,
    fund_rows,
    rate_rows,
)

app = App(name="fund", help="Money: funds, rate cards, what is promised and paid.", help_format="plaintext")
for _verb, _help in (
    ("open", "Open a fund for one financial year, with its first money if that is known."),
    ("allocate", "Put money into a fund."),
    ("reduce", "Take money out of a fund that nobody was promised."),
    ("carry-forward", "Bring what an earlier fund has left into this one."),
    ("close", "Close a fund: it takes no new reservation; what is committed is claimed and paid."),
    ("set-rate", "Put a day rate of a rate card in force from a day on."),
):
    app.command(
        f"starter.commands.fund_writing:{_verb.replace('-', '_')}".replace(":open", ":open_"),
        name=_verb,
        help=_help,
    )
app.command(
    "starter.commands.fund_statement:statement",
    name="statement",
    help="Show every movement of a fund, or by school whose grants were put into it.",
)


def _money(name: str, header: str) -> Column:
    return Column(name, header, lambda row: money_words(row[name], row["currency"]).partition(" ")[2])


def _share(row: Mapping[str, Any]) -> str:
    rate = row["liquidation_per_mille"]
    return "–" if rate is None else f"{rate / 10:g} %"


_NAME: Final = Column("fund", "FUND", lambda row: f"{row['fund']}.{row['year']}")
_STANDING: Final = Column(
    "fund",
    "FUND",
    lambda row: f"{row['fund']}.{row['year']}" + ("" if row["open"] else " (closed)"),
)
_HELD: Final = (
    _money("reserved", "RESERVED"), _money("committed", "COMMITTED"), _money("paid", "PAID"),
)  # fmt: skip
_STATUS: Final = (
    _STANDING,
    Column("currency", "IN", lambda row: row["currency"]),
    _money("allocated", "ALLOCATED"),
    *_HELD,
    _money("available", "AVAILABLE"),
    _money("claimed", "CLAIMED"),
    Column("liquidation_per_mille", "LIQUIDATED", _share),
)
_BY_AUTHORITY: Final = (
    _NAME,
    Column("authority", "AUTHORITY", lambda row: row["authority"]),
    Column("currency", "IN", lambda row: row["currency"]),
    *_HELD,
    _money("claimed", "CLAIMED"),
    Column("liquidation_per_mille", "LIQUIDATED", _share),
    Column("cases", "CASES", lambda row: str(row["cases"])),
)


@app.command(name="list")
def list_(*, output: RowOptions | None = None) -> int:
    """List the funds: whose they are, whom they may pay, and until when."""
    table = (
        _NAME,
        Column("programme", "PROGRAMME", lambda row: row["programme"]),
        Column("title", "TITLE", lambda row: row["title"]),
        Column("authorities", "MAY PAY", lambda row: ", ".join(row["authorities"]) or "all"),
        Column("claims_until", "CLAIMS UNTIL", lambda row: row["claims_until"] or "–"),
        Column("open", "STATE", lambda row: "open" if row["open"] else "closed", whole=True),
    )
    chosen = output or RowOptions()
    chosen.fields(FUND_FIELDS)
    with reading() as office:
        rows = fund_rows(office)
    say_rows(rows, FUND_FIELDS, chosen, table)
    return Exit.DONE


@app.command
def status(
    *,
    by: Annotated[Literal["fund", "authority"], Parameter(help="fund, or authority.")] = "fund",
    programme: Annotated[str | None, Parameter(help="Only funds of this programme, e.g. EAS.")] = None,
    output: RowOptions | None = None,
    back: Back | None = None,
) -> int:
    """Show what each fund has: allocated, reserved, committed and not paid yet, paid, and what is left.

    In JSON and CSV amounts are minor units, and available = allocated − reserved − committed − paid.
    """
    chosen = output or RowOptions()
    fields = FUND_FIELDS if by == "fund" else AUTHORITY_FIELDS
    chosen.fields(fields)
    with reading() as live, cases_as_they_were(live, back or Back()) as office:
        code = None if programme is None else known_programme(live, programme).code
        rows = fund_rows(office) if by == "fund" else authority_rows(office)
        if not chosen.for_programs:
            say_look(office, None)
    rows = [row for row in rows if code in {None, row["programme"]}]
    say_rows(rows, fields, chosen, _STATUS if by == "fund" else _BY_AUTHORITY, spare=2)
    for line in office.untold:
        note(f"✗ {line}; its money is left out.  R-VALID-AT")
    return Exit.SOME_FAILED if office.untold else Exit.DONE


@app.command
def rates(*, output: RowOptions | None = None) -> int:
    """List the rate cards: what a provider's day costs, from which day on."""
    table = (
        Column("code", "CARD", lambda row: row["code"]),
        Column("programme", "PROGRAMME", lambda row: row["programme"]),
        Column("since", "SINCE", lambda row: row["since"]),
        Column("until", "UNTIL", lambda row: row["until"] or "–"),
        Column("day_rate_minor", "A DAY", lambda row: money_words(row["day_rate_minor"], row["currency"])),
    )
    chosen = output or RowOptions()
    chosen.fields(RATE_FIELDS)
    with reading() as office:
        rows = rate_rows(office)
    say_rows(rows, RATE_FIELDS, chosen, table)
    return Exit.DONE
